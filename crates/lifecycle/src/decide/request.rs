//! From an event to a plan, for one request.

use lightsout_forge::{Chore, Event, EventKind, IssueState, Label};

use super::{comments, intake, pulls};
use crate::trace::applies;
use crate::{Plan, PullFacts, Reason, Snapshot, State};

/// Decides what becomes of the request after `event`.
///
/// The event only says where to look; what it claims is taken from the snapshot, since a delivery may be late or doubled.
pub(crate) fn decide(event: &Event, snapshot: &Snapshot) -> Plan {
    match &event.kind {
        EventKind::IssueOpened { .. } => by_person(snapshot, |s| intake::consider(s, Nudge::No)),
        EventKind::IssueReopened { .. } => by_person(snapshot, reopened),
        EventKind::IssueLabeled { label, .. } => by_person(snapshot, |s| labeled(s, label)),
        EventKind::IssueClosed { .. } => by_person(snapshot, pulls::issue_closed),
        EventKind::CommentCreated { .. } => comments::on_comment(snapshot),
        // One that is opened again may have been approved before.
        EventKind::PullOpened { .. }
        | EventKind::PullSynchronized { .. }
        | EventKind::StatusChanged { .. } => pulls::approval_due(snapshot),
        EventKind::PullLabeled { label, .. } if *label == Label::approved() => {
            pulls::approval_due(snapshot)
        }
        EventKind::PullLabeled { .. } => Plan::ignore(Reason::LabelIsNoType),
        EventKind::PullClosed { .. } => pulls::pull_closed(snapshot),
        EventKind::Sweep { .. }
        | EventKind::Tick {
            chore: Chore::Stale,
        }
        | EventKind::Dispatch {
            chore: Chore::Stale,
        } => sweep(snapshot),
        // A kind this version does not know is not ours to answer.
        _ => Plan::ignore(Reason::NothingToDo),
    }
}

/// Whether a person has asked for a run although the request is waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nudge {
    No,
    Yes,
}

fn by_person(snapshot: &Snapshot, then: impl FnOnce(&Snapshot) -> Plan) -> Plan {
    if applies(Reason::ByMachine, snapshot.actor.is_machine()) {
        Plan::ignore(Reason::ByMachine)
    } else {
        then(snapshot)
    }
}

/// Opening a request again that was given up asks for it anew, once: a delivery that comes again finds it taken up.
fn reopened(snapshot: &Snapshot) -> Plan {
    let nudge = if snapshot.record.state == State::Cancelled {
        Nudge::Yes
    } else {
        Nudge::No
    };
    // What was approved before it was closed is still to be merged.
    let approved = |facts: &PullFacts| facts.standing_approval().is_some();
    if nudge == Nudge::No && snapshot.open_pull().is_some_and(approved) {
        return pulls::approval_due(snapshot);
    }
    intake::consider(snapshot, nudge)
}

fn labeled(snapshot: &Snapshot, label: &Label) -> Plan {
    if applies(Reason::LabelIsNoType, label.is_status()) {
        return Plan::ignore(Reason::LabelIsNoType);
    }
    intake::consider(snapshot, Nudge::No)
}

/// Looks at a request without being told of anything: whatever a lost delivery or a crash has left undone.
fn sweep(snapshot: &Snapshot) -> Plan {
    if snapshot.is_merged() || snapshot.issue.state == IssueState::Closed {
        return pulls::tidy_up(snapshot);
    }
    if snapshot.record.run.is_some() {
        let plan = intake::consider(snapshot, Nudge::No);
        // What a person approved is not held back by a run, whose push would void it.
        return match snapshot.open_pull() {
            Some(_) if plan.is_empty() => pulls::approval_due(snapshot),
            _ => plan,
        };
    }
    if snapshot.comment.is_some() {
        let plan = comments::on_comment(snapshot);
        if !plan.is_empty() {
            return plan;
        }
    }
    match &snapshot.pull {
        Some(_) => pulls::tidy_up(snapshot),
        None => intake::consider(snapshot, Nudge::No),
    }
}
