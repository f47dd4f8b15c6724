//! The telling lines of a failed run's log, fetched only when something depends on them.

use std::fs::File;
use std::path::Path;

use anyhow::Context as _;
use lightsout_engine::About;
use lightsout_forge::{Event, WorkflowRun};
use lightsout_lifecycle::decide;
use lightsout_runlog::{Limits, read_archive};

use super::place::Placed;
use crate::failure::Mendable;
use crate::heal::lines;
use crate::input::shown;
use crate::output::{say, visible};

/// The largest archive that is fetched, in bytes.
const MAX_ARCHIVE: u64 = 1 << 30;

/// Why a workflow run failed.
#[derive(Debug, Default)]
pub(super) struct Failure {
    /// The telling lines, for an agent.
    pub(super) log: String,
    /// Those that name it.
    pub(super) name: String,
}

/// Reads why a workflow run failed; nothing when nothing is to be done about it anyway.
pub(super) async fn failure_log(
    placed: &Placed<'_>,
    run: &WorkflowRun,
    event: &Event,
    archive: Option<&Path>,
) -> anyhow::Result<Failure> {
    let about = About::Failure {
        run,
        log: "",
        failure: "",
    };
    let facts = placed.engine.facts(about, event).await?;
    if facts.is_none_or(|facts| decide(event, &facts).is_empty()) {
        return Ok(Failure::default());
    }
    if let Some(archive) = archive {
        return told(archive);
    }
    let Some(logs) = placed.logs else {
        return Err(Mendable::error(
            "a forge in a folder keeps no logs",
            "give the archive of the run's logs with `--logs FILE`",
        ));
    };
    let folder = tempfile::tempdir().context("making a folder for the logs")?;
    let archive = folder.path().join("logs.zip");
    logs.run_logs(run.id, &archive, MAX_ARCHIVE).await?;
    told(&archive)
}

fn told(archive: &Path) -> anyhow::Result<Failure> {
    let file = File::open(archive).with_context(|| format!("opening `{}`", shown(archive)))?;
    let excerpt = read_archive(file, &[], &Limits::default())
        .with_context(|| format!("reading `{}`", shown(archive)))?;
    for finding in &excerpt.findings {
        say(&format!("note: {}", visible(&finding.to_string())));
    }
    Ok(Failure {
        log: lines(&excerpt),
        name: excerpt.failure(),
    })
}
