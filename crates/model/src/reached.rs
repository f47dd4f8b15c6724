//! What was never reached, and what of it no world can reach.

use lightsout_lifecycle::{Reason, State};

use crate::explore::Witnesses;
use crate::moves::Move;

/// What no world can reach, and why; the rest of what was not reached comes second.
pub fn never_reached(
    witnesses: &Witnesses,
) -> (Vec<(&'static str, &'static str)>, Vec<&'static str>) {
    let reasons = Reason::ALL
        .iter()
        .filter(|reason| !witnesses.reasons.contains(reason));
    let states = State::ALL.iter().map(|state| state.name());
    let moves = Move::KINDS.into_iter();
    let missing = reasons
        .map(|reason| reason.code())
        .chain(states.filter(|name| !witnesses.states.contains(name)))
        .chain(moves.filter(|name| !witnesses.moves.contains(name)));
    let mut excused = Vec::new();
    let mut rest = Vec::new();
    for name in missing {
        match EXCUSED.iter().find(|(code, _)| *code == name) {
            Some(excuse) => excused.push(*excuse),
            None => rest.push(name),
        }
    }
    (excused, rest)
}

/// What no world can reach, and why.
const EXCUSED: &[(&str, &str)] = &[
    ("pull-request-stale", TIME),
    ("preview-creator-unknown", PREVIEW),
    ("preview-of-nothing", PREVIEW),
    ("preview-host-unknown", PREVIEW),
    ("preview-shown", PREVIEW),
    ("preview-told", PREVIEW),
    ("spend-under", CHORE),
    ("alert-stands", CHORE),
    ("spend-over", CHORE),
    ("spend-back-under", CHORE),
    ("canary-started", CHORE),
    ("skill-broken", CHORE),
    ("canary-failed", CHORE),
    ("canary-passed", CHORE),
    ("recalibrated", CHORE),
    ("skills-load", CHORE),
    ("nothing-to-prove", CHORE),
];
const TIME: &str = "time stands still in these worlds";
const PREVIEW: &str =
    "previews are decided from facts of their own, which these worlds do not hold";
const CHORE: &str = "chores are decided from facts of their own, which these worlds do not hold";
