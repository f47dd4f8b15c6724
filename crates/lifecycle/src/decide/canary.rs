//! The canary: every skill loads, and the pinned model proves that it reads each one.
//!
//! One issue of the factory's own holds the record. It is open while something is wrong and closed otherwise; so a change
//! of the model's pin, which must pass again, leaves a trace that people find.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use lightsout_forge::{
    Action, BranchName, Chore, CommentKey, Event, EventKind, IssueState, Number, Sha,
};
use serde::{Deserialize, Serialize};

use crate::facts::OwnIssue;
use crate::trace::{applies, given};
use crate::{Plan, Reason, Role, RunEnd, RunId, RunMark, RunOrder, RunReport, block, texts};

/// How often one run is taken up again after it was cut off.
const MAX_TRIES: u32 = 3;

/// The skills as they are on the base branch, and what is remembered of the last proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CanaryFacts {
    /// The time.
    pub now: DateTime<Utc>,
    /// The kill switch: whether `CMS_BOT_ENABLED` equals `true`.
    pub enabled: bool,
    /// The model that runs are pinned to.
    pub model: String,
    /// Whether there is an agent that reads skills; one without a model does not.
    #[serde(default = "yes")]
    pub reads: bool,
    /// Every skill that a content type names.
    pub skills: Vec<SkillFacts>,
    /// The base branch.
    pub base: BranchName,
    /// Where it is.
    pub at: Sha,
    /// The issue that holds the record, if there is one.
    #[serde(default)]
    pub issue: Option<OwnIssue>,
    /// Whether a run that has not been settled is still alive somewhere.
    #[serde(default)]
    pub run_alive: bool,
    /// Why the budget would refuse a run, in a sentence.
    #[serde(default)]
    pub budget_refusal: Option<String>,
}

fn yes() -> bool {
    true
}

/// One skill, as the static check found it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkillFacts {
    /// Its name.
    pub name: String,
    /// What is wrong with its file, in a sentence.
    #[serde(default)]
    pub problem: Option<String>,
    /// The phrase in it that only somebody who read it can give back.
    pub phrase: String,
}

/// What the canary remembers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CanaryRecord {
    /// The model that passed last.
    pub model: Option<String>,
    /// When it passed.
    pub passed_at: Option<DateTime<Utc>>,
    /// Every change of the model, the oldest first.
    pub recalibrations: Vec<Recalibration>,
    /// How many runs were started.
    pub attempt: u32,
    /// The run in progress.
    pub run: Option<RunMark>,
}

/// A change of the pinned model that has passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recalibration {
    /// The model before.
    pub from: String,
    /// The model since.
    pub to: String,
    /// When it passed.
    pub at: DateTime<Utc>,
}

/// The key of the issue that holds the canary's record.
pub fn canary_key() -> CommentKey {
    CommentKey::new("canary")
}

const BLOCK: &str = "canary";

/// What work on the repository itself is charged to: the number that no forge gives.
const REPOSITORY: Number = Number(0);

impl CanaryFacts {
    /// What is remembered, in the issue's body.
    pub fn record(&self) -> CanaryRecord {
        let body = self.issue.as_ref().map(|issue| issue.body.as_str());
        body.and_then(|body| block::read(BLOCK, body))
            .unwrap_or_default()
    }

    fn state(&self) -> IssueState {
        let state = self.issue.as_ref().map(|issue| issue.state);
        state.unwrap_or(IssueState::Closed)
    }
}

pub(crate) fn decide(event: &Event, facts: &CanaryFacts) -> Plan {
    match event.kind {
        EventKind::Tick {
            chore: Chore::Canary,
        }
        | EventKind::Dispatch {
            chore: Chore::Canary,
        } => consider(facts),
        _ => Plan::ignore(Reason::NothingToDo),
    }
}

fn consider(facts: &CanaryFacts) -> Plan {
    let record = facts.record();
    if applies(
        Reason::RunInProgress,
        record.run.is_some() && facts.run_alive,
    ) {
        return Plan::ignore(Reason::RunInProgress);
    }
    let broken: Vec<&SkillFacts> = facts
        .skills
        .iter()
        .filter(|skill| skill.problem.is_some())
        .collect();
    if applies(Reason::SkillBroken, !broken.is_empty()) {
        let why = texts::skill_problems(&broken);
        return alert(facts, &record, Reason::SkillBroken, &why);
    }
    if applies(Reason::NothingToProve, !facts.reads) {
        return nothing_to_prove(facts, record);
    }
    if let Some(why) = given(Reason::BudgetReached, facts.budget_refusal.as_ref()) {
        return alert(facts, &record, Reason::BudgetReached, why);
    }
    start(facts, record)
}

