//! What is no request's own: failures, reviews, deployments, the canary, and sweeps where no run can be done.

use std::path::PathBuf;
use std::sync::Mutex;

use async_trait::async_trait;
use chrono::DateTime;
use lightsout_agents::CommandAgent;
use lightsout_engine::{About, Bench, Engine, Handed, Hired, Ports, Settings, Settled, Silent};
use lightsout_forge::{
    Account, AccountKind, Action, Chore, Conclusion, Deployment, DeploymentState, Dispatcher,
    Event, EventId, EventKind, Forge as _, ForgeError, Number, PullRequest, PullState, Thread,
    WorkflowRun,
};
use lightsout_lifecycle::{AnyFacts, Reason, canary_key, status_key};

use crate::world::{BODY, GOOD, MAINTAINER, REQUESTER, World, login_of};

/// Mends the page of the request, within its lane.
pub(crate) const MENDS: &str = "printf 'More.\\n' >> content/faq/bicycles.mdx\ngit add content && git commit -qm 'mend'\necho READY\n";

const FINDS: &str = "cat <<'END'\n```json\n{\"findings\":[{\"severity\":\"must_fix\",\"path\":\"content/faq/bicycles.mdx\",\"text\":\"The hall has 13 hooks.\"}]}\n```\nREADY\nEND\n";

fn machine(login: &str) -> Account {
    Account {
        login: login_of(login),
        kind: AccountKind::Bot,
    }
}

pub(crate) fn event(kind: EventKind) -> Event {
    Event {
        id: EventId("test".to_owned()),
        at: DateTime::UNIX_EPOCH,
        actor: machine("robot[bot]"),
        kind,
    }
}

/// An agent that is a shell script.
pub(crate) fn agent(world: &World, script: &str) -> CommandAgent {
    let file = world.dir.path().join("part.sh");
    std::fs::write(&file, script).unwrap();
    CommandAgent::new(vec!["sh".into(), file.display().to_string()]).unwrap()
}

