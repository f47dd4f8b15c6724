//! Wrong rules, each a small patch of the right ones, to see that the checker finds them.

use lightsout_forge::{
    AccountKind, Action, CommentId, Credential, Event, EventKind, Label, Permission, Thread,
};
use lightsout_lifecycle::{
    Command, Person, Plan, Reason, Rules, RunReport, Snapshot, State, approval_key, decide,
    merge_conflict, settle,
};

use crate::property::Property;
use crate::scenario::{self, Scenario};
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
}

impl Rulebook {
    /// The rules that ship.
    pub const SHIPPED: Self = Self {
        rules: Rules::SHIPPED,
        credential: Action::credential,
        reserves: true,
        sweeps: true,
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
    scenario: &'static str,
}

impl Control {
    /// The world in which it is found.
    pub fn scenario(&self) -> Scenario {
        let named = scenario::ALL.iter().find(|one| one.name == self.scenario);
        *named.unwrap_or(&scenario::ALL[0])
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

/// Every wrong set.
pub const CONTROLS: &[Control] = &[
    Control {
        name: "waiting label removed early",
        about: "the label goes before the pull request is there",
        rulebook: settling(label_first),
        breaks: Property::WaitingTooEarly,
        scenario: "clarify",
    },
    Control {
        name: "substring label test",
        about: "a label that only contains the waiting label's name counts as it",
        rulebook: deciding(substring),
        breaks: Property::Untold,
        scenario: "labels",
    },
    Control {
        name: "approval label set with the workflow token",
        about: "the label that hands the merge over raises no event",
        rulebook: Rulebook {
            credential: |_| Credential::Workflow,
            ..Rulebook::SHIPPED
        },
        breaks: Property::SilentHandOff,
        scenario: "publish",
    },
    Control {
        name: "no bot filter",
        about: "what a robot says counts like a person's word",
        rulebook: deciding(everybody_is_a_person),
        breaks: Property::MachineStarts,
        scenario: "clarify",
    },
    Control {
        name: "a failed gate that leaves no label",
        about: "READY with a red gate is told in a comment, and nothing shows that somebody must answer",
        rulebook: settling(no_label_on_red),
        breaks: Property::AskedUnlabelled,
        scenario: "bad agents",
    },
    Control {
        name: "gates that are not looked at",
        about: "READY is believed, whatever the gates say",
        rulebook: settling(ready_is_enough),
        breaks: Property::UnapprovedMerge,
        scenario: "bad agents",
    },
    Control {
        name: "approval that survives a push",
        about: "whatever is the head counts as approved once somebody approved something",
        rulebook: deciding(approval_of_anything),
        breaks: Property::UnapprovedMerge,
        scenario: "publish",
    },
    Control {
        name: "approval of whatever is there",
        about: "`/publish` approves the head at the time it is read, not the one that was shown before it was written",
        rulebook: deciding(approval_of_the_unseen),
        breaks: Property::UnapprovedMerge,
        scenario: "publish",
    },
    Control {
        name: "publish by anybody",
        about: "nobody asks whether the author of `/publish` may push",
        rulebook: deciding(everybody_writes),
        breaks: Property::UnapprovedMerge,
        scenario: "outside",
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
        scenario: "rights",
    },
    Control {
        name: "first comment only",
        about: "one answer is read, and later ones are not",
        rulebook: deciding(first_answer_only),
        breaks: Property::Unheard,
        scenario: "clarify",
    },
    Control {
        name: "branch named by the minute",
        about: "every attempt works on a branch of its own",
        rulebook: deciding(branch_of_the_attempt),
        breaks: Property::DoublePull,
        scenario: "publish",
    },
    Control {
        name: "kill switch passed by",
        about: "the switch is not looked at",
        rulebook: deciding(always_on),
        breaks: Property::SwitchedOff,
        scenario: "kill switch",
    },
    Control {
        name: "no reservation",
        about: "the cap is looked at when a run is decided, and two are decided at once",
        rulebook: Rulebook {
            reserves: false,
            ..Rulebook::SHIPPED
        },
        breaks: Property::SpendOverCap,
        scenario: "two requests, one cap",
    },
    Control {
        name: "nobody sweeps",
        about: "a lost delivery is lost for good",
        rulebook: Rulebook {
            sweeps: false,
            ..Rulebook::SHIPPED
        },
        breaks: Property::Untold,
        scenario: "doors in Actions",
    },
    Control {
        name: "planted livelock",
        about: "each sweep changes its mind about the waiting label",
        rulebook: deciding(changes_its_mind),
        breaks: Property::Livelock,
        scenario: "kill switch",
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
    if let lightsout_lifecycle::RunEnd::Ready { gates, .. } = &mut report.end {
        gates.clear();
    }
    settle(&report, snapshot)
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
