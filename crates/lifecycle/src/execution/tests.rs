//! How executions go on after each answer.

use super::*;
use crate::decide::tests::{approved, event, sha, world};
use crate::{RunEnd, State};
use lightsout_forge::{BranchName, EventKind, Number};

fn sweep(snapshot: &Snapshot) -> Execution {
    let kind = EventKind::Sweep { issue: Number(7) };
    Execution::of(event(kind, snapshot))
}

/// Names the steps until something else than `So` would have to be said, or `until` an action.
fn names(execution: &mut Execution, snapshot: &Snapshot, until: &str) -> Vec<String> {
    let mut names = Vec::new();
    for _ in 0..20 {
        let (name, act) = match execution.step() {
            Step::Read => ("read".to_owned(), 0),
            Step::Ensure(action) => (action.name().to_owned(), 1),
            Step::Run(order) => (format!("run {}", order.id.0), 2),
            Step::Done(ended) => (format!("{ended:?}"), 2),
        };
        names.push(name.clone());
        match act {
            _ if name == until => return names,
            0 => drop(execution.saw(snapshot)),
            1 => execution.answered(Answer::So),
            _ => return names,
        }
    }
    panic!("it does not come to an end: {names:?}");
}

#[test]
fn a_plan_is_carried_out_in_its_order() {
    let world = approved('b');
    let seen = names(&mut sweep(&world), &world, "");
    let expected = [
        "read",
        "ensure_label",
        "merge",
        "close_issue",
        "ensure_no_label",
        "ensure_no_branch",
        "upsert_comment",
        "Acted",
    ];
    assert_eq!(seen, expected);
}

#[test]
fn nothing_to_do_is_quiet() {
    let mut world = world();
    world.enabled = false;
    assert_eq!(names(&mut sweep(&world), &world, ""), ["read", "Quiet"]);
}

/// An execution whose run has ended without a word, and the world as it is then.
fn ran() -> (Execution, Snapshot) {
    let mut world = world();
    let mut execution = sweep(&world);
    let seen = names(&mut execution, &world, "");
    assert_eq!(seen, ["read", "upsert_comment", "run 7-1"]);
    let Step::Run(order) = execution.step() else {
        panic!("a run")
    };
    let order = order.clone();
    world.record.run = Some(crate::RunMark {
        id: order.id.clone(),
        started_at: world.now,
        tries: 1,
        checks: None,
    });
    world.record.state = State::Working;
    execution.ran(RunReport {
        run: order.id,
        role: order.role,
        issue: order.issue,
        kind: order.kind,
        attempt: order.attempt,
        agent: "template".into(),
        branch: order.branch,
        base_branch: BranchName::new("main").unwrap(),
        base: sha('a'),
        end: RunEnd::NoSignal {
            message: String::new(),
        },
        words: String::new(),
        oddities: Vec::new(),
        price_tag: String::new(),
        spent: lightsout_ledger::Nanodollars::ZERO,
    });
    (execution, world)
}

#[test]
fn a_run_is_settled_after_a_fresh_look() {
    let (mut execution, world) = ran();
    let seen = names(&mut execution, &world, "");
    let expected = [
        "read",
        "upsert_comment",
        "ensure_label",
        "upsert_comment",
        "Acted",
    ];
    assert_eq!(seen, expected);
}

#[test]
fn a_world_that_keeps_moving_is_left_alone_at_last() {
    let world = approved('b');
    let mut execution = sweep(&world);
    for _ in 0..MAX_DECISIONS {
        assert_eq!(execution.step(), Step::Read);
        names(&mut execution, &world, "merge");
        execution.answered(Answer::Stale);
    }
    assert_eq!(execution.step(), Step::Done(Ended::Restless));
}

#[test]
fn a_conflict_is_handed_back_while_the_commit_is_still_there() {
    let world = approved('b');
    let mut execution = sweep(&world);
    names(&mut execution, &world, "merge");
    execution.answered(Answer::Conflict);
    assert_eq!(
        execution.saw(&world).reason,
        crate::Reason::MergeConflict,
        "the commit that did not merge is the head"
    );
    let mut execution = sweep(&world);
    names(&mut execution, &world, "merge");
    execution.answered(Answer::Conflict);
    let mut moved = approved('b');
    moved.pull.as_mut().unwrap().pull.head_sha = sha('c');
    assert_eq!(
        execution.saw(&moved).reason,
        crate::Reason::ApprovalVoided,
        "a push in between is decided about afresh"
    );
}

#[test]
fn a_refusal_ends_it() {
    let world = approved('b');
    let mut execution = sweep(&world);
    names(&mut execution, &world, "merge");
    execution.answered(Answer::Refused);
    assert_eq!(execution.step(), Step::Done(Ended::Refused));
}

#[test]
fn a_refusal_of_what_follows_from_a_run_leaves_it_unsettled() {
    for answer in [Answer::Refused, Answer::Conflict] {
        let (mut execution, world) = ran();
        names(&mut execution, &world, "ensure_label");
        execution.answered(answer);
        assert_eq!(execution.step(), Step::Done(Ended::Unsettled));
    }
}

#[test]
fn a_conflict_under_the_last_plan_is_left_to_the_sweep() {
    let world = approved('b');
    let after = |stale: u32| {
        let mut execution = sweep(&world);
        for _ in 0..stale {
            names(&mut execution, &world, "merge");
            execution.answered(Answer::Stale);
        }
        names(&mut execution, &world, "merge");
        execution.answered(Answer::Conflict);
        execution
    };
    assert_eq!(after(MAX_DECISIONS - 2).step(), Step::Read);
    let last = after(MAX_DECISIONS - 1);
    assert_eq!(last.step(), Step::Done(Ended::Refused));
}

#[test]
fn executions_are_told_apart_by_what_is_to_come() {
    let hash = |execution: &Execution| {
        let mut hasher = std::hash::DefaultHasher::new();
        execution.hash(&mut hasher);
        hasher.finish()
    };
    let world = approved('b');
    let (fresh, same) = (sweep(&world), sweep(&world));
    assert_eq!((&fresh, hash(&fresh)), (&same, hash(&same)));
    let mut decided = sweep(&world);
    decided.saw(&world);
    assert_ne!(fresh, decided);
    assert_ne!(hash(&fresh), hash(&decided));
}
