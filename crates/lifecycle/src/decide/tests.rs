//! Single decisions, told as facts about a world in which only the named thing differs.

mod exhaustive;

use chrono::DateTime;
use lightsout_forge::{
    Account, AccountKind, Action, BranchName, CheckState, CommentId, EventId, EventKind, Issue,
    IssueState, Label, Login, Number, Permission, PullRequest, PullState, Sha, Status,
};

use super::*;
use crate::Snapshot;
use crate::{
    Approval, Command, CommentFacts, Filing, Gate, GateOutcome, Intake, Person, PullFacts, Record,
    Role, RunEnd, RunId, RunMark, RunReport, State, settle,
};

const N: Number = Number(7);

pub(crate) fn person(login: &str, permission: Permission) -> Person {
    Person {
        login: Login::new(login).unwrap(),
        kind: AccountKind::User,
        own: false,
        permission,
    }
}

pub(crate) fn sha(digit: char) -> Sha {
    Sha::new(&digit.to_string().repeat(40)).unwrap()
}

fn complete() -> Intake {
    Intake::Complete {
        kind: Label::new("cms-faq").unwrap(),
        slug: "remote-work".into(),
    }
}

fn incomplete() -> Intake {
    Intake::Incomplete {
        kind: Label::new("cms-faq").unwrap(),
        fields: vec!["answer".into()],
        questions: "- [ ] What is the answer?".into(),
    }
}

/// A complete request that its author, a member, has just opened.
pub(crate) fn world() -> Snapshot {
    let mira = person("mira", Permission::Read);
    Snapshot {
        now: DateTime::UNIX_EPOCH,
        enabled: true,
        filing: Filing::Members,
        issue: Issue {
            number: N,
            title: "Can I work\nremotely?".into(),
            body: String::new(),
            author: Account {
                login: mira.login.clone(),
                kind: AccountKind::User,
            },
            labels: [Label::new("cms-faq").unwrap()].into(),
            state: IssueState::Open,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        },
        requester: mira.clone(),
        actor: mira,
        intake: complete(),
        newest_answer: CommentId(0),
        record: Record::default(),
        run_alive: false,
        comment: None,
        pull: None,
        budget_refusal: None,
    }
}

pub(crate) fn pull(checks: CheckState) -> PullFacts {
    PullFacts {
        pull: PullRequest {
            number: Number(9),
            title: "Can I work remotely?".into(),
            body: String::new(),
            author: Account {
                login: Login::new("lightsout[bot]").unwrap(),
                kind: AccountKind::Bot,
            },
            head: BranchName::new("claude/issue-7-remote-work").unwrap(),
            head_sha: sha('b'),
            base: BranchName::new("main").unwrap(),
            labels: [Label::bot_generated()].into(),
            state: PullState::Open,
            merge_sha: None,
            updated_at: DateTime::UNIX_EPOCH,
        },
        statuses: vec![Status {
            context: PullFacts::GATES.into(),
            state: checks,
            description: String::new(),
        }],
        approval: None,
        shown: Some(CommentId(2)),
    }
}

pub(crate) fn in_review() -> Snapshot {
    let mut world = world();
    world.pull = Some(pull(CheckState::Success));
    world.record = Record {
        state: State::InReview,
        attempt: 1,
        branch: Some(BranchName::new("claude/issue-7-remote-work").unwrap()),
        ..Record::default()
    };
    world
}

pub(crate) fn approved(by: char) -> Snapshot {
    let mut world = in_review();
    let facts = world.pull.as_mut().unwrap();
    facts.pull.labels.insert(Label::approved());
    facts.approval = Some(Approval {
        by: Login::new("ada").unwrap(),
        permission: Permission::Write,
        sha: sha(by),
        at: DateTime::UNIX_EPOCH,
    });
    world
}

pub(crate) fn event(kind: EventKind, snapshot: &Snapshot) -> Event {
    Event {
        id: EventId("e".into()),
        at: DateTime::UNIX_EPOCH,
        actor: Account {
            login: snapshot.actor.login.clone(),
            kind: snapshot.actor.kind,
        },
        kind,
    }
}

/// An event that nobody in particular caused.
pub(crate) fn event_of(kind: EventKind) -> Event {
    Event {
        id: EventId("e".into()),
        at: DateTime::UNIX_EPOCH,
        actor: bot(),
        kind,
    }
}

fn bot() -> Account {
    Account {
        login: Login::new("lightsout[bot]").unwrap(),
        kind: AccountKind::Bot,
    }
}

/// A comment of the factory's own.
pub(crate) fn comment(body: &str) -> lightsout_forge::Comment {
    lightsout_forge::Comment {
        id: CommentId(1),
        on: Number(9),
        author: bot(),
        body: body.into(),
        created_at: DateTime::UNIX_EPOCH,
    }
}

fn opened(snapshot: &Snapshot) -> Plan {
    decide(
        &event(EventKind::IssueOpened { issue: N }, snapshot),
        snapshot,
    )
}

fn labeled_approved(snapshot: &Snapshot) -> Plan {
    let kind = EventKind::PullLabeled {
        pull: Number(9),
        label: Label::approved(),
    };
    decide(&event(kind, snapshot), snapshot)
}

fn swept(snapshot: &Snapshot) -> Plan {
    decide(&event(EventKind::Sweep { issue: N }, snapshot), snapshot)
}

