//! Pull requests: what is due to an approval, and what becomes of a request when its pull request ends.

use lightsout_forge::{Action, CloseReason, PullState, Thread};

use super::*;
use crate::merge_conflict;

fn waiting(world: Snapshot) -> Snapshot {
    changed(world, |world| {
        world.issue.labels.insert(Label::waiting());
    })
}

fn at_work(world: Snapshot) -> Snapshot {
    changed(world, |world| {
        world.record.run = running().record.run;
        world.run_alive = true;
    })
}

fn cancelled(world: Snapshot) -> Snapshot {
    changed(world, |world| world.record.state = State::Cancelled)
}

/// An approval whose commit has this status of the factory's own.
fn checked(state: CheckState) -> Snapshot {
    changed(approved('b'), |world| {
        world.pull.as_mut().unwrap().statuses[0].state = state;
    })
}

fn unlabeled(world: Snapshot) -> Snapshot {
    changed(world, |world| {
        let labels = &mut world.pull.as_mut().unwrap().pull.labels;
        labels.remove(&Label::approved());
    })
}

fn on_issue(world: &Snapshot, kind: fn(Number) -> EventKind) -> Plan {
    decide(&event(kind(N), world), world)
}

fn issue_closed(world: &Snapshot) -> Plan {
    on_issue(world, |issue| EventKind::IssueClosed { issue })
}

fn reopened(world: &Snapshot) -> Plan {
    on_issue(world, |issue| EventKind::IssueReopened { issue })
}

fn pull_closed(world: &Snapshot) -> Plan {
    let kind = EventKind::PullClosed {
        pull: Number(9),
        merged: false,
    };
    decide(&event(kind, world), world)
}

fn names(plan: &Plan) -> Vec<&'static str> {
    plan.actions.iter().map(Action::name).collect()
}

#[test]
fn only_the_approved_head_with_green_checks_is_merged() {
    assert_eq!(labeled_approved(&approved('b')).reason, Reason::Merging);
    let plan = labeled_approved(&approved('b'));
    let merges = |a: &Action| matches!(a, Action::Merge { head, .. } if *head == sha('b'));
    assert!(position(&plan, merges).is_some(), "{plan:#?}");
    assert_eq!(
        labeled_approved(&approved('c')).reason,
        Reason::ApprovalVoided
    );
    let mut red = approved('b');
    red.pull.as_mut().unwrap().statuses[0].state = CheckState::Failure;
    assert_eq!(labeled_approved(&red).reason, Reason::ChecksRed);
    let mut none = approved('b');
    none.pull.as_mut().unwrap().statuses[0].context = "other".into();
    assert_eq!(labeled_approved(&none).reason, Reason::GatesMissing);
    none.issue.labels.insert(Label::waiting());
    assert_eq!(labeled_approved(&none).reason, Reason::AlreadyWaiting);
    let mut pending = approved('b');
    let statuses = &mut pending.pull.as_mut().unwrap().statuses;
    let mut other = statuses[0].clone();
    other.context = "other".into();
    other.state = CheckState::Pending;
    statuses.push(other);
    assert_eq!(labeled_approved(&pending).reason, Reason::ChecksPending);
}

#[test]
fn a_label_by_hand_is_no_approval() {
    let mut world = in_review();
    world
        .pull
        .as_mut()
        .unwrap()
        .pull
        .labels
        .insert(Label::approved());
    let plan = labeled_approved(&world);
    assert_eq!(plan.reason, Reason::LabelWithoutApproval);
    assert!(matches!(
        plan.actions.last(),
        Some(Action::EnsureNoLabel { .. })
    ));
}

