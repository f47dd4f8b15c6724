//! Wrong rules, each a small patch of the right ones, to see that the checker finds them.

use lightsout_forge::{
    AccountKind, Action, CommentId, Credential, Event, EventKind, Label, Permission, Thread,
};
use lightsout_lifecycle::{
    Command, Person, Plan, Reason, Rules, RunEnd, RunReport, Snapshot, State, approval_key, decide,
    merge_conflict, settle,
};

use crate::property::Property;
use crate::repairs;
use crate::scene::Scene;
use crate::world::branch_name;

/// The rules of an exploration: those that ship, or one patch of them.
#[derive(Debug, Clone, Copy)]
pub struct Rulebook {
    /// What is decided.
    pub(crate) rules: Rules,
    /// Who an action is done as.
    pub(crate) credential: fn(&Action) -> Credential,
    /// Whether a run's money is put aside before it starts.
    pub(crate) reserves: bool,
    /// Whether anybody sweeps.
    pub(crate) sweeps: bool,
    /// The rules of repairs and reviews.
    pub(crate) repairs: repairs::Rules,
}

impl Rulebook {
    /// The rules that ship.
    pub const SHIPPED: Self = Self {
        rules: Rules::SHIPPED,
        credential: Action::credential,
        reserves: true,
        sweeps: true,
        repairs: repairs::Rules::SHIPPED,
    };
}

/// One wrong set of rules.
#[derive(Debug, Clone, Copy)]
pub struct Control {
    /// Its name.
    pub name: &'static str,
    /// What is wrong with it.
    pub about: &'static str,
    /// The rules.
    pub rulebook: Rulebook,
    /// The property that it must break.
    pub breaks: Property,
    /// Where.
    scene: &'static str,
}

impl Control {
    /// The world in which it is found; `None` if there is none of that name.
    pub fn scene(&self) -> Option<Scene> {
        Scene::all().find(|scene| scene.name() == self.scene)
    }
}

const fn deciding(decide: fn(&Event, &Snapshot) -> Plan) -> Rulebook {
    Rulebook {
        rules: Rules {
            decide,
            ..Rules::SHIPPED
        },
        ..Rulebook::SHIPPED
    }
}

const fn settling(settle: fn(&RunReport, &Snapshot) -> Plan) -> Rulebook {
    Rulebook {
        rules: Rules {
            settle,
            ..Rules::SHIPPED
        },
        ..Rulebook::SHIPPED
    }
}

const fn repairing(repairs: repairs::Rules) -> Rulebook {
    Rulebook {
        repairs,
        ..Rulebook::SHIPPED
    }
}

