//! The moves of the world of repairs: which can come next, and what each does. Every move has exactly one effect.

use lightsout_forge::{Conclusion, EventKind, Label, PullState};
use lightsout_lifecycle::Role;

use super::facts::place_of;
use super::forge::{announce, raise};
use super::moves::{Move, Outcome};
use super::people::may;
use super::property;
use super::scenario::{Root, Scenario};
use super::story;
use super::world::{Books, End, Group, Pull, World, run_number, run_place};
use super::wrong::Rules;
use crate::cast::Cast;
use crate::explore::{Edge, Play, Taken, Witnesses};
use crate::property::Property;
use crate::world::{Labels, Who, sha};

/// One exploration's rules and vocabulary.
#[derive(Debug)]
pub(crate) struct Game {
    pub(crate) scenario: Scenario,
    pub(crate) rules: Rules,
    pub(crate) books: Books,
    /// The type of the request that the root belongs to, if it belongs to one.
    pub(crate) kind: Label,
}

impl Game {
    pub(crate) fn new(scenario: Scenario, rules: Rules) -> Self {
        Self {
            scenario,
            rules,
            kind: Cast::new().label(Labels::FAQ),
            books: Books {
                installed: scenario.installed,
                ..Books::default()
            },
        }
    }
}

impl Play for Game {
    type World = World;
    type Move = Move;

    fn begin(&mut self) -> World {
        let name = if self.scenario.root == Root::Request {
            "claude/issue-1-page"
        } else {
            "plan"
        };
        let branch = self.books.texts.put(name.to_owned());
        let mut world = World {
            pulls: vec![Pull {
                branch,
                head: 0,
                state: PullState::Open,
                by: self.author(),
                mends: None,
                healer: None,
                review: None,
            }],
            branches: vec![(branch, 0)],
            commits: 1,
            checks: Vec::new(),
            inbox: Vec::new(),
            tasks: Vec::new(),
            enabled: true,
            spent: 0,
            deeds: self.scenario.deeds,
            faults: self.scenario.faults,
            interrupted: 0,
            missed: false,
            healings: Vec::new(),
            reviews: Vec::new(),
            fixes: Vec::new(),
        };
        let by = self.author();
        announce(&mut world, &mut self.books, 0, by);
        world
    }

    fn moves(&self, world: &World) -> Vec<Move> {
        let mut moves = Vec::new();
        self.deliveries(world, &mut moves);
        for (group, _) in &world.tasks {
            match self.order(world, *group) {
                Some(order) => {
                    let outcomes = self.outcomes(order.role).iter();
                    moves.extend(outcomes.map(|outcome| Move::Work(*group, *outcome)));
                }
                None => moves.push(Move::Perform(*group)),
            }
            if can_fail(world) {
                moves.push(Move::Crash(*group));
            }
        }
        if self.is_amid(world) {
            return moves;
        }
        // Workflow runs end in the order in which they began; pushes come before and after each.
        let running = world.checks.iter().position(|check| check.end.is_none());
        if let Some(place) = running {
            let repair = world.pulls[usize::from(world.checks[place].pull)].mends;
            // A repair that fails as its root did is the worst there is.
            let ends = if repair.is_some() {
                &[End::Red(0)][..]
            } else {
                self.scenario.ends
            };
            let check = u8::try_from(place).unwrap_or(u8::MAX);
            moves.extend(ends.iter().map(|end| Move::Check { check, end: *end }));
        }
        if world.deeds > 0 {
            let possible = self.scenario.deeds_of_people.iter();
            let possible = possible.filter(|deed| may(world, **deed));
            moves.extend(possible.map(|deed| Move::Person(*deed)));
        }
        moves
    }

