//! What a decision comes to.

use lightsout_forge::{Action, BranchName, Label, Number};
use serde::{Deserialize, Serialize};

use crate::{Decision, Reason, RunId};

/// A run to start once the plan's actions are done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunOrder {
    /// Which run; a run taken up again keeps its name.
    pub id: RunId,
    /// The request.
    pub issue: Number,
    /// Its content type.
    pub kind: Label,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// The branch that the work goes to.
    pub branch: BranchName,
}

/// What should be true now, and why. An empty plan means that nothing is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Why.
    pub reason: Reason,
    /// End states, to be brought about in this order.
    pub actions: Vec<Action>,
    /// The run to start after them.
    pub run: Option<RunOrder>,
}

impl Plan {
    /// Nothing is to be done.
    pub(crate) fn ignore(reason: Reason) -> Self {
        Self::act(reason, Vec::new())
    }

    pub(crate) fn act(reason: Reason, actions: Vec<Action>) -> Self {
        Self {
            reason,
            actions,
            run: None,
        }
    }

    /// Whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.actions.is_empty() && self.run.is_none()
    }

    /// What kind of decision this is.
    pub fn decision(&self) -> Decision {
        self.reason.decision()
    }
}
