//! A decision and why, for people and for programs.

use std::fmt::Write as _;

use lightsout_forge::{Action, Event};
use lightsout_lifecycle::{AnyFacts, Decision, Looked, Plan, RunOrder};
use serde::Serialize;
use serde_json::Value;

use super::sketch::Assumption;
use crate::output::{action_line, short};

/// What would happen, and why.
#[derive(Debug, Serialize)]
pub(crate) struct Explained {
    decision: Decision,
    /// The code, one of docs/reference/reasons.md or of a payload that nobody listens to.
    reason: String,
    sentence: String,
    rules: Vec<Look>,
    plan: Vec<Action>,
    /// The run that would start after the plan's actions.
    run: Option<RunOrder>,
    event: Option<Event>,
    assumed: Vec<Assumption>,
    snapshot: Option<AnyFacts>,
}

/// A rule that was looked at.
#[derive(Debug, Serialize)]
struct Look {
    rule: String,
    applies: bool,
    sentence: String,
}

impl Explained {
    pub(crate) fn of(
        event: Event,
        plan: Plan,
        looked: &[Looked],
        snapshot: AnyFacts,
        assumed: Vec<Assumption>,
    ) -> Self {
        let rule = |look: &Looked| Look {
            rule: look.rule.code().to_owned(),
            applies: look.applies,
            sentence: look.rule.sentence().to_owned(),
        };
        Self {
            decision: plan.decision(),
            reason: plan.reason.code().to_owned(),
            sentence: plan.reason.sentence().to_owned(),
            rules: looked.iter().map(rule).collect(),
            plan: plan.actions,
            run: plan.run,
            event: Some(event),
            assumed,
            snapshot: Some(snapshot),
        }
    }

    /// A payload that nobody listens to: no rule of a request is asked.
    pub(crate) fn ignored(code: &str, sentence: &str) -> Self {
        let rule = Look {
            rule: code.to_owned(),
            applies: true,
            sentence: sentence.to_owned(),
        };
        Self {
            decision: Decision::Ignore,
            reason: code.to_owned(),
            sentence: sentence.to_owned(),
            rules: vec![rule],
            plan: Vec::new(),
            run: None,
            event: None,
            assumed: Vec::new(),
            snapshot: None,
        }
    }

    /// For people.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        if let Some(event) = &self.event {
            let _ = write!(text, "{} by {}", event.kind.name(), event.actor.login);
            if let Some(AnyFacts::Request(request)) = &self.snapshot {
                let issue = &request.issue;
                if issue.number.0 > 0 {
                    let _ = write!(text, ", about {} {}", issue.number, short(&issue.title, 60));
                }
            }
            text.push('\n');
        }
        let _ = writeln!(
            text,
            "{} ({}): {}\n\nRules that were looked at:",
            serde_json::to_value(self.decision)
                .ok()
                .as_ref()
                .and_then(Value::as_str)
                .unwrap_or_default(),
            self.reason,
            self.sentence
        );
        for rule in &self.rules {
            if rule.applies {
                let _ = writeln!(text, "  ✓ {}: {}", rule.rule, rule.sentence);
            } else {
                let _ = writeln!(text, "  – {} does not apply", rule.rule);
            }
        }
        text.push_str(if self.plan.is_empty() && self.run.is_none() {
            "\nNothing would be done.\n"
        } else {
            "\nWhat would be done, in this order:\n"
        });
        for (index, action) in self.plan.iter().enumerate() {
            let _ = writeln!(text, "  {}. {}", index + 1, action_line(action));
        }
        if let Some(run) = &self.run {
            let _ = writeln!(
                text,
                "  {}. start run {} on {}",
                self.plan.len() + 1,
                run.id.0,
                run.branch
            );
        }
        if !self.assumed.is_empty() {
            text.push_str(
                "\nAssumed, since the payload does not show it (`--snapshot` can say otherwise):\n",
            );
            for assumption in &self.assumed {
                let _ = writeln!(text, "  {}: {}", assumption.key, assumption.sentence);
            }
        }
        text
    }
}
