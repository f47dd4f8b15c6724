//! The factory: reads the world, decides, lets an agent work, checks what it made, and makes the plan true.
//!
//! [`Engine`] drives the ports ([`Ports`]); every rule it follows is in `lifecycle`, every fact it gives to a decision
//! is read afresh. Each event goes the same way:
//!
//! 1. [`Engine::handle`] reads a snapshot of the one request the event speaks of and asks `lifecycle::decide`;
//! 2. the plan's actions are performed in order, each an end state that may be repeated;
//! 3. if the plan starts a run, the agent works in a clone of its own, its commits are fetched into the workshop,
//!    checked against the lane, given their pictures, and put through the gates;
//! 4. what came of it is a report on disk, which `lifecycle::settle` turns into the next plan.
//!
//! A run goes through stages, and what one leaves in a folder is all that the next one gets: it is *commissioned*
//! (`run.json`), *worked* ([`Bench::work`]), *checked* ([`Bench::check`]) and *settled* ([`Engine::settle`]). On one machine
//! they follow one another in one folder (`runs/<run>/`): what is paid for is written down before anything else happens, so
//! a process that is killed anywhere is followed by one that goes on from the last stage that was finished. On several
//! machines the two in the middle hold a [`Bench`] and no credential, and whoever settles believes nothing that it has not
//! looked at.
//!
//! **Architecture invariant:** nothing here names a forge, a database or a kind of agent; agents and gates run as other
//! processes, in folders that hold no credential.

mod answers;
mod arrival;
mod bench;
mod check;
mod chores;
mod commission;
mod engine;
mod error;
mod execute;
mod gates;
mod handoff;
mod heard;
mod installed;
mod intake;
mod journal;
mod lanes;
mod lease;
mod money;
mod observe;
mod part;
mod parts;
mod pictures;
mod prompt;
mod read;
mod rest;
mod run;
mod settle;
mod stages;
mod sweep;
mod work;
mod workshop;

pub use bench::Bench;
pub use check::{GateResult, GateWord, Judged, PictureResult, Verdict};
pub use commission::{Attached, Commission, Given, Hired, Material};
pub use engine::{Engine, Ports, Settings, issue_of_branch};
pub use error::EngineError;
pub use handoff::{LaneLimits, lane_problems};
pub use heard::Left;
pub use installed::Installed;
pub use intake::{filing, intake_by_text};
pub use journal::{Basis, JournalLine};
pub use observe::{Observer, Progress, Silent, Stage};
pub use parts::About;
pub use prompt::{Prompt, RuleTexts, Said, render_prompt};
pub use settle::{Handed, Settled};
pub use sweep::Swept;