#[test]
fn an_approval_is_due_on_an_open_pull_request_of_an_open_request() {
    let due = |world: &Snapshot| labeled_approved(world);
    assert_eq!(due(&approved('b')).reason, Reason::Merging);
    let merged = with_pull(approved('b'), PullState::Merged);
    assert_eq!(
        due(&merged).reason,
        Reason::Published,
        "nobody wrote it down"
    );
    let told = changed(merged, |world| world.record.state = State::Published);
    assert_eq!(due(&told), Plan::ignore(Reason::AlreadyPublished));
    let was = with_pull(approved('b'), PullState::Closed);
    assert_eq!(due(&was), Plan::ignore(Reason::NotOurPullRequest));
    assert_eq!(
        due(&closed(approved('b'))),
        Plan::ignore(Reason::IssueClosed)
    );
    assert_eq!(due(&in_review()), Plan::ignore(Reason::NothingToDo));
}

#[test]
fn whatever_may_make_an_approval_due_has_it_looked_at() {
    let world = approved('b');
    let pull = Number(9);
    let head = sha('b');
    for kind in [
        EventKind::PullOpened { pull },
        EventKind::PullSynchronized {
            pull,
            head: head.clone(),
        },
        EventKind::StatusChanged {
            sha: head,
            context: PullFacts::GATES.into(),
            state: CheckState::Success,
        },
    ] {
        assert_eq!(decide(&event(kind, &world), &world).reason, Reason::Merging);
    }
    let other = EventKind::PullLabeled {
        pull,
        label: Label::bot_generated(),
    };
    let plan = decide(&event(other, &world), &world);
    assert_eq!(plan, Plan::ignore(Reason::LabelIsNoType));
}

#[test]
fn an_approval_that_must_wait_is_shown_meanwhile() {
    let pending = unlabeled(checked(CheckState::Pending));
    let plan = labeled_approved(&pending);
    assert_eq!(
        (plan.reason, names(&plan)),
        (Reason::Approved, vec!["ensure_label"])
    );
    let green = unlabeled(checked(CheckState::Success));
    assert_eq!(labeled_approved(&green).reason, Reason::Merging);
}

#[test]
fn what_is_not_green_is_left_to_a_run_or_a_person_who_has_it_already() {
    for state in [CheckState::Failure, CheckState::Error] {
        let red = checked(state);
        let plan = labeled_approved(&red);
        assert_eq!(plan.reason, Reason::ChecksRed);
        assert!(
            format!("{plan:?}").contains("- `lightsout/gates`"),
            "{plan:#?}"
        );
        let run = labeled_approved(&at_work(red.clone()));
        assert_eq!(run, Plan::ignore(Reason::RunInProgress));
        let asked = labeled_approved(&waiting(red));
        assert_eq!(asked, Plan::ignore(Reason::AlreadyWaiting));
    }
    let pending = waiting(at_work(checked(CheckState::Pending)));
    assert_eq!(
        labeled_approved(&pending),
        Plan::ignore(Reason::ChecksPending)
    );
    let ungated = changed(approved('b'), |world| {
        world.pull.as_mut().unwrap().statuses.clear();
    });
    assert_eq!(labeled_approved(&ungated).reason, Reason::GatesMissing);
    let run = labeled_approved(&at_work(ungated.clone()));
    assert_eq!(run, Plan::ignore(Reason::RunInProgress));
    let asked = labeled_approved(&waiting(ungated));
    assert_eq!(asked, Plan::ignore(Reason::AlreadyWaiting));
}

#[test]
fn only_what_is_red_is_told_of() {
    let red = changed(checked(CheckState::Failure), |world| {
        let statuses = &mut world.pull.as_mut().unwrap().statuses;
        let green = Status {
            context: "spelling".into(),
            state: CheckState::Success,
            ..statuses[0].clone()
        };
        statuses.push(green);
    });
    let plan = labeled_approved(&red);
    assert!(!format!("{plan:?}").contains("spelling"), "{plan:#?}");
}