/// Every wrong set.
pub const CONTROLS: &[Control] = &[
    Control {
        name: "waiting label removed early",
        about: "the label goes before the pull request is there",
        rulebook: settling(label_first),
        breaks: Property::WaitingTooEarly,
        scene: "clarify",
    },
    Control {
        name: "substring label test",
        about: "a label that only contains the waiting label's name counts as it",
        rulebook: deciding(substring),
        breaks: Property::Untold,
        scene: "labels",
    },
    Control {
        name: "approval label set with the workflow token",
        about: "the label that hands the merge over raises no event",
        rulebook: Rulebook {
            credential: |_| Credential::Workflow,
            ..Rulebook::SHIPPED
        },
        breaks: Property::SilentHandOff,
        scene: "publish",
    },
    Control {
        name: "no bot filter",
        about: "what a robot says counts like a person's word",
        rulebook: deciding(everybody_is_a_person),
        breaks: Property::MachineStarts,
        scene: "clarify",
    },
    Control {
        name: "a failed gate that leaves no label",
        about: "READY with a red gate is told in a comment, and nothing shows that somebody must answer",
        rulebook: settling(no_label_on_red),
        breaks: Property::AskedUnlabelled,
        scene: "bad agents",
    },
    Control {
        name: "gates that are not looked at",
        about: "READY is believed, whatever the gates say",
        rulebook: settling(ready_is_enough),
        breaks: Property::UnapprovedMerge,
        scene: "bad agents",
    },
    Control {
        name: "approval that survives a push",
        about: "whatever is the head counts as approved once somebody approved something",
        rulebook: deciding(approval_of_anything),
        breaks: Property::UnapprovedMerge,
        scene: "publish",
    },
    Control {
        name: "approval of whatever is there",
        about: "`/publish` approves the head at the time it is read, not the one that was shown before it was written",
        rulebook: deciding(approval_of_the_unseen),
        breaks: Property::UnapprovedMerge,
        scene: "publish",
    },
    Control {
        name: "a check that counts for whatever is there",
        about: "what the gates said of a commit that was pushed is said of the head, which has moved on since",
        rulebook: settling(check_of_the_head),
        breaks: Property::UnapprovedMerge,
        scene: "pushes",
    },
    Control {
        name: "publish by anybody",
        about: "nobody asks whether the author of `/publish` may push",
        rulebook: deciding(everybody_writes),
        breaks: Property::UnapprovedMerge,
        scene: "outside",
    },
    Control {
        name: "a conflict that keeps its approval",
        about: "a merge that met a conflict is handed back, and tried again by every sweep",
        rulebook: Rulebook {
            rules: Rules {
                merge_conflict: approval_stays,
                ..Rules::SHIPPED
            },
            ..Rulebook::SHIPPED
        },
        breaks: Property::Livelock,
        scene: "rights",
    },
    Control {
        name: "first comment only",
        about: "one answer is read, and later ones are not",
        rulebook: deciding(first_answer_only),
        breaks: Property::Unheard,
        scene: "clarify",
    },
    Control {
        name: "branch named by the minute",
        about: "every attempt works on a branch of its own",
        rulebook: deciding(branch_of_the_attempt),
        breaks: Property::DoublePull,
        scene: "publish",
    },
    Control {
        name: "kill switch passed by",
        about: "the switch is not looked at",
        rulebook: deciding(always_on),
        breaks: Property::SwitchedOff,
        scene: "kill switch",
    },
    Control {
        name: "no reservation",
        about: "the cap is looked at when a run is decided, and two are decided at once",
        rulebook: Rulebook {
            reserves: false,
            ..Rulebook::SHIPPED
        },
        breaks: Property::SpendOverCap,
        scene: "two requests, one cap",
    },
    Control {
        name: "nobody sweeps",
        about: "a lost delivery is lost for good",
        rulebook: Rulebook {
            sweeps: false,
            ..Rulebook::SHIPPED
        },
        breaks: Property::Untold,
        scene: "doors in Actions",
    },
    Control {
        name: "a closed request whose run is only dropped",
        about: "a request that is closed while it is made anew keeps its pull request",
        rulebook: settling(drop_the_run),
        breaks: Property::LeftBehind,
        scene: "doors",
    },
    Control {
        name: "planted livelock",
        about: "each sweep changes its mind about the waiting label",
        rulebook: deciding(changes_its_mind),
        breaks: Property::Livelock,
        scene: "kill switch",
    },
    Control {
        name: "healer that heals itself",
        about: "a repair that fails is healed like anything else",
        rulebook: repairing(repairs::Rules::HEALS_ITSELF),
        breaks: Property::HealsItself,
        scene: "healer",
    },
    Control {
        name: "cap that a push resets",
        about: "only what was healed since the newest push is counted",
        rulebook: repairing(repairs::Rules::FORGETS_AT_A_PUSH),
        breaks: Property::HealerOverCap,
        scene: "healer, caps as shipped",
    },
    Control {
        name: "a failure healed as often as it is delivered",
        about: "nobody looks whether the healing of a run has ended",
        rulebook: repairing(repairs::Rules::HEALS_TWICE),
        breaks: Property::HealerOverCap,
        scene: "healer in Actions",
    },
    Control {
        name: "review of its own fix, for ever",
        about: "a repair is reviewed and fixed like a person's pull request",
        rulebook: repairing(repairs::Rules::REVIEWS_ITSELF),
        breaks: Property::ReviewLoops,
        scene: "reviews",
    },
    Control {
        name: "a fix pass for every head",
        about: "nobody counts fix passes, so each push gets one",
        rulebook: repairing(repairs::Rules::FIXES_EVERY_HEAD),
        breaks: Property::ReviewLoops,
        scene: "reviews",
    },
    Control {
        name: "a fix pass for the factory's own page",
        about: "the factory's own pages are reviewed like a person's pull request",
        rulebook: repairing(repairs::Rules::FIXES_ITS_OWN),
        breaks: Property::ReviewLoops,
        scene: "reviews of content",
    },
];

fn is_waiting_label(action: &Action) -> bool {
    match action {
        Action::EnsureLabel { label, .. } | Action::EnsureNoLabel { label, .. } => {
            *label == Label::waiting()
        }
        _ => false,
    }
}

/// Brings the actions that `first` names to the front, and leaves the rest in their order.
fn in_front(mut plan: Plan, first: fn(&Action) -> bool) -> Plan {
    plan.actions.sort_by_key(|action| !first(action));
    plan
}

fn label_first(report: &RunReport, snapshot: &Snapshot) -> Plan {
    in_front(settle(report, snapshot), is_waiting_label)
}

fn no_label_on_red(report: &RunReport, snapshot: &Snapshot) -> Plan {
    let mut plan = settle(report, snapshot);
    if plan.reason == Reason::GatesFailed {
        plan.actions.retain(|action| !is_waiting_label(action));
    }
    plan
}

fn ready_is_enough(report: &RunReport, snapshot: &Snapshot) -> Plan {
    let mut report = report.clone();
    if let RunEnd::Ready { gates, .. } = &mut report.end {
        gates.clear();
    }
    settle(&report, snapshot)
}

