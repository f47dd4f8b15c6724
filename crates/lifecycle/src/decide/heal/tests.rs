//! The healer, failure by failure.

use lightsout_forge::CheckState;

use super::*;
use crate::decide::tests::{event_of, pull, report, sha};
use crate::trace::tests::told;
use crate::{GateOutcome, RunEnd, decide, settle};

fn facts() -> HealFacts {
    let root = pull(CheckState::Failure).pull;
    HealFacts {
        enabled: true,
        workflow: "CI".into(),
        watched: vec!["CI".into()],
        branch: root.head.clone(),
        same_repository: true,
        pull: Some(root),
        request: Some((Number(7), Label::new("cms-faq").unwrap())),
        fingerprint: "f1".into(),
        caps: HealCaps::default(),
        record: HealRecord::default(),
        run_alive: false,
        budget_refusal: None,
    }
}

fn failed(facts: &HealFacts, run: u64, conclusion: Conclusion) -> Plan {
    let kind = EventKind::WorkflowCompleted {
        run,
        sha: sha('b'),
        conclusion,
    };
    decide(&event_of(kind), facts)
}

fn fails(facts: &HealFacts, run: u64) -> Plan {
    failed(facts, run, Conclusion::Failure)
}

/// What is remembered once the plan is done, read as it is from the forge.
fn after(mut facts: HealFacts, plan: &Plan) -> HealFacts {
    for action in &plan.actions {
        if let Action::UpsertComment { on, key, body } = action {
            assert_eq!(*on, Thread::PullOf(facts.branch.clone()));
            let comment = crate::decide::tests::comment(&format!("{}\n{body}", key.marker()));
            facts.record = HealRecord::find(&[comment], |_| true);
        }
    }
    facts
}

fn end(run: u64, end: RunEnd) -> RunReport {
    RunReport {
        run: RunId(format!("heal-{run}")),
        role: Role::Healer { workflow_run: run },
        branch: BranchName::new(&format!("fix/ci-healer-{run}-{}", sha('b'))).unwrap(),
        base: sha('b'),
        ..report(end)
    }
}

fn mended() -> RunEnd {
    crate::decide::tests::ready(GateOutcome::Passed)
}

fn silent() -> RunEnd {
    RunEnd::NoSignal {
        message: "hm".into(),
    }
}

#[test]
fn a_failure_is_worked_on_at_the_failing_commit() {
    let plan = fails(&facts(), 41);
    assert_eq!((plan.reason, plan.actions.len()), (Reason::Healing, 1));
    let order = plan.run.clone().unwrap();
    assert_eq!(order.role, Role::Healer { workflow_run: 41 });
    assert_eq!(order.at, Some(sha('b')));
    assert_eq!(
        order.branch.as_str(),
        format!("fix/ci-healer-41-{}", sha('b'))
    );
    assert_eq!(order.id.0, "heal-41");
    assert_eq!(order.issue, Number(7));
    assert_eq!(order.kind.unwrap().as_str(), "cms-faq");
    let mut strays = facts();
    strays.request = None;
    let order = fails(&strays, 41).run.unwrap();
    assert_eq!((order.issue, order.kind), (Number(9), None));
}