#[test]
fn an_approval_of_another_commit_is_taken_back() {
    let record_of = |state| {
        let world = changed(approved('c'), |world| world.record.state = state);
        labeled_approved(&world)
    };
    let plan = record_of(State::Approved);
    let expected = ["upsert_comment", "ensure_no_label", "upsert_comment"];
    assert_eq!(
        (plan.reason, names(&plan)),
        (Reason::ApprovalVoided, expected.into())
    );
    assert_eq!(recorded(&plan).state, State::InReview);
    let plan = record_of(State::Working);
    assert_eq!(
        names(&plan),
        expected[..2],
        "the state says something newer"
    );
}

#[test]
fn a_merge_closes_the_request_and_ends_its_run() {
    let world = at_work(approved('b'));
    let plan = labeled_approved(&world);
    let published = [
        "close_issue",
        "ensure_no_label",
        "ensure_no_branch",
        "upsert_comment",
    ];
    assert_eq!(names(&plan)[..2], ["ensure_label", "merge"]);
    assert_eq!(names(&plan)[2..], published);
    let record = recorded(&plan);
    assert_eq!((record.state, record.run), (State::Published, None));
    let merged = with_pull(world, PullState::Merged);
    for plan in [pull_closed(&merged), swept(&merged), issue_closed(&merged)] {
        assert_eq!(
            (plan.reason, names(&plan)),
            (Reason::Published, published.into())
        );
    }
    let told = changed(merged, |world| world.record.state = State::Published);
    assert_eq!(swept(&told), Plan::ignore(Reason::AlreadyPublished));
    assert_eq!(issue_closed(&told), Plan::ignore(Reason::AlreadyPublished));
}

#[test]
fn a_conflict_voids_the_approval_and_asks_unless_a_run_makes_it_anew() {
    let plan = merge_conflict(&approved('b'));
    let asked = ["upsert_comment", "upsert_comment", "ensure_label"];
    let void = ["upsert_comment", "ensure_no_label"];
    assert_eq!(plan.reason, Reason::MergeConflict);
    assert_eq!(names(&plan), [&asked[..], &void[..]].concat());
    let plan = merge_conflict(&at_work(approved('b')));
    assert_eq!(
        (plan.reason, names(&plan)),
        (Reason::MergeConflict, void.into())
    );
    let on = Thread::PullOf(in_review().branch().unwrap().clone());
    for action in &plan.actions {
        let (Action::UpsertComment { on: thread, .. } | Action::EnsureNoLabel { on: thread, .. }) =
            action
        else {
            panic!("{action:?}")
        };
        assert_eq!(*thread, on);
    }
    assert_eq!(
        merge_conflict(&world()),
        Plan::ignore(Reason::NotOurPullRequest)
    );
}

#[test]
fn a_pull_request_that_somebody_closed_hands_its_request_back() {
    let was = with_pull(in_review(), PullState::Closed);
    assert_eq!(pull_closed(&was).reason, Reason::PullRequestClosed);
    assert_eq!(swept(&was).reason, Reason::PullRequestClosed);
    assert_eq!(
        pull_closed(&in_review()),
        Plan::ignore(Reason::PullRequestOpen)
    );
    assert_eq!(
        pull_closed(&world()),
        Plan::ignore(Reason::NotOurPullRequest)
    );
    assert_eq!(
        pull_closed(&closed(was.clone())),
        Plan::ignore(Reason::IssueClosed)
    );
    assert_eq!(
        pull_closed(&at_work(was.clone())),
        Plan::ignore(Reason::RunInProgress)
    );
    assert_eq!(
        pull_closed(&waiting(was)),
        Plan::ignore(Reason::AlreadyWaiting)
    );
}

