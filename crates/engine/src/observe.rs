//! What the engine tells whoever watches.

use std::time::Duration;

use lightsout_forge::{Action, Chore, Ensured, Event, Number};
use lightsout_lifecycle::{Plan, RunId};

/// A part of a run, for progress and for saying where the time went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Making the clone that the agent works in.
    Clone,
    /// The agent at work.
    Agent,
    /// Taking its commits over and checking the lane.
    Handoff,
    /// Drawing and cleaning pictures.
    Pictures,
    /// The gates on its commit.
    Gates,
    /// Performing the actions of plans on the forge.
    Forge,
    /// Reading the world.
    Reading,
}

impl Stage {
    /// The word for tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Clone => "clone",
            Self::Agent => "agent",
            Self::Handoff => "hand-off",
            Self::Pictures => "pictures",
            Self::Gates => "gates",
            Self::Forge => "forge",
            Self::Reading => "reading",
        }
    }
}

/// Something that just happened.
#[derive(Debug)]
pub enum Progress<'a> {
    /// A decision was taken; an empty plan of a sweep is not reported.
    Decided {
        /// The request.
        issue: Number,
        /// Its title.
        title: &'a str,
        /// What it was about.
        event: &'a Event,
        /// What was decided.
        plan: &'a Plan,
    },
    /// A chore for the whole repository came to something.
    Chore {
        /// The chore.
        chore: Chore,
        /// What was decided.
        plan: &'a Plan,
    },
    /// An action was performed.
    Acted {
        /// The request.
        issue: Number,
        /// The action.
        action: &'a Action,
        /// Whether anything had to change.
        ensured: Ensured,
    },
    /// A stage of a run has begun.
    Began {
        /// The run.
        run: &'a RunId,
        /// The stage.
        stage: Stage,
    },
    /// A stage took this long.
    Took {
        /// The stage.
        stage: Stage,
        /// How long.
        time: Duration,
    },
    /// The forge refused an action for good; the sweep looks at the request again later.
    Refused {
        /// The request.
        issue: Number,
        /// Why, for people.
        why: String,
    },
}

/// Whoever watches the engine.
pub trait Observer: Send + Sync {
    /// Is told what just happened; must be quick.
    fn saw(&self, progress: &Progress<'_>);
}

/// Watches nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {
    fn saw(&self, _: &Progress<'_>) {}
}
