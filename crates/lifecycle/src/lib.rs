//! What happens next: two pure, total functions that hold the rules of the factory.
//!
//! [`decide`] takes an event and a fresh view of the world and says what should be true; [`settle`] takes what a
//! run did and says the same. Both return a [`Plan`]: a named [`Reason`], end-state actions in the order in which
//! they may be performed, and at most one run to start. Time, policy, permissions and budget are inputs.
//!
//! Doing any part of a plan and deciding again ends in the same state: what is added comes first, what is removed
//! second, and the record of what happened is a comment on the forge, not a database of ours.
//!
//! **Architecture invariant:** no clock, no file, no network, no randomness; the same input gives the same plan.

mod approval;
mod block;
mod command;
mod decide;
mod execution;
mod facts;
mod fingerprint;
mod foresee;
mod glance;
mod plan;
mod question;
mod reason;
mod record;
mod report;
mod settle;
mod snapshot;
mod texts;
mod thread;
mod trace;

pub use approval::{Approval, approval_key, ready_key};
pub use command::Command;
pub use decide::canary::{CanaryFacts, CanaryRecord, Recalibration, SkillFacts, canary_key};
pub use decide::heal::{HealCaps, HealFacts, HealRecord, Healing, heal_key};
pub use decide::preview::{PreviewFacts, PreviewPull, preview_key};
pub use decide::repair::{FIXER_BRANCHES, HEALER_BRANCHES};
pub use decide::review::{ReviewFacts, ReviewRecord, ReviewRun, review_key};
pub use decide::spend::{IssueSpend, SpendFacts, spend_key};
pub use decide::{decide, merge_conflict};
pub use execution::{Answer, Ended, Execution, MAX_DECISIONS, Rules, Step};
pub use facts::{AnyFacts, Facts, OwnIssue};
pub use fingerprint::fingerprint;
pub use foresee::{asks_nothing_of_the_requester, foreseen};
pub use glance::{Glance, on_their_way};
pub use plan::{Plan, Role, RunOrder};
pub use question::Question;
pub use reason::{Decision, Reason};
pub use record::{Record, RunId, RunMark, State, status_key};
pub use report::{Finding, Gate, GateOutcome, PictureNote, RunEnd, RunReport, Severity};
pub use settle::settle;
pub use snapshot::{
    CommentFacts, Filing, Intake, Person, PullFacts, REQUEST_BRANCHES, Snapshot,
    factory_branch_prefix,
};
pub use texts::{factory_branch, request_marker, request_of_body};
pub use thread::{newest_answer, newest_pull, spoken_of};
pub use trace::{Looked, explain};
