//! Every combination of what a decision about a request looks at, against what must hold for all of them.
//!
//! [`World`] does what the forge would do with each action, so that a plan can be carried out whole or in part and decided
//! about again.

use chrono::TimeDelta;
use lightsout_forge::{
    AccountKind, Action, CheckState, CommentId, Event, EventKind, IssueState, Label, Permission,
    PullState, Thread,
};

use super::{event, in_review, person, pull, sha, world};
use crate::{
    Approval, Command, CommentFacts, Glance, Intake, Person, Plan, Reason, Record, RunId, RunMark,
    Snapshot, State, approval_key, asks_nothing_of_the_requester, block, decide, foreseen,
    spoken_of, status_key,
};

/// Carries an action out; says whether anything had to change, as far as a snapshot shows it.
fn apply(world: &mut Snapshot, action: &Action) -> bool {
    let before = world.clone();
    match action {
        Action::EnsureLabel { on, label } => {
            labels(world, on).map(|labels| labels.insert(label.clone()));
        }
        Action::EnsureNoLabel { on, label } => {
            labels(world, on).map(|labels| labels.remove(label));
        }
        Action::UpsertComment { key, body, .. } => {
            let text = format!("{}\n{body}", key.marker());
            if *key == status_key() {
                world.record = block::read("record", &text).expect("a record");
            } else if *key == approval_key() {
                let facts = world.pull.as_mut().expect("a pull request to approve");
                facts.approval = block::read("approval", &text);
            } else {
                // What else is said shows in no snapshot.
                return true;
            }
        }
        Action::Merge { head, .. } => {
            let pull = &mut world.pull.as_mut().expect("a pull request to merge").pull;
            assert_eq!(*head, pull.head_sha, "the forge refuses another head");
            pull.state = PullState::Merged;
        }
        Action::CloseIssue { .. } => world.issue.state = IssueState::Closed,
        Action::EnsureNoPullRequest { .. } | Action::EnsureNoBranch { .. } => {
            if let Some(facts) = &mut world.pull
                && facts.pull.state == PullState::Open
            {
                facts.pull.state = PullState::Closed;
            }
        }
        Action::EnsureBranch { .. }
        | Action::EnsurePullRequest { .. }
        | Action::EnsureStatus { .. }
        | Action::EnsureIssue { .. } => unreachable!("no event leads to {action:?}"),
    }
    *world != before
}

fn labels<'a>(
    world: &'a mut Snapshot,
    on: &Thread,
) -> Option<&'a mut std::collections::BTreeSet<Label>> {
    match on {
        Thread::Issue(_) => Some(&mut world.issue.labels),
        Thread::PullOf(_) => world.pull.as_mut().map(|facts| &mut facts.pull.labels),
    }
}

/// Carries the first `count` actions out; a run starts only after all of them.
fn carry_out(world: &Snapshot, plan: &Plan, count: usize) -> Snapshot {
    let mut after = world.clone();
    for action in plan.actions.iter().take(count) {
        apply(&mut after, action);
    }
    after.run_alive |= count > plan.actions.len() && plan.run.is_some();
    after
}

fn whole(world: &Snapshot, plan: &Plan) -> Snapshot {
    carry_out(world, plan, usize::MAX)
}

/// Sweeps until nothing is left to do; nothing when it never comes to rest.
fn swept(mut world: Snapshot) -> Option<Snapshot> {
    let kind = EventKind::Sweep {
        issue: world.issue.number,
    };
    let thread: Vec<CommentFacts> = world.comment.iter().cloned().collect();
    for _ in 0..8 {
        let requester = &world.requester.login;
        world.comment = spoken_of(&kind, &thread, &world.record, requester);
        let plan = decide(&event(kind.clone(), &world), &world);
        if plan.is_empty() {
            world.comment = None;
            return Some(shown(world));
        }
        world = whole(&world, &plan);
    }
    None
}

