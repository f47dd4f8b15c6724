//! The moves of the machine: which can come next, and what each does. Every move has exactly one effect, so that anything
//! can come in between.

use lightsout_forge::{Action, EventKind};
use lightsout_lifecycle::{Execution, Snapshot, Step};

use crate::cast::Cast;
use crate::explore::{Edge, Play, Taken, Witnesses};
use crate::forge::{apply, raise};
use crate::moves::{Deed, Move};
use crate::people::{answered, may};
use crate::property;
use crate::property::Property;
use crate::scenario::{Queue, Scenario};
use crate::view;
use crate::world::{Books, Ci, Who, World, event, issue_number, sha};
use crate::wrong::Rulebook;
use crate::{change, liveness, story};

/// One exploration's rules and vocabulary.
#[derive(Debug)]
pub(crate) struct Game {
    pub(crate) scenario: Scenario,
    pub(crate) rulebook: Rulebook,
    pub(crate) cast: Cast,
    pub(crate) books: Books,
}

impl Game {
    /// Sets the board.
    pub(crate) fn new(scenario: Scenario, rulebook: Rulebook) -> Self {
        Self {
            scenario,
            rulebook,
            cast: Cast::new(),
            books: Books::default(),
        }
    }
}

impl Play for Game {
    type World = World;
    type Move = Move;

    fn begin(&mut self) -> World {
        let mut world = self.scenario.begin();
        for at in 0..world.requests.len() {
            let author = world.requests[at].author;
            let issue = issue_number(at);
            raise(
                &mut world,
                &mut self.books,
                at,
                author,
                EventKind::IssueOpened { issue },
            );
        }
        world
    }

    fn moves(&self, world: &World) -> Vec<Move> {
        let mut moves = Vec::new();
        for (place, request) in world.requests.iter().enumerate() {
            let at = u8::try_from(place).unwrap_or(u8::MAX);
            let alone = self.scenario.queue == Queue::Local;
            let busy = if alone {
                world.requests.iter().any(|one| one.execution.is_some())
            } else {
                request.execution.is_some()
            };
            self.deliveries(world, at, busy, &mut moves);
            match request.execution.and_then(|id| self.books.execution_at(id)) {
                Some(execution) => {
                    match execution.step() {
                        Step::Run(_) => moves.extend(
                            self.scenario
                                .agent
                                .iter()
                                .map(|&outcome| Move::Work { at, outcome }),
                        ),
                        _ => moves.push(Move::Perform { at }),
                    }
                    if can_fail(world) {
                        moves.push(Move::Crash { at });
                    }
                }
                None if !busy && self.rulebook.sweeps && request.is_unfinished() => {
                    moves.push(Move::Sweep { at });
                }
                None => {}
            }
            if world.deeds > 0 {
                for &(who, deeds) in self.scenario.people {
                    let possible = deeds
                        .iter()
                        .filter(|deed| may(world, place, who, **deed))
                        .filter(|deed| self.is_time(world, place, **deed));
                    moves.extend(possible.map(|&deed| Move::Person { at, who, deed }));
                }
            }
        }
        // A check is seen by the next look at the world, and by a merge.
        let seen = world.requests.iter().enumerate().any(|(at, request)| {
            request.execution.is_none() || self.is_time(world, at, Deed::MoveBase)
        });
        for (place, commit) in world.commits.iter().enumerate() {
            if commit.ci == Ci::Pending && seen {
                let commit = u8::try_from(place).unwrap_or(u8::MAX);
                moves.push(Move::Check {
                    commit,
                    green: true,
                });
                if self.scenario.red_checks {
                    moves.push(Move::Check {
                        commit,
                        green: false,
                    });
                }
            }
        }
        moves
    }

