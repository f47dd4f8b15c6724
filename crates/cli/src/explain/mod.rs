//! `lightsout explain`: what would happen after an event, and why.

mod patch;
mod payload;
mod show;
mod sketch;

use std::path::Path;

use lightsout_forge::Number;
use lightsout_lifecycle::{AnyFacts, Snapshot, decide, explain};
use serde_json::Value;

use crate::args::{Explain, Format};
use crate::factory::{block_on, open};
use crate::failure::{Done, Mendable};
use crate::input::{read_input, shown};
use crate::look;
use crate::output::{print, print_json};

use patch::lay_over;
use show::Explained;
use sketch::Assumption;

pub(crate) fn run(args: &Explain) -> anyhow::Result<Done> {
    let explained = match (&args.payload, &args.event) {
        (Some(file), Some(event)) => payload::explain(args, event, file)?,
        _ => block_on(of_factory(args))?,
    };
    match args.format {
        Format::Json => print_json(&explained)?,
        Format::Text => print(&explained.text())?,
    }
    Ok(Done::Fine)
}

/// Looks at a request of a factory on this machine.
async fn of_factory(args: &Explain) -> anyhow::Result<Explained> {
    let local = open(&args.dir).await?;
    let issue = Number(args.issue.unwrap_or_default());
    let (event, snapshot) = look::at(&local, issue, args.comment).await?;
    let (snapshot, _) = overlaid(args, snapshot, Vec::new())?;
    let (plan, looked) = explain(|| decide(&event, &snapshot));
    Ok(Explained::of(event, plan, &looked, snapshot, Vec::new()))
}

/// Lays the snapshot that was given over the one that was drawn; what it says is no longer assumed.
fn overlaid(
    args: &Explain,
    drawn: Snapshot,
    mut assumed: Vec<Assumption>,
) -> anyhow::Result<(AnyFacts, Vec<Assumption>)> {
    let drawn = AnyFacts::Request(Box::new(drawn));
    let Some(file) = &args.snapshot else {
        return Ok((drawn, assumed));
    };
    let (snapshot, named) = lay_over(&drawn, &read_json(file)?, file)?;
    let covers = |written: &str, key: &str| {
        let under = |outer: &str, inner: &str| {
            inner == outer
                || inner
                    .strip_prefix(outer)
                    .is_some_and(|rest| rest.starts_with('.'))
        };
        under(written, key) || under(key, written)
    };
    assumed.retain(|assumption| !named.iter().any(|written| covers(written, &assumption.key)));
    Ok((snapshot, assumed))
}

fn read_json(file: &Path) -> anyhow::Result<Value> {
    let bytes = read_input(file)?;
    serde_json::from_slice(&bytes).map_err(|error| {
        Mendable::error(
            format!("`{}` is no JSON: {error}", shown(file)),
            "docs/reference/snapshot.md shows what a snapshot looks like",
        )
    })
}
