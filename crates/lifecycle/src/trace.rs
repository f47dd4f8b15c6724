//! Which rules a decision looked at.
//!
//! Rules are named by the reason they give: whoever writes `applies(Reason::IssueClosed, …)` says which rule a condition
//! is. While somebody asks to have a decision explained, each such look is written down; otherwise it costs a glance at
//! a flag of this thread. A parameter would have to go through every rule, to be of no use in all calls but this one;
//! and a second list of the rules, beside those that decide, would sooner or later say something else.

use std::cell::RefCell;

use serde::{Deserialize, Serialize};

use crate::{Plan, Reason};

/// A rule that was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked {
    /// The rule, by the reason it gives.
    pub rule: Reason,
    /// Whether it applied.
    pub applies: bool,
}

thread_local! {
    static LOOKED: RefCell<Option<Vec<Looked>>> = const { RefCell::new(None) };
}

/// Says which rule a condition is, and gives the condition back.
pub(crate) fn applies(rule: Reason, applies: bool) -> bool {
    LOOKED.with_borrow_mut(|looked| {
        if let Some(looked) = looked {
            looked.push(Looked { rule, applies });
        }
    });
    applies
}

/// Says which rule it is that something is not there, and gives it back.
pub(crate) fn found<T>(missing: Reason, what: Option<T>) -> Option<T> {
    applies(missing, what.is_none());
    what
}

/// Says which rule it is that something is there, and gives it back.
pub(crate) fn given<T>(rule: Reason, what: Option<T>) -> Option<T> {
    applies(rule, what.is_some());
    what
}

/// Makes a plan and tells which rules were looked at on the way, in order. The last one is the plan's reason, and the one
/// that decided; one before it that applied was overruled, as when a sweep goes on to look for something that is due.
///
/// ```
/// # use lightsout_lifecycle::{Plan, Reason, RunOrder, explain};
/// let nothing = || Plan { reason: Reason::NothingToDo, actions: Vec::new(), run: None };
/// let (plan, looked) = explain(nothing);
/// assert_eq!(looked.last().map(|look| look.rule), Some(plan.reason));
/// ```
pub fn explain(decide: impl FnOnce() -> Plan) -> (Plan, Vec<Looked>) {
    let outer = LOOKED.replace(Some(Vec::new()));
    let plan = decide();
    let mut looked = LOOKED.replace(outer).unwrap_or_default();
    let last = Looked {
        rule: plan.reason,
        applies: true,
    };
    if looked.last() != Some(&last) {
        looked.push(last);
    }
    (plan, looked)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::decide::tests::{approved, event, world};
    use crate::{Snapshot, decide};
    use lightsout_forge::{
        CommentId, EventKind, IssueState, Label, Number, Permission, PullState, Sha,
    };

    use crate::{Command, CommentFacts};

    /// Writes the rules that a decision looks at, in order, each that applies with a mark.
    pub(crate) fn told(decide: impl FnOnce() -> Plan) -> String {
        let (_, looked) = explain(decide);
        let shown = looked.iter().map(|look| {
            let mark = if look.applies { "!" } else { "" };
            format!("{}{mark}", look.rule.code())
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    fn codes(kind: EventKind, world: &Snapshot) -> Vec<String> {
        let event = event(kind, world);
        let told = told(|| decide(&event, world));
        told.split(' ').map(ToOwned::to_owned).collect()
    }

    fn said(world: &mut Snapshot, command: Option<Command>) -> EventKind {
        world.comment = Some(CommentFacts {
            id: CommentId(5),
            author: world.actor.clone(),
            command,
            on_pull_request: false,
        });
        EventKind::CommentCreated {
            on: Number(7),
            on_pull_request: false,
            comment: CommentId(5),
        }
    }

    #[test]
    fn the_rules_are_told_in_the_order_in_which_they_are_asked() {
        let opened = EventKind::IssueOpened { issue: Number(7) };
        let told = codes(opened, &world());
        insta::assert_snapshot!(told.join(" "), @"kill-switch-off by-machine issue-closed by-machine not-a-request already-published pull-request-open waiting-by-hand already-waiting awaits-acceptance budget-reached started!");

        let mut off = world();
        off.enabled = false;
        let opened = EventKind::IssueOpened { issue: Number(7) };
        assert_eq!(codes(opened, &off), ["kill-switch-off!"]);

        let mut refused = approved('b');
        let publish = said(&mut refused, Some(Command::Publish));
        let told = codes(publish, &refused);
        assert_eq!(told.last().unwrap(), "publish-needs-write!");
    }

    #[test]
    fn explaining_changes_nothing_and_ends_with_the_reason() {
        let mut worlds = vec![world(), approved('b'), approved('a')];
        for at in 0..worlds.len() {
            let mut changed = |change: fn(&mut Snapshot)| {
                let mut world = worlds[at].clone();
                change(&mut world);
                worlds.push(world);
            };
            changed(|world| world.enabled = false);
            changed(|world| world.issue.state = IssueState::Closed);
            changed(|world| world.issue.labels.extend([Label::waiting()]));
            changed(|world| world.actor.own = true);
            changed(|world| world.actor.permission = Permission::Write);
            changed(|world| world.budget_refusal = Some("spent".into()));
            changed(|world| {
                if let Some(facts) = &mut world.pull {
                    facts.pull.state = PullState::Merged;
                }
            });
        }
        let mut decided = 0;
        for mut world in worlds {
            let kinds = [
                EventKind::IssueOpened { issue: Number(7) },
                EventKind::IssueReopened { issue: Number(7) },
                EventKind::IssueClosed { issue: Number(7) },
                EventKind::IssueLabeled {
                    issue: Number(7),
                    label: Label::waiting(),
                },
                said(&mut world, None),
                said(&mut world, Some(Command::Cancel)),
                said(&mut world, Some(Command::Publish)),
                EventKind::PullSynchronized {
                    pull: Number(9),
                    head: Sha::new(&"c".repeat(40)).unwrap(),
                },
                EventKind::PullClosed {
                    pull: Number(9),
                    merged: true,
                },
                EventKind::Sweep { issue: Number(7) },
            ];
            for kind in kinds {
                let sweeps = matches!(kind, EventKind::Sweep { .. });
                let event = event(kind, &world);
                let (plan, looked) = explain(|| decide(&event, &world));
                assert_eq!(plan, decide(&event, &world));
                let (last, before) = looked.split_last().unwrap();
                assert_eq!((last.rule, last.applies), (plan.reason, true));
                let applied = before.iter().any(|look| look.applies);
                assert!(!applied || sweeps, "{event:?}: {looked:?}");
                decided += 1;
            }
        }
        assert_eq!(decided, 240);
    }

    #[test]
    fn one_explanation_within_another_keeps_its_own() {
        let quiet = || Plan::ignore(Reason::NothingToDo);
        let (_, outer) = explain(|| {
            applies(Reason::IssueClosed, false);
            let (_, inner) = explain(quiet);
            assert_eq!(inner.len(), 1);
            quiet()
        });
        assert_eq!(outer.len(), 2);
    }
}
