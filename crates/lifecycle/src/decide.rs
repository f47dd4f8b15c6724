//! From an event to a plan.

pub(crate) mod canary;
pub(crate) mod check;
mod comments;
pub(crate) mod heal;
mod intake;
pub(crate) mod preview;
mod pulls;
pub(crate) mod repair;
pub(crate) mod request;
pub(crate) mod review;
pub(crate) mod spend;
mod stale;
mod steps;

use lightsout_forge::Event;

use crate::trace::applies;
use crate::{Facts, Plan, Reason};

pub(crate) use pulls::give_up;
pub use pulls::merge_conflict;
pub(crate) use request::Nudge;
pub(crate) use steps::{Next, ask, remember};

/// Decides what should be true after `event`, given a fresh view of the part of the world that is asked.
///
/// Total and deterministic: the same input gives the same plan, and an empty plan means "nothing to do". Of the pairs of
/// an event and a part of the world most mean nothing to one another, and nothing is done.
pub fn decide(event: &Event, facts: &impl Facts) -> Plan {
    if applies(Reason::KillSwitchOff, !facts.enabled()) {
        Plan::ignore(Reason::KillSwitchOff)
    } else {
        facts.decide(event)
    }
}

#[cfg(test)]
pub(crate) mod tests;
