use std::time::Duration;

use lightsout_forge::{
    CheckState, CommentKey, Forge, ForgeError, Login, Number, Permission, PullState, Status,
};
use lightsout_testkit::{Asked, Reply};
use serde_json::{Value, json};

use super::{comment, issue, not_found, ok, pull, sha, world, world_with};

#[tokio::test]
async fn what_was_read_is_not_asked_for_again_and_no_comments_are_not_looked_for() {
    let world = world(|asked| match asked.path.as_str() {
        "/repos/acme/site/issues/7" => ok(&issue(7, 0)),
        "/repos/acme/site/issues/8" => ok(&issue(8, 2)),
        path if path.starts_with("/repos/acme/site/issues/8/comments") => ok(&json!([
            comment(2, "mira", "second"),
            comment(1, "mira", "first")
        ])),
        _ => not_found(),
    });
    for _ in 0..3 {
        assert_eq!(
            world
                .github
                .issue(Number(7))
                .await
                .unwrap()
                .author
                .login
                .as_str(),
            "robin"
        );
        assert_eq!(world.github.comments(Number(7)).await.unwrap(), []);
        world.github.issue(Number(8)).await.unwrap();
        let comments = world.github.comments(Number(8)).await.unwrap();
        assert_eq!(comments[0].body, "first", "the oldest comes first");
    }
    assert_eq!(world.github.calls().total(), 3, "{}", world.github.calls());
    let asked = &world.server.asked()[0];
    assert_eq!(asked.header("x-github-api-version"), Some("2022-11-28"));
    assert_eq!(
        asked.header("accept"),
        Some("application/vnd.github.full+json")
    );
    assert!(
        asked
            .header("user-agent")
            .unwrap()
            .starts_with("lightsout/")
    );
    world.github.forget();
    world.github.issue(Number(7)).await.unwrap();
    assert_eq!(world.github.calls().total(), 4);
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let old = world_with(
        |asked| match asked.header("if-none-match") {
            Some("\"one\"") => Reply::text(304, "text/plain", ""),
            _ => ok(&issue(7, 0)).with("etag", "\"one\""),
        },
        |settings| settings.fresh = Duration::ZERO,
    );
    let first = old.github.issue(Number(7)).await.unwrap();
    assert_eq!(old.github.issue(Number(7)).await.unwrap(), first);
    let asked = old.server.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[1].header("if-none-match"), Some("\"one\""));
}

#[tokio::test]
async fn lists_go_on_by_their_links_and_to_no_other_host() {
    let world = world(|asked| {
        let page = |items: Value, next: Option<String>| {
            let reply = ok(&items);
            match next {
                Some(next) => reply.with(
                    "link",
                    &format!("<{next}>; rel=\"next\", <x>; rel=\"last\""),
                ),
                None => reply,
            }
        };
        let host = format!("http://{}", asked.header("host").unwrap_or_default());
        match asked.path.as_str() {
            path if path.ends_with("page=2") => page(json!([issue(2, 0)]), None),
            path if path.starts_with("/repos/acme/site/issues?") => {
                let mut a_pull = issue(3, 0);
                a_pull["pull_request"] = json!({});
                let next = format!("{host}/repos/acme/site/issues?page=2");
                page(json!([issue(1, 0), a_pull]), Some(next))
            }
            _ => page(json!([]), Some("https://evil.example/repos".to_owned())),
        }
    });
    let open = world.github.open_issues().await.unwrap();
    let numbers: Vec<_> = open.iter().map(|issue| issue.number.0).collect();
    assert_eq!(numbers, [1, 2]);
    assert_eq!(
        world.github.open_pull_requests("claude/").await.unwrap(),
        []
    );
    assert_eq!(world.github.calls().total(), 3);
}

