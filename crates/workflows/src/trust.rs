//! Who may hold what: three levels of trust, and the things that belong to each.

use std::marker::PhantomData;

mod sealed {
    pub trait Sealed {}
}

/// A level of trust. There are three, and nobody can add one.
pub trait Level: sealed::Sealed {
    /// What it is called.
    const TRUST: Trust;
}

/// Runs an agent, or code that an agent wrote: may read, and hold the key of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Untrusted;
/// Runs `lightsout` alone, on data that it checks: may write, and hold the factory's credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broker;
/// Runs the site's own code, as people push it: may read, and holds no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Public;

/// A level whose jobs hold no credential of the factory, and so may run commands of anybody's choice.
pub trait Unprivileged: Level {}

impl Unprivileged for Untrusted {}
impl Unprivileged for Public {}

/// A level as a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// See [`Untrusted`].
    Untrusted,
    /// See [`Broker`].
    Broker,
    /// See [`Public`].
    Public,
}

impl Trust {
    /// Returns its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Untrusted => "untrusted",
            Self::Broker => "broker",
            Self::Public => "public",
        }
    }

    /// Says what jobs of this level run and hold, for the comment above each.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Untrusted => {
                "Untrusted: runs an agent or what an agent wrote, so it may only read."
            }
            Self::Broker => {
                "Broker: holds credentials, so it runs `lightsout` only, on data that is checked first."
            }
            Self::Public => {
                "Public: runs the site's own code, so it may only read and holds no secret."
            }
        }
    }
}

macro_rules! level {
    ($($name:ident),*) => {$(
        impl sealed::Sealed for $name {}
        impl Level for $name {
            const TRUST: Trust = Trust::$name;
        }
    )*};
}
level!(Untrusted, Broker, Public);

/// What the workflow's own token can be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    /// Workflow runs, their logs, and starting one.
    Actions,
    /// Results of checks.
    Checks,
    /// Files, branches, commits.
    Contents,
    /// Issues, their labels and comments.
    Issues,
    /// Pull requests, their labels and comments.
    PullRequests,
    /// Commit statuses.
    Statuses,
}

impl Area {
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Actions => "actions",
            Self::Checks => "checks",
            Self::Contents => "contents",
            Self::Issues => "issues",
            Self::PullRequests => "pull-requests",
            Self::Statuses => "statuses",
        }
    }
}

/// One permission of a job of level `L`, with the reason that stands beside it.
#[derive(Debug, Clone)]
pub struct Permission<L> {
    pub(crate) area: Area,
    pub(crate) write: bool,
    pub(crate) why: &'static str,
    level: PhantomData<L>,
}

impl<L: Level> Permission<L> {
    /// To read, which every level may.
    pub const fn read(area: Area, why: &'static str) -> Self {
        let (write, level) = (false, PhantomData);
        Self {
            area,
            write,
            why,
            level,
        }
    }
}

impl Permission<Broker> {
    /// To write, which only a [`Broker`] may.
    pub const fn write(area: Area, why: &'static str) -> Self {
        let (write, level) = (true, PhantomData);
        Self {
            area,
            write,
            why,
            level,
        }
    }
}

/// A secret that a job of level `L` may hold. There is none for [`Public`].
#[derive(Debug, Clone)]
pub struct Secret<L> {
    /// The variable that the program reads it from.
    pub(crate) variable: &'static str,
    /// Where it comes from, as an expression.
    pub(crate) source: &'static str,
    level: PhantomData<L>,
}

impl<L> Secret<L> {
    const fn of(variable: &'static str, source: &'static str) -> Self {
        let level = PhantomData;
        Self {
            variable,
            source,
            level,
        }
    }
}

impl Secret<Broker> {
    /// The workflow's own token; what is done with it raises no event.
    pub const WORKFLOW_TOKEN: Self = Self::of("GITHUB_TOKEN", "github.token");
    /// The bot's token, which raises events; empty where a GitHub App is used.
    pub const BOT_TOKEN: Self = Self::of("LIGHTSOUT_BOT_TOKEN", "secrets.LIGHTSOUT_BOT_TOKEN");
    /// The private key of the GitHub App; empty where a token is used.
    pub const APP_KEY: Self = Self::of("LIGHTSOUT_APP_KEY", "secrets.LIGHTSOUT_APP_KEY");
}

impl Secret<Untrusted> {
    /// The key of Claude Code's model.
    pub const ANTHROPIC_KEY: Self = Self::of("ANTHROPIC_API_KEY", "secrets.ANTHROPIC_API_KEY");
    /// The key of Codex's model.
    pub const OPENAI_KEY: Self = Self::of("OPENAI_API_KEY", "secrets.OPENAI_API_KEY");
}
