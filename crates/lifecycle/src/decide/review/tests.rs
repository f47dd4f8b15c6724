//! Reviews, head by head.

use lightsout_forge::{CheckState, Permission};

use super::*;
use crate::decide::tests::{comment, event_of, person, pull, ready, report, sha};
use crate::trace::tests::told;
use crate::{GateOutcome, Severity, decide, settle};

/// A colleague's pull request.
fn facts() -> ReviewFacts {
    let mut pull = pull(CheckState::Pending).pull;
    pull.head = BranchName::new("feature/hooks").unwrap();
    ReviewFacts {
        enabled: true,
        pull,
        author: person("mira", Permission::Write),
        same_repository: true,
        request: None,
        record: ReviewRecord::default(),
        run_alive: false,
        budget_refusal: None,
    }
}

/// A pull request of the factory's own.
fn own() -> ReviewFacts {
    let mut facts = facts();
    facts.pull.head = BranchName::new("claude/issue-7-remote-work").unwrap();
    facts.author = crate::Person {
        kind: lightsout_forge::AccountKind::Bot,
        own: true,
        ..person("lightsout", Permission::None)
    };
    facts.request = Some((Number(7), Label::new("cms-faq").unwrap()));
    facts
}

fn pushed(facts: &ReviewFacts) -> Plan {
    let kind = EventKind::PullSynchronized {
        pull: facts.pull.number,
        head: facts.pull.head_sha.clone(),
    };
    decide(&event_of(kind), facts)
}

fn after(mut facts: ReviewFacts, plan: &Plan) -> ReviewFacts {
    for action in &plan.actions {
        match action {
            Action::UpsertComment { on, key, body } if *key == review_key() => {
                assert_eq!(*on, Thread::PullOf(facts.pull.head.clone()));
                let comment = comment(&format!("{}\n{body}", key.marker()));
                facts.record = ReviewRecord::find(&[comment], |_| true);
            }
            _ => {}
        }
    }
    facts
}

fn finding(severity: Severity) -> Finding {
    Finding {
        severity,
        path: Some("a.rs".into()),
        line: Some(3),
        text: "```\n@everyone".into(),
    }
}

fn found(severities: &[Severity]) -> RunEnd {
    RunEnd::Reviewed {
        findings: severities.iter().copied().map(finding).collect(),
    }
}

fn end(facts: &ReviewFacts, end: RunEnd) -> RunReport {
    let run = facts.record.run.as_ref().unwrap();
    RunReport {
        run: run.id.clone(),
        role: if run.fixes {
            Role::Fixer
        } else {
            Role::Reviewer
        },
        branch: BranchName::new(&format!("fix/review-9-{}", run.sha)).unwrap(),
        base: run.sha.clone(),
        ..report(end)
    }
}

/// Reviews the present head with these findings; gives the plan that settles it.
fn review(facts: ReviewFacts, severities: &[Severity]) -> (ReviewFacts, Plan) {
    let plan = pushed(&facts);
    assert_eq!(plan.reason, Reason::Reviewing);
    let running = after(facts, &plan);
    let plan = settle(&end(&running, found(severities)), &running);
    (after(running, &plan), plan)
}

#[test]
fn a_head_is_reviewed_once() {
    let opened = decide(
        &event_of(EventKind::PullOpened { pull: Number(9) }),
        &facts(),
    );
    assert_eq!(opened, pushed(&facts()));
    let order = opened.run.clone().unwrap();
    assert_eq!((order.role, order.at), (Role::Reviewer, Some(sha('b'))));
    assert_eq!(
        (order.branch.as_str(), order.issue),
        ("feature/hooks", Number(9))
    );
    let (reviewed, plan) = review(facts(), &[]);
    assert_eq!((plan.reason, &plan.run), (Reason::Reviewed, &None));
    assert_eq!(pushed(&reviewed), Plan::ignore(Reason::AlreadyReviewed));
    let mut moved = reviewed;
    moved.pull.head_sha = sha('c');
    assert_eq!(pushed(&moved).reason, Reason::Reviewing);
}

#[test]
fn what_is_not_to_be_reviewed_is_left_alone() {
    let with = |change: &dyn Fn(&mut ReviewFacts)| {
        let mut facts = facts();
        change(&mut facts);
        pushed(&facts)
    };
    let named = |name: &str| BranchName::new(name).unwrap();
    for (plan, reason) in [
        (with(&|facts| facts.enabled = false), Reason::KillSwitchOff),
        (
            with(&|facts| facts.pull.state = PullState::Closed),
            Reason::ReviewNotOpen,
        ),
        (
            with(&|facts| facts.pull.head = named("fix/ci-healer-1-a")),
            Reason::RepairBranch,
        ),
        (
            with(&|facts| facts.pull.head = named("fix/review-1-a")),
            Reason::RepairBranch,
        ),
        (
            with(&|facts| facts.same_repository = false),
            Reason::ForeignRepository,
        ),
        (
            with(&|facts| facts.author.kind = lightsout_forge::AccountKind::Bot),
            Reason::ByMachine,
        ),
    ] {
        assert_eq!(plan, Plan::ignore(reason));
    }
    let event = event_of(EventKind::Sweep { issue: Number(7) });
    assert_eq!(decide(&event, &facts()), Plan::ignore(Reason::NothingToDo));
}

