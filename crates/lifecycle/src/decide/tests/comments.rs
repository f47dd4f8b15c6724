//! Commands and answers: who may give them, when they count, and where they are answered.

use lightsout_forge::{Action, CommentKey, PullState, Thread};

use super::*;

/// What a comment with the number 30 leads to.
fn says(world: &Snapshot, by: Person, command: Option<Command>) -> Plan {
    commented(&mut world.clone(), by, command)
}

fn waiting() -> Snapshot {
    changed(world(), |world| {
        world.issue.labels.insert(Label::waiting());
        world.record.state = State::Waiting;
    })
}

fn ada() -> Person {
    person("ada", Permission::Write)
}

fn bo() -> Person {
    person("bo", Permission::Read)
}

fn mira() -> Person {
    person("mira", Permission::None)
}

fn eve() -> Person {
    person("eve", Permission::None)
}

#[test]
fn publish_counts_for_what_was_shown_before_it_was_written() {
    let mut world = in_review();
    world.actor = person("ada", Permission::Write);
    world.comment = Some(CommentFacts {
        id: CommentId(5),
        author: world.actor.clone(),
        command: Some(Command::Publish),
        on_pull_request: false,
    });
    let kind = || EventKind::CommentCreated {
        on: N,
        on_pull_request: false,
        comment: CommentId(5),
    };
    let mut reason = |shown: Option<u64>, gates: bool| {
        let facts = world.pull.as_mut().unwrap();
        facts.shown = shown.map(CommentId);
        facts.statuses.retain(|_| gates);
        decide(&event(kind(), &world), &world).reason
    };
    assert_eq!(reason(Some(4), true), Reason::Approved);
    assert_eq!(reason(Some(5), true), Reason::PublishedUnseen);
    assert_eq!(reason(Some(6), true), Reason::PublishedUnseen);
    assert_eq!(reason(None, true), Reason::PublishedUnseen);
    assert_eq!(reason(None, false), Reason::Checking);
    assert_eq!(reason(Some(4), false), Reason::Checking);
}

#[test]
fn a_stranger_waits_for_acceptance_and_only_writers_accept() {
    let mut world = world();
    world.requester = person("stranger", Permission::None);
    assert_eq!(opened(&world).reason, Reason::AwaitsAcceptance);
    world.issue.labels.insert(Label::waiting());
    let reader = person("rui", Permission::Read);
    let refused = commented(&mut world, reader, Some(Command::Accept));
    assert_eq!(refused.reason, Reason::AcceptNeedsWrite);
    let ada = person("ada", Permission::Write);
    let plan = commented(&mut world, ada, Some(Command::Accept));
    assert_eq!(plan.reason, Reason::Started);
}

#[test]
fn publish_needs_write_and_records_the_head() {
    let mut world = in_review();
    let reader = commented(
        &mut world,
        person("rui", Permission::Read),
        Some(Command::Publish),
    );
    assert_eq!(reader.reason, Reason::PublishNeedsWrite);
    let plan = commented(
        &mut world,
        person("ada", Permission::Write),
        Some(Command::Publish),
    );
    assert_eq!(plan.reason, Reason::Approved);
    let record = position(
        &plan,
        |a| matches!(a, Action::UpsertComment { body, .. } if body.contains(sha('b').as_str())),
    );
    let label = position(
        &plan,
        |a| matches!(a, Action::EnsureLabel { label, .. } if *label == Label::approved()),
    );
    assert!(record < label && record.is_some(), "{plan:#?}");
}

#[test]
fn cancelling_leaves_the_waiting_label_alone() {
    let mut world = in_review();
    let requester = world.requester.clone();
    let plan = commented(&mut world, requester, Some(Command::Cancel));
    assert_eq!(plan.reason, Reason::Cancelled);
    assert_eq!(
        position(&plan, |a| matches!(a, Action::EnsureNoLabel { .. })),
        None
    );
    let eve = commented(
        &mut world,
        person("eve", Permission::Read),
        Some(Command::Cancel),
    );
    assert_eq!(eve.reason, Reason::CancelNotAllowed);
}

