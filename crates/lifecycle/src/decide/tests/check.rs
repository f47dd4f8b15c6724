//! Commits that somebody pushed to a request's branch: the gates run on them before anybody can approve them.

use lightsout_forge::Action;

use super::*;
use crate::settle;

/// Somebody pushed the head, and nothing was said of it yet.
fn pushed() -> Snapshot {
    changed(in_review(), |world| {
        let facts = world.pull.as_mut().unwrap();
        facts.statuses.clear();
        facts.shown = None;
    })
}

fn publish(world: &Snapshot) -> Plan {
    let ada = person("ada", Permission::Write);
    commented(&mut world.clone(), ada, Some(Command::Publish))
}

/// The gates run on the commit, and whoever did it may be alive.
fn checking(alive: bool) -> Snapshot {
    changed(pushed(), |world| {
        world.record = recorded(&publish(world));
        world.run_alive = alive;
    })
}

fn checked(head: char, end: RunEnd) -> RunReport {
    let end = match end {
        RunEnd::Ready {
            bundle,
            gates,
            pictures,
            files,
            ..
        } => RunEnd::Ready {
            head: sha(head),
            bundle,
            gates,
            pictures,
            files,
        },
        end => end,
    };
    RunReport {
        run: RunId("7-2".into()),
        role: Role::Checker,
        attempt: 2,
        ..report(end)
    }
}

fn passed() -> RunReport {
    checked('b', ready(GateOutcome::Passed))
}

fn move_head(world: Snapshot) -> Snapshot {
    changed(world, |world| {
        world.pull.as_mut().unwrap().pull.head_sha = sha('c');
    })
}

fn statuses(plan: &Plan) -> Vec<(&Sha, CheckState)> {
    let status = |action| match action {
        &Action::EnsureStatus { ref sha, state, .. } => Some((sha, state)),
        _ => None,
    };
    plan.actions.iter().filter_map(status).collect()
}

#[test]
fn a_publish_of_what_no_gate_passed_runs_them_and_approves_nothing() {
    let red = changed(pushed(), |world| {
        world.pull = Some(pull(CheckState::Failure));
    });
    let poor = changed(pushed(), |world| {
        world.budget_refusal = Some("the cap is reached".into());
    });
    let asked = changed(pushed(), |world| {
        world.issue.labels.insert(Label::waiting());
        world.intake = incomplete();
    });
    for world in [pushed(), red, poor, asked] {
        let plan = publish(&world);
        assert_eq!(plan.reason, Reason::Checking);
        let order = plan.run.as_ref().unwrap();
        let found = (order.role, order.at.as_ref(), order.id.0.as_str());
        assert_eq!(found, (Role::Checker, Some(&sha('b')), "7-2"));
        let record = recorded(&plan);
        assert_eq!(record.run.unwrap().checks, Some(sha('b')));
        assert_eq!(record.last_command, CommentId(30));
        let names: Vec<_> = plan.actions.iter().map(Action::name).collect();
        assert_eq!(names, ["upsert_comment"], "{plan:#?}");
    }
}

#[test]
fn what_may_not_be_checked_is_answered() {
    let typed = |intake| changed(pushed(), |world| world.intake = intake);
    let several = Intake::SeveralTypes {
        labels: vec![],
        valid: String::new(),
    };
    let unknown = Intake::UnknownType {
        labels: vec![],
        valid: String::new(),
    };
    let working = changed(pushed(), |world| {
        world.record.run = running().record.run;
    });
    for (world, reason) in [
        (typed(Intake::NotARequest), Reason::NotARequest),
        (typed(several), Reason::SeveralTypes),
        (typed(unknown), Reason::UnknownType),
        (working, Reason::RunInProgress),
    ] {
        let plan = publish(&world);
        assert_eq!((plan.reason, &plan.run), (reason, &None));
        assert_eq!(recorded(&plan).last_command, CommentId(30), "{plan:#?}");
    }
}

#[test]
fn a_check_that_was_cut_off_is_taken_up_as_a_check() {
    assert_eq!(swept(&checking(true)), Plan::ignore(Reason::NothingToDo));
    let typeless = changed(checking(false), |world| world.intake = incomplete());
    for world in [checking(false), typeless] {
        // The same command, delivered again, finds whoever was to hand the check out gone.
        for plan in [swept(&world), publish(&world)] {
            assert_eq!(plan.reason, Reason::Resumed);
            let order = plan.run.as_ref().unwrap();
            assert_eq!(
                (order.role, order.at.as_ref()),
                (Role::Checker, Some(&sha('b')))
            );
            assert_eq!(recorded(&plan).run.unwrap().tries, 2);
        }
    }
    assert!(publish(&checking(true)).is_empty(), "it is at work");
    let moved = swept(&move_head(checking(false)));
    assert_eq!((moved.reason, &moved.run), (Reason::WorkOutdated, &None));
    assert_eq!(recorded(&moved).run, None);
    assert_eq!(recorded(&moved).state, State::InReview);
}

#[test]
fn what_passed_is_shown_and_nothing_is_pushed() {
    let plan = settle(&passed(), &checking(true));
    assert_eq!(plan.reason, Reason::InReview);
    assert_eq!(statuses(&plan), [(&sha('b'), CheckState::Success)]);
    let names: Vec<_> = plan.actions.iter().map(Action::name).collect();
    assert_eq!(
        names,
        [
            "ensure_status",
            "upsert_comment",
            "ensure_no_label",
            "upsert_comment"
        ]
    );
    let ready = crate::ready_key(&sha('b'));
    let shown = |a: &Action| matches!(a, Action::UpsertComment { key, .. } if *key == ready);
    assert!(position(&plan, shown).is_some());
    let record = recorded(&plan);
    assert_eq!((record.state, record.run), (State::InReview, None));
}

#[test]
fn what_did_not_pass_is_red_and_handed_back() {
    let tail = || "error: no question".to_owned();
    let red = ready(GateOutcome::Failed { tail: tail() });
    let strays = RunEnd::OutsideLane {
        problems: vec!["`AGENTS.md` is protected".into()],
    };
    for (end, reason) in [(red, Reason::GatesFailed), (strays, Reason::OutsideLane)] {
        let plan = settle(&checked('b', end), &checking(true));
        assert_eq!(plan.reason, reason);
        assert_eq!(statuses(&plan), [(&sha('b'), CheckState::Failure)]);
        assert!(format!("{plan:?}").contains("no agent is paid"), "{plan:?}");
        let waits = |a: &Action| matches!(a, Action::EnsureLabel { label, .. } if *label == Label::waiting());
        assert!(position(&plan, waits).is_some());
        assert_eq!(recorded(&plan).run, None);
    }
}

#[test]
fn nothing_is_said_of_a_commit_that_was_not_checked() {
    let moved = settle(&passed(), &move_head(checking(true)));
    assert_eq!(moved.reason, Reason::WorkOutdated);
    let closed = with_pull(checking(true), PullState::Closed);
    assert_eq!(settle(&passed(), &closed).reason, Reason::WorkOutdated);
    let other = checked('c', ready(GateOutcome::Passed));
    let died = RunEnd::AgentFailed {
        how: "its job died".into(),
        tail: String::new(),
    };
    let other = settle(&other, &checking(true));
    let died = settle(&checked('b', died), &checking(true));
    assert_eq!(other.reason, Reason::GatesMissing);
    assert_eq!(died.reason, Reason::GatesMissing);
    for plan in [moved, other, died] {
        assert_eq!(statuses(&plan), []);
        assert_eq!(recorded(&plan).run, None);
    }
}
