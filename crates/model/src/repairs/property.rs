//! What must never happen to repairs, and what must have happened once everything rests.

use lightsout_forge::PullState;
use lightsout_lifecycle::{HealRecord, Plan, Role, RunOrder};

use super::facts;
use super::machine::Game;
use super::scenario::{Root, Scenario};
use super::world::{Check, End, Group, Pull, Start, World, count, run_place};
use crate::property::Property;
use crate::world::{commit_of, sha};

/// How often a run is started, however often its process ends.
const MOST_STARTS: u8 = 3;

/// What a plan must not hold.
pub(crate) fn of_plan(world: &World, group: Group, plan: &Plan) -> Option<Property> {
    plan.run.as_ref()?;
    let (place, wrong) = match group {
        Group::Heal(place) => (place, Property::HealsItself),
        Group::Review(place) => (place, Property::ReviewLoops),
    };
    if world.pulls[usize::from(place)].mends.is_some() {
        return Some(wrong);
    }
    (!world.enabled).then_some(Property::SwitchedOff)
}

/// What a run must not be; counts it.
pub(crate) fn of_run(
    scenario: &Scenario,
    world: &mut World,
    group: Group,
    order: &RunOrder,
) -> Option<Property> {
    let most = MOST_STARTS.min(1 + world.interrupted);
    match (group, order.role) {
        (Group::Heal(root), Role::Healer { workflow_run }) => {
            let run = u8::try_from(run_place(workflow_run)).unwrap_or(u8::MAX);
            let start = count(&mut world.healings, root, run);
            let over = start.times > most || over_caps(scenario, world, root, run);
            over.then_some(Property::HealerOverCap)
        }
        (Group::Review(place), Role::Reviewer) => {
            let head = world.pulls[usize::from(place)].head;
            let start = count(&mut world.reviews, place, commit(order).unwrap_or(head));
            (start.times > most).then_some(Property::ReviewLoops)
        }
        (Group::Review(place), Role::Fixer) => {
            let head = world.pulls[usize::from(place)].head;
            let start = count(&mut world.fixes, place, commit(order).unwrap_or(head));
            let all = world.fixes.iter().filter(|fix| fix.pull == place).count();
            let over =
                start.times > most || all > 1 || scenario.root == Root::Request && place == 0;
            over.then_some(Property::ReviewLoops)
        }
        (Group::Heal(_) | Group::Review(_), _) => None,
    }
}

fn commit(order: &RunOrder) -> Option<u8> {
    order.at.as_ref().and_then(commit_of)
}

fn over_caps(scenario: &Scenario, world: &World, root: u8, run: u8) -> bool {
    let of_root: Vec<&Start> = world
        .healings
        .iter()
        .filter(|one| one.pull == root)
        .collect();
    let failure = |run: u8| {
        world
            .checks
            .get(usize::from(run))
            .and_then(|check| check.end)
    };
    let same = of_root.iter().filter(|one| failure(one.of) == failure(run));
    let over = |count: usize, cap: u32| count > usize::try_from(cap).unwrap_or(usize::MAX);
    over(same.count(), scenario.caps.per_fingerprint) || over(of_root.len(), scenario.caps.per_pull)
}

/// At rest, every head has been reviewed, and every failure of one was mended, handed back or told.
pub(crate) fn at_rest(game: &Game, world: &World) -> Option<Property> {
    if !world.is_idle() || world.missed || !world.enabled || game.scenario.root == Root::Fork {
        return None;
    }
    for (place, pull) in world.pulls.iter().enumerate() {
        let ours = pull.state == PullState::Open && pull.mends.is_none();
        if ours && (unhealed(game, world, place) || unreviewed(game, world, place, pull)) {
            return Some(Property::Untold);
        }
    }
    None
}

fn unhealed(game: &Game, world: &World, place: usize) -> bool {
    let head = world.pulls[place].head;
    let of_head = |check: &&Check| usize::from(check.pull) == place && check.commit == head;
    let newest = world.checks.iter().rfind(of_head);
    let red = newest.is_some_and(|check| matches!(check.end, Some(End::Red(_))));
    if !red || !game.scenario.watched || !game.scenario.installed.healer {
        return false;
    }
    let HealRecord { healings, told } = facts::heal_record(game, world, place);
    let of_head = |run: u64| {
        let check = world.checks.get(run_place(run));
        check.is_some_and(|check| check.commit == head)
    };
    let ended = healings
        .iter()
        .any(|one| one.ended && of_head(one.workflow_run));
    !ended && !told.is_some_and(of_head)
}

fn unreviewed(game: &Game, world: &World, place: usize, pull: &Pull) -> bool {
    if !game.scenario.installed.review {
        return false;
    }
    let record = facts::review_record(game, world, place);
    record.run.is_some() || !record.reviewed.contains(&sha(pull.head))
}
