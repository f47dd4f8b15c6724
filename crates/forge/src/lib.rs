//! The forge's words: what a forge holds, what happens on it, and what the factory wants to be true there.
//!
//! A *forge* keeps issues, pull requests, comments, labels and a git repository. This crate says those things
//! once, in plain data, for every other crate: [`Issue`], [`PullRequest`], [`Comment`], [`Event`]. What the
//! factory wants is an [`Action`], which names an **end state**; an adapter makes it so through the one port,
//! [`Forge`], and says whether anything had to change ([`Ensured`]).
//!
//! **Architecture invariant:** nothing here knows HTTP, SQL, a clock or a file; no other type of ours is used.

mod action;
mod event;
mod label;
mod names;
mod port;
mod things;

pub use action::{Action, CloseReason, CommentKey, Credential, Ensured, Thread};
pub use event::{Chore, Conclusion, DeploymentState, Event, EventId, EventKind};
pub use label::{Label, LabelError, LabelSpec, status_labels};
pub use names::{BranchName, CommentId, Login, NameError, Number, Sha};
pub use port::{Dispatcher, Forge, ForgeError, Inbox, RunLogs};
pub use things::{
    Account, AccountKind, CheckState, Comment, Deployment, Issue, IssueState, Permission,
    PullRequest, PullState, Status, WorkflowRun, not_green,
};