/// What must be the same in the end, however often it was begun: all but how often a run was started, and why last.
fn shown(mut world: Snapshot) -> Snapshot {
    if let Some(mark) = &mut world.record.run {
        mark.tries = 1;
        world.record.reason = String::new();
    }
    world
}

fn intakes() -> [Intake; 5] {
    let kind = Label::new("cms-faq").unwrap();
    let labels = vec!["cms-faq".to_owned(), "cms-x".to_owned()];
    let valid = "- cms-faq".to_owned();
    [
        Intake::NotARequest,
        Intake::SeveralTypes {
            labels: labels.clone(),
            valid: valid.clone(),
        },
        Intake::UnknownType { labels, valid },
        Intake::Incomplete {
            kind: kind.clone(),
            fields: vec!["answer".into()],
            questions: "- [ ] What is the answer?".into(),
        },
        Intake::Complete {
            kind,
            slug: "remote-work".into(),
        },
    ]
}

/// The pull requests that a request may have: with each state, each check, and each kind of approval.
fn with_pulls(base: &Snapshot) -> Vec<Snapshot> {
    let mut worlds = vec![base.clone()];
    for state in [PullState::Open, PullState::Closed, PullState::Merged] {
        for checks in [
            CheckState::Success,
            CheckState::Pending,
            CheckState::Failure,
        ] {
            for approved in [None, Some('b'), Some('c')] {
                for labeled in [false, true] {
                    let plain = checks == CheckState::Success && !labeled && approved != Some('c');
                    if state != PullState::Open && !plain {
                        continue;
                    }
                    let mut world = base.clone();
                    let mut facts = pull(checks);
                    facts.pull.state = state;
                    facts.approval = approved.map(|digit| Approval {
                        by: person("ada", Permission::Write).login,
                        permission: Permission::Write,
                        sha: sha(digit),
                        at: world.now,
                    });
                    if labeled {
                        facts.pull.labels.insert(Label::approved());
                    }
                    world.pull = Some(facts);
                    world.record.branch = in_review().record.branch;
                    world.record.attempt = 1;
                    worlds.push(world);
                }
            }
        }
    }
    worlds
}

fn with_runs(base: &Snapshot) -> Vec<Snapshot> {
    let mut worlds = vec![base.clone()];
    for (tries, alive) in [(1, true), (1, false), (10, false)] {
        let mut world = base.clone();
        world.record.attempt = 1;
        world.record.state = State::Working;
        world.record.branch = in_review().record.branch;
        world.record.run = Some(RunMark {
            id: RunId("7-1".into()),
            started_at: world.now,
            tries,
            checks: None,
        });
        world.run_alive = alive;
        worlds.push(world);
    }
    worlds
}

/// Every world, but for who acts and what is said.
fn worlds(intake: &Intake) -> Vec<Snapshot> {
    let mut worlds = Vec::new();
    for state in [IssueState::Open, IssueState::Closed] {
        for waiting in [false, true] {
            let mut kinds = vec![(person("mira", Permission::Read), None)];
            if matches!(intake, Intake::Complete { .. }) {
                kinds.extend([
                    (person("mira", Permission::Read), Some("spent".to_owned())),
                    (person("mira", Permission::None), None),
                    (machine("mira"), None),
                ]);
            }
            for (requester, budget) in kinds {
                let mut base = world();
                base.issue.state = state;
                base.intake = intake.clone();
                base.requester = requester;
                base.budget_refusal = budget;
                if waiting {
                    base.issue.labels.insert(Label::waiting());
                    base.record.state = State::Waiting;
                }
                for with_pull in with_pulls(&base) {
                    worlds.extend(with_runs(&with_pull));
                }
            }
        }
    }
    worlds
}

fn machine(login: &str) -> Person {
    Person {
        kind: AccountKind::Bot,
        ..person(login, Permission::Write)
    }
}

