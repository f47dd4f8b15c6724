//! What must never happen, and what must always happen in the end.

use lightsout_forge::{Action, Event, EventKind, Label, PullState, Thread};
use lightsout_lifecycle::{Command, Decision, Plan, Reason, Snapshot};

use crate::world::{Ci, Labels, Request, World};

/// A property of every exploration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Property {
    /// Safety: see [`Property::sentence`] for each.
    UnapprovedMerge,
    /// Two pull requests.
    DoublePull,
    /// The waiting label went too early.
    WaitingTooEarly,
    /// A machine started an agent.
    MachineStarts,
    /// The kill switch was passed by.
    SwitchedOff,
    /// A cap was passed.
    SpendOverCap,
    /// Somebody was asked without a label.
    AskedUnlabelled,
    /// The healer worked on its own repair.
    HealsItself,
    /// The healer tried too often.
    HealerOverCap,
    /// A review led to another.
    ReviewLoops,
    /// The machine goes round and round.
    Livelock,
    /// Nobody was told.
    Untold,
    /// A pull request outlives its request.
    LeftBehind,
    /// A command was never answered.
    Unheard,
    /// An approved commit stays where it is.
    BrokenPromise,
    /// A hand-off raised no event.
    SilentHandOff,
    /// No command helps.
    Stuck,
}

impl Property {
    /// Every property.
    pub const ALL: [Self; 17] = [
        Self::UnapprovedMerge,
        Self::DoublePull,
        Self::WaitingTooEarly,
        Self::MachineStarts,
        Self::SwitchedOff,
        Self::SpendOverCap,
        Self::AskedUnlabelled,
        Self::HealsItself,
        Self::HealerOverCap,
        Self::ReviewLoops,
        Self::Livelock,
        Self::Untold,
        Self::LeftBehind,
        Self::Unheard,
        Self::BrokenPromise,
        Self::SilentHandOff,
        Self::Stuck,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::UnapprovedMerge => "approved-merges-only",
            Self::DoublePull => "one-pull-request",
            Self::WaitingTooEarly => "waiting-until-pull-request",
            Self::MachineStarts => "people-start-agents",
            Self::SwitchedOff => "kill-switch",
            Self::SpendOverCap => "within-the-cap",
            Self::AskedUnlabelled => "who-is-asked-sees-it",
            Self::HealsItself => "healer-leaves-repairs",
            Self::HealerOverCap => "healer-stops-at-its-caps",
            Self::ReviewLoops => "reviews-end",
            Self::Livelock => "comes-to-rest",
            Self::Untold => "somebody-was-told",
            Self::LeftBehind => "nothing-left-behind",
            Self::Unheard => "every-command-answered",
            Self::BrokenPromise => "approved-is-merged",
            Self::SilentHandOff => "hand-offs-are-heard",
            Self::Stuck => "a-person-can-go-on",
        }
    }

    /// What it says.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::UnapprovedMerge => {
                "A commit is merged only if somebody who could push said `/publish` while it was the head, its gates are green and no check is red or running."
            }
            Self::DoublePull => "A request has at most one open pull request of the factory.",
            Self::WaitingTooEarly => {
                "The factory takes the waiting label off only once the pull request of its commit exists."
            }
            Self::MachineStarts => {
                "No agent starts because of what a bot or the factory itself did or said."
            }
            Self::SwitchedOff => "With the kill switch off nothing starts.",
            Self::SpendOverCap => "What is put aside for runs never passes the cap.",
            Self::AskedUnlabelled => {
                "Whenever a person is asked something, the waiting label shows it."
            }
            Self::HealsItself => "No healer works on a commit of the factory's own repair.",
            Self::HealerOverCap => {
                "A pull request, and one failure on it, is healed only as often as the caps say, whatever is pushed; a run of the healer is begun again only if it was interrupted, twice at most."
            }
            Self::ReviewLoops => {
                "A head is reviewed once, and again only if that was interrupted; a pull request gets one fix pass at most, the factory's own pages none; repairs are not reviewed."
            }
            Self::Livelock => {
                "Left alone, the factory comes to rest: no circle of deliveries, sweeps and runs goes on for ever."
            }
            Self::Untold => {
                "At rest, every open request is published, cancelled, refused, in review, or waits for a person, and the person was told; so was what became of every failure and head of a pull request."
            }
            Self::LeftBehind => {
                "At rest, a closed request has no open pull request, unless a person opened that again."
            }
            Self::Unheard => {
                "At rest, every command that a person gave on an open request was answered."
            }
            Self::BrokenPromise => "At rest, no approval stands that nothing will ever act on.",
            Self::SilentHandOff => {
                "While nothing goes wrong, an approved green commit is merged without waiting for a sweep."
            }
            Self::Stuck => {
                "From every rest a person can go on: `/cancel` ends an open request, and an answer or `/retry` moves one that waits."
            }
        }
    }

    /// Whether it is about what must happen in the end.
    pub fn is_liveness(self) -> bool {
        self >= Self::Livelock
    }
}

