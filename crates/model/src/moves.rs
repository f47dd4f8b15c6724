//! What can happen.

use crate::explore::Happening;
use crate::world::{Who, Words};

/// What a person does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Deed {
    /// Comments on the issue.
    Say(Words),
    /// Comments on the pull request.
    SayOnPull(Words),
    /// Closes the issue.
    Close,
    /// Opens it again.
    Reopen,
    /// Sets a label on the issue.
    Label(u8),
    /// Takes a label off the issue.
    Unlabel(u8),
    /// Pushes a commit of their own to the factory's branch.
    Push,
    /// Closes the pull request.
    ClosePull,
    /// Opens it again.
    ReopenPull,
    /// Sets the approval label on the pull request by hand.
    LabelPull,
    /// Takes the approval label off the pull request.
    UnlabelPull,
    /// Loses the right to push.
    LoseRights,
    /// Turns the kill switch.
    Switch,
    /// Pushes something to the base branch that the pull request does not merge with.
    MoveBase,
}

/// How an agent's run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Outcome {
    /// READY, and every gate is green.
    Ready,
    /// READY, and a gate is red.
    RedGate,
    /// WAITING.
    Asks,
    /// READY without a commit.
    Nothing,
    /// Neither READY nor WAITING.
    Silent,
    /// It crashes.
    Crashes,
    /// It leaves its lane.
    Strays,
    /// The picture it was given is none.
    BadPicture,
}

/// Something that happens. `at` is the request's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Move {
    /// A person acts.
    Person {
        /// Where.
        at: u8,
        /// Who.
        who: Who,
        /// What.
        deed: Deed,
    },
    /// The event of this place in the inbox arrives.
    Arrive {
        /// Where.
        at: u8,
        /// Its place.
        event: u8,
    },
    /// The oldest event that waits gets its turn.
    Begin {
        /// Where.
        at: u8,
    },
    /// The next event is lost.
    Lose {
        /// Where.
        at: u8,
    },
    /// The next event is delivered, and will be once more.
    Double {
        /// Where.
        at: u8,
    },
    /// A sweep looks at the request.
    Sweep {
        /// Where.
        at: u8,
    },
    /// The executor performs the next action.
    Perform {
        /// Where.
        at: u8,
    },
    /// The agent works and ends so.
    Work {
        /// Where.
        at: u8,
        /// How.
        outcome: Outcome,
    },
    /// The process ends.
    Crash {
        /// Where.
        at: u8,
    },
    /// The repository's own check of a commit ends.
    Check {
        /// Which commit.
        commit: u8,
        /// Green or red.
        green: bool,
    },
}

impl Move {
    /// Every name of a kind.
    pub(crate) const KINDS: [&'static str; 11] = [
        "person",
        "arrive",
        "arrive out of order",
        "begin",
        "lose",
        "double",
        "sweep",
        "perform",
        "work",
        "crash",
        "check",
    ];
}

impl Happening for Move {
    fn is_machine(self) -> bool {
        match self {
            Self::Person { .. } | Self::Lose { .. } | Self::Double { .. } | Self::Crash { .. } => {
                false
            }
            // Out of order is something going wrong.
            Self::Arrive { event, .. } => event == 0,
            Self::Begin { .. }
            | Self::Sweep { .. }
            | Self::Perform { .. }
            | Self::Work { .. }
            | Self::Check { .. } => true,
        }
    }

    fn is_sweep(self) -> bool {
        matches!(self, Self::Sweep { .. })
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Person { .. } => "person",
            Self::Arrive { event: 0, .. } => "arrive",
            Self::Arrive { .. } => "arrive out of order",
            Self::Begin { .. } => "begin",
            Self::Lose { .. } => "lose",
            Self::Double { .. } => "double",
            Self::Sweep { .. } => "sweep",
            Self::Perform { .. } => "perform",
            Self::Work { .. } => "work",
            Self::Crash { .. } => "crash",
            Self::Check { .. } => "check",
        }
    }
}
