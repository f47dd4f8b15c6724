//! The order in which a plan is carried out: a state machine that whoever has ports drives, and the model checker too.
//!
//! An [`Execution`] deals with one event. It says what is to be done next ([`Step`]), is told how that ended, and says
//! what comes after. It calls nothing itself, so the points between two steps are exactly the points at which a process
//! can end; the checker interrupts there. Dropping an execution anywhere and beginning a new one for the same event, or
//! for a sweep, ends in the same state.

use std::hash::{Hash, Hasher};

use lightsout_forge::{Action, Event, Sha};

use crate::{Facts, Plan, Question, RunOrder, RunReport, Snapshot, decide, settle};

/// How often one event is decided anew because the world moved under its plan.
pub const MAX_DECISIONS: u32 = 5;

/// The rules that an execution follows.
///
/// For each part of the world there is one set, [`Rules::SHIPPED`]. It is a value so that the model checker can put wrong
/// rules in its place and see that they are found.
#[derive(Debug)]
pub struct Rules<F = Snapshot> {
    /// [`decide`].
    pub decide: fn(&Event, &F) -> Plan,
    /// [`settle`].
    pub settle: fn(&RunReport, &F) -> Plan,
    /// [`merge_conflict`](crate::merge_conflict); only requests merge anything.
    pub merge_conflict: fn(&F) -> Plan,
}

impl<F> Clone for Rules<F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F> Copy for Rules<F> {}

impl<F: Facts> Rules<F> {
    /// The rules of this crate.
    pub const SHIPPED: Self = Self {
        decide,
        settle,
        merge_conflict: F::merge_conflict,
    };
}

/// What is to be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// Read the world afresh, then call [`Execution::saw`].
    Read,
    /// Make this end state true, then call [`Execution::answered`].
    Ensure(&'a Action),
    /// Do this run, working from what was read last, then call [`Execution::ran`].
    Run(&'a RunOrder),
    /// Nothing more.
    Done(Ended),
}

/// How the forge answered an action. A failure that may pass is no answer: whoever drives tries again, or gives the
/// whole execution up, which is like a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answer {
    /// It is so now, whether or not anything had to change.
    So,
    /// The world has moved since the plan was made.
    Stale,
    /// The merge met a conflict.
    Conflict,
    /// The forge refuses for good.
    Refused,
}

/// How an execution ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ended {
    /// There was nothing to do.
    Quiet,
    /// The plan was carried out, or a run was made.
    Acted,
    /// The forge refused an action for good; a later sweep looks at the request again.
    Refused,
    /// A run was made, and the forge refused for good an action that follows from it; the record still holds the run.
    Unsettled,
    /// The world moved under every one of [`MAX_DECISIONS`] plans.
    Restless,
}

/// What the next look at the world is for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Aim {
    /// To decide about the event.
    Decide,
    /// To hand back a request whose commit did not merge.
    HandBack(Sha),
    /// To settle a run.
    Settle(Box<RunReport>),
}

/// Where an execution stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum At {
    Reading,
    Performing { plan: Plan, next: usize },
    Done(Ended),
}

/// One event on its way through the rules of one part of the world.
#[derive(Debug)]
pub struct Execution<F = Snapshot> {
    rules: Rules<F>,
    event: Event,
    aim: Aim,
    decisions: u32,
    at: At,
}

impl<F> Clone for Execution<F> {
    fn clone(&self) -> Self {
        Self {
            rules: self.rules,
            event: self.event.clone(),
            aim: self.aim.clone(),
            decisions: self.decisions,
            at: self.at.clone(),
        }
    }
}

impl<F: Facts> Execution<F> {
    /// Begins to deal with `event`.
    pub fn of(event: Event) -> Self {
        Self::under(Rules::SHIPPED, event)
    }

    /// Begins to deal with `event` under other rules, for the model checker.
    pub fn under(rules: Rules<F>, event: Event) -> Self {
        Self {
            rules,
            event,
            aim: Aim::Decide,
            decisions: 0,
            at: At::Reading,
        }
    }

    /// The event that is dealt with.
    pub fn event(&self) -> &Event {
        &self.event
    }

    /// Says what is to be done next. Asking again gives the same step.
    pub fn step(&self) -> Step<'_> {
        match &self.at {
            At::Reading => Step::Read,
            At::Performing { plan, next } => match (plan.actions.get(*next), &plan.run) {
                (Some(action), _) => Step::Ensure(action),
                (None, Some(order)) => Step::Run(order),
                (None, None) => Step::Done(Ended::Acted),
            },
            At::Done(ended) => Step::Done(*ended),
        }
    }

    /// What is asked about what was read; to be written down before [`Execution::saw`] answers it.
    pub fn question(&self, facts: &F) -> Question {
        match &self.aim {
            Aim::Settle(report) => Question::Settle {
                report: report.clone(),
            },
            Aim::HandBack(head) if facts.head() == Some(head) => Question::MergeConflict,
            Aim::HandBack(_) | Aim::Decide => Question::Decide,
        }
    }

    /// Takes what was read and decides, settles or hands back; returns the plan, to be written down. Called when no
    /// reading was asked for, it decides anew.
    pub fn saw(&mut self, facts: &F) -> Plan {
        self.decisions += 1;
        let plan = match self.question(facts) {
            Question::Settle { report } => (self.rules.settle)(&report, facts),
            Question::MergeConflict => (self.rules.merge_conflict)(facts),
            Question::Decide => (self.rules.decide)(&self.event, facts),
        };
        self.at = match (plan.is_empty(), &self.aim) {
            (true, Aim::Decide | Aim::HandBack(_)) => At::Done(Ended::Quiet),
            _ => At::Performing {
                plan: plan.clone(),
                next: 0,
            },
        };
        plan
    }

    /// Takes the answer to the action that was asked for. Called when none was, it does nothing.
    pub fn answered(&mut self, answer: Answer) {
        let At::Performing { plan, next } = &mut self.at else {
            return;
        };
        let Some(action) = plan.actions.get(*next) else {
            return;
        };
        self.at = match (answer, action, &self.aim) {
            (Answer::So, ..) => {
                *next += 1;
                return;
            }
            (Answer::Stale, ..) if self.decisions >= MAX_DECISIONS => At::Done(Ended::Restless),
            (Answer::Stale, ..) => At::Reading,
            (Answer::Conflict, Action::Merge { head, .. }, Aim::Decide)
                if self.decisions < MAX_DECISIONS =>
            {
                self.aim = Aim::HandBack(head.clone());
                At::Reading
            }
            (Answer::Conflict | Answer::Refused, _, Aim::Settle(_)) => At::Done(Ended::Unsettled),
            (Answer::Conflict | Answer::Refused, ..) => At::Done(Ended::Refused),
        };
    }

    /// Takes what the run did. Called when no run was asked for, it settles all the same.
    pub fn ran(&mut self, report: RunReport) {
        self.aim = Aim::Settle(Box::new(report));
        self.decisions = 0;
        self.at = At::Reading;
    }
}

impl<F> Execution<F> {
    /// What sets executions under the same rules apart.
    fn key(&self) -> (&Event, &Aim, u32, &At) {
        (&self.event, &self.aim, self.decisions, &self.at)
    }
}

/// Two executions are the same when everything to come is, under the same rules.
impl<F> PartialEq for Execution<F> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl<F> Eq for Execution<F> {}

impl<F> Hash for Execution<F> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // What a run has reported is compared, and not worth hashing.
        (&self.event, self.decisions, &self.at).hash(state);
    }
}

#[cfg(test)]
mod tests;
