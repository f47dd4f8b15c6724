//! Requests that come in: what is refused, asked about, started, and taken up again.

use lightsout_forge::{Action, CommentKey, PullState};

use super::*;

fn opened_with(change: impl FnOnce(&mut Snapshot)) -> Plan {
    let mut world = world();
    change(&mut world);
    opened(&world)
}

/// The keys of the comments that a plan writes, in its order.
fn keys(plan: &Plan) -> Vec<CommentKey> {
    let keys = plan.actions.iter().filter_map(|action| match action {
        Action::UpsertComment { key, .. } => Some(key.clone()),
        _ => None,
    });
    keys.collect()
}

fn several() -> Intake {
    Intake::SeveralTypes {
        labels: vec!["cms-faq".into(), "cms-insight".into()],
        valid: "- cms-faq".into(),
    }
}

fn unknown() -> Intake {
    Intake::UnknownType {
        labels: vec!["cms-x".into()],
        valid: "- cms-faq".into(),
    }
}

#[test]
fn a_complete_request_starts_and_the_record_says_so() {
    let plan = opened(&world());
    assert_eq!(plan.reason, Reason::Started);
    let order = plan.run.unwrap();
    assert_eq!((order.id.0.as_str(), order.attempt), ("7-1", 1));
    assert_eq!(order.branch.as_str(), "claude/issue-7-remote-work");
    assert_eq!(plan.actions.len(), 1);
}

#[test]
fn an_incomplete_request_is_asked_about_before_anything_runs() {
    let mut world = world();
    world.intake = incomplete();
    let plan = opened(&world);
    assert_eq!((plan.reason, plan.run), (Reason::FieldsMissing, None));
    world.issue.labels.insert(Label::waiting());
    world.record.state = State::Waiting;
    assert_eq!(opened(&world).reason, Reason::AlreadyWaiting);
}

#[test]
fn a_label_set_by_hand_is_told_of() {
    let mut world = world();
    world.issue.labels.insert(Label::waiting());
    let plan = opened(&world);
    assert_eq!((plan.reason, plan.run), (Reason::WaitingByHand, None));
    assert_eq!(plan.actions.len(), 1);
}

#[test]
fn a_refusal_is_given_once_and_taken_back_when_the_labels_are_mended() {
    let mut world = world();
    world.intake = Intake::SeveralTypes {
        labels: vec!["cms-faq".into(), "cms-insight".into()],
        valid: "- cms-faq".into(),
    };
    let plan = opened(&world);
    assert_eq!((plan.reason, plan.actions.len()), (Reason::SeveralTypes, 2));
    world.record.state = State::Refused;
    world.record.reason = Reason::SeveralTypes.code().into();
    assert!(swept(&world).is_empty());
    world.intake = complete();
    assert_eq!(swept(&world).reason, Reason::Started);
}

#[test]
fn nothing_starts_while_the_kill_switch_is_off() {
    let mut world = world();
    world.enabled = false;
    assert_eq!(opened(&world), Plan::ignore(Reason::KillSwitchOff));
}

#[test]
fn machines_start_nothing() {
    let mut bot = world();
    bot.actor.kind = AccountKind::Bot;
    assert_eq!(opened(&bot).reason, Reason::ByMachine);
    let mut ours = world();
    ours.actor.own = true;
    assert_eq!(opened(&ours).reason, Reason::ByMachine);
    let mut filed_by_bot = world();
    filed_by_bot.requester.kind = AccountKind::Bot;
    assert_eq!(swept(&filed_by_bot).reason, Reason::ByMachine);
}

#[test]
fn a_dead_run_is_taken_up_and_at_last_handed_back() {
    let mut world = world();
    world.record.attempt = 1;
    world.record.branch = Some(BranchName::new("claude/issue-7-x").unwrap());
    world.record.run = Some(RunMark {
        id: RunId("7-1".into()),
        started_at: DateTime::UNIX_EPOCH,
        tries: 1,
        checks: None,
    });
    let plan = swept(&world);
    assert_eq!(
        (plan.reason, plan.run.unwrap().id.0.as_str()),
        (Reason::Resumed, "7-1")
    );
    world.run_alive = true;
    assert_eq!(swept(&world).reason, Reason::RunInProgress);
    world.run_alive = false;
    world.record.run.as_mut().unwrap().tries = 10;
    assert_eq!(swept(&world).reason, Reason::RunKeepsDying);
}

