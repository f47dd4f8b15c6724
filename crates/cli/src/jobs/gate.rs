//! `lightsout gate`: the job of the gates.

use std::fmt::Write as _;

use lightsout_engine::{Commission, GateResult, GateWord, Judged, Verdict};
use serde_json::json;

use super::diary::Diary;
use super::place::bench;
use crate::actions::{Job, Level, Outputs, Summary, annotate, refuse_secrets};
use crate::args::{Format, Gate};
use crate::factory::{block_on, lay_bin};
use crate::failure::Done;
use crate::output::{print, print_json, table, visible};

pub(crate) fn gate(args: &Gate) -> anyhow::Result<Done> {
    refuse_secrets(Job::Gates)?;
    block_on(check(args))
}

async fn check(args: &Gate) -> anyhow::Result<Done> {
    let diary = Diary::new();
    let (bench, state) = bench(&args.at, &diary)?;
    lay_bin(&state)?;
    let (commission, judged) = bench.check(&args.run, &args.work, &args.out).await?;
    tell(args, &commission, &judged)?;
    Ok(Done::Fine)
}

fn tell(args: &Gate, commission: &Commission, judged: &Judged) -> anyhow::Result<()> {
    let (code, sentence) = verdict(&judged.verdict);
    let passed = passed(&judged.verdict);
    let gates: &[GateResult] = match &judged.verdict {
        Verdict::Checked { gates, .. } => gates,
        _ => &[],
    };
    let mut outputs = Outputs::default();
    outputs.set("run_id", commission.order.id.0.as_str());
    outputs.set("verdict", code);
    outputs.set("sentence", sentence.as_str());
    outputs.set("passed", passed);
    let head = match &judged.verdict {
        Verdict::Checked { head, .. } => Some(head.as_str()),
        _ => None,
    };
    outputs.set("head", head);
    outputs.set("gates", json!(gates));
    outputs.write()?;
    summarise(commission, &judged.verdict, gates, passed, &sentence)?;
    if !passed {
        annotate(Level::Warning, "The change may not pass", &sentence);
    }
    match args.at.format {
        Format::Json => print_json(&outputs),
        Format::Text => {
            let mut text = format!("{code}: {}\n", visible(&sentence));
            if !gates.is_empty() {
                let row =
                    |gate: &GateResult| vec![visible(&gate.name), word(gate.outcome).to_owned()];
                let rows: Vec<_> = gates.iter().map(row).collect();
                text.push_str(&table(&["gate", "outcome"], &rows));
            }
            let (run, work) = (args.run.display(), args.work.display());
            let out = args.out.display();
            let _ = writeln!(
                text,
                "next: lightsout settle --run {run} --work {work} --gates {out}"
            );
            print(&text)
        }
    }
}

fn summarise(
    commission: &Commission,
    verdict: &Verdict,
    gates: &[GateResult],
    passed: bool,
    sentence: &str,
) -> anyhow::Result<()> {
    let (mark, said) = match verdict {
        _ if passed => ("✅", "The change stays in its lane, and every gate passed."),
        Verdict::Nothing {} => ("💤", "There was no commit to check."),
        Verdict::Checked { .. } => ("❌", "A gate fails on the change."),
        _ => ("❌", "The change may not be made."),
    };
    let mut summary = Summary::new("gate", mark, said);
    let mut rows = vec![
        (
            "run",
            format!(
                "{}, {}",
                commission.order.id.0,
                commission.order.role.name()
            ),
        ),
        ("request", commission.order.issue.to_string()),
        ("result", sentence.to_owned()),
    ];
    rows.extend(
        gates
            .iter()
            .map(|gate| ("gate", format!("{}: {}", gate.name, word(gate.outcome)))),
    );
    summary.table(&rows);
    for gate in gates {
        summary.quote(&format!("{} · {}", gate.name, gate.command), &gate.tail);
    }
    summary.write()
}

fn passed(verdict: &Verdict) -> bool {
    match verdict {
        Verdict::Checked { gates, .. } => gates.iter().all(|gate| gate.outcome != GateWord::Failed),
        _ => false,
    }
}

fn verdict(verdict: &Verdict) -> (&'static str, String) {
    match verdict {
        Verdict::Nothing {} => ("nothing", "there was no commit to check".to_owned()),
        Verdict::OutsideLane { problems } => ("outside_lane", problems.join("; ")),
        Verdict::PictureRefused { why } => ("picture_refused", why.clone()),
        Verdict::Checked { gates, .. } => {
            let failed: Vec<&str> = gates
                .iter()
                .filter(|gate| gate.outcome == GateWord::Failed)
                .map(|gate| gate.name.as_str())
                .collect();
            let sentence = if failed.is_empty() {
                "every gate passed".to_owned()
            } else {
                format!("it fails {}", failed.join(", "))
            };
            ("checked", sentence)
        }
    }
}

fn word(outcome: GateWord) -> &'static str {
    match outcome {
        GateWord::Passed => "passed",
        GateWord::Failed => "failed",
        GateWord::FailedBefore => "failed before too",
    }
}
