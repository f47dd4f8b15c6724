//! The verbs that the jobs of a workflow call, each of which may as well be called by hand.

mod diary;
mod failure_log;
mod gate;
mod github;
mod happened;
mod job;
mod parts;
mod place;
mod settle;
mod stale;
mod told;
mod triage;
mod work;

pub(crate) use gate::gate;
pub(crate) use parts::{canary, heal, preview, review, spend};
pub(crate) use settle::settle;
pub(crate) use stale::stale;
pub(crate) use triage::{publish, triage};
pub(crate) use work::work;
