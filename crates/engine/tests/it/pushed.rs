//! Commits that people push to the factory's own branch: checked without an agent, then approved, then merged.

use std::process::Command;

use lightsout_engine::{About, Bench, Handed, Silent};
use lightsout_forge::{CheckState, Forge as _, Number, PullRequest};
use lightsout_ledger::LedgerStore as _;
use lightsout_lifecycle::{Reason, Role};

use crate::parts::{MENDS, agent, asked_to_publish, deal, failed, finish, with_engine};
use crate::world::{BODY, GOOD, MAINTAINER, REQUESTER, World, login_of};

const PAGE: &str = "content/faq/bicycles.mdx";
/// Fails on a page that says so.
const GATE: &str = "sh -c '! grep -r wrong content'";

/// A request in review, after which no agent works any more.
async fn in_review() -> (World, Number, PullRequest) {
    let mut world = World::new(GOOD, &[GATE]).await;
    let issue = world.open(REQUESTER, BODY).await;
    world.work().await;
    world.agent("exit 1");
    world.reasons();
    let pull = world.pulls().await.pop().unwrap();
    (world, issue, pull)
}

async fn push(world: &World, pull: &PullRequest, path: &str, text: &str) {
    let maintainer = world.local.person(&login_of(MAINTAINER));
    let pushed = maintainer.push_file(None, &pull.head, path, text.as_bytes(), "better");
    pushed.await.unwrap();
}

async fn publish(world: &World, issue: Number) -> Vec<Reason> {
    world.reasons();
    world.say(MAINTAINER, issue, "/publish").await;
    world.work().await;
    world.reasons()
}

/// What the gates say of the head: its state, if any.
async fn gates(world: &World, pull: &PullRequest) -> Option<CheckState> {
    let pulls = world.pulls().await;
    let now = pulls.iter().find(|one| one.number == pull.number).unwrap();
    let statuses = world.local.statuses(&now.head_sha).await.unwrap();
    let gates = |status: &&lightsout_forge::Status| status.context == "lightsout/gates";
    statuses.iter().find(gates).map(|status| status.state)
}

const MERGED: [Reason; 3] = [Reason::Approved, Reason::Merging, Reason::Published];
const CHECKED: [Reason; 2] = [Reason::Checking, Reason::InReview];

#[tokio::test]
async fn a_repair_that_a_person_merged_is_checked_and_published_without_an_agent() {
    let (world, issue, root) = in_review().await;
    let (run, kind) = failed(&root, "CI");
    let about = About::Failure {
        run: &run,
        log: "too short",
        failure: "too short",
    };
    let (_, at) = deal(&world, "heal", about, kind).await;
    let (healed, _) = finish(&world, &at, MENDS).await;
    assert_eq!(healed.reason(), Some(Reason::Healed), "{:?}", healed.report);
    let repair = world.pulls().await.pop().unwrap();
    let acting = world.local.acting(&login_of(MAINTAINER));
    let merge = acting.merge(&repair.head, &repair.head_sha, "Mend", "");
    merge.await.unwrap();
    world.work().await;
    assert_eq!(gates(&world, &root).await, None);

    let spent = world.local.entries(None).await.unwrap();
    assert_eq!(publish(&world, issue).await, CHECKED);
    assert_eq!(gates(&world, &root).await, Some(CheckState::Success));
    assert_eq!(world.published(PAGE), None, "nobody has approved it yet");
    assert_eq!(
        world.local.entries(None).await.unwrap(),
        spent,
        "it is free"
    );
    let told = world.told(root.number).await;
    assert!(told.contains("every gate is green"), "{told}");

    assert_eq!(publish(&world, issue).await, MERGED);
    let page = String::from_utf8(world.published(PAGE).unwrap()).unwrap();
    assert!(page.contains("More."), "{page}");
}

#[tokio::test]
async fn a_push_that_a_gate_refuses_is_red_until_one_passes() {
    let (world, issue, root) = in_review().await;
    push(&world, &root, PAGE, "wrong").await;
    world.work().await;
    let refused = [Reason::Checking, Reason::GatesFailed];
    // The second time nothing has changed, and so does nothing else.
    for _ in 0..2 {
        assert_eq!(publish(&world, issue).await, refused);
        assert_eq!(gates(&world, &root).await, Some(CheckState::Failure));
        assert!(world.is_waiting(issue).await);
        let told = world.told(issue).await;
        assert!(told.contains("no agent is paid"), "{told}");
    }
    assert_eq!(world.published(PAGE), None);
    push(&world, &root, PAGE, "right").await;
    world.work().await;
    assert_eq!(publish(&world, issue).await, CHECKED);
    assert!(!world.is_waiting(issue).await);
    assert_eq!(publish(&world, issue).await, MERGED);
    assert_eq!(world.published(PAGE).unwrap(), b"right");
}