/// Everything that can happen in a world: the event, and the world with who did it and what was said.
fn happenings(world: &Snapshot) -> Vec<(Event, Snapshot)> {
    let issue = world.issue.number;
    let pull = lightsout_forge::Number(9);
    let mut all = Vec::new();
    for actor in [person("mira", Permission::Read), machine("robot")] {
        let mut world = world.clone();
        world.actor = actor;
        for kind in [
            EventKind::IssueOpened { issue },
            EventKind::IssueReopened { issue },
            EventKind::IssueClosed { issue },
            EventKind::IssueLabeled {
                issue,
                label: Label::new("cms-faq").unwrap(),
            },
            EventKind::PullLabeled {
                pull,
                label: Label::approved(),
            },
            EventKind::PullClosed {
                pull,
                merged: false,
            },
            EventKind::PullOpened { pull },
            EventKind::Sweep { issue },
        ] {
            all.push((event(kind, &world), world.clone()));
        }
    }
    let commands = Command::ALL.into_iter().map(Some).chain([None]);
    for command in commands {
        for author in [
            world.requester.clone(),
            person("ada", Permission::Write),
            person("eve", Permission::None),
            machine("robot"),
        ] {
            let mut said = world.clone();
            said.actor = author.clone();
            said.comment = Some(CommentFacts {
                id: CommentId(30),
                author,
                command,
                on_pull_request: world.pull.is_some(),
            });
            if command.is_none() {
                said.newest_answer = CommentId(30);
            }
            let kind = EventKind::CommentCreated {
                on: issue,
                on_pull_request: world.pull.is_some(),
                comment: CommentId(30),
            };
            all.push((event(kind, &said), said));
        }
    }
    all
}

/// What is wrong with a decision, if anything is.
fn fault(event: &Event, world: &Snapshot, plan: &Plan) -> Option<&'static str> {
    if *plan != decide(event, world) {
        return Some("the same input gives another plan");
    }
    if let Some(fault) = unsafe_merge(world, plan).or_else(|| unasked_run(event, world, plan)) {
        return Some(fault);
    }
    if plan.is_empty() {
        return None;
    }
    let after = whole(world, plan);
    if after == *world {
        return Some("it acts and nothing changes");
    }
    // What looks at an approval goes on from one thing to the next; that it comes to rest is looked at below.
    let goes_on = matches!(
        event.kind,
        EventKind::Sweep { .. }
            | EventKind::PullLabeled { .. }
            | EventKind::PullOpened { .. }
            | EventKind::IssueReopened { .. }
            | EventKind::PullSynchronized { .. }
    );
    // Being told of a merge twice says twice what is so.
    let again = decide(event, &after);
    let quiet =
        again.is_empty() || again.reason == Reason::Published && whole(&after, &again) == after;
    if !goes_on && !quiet {
        return Some("it is not quiet afterwards");
    }
    // Whoever goes on after a crash is given the same event again, and the world as it was left.
    let end = swept(after);
    for count in 0..plan.actions.len() {
        let left = carry_out(world, plan, count);
        let again = decide(event, &left);
        if swept(whole(&left, &again)) != end {
            return Some("a crash in the middle ends elsewhere");
        }
    }
    end.is_none().then_some("it never comes to rest")
}

fn unsafe_merge(world: &Snapshot, plan: &Plan) -> Option<&'static str> {
    let merges = |action: &Action| matches!(action, Action::Merge { .. });
    if !plan.actions.iter().any(merges) {
        return None;
    }
    let facts = world.open_pull()?;
    let approved = facts.standing_approval().is_some();
    let green = facts.checks() == CheckState::Success;
    (!approved || !green).then_some("it merges what nobody approved, or what is not green")
}

