//! Carrying out what was decided about repairs: step by step, as an `Execution` of either part of the world says.

use lightsout_ledger::Nanodollars;
use lightsout_lifecycle::{
    Execution, Facts, Finding, Gate, GateOutcome, HealFacts, ReviewFacts, RunEnd, RunOrder,
    RunReport, Severity, Step,
};

use super::facts::Read;
use super::forge::apply;
use super::machine::Game;
use super::moves::Outcome;
use super::property;
use super::world::{Books, Group, Shelf, World};
use crate::explore::Taken;
use crate::runs::report;
use crate::world::sha;

/// A part of the world whose executions have a shelf of their own.
trait Part: Facts + Read {
    fn shelf(books: &mut Books) -> &mut Shelf<Execution<Self>>;
}

impl Part for HealFacts {
    fn shelf(books: &mut Books) -> &mut Shelf<Execution<Self>> {
        &mut books.heals
    }
}

impl Part for ReviewFacts {
    fn shelf(books: &mut Books) -> &mut Shelf<Execution<Self>> {
        &mut books.reviews
    }
}

impl Game {
    pub(crate) fn arrived(&mut self, taken: &mut Taken<World>, event: u32) {
        taken.world.missed |= !taken.world.enabled;
        let group = self.group(&taken.world, event);
        let event = self.books.events.at(event).cloned();
        match (group, event) {
            (Some(group @ Group::Heal(_)), Some(event)) => {
                let execution = Execution::<HealFacts>::under(self.rules.heal, event);
                self.go_on(taken, group, execution);
            }
            (Some(group @ Group::Review(_)), Some(event)) => {
                let execution = Execution::<ReviewFacts>::under(self.rules.review, event);
                self.go_on(taken, group, execution);
            }
            (None, _) | (_, None) => {}
        }
    }

    /// Reads if that is what comes next, and keeps the execution until it is done.
    fn go_on<F: Part>(
        &mut self,
        taken: &mut Taken<World>,
        group: Group,
        mut execution: Execution<F>,
    ) {
        while execution.step() == Step::Read {
            let Some(facts) = F::read(self, &taken.world, execution.event()) else {
                break;
            };
            let plan = execution.saw(&facts);
            taken.decided = Some((plan.reason, !plan.is_empty()));
            taken.broken = taken
                .broken
                .or(property::of_plan(&taken.world, group, &plan));
        }
        let over = matches!(execution.step(), Step::Done(_) | Step::Read);
        let kept = (!over).then(|| F::shelf(&mut self.books).put(execution));
        taken.world.set_task(group, kept);
    }

    /// The run that a group is at, if it is at one.
    pub(crate) fn order(&self, world: &World, group: Group) -> Option<&RunOrder> {
        let place = world.task(group)?;
        let step = match group {
            Group::Heal(_) => self.books.heals.at(place)?.step(),
            Group::Review(_) => self.books.reviews.at(place)?.step(),
        };
        match step {
            Step::Run(order) => Some(order),
            Step::Read | Step::Ensure(_) | Step::Done(_) => None,
        }
    }

    pub(crate) fn perform(&mut self, taken: &mut Taken<World>, group: Group) {
        match group {
            Group::Heal(_) => self.perform_next::<HealFacts>(taken, group),
            Group::Review(_) => self.perform_next::<ReviewFacts>(taken, group),
        }
    }

    fn perform_next<F: Part>(&mut self, taken: &mut Taken<World>, group: Group) {
        let Some(mut execution) = self.taken_up::<F>(&taken.world, group) else {
            return;
        };
        let Step::Ensure(action) = execution.step() else {
            return;
        };
        let action = action.clone();
        let answer = apply(&mut taken.world, &mut self.books, &action);
        taken.action = Some((action, answer));
        execution.answered(answer);
        self.go_on(taken, group, execution);
    }

    fn taken_up<F: Part>(&mut self, world: &World, group: Group) -> Option<Execution<F>> {
        F::shelf(&mut self.books).at(world.task(group)?).cloned()
    }

    pub(crate) fn work(&mut self, taken: &mut Taken<World>, group: Group, outcome: Outcome) {
        let Some(order) = self.order(&taken.world, group).cloned() else {
            return;
        };
        taken.broken = property::of_run(&self.scenario, &mut taken.world, group, &order);
        let end = self.end(&mut taken.world, outcome);
        let report = report(&order, end, Nanodollars::ZERO);
        match group {
            Group::Heal(_) => self.settle::<HealFacts>(taken, group, report),
            Group::Review(_) => self.settle::<ReviewFacts>(taken, group, report),
        }
    }

    fn settle<F: Part>(&mut self, taken: &mut Taken<World>, group: Group, report: RunReport) {
        if let Some(mut execution) = self.taken_up::<F>(&taken.world, group) {
            execution.ran(report);
            self.go_on(taken, group, execution);
        }
    }

    /// How a run ends; one that no money is left for does not happen.
    fn end(&self, world: &mut World, outcome: Outcome) -> RunEnd {
        let message = String::new;
        if world.spent >= self.scenario.money {
            let how = "a cap is reached".to_owned();
            return RunEnd::AgentFailed {
                how,
                tail: message(),
            };
        }
        // What is never looked at sets no two worlds apart.
        if self.scenario.money < u8::MAX {
            world.spent += 1;
        }
        let mut ready = |outcome| RunEnd::Ready {
            head: sha(world.commit()),
            bundle: "bundle".into(),
            gates: vec![Gate {
                name: "build".to_owned(),
                command: "build".to_owned(),
                outcome,
            }],
            pictures: Vec::new(),
            files: vec!["page".to_owned()],
        };
        match outcome {
            Outcome::Mends => ready(GateOutcome::Passed),
            Outcome::RedGate => ready(GateOutcome::Failed { tail: message() }),
            Outcome::Silent => RunEnd::NoSignal { message: message() },
            Outcome::Clean => RunEnd::Reviewed {
                findings: Vec::new(),
            },
            Outcome::MustFix => RunEnd::Reviewed {
                findings: vec![Finding {
                    severity: Severity::MustFix,
                    path: None,
                    line: None,
                    text: "It names the wrong floor.".to_owned(),
                }],
            },
        }
    }

    /// The process is gone. One process hands its event out again; a workflow's event is gone with it.
    pub(crate) fn crash(&mut self, world: &mut World, group: Group) {
        let event = match group {
            Group::Heal(_) => self.event_of::<HealFacts>(world, group),
            Group::Review(_) => self.event_of::<ReviewFacts>(world, group),
        };
        world.set_task(group, None);
        match event.filter(|_| self.scenario.local) {
            Some(event) => {
                world.inbox.retain(|one| *one != event);
                world.inbox.insert(0, event);
            }
            None => world.missed = true,
        }
    }

    fn event_of<F: Part>(&mut self, world: &World, group: Group) -> Option<u32> {
        let event = self.taken_up::<F>(world, group)?.event().clone();
        Some(self.books.events.put(event))
    }
}
