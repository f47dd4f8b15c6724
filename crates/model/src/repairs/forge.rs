//! The forge of the world of repairs: what an action does, and what it raises.

use lightsout_forge::{Action, BranchName, Credential, EventKind, PullState, Thread};
use lightsout_lifecycle::{Answer, heal_key, review_key};

use super::world::{Books, Check, Pull, World};
use crate::world::{Who, commit_of, event, pull_number, sha};

/// Puts an event on its way, unless the very same one is on its way already or nobody listens.
pub(crate) fn raise(world: &mut World, books: &mut Books, by: Who, kind: EventKind) {
    let heard = match kind {
        EventKind::WorkflowCompleted { .. } => books.installed.healer,
        _ => books.installed.review,
    };
    if !heard {
        return;
    }
    let event = books.events.put(event(by, kind));
    if !world.inbox.contains(&event) {
        world.inbox.push(event);
    }
}

/// Makes an action's end state true.
pub(crate) fn apply(world: &mut World, books: &mut Books, action: &Action) -> Answer {
    let loud = action.credential() == Credential::Bot;
    match action {
        Action::UpsertComment { on, key, body } => {
            let Thread::PullOf(branch) = on else {
                return Answer::Refused;
            };
            let branch = books.texts.put(branch.as_str().to_owned());
            let Some(place) = world.pull_of(branch) else {
                return Answer::Refused;
            };
            let body = books.texts.put(format!("{}\n{body}", key.marker()));
            let pull = &mut world.pulls[place];
            if *key == heal_key() {
                pull.healer = Some(body);
            } else if *key == review_key() {
                pull.review = Some(body);
            }
            Answer::So
        }
        Action::EnsureBranch { branch, at, .. } => {
            let Some(to) = commit_of(at) else {
                return Answer::Refused;
            };
            let branch = books.texts.put(branch.as_str().to_owned());
            move_branch(world, books, branch, to, loud.then_some(Who::Factory));
            Answer::So
        }
        Action::EnsurePullRequest { head, base, .. } => open(world, books, head, base, loud),
        // Neither labels nor the factory's status of a repair are looked at by anything here.
        Action::EnsureStatus { .. } | Action::EnsureLabel { .. } => Answer::So,
        Action::EnsureNoLabel { .. }
        | Action::EnsureNoBranch { .. }
        | Action::EnsureNoPullRequest { .. }
        | Action::Merge { .. }
        | Action::CloseIssue { .. }
        | Action::EnsureIssue { .. } => Answer::Refused,
    }
}

/// Moves a branch; its open pull request moves along, and whoever listens hears of it.
pub(crate) fn move_branch(
    world: &mut World,
    books: &mut Books,
    branch: u32,
    to: u8,
    by: Option<Who>,
) {
    world.branches.retain(|(name, _)| *name != branch);
    world.branches.push((branch, to));
    world.branches.sort_unstable();
    let moved = world.pulls.iter_mut().position(|pull| {
        let moves = pull.branch == branch && pull.state == PullState::Open && pull.head != to;
        if moves {
            pull.head = to;
        }
        moves
    });
    if let (Some(place), Some(by)) = (moved, by) {
        let pull = pull_number(0, place);
        let kind = EventKind::PullSynchronized {
            pull,
            head: sha(to),
        };
        raise(world, books, by, kind);
        check(world, books, place);
    }
}

fn open(
    world: &mut World,
    books: &mut Books,
    head: &BranchName,
    base: &BranchName,
    loud: bool,
) -> Answer {
    let branch = books.texts.put(head.as_str().to_owned());
    let into = books.texts.put(base.as_str().to_owned());
    let there = |pull: &Pull| pull.branch == branch && pull.state == PullState::Open;
    if world.pulls.iter().any(there) {
        return Answer::So;
    }
    let Some(&(_, tip)) = world.branches.iter().find(|(name, _)| *name == branch) else {
        return Answer::Refused;
    };
    let mends = world.pull_of(into);
    world.pulls.push(Pull {
        branch,
        head: tip,
        state: PullState::Open,
        by: Who::Factory,
        mends: mends.and_then(|place| u8::try_from(place).ok()),
        healer: None,
        review: None,
    });
    if loud {
        announce(world, books, world.pulls.len() - 1, Who::Factory);
    }
    Answer::So
}

/// A pull request has been opened: people and machines hear of it, and its checks begin.
pub(crate) fn announce(world: &mut World, books: &mut Books, place: usize, by: Who) {
    let pull = pull_number(0, place);
    raise(world, books, by, EventKind::PullOpened { pull });
    check(world, books, place);
}

/// A workflow run of a pull request's head begins.
fn check(world: &mut World, books: &Books, place: usize) {
    if !books.installed.healer {
        return;
    }
    world.checks.push(Check {
        pull: u8::try_from(place).unwrap_or(u8::MAX),
        commit: world.pulls[place].head,
        end: None,
    });
}
