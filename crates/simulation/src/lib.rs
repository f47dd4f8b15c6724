//! Lives of requests in a hostile world: the engine that ships, on the local forge that ships, with seeded faults.
//!
//! A *world* is one factory's folder in which a few requests live at once. A virtual clock, people, an agent, deliveries
//! and faults at every call of every port follow from one seed, so a world can be repeated byte for byte. People file,
//! answer, edit labels, push, approve, cancel, close and reopen while the engine works; calls fail, fail to say that
//! they succeeded, take hours, or are the last thing the engine's process does; deliveries are lost, doubled and late.
//!
//! Then the weather clears up. The engine must come to rest, nothing may be lost or stranded, and once people do their
//! part everything must end. What is checked ([`Rule`]) is read from the forge alone.
//!
//! **Architecture invariant:** nothing here is in a release.

mod agent;
mod cast;
mod check;
mod dice;
mod faults;
mod fleet;
mod scene;
mod staged;
mod world;

use std::collections::BTreeMap;

use lightsout_forge::Number;

pub use check::{Ending, Finding, Rule};
pub use fleet::{Sum, live_all, live_one};
pub use staged::staged;

/// How many lives one world has.
pub const LIVES: u64 = 5;

/// What is taken away, to see that it is missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Without {
    /// Nobody looks at open requests without being told of something.
    Sweep,
    /// A comment is never found by its key, and a reservation never by its name.
    Keys,
}

/// What is lived through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Where chance begins.
    pub seed: u64,
    /// What is missing.
    pub without: Option<Without>,
}

/// What is left of a world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Which world.
    pub world: u64,
    /// Every rule that was broken.
    pub findings: Vec<Finding>,
    /// How its requests ended.
    pub endings: Vec<Ending>,
    /// Its lives, with their issues.
    pub issues: Vec<(u64, Option<Number>)>,
    /// Over the engine's journal and everything the forge shows, its log among it.
    pub hash: String,
    /// How many faults of each kind there were.
    pub faults: BTreeMap<&'static str, u64>,
    /// How many decisions there were for each reason.
    pub reasons: BTreeMap<&'static str, u64>,
    /// How often an agent was let to work.
    pub runs: u64,
    /// What happened, if that was asked for.
    pub story: Vec<String>,
}

impl Verdict {
    /// The life that a finding is about; the world's first one, if it is about none.
    pub fn life_of(&self, finding: &Finding) -> u64 {
        let found = self
            .issues
            .iter()
            .find(|(_, issue)| *issue == finding.issue && issue.is_some());
        found.map_or(self.world * LIVES, |(life, _)| *life)
    }
}