#[test]
fn what_cannot_be_worked_on_is_left_alone() {
    let closed = opened_with(|world| world.issue.state = IssueState::Closed);
    assert_eq!(closed, Plan::ignore(Reason::IssueClosed));
    let ordinary = opened_with(|world| world.intake = Intake::NotARequest);
    assert_eq!(ordinary, Plan::ignore(Reason::NotARequest));
    for (state, reason) in [
        (PullState::Open, Reason::PullRequestOpen),
        (PullState::Merged, Reason::AlreadyPublished),
        (PullState::Closed, Reason::Started),
    ] {
        let plan = opened_with(|world| {
            world.pull = in_review().pull;
            world.pull.as_mut().unwrap().pull.state = state;
        });
        assert_eq!(plan.reason, reason);
    }
}

#[test]
fn what_a_bot_filed_is_worked_on_once_somebody_accepted_it() {
    let filed = |accepted: bool| {
        opened_with(|world| {
            world.requester.kind = AccountKind::Bot;
            world.record.accepted_by = accepted.then(|| Login::new("ada").unwrap());
        })
    };
    assert_eq!(filed(false), Plan::ignore(Reason::ByMachine));
    assert_eq!(filed(true).reason, Reason::Started);
}

#[test]
fn a_refusal_that_changed_is_given_anew() {
    let stands = |intake: Intake, state: State, reason: Reason| {
        opened_with(|world| {
            world.intake = intake;
            world.record.state = state;
            world.record.reason = reason.code().into();
        })
        .reason
    };
    let (refused, both) = (State::Refused, Reason::SeveralTypes);
    assert_eq!(stands(several(), refused, both), Reason::AlreadyWaiting);
    assert_eq!(stands(unknown(), refused, both), Reason::UnknownType);
    let unknown_type = Reason::UnknownType;
    assert_eq!(
        stands(unknown(), refused, unknown_type),
        Reason::AlreadyWaiting
    );
    assert_eq!(stands(several(), refused, unknown_type), both);
    assert_eq!(stands(several(), State::New, both), both);
    assert_eq!(stands(complete(), refused, both), Reason::Started);
}

#[test]
fn a_refusal_ends_a_run_and_deals_with_what_was_said() {
    let mut world = running();
    world.issue.labels.remove(&Label::waiting());
    world.intake = several();
    world.newest_answer = CommentId(20);
    let plan = swept(&world);
    assert_eq!((plan.reason, plan.actions.len()), (Reason::SeveralTypes, 2));
    assert_eq!(keys(&plan)[0], CommentKey::new("refused"));
    let record = recorded(&plan);
    assert_eq!((record.run, record.state), (None, State::Refused));
    assert_eq!(record.last_answer, CommentId(20));
    assert_eq!(record.last_command, CommentId(0));
    world.record.run = None;
    let plan = commented(
        &mut world,
        person("ada", Permission::Write),
        Some(Command::Retry),
    );
    assert_eq!(plan.reason, Reason::SeveralTypes);
    assert_eq!(recorded(&plan).last_command, CommentId(30));
}

#[test]
fn a_question_is_asked_under_the_newest_answer() {
    let asked = |answer| {
        opened_with(|world| {
            world.intake = incomplete();
            world.newest_answer = CommentId(answer);
        })
    };
    assert_eq!(keys(&asked(0))[0], CommentKey::new("ask-0"));
    let plan = asked(12);
    assert_eq!(keys(&plan)[0], CommentKey::new("ask-12"));
    assert_eq!(recorded(&plan).last_answer, CommentId(12));
    assert_eq!(recorded(&plan).state, State::Waiting);
}

#[test]
fn whose_requests_are_worked_on() {
    let filed = |filing, permission, accepted: bool| {
        opened_with(|world| {
            world.filing = filing;
            world.requester.permission = permission;
            world.record.accepted_by = accepted.then(|| Login::new("ada").unwrap());
        })
        .reason
    };
    let (members, anyone) = (Filing::Members, Filing::Anyone);
    let awaits = Reason::AwaitsAcceptance;
    assert_eq!(filed(members, Permission::None, false), awaits);
    assert_eq!(filed(members, Permission::None, true), Reason::Started);
    assert_eq!(filed(members, Permission::Read, false), Reason::Started);
    assert_eq!(filed(anyone, Permission::None, false), Reason::Started);
}

