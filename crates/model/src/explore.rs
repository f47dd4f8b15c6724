//! Exploring a world whole, breadth first, so that the first trace to anything is a shortest one.
//!
//! The graph is kept, edges and all: what must happen in the end is a question about its circles
//! ([`crate::liveness`]), which a checker that keeps only the states it has seen cannot answer. That is why this is a
//! page of our own and not `stateright`, whose `eventually` takes a path that closes a circle for one that arrives.

use std::collections::BTreeSet;

use indexmap::IndexSet;
use lightsout_lifecycle::{Reason, State};
use rustc_hash::FxBuildHasher;

use crate::game::Game;
use crate::liveness;
use crate::moves::Move;
use crate::property::Property;
use crate::scenario::Scenario;
use crate::world::World;
use crate::wrong::Rulebook;

/// A property that does not hold, and the shortest way there.
#[derive(Debug, Clone)]
pub struct Broken {
    /// Which.
    pub property: Property,
    /// How to get there.
    pub trace: Vec<Move>,
}

/// What was reached, so that nothing holds because nothing happened.
#[derive(Debug, Clone, Default)]
pub struct Witnesses {
    /// Reasons of plans, with whether the plan held anything.
    pub reasons: BTreeSet<Reason>,
    /// Kinds of moves.
    pub moves: BTreeSet<&'static str>,
    /// Kinds of actions.
    pub actions: BTreeSet<&'static str>,
    /// States of requests.
    pub states: BTreeSet<&'static str>,
}

impl Witnesses {
    /// Takes over what another exploration reached.
    pub fn extend(&mut self, other: &Self) {
        self.reasons.extend(&other.reasons);
        self.moves.extend(&other.moves);
        self.actions.extend(&other.actions);
        self.states.extend(&other.states);
    }
}

/// What no world can reach, and why; the rest of what was not reached comes second.
pub fn never_reached(
    witnesses: &Witnesses,
) -> (Vec<(&'static str, &'static str)>, Vec<&'static str>) {
    let reasons = Reason::ALL
        .iter()
        .filter(|reason| !witnesses.reasons.contains(reason));
    let states = State::ALL.iter().map(|state| state.name());
    let moves = Move::KINDS.into_iter();
    let missing = reasons
        .map(|reason| reason.code())
        .chain(states.filter(|name| !witnesses.states.contains(name)))
        .chain(moves.filter(|name| !witnesses.moves.contains(name)));
    let mut excused = Vec::new();
    let mut rest = Vec::new();
    for name in missing {
        match EXCUSED.iter().find(|(code, _)| *code == name) {
            Some(excuse) => excused.push(*excuse),
            None => rest.push(name),
        }
    }
    (excused, rest)
}

/// What no world can reach, and why.
const EXCUSED: &[(&str, &str)] = &[
    ("pull-request-stale", TIME),
    ("run-not-failed", HEALER),
    ("repair-branch", HEALER),
    ("foreign-repository", HEALER),
    ("workflow-not-watched", HEALER),
    ("nothing-to-heal", HEALER),
    ("healing", HEALER),
    ("healed", HEALER),
    ("healer-failed", HEALER),
    ("healer-cap-pull-request", HEALER),
    ("healer-cap-failure", HEALER),
    ("head-moved", HEALER),
    ("work-outdated", HEALER),
    ("review-not-open", REVIEW),
    ("already-reviewed", REVIEW),
    ("reviewing", REVIEW),
    ("fixing-review", REVIEW),
    ("reviewed", REVIEW),
    ("review-fixed", REVIEW),
    ("review-failed", REVIEW),
    ("fix-failed", REVIEW),
    ("preview-creator-unknown", PREVIEW),
    ("preview-of-nothing", PREVIEW),
    ("preview-host-unknown", PREVIEW),
    ("preview-shown", PREVIEW),
    ("preview-told", PREVIEW),
    ("spend-under", CHORE),
    ("alert-stands", CHORE),
    ("spend-over", CHORE),
    ("spend-back-under", CHORE),
    ("canary-started", CHORE),
    ("skill-broken", CHORE),
    ("canary-failed", CHORE),
    ("canary-passed", CHORE),
    ("recalibrated", CHORE),
];
const TIME: &str = "time stands still in these worlds";
const HEALER: &str = "repairs are decided from facts of their own, which these worlds do not hold";
const REVIEW: &str = "reviews are decided from facts of their own, which these worlds do not hold";
const PREVIEW: &str =
    "previews are decided from facts of their own, which these worlds do not hold";
