//! Exploring a world whole, breadth first, so that the first trace to anything is a shortest one.
//!
//! The graph is kept, edges and all: what must happen in the end is a question about its circles
//! ([`crate::liveness`]), which a checker that keeps only the states it has seen cannot answer. That is why this is a
//! page of our own and not `stateright`, whose `eventually` takes a path that closes a circle for one that arrives.

use std::collections::BTreeSet;
use std::hash::Hash;

use indexmap::IndexSet;
use lightsout_forge::Action;
use lightsout_lifecycle::{Answer, Reason};
use rustc_hash::FxBuildHasher;

use crate::change::Change;
use crate::liveness;
use crate::property::Property;
use crate::story;

/// A world with its rules.
pub(crate) trait Play {
    /// Everything that can differ between two moments.
    type World: Clone + Eq + Hash;
    /// Something that happens.
    type Move: Happening;

    /// The world in which everything begins.
    fn begin(&mut self) -> Self::World;
    /// Lists everything that can happen.
    fn moves(&self, world: &Self::World) -> Vec<Self::Move>;
    /// Does one move.
    fn take(&mut self, before: &Self::World, what: Self::Move) -> Taken<Self::World>;
    /// What is wrong with a state, seeing where its moves lead.
    fn look(
        &mut self,
        world: &Self::World,
        at: u32,
        edges: &[Edge<Self::Move>],
        witnesses: &mut Witnesses,
    ) -> Option<Property>;
    /// How a story begins: a line for each thing that is there at first.
    fn opening(&self, world: &Self::World) -> Vec<String>;
    /// What happens, in a sentence.
    fn tell(&self, world: &Self::World, what: Self::Move) -> String;
}

/// A kind of move.
pub(crate) trait Happening: Copy {
    /// Whether it happens by itself in the end: no person, and nothing going wrong.
    fn is_machine(self) -> bool;
    /// Whether it is a look that may find nothing, again and again.
    fn is_sweep(self) -> bool;
    /// The name of its kind, for counting.
    fn kind(self) -> &'static str;
}

/// What a move came to.
#[derive(Debug)]
pub(crate) struct Taken<W> {
    /// The world after it.
    pub(crate) world: W,
    /// The property it broke.
    pub(crate) broken: Option<Property>,
    /// The reason of the plan it made, if it made one, and whether there is anything in it.
    pub(crate) decided: Option<(Reason, bool)>,
    /// What that plan makes of its request.
    pub(crate) change: Option<Change>,
    /// The action it performed, for stories.
    pub(crate) action: Option<(Action, Answer)>,
}

impl<W: Clone> Taken<W> {
    /// Nothing came of it yet.
    pub(crate) fn of(before: &W) -> Self {
        Self {
            world: before.clone(),
            broken: None,
            decided: None,
            change: None,
            action: None,
        }
    }
}

/// A move, where it leads, and whether the plan that was made held anything.
pub(crate) type Edge<M> = (M, u32, bool);

/// A property that does not hold, and the shortest way there.
#[derive(Debug, Clone)]
pub struct Broken {
    /// Which.
    pub property: Property,
    /// In how many moves.
    pub moves: usize,
    /// What happens on the way, one line for each move.
    pub story: String,
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
    /// What plans made of requests.
    pub changes: BTreeSet<Change>,
}

impl Witnesses {
    /// Takes over what another exploration reached.
    pub fn extend(&mut self, other: &Self) {
        self.reasons.extend(&other.reasons);
        self.moves.extend(&other.moves);
        self.actions.extend(&other.actions);
        self.states.extend(&other.states);
        self.changes.extend(&other.changes);
    }
}

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
#[derive(Debug)]
pub(crate) struct Graph<W, M> {
    pub(crate) worlds: IndexSet<W, FxBuildHasher>,
    /// The moves of each state.
    pub(crate) edges: Vec<Vec<Edge<M>>>,
    came_from: Vec<Option<(u32, M)>>,
}

impl<W: Hash + Eq, M: Copy> Graph<W, M> {
    fn new() -> Self {
        Self {
            worlds: IndexSet::default(),
            edges: Vec::new(),
            came_from: Vec::new(),
        }
    }

    fn add(&mut self, world: W, from: Option<(u32, M)>) -> u32 {
        let (place, new) = self.worlds.insert_full(world);
        if new {
            self.came_from.push(from);
        }
        u32::try_from(place).unwrap_or(u32::MAX)
    }

    /// The moves that lead to a state.
    fn trace(&self, to: u32) -> Vec<M> {
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

/// Each property that was broken, by its shortest way.
struct Found<M>(Vec<(Property, Vec<M>)>);

impl<M> Found<M> {
    fn has(&self, property: Property) -> bool {
        self.0.iter().any(|(one, _)| *one == property)
    }

    fn add(&mut self, property: Property, trace: impl FnOnce() -> Vec<M>) {
        if !self.has(property) {
            self.0.push((property, trace()));
        }
    }
}

/// Explores everything that can happen. Stops early at `until`, if it breaks.
pub(crate) fn explore<P: Play>(game: &mut P, until: Option<Property>) -> Explored {
    let mut graph = Graph::new();
    let mut found = Found(Vec::new());
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
            witnesses.changes.extend(taken.change);
            if let Some((action, _)) = &taken.action {
                witnesses.actions.insert(action.name());
            }
            if let Some(property) = taken.broken {
                found.add(property, || {
                    let mut trace = graph.trace(at);
                    trace.push(what);
                    trace
                });
            }
            let busy = taken.decided.is_some_and(|(_, full)| full);
            let to = graph.add(taken.world, Some((at, what)));
            edges.push((what, to, busy));
        }
        if let Some(property) = game.look(&world, at, &edges, &mut witnesses) {
            found.add(property, || graph.trace(at));
        }
        graph.edges.push(edges);
        at += 1;
        if until.is_some_and(|until| found.has(until)) {
            break;
        }
    }
    if !until.is_some_and(|until| found.has(until))
        && let Some(circle) = liveness::circle(&graph)
    {
        found.add(Property::Livelock, || graph.trace(circle));
    }
    let broken = found.0.into_iter().map(|(property, trace)| Broken {
        property,
        moves: trace.len(),
        story: story::along(game, &trace),
    });
    Explored {
        states: graph.worlds.len(),
        transitions,
        broken: broken.collect(),
        witnesses,
    }
}
