//! What a plan makes of a request: the rows of the table of transitions.

use lightsout_forge::{Action, Comment, Event, EventKind};
use lightsout_lifecycle::{Plan, Question, Reason, Record, Snapshot, State, status_key};

use crate::world::Who;

/// A plan that does something, seen from the states of its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// The request's state before.
    pub from: &'static str,
    /// What happened, in a few words.
    pub on: &'static str,
    /// Why the plan does what it does.
    pub reason: Reason,
    /// The request's state once the plan is carried out.
    pub to: &'static str,
}

/// What a plan makes of its request; nothing if it is empty.
pub(crate) fn of_plan(
    event: &Event,
    question: &Question,
    snapshot: &Snapshot,
    plan: &Plan,
) -> Option<Change> {
    if plan.is_empty() {
        return None;
    }
    let from = snapshot.state();
    Some(Change {
        from: from.name(),
        on: match question {
            Question::Decide => happened(event, snapshot),
            Question::MergeConflict => "the merge meets a conflict",
            Question::Settle { .. } => "the run ends",
        },
        reason: plan.reason,
        to: after(snapshot, plan).unwrap_or(from).name(),
    })
}

/// The state that the plan leads to; none if it only replies, which leaves the record's state as it was.
fn after(snapshot: &Snapshot, plan: &Plan) -> Option<State> {
    let says = |action: &Action| matches!(action, Action::UpsertComment { .. });
    let only_says = plan.run.is_none() && plan.actions.iter().all(says);
    written(snapshot, plan).filter(|state| !only_says || *state != snapshot.record.state)
}

/// The state that the plan writes into the record of the status comment.
fn written(snapshot: &Snapshot, plan: &Plan) -> Option<State> {
    let status = plan.actions.iter().rev().find_map(|action| match action {
        Action::UpsertComment { key, body, .. } if *key == status_key() => {
            Some(format!("{}\n{body}", key.marker()))
        }
        _ => None,
    })?;
    let comment = Comment {
        id: lightsout_forge::CommentId(0),
        on: snapshot.issue.number,
        author: Who::Factory.account(),
        body: status,
        created_at: snapshot.now,
    };
    Some(Record::find(&[comment], |_| true).state)
}

fn happened(event: &Event, snapshot: &Snapshot) -> &'static str {
    match &event.kind {
        EventKind::IssueOpened { .. } => "the issue is opened",
        EventKind::IssueReopened { .. } => "the issue is opened again",
        EventKind::IssueLabeled { .. } => "the issue gets a label",
        EventKind::IssueClosed { .. } => "the issue is closed",
        EventKind::CommentCreated { .. } => {
            let command = snapshot.comment.as_ref().and_then(|said| said.command);
            command.map_or("a comment", |command| command.word())
        }
        EventKind::PullOpened { .. } => "the pull request is opened",
        EventKind::PullSynchronized { .. } => "the pull request gets a commit",
        EventKind::PullLabeled { .. } => "the pull request gets a label",
        EventKind::PullClosed { .. } => "the pull request is closed or merged",
        EventKind::StatusChanged { .. } => "a check ends",
        EventKind::Sweep { .. } => "a sweep",
        other => other.name(),
    }
}
