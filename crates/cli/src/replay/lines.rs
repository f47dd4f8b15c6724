//! Reading a journal: its decisions, and what there is to say about lines that cannot be made again.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use anyhow::Context as _;
use lightsout_engine::{Basis, JournalLine};
use lightsout_forge::{Event, Number};
use lightsout_lifecycle::Reason;
use serde::Serialize;
use serde_json::Value;

use crate::failure::Mendable;

/// The longest line, in bytes: a decision's line holds the request's texts a few times over.
const MAX_LINE: u64 = 64 << 20;

/// A line that matters.
pub(super) enum Line {
    Decided(Box<Decided>),
    Remark(Remark),
}

/// A decision with all it was made from.
pub(super) struct Decided {
    pub(super) line: usize,
    pub(super) issue: Option<Number>,
    pub(super) event: Event,
    pub(super) reason: Reason,
    pub(super) basis: Basis,
}

/// Why a line was not made again.
#[derive(Debug, Serialize)]
pub(super) struct Remark {
    pub(super) line: usize,
    pub(super) note: String,
    /// Whether something is wrong with it, rather than old or cut short by a kill.
    pub(super) wrong: bool,
}

pub(super) fn read(path: &Path) -> anyhow::Result<Vec<Line>> {
    let file = File::open(path).map_err(|error| {
        Mendable::error(
            format!("`{}` cannot be read: {error}", path.display()),
            "a journal is `journal.jsonl` in the factory's folder",
        )
    })?;
    let mut from = BufReader::new(file);
    let mut lines = Vec::new();
    for number in 1.. {
        let mut line = Vec::new();
        let length = (&mut from)
            .take(MAX_LINE)
            .read_until(b'\n', &mut line)
            .with_context(|| format!("reading `{}`", path.display()))?;
        if length == 0 {
            break;
        }
        if length as u64 == MAX_LINE {
            return Err(Mendable::error(
                format!("line {number} of `{}` is too long", path.display()),
                "is it a journal? `journal.jsonl` in the factory's folder is one",
            ));
        }
        lines.extend(one(number, line.trim_ascii()));
    }
    Ok(lines)
}

/// Reads one line; one that holds no decision is passed over.
fn one(line: usize, text: &[u8]) -> Option<Line> {
    let note = |note: String, wrong| Some(Line::Remark(Remark { line, note, wrong }));
    if text.is_empty() {
        return None;
    }
    let value: Value = match serde_json::from_slice(text) {
        Ok(value) => value,
        Err(error) if error.is_eof() => {
            return note(
                "cut short: whoever wrote it was ended; passed over".into(),
                false,
            );
        }
        Err(error) => return note(format!("damaged: {error}"), true),
    };
    let kind = value["line"].as_str().unwrap_or_default();
    match kind {
        "decided" | "chore" if value.get("from").is_none() => {
            let old = "written by an older version, without what it was decided from; passed over";
            return note(old.into(), false);
        }
        "decided" | "chore" => {}
        "intended" | "done" | "failed" => return None,
        _ => return note(format!("no line of a journal: `{kind}`"), true),
    }
    let decided = |issue, event, reason, basis: Box<Basis>| {
        let basis = *basis;
        Some(Line::Decided(Box::new(Decided {
            line,
            issue,
            event,
            reason,
            basis,
        })))
    };
    match serde_json::from_value(value) {
        Ok(JournalLine::Decided {
            issue,
            on,
            reason,
            from: Some(basis),
            ..
        }) => decided(Some(issue), on, reason, basis),
        Ok(JournalLine::Chore {
            on: Some(on),
            reason,
            from: Some(basis),
            ..
        }) => decided(None, on, reason, basis),
        Ok(_) => None,
        Err(error) => note(format!("not understood by this version: {error}"), true),
    }
}
