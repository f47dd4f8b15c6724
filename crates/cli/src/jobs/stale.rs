//! `lightsout stale`: one sweep over everything that is not at its end.

use std::fmt::Write as _;

use lightsout_engine::Swept;
use lightsout_forge::Number;
use lightsout_lifecycle::Reason;
use serde_json::json;

use super::diary::Diary;
use super::place::{Manner, Placed, with_engine};
use crate::actions::{Outputs, Summary};
use crate::args::{Format, Stale};
use crate::factory::block_on;
use crate::failure::Done;
use crate::output::{print, print_json};

pub(crate) fn stale(args: &Stale) -> anyhow::Result<Done> {
    block_on(sweep(args))
}

async fn sweep(args: &Stale) -> anyhow::Result<Done> {
    let dry_run = args.dry.dry_run;
    let manner = Manner {
        agent: None,
        dry_run,
    };
    let diary = Diary::new();
    let swept = with_engine(&args.at, manner, &diary, async |placed: Placed<'_>| {
        let elsewhere = (!dry_run).then_some(placed.dispatcher);
        Ok(placed.engine.sweep_apart(elsewhere).await?)
    });
    let swept = swept.await?;
    let mut outputs = Outputs::default();
    outputs.set("dry_run", dry_run);
    outputs.set("looked_at", swept.looked_at);
    outputs.set("acted", listed(&swept.acted));
    outputs.set("taken_up", listed(&swept.taken_up));
    if !dry_run {
        outputs.write()?;
    }
    summary(&swept, &diary.done(), dry_run).write()?;
    match args.at.format {
        Format::Json => print_json(&outputs)?,
        Format::Text => print(&text(&swept, dry_run))?,
    }
    Ok(Done::Fine)
}

fn listed(requests: &[(Number, Reason)]) -> serde_json::Value {
    let one =
        |(issue, reason): &(Number, Reason)| json!({"issue": issue.0, "reason": reason.code()});
    requests.iter().map(one).collect()
}

fn text(swept: &Swept, dry_run: bool) -> String {
    let would = if dry_run { "would be " } else { "" };
    let mut text = match swept.looked_at {
        1 => "looked closely at 1 request\n".to_owned(),
        many => format!("looked closely at {many} requests\n"),
    };
    for (issue, reason) in &swept.acted {
        let _ = writeln!(text, "  {issue} {would}dealt with: {}", reason.sentence());
    }
    for (issue, reason) in &swept.taken_up {
        let _ = writeln!(text, "  {issue} {would}taken up: {}", reason.sentence());
    }
    text
}

fn summary(swept: &Swept, done: &[String], dry_run: bool) -> Summary {
    let quiet = swept.acted.is_empty() && swept.taken_up.is_empty();
    let (mark, said) = match (quiet, dry_run) {
        (true, _) => ("💤", "Nothing is stale and nothing was stranded."),
        (false, true) => ("🔎", "Some requests need a push; nothing was touched."),
        (false, false) => ("🧹", "Some requests needed a push."),
    };
    let mut summary = Summary::new("stale", mark, said);
    let of = |(issue, reason): &(Number, Reason)| format!("{issue}: {}", reason.sentence());
    let lines: Vec<String> = swept.acted.iter().map(of).collect();
    summary.list("Dealt with", &lines);
    let lines: Vec<String> = swept.taken_up.iter().map(of).collect();
    summary.list("Taken up", &lines);
    summary.list("What was done", done);
    summary
}
