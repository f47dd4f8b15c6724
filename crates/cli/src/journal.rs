//! Reading the journal back: what was decided for each request, in order.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use anyhow::Context as _;
use lightsout_engine::JournalLine;
use lightsout_lifecycle::{Decision, Reason};

/// The reasons of each request's decisions, by issue number, without those that did nothing.
///
/// A decision that was repeated after a kill stands once, and that a run was taken up again is left out: both say
/// something about this machine, not about the request.
pub(crate) fn reasons(dir: &Path) -> anyhow::Result<BTreeMap<u64, Vec<Reason>>> {
    let path = dir.join("journal.jsonl");
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(error).with_context(|| format!("reading `{}`", path.display())),
    };
    let mut reasons: BTreeMap<u64, Vec<Reason>> = BTreeMap::new();
    for line in BufReader::new(file).lines() {
        let line = line.with_context(|| format!("reading `{}`", path.display()))?;
        // The last line before a kill may be cut short.
        let Ok(JournalLine::Decided { issue, reason, .. }) = serde_json::from_str(&line) else {
            continue;
        };
        if reason.decision() == Decision::Ignore || reason == Reason::Resumed {
            continue;
        }
        let list = reasons.entry(issue.0).or_default();
        if list.last() != Some(&reason) {
            list.push(reason);
        }
    }
    Ok(reasons)
}