/// What a plan must not hold.
pub(crate) fn of_plan(
    world: &World,
    event: &Event,
    snapshot: &Snapshot,
    plan: &Plan,
) -> Option<Property> {
    if plan.decision() == Decision::Ask && !snapshot.is_waiting() {
        let waiting = Label::waiting();
        let shows = |action: &Action| matches!(action, Action::EnsureLabel { label, .. } if *label == waiting);
        if !plan.actions.iter().any(shows) {
            return Some(Property::AskedUnlabelled);
        }
    }
    plan.run.as_ref()?;
    if !world.enabled {
        return Some(Property::SwitchedOff);
    }
    if !matches!(plan.reason, Reason::Started | Reason::Checking) {
        return None;
    }
    let sweep = matches!(event.kind, EventKind::Sweep { .. });
    let moved_by_machine = match &snapshot.comment {
        Some(comment) => comment.author.is_machine(),
        None => !sweep && snapshot.actor.is_machine(),
    };
    let welcome = snapshot.comment.as_ref().is_some_and(|comment| {
        comment.command == Some(Command::Accept) && comment.author.may_write()
    });
    let invited = welcome || snapshot.record.accepted_by.is_some();
    let uninvited = snapshot.requester.is_machine() && !invited;
    (moved_by_machine || uninvited).then_some(Property::MachineStarts)
}

/// What an action must not have done.
pub(crate) fn of_action(
    before: &World,
    after: &World,
    at: usize,
    action: &Action,
) -> Option<Property> {
    let request = &after.requests[at];
    match action {
        Action::EnsurePullRequest { .. } => {
            let open = |pull: &&crate::world::Pull| pull.state == PullState::Open;
            let many = request.pulls.iter().filter(open).count() > 1;
            many.then_some(Property::DoublePull)
        }
        Action::EnsureNoLabel {
            on: Thread::Issue(_),
            label,
        } if *label == Label::waiting() => {
            let gone = before.requests[at].labels.has(Labels::WAITING);
            let there = request.pulls.iter().any(|pull| {
                let at_head = request.branches.contains(&(pull.branch, pull.head));
                at_head || pull.state == PullState::Merged
            });
            (gone && !there).then_some(Property::WaitingTooEarly)
        }
        Action::Merge { .. } => newly_merged(&before.requests[at], request)
            .map(|head| &after.commits[usize::from(head)])
            .filter(|commit| {
                let green = commit.sound && matches!(commit.ci, Ci::None | Ci::Green);
                !(commit.endorsed && green)
            })
            .map(|_| Property::UnapprovedMerge),
        _ => None,
    }
}

fn newly_merged(before: &Request, after: &Request) -> Option<u8> {
    let mut pairs = before.pulls.iter().zip(&after.pulls);
    pairs
        .find(|(before, after)| before.state != after.state && after.state == PullState::Merged)
        .map(|(_, after)| after.head)
}