#[test]
fn the_factorys_own_branches_get_comments_and_no_fix() {
    let (reviewed, plan) = review(own(), &[Severity::MustFix]);
    assert_eq!((plan.reason, &plan.run), (Reason::Reviewed, &None));
    assert_eq!(reviewed.record.fixes, 0);
    assert!(
        plan.actions
            .iter()
            .all(|action| matches!(action, Action::UpsertComment { .. }))
    );
    let order = pushed(&own()).run.unwrap();
    assert_eq!(
        (order.issue, order.kind.unwrap().as_str()),
        (Number(7), "cms-faq")
    );
}

#[test]
fn one_fix_pass_in_the_life_of_a_pull_request() {
    for severity in [Severity::MustFix, Severity::ShouldFix] {
        let (fixing, plan) = review(facts(), &[Severity::Note, severity]);
        assert_eq!(plan.reason, Reason::FixingReview);
        let order = plan.run.unwrap();
        assert_eq!((order.role, order.at), (Role::Fixer, Some(sha('b'))));
        assert_eq!(order.branch.as_str(), format!("fix/review-9-{}", sha('b')));
        let plan = settle(&end(&fixing, ready(GateOutcome::Passed)), &fixing);
        assert_eq!(plan.reason, Reason::ReviewFixed);
        let mut fixed = after(fixing, &plan);
        assert_eq!(pushed(&fixed), Plan::ignore(Reason::AlreadyReviewed));
        fixed.pull.head_sha = sha('c');
        let (_, plan) = review(fixed, &[severity]);
        assert_eq!(
            (plan.reason, plan.run),
            (Reason::Reviewed, None),
            "a push resets nothing"
        );
    }
    let (_, plan) = review(facts(), &[Severity::Note]);
    assert_eq!((plan.reason, plan.run), (Reason::Reviewed, None));
}

#[test]
fn a_run_that_was_never_handed_out_is_when_the_one_before_is_settled_again() {
    let started = after(facts(), &pushed(&facts()));
    let reported = end(&started, found(&[Severity::MustFix]));
    let recorded = after(started.clone(), &settle(&reported, &started));
    let again = settle(&reported, &recorded);
    assert_eq!(again.reason, Reason::Resumed);
    assert_eq!(again.run.as_ref().unwrap().role, Role::Fixer);
    let twice = after(recorded.clone(), &again);
    assert_eq!(
        (twice.record.fixes, twice.record.run.as_ref().unwrap().tries),
        (1, 2)
    );

    let mut changed = recorded.clone();
    changed.run_alive = true;
    assert_eq!(
        settle(&reported, &changed),
        Plan::ignore(Reason::RunInProgress)
    );
    let handled = Plan::ignore(Reason::AlreadyHandled);
    changed = recorded.clone();
    changed.enabled = false;
    assert_eq!(settle(&reported, &changed), handled);
    changed = recorded.clone();
    changed.pull.state = PullState::Closed;
    assert_eq!(settle(&reported, &changed), handled);
    changed = recorded.clone();
    changed.pull.head_sha = sha('f');
    assert_eq!(settle(&reported, &changed), handled);
    // A newer head whose review was begun and never handed out.
    let mut newer = started;
    newer.pull.head_sha = sha('c');
    let begun = after(newer.clone(), &settle(&reported, &newer));
    let again = settle(&reported, &begun);
    assert_eq!(
        (again.reason, again.run.unwrap().at),
        (Reason::Resumed, Some(sha('c')))
    );
    changed = twice;
    changed.record.run = None;
    assert_eq!(settle(&reported, &changed), handled);
}

#[test]
fn a_fix_is_proposed_and_a_failed_one_is_told() {
    let (fixing, plan) = review(facts(), &[Severity::Note, Severity::MustFix]);
    insta::assert_json_snapshot!("findings", plan.actions);
    let plan = settle(&end(&fixing, ready(GateOutcome::Passed)), &fixing);
    insta::assert_json_snapshot!("fix", plan.actions);
    let red = ready(GateOutcome::Failed { tail: "red".into() });
    let another_job = found(&[Severity::MustFix]);
    for end_of_run in [red, another_job] {
        let plan = settle(&end(&fixing, end_of_run), &fixing);
        assert_eq!((plan.reason, plan.actions.len()), (Reason::FixFailed, 1));
        assert_eq!(after(fixing.clone(), &plan).record.run, None);
    }
}

