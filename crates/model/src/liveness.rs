//! What must happen in the end.
//!
//! People and faults have a budget, so every endless run ends in moves of the machine alone: deliveries, turns, sweeps,
//! steps, runs, checks. Fairness is that each of these happens in the end while it can. Then the question has three
//! parts. The machine must come to rest: no circle of its moves but a sweep that finds nothing to do, which
//! [`circle`] sees in the strongly connected components of the graph. Where it rests, somebody must know
//! ([`of_state`]). And from there a person must be able to go on, which is tried out.

use lightsout_forge::{CheckState, EventKind, PullState};
use lightsout_lifecycle::{Command, Execution, Intake, Snapshot, State};
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::explore::{Edge, Graph, Happening, Play as _, Witnesses};
use crate::game::Game;
use crate::moves::{Deed, Move, Outcome};
use crate::property::Property;
use crate::world::{Pull, Request, Who, Words, World, event, issue_number};

/// Finds the first state on a circle of the machine's moves that is more than a sweep which finds nothing.
pub(crate) fn circle<W, M: Happening>(graph: &Graph<W, M>) -> Option<u32> {
    let mut machine: DiGraph<(), (), u32> = DiGraph::default();
    for _ in &graph.edges {
        machine.add_node(());
    }
    for (from, edges) in graph.edges.iter().enumerate() {
        for (what, to, _) in edges.iter().filter(|(what, ..)| what.is_machine()) {
            let quiet = *to as usize == from && what.is_sweep();
            if !quiet {
                machine.add_edge(NodeIndex::new(from), NodeIndex::new(*to as usize), ());
            }
        }
    }
    let restless = |component: &Vec<NodeIndex<u32>>| match component.as_slice() {
        [] => false,
        [one] => {
            let edges = graph.edges[one.index()].iter();
            // A sweep that finds something to do and leaves everything as it was does it again and again.
            edges
                .filter(|(what, ..)| what.is_machine())
                .any(|(_, to, busy)| *to as usize == one.index() && *busy)
        }
        _ => true,
    };
    let worst = kosaraju_scc(&machine)
        .into_iter()
        .filter(restless)
        .filter_map(|component| component.into_iter().min())
        .min()?;
    u32::try_from(worst.index()).ok()
}

/// Looks at a state in which nothing is on its way.
pub(crate) fn of_state(
    game: &mut Game,
    world: &World,
    at: u32,
    edges: &[Edge<Move>],
    witnesses: &mut Witnesses,
) -> Option<Property> {
    if !world.is_idle() {
        return None;
    }
    let machine = |what: &Move| what.is_machine();
    let at_rest = edges
        .iter()
        .filter(|(what, ..)| machine(what))
        .all(|(_, to, busy)| *to == at && !busy);
    for place in 0..world.requests.len() {
        let snapshot = look(game, world, place);
        witnesses.states.insert(snapshot.state().name());
        if !world.enabled {
            continue;
        }
        if !world.requests[place].open {
            if at_rest && left_behind(&world.requests[place]) {
                return Some(Property::LeftBehind);
            }
            continue;
        }
        let broken = hand_off(game, world, &snapshot)
            .or_else(|| at_rest.then(|| rest(world, place, &snapshot)).flatten())
            .or_else(|| {
                at_rest
                    .then(|| goes_on(game, world, place, &snapshot))
                    .flatten()
            });
        if broken.is_some() {
            return broken;
        }
    }
    None
}

fn look(game: &Game, world: &World, place: usize) -> Snapshot {
    let author = world.requests[place].author;
    let issue = issue_number(place);
    let execution = Execution::of(event(author, EventKind::Sweep { issue }));
    game.snapshot(world, place, &execution)
}

/// Whether a request that is over has a pull request that nobody but the factory left open.
fn left_behind(request: &Request) -> bool {
    let open = |pull: &Pull| pull.state == PullState::Open && !pull.reopened;
    request.pulls.iter().any(open)
}