#[tokio::test]
async fn pull_requests_are_listed_no_further_back_than_their_issue() {
    let world = world(|asked| {
        let mut merged = pull(12, "claude/issue-7-a", "closed");
        merged["merged_at"] = json!("2026-01-02T00:00:00Z");
        let mut fork = pull(11, "claude/issue-7-a", "open");
        fork["head"]["repo"] = Value::Null;
        let mut odd = pull(10, "x", "open");
        odd["head"]["ref"] = json!("-bad name");
        let page = json!([
            pull(13, "claude/issue-7-b", "open"),
            merged,
            fork,
            odd,
            pull(6, "claude/issue-7-old", "open")
        ]);
        let next = format!(
            "<http://{}/repos/acme/site/pulls?page=2>; rel=\"next\"",
            asked.header("host").unwrap()
        );
        ok(&page).with("link", &next)
    });
    let pulls = world.github.pull_requests("claude/issue-7-").await.unwrap();
    let seen: Vec<_> = pulls
        .iter()
        .map(|pull| (pull.number.0, pull.state, pull.from_fork))
        .collect();
    assert_eq!(
        seen,
        [
            (11, PullState::Open, true),
            (12, PullState::Merged, false),
            (13, PullState::Open, false)
        ]
    );
    assert!(pulls[1].merge_sha.is_some() && pulls[2].merge_sha.is_none());
    assert_eq!(
        world.github.calls().total(),
        1,
        "the next page holds only older ones"
    );
    // A shorter list is a part of the one that is known.
    let one = world
        .github
        .open_pull_requests("claude/issue-7-b")
        .await
        .unwrap();
    assert_eq!(one.len(), 1);
    assert_eq!(
        world.github.pull_request(Number(12)).await.unwrap(),
        pulls[1]
    );
    assert_eq!(world.github.calls().total(), 1);
}

#[tokio::test]
async fn statuses_and_check_runs_are_one_list() {
    let world = world(|asked| {
        if asked.path.contains("/check-runs") {
            return ok(&json!({"check_runs": [
                {"name": "build", "status": "completed", "conclusion": "success", "output": {"title": "2 warnings"}},
                {"name": "build", "status": "completed", "conclusion": "timed_out", "output": {"title": null}},
                {"name": "slow", "status": "in_progress", "conclusion": null},
                {"name": "docs", "status": "completed", "conclusion": "skipped"},
                {"name": "odd", "status": "completed", "conclusion": "something-new"},
            ]}));
        }
        ok(&json!({"state": "success", "statuses": [
            {"context": "lightsout/gates", "state": "success", "description": null},
            {"context": "old", "state": "error", "description": "broke"},
        ]}))
    });
    let statuses = world.github.statuses(&sha()).await.unwrap();
    let seen: Vec<_> = statuses
        .iter()
        .map(|status| (status.context.as_str(), status.state))
        .collect();
    assert_eq!(
        seen,
        [
            ("lightsout/gates", CheckState::Success),
            ("old", CheckState::Error),
            ("build", CheckState::Failure),
            ("slow", CheckState::Pending),
            ("docs", CheckState::Success),
            ("odd", CheckState::Error),
        ]
    );
    assert_eq!(statuses[2].description, "timed_out");
}

/// A commit whose statuses and check runs go on for ever, each page with the given number of items.
fn endless(asked: &Asked, most: usize) -> Reply {
    let page = asked.path.split("&page=").nth(1);
    let page: usize = page.and_then(|page| page.parse().ok()).unwrap_or(1);
    let bare = asked.path.split('?').next().unwrap_or_default();
    let name = |at: usize| format!("check {page}-{at}");
    let answer = if bare.ends_with("/check-runs") {
        let state = if page == most { "failure" } else { "success" };
        let run = |at| json!({"name": name(at), "status": "completed", "conclusion": state});
        ok(&json!({"check_runs": (0..100).map(run).collect::<Vec<_>>()}))
    } else {
        let status = |at| json!({"context": name(at), "state": "success", "description": null});
        ok(&json!({"statuses": (0..100).map(status).collect::<Vec<_>>()}))
    };
    if page >= most {
        return answer;
    }
    let next = format!(
        "<http://{}{bare}?per_page=100&page={}>; rel=\"next\"",
        asked.header("host").unwrap_or_default(),
        page + 1
    );
    answer.with("link", &next)
}