#[test]
fn a_budget_that_refuses_is_told_once_for_each_attempt() {
    let plan = opened_with(|world| {
        world.record.attempt = 2;
        world.budget_refusal = Some("the day has $0.00 left".into());
    });
    assert_eq!((plan.reason, &plan.run), (Reason::BudgetReached, &None));
    assert_eq!(keys(&plan)[0], CommentKey::new("budget-2"));
    assert!(format!("{plan:?}").contains("the day has $0.00 left"));
}

#[test]
fn every_attempt_goes_to_the_same_branch() {
    let mut world = in_review();
    let retry = commented(
        &mut world,
        person("ada", Permission::Write),
        Some(Command::Retry),
    );
    let order = retry.run.clone().unwrap();
    assert_eq!((order.id.0.as_str(), order.attempt), ("7-2", 2));
    assert_eq!(Some(&order.branch), in_review().branch());
    let record = recorded(&retry);
    assert_eq!((record.attempt, record.state), (2, State::Working));
    assert_eq!(record.branch, Some(order.branch));
    assert_eq!(record.last_command, CommentId(30));
    let mark = record.run.unwrap();
    assert_eq!((mark.id, mark.tries), (RunId("7-2".into()), 1));
}

#[test]
fn a_name_that_no_branch_may_have_is_asked_about() {
    let plan = opened_with(|world| {
        world.intake = Intake::Complete {
            kind: Label::new("cms-faq").unwrap(),
            slug: "a..b".into(),
        };
    });
    assert_eq!((plan.reason, &plan.run), (Reason::FieldsMissing, &None));
    assert_eq!(keys(&plan)[0], CommentKey::new("branch"));
}

#[test]
fn a_dead_run_is_taken_up_under_its_own_name_until_it_was_tried_ten_times() {
    let dead = |tries| {
        let mut world = running();
        world.record.branch = in_review().record.branch;
        world.newest_answer = CommentId(20);
        world.record.run.as_mut().unwrap().tries = tries;
        swept(&world)
    };
    let plan = dead(9);
    assert_eq!(plan.reason, Reason::Resumed);
    assert_eq!(plan.run.clone().unwrap().attempt, 1);
    let record = recorded(&plan);
    assert_eq!(record.run.unwrap().tries, 10);
    assert_eq!((record.attempt, record.last_answer), (1, CommentId(20)));
    let plan = dead(10);
    assert_eq!((plan.reason, &plan.run), (Reason::RunKeepsDying, &None));
    assert_eq!(keys(&plan)[0], CommentKey::new("run-7-1"));
    assert_eq!(recorded(&plan).run, None);
}

#[test]
fn a_request_that_changed_under_a_dead_run_is_judged_afresh() {
    let dead = |change: &dyn Fn(&mut Snapshot)| {
        let mut world = running();
        world.record.branch = in_review().record.branch;
        change(&mut world);
        swept(&world).reason
    };
    assert_eq!(dead(&|_| {}), Reason::Resumed);
    let asked = dead(&|world| world.intake = incomplete());
    assert_eq!(asked, Reason::FieldsMissing);
    assert_eq!(dead(&|world| world.record.branch = None), Reason::Started);
}

#[test]
fn a_label_that_only_shows_a_state_starts_nothing() {
    let labeled = |label: Label| {
        let kind = EventKind::IssueLabeled { issue: N, label };
        let world = world();
        decide(&event(kind, &world), &world).reason
    };
    assert_eq!(labeled(Label::waiting()), Reason::LabelIsNoType);
    assert_eq!(labeled(Label::new("cms-faq").unwrap()), Reason::Started);
}

#[test]
fn a_request_is_waiting_by_hand_only_where_nobody_was_asked() {
    let waits = |state| {
        opened_with(|world| {
            world.issue.labels.insert(Label::waiting());
            world.record.state = state;
        })
    };
    assert_eq!(waits(State::Waiting), Plan::ignore(Reason::AlreadyWaiting));
    let told = waits(State::New);
    assert_eq!(recorded(&told).state, State::Waiting);
    assert_eq!(recorded(&told).reason, Reason::WaitingByHand.code());
}
