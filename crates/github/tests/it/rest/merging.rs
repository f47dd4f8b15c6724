use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use lightsout_forge::{Action, Ensured, Forge, ForgeError, PullState, Sha};
use lightsout_testkit::{Asked, Reply};
use serde_json::{Value, json};

use super::{BOT, body, branch, ok, pull, sha, world};

const HEAD: &str = "claude/issue-7-x";

fn merge(head: &Sha) -> Action {
    Action::Merge {
        branch: branch(HEAD),
        head: head.clone(),
        title: "Add a page\nand more".to_owned(),
        message: "Asked for.".to_owned(),
    }
}

/// A green pull request; `answer` says what merging comes to, and `now` what is seen of it afterwards.
fn green(
    answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
    now: impl Fn() -> Value + Send + Sync + 'static,
) -> impl Fn(&Asked) -> Reply + Send + Sync + 'static {
    move |asked| match asked.line().as_str() {
        "PUT /repos/acme/site/pulls/9/merge" => answer(asked),
        "GET /repos/acme/site/pulls/9" => ok(&now()),
        line if line.contains("/status?") => {
            ok(&json!({"statuses": [{"context": "lightsout/gates", "state": "success"}]}))
        }
        line if line.contains("/check-runs?") => ok(&json!({"check_runs": []})),
        _ => ok(&json!([pull(9, HEAD, "open")])),
    }
}

fn no(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({ "message": message }))
}

fn open(mergeable: Option<bool>) -> Value {
    let mut open = pull(9, HEAD, "open");
    open["mergeable"] = json!(mergeable);
    open
}

fn merged() -> Value {
    let mut merged = pull(9, HEAD, "closed");
    merged["merged"] = json!(true);
    merged
}

#[tokio::test]
async fn a_merge_names_the_commit_and_is_known_afterwards() {
    let done = |_: &Asked| ok(&json!({"sha": "d".repeat(40), "merged": true, "message": "merged"}));
    let world = world(green(done, merged));
    assert_eq!(
        world.github.ensure(&merge(&sha())).await.unwrap(),
        Ensured::Changed
    );
    assert_eq!(
        world.github.ensure(&merge(&sha())).await.unwrap(),
        Ensured::NotNeeded
    );
    let asked = world.server.asked();
    let put = asked.iter().find(|asked| asked.method == "PUT").unwrap();
    assert_eq!(
        body(put),
        json!({
            "merge_method": "squash", "sha": sha().as_str(),
            "commit_title": "Add a page", "commit_message": "Asked for.",
        })
    );
    assert_eq!(
        put.header("authorization"),
        Some(format!("Bearer {BOT}").as_str())
    );
}

#[tokio::test]
async fn why_a_merge_is_refused_is_told_apart() {
    let not_mergeable = |_: &Asked| no(405, "Pull Request is not mergeable");
    let conflict = world(green(not_mergeable, || open(Some(false))));
    let conflict = conflict.github.ensure(&merge(&sha())).await;
    assert!(
        matches!(conflict, Err(ForgeError::Conflict { .. })),
        "{conflict:?}"
    );

    let missing = |_: &Asked| no(405, "Required status check \"build\" is expected.");
    let refused = world(green(missing, || open(Some(true))));
    let refused = refused.github.ensure(&merge(&sha())).await;
    assert!(
        matches!(&refused, Err(ForgeError::Refused { why, .. }) if why.contains("build")),
        "{refused:?}"
    );

    let modified = |_: &Asked| {
        no(
            409,
            "Head branch was modified. Review and try the merge again.",
        )
    };
    let stale = world(green(modified, || {
        let mut pushed = open(None);
        pushed["head"]["sha"] = json!("e".repeat(40));
        pushed
    }));
    let stale = stale.github.ensure(&merge(&sha())).await;
    assert!(matches!(stale, Err(ForgeError::Stale { .. })), "{stale:?}");

    // Somebody else, or this run before its answer was lost, has merged it.
    let already = world(green(not_mergeable, merged));
    assert_eq!(
        already.github.ensure(&merge(&sha())).await.unwrap(),
        Ensured::Changed
    );
    let forbidden = world(green(|_| no(403, "Resource not accessible"), merged));
    let forbidden = forbidden.github.ensure(&merge(&sha())).await;
    assert!(
        matches!(forbidden, Err(ForgeError::Refused { .. })),
        "{forbidden:?}"
    );
}

#[tokio::test]
async fn what_github_has_not_computed_yet_is_asked_again() {
    let times = AtomicUsize::new(0);
    let answer = move |_: &Asked| match times.fetch_add(1, Ordering::SeqCst) {
        0 => no(405, "Pull Request is not mergeable"),
        1 => no(
            405,
            "Base branch was modified. Review and try the merge again.",
        ),
        _ => ok(&json!({"sha": "d".repeat(40), "merged": true})),
    };
    let world = world(green(answer, || open(None)));
    assert_eq!(
        world.github.ensure(&merge(&sha())).await.unwrap(),
        Ensured::Changed
    );
}

#[tokio::test]
async fn a_merge_whose_answer_is_lost_is_looked_for() {
    for done in [true, false] {
        let is_merged = std::sync::Arc::new(AtomicBool::new(false));
        let (write, read) = (is_merged.clone(), is_merged);
        let times = AtomicUsize::new(0);
        let answer = move |_: &Asked| {
            let first = times.fetch_add(1, Ordering::SeqCst) == 0;
            write.store(!first || done, Ordering::SeqCst);
            if first {
                no(502, "Server Error")
            } else {
                ok(&json!({"sha": "d".repeat(40)}))
            }
        };
        let now = move || {
            if read.load(Ordering::SeqCst) {
                merged()
            } else {
                open(Some(true))
            }
        };
        let world = world(green(answer, now));
        assert_eq!(
            world.github.ensure(&merge(&sha())).await.unwrap(),
            Ensured::Changed
        );
        let puts = world
            .lines()
            .iter()
            .filter(|line| line.starts_with("PUT"))
            .count();
        assert_eq!(puts, if done { 1 } else { 2 });
    }
}

#[tokio::test]
async fn nothing_is_merged_that_is_closed_red_or_elsewhere() {
    let closed = world(|_| ok(&json!([pull(9, HEAD, "closed")])));
    let other = Sha::new(&"f".repeat(40)).unwrap();
    let stale = closed.github.ensure(&merge(&other)).await;
    assert!(matches!(stale, Err(ForgeError::Stale { .. })), "{stale:?}");
    let refused = closed.github.ensure(&merge(&sha())).await;
    assert!(
        matches!(refused, Err(ForgeError::Refused { .. })),
        "{refused:?}"
    );
    let red = world(|asked| match asked.path.as_str() {
        path if path.contains("/status?") => {
            ok(&json!({"statuses": [{"context": "lightsout/gates", "state": "failure"}]}))
        }
        path if path.contains("/check-runs?") => ok(&json!({"check_runs": []})),
        _ => ok(&json!([pull(9, HEAD, "open")])),
    });
    let refused = red.github.ensure(&merge(&sha())).await;
    assert!(
        matches!(&refused, Err(ForgeError::Refused { why, .. }) if why.contains("`lightsout/gates` is red")),
        "{refused:?}"
    );
    assert!(red.lines().iter().all(|line| line.starts_with("GET")));
    let seen = closed.github.pull_requests("claude/").await.unwrap();
    assert_eq!(seen[0].state, PullState::Closed);
}