#[test]
fn a_comment_that_arrived_during_a_run_is_not_lost() {
    let mut world = world();
    world.issue.labels.insert(Label::waiting());
    world.record.state = State::Waiting;
    world.record.last_answer = CommentId(20);
    world.newest_answer = CommentId(30);
    world.comment = Some(CommentFacts {
        id: CommentId(30),
        author: world.requester.clone(),
        command: None,
        on_pull_request: false,
    });
    assert_eq!(swept(&world).reason, Reason::Started);
}

#[test]
fn who_may_give_which_command() {
    let stranger = changed(waiting(), |world| world.requester = mira());
    let cases = [
        (
            Command::Publish,
            Reason::PublishNeedsWrite,
            [false, false, false, true],
        ),
        (
            Command::Accept,
            Reason::AcceptNeedsWrite,
            [false, false, false, true],
        ),
        (
            Command::Cancel,
            Reason::CancelNotAllowed,
            [false, true, false, true],
        ),
        (
            Command::Retry,
            Reason::RetryNotAllowed,
            [false, true, false, true],
        ),
    ];
    for (command, refusal, may) in cases {
        for (by, may) in [eve(), mira(), bo(), ada()].into_iter().zip(may) {
            let plan = says(&stranger, by.clone(), Some(command));
            assert_eq!(plan.reason != refusal, may, "{command:?} by {by:?}");
        }
    }
    let asked = says(&stranger, eve(), Some(Command::Status));
    assert_eq!(asked.reason, Reason::StatusAsked);
}

#[test]
fn a_command_is_answered_where_it_was_given_and_remembered() {
    let world = in_review();
    let answered = |world: &Snapshot, on_pull_request| {
        let mut world = world.clone();
        commented(&mut world, eve(), Some(Command::Status));
        world.comment.as_mut().unwrap().on_pull_request = on_pull_request;
        let kind = EventKind::CommentCreated {
            on: N,
            on_pull_request,
            comment: CommentId(30),
        };
        let plan = decide(&event(kind, &world), &world);
        assert_eq!((plan.reason, plan.actions.len()), (Reason::StatusAsked, 2));
        assert_eq!(recorded(&plan).last_command, CommentId(30));
        match &plan.actions[0] {
            Action::UpsertComment { on, key, .. } if *key == CommentKey::new("reply-30") => {
                on.clone()
            }
            other => panic!("{other:?}"),
        }
    };
    let head = world.pull.as_ref().unwrap().pull.head.clone();
    assert_eq!(answered(&world, true), Thread::PullOf(head));
    assert_eq!(answered(&world, false), Thread::Issue(N));
    assert_eq!(answered(&super::world(), true), Thread::Issue(N));
}

#[test]
fn a_command_counts_once_and_in_its_order() {
    let after = |last_command| {
        let world = changed(waiting(), |world| {
            world.record.last_command = CommentId(last_command);
        });
        says(&world, ada(), Some(Command::Status)).reason
    };
    assert_eq!(after(29), Reason::StatusAsked);
    assert_eq!(after(30), Reason::AlreadyHandled);
    assert_eq!(after(31), Reason::AlreadyHandled);
}

#[test]
fn what_machines_say_is_no_answer_and_no_command() {
    let mut robot = ada();
    robot.kind = AccountKind::Bot;
    for command in [None, Some(Command::Retry)] {
        let plan = says(&waiting(), robot.clone(), command);
        assert_eq!(plan, Plan::ignore(Reason::ByMachine));
    }
}

#[test]
fn comments_on_what_is_no_request_are_left_alone_unless_it_has_a_pull_request() {
    let none = |world| {
        changed(world, |world: &mut Snapshot| {
            world.intake = Intake::NotARequest;
        })
    };
    let plan = says(&none(waiting()), ada(), Some(Command::Status));
    assert_eq!(plan, Plan::ignore(Reason::NotARequest));
    let plan = says(&waiting(), ada(), Some(Command::Status));
    assert_eq!(plan.reason, Reason::StatusAsked);
    let plan = says(&none(in_review()), ada(), Some(Command::Status));
    assert_eq!(plan.reason, Reason::StatusAsked);
}