fn check_of_the_head(report: &RunReport, snapshot: &Snapshot) -> Plan {
    let (mut report, mut snapshot) = (report.clone(), snapshot.clone());
    if let (Some(facts), Some(mark)) = (&snapshot.pull, &mut snapshot.record.run)
        && let (Some(checked), RunEnd::Ready { head, .. }) = (&mut mark.checks, &mut report.end)
    {
        checked.clone_from(&facts.pull.head_sha);
        head.clone_from(&facts.pull.head_sha);
    }
    settle(&report, &snapshot)
}

fn drop_the_run(report: &RunReport, snapshot: &Snapshot) -> Plan {
    let mut plan = settle(report, snapshot);
    if plan.reason == Reason::RequestGone {
        let record = |action: &Action| matches!(action, Action::UpsertComment { .. });
        plan.actions.retain(record);
    }
    plan
}

fn substring(event: &Event, snapshot: &Snapshot) -> Plan {
    let mut snapshot = snapshot.clone();
    let waiting = Label::waiting();
    let labels = &mut snapshot.issue.labels;
    if labels
        .iter()
        .any(|label| label.as_str().contains(waiting.as_str()))
    {
        labels.insert(waiting);
    }
    decide(event, &snapshot)
}

fn everybody_is_a_person(event: &Event, snapshot: &Snapshot) -> Plan {
    let mut snapshot = snapshot.clone();
    let trust = |person: &mut Person| {
        if person.is_machine() {
            person.kind = AccountKind::User;
            person.own = false;
            person.permission = Permission::Write;
        }
    };
    trust(&mut snapshot.actor);
    trust(&mut snapshot.requester);
    if let Some(comment) = &mut snapshot.comment {
        trust(&mut comment.author);
    }
    decide(event, &snapshot)
}

fn everybody_writes(event: &Event, snapshot: &Snapshot) -> Plan {
    let mut snapshot = snapshot.clone();
    if let Some(comment) = &mut snapshot.comment
        && comment.command == Some(Command::Publish)
    {
        comment.author.permission = Permission::Write;
    }
    decide(event, &snapshot)
}

fn approval_of_anything(event: &Event, snapshot: &Snapshot) -> Plan {
    let mut snapshot = snapshot.clone();
    if let Some(facts) = &mut snapshot.pull
        && let Some(approval) = &mut facts.approval
    {
        approval.sha = facts.pull.head_sha.clone();
    }
    decide(event, &snapshot)
}

fn approval_of_the_unseen(event: &Event, snapshot: &Snapshot) -> Plan {
    let mut snapshot = snapshot.clone();
    if let Some(facts) = &mut snapshot.pull {
        facts.shown = Some(CommentId(0));
    }
    decide(event, &snapshot)
}

fn approval_stays(snapshot: &Snapshot) -> Plan {
    let mut plan = merge_conflict(snapshot);
    plan.actions.retain(|action| match action {
        Action::UpsertComment { key, .. } => *key != approval_key(),
        Action::EnsureNoLabel { on, .. } => matches!(on, Thread::Issue(_)),
        _ => true,
    });
    plan
}

fn first_answer_only(event: &Event, snapshot: &Snapshot) -> Plan {
    let mut snapshot = snapshot.clone();
    let read_one = snapshot.record.last_answer.0 > 0;
    if read_one
        && snapshot
            .comment
            .as_ref()
            .is_some_and(|said| said.command.is_none())
    {
        snapshot.comment = None;
    }
    decide(event, &snapshot)
}

fn branch_of_the_attempt(event: &Event, snapshot: &Snapshot) -> Plan {
    let mut plan = decide(event, snapshot);
    if let Some(order) = &mut plan.run {
        order.branch = branch_name(&format!("{}-{}", order.branch, order.attempt));
    }
    plan
}

fn always_on(event: &Event, snapshot: &Snapshot) -> Plan {
    let mut snapshot = snapshot.clone();
    snapshot.enabled = true;
    decide(event, &snapshot)
}

fn changes_its_mind(event: &Event, snapshot: &Snapshot) -> Plan {
    let mut plan = decide(event, snapshot);
    let sweep = matches!(event.kind, EventKind::Sweep { .. });
    if sweep && plan.is_empty() && snapshot.state() == State::InReview {
        let on = Thread::Issue(snapshot.issue.number);
        let label = Label::waiting();
        plan.actions.push(Action::EnsureLabel { on, label });
    } else if sweep && plan.is_empty() && snapshot.is_waiting() && snapshot.open_pull().is_some() {
        let on = Thread::Issue(snapshot.issue.number);
        let label = Label::waiting();
        plan.actions.push(Action::EnsureNoLabel { on, label });
    }
    plan
}