#[test]
fn what_is_not_to_be_healed_is_left_alone() {
    let with = |change: &dyn Fn(&mut HealFacts)| {
        let mut facts = facts();
        change(&mut facts);
        fails(&facts, 41)
    };
    let closed = |facts: &mut HealFacts| facts.pull.as_mut().unwrap().state = PullState::Closed;
    let merged = |facts: &mut HealFacts| facts.pull.as_mut().unwrap().state = PullState::Merged;
    let moved = |facts: &mut HealFacts| facts.pull.as_mut().unwrap().head_sha = sha('c');
    for (plan, reason) in [
        (with(&|facts| facts.enabled = false), Reason::KillSwitchOff),
        (
            with(&|facts| facts.same_repository = false),
            Reason::ForeignRepository,
        ),
        (
            with(&|facts| facts.watched = vec!["CI 2".into()]),
            Reason::WorkflowNotWatched,
        ),
        (with(&|facts| facts.pull = None), Reason::NothingToHeal),
        (with(&closed), Reason::NothingToHeal),
        (with(&merged), Reason::NothingToHeal),
        (
            with(&|facts| facts.branch = BranchName::new("main").unwrap()),
            Reason::NothingToHeal,
        ),
        (with(&moved), Reason::HeadMoved),
    ] {
        assert_eq!(plan, Plan::ignore(reason));
    }
    let event = event_of(EventKind::Sweep { issue: Number(7) });
    assert_eq!(decide(&event, &facts()), Plan::ignore(Reason::NothingToDo));
}

#[test]
fn only_a_failure_is_healed() {
    for conclusion in [
        Conclusion::Success,
        Conclusion::Neutral,
        Conclusion::Cancelled,
        Conclusion::Skipped,
        Conclusion::TimedOut,
        Conclusion::ActionRequired,
        Conclusion::Stale,
        Conclusion::StartupFailure,
    ] {
        let plan = failed(&facts(), 41, conclusion);
        assert_eq!(plan, Plan::ignore(Reason::RunNotFailed), "{conclusion:?}");
    }
}

#[test]
fn the_healer_never_heals_a_repair() {
    for name in ["fix/ci-healer-40-abc", "fix/review-9-abc"] {
        let mut own = facts();
        own.branch = BranchName::new(name).unwrap();
        own.pull.as_mut().unwrap().head = own.branch.clone();
        assert_eq!(
            fails(&own, 41),
            Plan::ignore(Reason::RepairBranch),
            "{name}"
        );
    }
    // Names are compared at their beginning only.
    let mut near = facts();
    near.branch = BranchName::new("hotfix/ci-healer-40-abc").unwrap();
    near.pull.as_mut().unwrap().head = near.branch.clone();
    assert_eq!(fails(&near, 41).reason, Reason::Healing);
}

#[test]
fn the_same_delivery_starts_nothing_twice_and_a_dead_run_is_taken_up() {
    let started = after(facts(), &fails(&facts(), 41));
    let mut alive = started.clone();
    alive.run_alive = true;
    assert_eq!(fails(&alive, 41), Plan::ignore(Reason::RunInProgress));
    let mut world = started;
    for tries in 2..=3 {
        let plan = fails(&world, 41);
        assert_eq!(plan.reason, Reason::Resumed);
        assert_eq!(plan.run.as_ref().unwrap().attempt, tries);
        world = after(world, &plan);
        assert_eq!(world.record.healings.len(), 1, "a try is no new healing");
    }
    let plan = fails(&world, 41);
    assert_eq!((plan.reason, &plan.run), (Reason::RunKeepsDying, &None));
    let over = after(world, &plan);
    assert_eq!(fails(&over, 41), Plan::ignore(Reason::AlreadyHandled));
}

#[test]
fn the_caps_hold_whatever_is_pushed() {
    let mut world = facts();
    for run in 1..=3 {
        world.fingerprint = format!("f{run}");
        let plan = fails(&world, run);
        assert_eq!(plan.reason, Reason::Healing, "{run}");
        world = after(world, &plan);
        let plan = settle(&end(run, silent()), &world);
        assert_eq!(plan.reason, Reason::HealerFailed);
        world = after(world, &plan);
    }
    world.fingerprint = "f4".into();
    let plan = fails(&world, 4);
    assert_eq!(
        (plan.reason, plan.actions.len(), &plan.run),
        (Reason::HealerCapPull, 1, &None)
    );
    world = after(world, &plan);
    assert_eq!(
        fails(&world, 4),
        Plan::ignore(Reason::HealerCapPull),
        "told once"
    );
    assert_eq!(
        fails(&world, 5).actions.len(),
        1,
        "and once for the next failure"
    );
}

