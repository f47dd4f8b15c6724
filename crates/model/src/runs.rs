//! What agents do: how a run ends, and what is reported of it.

use lightsout_ledger::Nanodollars;
use lightsout_lifecycle::{Gate, GateOutcome, Role, RunEnd, RunOrder, RunReport, Step};

use crate::explore::Taken;
use crate::game::Game;
use crate::moves::Outcome;
use crate::property::Property;
use crate::view;
use crate::world::{Commit, World, branch_name, commit_of, sha};

impl Game {
    pub(crate) fn work(&mut self, taken: &mut Taken<World>, at: usize, outcome: Outcome) {
        let kept = taken.world.requests[at].execution;
        let Some(mut execution) = kept.and_then(|id| self.books.execution_at(id)).cloned() else {
            return;
        };
        let Step::Run(order) = execution.step() else {
            return;
        };
        let order = order.clone();
        let report = self.report(&mut taken.world, at, &order, outcome);
        if taken.world.reserved.len() > usize::from(self.scenario.cap) {
            taken.broken = Some(Property::SpendOverCap);
        }
        execution.ran(report);
        self.go_on(taken, at, execution);
    }

    /// Puts the run's money aside and makes its report; a run that no money is left for does not happen.
    fn report(
        &self,
        world: &mut World,
        at: usize,
        order: &RunOrder,
        outcome: Outcome,
    ) -> RunReport {
        let run = (u8::try_from(at).unwrap_or(0), order.attempt);
        let paid = order.role != Role::Checker;
        let refused = paid && self.rulebook.reserves && view::over_cap(&self.scenario, world, run);
        let end = if refused {
            let how = "a cap is reached".to_owned();
            let tail = String::new();
            RunEnd::AgentFailed { how, tail }
        } else {
            if paid && !world.reserved.contains(&run) {
                world.reserved.push(run);
                world.reserved.sort_unstable();
            }
            self.end(world, order, outcome)
        };
        report(order, end, view::RUN)
    }

    fn end(&self, world: &mut World, order: &RunOrder, outcome: Outcome) -> RunEnd {
        let message = String::new;
        let mut ready = |outcome: GateOutcome| {
            // What is only checked stays as it is.
            let head = order.at.clone().unwrap_or_else(|| {
                world.commits.push(Commit {
                    gates: false,
                    sound: false,
                    ci: self.scenario.first_check(),
                    endorsed: false,
                });
                sha(u8::try_from(world.commits.len() - 1).unwrap_or(u8::MAX))
            });
            if let Some(commit) = commit_of(&head) {
                world.commits[usize::from(commit)].sound = outcome == GateOutcome::Passed;
            }
            RunEnd::Ready {
                head,
                bundle: "bundle".into(),
                gates: vec![Gate {
                    name: "build".to_owned(),
                    command: "build".to_owned(),
                    outcome,
                }],
                pictures: Vec::new(),
                files: vec!["page".to_owned()],
            }
        };
        match outcome {
            Outcome::Ready => ready(GateOutcome::Passed),
            Outcome::RedGate => ready(GateOutcome::Failed { tail: message() }),
            Outcome::Asks => RunEnd::Waiting {
                questions: "Which floor?".to_owned(),
            },
            Outcome::Nothing => RunEnd::NothingCommitted { message: message() },
            Outcome::Silent => RunEnd::NoSignal { message: message() },
            Outcome::Crashes => RunEnd::AgentFailed {
                how: "it ended with exit status 1".to_owned(),
                tail: message(),
            },
            Outcome::Strays => RunEnd::OutsideLane {
                problems: vec!["a page of another type".to_owned()],
            },
            Outcome::BadPicture => RunEnd::PictureRefused {
                why: "it is no picture".to_owned(),
            },
        }
    }
}

/// Says what a run did, and nothing that no rule looks at.
pub(crate) fn report(order: &RunOrder, end: RunEnd, spent: Nanodollars) -> RunReport {
    RunReport {
        role: order.role,
        run: order.id.clone(),
        issue: order.issue,
        kind: order.kind.clone(),
        attempt: order.attempt,
        agent: "model".to_owned(),
        branch: order.branch.clone(),
        base_branch: branch_name("main"),
        base: sha(0),
        end,
        words: String::new(),
        oddities: Vec::new(),
        price_tag: String::new(),
        spent,
    }
}