#[test]
fn a_push_during_a_review_is_reviewed_after_it() {
    let running = after(facts(), &pushed(&facts()));
    let mut alive = running.clone();
    alive.run_alive = true;
    alive.pull.head_sha = sha('c');
    assert_eq!(pushed(&alive), Plan::ignore(Reason::RunInProgress));
    let plan = settle(&end(&alive, found(&[])), &alive);
    assert_eq!(plan.reason, Reason::Reviewing);
    assert_eq!(plan.run.unwrap().at, Some(sha('c')));
    let mut closed = running.clone();
    closed.pull.state = PullState::Closed;
    let plan = settle(&end(&closed, found(&[])), &closed);
    assert_eq!((plan.reason, plan.run), (Reason::WorkOutdated, None));
    let mut dead = running;
    dead.pull.head_sha = sha('c');
    assert_eq!(pushed(&dead).reason, Reason::Reviewing);
}

#[test]
fn a_switch_turned_during_a_review_keeps_what_was_found_and_starts_nothing() {
    let mut running = after(facts(), &pushed(&facts()));
    running.enabled = false;
    let plan = settle(&end(&running, found(&[Severity::MustFix])), &running);
    assert_eq!((plan.reason, plan.run), (Reason::Reviewed, None));
    assert_eq!(plan.actions.len(), 2);
    running.pull.head_sha = sha('c');
    let plan = settle(&end(&running, found(&[])), &running);
    assert_eq!((plan.reason, plan.run), (Reason::WorkOutdated, None));
}

#[test]
fn a_dead_review_is_taken_up_and_at_last_left() {
    let mut world = after(facts(), &pushed(&facts()));
    for tries in 2..=3 {
        let plan = pushed(&world);
        assert_eq!(plan.reason, Reason::Resumed);
        assert_eq!(plan.run.as_ref().unwrap().attempt, tries);
        world = after(world, &plan);
    }
    let plan = pushed(&world);
    assert_eq!((plan.reason, &plan.run), (Reason::RunKeepsDying, &None));
    assert_eq!(
        pushed(&after(world, &plan)),
        Plan::ignore(Reason::AlreadyReviewed)
    );
}

#[test]
fn a_review_that_failed_is_told_and_not_repeated() {
    let running = after(facts(), &pushed(&facts()));
    let silent = RunEnd::NoSignal {
        message: "hm".into(),
    };
    let plan = settle(&end(&running, silent), &running);
    assert_eq!((plan.reason, plan.actions.len()), (Reason::ReviewFailed, 1));
    let done = after(running.clone(), &plan);
    assert_eq!(pushed(&done), Plan::ignore(Reason::AlreadyReviewed));
    assert_eq!(
        settle(&end(&running, found(&[])), &done),
        Plan::ignore(Reason::AlreadyHandled)
    );
    let mut other = running.clone();
    other.record.run.as_mut().unwrap().id = RunId("review-9-other".into());
    assert_eq!(
        settle(&end(&running, found(&[])), &other),
        Plan::ignore(Reason::AlreadyHandled)
    );
}

#[test]
fn a_budget_that_refuses_starts_neither_review_nor_fix() {
    let mut poor = facts();
    poor.budget_refusal = Some("the day is spent".into());
    let plan = pushed(&poor);
    assert_eq!((plan.reason, &plan.run), (Reason::BudgetReached, &None));
    assert!(pushed(&after(poor, &plan)).is_empty());
    let mut running = after(facts(), &pushed(&facts()));
    running.budget_refusal = Some("the day is spent".into());
    let plan = settle(&end(&running, found(&[Severity::MustFix])), &running);
    assert_eq!((plan.reason, plan.run), (Reason::Reviewed, None));
}

#[test]
fn the_heads_that_are_remembered_are_the_newest() {
    let mut record = ReviewRecord::default();
    for number in 0..=MAX_REMEMBERED {
        record = record.done(&Sha::new(&format!("{number:040x}")).unwrap());
    }
    assert_eq!(record.reviewed.len(), MAX_REMEMBERED);
    assert_eq!(
        record.reviewed[0],
        Sha::new(&format!("{:040x}", 1)).unwrap()
    );
    let last = record.reviewed.last().unwrap().clone();
    assert_eq!(record.done(&last), record);
}

#[test]
fn only_the_factorys_own_comment_is_believed() {
    let record = ReviewRecord {
        fixes: 1,
        ..ReviewRecord::default()
    };
    let body = format!(
        "{}\n{}",
        review_key().marker(),
        block::write(BLOCK, &record)
    );
    assert_eq!(ReviewRecord::find(&[comment(&body)], |_| true), record);
    assert_eq!(ReviewRecord::find(&[comment(&body)], |_| false).fixes, 0);
    let other = comment(&body.replace("key=review", "key=healer"));
    assert_eq!(ReviewRecord::find(&[other], |_| true).fixes, 0);
}

#[test]
fn the_rules_that_were_looked_at_are_told() {
    insta::assert_snapshot!(told(|| pushed(&facts())), @"kill-switch-off review-not-open repair-branch foreign-repository by-machine already-reviewed budget-reached reviewing!");
}
