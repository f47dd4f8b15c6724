//! What an agent's word comes to, together with what lies in the repository.

use std::path::Path;

use lightsout_lifecycle::{Role, RunEnd};
use lightsout_signal::{Finding, Judgement, Verdict};

use crate::Commission;
use crate::answers::{findings, phrases};
use crate::arrival::Doubt;
use crate::lanes::writes;
use crate::work::{Work, read_work};

/// What is to be made of an agent's work.
#[derive(Debug)]
pub(crate) enum Heard {
    /// The run has ended with this; there is no commit to look at.
    End(RunEnd),
    /// It is READY, with a commit that is to be checked.
    Commit(String),
}

/// What an agent's job left, for whoever wants to know before it is settled.
#[derive(Debug)]
pub enum Left {
    /// Nothing.
    Nothing,
    /// Something that cannot be believed, and why.
    Unbelievable(String),
    /// It ended like this, without a commit to look at.
    End(RunEnd),
    /// A commit that is to be checked.
    Commit(String),
}

impl Commission {
    /// Says what an agent left in the folder `work`, as far as that shows.
    pub fn left(&self, work: &Path) -> Left {
        match read_work(work, self) {
            Ok(None) => Left::Nothing,
            Err(Doubt(why)) => Left::Unbelievable(why),
            Ok(Some(work)) => match work.heard(self) {
                Heard::End(end) => Left::End(end),
                Heard::Commit(head) => Left::Commit(head),
            },
        }
    }
}

impl Work {
    /// Judges the agent's word together with what lies in the repository. How many commits there are does not matter.
    fn judged(&self) -> Judgement {
        self.outcome.judge(usize::from(self.worked.head.is_some()))
    }

    /// Returns what is odd. An agent that did not come to its end is not held to what it would have left there, nor one
    /// that was to change nothing; where none worked, none said anything.
    pub(crate) fn oddities(&self, role: Role) -> Vec<Finding> {
        if role == Role::Checker {
            return Vec::new();
        }
        if self.worked.failed.is_some() || !writes(role) {
            return self.outcome.findings.clone();
        }
        self.judged().findings
    }

    /// Says what is to be made of it.
    pub(crate) fn heard(&self, commission: &Commission) -> Heard {
        let worked = &self.worked;
        if let Some(how) = &worked.failed {
            return self.failed(how);
        }
        if !worked.faults.is_empty() {
            return Heard::End(RunEnd::OutsideLane {
                problems: worked.faults.clone(),
            });
        }
        let role = commission.order.role;
        // Which commit is checked is said by whoever ordered it, and by nothing that was left.
        if let (Role::Checker, Some(at)) = (role, &commission.order.at) {
            return Heard::Commit(at.to_string());
        }
        if !writes(role) {
            return self.answer(role);
        }
        let message = self.outcome.message.clone();
        match (self.judged().verdict, &worked.head) {
            (Verdict::Take, Some(head)) => Heard::Commit(head.to_string()),
            (Verdict::Take | Verdict::NothingCommitted, _) => {
                Heard::End(RunEnd::NothingCommitted { message })
            }
            (Verdict::Ask, _) => Heard::End(RunEnd::Waiting { questions: message }),
            (Verdict::NoSignal, _) => Heard::End(RunEnd::NoSignal { message }),
            (Verdict::Failed, _) => self.failed("its transcript ends in an error"),
        }
    }

    /// Reads the answer of an agent that was to change nothing.
    fn answer(&self, role: Role) -> Heard {
        if self.worked.head.is_some() {
            return Heard::End(RunEnd::OutsideLane {
                problems: vec!["it committed although it was to change nothing".to_owned()],
            });
        }
        let message = self.outcome.message.clone();
        match self.judged().verdict {
            Verdict::Take | Verdict::NothingCommitted => {}
            Verdict::Ask => return Heard::End(RunEnd::Waiting { questions: message }),
            Verdict::NoSignal => return Heard::End(RunEnd::NoSignal { message }),
            Verdict::Failed => return self.failed("its transcript ends in an error"),
        }
        let answer = if role == Role::Canary {
            phrases(&message).map(|phrases| RunEnd::Recited { phrases })
        } else {
            findings(&message).map(|findings| RunEnd::Reviewed { findings })
        };
        match answer {
            Ok(end) => Heard::End(end),
            Err(why) => self.failed(&format!("its answer cannot be read: {why}")),
        }
    }

    fn failed(&self, how: &str) -> Heard {
        Heard::End(RunEnd::AgentFailed {
            how: how.to_owned(),
            tail: self.worked.tail.clone(),
        })
    }
}