    fn take(&mut self, before: &World, what: Move) -> Taken<World> {
        let mut taken = Taken::of(before);
        let world = &mut taken.world;
        match what {
            Move::Person(deed) => {
                world.deeds -= 1;
                self.act(world, deed);
            }
            Move::Arrive { event, in_turn } => {
                if !in_turn {
                    fault(world);
                }
                let event = world.inbox.remove(usize::from(event));
                self.arrived(&mut taken, event);
            }
            Move::Lose => {
                fault(world);
                world.missed = true;
                world.inbox.remove(0);
            }
            Move::Double => {
                fault(world);
                let event = world.inbox[0];
                self.arrived(&mut taken, event);
            }
            Move::Perform(group) => self.perform(&mut taken, group),
            Move::Work(group, outcome) => self.work(&mut taken, group, outcome),
            Move::Crash(group) => {
                fault(world);
                world.interrupted += 1;
                self.crash(world, group);
            }
            Move::Check { check, end } => {
                let place = usize::from(check);
                world.checks[place].end = Some(end);
                let kind = EventKind::WorkflowCompleted {
                    run: run_number(place),
                    sha: sha(world.checks[place].commit),
                    conclusion: match end {
                        End::Green => Conclusion::Success,
                        End::Red(_) => Conclusion::Failure,
                    },
                };
                raise(world, &mut self.books, Who::Robot, kind);
            }
        }
        taken
    }

    fn look(
        &mut self,
        world: &World,
        _: u32,
        _: &[Edge<Move>],
        _: &mut Witnesses,
    ) -> Option<Property> {
        property::at_rest(self, world)
    }

    fn opening(&self, _: &World) -> Vec<String> {
        let who = crate::story::name(self.author());
        vec![format!("{who} opens #101 with commit 0.")]
    }

    fn tell(&self, world: &World, what: Move) -> String {
        story::sentence(self, world, what)
    }
}

impl Game {
    fn author(&self) -> Who {
        if self.scenario.root == Root::Request {
            Who::Factory
        } else {
            Who::Ada
        }
    }

    fn outcomes(&self, role: Role) -> &'static [Outcome] {
        match role {
            Role::Reviewer => self.scenario.reviewer,
            Role::Author | Role::Healer { .. } | Role::Fixer | Role::Canary | Role::Checker => {
                self.scenario.healer
            }
        }
    }

    /// Whether a plan is being carried out. None of its actions looks at what people or workflows do, and neither looks at
    /// it, so it is enough to let them act before and after.
    fn is_amid(&self, world: &World) -> bool {
        let mut groups = world.tasks.iter().map(|(group, _)| *group);
        groups.any(|group| self.order(world, group).is_none())
    }

    /// Which group an event belongs to.
    pub(crate) fn group(&self, world: &World, event: u32) -> Option<Group> {
        match self.books.events.at(event)?.kind {
            EventKind::WorkflowCompleted { run, .. } => {
                let check = world.checks.get(run_place(run))?;
                Some(Group::Heal(check.pull))
            }
            EventKind::PullOpened { pull } | EventKind::PullSynchronized { pull, .. } => {
                Some(Group::Review(u8::try_from(place_of(pull)).ok()?))
            }
            _ => None,
        }
    }

    /// The first event of each group that is free arrives; in one process only the first of all.
    fn deliveries(&self, world: &World, moves: &mut Vec<Move>) {
        if self.scenario.local && !world.tasks.is_empty() {
            return;
        }
        let mut seen = Vec::new();
        for (place, event) in world.inbox.iter().enumerate() {
            let Some(group) = self.group(world, *event) else {
                continue;
            };
            let in_turn = !seen.contains(&group);
            seen.push(group);
            if world.task(group).is_some() || !in_turn && !can_fail(world) {
                continue;
            }
            let event = u8::try_from(place).unwrap_or(u8::MAX);
            moves.push(Move::Arrive { event, in_turn });
            if self.scenario.local {
                break;
            }
        }
        let free = |event: &u32| {
            let group = self.group(world, *event);
            group.is_some_and(|group| world.task(group).is_none())
        };
        if can_fail(world) && world.inbox.first().is_some_and(free) {
            moves.push(Move::Double);
            if !self.scenario.local {
                moves.push(Move::Lose);
            }
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