fn unasked_run(event: &Event, world: &Snapshot, plan: &Plan) -> Option<&'static str> {
    plan.run.as_ref()?;
    let swept = matches!(event.kind, EventKind::Sweep { .. });
    if world.actor.is_machine() && !swept {
        return Some("a machine starts a run");
    }
    if world.run_alive {
        return Some("a second run starts");
    }
    if world.budget_refusal.is_some() && plan.reason == Reason::Started {
        return Some("a run starts over the budget");
    }
    let let_in = matches!(
        world.comment,
        Some(CommentFacts {
            command: Some(Command::Accept),
            ..
        })
    );
    // What is in review was let in before, and a check of it costs nothing.
    let checks = plan.reason == Reason::Checking
        && world
            .comment
            .as_ref()
            .is_some_and(|said| said.command == Some(Command::Publish) && said.author.may_write());
    let admitted = world.is_admitted() || let_in || checks || plan.reason == Reason::Resumed;
    (!admitted).then_some("a stranger starts a run")
}

fn check(intake: &Intake) -> usize {
    let mut count = 0;
    for world in worlds(intake) {
        for (event, world) in happenings(&world) {
            let plan = decide(&event, &world);
            if let Some(fault) = fault(&event, &world, &plan) {
                panic!(
                    "{fault}:\n{:?}\n{}\n{}",
                    event.kind,
                    serde_json::to_string(&world).unwrap(),
                    serde_json::to_string_pretty(&plan).unwrap()
                );
            }
            count += 1;
        }
    }
    count
}

#[test]
fn every_decision_about_no_request_holds() {
    check(&intakes()[0]);
}

#[test]
fn every_decision_about_several_types_holds() {
    check(&intakes()[1]);
}

#[test]
fn every_decision_about_an_unknown_type_holds() {
    check(&intakes()[2]);
}

#[test]
fn every_decision_about_an_incomplete_request_holds() {
    check(&intakes()[3]);
}

#[test]
fn every_decision_about_a_complete_request_holds() {
    assert!(check(&intakes()[4]) > 40_000);
}

#[test]
fn wrong_plans_are_caught() {
    let mut world = in_review();
    let sweep = event(
        EventKind::Sweep {
            issue: world.issue.number,
        },
        &world,
    );
    let opened = event(
        EventKind::IssueOpened {
            issue: world.issue.number,
        },
        &world,
    );
    let good = decide(&sweep, &world);
    assert_eq!(fault(&sweep, &world, &good), None);
    // Merging without an approval.
    let mut approved = world.clone();
    approved.pull.as_mut().unwrap().approval = Some(Approval {
        by: world.requester.login.clone(),
        permission: Permission::Write,
        sha: sha('b'),
        at: world.now,
    });
    let merge = decide(&sweep, &approved);
    assert_eq!(merge.reason, Reason::Merging);
    assert_eq!(unsafe_merge(&approved, &merge), None);
    assert!(unsafe_merge(&world, &merge).is_some());
    approved.pull.as_mut().unwrap().statuses.clear();
    assert!(unsafe_merge(&approved, &merge).is_some());
    // Starting for a machine, twice, over the budget, for a stranger.
    let fresh = super::world();
    let start = decide(&opened, &fresh);
    assert_eq!(unasked_run(&opened, &fresh, &start), None);
    let with = |change: &dyn Fn(&mut Snapshot)| {
        let mut world = fresh.clone();
        change(&mut world);
        unasked_run(&opened, &world, &start)
    };
    assert!(with(&|world| world.actor = machine("robot")).is_some());
    assert!(with(&|world| world.run_alive = true).is_some());
    assert!(with(&|world| world.budget_refusal = Some("spent".into())).is_some());
    assert!(with(&|world| world.requester = person("eve", Permission::None)).is_some());
    // Removing first, or forgetting the record, is not the same after a crash.
    world.now += TimeDelta::days(8);
    let mut stale = decide(&sweep, &world);
    stale.actions.rotate_right(1);
    let left = carry_out(&world, &stale, 1);
    let again = decide(&sweep, &left);
    assert_ne!(again.reason, Reason::PullRequestStale);
    assert!(fault(&sweep, &world, &stale).is_some());
    assert_eq!(Record::default().run, None);
}

