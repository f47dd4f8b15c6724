//! The state of the small world: numbers where the forge has texts, so that millions of worlds fit into memory.
//!
//! Texts of the factory, events and executions are kept once, in [`Books`], and named by their place there. People's
//! comments are numbered by themselves, in their order, since the rules compare nothing but that order.

use indexmap::IndexSet;
use lightsout_forge::{
    Account, AccountKind, BranchName, CheckState, Event, EventKind, Login, Number, Permission,
    PullState, Sha,
};
use lightsout_lifecycle::{Command, Execution};
use rustc_hash::FxBuildHasher;

/// Who lives in the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Who {
    /// Files requests; may read.
    Mira,
    /// May push, until somebody takes that away.
    Ada,
    /// Belongs to nothing.
    Stranger,
    /// Another program's account.
    Robot,
    /// The factory.
    Factory,
}

impl Who {
    /// The login.
    pub(crate) fn login(self) -> &'static str {
        match self {
            Self::Mira => "mira",
            Self::Ada => "ada",
            Self::Stranger => "stranger",
            Self::Robot => "robot[bot]",
            Self::Factory => "lightsout[bot]",
        }
    }

    /// The account.
    pub(crate) fn account(self) -> Account {
        Account {
            login: Login::new(self.login()).unwrap_or_else(|error| unreachable_name(&error)),
            kind: match self {
                Self::Robot | Self::Factory => AccountKind::Bot,
                Self::Mira | Self::Ada | Self::Stranger => AccountKind::User,
            },
        }
    }
}

#[expect(clippy::panic, reason = "the names of this crate are its own, and fit")]
pub(crate) fn unreachable_name(error: &dyn std::fmt::Display) -> ! {
    panic!("a name of the model does not fit: {error}")
}

/// What somebody says in a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Words {
    /// What the request lacked.
    Answer,
    /// Words that answer nothing.
    Chat,
    /// A command.
    Command(Command),
}

/// A comment of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Said {
    /// Who.
    pub(crate) who: Who,
    /// What.
    pub(crate) words: Words,
    /// Whether it stands on the pull request.
    pub(crate) on_pull: bool,
    /// Whether the rules have answered it with a plan.
    pub(crate) heard: bool,
}

/// The factory's comment of one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Note {
    /// 0 for the issue, otherwise the pull request's place plus 1.
    pub(crate) on: u8,
    /// Its key, in the books.
    pub(crate) key: u32,
    /// Its body with the marker, in the books.
    pub(crate) body: u32,
    /// How many comments of people were there before it, where that matters: on the pull request.
    pub(crate) after: u8,
}

/// Labels of an issue or a pull request, as bits: two types, one that is none, one that only looks like ours, and the
/// factory's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Labels(pub u8);

impl Labels {
    pub(crate) const FAQ: u8 = 1;
    pub(crate) const INSIGHT: u8 = 1 << 1;
    pub(crate) const UNKNOWN: u8 = 1 << 2;
    pub(crate) const DECOY: u8 = 1 << 3;
    pub(crate) const WAITING: u8 = 1 << 4;
    pub(crate) const APPROVED: u8 = 1 << 5;

    pub(crate) fn has(self, bit: u8) -> bool {
        self.0 & bit != 0
    }

    /// Sets or clears; says whether that changed anything.
    pub(crate) fn set(&mut self, bit: u8, on: bool) -> bool {
        let was = self.0;
        self.0 = if on { was | bit } else { was & !bit };
        self.0 != was
    }
}

/// How a commit's check of the repository's own ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Ci {
    /// There is none.
    None,
    /// It runs.
    Pending,
    /// It is green.
    Green,
    /// It is red.
    Red,
}

impl Ci {
    pub(crate) fn state(self) -> Option<CheckState> {
        match self {
            Self::None => None,
            Self::Pending => Some(CheckState::Pending),
            Self::Green => Some(CheckState::Success),
            Self::Red => Some(CheckState::Failure),
        }
    }
}

/// A commit; its place in the world is its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Commit {
    /// Whether the factory's gates are green on it.
    pub(crate) gates: bool,
    /// The repository's own check.
    pub(crate) ci: Ci,
    /// Whether the gates really passed on it, whatever its status says.
    pub(crate) sound: bool,
    /// Whether somebody who could push said `/publish` while it was the head: what the rules are held against.
    pub(crate) endorsed: bool,
}

/// A pull request of the factory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Pull {
    /// Its branch, in the books.
    pub(crate) branch: u32,
    /// Its head commit.
    pub(crate) head: u8,
    /// Open, closed or merged.
    pub(crate) state: PullState,
    /// Its labels.
    pub(crate) labels: Labels,
    /// Whether it no longer merges.
    pub(crate) conflicting: bool,
    /// Whether a person opened it again.
    pub(crate) reopened: bool,
}

/// One request, its pull requests, and whatever works on it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Request {
    /// Who filed it.
    pub(crate) author: Who,
    /// Whether its issue is open.
    pub(crate) open: bool,
    /// The issue's labels.
    pub(crate) labels: Labels,
    /// Whether it was complete when it was filed.
    pub(crate) complete: bool,
    /// What people said, in order.
    pub(crate) said: Vec<Said>,
    /// The factory's comments, sorted.
    pub(crate) notes: Vec<Note>,
    /// Its pull requests, the oldest first.
    pub(crate) pulls: Vec<Pull>,
    /// Its branches and where they point.
    pub(crate) branches: Vec<(u32, u8)>,
    /// Events on their way.
    pub(crate) inbox: Vec<u32>,
    /// Events that have arrived and wait for their turn.
    pub(crate) queue: Vec<u32>,
    /// What is being carried out.
    pub(crate) execution: Option<u32>,
}

