//! The state of the world of repairs, and what is named in it by number.

use std::hash::Hash;

use indexmap::IndexSet;
use lightsout_forge::{Event, PullState};
use lightsout_lifecycle::{Execution, HealFacts, ReviewFacts};
use rustc_hash::FxBuildHasher;

use crate::world::Who;

/// A pull request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Pull {
    /// Its branch, in the books.
    pub(crate) branch: u32,
    /// Its head commit.
    pub(crate) head: u8,
    pub(crate) state: PullState,
    pub(crate) by: Who,
    /// The place of the one that it mends, if it is a repair of the factory's: what the rules are held against.
    pub(crate) mends: Option<u8>,
    /// The healer's comment, in the books.
    pub(crate) healer: Option<u32>,
    /// The review's comment, in the books.
    pub(crate) review: Option<u32>,
}

/// How a workflow run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum End {
    Green,
    /// One failure or another.
    Red(u8),
}

/// A workflow run of a commit. Its place gives its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Check {
    /// The place of its pull request.
    pub(crate) pull: u8,
    pub(crate) commit: u8,
    /// None while it runs.
    pub(crate) end: Option<End>,
}

/// What is worked on one after another: a concurrency group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Group {
    Heal(u8),
    Review(u8),
}

/// How often an agent was let to work on something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Start {
    /// The place of the pull request.
    pub(crate) pull: u8,
    /// Healings: the place of the workflow run. Others: the commit.
    pub(crate) of: u8,
    pub(crate) times: u8,
}

/// The whole world.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct World {
    /// The pull requests; the first is #101.
    pub(crate) pulls: Vec<Pull>,
    /// Branches, sorted, and where each points.
    pub(crate) branches: Vec<(u32, u8)>,
    /// How many commits there are.
    pub(crate) commits: u8,
    pub(crate) checks: Vec<Check>,
    /// Events on their way.
    pub(crate) inbox: Vec<u32>,
    /// What is being carried out, sorted; the numbers are places in the books of heals or of reviews.
    pub(crate) tasks: Vec<(Group, u32)>,
    pub(crate) enabled: bool,
    /// How many runs of an agent money was put aside for.
    pub(crate) spent: u8,
    /// How many more things people may do or may go wrong.
    pub(crate) deeds: u8,
    /// How many more of these may go wrong.
    pub(crate) faults: u8,
    /// How often a process ended, or a pull request was closed, while something was under way.
    pub(crate) interrupted: u8,
    /// Whether an event was lost, or passed by while the switch was off.
    pub(crate) missed: bool,
    pub(crate) healings: Vec<Start>,
    pub(crate) reviews: Vec<Start>,
    pub(crate) fixes: Vec<Start>,
}

impl World {
    /// Whether nothing is on its way anywhere.
    pub(crate) fn is_idle(&self) -> bool {
        let running = self.checks.iter().any(|check| check.end.is_none());
        self.tasks.is_empty() && self.inbox.is_empty() && !running
    }

    pub(crate) fn task(&self, group: Group) -> Option<u32> {
        let found = self.tasks.iter().find(|(one, _)| *one == group);
        found.map(|(_, execution)| *execution)
    }

    /// Sets or clears what a group is at.
    pub(crate) fn set_task(&mut self, group: Group, execution: Option<u32>) {
        self.tasks.retain(|(one, _)| *one != group);
        self.tasks
            .extend(execution.map(|execution| (group, execution)));
        self.tasks.sort_unstable();
    }

    /// The newest pull request of a branch.
    pub(crate) fn pull_of(&self, branch: u32) -> Option<usize> {
        self.pulls.iter().rposition(|pull| pull.branch == branch)
    }

    pub(crate) fn commit(&mut self) -> u8 {
        self.commits += 1;
        self.commits - 1
    }
}

/// Counts one more start.
pub(crate) fn count(starts: &mut Vec<Start>, pull: u8, of: u8) -> Start {
    let same = |start: &&mut Start| (start.pull, start.of) == (pull, of);
    if let Some(start) = starts.iter_mut().find(same) {
        start.times += 1;
        return *start;
    }
    let start = Start { pull, of, times: 1 };
    starts.push(start);
    starts.sort_unstable();
    start
}

/// Things that are named by their place.
#[derive(Debug)]
pub(crate) struct Shelf<T>(IndexSet<T, FxBuildHasher>);

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self(IndexSet::default())
    }
}

impl<T: Hash + Eq> Shelf<T> {
    pub(crate) fn put(&mut self, thing: T) -> u32 {
        u32::try_from(self.0.insert_full(thing).0).unwrap_or(u32::MAX)
    }

    pub(crate) fn at(&self, place: u32) -> Option<&T> {
        self.0.get_index(place as usize)
    }
}

/// What the worlds of one exploration name by number.
#[derive(Debug, Default)]
pub(crate) struct Books {
    pub(crate) texts: Shelf<String>,
    pub(crate) events: Shelf<Event>,
    pub(crate) heals: Shelf<Execution<HealFacts>>,
    pub(crate) reviews: Shelf<Execution<ReviewFacts>>,
    /// Which workflows are installed; what nobody listens to does not happen.
    pub(crate) installed: Installed,
}

/// Which workflows are installed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Installed {
    pub(crate) healer: bool,
    pub(crate) review: bool,
}

impl Books {
    pub(crate) fn read(&self, text: u32) -> &str {
        self.texts.at(text).map_or("", String::as_str)
    }
}

/// The number of the workflow run at a place.
pub(crate) fn run_number(place: usize) -> u64 {
    place as u64 + 41
}

/// The place of a workflow run.
pub(crate) fn run_place(number: u64) -> usize {
    usize::try_from(number.saturating_sub(41)).unwrap_or(usize::MAX)
}
