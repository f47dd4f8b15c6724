//! What people do, and when the forge lets them.

use lightsout_forge::{Action, Comment, EventKind, Label, Permission, PullState};
use lightsout_lifecycle::{Command, Plan, Record, Snapshot, status_key};

use crate::forge::{move_branch, raise};
use crate::game::Game;
use crate::moves::Deed;
use crate::view;
use crate::world::{Commit, Labels, Said, Who, Words, World, issue_number, pull_number};

impl Game {
    pub(crate) fn act(&mut self, world: &mut World, at: usize, who: Who, deed: Deed) {
        let issue = issue_number(at);
        let books = &mut self.books;
        match deed {
            Deed::Say(words) => self.say(world, at, who, words, false),
            Deed::SayOnPull(words) => self.say(world, at, who, words, true),
            Deed::Close => {
                world.requests[at].open = false;
                raise(world, books, at, who, EventKind::IssueClosed { issue });
            }
            Deed::Reopen => {
                world.requests[at].open = true;
                raise(world, books, at, who, EventKind::IssueReopened { issue });
            }
            Deed::Label(bit) => {
                world.requests[at].labels.set(bit, true);
                let label = self.cast.label(bit);
                raise(
                    world,
                    books,
                    at,
                    who,
                    EventKind::IssueLabeled { issue, label },
                );
            }
            Deed::Unlabel(bit) => {
                world.requests[at].labels.set(bit, false);
            }
            Deed::Push => {
                let ci = self.scenario.first_check();
                world.commits.push(Commit {
                    gates: false,
                    sound: false,
                    ci,
                    endorsed: false,
                });
                let new = u8::try_from(world.commits.len() - 1).unwrap_or(u8::MAX);
                let branch = world.requests[at]
                    .branches
                    .first()
                    .map(|(branch, _)| *branch);
                if let Some(branch) = branch {
                    move_branch(world, books, at, branch, new, Some(who));
                }
            }
            Deed::ClosePull | Deed::ReopenPull => {
                let (from, to) = match deed {
                    Deed::ClosePull => (PullState::Open, PullState::Closed),
                    _ => (PullState::Closed, PullState::Open),
                };
                let request = &mut world.requests[at];
                let pulls = &mut request.pulls;
                let Some(place) = pulls.iter().rposition(|pull| pull.state == from) else {
                    return;
                };
                pulls[place].state = to;
                pulls[place].reopened = to == PullState::Open;
                // One that is opened again stands where its branch stands.
                let branch = pulls[place].branch;
                if let Some((_, tip)) = request.branches.iter().find(|one| one.0 == branch) {
                    pulls[place].head = *tip;
                }
                let pull = pull_number(at, place);
                let kind = match deed {
                    Deed::ClosePull => EventKind::PullClosed {
                        pull,
                        merged: false,
                    },
                    _ => EventKind::PullOpened { pull },
                };
                raise(world, books, at, who, kind);
            }
            Deed::LabelPull | Deed::UnlabelPull => {
                let there = deed == Deed::LabelPull;
                let Some(place) = world.requests[at].open_pull() else {
                    return;
                };
                world.requests[at].pulls[place]
                    .labels
                    .set(Labels::APPROVED, there);
                if there {
                    let pull = pull_number(at, place);
                    let label = Label::approved();
                    raise(
                        world,
                        books,
                        at,
                        who,
                        EventKind::PullLabeled { pull, label },
                    );
                }
            }
            Deed::LoseRights => world.demoted = true,
            Deed::Switch => world.enabled = !world.enabled,
            Deed::MoveBase => {
                if let Some(place) = world.requests[at].open_pull() {
                    world.requests[at].pulls[place].conflicting = true;
                }
            }
        }
    }

    fn say(&mut self, world: &mut World, at: usize, who: Who, words: Words, on_pull: bool) {
        let publish = Words::Command(Command::Publish);
        let may_push = world.permission(who) >= Permission::Write;
        let request = &mut world.requests[at];
        let open = request.open_pull();
        // Whoever publishes a pull request that is closed at that moment has looked at it too.
        let newest = open.or(request.pulls.len().checked_sub(1));
        if let (true, Some(pull)) = (words == publish && may_push, newest) {
            let head = request.pulls[pull].head;
            world.commits[usize::from(head)].endorsed = true;
        }
        let request = &mut world.requests[at];
        request.said.push(Said {
            who,
            words,
            on_pull,
            heard: false,
        });
        let comment = view::id(request.said.len());
        let on = match open {
            Some(pull) if on_pull => pull_number(at, pull),
            _ => issue_number(at),
        };
        let kind = EventKind::CommentCreated {
            on,
            on_pull_request: on_pull,
            comment,
        };
        raise(world, &mut self.books, at, who, kind);
    }
}

/// The place of the command that a plan answers: the record that it writes says so.
pub(crate) fn answered(snapshot: &Snapshot, plan: &Plan) -> Option<usize> {
    let spoken = snapshot.comment.as_ref()?;
    spoken.command?;
    let writes = plan.actions.iter().filter_map(|action| match action {
        Action::UpsertComment { key, body, .. } if *key == status_key() => {
            Some(format!("{}\n{body}", key.marker()))
        }
        _ => None,
    });
    let records = writes.map(|body| {
        let comment = Comment {
            id: spoken.id,
            on: snapshot.issue.number,
            author: Who::Factory.account(),
            body,
            created_at: snapshot.now,
        };
        Record::find(&[comment], |_| true)
    });
    let answers = records
        .into_iter()
        .any(|record| record.last_command == spoken.id);
    answers.then(|| view::place_of(spoken.id))
}

/// Whether the forge lets somebody do this now, and whether it would change anything.
pub(crate) fn may(world: &World, at: usize, who: Who, deed: Deed) -> bool {
    let request = &world.requests[at];
    let writes = world.permission(who) >= Permission::Write;
    let closes = writes || request.author == who;
    let pull = request.open_pull().map(|place| &request.pulls[place]);
    match deed {
        Deed::Say(_) | Deed::Switch => true,
        Deed::SayOnPull(_) => pull.is_some(),
        Deed::Close => request.open && closes,
        Deed::Reopen => {
            !request.open
                && closes
                && !request
                    .pulls
                    .iter()
                    .any(|pull| pull.state == PullState::Merged)
        }
        Deed::Label(bit) => writes && !request.labels.has(bit),
        Deed::Unlabel(bit) => writes && request.labels.has(bit),
        Deed::Push => writes && pull.is_some() && !request.branches.is_empty(),
        Deed::ClosePull => writes && pull.is_some(),
        Deed::ReopenPull => {
            let last = request.pulls.last();
            let again = last.is_some_and(|pull| {
                let there = |(branch, _): &(u32, u8)| *branch == pull.branch;
                pull.state == PullState::Closed && request.branches.iter().any(there)
            });
            writes && pull.is_none() && again
        }
        Deed::LabelPull => writes && pull.is_some_and(|pull| !pull.labels.has(Labels::APPROVED)),
        Deed::UnlabelPull => writes && pull.is_some_and(|pull| pull.labels.has(Labels::APPROVED)),
        Deed::LoseRights => who == Who::Ada && !world.demoted,
        Deed::MoveBase => pull.is_some_and(|pull| !pull.conflicting),
    }
}