#[test]
fn the_same_failure_is_tried_twice() {
    let mut world = facts();
    for run in 1..=2 {
        world = after(world.clone(), &fails(&world, run));
        world = after(world.clone(), &settle(&end(run, mended()), &world));
    }
    assert_eq!(fails(&world, 3).reason, Reason::HealerCapFailure);
    world.fingerprint = "f2".into();
    assert_eq!(fails(&world, 3).reason, Reason::Healing);
}

#[test]
fn a_budget_that_refuses_is_told_once() {
    let mut world = facts();
    world.budget_refusal = Some("the day has $0.00 left".into());
    let plan = fails(&world, 41);
    assert_eq!((plan.reason, &plan.run), (Reason::BudgetReached, &None));
    assert!(
        matches!(&plan.actions[0], Action::UpsertComment { body, .. } if body.contains("$0.00"))
    );
    let told = after(world, &plan);
    assert!(fails(&told, 41).is_empty());
    assert_eq!(told.record.healings, [], "it counts against no cap");
}

#[test]
fn a_fix_is_proposed_into_the_failing_branch() {
    let world = after(facts(), &fails(&facts(), 41));
    let plan = settle(&end(41, mended()), &world);
    assert_eq!(plan.reason, Reason::Healed);
    insta::assert_json_snapshot!(plan.actions);
    let done = after(world, &plan);
    assert_eq!(
        settle(&end(41, mended()), &done),
        Plan::ignore(Reason::AlreadyHandled)
    );
    assert_eq!(
        settle(&end(42, mended()), &done),
        Plan::ignore(Reason::AlreadyHandled)
    );
}

#[test]
fn a_fix_that_no_gate_passes_or_that_comes_too_late_is_not_proposed() {
    let world = after(facts(), &fails(&facts(), 41));
    let red = crate::decide::tests::ready(GateOutcome::Failed {
        tail: "still red".into(),
    });
    let plan = settle(&end(41, red), &world);
    assert_eq!((plan.reason, plan.actions.len()), (Reason::HealerFailed, 1));
    let mut moved = world.clone();
    moved.pull.as_mut().unwrap().head_sha = sha('c');
    let plan = settle(&end(41, mended()), &moved);
    assert_eq!((plan.reason, plan.actions.len()), (Reason::WorkOutdated, 1));
    let mut closed = world.clone();
    closed.pull.as_mut().unwrap().state = PullState::Closed;
    assert_eq!(
        settle(&end(41, mended()), &closed).reason,
        Reason::WorkOutdated
    );
    let mut gone = world;
    gone.pull = None;
    assert_eq!(
        settle(&end(41, mended()), &gone),
        Plan::ignore(Reason::NothingToHeal)
    );
}

#[test]
fn only_the_factorys_own_comment_is_believed() {
    let body = format!(
        "{}\n{}",
        heal_key().marker(),
        block::write(
            BLOCK,
            &HealRecord {
                told: Some(3),
                ..HealRecord::default()
            }
        )
    );
    let comment = crate::decide::tests::comment(&body);
    assert_eq!(
        HealRecord::find(std::slice::from_ref(&comment), |_| true).told,
        Some(3)
    );
    assert_eq!(
        HealRecord::find(&[comment], |_| false),
        HealRecord::default()
    );
    let other = crate::decide::tests::comment(&body.replace("key=healer", "key=review"));
    assert_eq!(HealRecord::find(&[other], |_| true), HealRecord::default());
}

#[test]
fn the_rules_that_were_looked_at_are_told() {
    insta::assert_snapshot!(told(|| fails(&facts(), 31)), @"kill-switch-off run-not-failed repair-branch foreign-repository workflow-not-watched nothing-to-heal head-moved healer-cap-pull-request healer-cap-failure budget-reached healing!");
}