#[tokio::test]
async fn every_page_of_checks_is_read() {
    let world = world(|asked| endless(asked, 3));
    let statuses = world.github.statuses(&sha()).await.unwrap();
    assert_eq!(statuses.len(), 300);
    let failed = |status: &&Status| status.state == CheckState::Failure;
    assert_eq!(
        statuses.iter().filter(failed).count(),
        100,
        "those of the last page"
    );
    assert_eq!(world.github.calls().total(), 6);
}

#[tokio::test]
async fn nobody_makes_it_read_checks_for_ever() {
    let world = world(|asked| endless(asked, usize::MAX));
    let error = world.github.statuses(&sha()).await.unwrap_err();
    assert!(matches!(error, ForgeError::Refused { .. }), "{error}");
    assert!(world.github.calls().total() < 30);
}

#[tokio::test]
async fn permissions_are_what_github_says_and_nothing_else_allows_anything() {
    let world = world(|asked| {
        let found = |permission: &str| ok(&json!({"permission": permission, "role_name": "x"}));
        match asked.path.rsplit('/').nth(1).unwrap_or_default() {
            "mira" => found("write"),
            "root" => found("admin"),
            "robin" => found("read"),
            "odd" => found("something-new"),
            _ => not_found(),
        }
    });
    for (login, expected) in [
        ("mira", Permission::Write),
        ("root", Permission::Admin),
        ("robin", Permission::Read),
        ("odd", Permission::None),
        ("dependabot[bot]", Permission::None),
    ] {
        let login = Login::new(login).unwrap();
        assert_eq!(
            world.github.permission(&login).await.unwrap(),
            expected,
            "{login}"
        );
    }
    assert!(world.lines()[4].contains("/dependabot%5Bbot%5D/"));
}

#[tokio::test]
async fn a_keyed_issue_is_one_of_our_own() {
    let world = world(|_| {
        let key = CommentKey::new("spend").marker();
        let of = |number: u64, author: &str, body: &str| {
            let mut issue = issue(number, 0);
            issue["user"]["login"] = json!(author);
            issue["body"] = json!(body);
            issue
        };
        ok(&json!([
            of(9, "robin", &format!("{key}\nforged")),
            of(8, "github-actions[bot]", "something else"),
            of(5, "github-actions[bot]", &format!("{key}\n$51")),
            of(4, "github-actions[bot]", &format!("{key}\nolder")),
        ]))
    });
    let found = world
        .github
        .keyed_issue(&CommentKey::new("spend"))
        .await
        .unwrap();
    assert_eq!(found.unwrap().number, Number(5));
    assert!(world.lines()[0].contains("creator=github-actions%5Bbot%5D"));
}

#[tokio::test]
async fn recent_comments_know_where_they_stand() {
    let world =
        world(|_| ok(&json!([comment(3, "mira", "c"), {"id": 4, "body": "lost", "user": null}])));
    let since = "2026-01-01T00:00:00Z".parse().unwrap();
    let recent = world.github.recent_comments(since).await.unwrap();
    assert_eq!(recent.len(), 1);
    assert_eq!(recent[0].on, Number(7));
    assert!(world.lines()[0].contains("since=2026-01-01T00%3A00%3A00Z"));
}

#[tokio::test]
async fn an_issue_that_was_moved_away_or_deleted_is_not_there() {
    let world = world(|asked| match asked.path.as_str() {
        "/repos/acme/site/issues/7" => {
            Reply::json(410, &json!({"message": "This issue was deleted"}))
        }
        // GitHub leads to where an issue was transferred to.
        "/repos/acme/site/issues/8" => Reply::json(301, &json!({"message": "Moved"}))
            .with("location", "/repositories/9/issues/2"),
        "/repositories/9/issues/2" => ok(&issue(2, 0)),
        "/repos/acme/site/issues/9" => {
            let mut a_pull = issue(9, 0);
            a_pull["pull_request"] = json!({"url": "x"});
            ok(&a_pull)
        }
        _ => not_found(),
    });
    for number in 7..=10 {
        let gone = world.github.issue(Number(number)).await;
        assert!(
            matches!(gone, Err(ForgeError::NotFound { .. })),
            "{number}: {gone:?}"
        );
    }
}