/// An approved green commit of a world in which nothing went wrong has been merged already.
fn hand_off(game: &Game, world: &World, snapshot: &Snapshot) -> Option<Property> {
    let calm = world.faults == game.scenario.faults && !world.lost;
    let facts = snapshot.open_pull()?;
    let due = facts.standing_approval().is_some() && facts.checks() == CheckState::Success;
    (calm && due).then_some(Property::SilentHandOff)
}

/// Where a request may rest.
fn rest(world: &World, place: usize, snapshot: &Snapshot) -> Option<Property> {
    let request = &world.requests[place];
    let ignored = snapshot.intake == Intake::NotARequest && snapshot.pull.is_none()
        || snapshot.requester.is_machine() && snapshot.record.accepted_by.is_none();
    if ignored {
        return None;
    }
    let unheard = request
        .said
        .iter()
        .any(|said| matches!(said.words, Words::Command(_)) && !said.heard && is_person(said.who));
    if unheard {
        return Some(Property::Unheard);
    }
    let merged = request
        .pulls
        .iter()
        .any(|pull| pull.state == PullState::Merged);
    if merged {
        return None;
    }
    // Whoever took the type off has taken it from the factory.
    if snapshot.intake == Intake::NotARequest {
        return None;
    }
    if snapshot.record.run.is_some() {
        return Some(Property::Untold);
    }
    let state = snapshot.state();
    let answer_open = snapshot.is_waiting() && snapshot.newest_answer > snapshot.record.last_answer;
    match state {
        _ if answer_open => Some(Property::Unheard),
        State::Approved => Some(Property::BrokenPromise),
        State::Waiting | State::Refused | State::InReview => {
            // The status comment says how it goes on.
            let told = request.notes.iter().any(|note| note.on == 0);
            (!told).then_some(Property::Untold)
        }
        State::New | State::Working => Some(Property::Untold),
        State::Published | State::Cancelled => None,
    }
}

fn is_person(who: Who) -> bool {
    !matches!(who, Who::Robot | Who::Factory)
}

/// Tries whether a person can go on from here.
fn goes_on(game: &mut Game, world: &World, place: usize, snapshot: &Snapshot) -> Option<Property> {
    let is_request = snapshot.intake != Intake::NotARequest || snapshot.pull.is_some();
    let who = if world.demoted || is_person(world.requests[place].author) {
        world.requests[place].author
    } else {
        Who::Ada
    };
    if !is_request || !is_person(who) {
        return None;
    }
    let cancelled = game.after(world, place, who, Words::Command(Command::Cancel))?;
    if cancelled.requests[place].open {
        return Some(Property::Stuck);
    }
    if snapshot.is_waiting() || snapshot.state() == State::Refused {
        let retried = game.after(world, place, who, Words::Command(Command::Retry))?;
        let same = |world: &World| {
            let request = &world.requests[place];
            (request.notes.clone(), request.pulls.clone())
        };
        if same(&retried) == same(world) {
            return Some(Property::Stuck);
        }
    }
    None
}

impl Game {
    /// The world at rest after somebody's word, with every run ending well; `None` when it does not come to rest, which
    /// is a circle and found as such.
    fn after(&mut self, world: &World, place: usize, who: Who, words: Words) -> Option<World> {
        let at = u8::try_from(place).unwrap_or(u8::MAX);
        let mut world = world.clone();
        world.deeds = 1;
        world.faults = 0;
        let deed = Deed::Say(words);
        world = self.take(&world, Move::Person { at, who, deed }).world;
        world.deeds = 0;
        for _ in 0..200 {
            let next = self.moves(&world).into_iter().find(|what| match what {
                Move::Work { outcome, .. } => *outcome == Outcome::Ready,
                Move::Sweep { .. } => false,
                what => what.is_machine(),
            });
            let Some(next) = next else {
                return Some(world);
            };
            world = self.take(&world, next).world;
        }
        None
    }
}
