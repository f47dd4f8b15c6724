//! `lightsout settle`: the last job of a run.

use std::path::absolute;

use lightsout_engine::{Commission, Handed};

use super::diary::Diary;
use super::place::{Manner, Placed, with_engine};
use super::told::Told;
use super::work::ended;
use crate::actions::{self, Level, Outputs, annotate};
use crate::args::Settle;
use crate::factory::block_on;
use crate::failure::{Done, Mendable};

pub(crate) fn settle(args: &Settle) -> anyhow::Result<Done> {
    see_digest(args)?;
    block_on(settle_run(args))
}

/// Sees that the run is the one that was handed out, where that was said on a way that no agent reaches.
fn see_digest(args: &Settle) -> anyhow::Result<()> {
    let Some(expected) = args.run_digest.clone().or_else(actions::run_digest) else {
        return Ok(());
    };
    // What is no run says so better than a digest could.
    Commission::read(&args.run)?;
    let found = Commission::digest(&args.run)?;
    if found.eq_ignore_ascii_case(expected.trim()) {
        return Ok(());
    }
    Err(Mendable::error(
        format!(
            "`{}` does not hold the run that was handed out",
            args.run.display()
        ),
        "somebody has changed it on the way; a sweep takes the request up again",
    ))
}

async fn settle_run(args: &Settle) -> anyhow::Result<Done> {
    let diary = Diary::new();
    let manner = Manner {
        agent: None,
        dry_run: args.dry_run,
    };
    // The journal and git name these folders wherever they are called from.
    let (folder, gates) = (absolute(&args.work)?, absolute(&args.gates)?);
    let handed = Handed {
        work: &folder,
        gates: &gates,
    };
    let work =
        async |placed: Placed<'_>| Ok(placed.engine.settle(&args.run, handed, &args.out).await?);
    let settled = with_engine(&args.at, manner, &diary, work).await?;
    let mut outputs = Outputs::default();
    if let Some(report) = &settled.report {
        let (code, sentence, _) = ended(&report.end);
        outputs.set("settled", report.run.0.as_str());
        outputs.set("end", code);
        outputs.set("how", sentence.as_str());
        if code == "agent_failed" {
            annotate(Level::Warning, "The run failed", &sentence);
        }
    }
    let told = Told {
        verb: "settle",
        settled: &settled,
        out: &args.out,
        done: diary.done(),
        dry_run: args.dry_run,
    };
    told.tell(outputs, args.at.format)?;
    Ok(Done::Fine)
}
