//! What can happen in the world of repairs.

use super::world::{End, Group};
use crate::explore::Happening;

/// What a person does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Deed {
    /// Pushes a commit to the root's branch.
    Push,
    /// Pushes a commit to the newest open repair's branch.
    PushToRepair,
    /// Merges the newest open repair into the branch that it mends.
    Merge,
    /// Closes the root.
    Close,
    /// Opens it again.
    Reopen,
    /// Turns the kill switch.
    Switch,
}

/// How an agent's run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Outcome {
    /// It commits something, and every gate is green.
    Mends,
    /// It commits something, and a gate is red.
    RedGate,
    /// It says nothing.
    Silent,
    /// It reviews, and finds nothing that must be fixed.
    Clean,
    /// It reviews, and finds something.
    MustFix,
}

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Move {
    /// A person acts.
    Person(Deed),
    /// The event of this place in the inbox arrives; in its turn, or before others of its group.
    Arrive { event: u8, in_turn: bool },
    /// The first event is lost.
    Lose,
    /// The first event is delivered, and will be once more.
    Double,
    /// The executor performs the next action.
    Perform(Group),
    /// The agent works and ends so.
    Work(Group, Outcome),
    /// The process ends.
    Crash(Group),
    /// A workflow run ends.
    Check { check: u8, end: End },
}

impl Happening for Move {
    fn is_machine(self) -> bool {
        match self {
            Self::Person(_) | Self::Lose | Self::Double | Self::Crash(_) => false,
            Self::Arrive { in_turn, .. } => in_turn,
            Self::Perform(_) | Self::Work(..) | Self::Check { .. } => true,
        }
    }

    fn is_sweep(self) -> bool {
        false
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Person(_) => "person",
            Self::Arrive { in_turn: true, .. } => "arrive",
            Self::Arrive { in_turn: false, .. } => "arrive out of order",
            Self::Lose => "lose",
            Self::Double => "double",
            Self::Perform(_) => "perform",
            Self::Work(..) => "work",
            Self::Crash(_) => "crash",
            Self::Check { .. } => "check",
        }
    }
}
