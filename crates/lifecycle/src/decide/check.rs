//! The check: a commit that somebody pushed to a request's branch goes through the gates, and no agent works.
//!
//! A run's own commit has been through them. A repair that a person merged, an edit of theirs, or the base branch merged
//! into it makes a commit that only lacks the gates: doing the work again would cost money, and lose what they did.

use lightsout_forge::Sha;

use super::intake;
use super::steps::{Next, remember};
use crate::{Intake, Plan, PullFacts, Reason, RunId, RunMark, Snapshot};

/// Starts the check of the head commit, or goes on with one that was cut off.
pub(crate) fn begin(snapshot: &Snapshot, facts: &PullFacts) -> Plan {
    match &snapshot.record.run {
        Some(mark) if mark.checks.is_some() => return intake::take_up(snapshot),
        Some(_) => return Plan::ignore(Reason::RunInProgress),
        None => {}
    }
    let kind = match &snapshot.intake {
        Intake::Complete { kind, .. } | Intake::Incomplete { kind, .. } => kind,
        // Without its type nobody can tell what it may touch.
        Intake::NotARequest => return Plan::ignore(Reason::NotARequest),
        Intake::SeveralTypes { .. } => return Plan::ignore(Reason::SeveralTypes),
        Intake::UnknownType { .. } => return Plan::ignore(Reason::UnknownType),
    };
    let attempt = snapshot.record.attempt + 1;
    let mark = RunMark {
        id: RunId(format!("{}-{attempt}", snapshot.issue.number.0)),
        started_at: snapshot.now,
        tries: 1,
        checks: Some(facts.pull.head_sha.clone()),
    };
    let branch = facts.pull.head.clone();
    intake::run(snapshot, Reason::Checking, kind, attempt, branch, mark)
}

/// Whether the commit is still the head of the open pull request.
pub(crate) fn is_head(snapshot: &Snapshot, commit: &Sha) -> bool {
    let open = snapshot.open_pull();
    open.is_some_and(|facts| facts.pull.head_sha == *commit)
}

/// Drops a check whose commit is no longer the head: the next `/publish` is about another one.
pub(crate) fn outdated(snapshot: &Snapshot) -> Plan {
    let mut ended = snapshot.clone();
    ended.record.run = None;
    let next = Next {
        state: ended.state(),
        reason: Reason::WorkOutdated,
    };
    Plan::act(Reason::WorkOutdated, vec![remember(&ended, next, |_| {})])
}
