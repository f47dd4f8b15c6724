//! The verbs that the jobs of a workflow call, each of which may as well be called by hand.

mod diary;
mod gate;
mod place;
mod settle;
mod told;
mod triage;
mod work;

pub(crate) use gate::gate;
pub(crate) use settle::settle;
pub(crate) use triage::{publish, triage};
pub(crate) use work::work;
