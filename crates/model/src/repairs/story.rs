//! What happens to repairs, in sentences.

use lightsout_forge::{EventKind, Number};
use lightsout_lifecycle::{Role, Step};

use super::facts::place_of;
use super::machine::Game;
use super::moves::{Deed, Move, Outcome};
use super::world::{End, Group, World, run_number};
use crate::story::action_name;
use crate::world::pull_number;

/// What happens, in a sentence.
pub(crate) fn sentence(game: &Game, world: &World, what: Move) -> String {
    let event = |place: u8| {
        let event = world.inbox.get(usize::from(place));
        event.map_or(String::new(), |event| event_name(game, *event))
    };
    match what {
        Move::Person(deed) => format!("Ada {}.", deed_name(deed)),
        Move::Arrive {
            event: place,
            in_turn: true,
        } => format!("The factory hears: {}.", event(place)),
        Move::Arrive { event: place, .. } => {
            format!("Out of order, the factory hears: {}.", event(place))
        }
        Move::Lose => format!("A delivery is lost: {}.", event(0)),
        Move::Double => format!(
            "The factory hears, for the first of two times: {}.",
            event(0)
        ),
        Move::Perform(group) => format!("The factory acts on {}:", pull_of(group)),
        Move::Work(group, outcome) => {
            let role = game
                .order(world, group)
                .map_or(Role::Author, |order| order.role);
            format!(
                "The {} works on {}: {}.",
                role.name(),
                pull_of(group),
                outcome_name(outcome)
            )
        }
        Move::Crash(group) => format!(
            "The process that is at {} ends before it could {}.",
            pull_of(group),
            step_name(game, world, group)
        ),
        Move::Check { check, end } => {
            let place = usize::from(check);
            let of = world.checks[place];
            let how = match end {
                End::Green => "is green".to_owned(),
                End::Red(failure) => format!("fails in way {failure}"),
            };
            format!(
                "Workflow run {} of commit {} of {} {how}.",
                run_number(place),
                of.commit,
                pull_number(0, usize::from(of.pull))
            )
        }
    }
}

fn pull_of(group: Group) -> Number {
    let (Group::Heal(place) | Group::Review(place)) = group;
    pull_number(0, usize::from(place))
}

fn step_name(game: &Game, world: &World, group: Group) -> String {
    let Some(place) = world.task(group) else {
        return "go on".to_owned();
    };
    let step = match group {
        Group::Heal(_) => game.books.heals.at(place).map(|one| one.step()),
        Group::Review(_) => game.books.reviews.at(place).map(|one| one.step()),
    };
    match step {
        Some(Step::Ensure(action)) => action_name(action),
        Some(Step::Run(order)) => format!("let the {} work", order.role.name()),
        Some(Step::Read | Step::Done(_)) | None => "go on".to_owned(),
    }
}

fn event_name(game: &Game, event: u32) -> String {
    let Some(event) = game.books.events.at(event) else {
        return String::new();
    };
    match &event.kind {
        EventKind::WorkflowCompleted { run, .. } => format!("workflow run {run} ended"),
        EventKind::PullOpened { pull } => format!("{pull} was opened"),
        EventKind::PullSynchronized { pull, head } => {
            let head = crate::world::commit_of(head).unwrap_or_default();
            format!("{} moved to commit {head}", pull_number(0, place_of(*pull)))
        }
        other => other.name().to_owned(),
    }
}

fn deed_name(deed: Deed) -> &'static str {
    match deed {
        Deed::Push => "pushes a commit to #101",
        Deed::PushToRepair => "pushes a commit to the newest repair",
        Deed::Merge => "merges the newest repair",
        Deed::Close => "closes #101",
        Deed::Reopen => "opens #101 again",
        Deed::Switch => "turns the kill switch",
    }
}

fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Mends => "READY, gates green",
        Outcome::RedGate => "READY, a gate red",
        Outcome::Silent => "no signal",
        Outcome::Clean => "nothing found",
        Outcome::MustFix => "something must be fixed",
    }
}
