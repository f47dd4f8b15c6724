use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use lightsout_forge::{
    Action, CheckState, CloseReason, CommentKey, Forge, Inbox, Label, Number, Sha, Thread,
};
use lightsout_local::Local;
use lightsout_testkit::contract::Work;
use lightsout_testkit::{Fault, FaultyForge, VirtualClock};

use crate::{branch, login, make, work};

const FOLDER: &str = "LIGHTSOUT_TEST_FOLDER";
const ROUNDS: u64 = 25;

/// Everything the factory and a person do for one request, from the first act to the last. It goes on with the step
/// that was not known to be done, as the engine does.
async fn everything(local: &Local, forge: &impl Forge, works: &[Work]) -> Result<(), String> {
    fn text(error: impl std::fmt::Display) -> String {
        error.to_string()
    }
    let mira = local.person(&login("mira"));
    let labels = [Label::waiting()];
    let issue = mira
        .open_issue(Some("open"), "One", "body", &labels)
        .await
        .map_err(text)?;
    let done = local.get_setting("done").await.map_err(text)?;
    let done: usize = done.map_or(0, |done| done.parse().unwrap());
    for (step, action) in actions(issue, works).iter().enumerate().skip(done) {
        forge.ensure(action).await.map_err(text)?;
        local
            .set_setting("done", &(step + 1).to_string())
            .await
            .map_err(text)?;
    }
    let notes = branch("notes");
    for name in ["push-1", "push-2"] {
        let bytes = name.as_bytes();
        mira.push_file(Some(name), &notes, "notes.txt", bytes, name)
            .await
            .map_err(text)?;
    }
    mira.comment(Some("thanks"), issue, "thanks")
        .await
        .map_err(text)?;
    while let Some(event) = local.next().await.map_err(text)? {
        local.done(&event.id).await.map_err(text)?;
    }
    Ok(())
}

fn actions(issue: Number, works: &[Work]) -> Vec<Action> {
    let head = branch("claude/issue-1-x");
    let on = Thread::Issue(issue);
    let pull = Thread::PullOf(head.clone());
    let say = |body: &str| Action::UpsertComment {
        on: on.clone(),
        key: CommentKey::new("status"),
        body: body.to_owned(),
    };
    let push = |work: &Work| Action::EnsureBranch {
        branch: head.clone(),
        at: work.at.clone(),
        bundle: work.bundle.clone(),
    };
    let last = works[1].at.clone();
    vec![
        say("working"),
        push(&works[1]),
        Action::EnsurePullRequest {
            head: head.clone(),
            base: branch("main"),
            title: "Add x".to_owned(),
            body: format!("Closes {issue}"),
        },
        Action::EnsureLabel {
            on: pull.clone(),
            label: Label::bot_generated(),
        },
        Action::EnsureNoLabel {
            on: on.clone(),
            label: Label::waiting(),
        },
        Action::EnsureStatus {
            sha: last.clone(),
            context: "lightsout/gates".to_owned(),
            state: CheckState::Success,
            description: String::new(),
        },
        Action::EnsureLabel {
            on: pull,
            label: Label::approved(),
        },
        Action::Merge {
            branch: head.clone(),
            head: last,
            title: "Add x".to_owned(),
            message: "for one".to_owned(),
        },
        Action::EnsureNoBranch { branch: head },
        say("done"),
        Action::CloseIssue {
            issue,
            reason: CloseReason::Completed,
        },
    ]
}

/// Two commits, one on the other, made once for all rounds.
fn two_works(local: &Local, scratch: &Path) -> Vec<Work> {
    let main = local.repo().rev("refs/heads/main").unwrap().unwrap();
    let main = Sha::new(&main).unwrap();
    let first = work(local, scratch, &main, "content/x.mdx", "x\n");
    vec![first.clone(), first]
}

/// Everything anybody can see at the end: threads, branches, files, and the whole log.
async fn seen(local: &Local) -> String {
    let (repo, mut text) = (local.repo(), Vec::new());
    repo.fsck().unwrap();
    text.push(format!("{:#?}", local.issues().await.unwrap()));
    text.push(format!("{:#?}", local.pull_requests_all().await.unwrap()));
    for thread in [1, 2] {
        text.push(format!(
            "{:#?}",
            local.comments(Number(thread)).await.unwrap()
        ));
    }
    text.push(format!("{:#?}", repo.refs("refs/").unwrap()));
    let main = repo.rev("refs/heads/main").unwrap().unwrap();
    text.push(repo.list(&main, "").unwrap().join(" "));
    let log = local.activity().await.unwrap();
    text.extend(log.into_iter().map(|line| format!("{line:?}")));
    text.join("\n")
}