#[test]
fn a_person_who_closes_the_issue_gives_the_request_up() {
    for known in [
        closed(in_review()),
        closed(waiting(world())),
        closed(changed(world(), |world| world.record.attempt = 1)),
        closed(changed(in_review(), |world| world.record.attempt = 0)),
    ] {
        let plan = issue_closed(&known);
        assert_eq!(plan.reason, Reason::Cancelled);
        let close = Action::CloseIssue {
            issue: N,
            reason: CloseReason::NotPlanned,
        };
        assert!(plan.actions.contains(&close));
        assert_eq!(recorded(&plan).state, State::Cancelled);
    }
    assert_eq!(
        issue_closed(&in_review()),
        Plan::ignore(Reason::NothingToDo)
    );
    assert_eq!(
        issue_closed(&closed(world())),
        Plan::ignore(Reason::IssueClosed)
    );
    let given_up = closed(cancelled(in_review()));
    assert_eq!(issue_closed(&given_up), Plan::ignore(Reason::IssueClosed));
}

#[test]
fn what_is_given_up_leaves_neither_pull_request_nor_branch_nor_run() {
    let plan = issue_closed(&closed(at_work(in_review())));
    let expected = [
        "ensure_no_pull_request",
        "ensure_no_branch",
        "close_issue",
        "upsert_comment",
    ];
    assert_eq!(names(&plan), expected);
    assert_eq!(recorded(&plan).run, None);
    let plan = issue_closed(&closed(waiting(world())));
    assert_eq!(names(&plan), expected[2..], "there is no branch");
    let mut world = in_review();
    let plan = commented(
        &mut world,
        person("ada", Permission::Write),
        Some(Command::Cancel),
    );
    assert_eq!(recorded(&plan).last_command, CommentId(30));
}

#[test]
fn a_sweep_does_not_reopen_what_a_person_closed() {
    let left = closed(in_review());
    assert_eq!(swept(&left).reason, Reason::Cancelled, "only begun");
    assert_eq!(swept(&cancelled(left)), Plan::ignore(Reason::IssueClosed));
    assert_eq!(swept(&closed(world())), Plan::ignore(Reason::IssueClosed));
}

#[test]
fn a_request_that_is_opened_again_goes_on_where_it_was() {
    assert_eq!(reopened(&world()).reason, Reason::Started);
    assert_eq!(
        reopened(&in_review()),
        Plan::ignore(Reason::PullRequestOpen)
    );
    assert_eq!(reopened(&approved('b')).reason, Reason::Merging);
    assert_eq!(
        reopened(&approved('c')),
        Plan::ignore(Reason::PullRequestOpen)
    );
    let given_up = cancelled(waiting(world()));
    assert_eq!(
        reopened(&given_up).reason,
        Reason::Started,
        "asked for anew"
    );
    let given_up = cancelled(approved('b'));
    assert_eq!(
        reopened(&given_up).reason,
        Reason::Started,
        "approved before that"
    );
}

#[test]
fn events_of_machines_move_no_request() {
    let robot = changed(closed(in_review()), |world| world.actor.own = true);
    assert_eq!(issue_closed(&robot), Plan::ignore(Reason::ByMachine));
    let robot = changed(world(), |world| world.actor.own = true);
    assert_eq!(reopened(&robot), Plan::ignore(Reason::ByMachine));
}

#[test]
fn a_sweep_merges_what_was_approved_under_a_run_and_takes_a_dead_run_up() {
    assert_eq!(swept(&at_work(approved('b'))).reason, Reason::Merging);
    let dead = changed(at_work(approved('b')), |world| world.run_alive = false);
    assert_eq!(swept(&dead).reason, Reason::Resumed);
    let was = with_pull(at_work(approved('b')), PullState::Closed);
    assert_eq!(swept(&was), Plan::ignore(Reason::RunInProgress));
}

#[test]
fn a_sweep_goes_on_to_what_is_due_after_a_comment_that_asks_nothing() {
    let mut world = approved('b');
    commented(&mut world, person("eve", Permission::None), None);
    assert_eq!(swept(&world).reason, Reason::Merging);
    commented(
        &mut world,
        person("eve", Permission::None),
        Some(Command::Status),
    );
    assert_eq!(swept(&world).reason, Reason::StatusAsked);
}
