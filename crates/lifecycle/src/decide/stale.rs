//! Pull requests that nobody touches: closed, and their requests handed back to a person.

use lightsout_forge::Action;

use super::steps::ask;
use crate::glance::UNTOUCHED;
use crate::{Plan, PullFacts, Reason, Snapshot};

/// Whether nothing has happened on the pull request for longer than it may.
fn is_stale(snapshot: &Snapshot, facts: &PullFacts) -> bool {
    snapshot.now.signed_duration_since(facts.pull.updated_at) >= UNTOUCHED
}

/// Closes a stale pull request of an open request.
///
/// The person is asked before it goes, so that a crash between the two leaves both to be seen, and the next look only
/// closes. The branch stays: the next run goes on under its name. Nothing is ever opened again or labelled twice, since
/// the request stays open all the while.
pub(crate) fn close(snapshot: &Snapshot, facts: &PullFacts) -> Option<Plan> {
    if !is_stale(snapshot, facts) {
        return None;
    }
    let mut actions = Vec::new();
    if !snapshot.is_waiting() {
        let key = format!("stale-{}", facts.pull.number.0);
        let how = "Comment `/retry` to have it made again on top of what is there now, say in a comment what should be different, or comment `/cancel`.";
        actions = ask(snapshot, Reason::PullRequestStale, &key, how).actions;
    }
    actions.push(Action::EnsureNoPullRequest {
        head: facts.pull.head.clone(),
    });
    Some(Plan::act(Reason::PullRequestStale, actions))
}