#[test]
fn an_answer_counts_on_an_open_request_that_waits() {
    let answer = |world: &Snapshot, by| says(world, by, None).reason;
    assert_eq!(answer(&waiting(), mira()), Reason::Started);
    assert_eq!(answer(&waiting(), bo()), Reason::Started);
    assert_eq!(answer(&waiting(), eve()), Reason::MayNotAnswer);
    assert_eq!(answer(&closed(waiting()), mira()), Reason::IssueClosed);
    assert_eq!(answer(&world(), mira()), Reason::NotWaiting);
    let until = |last_answer| {
        changed(waiting(), |world| {
            world.record.last_answer = CommentId(last_answer);
        })
    };
    assert_eq!(answer(&until(29), mira()), Reason::Started);
    assert_eq!(answer(&until(30), mira()), Reason::AlreadyHandled);
    assert_eq!(answer(&until(31), mira()), Reason::AlreadyHandled);
}

#[test]
fn talk_on_a_pull_request_is_left_to_the_people_there() {
    let mut world = waiting();
    commented(&mut world, mira(), None);
    world.comment.as_mut().unwrap().on_pull_request = true;
    let kind = EventKind::CommentCreated {
        on: Number(9),
        on_pull_request: true,
        comment: CommentId(30),
    };
    let plan = decide(&event(kind, &world), &world);
    assert_eq!(plan, Plan::ignore(Reason::PullRequestComment));
}

#[test]
fn publish_needs_something_to_publish() {
    let publish = |world: &Snapshot| says(world, ada(), Some(Command::Publish)).reason;
    assert_eq!(publish(&in_review()), Reason::Approved);
    assert_eq!(publish(&world()), Reason::NothingToPublish);
    let was = with_pull(in_review(), PullState::Closed);
    assert_eq!(publish(&was), Reason::NothingToPublish);
    let merged = with_pull(in_review(), PullState::Merged);
    assert_eq!(publish(&merged), Reason::Published, "nobody wrote it down");
    let told = changed(merged, |world| world.record.state = State::Published);
    assert_eq!(publish(&told), Reason::AlreadyDone);
    assert_eq!(publish(&closed(in_review())), Reason::IssueClosed);
}

#[test]
fn of_a_publish_that_was_dealt_with_only_what_a_crash_left_out_is_done() {
    let again = |world: &Snapshot| {
        let mut world = world.clone();
        world.record.last_command = CommentId(1_000);
        says(&world, ada(), Some(Command::Publish))
    };
    let whole = changed(approved('b'), |world| world.record.state = State::Approved);
    let handled = Plan::ignore(Reason::AlreadyHandled);
    assert_eq!(again(&whole), handled);
    let unlabeled = changed(whole.clone(), |world| {
        let labels = &mut world.pull.as_mut().unwrap().pull.labels;
        labels.remove(&Label::approved());
    });
    assert_eq!(again(&unlabeled).reason, Reason::Approved);
    let void = changed(unlabeled.clone(), |world| {
        world.pull.as_mut().unwrap().pull.head_sha = sha('c');
    });
    assert_eq!(again(&void), handled, "nobody approved this commit");
    let merged = with_pull(whole, PullState::Merged);
    let plan = again(&merged);
    assert_eq!(plan.reason, Reason::Published);
    assert_eq!(recorded(&plan).last_command, CommentId(1_000));
    let told = changed(merged, |world| world.record.state = State::Published);
    assert_eq!(again(&told), handled);
    let stranger = changed(unlabeled, |world| {
        world.record.last_command = CommentId(1_000);
    });
    assert_eq!(says(&stranger, mira(), Some(Command::Publish)), handled);
}

#[test]
fn the_run_of_a_comment_that_was_dealt_with_is_taken_up_once_it_is_dead() {
    let handled = Plan::ignore(Reason::AlreadyHandled);
    let again = |author: Person, command, alive| {
        let mut world = running();
        world.record.branch = in_review().record.branch;
        world.run_alive = alive;
        world.record.accepted_by = Some(ada().login);
        world.record.last_command = CommentId(1_000);
        world.record.last_answer = CommentId(1_000);
        says(&world, author, command)
    };
    for command in [None, Some(Command::Retry), Some(Command::Accept)] {
        assert_eq!(
            again(ada(), command, false).reason,
            Reason::Resumed,
            "{command:?}"
        );
        assert_eq!(again(ada(), command, true), handled);
    }
    for command in [Command::Cancel, Command::Status] {
        assert_eq!(again(ada(), Some(command), false), handled);
    }
    assert_eq!(again(mira(), Some(Command::Accept), false), handled);
}