/// Nobody will prove anything, so that every skill loads is all that an alert can wait for.
fn nothing_to_prove(facts: &CanaryFacts, mut record: CanaryRecord) -> Plan {
    if facts.state() == IssueState::Closed {
        return Plan::ignore(Reason::NothingToProve);
    }
    record.run = None;
    let reason = Reason::SkillsLoad;
    Plan::act(
        reason,
        vec![remember(facts, &record, reason, "", IssueState::Closed)],
    )
}

fn start(facts: &CanaryFacts, mut record: CanaryRecord) -> Plan {
    let (reason, mark) = match record.run.take() {
        Some(mark) if applies(Reason::RunKeepsDying, mark.tries >= MAX_TRIES) => {
            return alert(facts, &record, Reason::RunKeepsDying, "");
        }
        Some(mark) => {
            let tries = mark.tries + 1;
            (Reason::Resumed, RunMark { tries, ..mark })
        }
        None => {
            record.attempt += 1;
            let mark = RunMark {
                id: RunId(format!("canary-{}", record.attempt)),
                started_at: facts.now,
                tries: 1,
                checks: None,
            };
            (Reason::CanaryStarted, mark)
        }
    };
    let order = RunOrder {
        id: mark.id.clone(),
        role: Role::Canary,
        issue: REPOSITORY,
        kind: None,
        attempt: record.attempt,
        branch: facts.base.clone(),
        at: Some(facts.at.clone()),
    };
    record.run = Some(mark);
    Plan {
        reason,
        actions: vec![remember(facts, &record, reason, "", facts.state())],
        run: Some(order),
    }
}

/// Opens the issue with what is wrong; one that says the same already is left alone, also when somebody has closed it.
fn alert(facts: &CanaryFacts, record: &CanaryRecord, reason: Reason, why: &str) -> Plan {
    let mut record = record.clone();
    record.run = None;
    let action = remember(facts, &record, reason, why, IssueState::Open);
    match (&facts.issue, &action) {
        (Some(stands), Action::EnsureIssue { body, .. }) if stands.text() == body => {
            Plan::ignore(Reason::AlertStands)
        }
        _ => Plan::act(reason, vec![action]),
    }
}

fn remember(
    facts: &CanaryFacts,
    record: &CanaryRecord,
    reason: Reason,
    body: &str,
    state: IssueState,
) -> Action {
    Action::EnsureIssue {
        key: canary_key(),
        title: format!("Canary of {}", texts::one_line(&facts.model, 100)),
        body: texts::canary(&block::write(BLOCK, record), record, reason, body),
        labels: [].into(),
        state,
    }
}

/// Settles a canary run: every phrase came back, or people are told which did not.
pub(crate) fn settle(report: &RunReport, facts: &CanaryFacts) -> Plan {
    let mut record = facts.record();
    match record.run.take() {
        Some(mark) if mark.id == report.run => {}
        _ => return Plan::ignore(Reason::AlreadyHandled),
    }
    if let RunEnd::Recited { phrases } = &report.end {
        return recited(facts, record, phrases);
    }
    let why = texts::handed_back(report);
    alert(facts, &record, Reason::CanaryFailed, &why)
}

fn recited(
    facts: &CanaryFacts,
    mut record: CanaryRecord,
    phrases: &BTreeMap<String, String>,
) -> Plan {
    let unread: Vec<&str> = facts
        .skills
        .iter()
        .filter(|skill| {
            phrases.get(&skill.name).map(|phrase| phrase.trim()) != Some(skill.phrase.trim())
        })
        .map(|skill| skill.name.as_str())
        .collect();
    if !unread.is_empty() {
        return alert(
            facts,
            &record,
            Reason::CanaryFailed,
            &texts::unread(&unread),
        );
    }
    let was = record.model.replace(facts.model.clone());
    record.passed_at = Some(facts.now);
    let reason = match was {
        Some(from) if from != facts.model => {
            record.recalibrations.push(Recalibration {
                from,
                to: facts.model.clone(),
                at: facts.now,
            });
            Reason::Recalibrated
        }
        _ => Reason::CanaryPassed,
    };
    let action = remember(facts, &record, reason, "", IssueState::Closed);
    Plan::act(reason, vec![action])
}

#[cfg(test)]
mod tests;
