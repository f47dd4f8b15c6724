//! The forge of the small world: what an action does, whether it raises an event, and what the forge refuses.

use lightsout_forge::{Action, BranchName, CheckState, Credential, EventKind, PullState, Thread};
use lightsout_lifecycle::Answer;

use crate::cast::Cast;
use crate::world::{
    Books, Ci, Labels, Note, Pull, Who, World, commit_of, event, pull_number, request_at, sha,
};

/// Where a thread is: the request, and 0 for its issue or the pull request's place plus 1.
fn thread(books: &mut Books, world: &World, on: &Thread) -> Option<(usize, usize)> {
    match on {
        Thread::Issue(number) => Some((request_at(*number), 0)),
        Thread::PullOf(branch) => {
            let branch = books.text(branch.as_str());
            let mut found = world.requests.iter().enumerate();
            found.find_map(|(at, request)| Some((at, request.pull_of(branch)? + 1)))
        }
    }
}

/// Puts an event on its way, unless the very same one is on its way already.
pub(crate) fn raise(world: &mut World, books: &mut Books, at: usize, by: Who, kind: EventKind) {
    let event = books.event(event(by, kind));
    let inbox = &mut world.requests[at].inbox;
    if !inbox.contains(&event) {
        inbox.push(event);
    }
}

/// Makes an action's end state true, as `credential`.
pub(crate) fn apply(
    world: &mut World,
    books: &mut Books,
    cast: &Cast,
    at: usize,
    action: &Action,
    credential: Credential,
) -> Answer {
    let loud = credential == Credential::Bot;
    match action {
        Action::EnsureLabel { on, label } => set_label(world, books, cast, on, label, true, loud),
        Action::EnsureNoLabel { on, label } => {
            set_label(world, books, cast, on, label, false, loud)
        }
        Action::UpsertComment { on, key, body } => {
            let Some((at, on)) = thread(books, world, on) else {
                return Answer::Refused;
            };
            let body = books.text(&format!("{}\n{body}", key.marker()));
            let key = books.text(key.as_str());
            let on = u8::try_from(on).unwrap_or(u8::MAX);
            let request = &mut world.requests[at];
            let said = u8::try_from(request.said.len()).unwrap_or(u8::MAX);
            let notes = &mut request.notes;
            let there = notes.iter().find(|note| (note.on, note.key) == (on, key));
            let after = there.map_or(if on == 0 { 0 } else { said }, |note| note.after);
            notes.retain(|note| (note.on, note.key) != (on, key));
            notes.push(Note {
                on,
                key,
                body,
                after,
            });
            notes.sort_unstable();
            Answer::So
        }
        Action::EnsureBranch { branch, at: to, .. } => {
            let Some(to) = commit_of(to) else {
                return Answer::Refused;
            };
            let branch = books.text(branch.as_str());
            move_branch(world, books, at, branch, to, loud.then_some(Who::Factory));
            Answer::So
        }
        Action::EnsureNoBranch { branch } => {
            let branch = books.text(branch.as_str());
            let branches = &mut world.requests[at].branches;
            branches.retain(|(name, _)| *name != branch);
            Answer::So
        }
        Action::EnsurePullRequest { head, .. } => open_pull(world, books, at, head, loud),
        Action::EnsureNoPullRequest { head } => {
            let branch = books.text(head.as_str());
            let pulls = &mut world.requests[at].pulls;
            for pull in pulls.iter_mut().filter(|pull| pull.branch == branch) {
                if pull.state == PullState::Open {
                    pull.state = PullState::Closed;
                }
            }
            Answer::So
        }
        Action::EnsureStatus { sha, state, .. } => {
            let Some(commit) = commit_of(sha) else {
                return Answer::Refused;
            };
            world.commits[usize::from(commit)].gates = *state == CheckState::Success;
            Answer::So
        }
        Action::Merge { branch, head, .. } => {
            let head = commit_of(head);
            merge(world, books, at, branch, head)
        }
        Action::CloseIssue { issue, .. } => {
            world.requests[request_at(*issue)].open = false;
            Answer::So
        }
        // The world has no issues of the factory's own.
        Action::EnsureIssue { .. } => Answer::Refused,
    }
}

