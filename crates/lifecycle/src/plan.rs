//! What a decision comes to.

use lightsout_forge::{Action, BranchName, Label, Number, Sha};
use serde::{Deserialize, Serialize};

use crate::{Decision, Reason, RunId};

/// What a run is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum Role {
    /// Makes what a request asks for.
    #[default]
    Author,
    /// Mends a commit on which a workflow failed.
    Healer {
        /// The workflow run that failed, whose log it is given.
        workflow_run: u64,
    },
    /// Reads a pull request and changes nothing.
    Reviewer,
    /// Mends, once, what a review found.
    Fixer,
    /// Proves that it reads the skills.
    Canary,
    /// Puts a commit that somebody pushed through the gates: no agent works, and nothing is paid.
    Checker,
}

impl Role {
    /// The word for people and for JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Author => "author",
            Self::Healer { .. } => "healer",
            Self::Reviewer => "reviewer",
            Self::Fixer => "fixer",
            Self::Canary => "canary",
            Self::Checker => "checker",
        }
    }
}

/// A run to start once the plan's actions are done.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RunOrder {
    /// Which run; a run taken up again keeps its name.
    pub id: RunId,
    /// What it is for.
    #[serde(flatten)]
    pub role: Role,
    /// What it is charged to: the request, or a pull request that belongs to none.
    pub issue: Number,
    /// The content type whose lane holds it; none where the work belongs to no request.
    pub kind: Option<Label>,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// The branch that the work goes to; for one that changes nothing, the branch that it reads.
    pub branch: BranchName,
    /// The commit that it works on or checks; none for the newest of the base branch.
    #[serde(default)]
    pub at: Option<Sha>,
}

/// What should be true now, and why. An empty plan means that nothing is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_has_the_same_word_for_people_and_for_json() {
        let roles = [
            Role::Author,
            Role::Healer { workflow_run: 1 },
            Role::Reviewer,
            Role::Fixer,
            Role::Canary,
            Role::Checker,
        ];
        for role in roles {
            assert_eq!(serde_json::to_value(role).unwrap()["role"], role.name());
        }
    }
}
