//! A repository on disk, driven through the git program with nothing inherited.
//!
//! [`Repo`] is a bare repository of ours. Everything that git would take from its surroundings (environment,
//! system and user configuration, hooks, file system monitors, prompts, locale, time) is cut off or given, so the
//! same calls make the same commits everywhere. Names and commits are plain texts here.
//!
//! # Which way commits travel
//!
//! An agent works in a clone of its own, whose `.git` is **hostile** once it has run: its `config` may name
//! programs, its `hooks` may be anything. So no git command ever runs inside it. Its commits are *fetched*
//! ([`Repo::fetch_untrusted`]): our repository runs the command, and the only program that looks into the hostile
//! one is `git upload-pack`, which git keeps safe for exactly this use (it runs no hook of the repository and obeys
//! none of its settings that name a program; see "SECURITY" in `git-upload-pack(1)`). What arrives is a pack that is
//! checked object by object. The other direction, `git push` run in the clone or `git -C clone bundle`, would obey
//! the hostile configuration.
//!
//! [`Remote`] is another repository, over HTTP(S) or at a path. A push there is a compare-and-swap.
//!
//! **Architecture invariant:** this crate knows no forge, no request and no clock, and starts no program but git.

mod bundle;
mod change;
mod clone;
mod command;
mod error;
mod facts;
mod merge;
mod remote;
mod repo;
mod tree;
mod worktree;

pub use change::{Change, Entry, Mode, Status};
pub use error::GitError;
pub use facts::CommitFacts;
pub use merge::Signature;
pub use remote::{Pushed, Remote, RemoteError};
pub use repo::Repo;
pub use tree::{NewFile, TreeFile};
pub use worktree::Worktree;