    fn take(&mut self, before: &World, what: Move) -> Taken<World> {
        let mut taken = Taken::of(before);
        let world = &mut taken.world;
        match what {
            Move::Person { at, who, deed } => {
                world.deeds -= 1;
                self.act(world, usize::from(at), who, deed);
            }
            Move::Arrive { at, event } => {
                if event > 0 {
                    fault(world);
                }
                let request = &mut world.requests[usize::from(at)];
                let event = request.inbox.remove(usize::from(event));
                self.arrived(&mut taken, usize::from(at), event);
            }
            Move::Begin { at } => {
                let event = world.requests[usize::from(at)].queue.remove(0);
                self.start(&mut taken, usize::from(at), event);
            }
            Move::Lose { at } => {
                fault(world);
                world.lost = true;
                let request = &mut world.requests[usize::from(at)];
                request.inbox.remove(0);
            }
            Move::Double { at } => {
                fault(world);
                let event = world.requests[usize::from(at)].inbox[0];
                self.arrived(&mut taken, usize::from(at), event);
            }
            Move::Sweep { at } => {
                let issue = issue_number(usize::from(at));
                let author = world.requests[usize::from(at)].author;
                let event = self.books.event(event(author, EventKind::Sweep { issue }));
                self.start(&mut taken, usize::from(at), event);
            }
            Move::Perform { at } => self.perform(&mut taken, usize::from(at)),
            Move::Work { at, outcome } => self.work(&mut taken, usize::from(at), outcome),
            Move::Crash { at } => {
                fault(world);
                self.crash(world, usize::from(at));
            }
            Move::Check { commit, green } => {
                world.commits[usize::from(commit)].ci = if green { Ci::Green } else { Ci::Red };
                let request = world
                    .requests
                    .iter()
                    .position(|request| request.pulls.iter().any(|pull| pull.head == commit));
                if let Some(at) = request {
                    let kind = EventKind::StatusChanged {
                        sha: sha(commit),
                        context: "ci".to_owned(),
                        state: lightsout_forge::CheckState::Success,
                    };
                    raise(world, &mut self.books, at, Who::Robot, kind);
                }
            }
        }
        taken
    }

    fn look(
        &mut self,
        world: &World,
        at: u32,
        edges: &[Edge<Move>],
        witnesses: &mut Witnesses,
    ) -> Option<Property> {
        liveness::of_state(self, world, at, edges, witnesses)
    }

    fn opening(&self, world: &World) -> Vec<String> {
        story::opening(world)
    }

    fn tell(&self, world: &World, what: Move) -> String {
        story::sentence(self, world, what)
    }
}

impl Game {
    /// Whether it matters that this happens now rather than after the next step.
    ///
    /// What people say is seen by the next look at the world, and by nothing before; so it is enough to let them say it
    /// at rest, while an agent works, and before the steps that change what they would be speaking of.
    fn is_time(&self, world: &World, at: usize, deed: Deed) -> bool {
        let execution = world.requests[at].execution;
        let Some(execution) = execution.and_then(|id| self.books.execution_at(id)) else {
            return true;
        };
        let merges = |action: &Action| matches!(action, Action::Merge { .. });
        let shows = |action: &Action| {
            merges(action)
                || matches!(
                    action,
                    Action::EnsureBranch { .. } | Action::EnsurePullRequest { .. }
                )
        };
        match (deed, execution.step()) {
            (Deed::MoveBase, Step::Ensure(action)) => merges(action),
            (Deed::MoveBase, _) => false,
            (
                Deed::Say(_) | Deed::SayOnPull(_) | Deed::LoseRights | Deed::Switch,
                Step::Ensure(action),
            ) => shows(action),
            _ => true,
        }
    }

    /// Events arrive when there is room for them; only where a newer one takes another's place does it matter that they
    /// arrive before.
    fn deliveries(&self, world: &World, at: u8, busy: bool, moves: &mut Vec<Move>) {
        let request = &world.requests[usize::from(at)];
        let one = self.scenario.queue == Queue::One;
        if !busy && !request.queue.is_empty() {
            moves.push(Move::Begin { at });
        }
        if request.inbox.is_empty() || busy && !one {
            return;
        }
        moves.push(Move::Arrive { at, event: 0 });
        if !can_fail(world) || self.scenario.queue == Queue::Local {
            return;
        }
        moves.push(Move::Lose { at });
        moves.push(Move::Double { at });
        for place in 1..request.inbox.len() {
            let event = u8::try_from(place).unwrap_or(u8::MAX);
            moves.push(Move::Arrive { at, event });
        }
    }

