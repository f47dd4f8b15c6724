//! What deciding or settling came to, told three times: to the next job, to programs, to people.

use std::fmt::Write as _;
use std::path::Path;

use lightsout_engine::{Commission, EngineError, Settled};
use lightsout_lifecycle::{Decision, Plan};
use serde_json::{Value, json};

use crate::actions::{Level, Outputs, Summary, annotate};
use crate::args::Format;
use crate::output::{action_line, print, print_json};

/// Tells what an engine came to.
pub(super) struct Told<'a> {
    /// The verb.
    pub(super) verb: &'static str,
    pub(super) settled: &'a Settled,
    /// Where a run was left.
    pub(super) out: &'a Path,
    /// What was done, in lines.
    pub(super) done: Vec<String>,
    pub(super) dry_run: bool,
}

impl Told<'_> {
    /// Adds to what the verb already has to say, and says all of it.
    pub(super) fn tell(&self, mut outputs: Outputs, format: Format) -> anyhow::Result<()> {
        self.set(&mut outputs)?;
        if !self.dry_run {
            outputs.write()?;
        }
        self.summary().write()?;
        if let Some(plan) = &self.settled.plan {
            let sentence = plan.reason.sentence();
            match plan.decision() {
                Decision::Refuse => annotate(Level::Warning, "Refused", sentence),
                Decision::Ask => annotate(Level::Notice, "A person is asked", sentence),
                _ => {}
            }
        }
        match format {
            Format::Json => print_json(&outputs),
            Format::Text => print(&self.text()),
        }
    }

    fn set(&self, outputs: &mut Outputs) -> Result<(), EngineError> {
        let plan = self.settled.plan.as_ref();
        outputs.set("dry_run", self.dry_run);
        outputs.set("reason", plan.map(|plan| plan.reason.code()));
        outputs.set("sentence", plan.map(|plan| plan.reason.sentence()));
        outputs.set("acted", self.settled.acted);
        outputs.set("run", self.settled.next.is_some());
        if let Some(run) = &self.settled.next {
            outputs.set("run_id", run.order.id.0.as_str());
            outputs.set("role", run.order.role.name());
            outputs.set("issue", run.order.issue.0);
            outputs.set("base", run.base.as_str());
            outputs.set("rules", run.rules.as_str());
            outputs.set("run_digest", Commission::digest(self.out)?);
        }
        let actions = plan.map_or(Value::Null, |plan| json!(plan.actions));
        outputs.set("actions", actions);
        Ok(())
    }

    fn text(&self) -> String {
        let mut text = match &self.settled.plan {
            None => "nothing: it is about no request\n".to_owned(),
            Some(plan) => format!("{}: {}\n", plan.reason.code(), plan.reason.sentence()),
        };
        if self.dry_run {
            text.push_str(&planned(self.settled.plan.as_ref()));
        } else {
            for line in &self.done {
                let _ = writeln!(text, "  {line}");
            }
        }
        if let Some(run) = &self.settled.next {
            let _ = writeln!(text, "{}", next(run, self.out));
        }
        text
    }

    fn summary(&self) -> Summary {
        let plan = self.settled.plan.as_ref();
        let mark = match plan.map(Plan::decision) {
            None | Some(Decision::Ignore) => "💤",
            Some(Decision::Refuse) => "✋",
            Some(Decision::Ask) => "❓",
            Some(Decision::Start) => "▶️",
            Some(Decision::Notify) => "💬",
            Some(Decision::Approve | Decision::Merge) => "✅",
            Some(Decision::Cancel) => "➖",
        };
        let said = plan.map_or("This event is about no request.", |plan| {
            plan.reason.sentence()
        });
        let mut summary = Summary::new(self.verb, mark, said);
        let mut rows = Vec::new();
        if let Some(plan) = plan {
            rows.push(("decision", plan.reason.code().to_owned()));
        }
        if let Some(report) = &self.settled.report {
            rows.push(("request", report.issue.to_string()));
            rows.push(("run", format!("{}, {}", report.run.0, report.role.name())));
            rows.push(("agent", report.agent.clone()));
            rows.push(("branch", report.branch.to_string()));
        }
        if let Some(run) = &self.settled.next {
            rows.push((
                "next run",
                format!("{}, {}", run.order.id.0, run.order.role.name()),
            ));
            rows.push(("request of it", run.order.issue.to_string()));
            rows.push(("starts from", run.base.to_string()));
        }
        if self.dry_run {
            rows.push(("dry run", "nothing was touched".to_owned()));
        }
        if !rows.is_empty() {
            summary.table(&rows);
        }
        if self.dry_run {
            let actions = plan.map(|plan| plan.actions.as_slice()).unwrap_or_default();
            let lines: Vec<String> = actions.iter().map(action_line).collect();
            summary.list("What would be done", &lines);
        } else {
            summary.list("What was done", &self.done);
        }
        if let Some(report) = &self.settled.report {
            summary.quote("What the agent said last", &report.words);
        }
        summary
    }
}

/// What a plan would do, for people.
fn planned(plan: Option<&Plan>) -> String {
    let mut text = String::new();
    for action in plan.into_iter().flat_map(|plan| &plan.actions) {
        let _ = writeln!(text, "  would {}", action_line(action));
    }
    if let Some(order) = plan.and_then(|plan| plan.run.as_ref()) {
        let (run, role) = (&order.id.0, order.role.name());
        let _ = writeln!(text, "  would hand out run {run} ({role})");
    }
    text
}

fn next(run: &Commission, out: &Path) -> String {
    let (id, role, out) = (&run.order.id.0, run.order.role.name(), out.display());
    format!("run {id} ({role}) is in `{out}`; next: lightsout agent run --run {out}")
}

/// Tells that an event is none of the factory's.
pub(super) fn ignored(
    verb: &str,
    code: &str,
    sentence: &str,
    format: Format,
) -> anyhow::Result<()> {
    let mut outputs = Outputs::default();
    outputs.set("reason", code);
    outputs.set("sentence", sentence);
    outputs.set("acted", false);
    outputs.set("run", false);
    outputs.write()?;
    let mut summary = Summary::new(verb, "💤", "The factory does not listen to this event.");
    summary.table(&[("reason", code.to_owned()), ("why", sentence.to_owned())]);
    summary.write()?;
    match format {
        Format::Json => print_json(&outputs),
        Format::Text => print(&format!("{code}: {sentence}\n")),
    }
}
