//! Single decisions, told as facts about a world in which only the named thing differs.

mod check;
mod comments;
mod exhaustive;
mod intake;
mod pulls;
mod settle;
mod stale;

use chrono::DateTime;
use lightsout_forge::{
    Account, AccountKind, Action, BranchName, CheckState, CommentId, EventId, EventKind, Issue,
    IssueState, Label, Login, Number, Permission, PullRequest, PullState, Sha, Status,
};

use super::*;
use crate::Snapshot;
use crate::{
    Approval, Command, CommentFacts, Filing, Gate, GateOutcome, Intake, Person, PullFacts, Record,
    Role, RunEnd, RunId, RunMark, RunReport, State,
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
            from_fork: false,
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

/// A world in which something is different.
pub(crate) fn changed(mut world: Snapshot, change: impl FnOnce(&mut Snapshot)) -> Snapshot {
    change(&mut world);
    world
}

fn closed(world: Snapshot) -> Snapshot {
    changed(world, |world| world.issue.state = IssueState::Closed)
}

fn with_pull(world: Snapshot, state: PullState) -> Snapshot {
    changed(world, |world| {
        world.pull.as_mut().unwrap().pull.state = state;
    })
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

/// What the plan remembers of the request.
fn recorded(plan: &Plan) -> Record {
    let status = crate::status_key();
    let body = plan.actions.iter().find_map(|action| match action {
        Action::UpsertComment { key, body, .. } if *key == status => Some(body),
        _ => None,
    });
    crate::block::read("record", &format!("\n{}", body.unwrap())).unwrap()
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
        checks: None,
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