#[test]
fn publish_is_done_once_record_and_label_show_it() {
    let whole = changed(approved('b'), |world| world.record.state = State::Approved);
    let publish = |world: &Snapshot| says(world, ada(), Some(Command::Publish)).reason;
    assert_eq!(publish(&whole), Reason::AlreadyDone);
    assert_eq!(
        publish(&approved('b')),
        Reason::Approved,
        "the record lacks it"
    );
    let unlabeled = changed(whole.clone(), |world| {
        let labels = &mut world.pull.as_mut().unwrap().pull.labels;
        labels.remove(&Label::approved());
    });
    assert_eq!(publish(&unlabeled), Reason::Approved, "the label lacks");
    let outdated = changed(whole, |world| {
        world.pull.as_mut().unwrap().pull.head_sha = sha('c');
    });
    assert_eq!(
        publish(&outdated),
        Reason::Approved,
        "it is of another commit"
    );
}

#[test]
fn whoever_approved_first_stands_in_the_record() {
    let plan = says(
        &approved('b'),
        person("zoe", Permission::Admin),
        Some(Command::Publish),
    );
    let body = plan.actions.iter().find_map(|action| match action {
        Action::UpsertComment { key, body, .. } if *key == crate::approval_key() => Some(body),
        _ => None,
    });
    assert!(body.unwrap().contains("@ada approved"), "{plan:#?}");
    let anew = says(
        &approved('c'),
        person("zoe", Permission::Admin),
        Some(Command::Publish),
    );
    assert!(format!("{anew:?}").contains("@zoe approved"), "{anew:#?}");
}

#[test]
fn cancel_finishes_what_was_only_begun() {
    let cancel = |world: &Snapshot| says(world, ada(), Some(Command::Cancel)).reason;
    let given_up = |world| {
        changed(world, |world: &mut Snapshot| {
            world.record.state = State::Cancelled;
        })
    };
    assert_eq!(cancel(&waiting()), Reason::Cancelled);
    assert_eq!(
        cancel(&closed(waiting())),
        Reason::Cancelled,
        "no record of it yet"
    );
    assert_eq!(
        cancel(&given_up(waiting())),
        Reason::Cancelled,
        "not closed yet"
    );
    assert_eq!(cancel(&closed(given_up(waiting()))), Reason::AlreadyDone);
    let merged = with_pull(in_review(), PullState::Merged);
    assert_eq!(cancel(&merged), Reason::AlreadyDone);
}

#[test]
fn retry_makes_it_again_while_the_request_is_open() {
    let retry = |world: &Snapshot| says(world, mira(), Some(Command::Retry)).reason;
    assert_eq!(retry(&in_review()), Reason::Started);
    assert_eq!(retry(&closed(in_review())), Reason::AlreadyDone);
    let merged = with_pull(in_review(), PullState::Merged);
    assert_eq!(retry(&merged), Reason::AlreadyDone);
}

#[test]
fn a_command_that_leads_to_nothing_is_answered_with_the_reason() {
    let world = changed(running(), |world| world.run_alive = true);
    let plan = says(&world, mira(), Some(Command::Retry));
    assert_eq!(
        (plan.reason, plan.actions.len()),
        (Reason::RunInProgress, 2)
    );
    assert_eq!(recorded(&plan).last_command, CommentId(30));
    assert_eq!(recorded(&plan).run, world.record.run);
}

#[test]
fn accept_lets_in_whoever_was_not() {
    let accept = |world: &Snapshot| says(world, ada(), Some(Command::Accept));
    assert_eq!(accept(&waiting()).reason, Reason::AlreadyDone);
    let stranger = changed(waiting(), |world| world.requester = mira());
    let plan = accept(&stranger);
    assert_eq!(plan.reason, Reason::Started);
    assert_eq!(recorded(&plan).accepted_by, Some(ada().login));
}
