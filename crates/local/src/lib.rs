//! The embedded forge: a complete small forge in one folder, for a factory on one machine.
//!
//! [`Local`] keeps issues, pull requests, comments, labels, statuses, permissions and the ledger in one `SQLite` file,
//! the code in a bare git repository beside it, and attachments in files named by their content. It implements the
//! ports [`Forge`](lightsout_forge::Forge), [`Inbox`](lightsout_forge::Inbox) and
//! [`LedgerStore`](lightsout_ledger::LedgerStore). People act through [`Person`].
//!
//! # Events
//!
//! They behave as GitHub's do. What a person does and what is done with the bot's credential raises an event into the
//! inbox; what is done with the workflow's credential raises none. Both are written into the one log, [`Activity`],
//! whose column `raised` tells them apart. An event leaves the inbox only when it is marked as done.
//!
//! # Being killed
//!
//! A change and its line in the log are one transaction. Moving a branch changes two things, git and the database,
//! that no transaction spans. So the move is written down first (with the commit that is to be there, also a squash
//! commit, so that it is never made twice), then git moves the reference at once or not at all, then one transaction
//! writes what follows and strikes the intention out. Whoever opens the folder next, or ensures the same action
//! again, finds the intention and looks where the reference is: there, and what follows is written; not there, and
//! the move is made again, with the same commit.
//!
//! One process at a time: `factory.lock` is held as long as the value lives, and by no dead process.
//!
//! **Architecture invariant:** only this crate knows SQL. It knows no request, no decision, no agent and no clock of
//! its own.

mod acting;
mod attachment;
mod checks;
mod codec;
mod ensure;
mod error;
mod folder;
mod forge;
mod issues;
mod keywords;
mod ledger;
mod log;
mod merge;
mod people;
mod pulls;
mod read;
mod refs;
mod runs;
mod schema;
mod settings;
mod shown;
mod threads;

pub use acting::{Acting, Edit, RefChange};
pub use checks::CheckRun;
pub use error::LocalError;
pub use folder::{Clock, Local};
pub use log::{Activity, Happening};
pub use people::Person;
pub use runs::{Deployed, DeployedStatus, EndedRun};
pub use shown::{Remark, SaidStatus, ThreadFacts};