/// The process that is killed. Without its variable it is no test of its own and does nothing.
#[tokio::test]
async fn child() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let folder = Path::new(&folder);
    let local = Local::open(&folder.join("factory"), VirtualClock::default().as_fn())
        .await
        .unwrap();
    let works = two_works_again(folder);
    everything(&local, &local, &works).await.unwrap();
}

fn two_works_again(folder: &Path) -> Vec<Work> {
    let at = Sha::new(fs::read_to_string(folder.join("at")).unwrap().trim()).unwrap();
    let bundle = folder.join("work.bundle");
    let work = Work { at, bundle };
    vec![work.clone(), work]
}

#[tokio::test]
async fn killed_at_any_moment_and_started_again_nothing_is_doubled_or_lost() {
    let (expected, whole) = reference().await;
    let mut cut_short = 0;
    for round in 0..ROUNDS {
        let dir = tempfile::tempdir().unwrap();
        prepare(dir.path()).await;
        // From hardly started to nearly done, and once more over it with the next kills.
        for kill in 0..3 {
            let at = whole.mul_f64(pseudo_random(round * 3 + kill) * 1.1);
            cut_short += usize::from(!run_and_kill(dir.path(), at));
        }
        let local = Local::open(&dir.path().join("factory"), VirtualClock::default().as_fn())
            .await
            .unwrap();
        everything(&local, &local, &two_works_again(dir.path()))
            .await
            .unwrap();
        assert_eq!(seen(&local).await, expected, "round {round}");
    }
    assert!(cut_short > 10, "only {cut_short} kills hit anything");
}

async fn prepare(folder: &Path) {
    let local = make(&folder.join("factory")).await;
    let works = two_works(&local, folder);
    fs::write(folder.join("at"), works[1].at.as_str()).unwrap();
}

/// The same without any kill: what is seen at the end, and how long it took.
async fn reference() -> (String, Duration) {
    let dir = tempfile::tempdir().unwrap();
    prepare(dir.path()).await;
    let start = Instant::now();
    assert!(run_and_kill(dir.path(), Duration::from_mins(1)));
    let whole = start.elapsed();
    let local = Local::open(&dir.path().join("factory"), VirtualClock::default().as_fn())
        .await
        .unwrap();
    (seen(&local).await, whole)
}

/// Starts the child and kills it after a while, unless it is done by then; says whether it was.
fn run_and_kill(folder: &Path, after: Duration) -> bool {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::child", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let end = Instant::now() + after;
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break Some(status),
            None if Instant::now() >= end => break None,
            None => std::thread::sleep(Duration::from_millis(1)),
        }
    };
    match status {
        Some(status) if status.success() => true,
        Some(_) => {
            let output = child.wait_with_output().unwrap();
            panic!("{}", String::from_utf8_lossy(&output.stderr));
        }
        None => {
            child.kill().unwrap();
            child.wait().unwrap();
            false
        }
    }
}

/// Spread over 0 to 1, the same in every run of the test.
fn pseudo_random(n: u64) -> f64 {
    let golden = 0.618_033_988_749_895;
    let n = f64::from(u32::try_from(n).unwrap());
    (n * golden).fract()
}

#[tokio::test]
async fn an_answer_that_is_lost_changes_nothing_in_the_end() {
    let (expected, _) = reference().await;
    for n in 0..11 {
        for fault in [Fault::Before(n), Fault::After(n)] {
            let dir = tempfile::tempdir().unwrap();
            prepare(dir.path()).await;
            let works = two_works_again(dir.path());
            let local = Local::open(&dir.path().join("factory"), VirtualClock::default().as_fn())
                .await
                .unwrap();
            let faulty = FaultyForge::new(&local, fault);
            everything(&local, &faulty, &works).await.unwrap_err();
            everything(&local, &local, &works).await.unwrap();
            assert_eq!(seen(&local).await, expected, "{fault:?}");
        }
    }
}