#[tokio::test]
async fn what_leaves_the_lane_is_refused_also_when_a_person_pushed_it() {
    for path in ["AGENTS.md", "content/insights/x.mdx"] {
        let (world, issue, root) = in_review().await;
        push(&world, &root, path, "x").await;
        world.work().await;
        let refused = [Reason::Checking, Reason::OutsideLane];
        assert_eq!(publish(&world, issue).await, refused, "{path}");
        assert_eq!(gates(&world, &root).await, Some(CheckState::Failure));
        assert!(world.told(issue).await.contains(path));
        assert!(!publish(&world, issue).await.contains(&Reason::Merging));
    }
}

#[tokio::test]
async fn the_base_branch_may_be_merged_into_it() {
    let (world, issue, root) = in_review().await;
    let maintainer = world.local.person(&login_of(MAINTAINER));
    let pushed = maintainer.push_file(None, &root.base, "src/site.ts", b"1", "elsewhere");
    pushed.await.unwrap();
    update(&world, &root);
    world.work().await;
    assert_eq!(publish(&world, issue).await, CHECKED);
    assert_eq!(publish(&world, issue).await, MERGED);
    assert!(world.published(PAGE).is_some());
    assert_eq!(world.published("src/site.ts").unwrap(), b"1");
}

/// Merges the base branch into the branch of a pull request, as the button on its page does.
fn update(world: &World, pull: &PullRequest) {
    let (head, base) = (pull.head.as_str(), pull.base.as_str());
    let tree = git(world, &["merge-tree", "--write-tree", head, base]);
    let name = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];
    let merge = ["commit-tree", &tree, "-p", head, "-p", base, "-m", "update"];
    let merged = git(world, &[&name[..], &merge[..]].concat());
    let name = format!("refs/heads/{head}");
    git(world, &["update-ref", &name, &merged]);
}

/// Uses git in the repository of a factory's forge.
fn git(world: &World, arguments: &[&str]) -> String {
    let mut git = Command::new("git");
    git.arg("-C").arg(world.local.dir().join("site.git"));
    let output = git.args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test]
async fn a_check_says_nothing_of_what_was_pushed_while_it_ran() {
    let (world, issue, root) = in_review().await;
    push(&world, &root, PAGE, "right").await;
    let root = world.pulls().await.pop().unwrap();
    let kind = asked_to_publish(&world, &root).await;
    let (checking, run) = deal(&world, "check", About::Request(Some(issue)), kind).await;
    let commission = checking.next.unwrap();
    assert_eq!(commission.order.role, Role::Checker);
    assert_eq!(commission.order.at, Some(root.head_sha.clone()));
    push(&world, &root, PAGE, "wrong").await;
    let (settled, _) = finish(&world, &run, "exit 1").await;
    assert_eq!(settled.reason(), Some(Reason::WorkOutdated));
    assert_eq!(gates(&world, &root).await, None);
}

/// A job that says of another commit than the ordered one that it passed is not believed.
#[tokio::test]
async fn a_check_of_another_commit_counts_for_none() {
    let (world, issue, root) = in_review().await;
    push(&world, &root, PAGE, "wrong").await;
    let root = world.pulls().await.pop().unwrap();
    let kind = asked_to_publish(&world, &root).await;
    let (_, run) = deal(&world, "check", About::Request(Some(issue)), kind).await;
    let dir = world.local.dir();
    let bench = Bench::open(&Silent, dir, &dir.join("site.git")).unwrap();
    let (work, gates_dir) = (run.with_extension("work"), run.with_extension("gates"));
    bench
        .work(&agent(&world, "exit 1"), &run, &work)
        .await
        .unwrap();
    // What the job of the agent says does not matter: it may name any commit.
    let worked = work.join("worked.json");
    let text = std::fs::read_to_string(&worked).unwrap();
    let lie = text.replace(root.head_sha.as_str(), &"1".repeat(40));
    assert_ne!(lie, text);
    std::fs::write(&worked, lie).unwrap();
    bench.check(&run, &work, &gates_dir).await.unwrap();
    let judged = gates_dir.join("judged.json");
    let text = std::fs::read_to_string(&judged).unwrap();
    assert!(
        text.contains(root.head_sha.as_str()) && text.contains("failed"),
        "{text}"
    );
    // A commit on top of it that the ordered one is part of would pass for an agent's with its picture.
    push(&world, &root, PAGE, "right").await;
    let later = world.pulls().await.pop().unwrap().head_sha;
    let lie = text
        .replace(root.head_sha.as_str(), later.as_str())
        .replace("\"failed\"", "\"passed\"");
    std::fs::write(&judged, lie).unwrap();
    let bundle = gates_dir.join("change.bundle");
    let range = format!("{}..{}", root.base, root.head);
    git(
        &world,
        &["bundle", "create", bundle.to_str().unwrap(), &range],
    );
    let handed = Handed {
        work: &work,
        gates: &gates_dir,
    };
    let settled = with_engine(&world, async |engine| {
        engine
            .settle(&run, handed, &run.with_extension("next"))
            .await
    });
    let settled = settled.await.unwrap();
    let end = format!("{:?}", settled.report.as_ref().unwrap().end);
    assert!(end.contains("another commit than was ordered"), "{end}");
    assert_eq!(gates(&world, &root).await, None);
}
