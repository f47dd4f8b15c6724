//! The actions that plans are made of.

use lightsout_forge::{Action, CommentKey, Label, Thread};

use crate::record::status_key;
use crate::{Plan, Reason, Record, Snapshot, State, texts};

/// What the status comment shall say next.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Next {
    pub(crate) state: State,
    pub(crate) reason: Reason,
}

/// Writes the status comment: the record as it was, but for `change`.
pub(crate) fn remember(
    snapshot: &Snapshot,
    next: Next,
    change: impl FnOnce(&mut Record),
) -> Action {
    let mut record = snapshot.record.clone();
    record.state = next.state;
    next.reason.code().clone_into(&mut record.reason);
    change(&mut record);
    write_record(snapshot, &record)
}

/// Writes the status comment with nothing changed but what `change` changes: for replies, which leave the state alone.
pub(crate) fn note(snapshot: &Snapshot, change: impl FnOnce(&mut Record)) -> Action {
    let mut record = snapshot.record.clone();
    change(&mut record);
    write_record(snapshot, &record)
}

fn write_record(snapshot: &Snapshot, record: &Record) -> Action {
    Action::UpsertComment {
        on: Thread::Issue(snapshot.issue.number),
        key: status_key(),
        body: texts::status(record),
    }
}

/// Hands the request to a person. The question comes first, so that whoever sees the label finds it.
///
/// What comes last says that all of it is done: the label, which makes the next look find a request that waits; or the
/// record, while it holds a run, or is to hold a command, which would otherwise be forgotten before the label is there.
pub(crate) fn ask(snapshot: &Snapshot, reason: Reason, key: &str, body: &str) -> Plan {
    let on = Thread::Issue(snapshot.issue.number);
    let next = Next {
        state: State::Waiting,
        reason,
    };
    let question = Action::UpsertComment {
        on: on.clone(),
        key: CommentKey::new(key),
        body: texts::ask(&snapshot.requester.login, reason, body),
    };
    let label = Action::EnsureLabel {
        on,
        label: Label::waiting(),
    };
    let record = remember(snapshot, next, |record| {
        record.run = None;
        record.last_answer = record.last_answer.max(snapshot.newest_answer);
        if let Some(command) = handled_command(snapshot) {
            record.last_command = record.last_command.max(command);
        }
    });
    let actions = if snapshot.record.run.is_some() || handled_command(snapshot).is_some() {
        vec![question, label, record]
    } else {
        vec![question, record, label]
    };
    Plan::act(reason, actions)
}

/// The command that this plan answers, so that it is not answered again.
pub(crate) fn handled_command(snapshot: &Snapshot) -> Option<lightsout_forge::CommentId> {
    snapshot
        .comment
        .as_ref()
        .filter(|comment| comment.command.is_some())
        .map(|comment| comment.id)
}