/// Puts an engine together and lets it be used.
pub(crate) async fn with_engine<T>(world: &World, then: impl AsyncFnOnce(&Engine<'_>) -> T) -> T {
    let clock = || DateTime::from_timestamp(world.now, 0).unwrap();
    let ports = Ports {
        forge: &world.local,
        ledger: &world.local,
        clock: &clock,
    };
    let dir = world.local.dir();
    let bench = Bench::open(&Silent, dir, &dir.join("site.git")).unwrap();
    then(&Engine::new(ports, Settings::new(true, "main"), bench)).await
}

/// Deals with an event; says what came of it and where the next run lies.
pub(crate) async fn deal(
    world: &World,
    name: &str,
    about: About<'_>,
    kind: EventKind,
) -> (Settled, PathBuf) {
    let out = world.dir.path().join(name);
    let hired = Hired::of(&agent(world, "exit 1"));
    let settled = with_engine(world, async |engine| {
        let event = event(kind);
        engine.deal(about, &event, &hired, &out).await.unwrap()
    });
    (settled.await, out)
}

/// Does the run in `run` with a script, checks it, and settles it; says what came of it and where a next run lies.
pub(crate) async fn finish(
    world: &World,
    run: &std::path::Path,
    script: &str,
) -> (Settled, PathBuf) {
    let next = run.with_extension("next");
    let (work, gates) = (run.with_extension("work"), run.with_extension("gates"));
    let dir = world.local.dir();
    let bench = Bench::open(&Silent, dir, &dir.join("site.git")).unwrap();
    let script = agent(world, script);
    bench.work(&script, run, &work).await.unwrap();
    bench.check(run, &work, &gates).await.unwrap();
    let handed = Handed {
        work: &work,
        gates: &gates,
    };
    let settled = with_engine(world, async |engine| {
        engine.settle(run, handed, &next).await.unwrap()
    });
    (settled.await, next)
}

/// A request whose pull request is in review.
pub(crate) async fn in_review() -> (World, Number, PullRequest) {
    let world = World::new(GOOD, &[]).await;
    let issue = world.open(REQUESTER, BODY).await;
    world.work().await;
    let pull = world.pulls().await.pop().unwrap();
    (world, issue, pull)
}

pub(crate) fn failed(pull: &PullRequest, workflow: &str) -> (WorkflowRun, EventKind) {
    let run = WorkflowRun {
        id: 900,
        workflow: workflow.to_owned(),
        branch: pull.head.clone(),
        sha: pull.head_sha.clone(),
        from_fork: false,
    };
    let kind = EventKind::WorkflowCompleted {
        run: 900,
        sha: pull.head_sha.clone(),
        conclusion: Conclusion::Failure,
    };
    (run, kind)
}

#[tokio::test]
async fn a_failure_is_mended_in_a_pull_request_of_its_own() {
    let (world, issue, root) = in_review().await;
    let (run, kind) = failed(&root, "CI");
    let log = "##[error] content/faq/bicycles.mdx: too short";
    let about = About::Failure {
        run: &run,
        log,
        failure: log,
    };
    let (healing, at) = deal(&world, "heal", about, kind.clone()).await;
    assert_eq!(healing.reason(), Some(Reason::Healing));
    let commission = healing.next.unwrap();
    assert_eq!(commission.base, root.head_sha, "it starts from what failed");
    assert_eq!(commission.order.issue, issue);
    assert!(commission.prompt.contains("too short"));
    let (healed, _) = finish(&world, &at, MENDS).await;
    assert_eq!(healed.reason(), Some(Reason::Healed), "{:?}", healed.report);
    let repair = world.pulls().await.pop().unwrap();
    assert_eq!(
        (repair.base, repair.state),
        (root.head.clone(), PullState::Open)
    );
    assert_eq!(world.pulls().await.len(), 2);
    let (again, _) = deal(&world, "again", about, kind).await;
    assert_eq!(
        (again.reason(), again.next),
        (Some(Reason::AlreadyHandled), None)
    );
    // Its own repair is none of its business.
    let repair = world.pulls().await.pop().unwrap();
    let (run, kind) = failed(&repair, "CI");
    let about = About::Failure {
        run: &run,
        log,
        failure: log,
    };
    let (own, _) = deal(&world, "own", about, kind).await;
    assert_eq!(own.reason(), Some(Reason::RepairBranch));
}

#[tokio::test]
async fn a_workflow_that_nobody_watches_is_left_alone() {
    let (world, _, root) = in_review().await;
    let (run, kind) = failed(&root, "Nightly");
    let about = About::Failure {
        run: &run,
        log: "",
        failure: "",
    };
    let (left, _) = deal(&world, "heal", about, kind).await;
    assert_eq!(left.reason(), Some(Reason::WorkflowNotWatched));
    assert!(!left.acted);
}

#[tokio::test]
async fn the_factorys_own_pages_are_reviewed_once_with_comments_only() {
    let (world, _, pull) = in_review().await;
    let number = pull.number;
    let kind = EventKind::PullOpened { pull: number };
    let (begun, at) = deal(&world, "review", About::Review, kind.clone()).await;
    assert_eq!(begun.reason(), Some(Reason::Reviewing));
    assert!(begun.next.unwrap().prompt.contains("bicycles.mdx"));
    let (reviewed, _) = finish(&world, &at, FINDS).await;
    assert_eq!(reviewed.reason(), Some(Reason::Reviewed));
    assert_eq!(reviewed.next, None, "no fix pass follows");
    let comments = world.comments(number).await;
    let told = comments
        .iter()
        .filter(|said| said.body.contains("13 hooks"));
    assert_eq!(told.count(), 1);
    let (again, _) = deal(&world, "again", About::Review, kind).await;
    assert_eq!(again.reason(), Some(Reason::AlreadyReviewed));
}

#[tokio::test]
async fn a_review_that_cannot_be_read_is_told_as_one() {
    let (world, _, pull) = in_review().await;
    let kind = EventKind::PullOpened { pull: pull.number };
    let (_, at) = deal(&world, "review", About::Review, kind).await;
    let (reviewed, _) = finish(&world, &at, "echo 'Looks good to me!'\necho READY\n").await;
    assert_eq!(reviewed.reason(), Some(Reason::ReviewFailed));
}

#[tokio::test]
async fn a_preview_is_shown_on_its_request_and_edited() {
    let (world, issue, pull) = in_review().await;
    let said = Deployment {
        creator: machine("vercel[bot]"),
        url: Some("https://site-abc.vercel.app".to_owned()),
    };
    let at = |state| EventKind::DeploymentStatus {
        deployment: 5,
        sha: pull.head_sha.clone(),
        state,
    };
    let about = About::Deployment(&said);
    for state in [DeploymentState::Pending, DeploymentState::Success] {
        let (shown, _) = deal(&world, "preview", about, at(state)).await;
        assert_eq!(shown.reason(), Some(Reason::PreviewTold));
    }
    let comments = world.comments(issue).await;
    let shown = comments
        .iter()
        .filter(|said| said.body.contains("vercel.app"));
    assert_eq!(shown.count(), 1, "one comment, edited");
    let (late, _) = deal(&world, "preview", about, at(DeploymentState::Pending)).await;
    assert_eq!(late.reason(), Some(Reason::PreviewShown));
    let forged = Deployment {
        creator: machine("mallory"),
        ..said
    };
    let about = About::Deployment(&forged);
    let (forged, _) = deal(&world, "preview", about, at(DeploymentState::Success)).await;
    assert_eq!(forged.reason(), Some(Reason::PreviewCreatorUnknown));
}

#[tokio::test]
async fn the_canary_passes_when_every_phrase_comes_back() {
    let world = World::new(GOOD, &[]).await;
    let about = About::Canary {
        model: "claude-sonnet-4-6",
        reads: true,
    };
    let chore = Chore::Canary;
    let (begun, at) = deal(&world, "canary", about, EventKind::Tick { chore }).await;
    assert_eq!(begun.reason(), Some(Reason::CanaryStarted));
    let event = event(EventKind::Tick { chore });
    let facts = with_engine(&world, async |engine| {
        engine.facts(about, &event).await.unwrap()
    });
    let Some(AnyFacts::Canary(facts)) = facts.await else {
        panic!("no canary");
    };
    let phrases: std::collections::BTreeMap<_, _> = facts
        .skills
        .iter()
        .map(|skill| (&skill.name, &skill.phrase))
        .collect();
    let answer = serde_json::json!({ "phrases": phrases });
    let script = format!("cat <<'END'\n```json\n{answer}\n```\nREADY\nEND\n");
    let (passed, _) = finish(&world, &at, &script).await;
    assert_eq!(passed.reason(), Some(Reason::CanaryPassed));
    let issue = world
        .local
        .keyed_issue(&canary_key())
        .await
        .unwrap()
        .unwrap();
    assert!(issue.body.contains("claude-sonnet-4-6"));

    let (_, at) = deal(&world, "later", about, EventKind::Dispatch { chore }).await;
    let parrot = "echo '```json'\necho '{\"phrases\":{}}'\necho '```'\necho READY\n";
    let (failed, _) = finish(&world, &at, parrot).await;
    assert_eq!(failed.reason(), Some(Reason::CanaryFailed));
}

/// Writes down what is asked of it.
#[derive(Default)]
struct Asked(Mutex<Vec<Number>>);

#[async_trait]
impl Dispatcher for Asked {
    async fn take_up(&self, issue: Number) -> Result<(), ForgeError> {
        self.0.lock().unwrap().push(issue);
        Ok(())
    }
}

#[tokio::test]
async fn a_sweep_where_no_run_can_be_done_asks_for_it_elsewhere() {
    let world = World::new(GOOD, &[]).await;
    let issue = world.open(REQUESTER, BODY).await;
    let asked = Asked::default();
    let swept = with_engine(&world, async |engine| {
        let only_told = engine.sweep_apart(None).await.unwrap();
        assert!(asked.0.lock().unwrap().is_empty());
        (only_told, engine.sweep_apart(Some(&asked)).await.unwrap())
    });
    let (told, swept) = swept.await;
    assert_eq!(told, swept);
    assert_eq!(swept.taken_up, [(issue, Reason::Started)]);
    assert_eq!(*asked.0.lock().unwrap(), [issue]);
    assert!(world.pulls().await.is_empty());

    world.work().await;
    let left = with_engine(&world, async |engine| {
        engine.sweep_apart(Some(&asked)).await.unwrap()
    });
    let left = left.await;
    assert_eq!(
        (left.looked_at, left.acted.len()),
        (0, 0),
        "it is in review, and at rest"
    );
    world.say(MAINTAINER, issue, "/publish").await;
    let swept = with_engine(&world, async |engine| {
        engine.sweep_apart(Some(&asked)).await.unwrap()
    });
    let swept = swept.await;
    assert_eq!(swept.looked_at, 1);
    assert_eq!(asked.0.lock().unwrap().len(), 1, "nothing of it is a run");
}

/// The event of a `/publish` on a pull request.
pub(crate) async fn asked_to_publish(world: &World, pull: &PullRequest) -> EventKind {
    let on = pull.number;
    world.say(MAINTAINER, on, "/publish").await;
    let said = world.comments(on).await.pop().unwrap();
    EventKind::CommentCreated {
        on,
        on_pull_request: true,
        comment: said.id,
    }
}

#[tokio::test]
async fn what_is_approved_and_green_is_merged_at_once_and_the_label_finds_nothing_to_do() {
    let (world, issue, pull) = in_review().await;
    let kind = asked_to_publish(&world, &pull).await;
    let about = About::Request(Some(issue));
    let (merged, _) = deal(&world, "publish", about, kind.clone()).await;
    assert_eq!(merged.reason(), Some(Reason::Merging));
    assert!(world.published("content/faq/bicycles.mdx").is_some());
    let label = lightsout_forge::Label::approved();
    let pull = pull.number;
    let labeled = EventKind::PullLabeled { pull, label };
    let (late, _) = deal(&world, "label", about, labeled).await;
    assert_eq!(
        (late.reason(), late.acted),
        (Some(Reason::AlreadyPublished), false)
    );
    let (again, _) = deal(&world, "publish", about, kind).await;
    assert!(!again.acted, "{again:?}");
}

#[tokio::test]
async fn a_merge_that_nobody_wrote_down_is_written_down_by_a_sweep_and_by_the_same_comment() {
    let (world, issue, pull) = in_review().await;
    let kind = asked_to_publish(&world, &pull).await;
    let about = About::Request(Some(issue));
    deal(&world, "publish", about, kind.clone()).await;
    for by_sweep in [true, false] {
        forget_the_merge(&world, issue).await;
        if by_sweep {
            let asked = Asked::default();
            let swept = with_engine(&world, async |engine| {
                engine.sweep_apart(Some(&asked)).await.unwrap()
            });
            assert_eq!(swept.await.acted, [(issue, Reason::Published)]);
        } else {
            let (dealt, _) = deal(&world, "again", about, kind.clone()).await;
            assert_eq!(dealt.reason(), Some(Reason::Published));
        }
        assert!(
            status(&world, issue)
                .await
                .contains(r#""state":"published""#)
        );
    }
    let quiet = with_engine(&world, async |engine| {
        engine.sweep_apart(None).await.unwrap()
    });
    assert_eq!(quiet.await.looked_at, 0);
}

pub(crate) async fn status(world: &World, issue: Number) -> String {
    let key = status_key();
    let mut comments = world.comments(issue).await.into_iter();
    let status = comments.find(|comment| key.marks(&comment.body)).unwrap();
    status.body.split_once('\n').unwrap().1.to_owned()
}

/// As a kill between the merge and the record leaves it.
async fn forget_the_merge(world: &World, issue: Number) {
    let published = status(world, issue).await;
    let body = published.replace(r#""state":"published""#, r#""state":"approved""#);
    assert_ne!(body, published);
    let action = Action::UpsertComment {
        on: Thread::Issue(issue),
        key: status_key(),
        body,
    };
    world.local.ensure(&action).await.unwrap();
}