fn set_label(
    world: &mut World,
    books: &mut Books,
    cast: &Cast,
    on: &Thread,
    label: &lightsout_forge::Label,
    there: bool,
    loud: bool,
) -> Answer {
    let (Some((at, place)), Some(bit)) = (thread(books, world, on), cast.bit(label)) else {
        return Answer::Refused;
    };
    let request = &mut world.requests[at];
    let labels = match place.checked_sub(1) {
        None => &mut request.labels,
        Some(pull) => &mut request.pulls[pull].labels,
    };
    if labels.set(bit, there) && there && loud {
        let label = label.clone();
        let kind = match place.checked_sub(1) {
            None => EventKind::IssueLabeled {
                issue: crate::world::issue_number(at),
                label,
            },
            Some(pull) => EventKind::PullLabeled {
                pull: pull_number(at, pull),
                label,
            },
        };
        raise(world, books, at, Who::Factory, kind);
    }
    Answer::So
}

/// Moves a branch; its open pull request moves along, and the repository's own check begins if anybody hears of it.
pub(crate) fn move_branch(
    world: &mut World,
    books: &mut Books,
    at: usize,
    branch: u32,
    to: u8,
    by: Option<Who>,
) {
    let request = &mut world.requests[at];
    request.branches.retain(|(name, _)| *name != branch);
    request.branches.push((branch, to));
    request.branches.sort_unstable();
    let mut moved = Vec::new();
    for (place, pull) in request.pulls.iter_mut().enumerate() {
        if pull.branch == branch && pull.state == PullState::Open && pull.head != to {
            pull.head = to;
            pull.conflicting = false;
            moved.push(place);
        }
    }
    let Some(by) = by else { return };
    for place in moved {
        let kind = EventKind::PullSynchronized {
            pull: pull_number(at, place),
            head: sha(to),
        };
        raise(world, books, at, by, kind);
    }
}

fn open_pull(
    world: &mut World,
    books: &mut Books,
    at: usize,
    head: &BranchName,
    loud: bool,
) -> Answer {
    let branch = books.text(head.as_str());
    let request = &mut world.requests[at];
    let open = |pull: &Pull| pull.branch == branch && pull.state == PullState::Open;
    if request.pulls.iter().any(open) {
        return Answer::So;
    }
    let Some(&(_, head)) = request.branches.iter().find(|(name, _)| *name == branch) else {
        return Answer::Refused;
    };
    request.pulls.push(Pull {
        branch,
        head,
        state: PullState::Open,
        labels: Labels::default(),
        conflicting: false,
        reopened: false,
    });
    let pull = pull_number(at, request.pulls.len() - 1);
    if loud {
        raise(
            world,
            books,
            at,
            Who::Factory,
            EventKind::PullOpened { pull },
        );
    }
    Answer::So
}

fn merge(
    world: &mut World,
    books: &mut Books,
    at: usize,
    branch: &BranchName,
    head: Option<u8>,
) -> Answer {
    let branch = books.text(branch.as_str());
    let request = &mut world.requests[at];
    let Some(place) = request.pull_of(branch) else {
        return Answer::Refused;
    };
    let pull = &mut request.pulls[place];
    if head.is_some_and(|head| head != pull.head) {
        return Answer::Stale;
    }
    let commit = &world.commits[usize::from(pull.head)];
    match pull.state {
        PullState::Merged => return Answer::So,
        PullState::Closed => return Answer::Refused,
        PullState::Open if !commit.gates || !matches!(commit.ci, Ci::None | Ci::Green) => {
            return Answer::Refused;
        }
        PullState::Open if pull.conflicting => return Answer::Conflict,
        PullState::Open => {}
    }
    pull.state = PullState::Merged;
    let was_open = std::mem::replace(&mut request.open, false);
    let kind = EventKind::PullClosed {
        pull: pull_number(at, place),
        merged: true,
    };
    raise(world, books, at, Who::Factory, kind);
    if was_open {
        let issue = crate::world::issue_number(at);
        raise(
            world,
            books,
            at,
            Who::Factory,
            EventKind::IssueClosed { issue },
        );
    }
    Answer::So
}
