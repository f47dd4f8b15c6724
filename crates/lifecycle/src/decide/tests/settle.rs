//! What a run did, and what becomes of its request.

use lightsout_forge::Action;

use super::*;
use crate::settle;

#[test]
fn the_waiting_label_goes_only_after_the_pull_request_is_there() {
    let plan = settle(&report(ready(GateOutcome::Passed)), &running());
    assert_eq!(plan.reason, Reason::InReview);
    let opened = position(&plan, |a| matches!(a, Action::EnsurePullRequest { .. }));
    let label = position(&plan, |a| matches!(a, Action::EnsureNoLabel { .. }));
    let status = crate::status_key();
    let record = position(
        &plan,
        |a| matches!(a, Action::UpsertComment { key, .. } if *key == status),
    );
    assert!(
        opened.is_some() && opened < label && label < record,
        "{plan:#?}"
    );
    insta::assert_json_snapshot!(plan.actions);
}

#[test]
fn every_other_end_asks_a_person_and_sets_the_label() {
    let tail = || "error: `answer` is missing".to_owned();
    let message = || "I am done".to_owned();
    let ends = [
        (
            ready(GateOutcome::Failed { tail: tail() }),
            Reason::GatesFailed,
        ),
        (
            RunEnd::Waiting {
                questions: "Which one?".into(),
            },
            Reason::AgentAsks,
        ),
        (
            RunEnd::NothingCommitted { message: message() },
            Reason::NothingCommitted,
        ),
        (RunEnd::NoSignal { message: message() }, Reason::AgentSilent),
        (
            RunEnd::AgentFailed {
                how: "exit status 3".into(),
                tail: tail(),
            },
            Reason::AgentFailed,
        ),
        (
            RunEnd::OutsideLane {
                problems: vec!["`AGENTS.md` is protected".into()],
            },
            Reason::OutsideLane,
        ),
        (
            RunEnd::PictureRefused {
                why: "the picture is 20x20".into(),
            },
            Reason::PictureRefused,
        ),
    ];
    for (end, reason) in ends {
        let plan = settle(&report(end), &running());
        assert_eq!(plan.reason, reason);
        let comment = position(&plan, |a| matches!(a, Action::UpsertComment { .. }));
        let label = position(
            &plan,
            |a| matches!(a, Action::EnsureLabel { label, .. } if *label == Label::waiting()),
        );
        assert!(comment.is_some() && comment < label, "{plan:#?}");
        // Whatever happened, the last line says how to go on.
        let Some(Action::UpsertComment { body, .. }) = comment.map(|index| &plan.actions[index])
        else {
            panic!("{plan:#?}");
        };
        let last = body.trim_end().lines().last().unwrap();
        assert!(
            last.contains("omment") && last.ends_with('.'),
            "{reason:?}: {body}"
        );
    }
}

#[test]
fn a_failure_that_was_there_before_does_not_count() {
    let before = GateOutcome::FailedBefore {
        tail: String::new(),
    };
    assert_eq!(
        settle(&report(ready(before)), &running()).reason,
        Reason::InReview
    );
}

#[test]
fn a_late_or_doubled_report_does_nothing() {
    let mut world = running();
    world.record.run = None;
    assert!(settle(&report(ready(GateOutcome::Passed)), &world).is_empty());
    let mut other = running();
    other.record.run.as_mut().unwrap().id = RunId("7-2".into());
    assert!(settle(&report(ready(GateOutcome::Passed)), &other).is_empty());
    let mut gone = running();
    gone.issue.state = IssueState::Closed;
    assert_eq!(
        settle(&report(ready(GateOutcome::Passed)), &gone).reason,
        Reason::RequestGone
    );
}

#[test]
fn a_request_closed_while_it_was_made_anew_takes_its_pull_request_along() {
    let mut world = running();
    world.pull = in_review().pull;
    world.issue.state = IssueState::Closed;
    let plan = settle(&report(ready(GateOutcome::Passed)), &world);
    assert_eq!(plan.reason, Reason::RequestGone);
    let names: Vec<_> = plan.actions.iter().map(Action::name).collect();
    let expected = [
        "ensure_no_pull_request",
        "ensure_no_branch",
        "close_issue",
        "upsert_comment",
    ];
    assert_eq!(names, expected);
    world.pull.as_mut().unwrap().pull.state = PullState::Merged;
    let plan = settle(&report(ready(GateOutcome::Passed)), &world);
    assert_eq!((plan.reason, plan.actions.len()), (Reason::RequestGone, 1));
}