const CHORE: &str = "chores are decided from facts of their own, which these worlds do not hold";

/// A world explored.
#[derive(Debug)]
pub struct Explored {
    /// How many states.
    pub states: usize,
    /// How many transitions.
    pub transitions: usize,
    /// Each broken property once, by its shortest trace.
    pub broken: Vec<Broken>,
    /// What was reached.
    pub witnesses: Witnesses,
}

/// The graph while it grows.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    pub(crate) worlds: IndexSet<World, FxBuildHasher>,
    /// Of each state: the moves, where each leads, and whether the plan that was made held anything.
    pub(crate) edges: Vec<Vec<(Move, u32, bool)>>,
    came_from: Vec<Option<(u32, Move)>>,
}

impl Graph {
    fn add(&mut self, world: World, from: Option<(u32, Move)>) -> u32 {
        let (place, new) = self.worlds.insert_full(world);
        if new {
            self.came_from.push(from);
        }
        u32::try_from(place).unwrap_or(u32::MAX)
    }

    /// The moves that lead to a state.
    pub(crate) fn trace(&self, to: u32) -> Vec<Move> {
        let mut trace = Vec::new();
        let mut at = to;
        while let Some((from, what)) = self.came_from[at as usize] {
            trace.push(what);
            at = from;
        }
        trace.reverse();
        trace
    }
}

/// Explores everything that can happen. Stops early at `until`, if it breaks.
pub fn explore(scenario: Scenario, rulebook: Rulebook, until: Option<Property>) -> Explored {
    let mut game = Game::new(scenario, rulebook);
    let mut graph = Graph::default();
    let mut broken: Vec<Broken> = Vec::new();
    let mut witnesses = Witnesses::default();
    let mut transitions = 0;
    let first = game.begin();
    graph.add(first, None);
    let mut at: u32 = 0;
    while let Some(world) = graph.worlds.get_index(at as usize).cloned() {
        let moves = game.moves(&world);
        let mut edges = Vec::with_capacity(moves.len());
        for what in moves {
            let taken = game.take(&world, what);
            transitions += 1;
            witnesses.moves.insert(what.kind());
            if let Some((reason, _)) = taken.decided {
                witnesses.reasons.insert(reason);
            }
            if let Some((action, _)) = &taken.action {
                witnesses.actions.insert(action.name());
            }
            if let Some(property) = taken.broken
                && broken.iter().all(|one| one.property != property)
            {
                let mut trace = graph.trace(at);
                trace.push(what);
                broken.push(Broken { property, trace });
            }
            let busy = taken.decided.is_some_and(|(_, full)| full);
            let to = graph.add(taken.world, Some((at, what)));
            edges.push((what, to, busy));
        }
        if let Some(property) = liveness::of_state(&mut game, &world, at, &edges, &mut witnesses)
            && broken.iter().all(|one| one.property != property)
        {
            let trace = graph.trace(at);
            broken.push(Broken { property, trace });
        }
        graph.edges.push(edges);
        at += 1;
        if until.is_some_and(|until| broken.iter().any(|one| one.property == until)) {
            break;
        }
    }
    if !until.is_some_and(|until| broken.iter().any(|one| one.property == until)) {
        broken.extend(liveness::circles(&graph));
    }
    Explored {
        states: graph.worlds.len(),
        transitions,
        broken,
        witnesses,
    }
}