impl Request {
    /// The open pull request's place.
    pub(crate) fn open_pull(&self) -> Option<usize> {
        self.pulls
            .iter()
            .rposition(|pull| pull.state == PullState::Open)
    }

    /// Whether sweeps look at it, as the engine does: it is open, or its pull request is.
    pub(crate) fn is_unfinished(&self) -> bool {
        self.open || self.open_pull().is_some()
    }

    pub(crate) fn pull_of(&self, branch: u32) -> Option<usize> {
        self.pulls.iter().rposition(|pull| pull.branch == branch)
    }

    /// Whether nothing is on its way, waiting or being carried out.
    pub(crate) fn is_idle(&self) -> bool {
        self.execution.is_none() && self.inbox.is_empty() && self.queue.is_empty()
    }
}

/// The whole world.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct World {
    /// The requests; the first is #1.
    pub(crate) requests: Vec<Request>,
    /// Every commit there ever was.
    pub(crate) commits: Vec<Commit>,
    /// The kill switch.
    pub(crate) enabled: bool,
    /// Whether Ada may no longer push.
    pub(crate) demoted: bool,
    /// The runs that money was put aside for: request and attempt.
    pub(crate) reserved: Vec<(u8, u32)>,
    /// How many more things people may do.
    pub(crate) deeds: u8,
    /// How many more things may go wrong.
    pub(crate) faults: u8,
    /// Whether an event was lost.
    pub(crate) lost: bool,
}

impl World {
    pub(crate) fn permission(&self, who: Who) -> Permission {
        match who {
            Who::Mira => Permission::Read,
            Who::Ada if self.demoted => Permission::Read,
            Who::Ada => Permission::Write,
            Who::Stranger | Who::Robot | Who::Factory => Permission::None,
        }
    }

    /// Whether nothing is on its way anywhere.
    pub(crate) fn is_idle(&self) -> bool {
        self.requests.iter().all(Request::is_idle)
    }
}

/// What the worlds of one exploration name by number.
#[derive(Debug, Default)]
pub(crate) struct Books {
    texts: IndexSet<String, FxBuildHasher>,
    events: IndexSet<Event, FxBuildHasher>,
    executions: IndexSet<Execution, FxBuildHasher>,
}

fn place(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

impl Books {
    pub(crate) fn text(&mut self, text: &str) -> u32 {
        if let Some(index) = self.texts.get_index_of(text) {
            return place(index);
        }
        place(self.texts.insert_full(text.to_owned()).0)
    }

    pub(crate) fn event(&mut self, event: Event) -> u32 {
        place(self.events.insert_full(event).0)
    }

    pub(crate) fn execution(&mut self, execution: Execution) -> u32 {
        place(self.executions.insert_full(execution).0)
    }

    pub(crate) fn read(&self, text: u32) -> &str {
        self.texts
            .get_index(text as usize)
            .map_or("", String::as_str)
    }

    pub(crate) fn event_at(&self, event: u32) -> Option<&Event> {
        self.events.get_index(event as usize)
    }

    pub(crate) fn place_of(&self, event: &Event) -> Option<u32> {
        self.events.get_index_of(event).map(place)
    }

    pub(crate) fn execution_at(&self, execution: u32) -> Option<&Execution> {
        self.executions.get_index(execution as usize)
    }
}

pub(crate) fn issue_number(request: usize) -> Number {
    Number(request as u64 + 1)
}

pub(crate) fn request_at(number: Number) -> usize {
    usize::try_from(number.0).unwrap_or(1).saturating_sub(1)
}

/// Pull requests of #1 are #101, #102 and so on.
pub(crate) fn pull_number(request: usize, pull: usize) -> Number {
    Number((request as u64 + 1) * 100 + pull as u64 + 1)
}

pub(crate) fn sha(commit: u8) -> Sha {
    Sha::new(&format!("{:040x}", u64::from(commit) + 1))
        .unwrap_or_else(|error| unreachable_name(&error))
}

pub(crate) fn commit_of(sha: &Sha) -> Option<u8> {
    let number = u64::from_str_radix(&sha.as_str()[24..], 16).ok()?;
    u8::try_from(number.checked_sub(1)?).ok()
}

pub(crate) fn branch_name(text: &str) -> BranchName {
    BranchName::new(text).unwrap_or_else(|error| unreachable_name(&error))
}

/// An event as a delivery: its time says nothing here.
pub(crate) fn event(by: Who, kind: EventKind) -> Event {
    Event {
        id: lightsout_forge::EventId(String::new()),
        at: chrono::DateTime::UNIX_EPOCH,
        actor: by.account(),
        kind,
    }
}

/// Whose login this is; anybody's that the world does not know is the factory's.
pub(crate) fn who(login: &str) -> Who {
    [Who::Mira, Who::Ada, Who::Stranger, Who::Robot]
        .into_iter()
        .find(|who| who.login() == login)
        .unwrap_or(Who::Factory)
}
