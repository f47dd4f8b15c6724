//! `lightsout replay`: every decision of a journal, made again.

mod forge;
mod lines;

use std::fmt::Write as _;
use std::path::Path;

use lightsout_forge::{Action, Event, Number};
use lightsout_lifecycle::{Plan, RunOrder};
use serde::Serialize;

use crate::args::{Format, Replay};
use crate::factory::{block_on, open};
use crate::failure::Done;
use crate::output::{print, print_json, short};
use lines::{Decided, Line, Remark, read};

/// What came of making every decision again.
#[derive(Debug, Default, Serialize)]
struct Report {
    /// How many decisions were made again.
    decisions: usize,
    differences: Vec<Difference>,
    forge: Vec<Moved>,
    notes: Vec<Remark>,
}

/// A decision that comes out differently today.
#[derive(Debug, Serialize)]
struct Difference {
    line: usize,
    issue: Option<Number>,
    event: Event,
    then: Outcome,
    now: Outcome,
}

/// Something on the forge that is not as the last plan of its request wanted it.
#[derive(Debug, Serialize)]
struct Moved {
    line: usize,
    issue: Number,
    action: Action,
    found: String,
}

#[derive(Debug, Serialize)]
struct Outcome {
    reason: &'static str,
    plan: Vec<Action>,
    run: Option<RunOrder>,
}

impl From<Plan> for Outcome {
    fn from(plan: Plan) -> Self {
        Self {
            reason: plan.reason.code(),
            plan: plan.actions,
            run: plan.run,
        }
    }
}

pub(crate) fn run(args: &Replay) -> anyhow::Result<Done> {
    let mut report = Report::default();
    let mut decided = Vec::new();
    for line in read(&args.journal)? {
        match line {
            Line::Decided(one) => decided.push(*one),
            Line::Remark(note) => report.notes.push(note),
        }
    }
    report.decisions = decided.len();
    if let Some(dir) = &args.dir {
        report.forge = block_on(moved(dir, &decided))?;
    }
    report.differences = decided.into_iter().filter_map(again).collect();
    match args.format {
        Format::Json => print_json(&report)?,
        Format::Text => print(&text(&report))?,
    }
    let wrong = report.notes.iter().any(|note| note.wrong);
    Ok(
        if report.differences.is_empty() && report.forge.is_empty() && !wrong {
            Done::Fine
        } else {
            Done::Wrong
        },
    )
}

/// Makes a decision again, and says how it differs if it does.
fn again(decided: Decided) -> Option<Difference> {
    let Decided {
        line,
        issue,
        event,
        reason,
        basis,
    } = decided;
    let now = basis.question.answer(&event, &basis.facts);
    let then = basis.plan;
    if now == then && reason == then.reason {
        return None;
    }
    let mut then = Outcome::from(then);
    then.reason = reason.code();
    Some(Difference {
        line,
        issue,
        event,
        then,
        now: now.into(),
    })
}

/// Holds the forge against the last plan of each request that wanted anything.
async fn moved(dir: &Path, decided: &[Decided]) -> anyhow::Result<Vec<Moved>> {
    let local = open(dir).await?;
    let mut last = std::collections::BTreeMap::new();
    for one in decided {
        if let (Some(issue), false) = (one.issue, one.basis.plan.actions.is_empty()) {
            last.insert(issue, one);
        }
    }
    let mut moved = Vec::new();
    for (issue, one) in last {
        for action in &one.basis.plan.actions {
            if let Some(found) = forge::differs(&local, action).await? {
                moved.push(Moved {
                    line: one.line,
                    issue,
                    action: action.clone(),
                    found,
                });
            }
        }
    }
    Ok(moved)
}

fn text(report: &Report) -> String {
    let mut text = String::new();
    for one in &report.differences {
        let issue = one
            .issue
            .map_or_else(String::new, |issue| format!(" {issue}"));
        let _ = writeln!(
            text,
            "line {}:{issue} {}: then {}, now {}",
            one.line,
            one.event.kind.name(),
            one.then.reason,
            one.now.reason
        );
        for (sign, of, other) in [("-", &one.then, &one.now), ("+", &one.now, &one.then)] {
            for action in of.plan.iter().filter(|action| !other.plan.contains(action)) {
                let _ = writeln!(text, "  {sign} {}", shown(action));
            }
            if let Some(run) = of.run.as_ref().filter(|_| of.run != other.run) {
                let _ = writeln!(text, "  {sign} run {}", run.id.0);
            }
        }
    }
    for one in &report.forge {
        let _ = writeln!(
            text,
            "{}: the plan of line {} wanted {}; {}",
            one.issue,
            one.line,
            shown(&one.action),
            one.found
        );
    }
    for note in &report.notes {
        let _ = writeln!(text, "line {}: {}", note.line, note.note);
    }
    let _ = writeln!(
        text,
        "{} decisions made again, {} come out differently; {} differences on the forge",
        report.decisions,
        report.differences.len(),
        report.forge.len()
    );
    text
}

fn shown(action: &Action) -> String {
    short(&crate::output::action_line(action), 160)
}