    fn arrived(&mut self, taken: &mut Taken<World>, at: usize, event: u32) {
        let request = &mut taken.world.requests[at];
        if request.execution.is_none() && request.queue.is_empty() {
            return self.start(taken, at, event);
        }
        if self.scenario.queue == Queue::One && !request.queue.is_empty() {
            request.queue.clear();
            taken.world.lost = true;
        }
        taken.world.requests[at].queue.push(event);
    }

    fn start(&mut self, taken: &mut Taken<World>, at: usize, event: u32) {
        let Some(event) = self.books.event_at(event) else {
            return;
        };
        let execution = Execution::under(self.rulebook.rules, event.clone());
        self.go_on(taken, at, execution);
    }

    /// Reads if that is what comes next, and keeps the execution until it is done.
    pub(crate) fn go_on(&mut self, taken: &mut Taken<World>, at: usize, mut execution: Execution) {
        while execution.step() == Step::Read {
            let snapshot = self.snapshot(&taken.world, at, &execution);
            let question = execution.question(&snapshot);
            let plan = execution.saw(&snapshot);
            taken.change = change::of_plan(execution.event(), &question, &snapshot, &plan);
            taken.decided = Some((plan.reason, !plan.is_empty()));
            let broken = property::of_plan(&taken.world, execution.event(), &snapshot, &plan);
            taken.broken = taken.broken.or(broken);
            if let Some(place) = answered(&snapshot, &plan) {
                taken.world.requests[at].said[place].heard = true;
            }
        }
        let done = matches!(execution.step(), Step::Done(_));
        let kept = (!done).then(|| self.books.execution(execution));
        taken.world.requests[at].execution = kept;
    }

    pub(crate) fn snapshot(&self, world: &World, at: usize, execution: &Execution) -> Snapshot {
        view::snapshot(
            &self.scenario,
            &self.cast,
            &self.books,
            world,
            at,
            execution.event(),
        )
    }

    fn perform(&mut self, taken: &mut Taken<World>, at: usize) {
        let kept = taken.world.requests[at].execution;
        let Some(mut execution) = kept.and_then(|id| self.books.execution_at(id)).cloned() else {
            return;
        };
        let Step::Ensure(action) = execution.step() else {
            return;
        };
        let action = action.clone();
        let credential = (self.rulebook.credential)(&action);
        let before = taken.world.clone();
        let world = &mut taken.world;
        let answer = apply(world, &mut self.books, &self.cast, at, &action, credential);
        taken.broken = property::of_action(&before, world, at, &action);
        taken.action = Some((action, answer));
        execution.answered(answer);
        self.go_on(taken, at, execution);
    }

    /// The process is gone. A local inbox hands the event out again; a workflow's event is gone with it.
    fn crash(&self, world: &mut World, at: usize) {
        let request = &mut world.requests[at];
        let Some(execution) = request.execution.take() else {
            return;
        };
        let event = self.books.execution_at(execution).map(Execution::event);
        let Some(event) = event.filter(|event| !matches!(event.kind, EventKind::Sweep { .. }))
        else {
            return;
        };
        match self.scenario.queue {
            Queue::Local => {
                if let Some(place) = self.books.place_of(event) {
                    request.inbox.retain(|one| *one != place);
                    request.inbox.insert(0, place);
                }
            }
            Queue::Max | Queue::One => world.lost = true,
        }
    }
}

/// Whether anything may still go wrong.
fn can_fail(world: &World) -> bool {
    world.faults > 0 && world.deeds > 0
}

/// Something goes wrong, which counts like a deed.
fn fault(world: &mut World) {
    world.faults -= 1;
    world.deeds -= 1;
}