/// What lists show of a world.
fn glance(world: &Snapshot) -> Glance<'_> {
    Glance {
        now: world.now,
        issue: &world.issue,
        record: Some(world.record.clone()),
        unheard: world.comment.is_some(),
        pulls: world
            .open_pull()
            .map(|facts| &facts.pull)
            .into_iter()
            .collect(),
        approved: world
            .pull
            .as_ref()
            .is_some_and(|facts| facts.approval.is_some()),
    }
}

/// Every world that a sweep may meet, also with something unheard, long after, and with a label that somebody set by hand.
fn swept_worlds() -> impl Iterator<Item = Snapshot> {
    let worlds = intakes().into_iter().flat_map(|intake| worlds(&intake));
    // What was merged is closed, or not told apart.
    let unmerged = worlds.filter(|world| !world.is_merged());
    unmerged.flat_map(|world| {
        let mut late = world.clone();
        late.now += TimeDelta::days(8);
        let mut answered = world.clone();
        answered.newest_answer = CommentId(30);
        answered.comment = Some(CommentFacts {
            id: CommentId(30),
            author: person("ada", Permission::Write),
            command: None,
            on_pull_request: false,
        });
        let mut labelled = world.clone();
        labelled.record.state = State::New;
        [world, late, answered, labelled]
    })
}

/// How many worlds look at rest, and how many of these a sweep would change, when they are looked at like this.
fn looked_at(look: impl Fn(&mut Glance<'_>)) -> (usize, usize) {
    let (mut rest, mut wrong) = (0, 0);
    for world in swept_worlds() {
        let mut glance = glance(&world);
        look(&mut glance);
        if glance.is_at_rest() {
            let issue = world.issue.number;
            rest += 1;
            let plan = decide(&event(EventKind::Sweep { issue }, &world), &world);
            wrong += usize::from(!plan.is_empty());
        }
    }
    (rest, wrong)
}

#[test]
fn what_looks_at_rest_is_left_alone_by_a_sweep() {
    let (rest, wrong) = looked_at(|_| ());
    assert!(rest > 50 && wrong == 0, "{wrong} of {rest}");
}

#[test]
fn looking_less_closely_is_caught() {
    let blind: [fn(&mut Glance<'_>); 5] = [
        |glance| glance.unheard = false,
        |glance| glance.approved = false,
        |glance| glance.now = chrono::DateTime::UNIX_EPOCH,
        |glance| glance.record.as_mut().unwrap().run = None,
        |glance| glance.record.as_mut().unwrap().state = State::Waiting,
    ];
    for (nth, blind) in blind.into_iter().enumerate() {
        assert!(looked_at(blind).1 > 0, "the {nth}th leaves nothing out");
    }
}

#[test]
fn what_the_record_foresees_is_what_would_be_decided() {
    let mut foreseen_at_all = 0;
    for intake in intakes() {
        for mut world in worlds(&intake) {
            if world.is_merged() {
                world.record.state = State::Published;
            }
            for (event, world) in happenings(&world) {
                if foreseen(&event.kind, &world.record, world.run_alive).is_some() {
                    foreseen_at_all += 1;
                    let plan = decide(&event, &world);
                    assert!(plan.is_empty(), "{:?}: {world:?}\n{plan:?}", event.kind);
                }
            }
        }
    }
    assert!(foreseen_at_all > 100, "{foreseen_at_all}");
}

#[test]
fn some_commands_ask_nothing_of_the_requester() {
    let mut strangers = 0;
    let all = intakes().into_iter().flat_map(|intake| worlds(&intake));
    for (event, world) in all.flat_map(|world| happenings(&world)) {
        let command = world.comment.as_ref().and_then(|said| said.command);
        if !command.is_some_and(asks_nothing_of_the_requester) {
            continue;
        }
        let mut unknown = world.clone();
        unknown.requester.permission = Permission::None;
        assert_eq!(decide(&event, &world), decide(&event, &unknown));
        strangers += usize::from(unknown != world);
    }
    assert!(strangers > 100, "{strangers}");
}