fn commented(snapshot: &mut Snapshot, by: Person, command: Option<Command>) -> Plan {
    snapshot.actor = by.clone();
    snapshot.comment = Some(CommentFacts {
        id: CommentId(30),
        author: by,
        command,
        on_pull_request: false,
    });
    if command.is_none() {
        snapshot.newest_answer = CommentId(30);
    }
    let kind = EventKind::CommentCreated {
        on: N,
        on_pull_request: false,
        comment: CommentId(30),
    };
    decide(&event(kind, snapshot), snapshot)
}

fn position(plan: &Plan, wanted: impl Fn(&Action) -> bool) -> Option<usize> {
    plan.actions.iter().position(wanted)
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
    assert_eq!(reason(Some(6), true), Reason::PublishedUnseen);
    assert_eq!(reason(None, true), Reason::PublishedUnseen);
    assert_eq!(
        reason(None, false),
        Reason::Approved,
        "told by the next rule"
    );
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
fn only_the_requester_or_a_member_answers() {
    let mut world = world();
    world.issue.labels.insert(Label::waiting());
    let stranger = commented(&mut world, person("eve", Permission::None), None);
    assert_eq!(stranger.reason, Reason::MayNotAnswer);
    let requester = world.requester.clone();
    assert_eq!(
        commented(&mut world, requester.clone(), None).reason,
        Reason::Started
    );
    world.record.last_answer = CommentId(30);
    assert_eq!(
        commented(&mut world, requester.clone(), None).reason,
        Reason::AlreadyHandled
    );
    world.issue.labels.remove(&Label::waiting());
    assert_eq!(
        commented(&mut world, requester, None).reason,
        Reason::NotWaiting
    );
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
fn a_dead_run_is_taken_up_and_at_last_handed_back() {
    let mut world = world();
    world.record.attempt = 1;
    world.record.branch = Some(BranchName::new("claude/issue-7-x").unwrap());
    world.record.run = Some(RunMark {
        id: RunId("7-1".into()),
        started_at: DateTime::UNIX_EPOCH,
        tries: 1,
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

pub(crate) fn report(end: RunEnd) -> RunReport {
    RunReport {
        run: RunId("7-1".into()),
        role: Role::Author,
        issue: N,
        kind: Label::new("cms-faq").ok(),
        attempt: 1,
        agent: "template".into(),
        branch: BranchName::new("claude/issue-7-remote-work").unwrap(),
        base_branch: BranchName::new("main").unwrap(),
        base: sha('a'),
        end,
        words: "Written.\n```\n/publish".into(),
        oddities: vec![],
        price_tag: "$0.00".into(),
        spent: lightsout_ledger::Nanodollars(5),
    }
}

fn running() -> Snapshot {
    let mut world = world();
    world.issue.labels.insert(Label::waiting());
    world.record.attempt = 1;
    world.record.run = Some(RunMark {
        id: RunId("7-1".into()),
        started_at: DateTime::UNIX_EPOCH,
        tries: 1,
    });
    world
}

pub(crate) fn ready(outcome: GateOutcome) -> RunEnd {
    RunEnd::Ready {
        head: sha('b'),
        bundle: "change.bundle".into(),
        gates: vec![Gate {
            name: "content".into(),
            command: "lightsout content check".into(),
            outcome,
        }],
        pictures: vec![],
        files: vec!["content/faq/remote-work.mdx".into()],
    }
}

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
fn a_pull_request_that_nobody_touches_is_closed_once_and_its_request_handed_back() {
    let mut world = in_review();
    world.now += chrono::TimeDelta::days(7) - chrono::TimeDelta::seconds(1);
    assert!(swept(&world).is_empty());
    world.now += chrono::TimeDelta::seconds(1);
    let plan = swept(&world);
    assert_eq!(plan.reason, Reason::PullRequestStale);
    let asked = position(&plan, |a| matches!(a, Action::UpsertComment { .. }));
    let label = position(&plan, |a| matches!(a, Action::EnsureLabel { .. }));
    let close = position(&plan, |a| matches!(a, Action::EnsureNoPullRequest { .. }));
    assert!(
        asked < label && label < close && asked.is_some(),
        "{plan:#?}"
    );
    // Cut off before the pull request was closed: only that is left to do.
    world.issue.labels.insert(Label::waiting());
    let plan = swept(&world);
    assert_eq!(
        (plan.reason, plan.actions.len()),
        (Reason::PullRequestStale, 1)
    );
    world.pull.as_mut().unwrap().pull.state = PullState::Closed;
    assert!(
        swept(&world).is_empty(),
        "nothing is opened or labelled again"
    );
}

#[test]
fn what_is_due_goes_before_what_is_stale() {
    let mut world = approved('b');
    world.now += chrono::TimeDelta::days(30);
    assert_eq!(swept(&world).reason, Reason::Merging);
    world.pull.as_mut().unwrap().statuses[0].state = CheckState::Pending;
    assert_eq!(swept(&world).reason, Reason::PullRequestStale);
    world.record.run = Some(RunMark {
        id: RunId("7-1".into()),
        started_at: DateTime::UNIX_EPOCH,
        tries: 1,
    });
    world.run_alive = true;
    assert!(swept(&world).is_empty());
}

#[test]
fn the_stale_chore_looks_as_the_sweep_does() {
    use lightsout_forge::Chore;
    let mut world = in_review();
    world.now += chrono::TimeDelta::days(8);
    for chore in Chore::ALL {
        for kind in [EventKind::Tick { chore }, EventKind::Dispatch { chore }] {
            let plan = decide(&event_of(kind), &world);
            if chore == Chore::Stale {
                assert_eq!(plan, swept(&world));
            } else {
                assert!(plan.is_empty());
            }
        }
    }
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
