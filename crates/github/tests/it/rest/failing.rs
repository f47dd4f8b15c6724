use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use lightsout_forge::{Action, Credential, Ensured, Forge, ForgeError, Number};
use lightsout_testkit::{Asked, HttpServer, Reply};
use serde_json::{Value, json};

use super::{
    OWN, body, branch, comment, issue, key, not_found, ok, on_issue, pull, waiting, world,
    world_with,
};

/// What goes wrong on the way.
fn faults() -> Vec<(&'static str, Reply)> {
    let json = |status, message| Reply::json(status, &json!({ "message": message }));
    vec![
        (
            "502",
            Reply::text(502, "text/html", "<html>Bad Gateway</html>"),
        ),
        ("500", json(500, "Server Error")),
        ("503", Reply::text(503, "text/plain", "")),
        ("a limit", json(429, "slow down").with("retry-after", "0")),
        (
            "another limit",
            json(403, "You have exceeded a secondary rate limit").with("retry-after", "0"),
        ),
        ("a cut", Reply::Cut),
        ("cut short", Reply::Short(br#"{"number": 7, "ti"#.to_vec())),
        (
            "half of it",
            Reply::text(200, "application/json", r#"{"number": 7, "ti"#),
        ),
        (
            "HTML",
            Reply::text(200, "text/html", "<html>Sign in to the network</html>"),
        ),
        ("silence", Reply::Silence(Duration::from_secs(2))),
    ]
}

#[tokio::test]
async fn reading_goes_on_after_whatever_went_wrong_once() {
    for (name, fault) in faults() {
        let times = AtomicUsize::new(0);
        let world = world(move |_| match times.fetch_add(1, Ordering::SeqCst) {
            0 => fault.clone(),
            _ => ok(&issue(7, 0)),
        });
        let read = world.github.issue(Number(7)).await;
        assert!(read.is_ok(), "{name}: {read:?}");
        assert!(world.github.calls().total() >= 2, "{name}");
    }
}

#[tokio::test]
async fn what_stays_wrong_is_said_and_bounded() {
    for (name, fault) in faults() {
        if name == "silence" {
            continue;
        }
        let world = world(move |_| fault.clone());
        let start = Instant::now();
        let read = world.github.issue(Number(7)).await;
        let Err(ForgeError::Unavailable { why, .. }) = &read else {
            panic!("{name}: {read:?}");
        };
        assert!(why.len() < 400 && !why.contains("planted"), "{name}: {why}");
        assert!(start.elapsed() < Duration::from_secs(10), "{name}");
        assert!(world.github.calls().total() <= 6, "{name}");
    }
}

/// A forge with one issue, whose comments, pull requests and issues are made for real, and whose first answer to a
/// write is lost: before it is done, or after.
fn losing(fault: Reply, done: bool) -> impl Fn(&Asked) -> Reply + Send + Sync + 'static {
    let made: Mutex<Vec<(&'static str, Value)>> = Mutex::default();
    let lost = AtomicUsize::new(0);
    move |asked| {
        let mut made = made.lock().unwrap();
        let of = |kind: &str, made: &[(&str, Value)]| {
            let found = made.iter().filter(|(of, _)| *of == kind);
            ok(&Value::Array(
                found.map(|(_, value)| value.clone()).collect(),
            ))
        };
        let path = asked.path.split('?').next().unwrap();
        let new = match (asked.method.as_str(), path) {
            ("GET", "/repos/acme/site/issues/7") => return ok(&issue(7, made.len() as u64)),
            ("GET", "/repos/acme/site/issues/7/comments") => return of("comment", &made),
            ("GET", "/repos/acme/site/pulls") => return of("pull", &made),
            ("GET", "/repos/acme/site/issues") => return of("issue", &made),
            ("POST", "/repos/acme/site/issues/7/comments") => (
                "comment",
                comment(
                    made.len() as u64 + 1,
                    OWN,
                    body(asked)["body"].as_str().unwrap(),
                ),
            ),
            ("POST", "/repos/acme/site/pulls") => (
                "pull",
                pull(made.len() as u64 + 9, "claude/issue-7-x", "open"),
            ),
            ("POST", "/repos/acme/site/issues") => {
                let mut issue = issue(made.len() as u64 + 9, 0);
                issue["user"]["login"] = json!(OWN);
                issue["title"] = body(asked)["title"].clone();
                issue["body"] = body(asked)["body"].clone();
                ("issue", issue)
            }
            _ => return not_found(),
        };
        let first = lost.fetch_add(1, Ordering::SeqCst) == 0;
        if !first || done {
            made.push(new.clone());
        }
        if first {
            fault.clone()
        } else {
            Reply::json(201, &new.1)
        }
    }
}

#[tokio::test]
async fn nothing_is_made_twice_and_nothing_is_left_out_when_an_answer_is_lost() {
    let actions = [
        Action::UpsertComment {
            on: on_issue(),
            key: key(),
            body: "Which photo?".to_owned(),
        },
        Action::EnsurePullRequest {
            head: branch("claude/issue-7-x"),
            base: branch("main"),
            title: "Add".to_owned(),
            body: "b".to_owned(),
        },
        Action::EnsureIssue {
            key: key(),
            title: "Spend".to_owned(),
            body: "$51".to_owned(),
            labels: [].into(),
            state: lightsout_forge::IssueState::Open,
        },
    ];
    let ambiguous = |name: &str| !name.contains("limit");
    for (name, fault) in faults().into_iter().filter(|(name, _)| ambiguous(name)) {
        for done in [false, true] {
            for action in &actions {
                let world = world(losing(fault.clone(), done));
                let ensured = world.github.ensure(action).await;
                assert_eq!(ensured.unwrap(), Ensured::Changed, "{name}, done: {done}");
                let posts = world
                    .lines()
                    .iter()
                    .filter(|line| line.starts_with("POST"))
                    .count();
                assert_eq!(
                    posts,
                    if done { 1 } else { 2 },
                    "{name}, done: {done}: {action:?}"
                );
                world.github.forget();
                assert_eq!(
                    world.github.ensure(action).await.unwrap(),
                    Ensured::NotNeeded
                );
            }
        }
    }
}

#[tokio::test]
async fn a_limit_is_waited_for_and_a_long_one_is_told() {
    let times = AtomicUsize::new(0);
    let short = world(move |_| match times.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::json(403, &json!({"message": "API rate limit exceeded"}))
            .with("retry-after", "1"),
        _ => ok(&issue(7, 0)),
    });
    let start = Instant::now();
    short.github.issue(Number(7)).await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(1));

    let reset = (chrono::Utc::now().timestamp() + 1800).to_string();
    let long = world(move |_| {
        Reply::json(403, &json!({"message": "API rate limit exceeded"}))
            .with("x-ratelimit-remaining", "0")
            .with("x-ratelimit-reset", &reset)
    });
    let start = Instant::now();
    let told = long.github.issue(Number(7)).await.unwrap_err().to_string();
    assert!(
        told.contains("rate limit is reached for 1") && start.elapsed() < Duration::from_secs(1),
        "{told}"
    );

    let denied = world(|_| {
        Reply::json(
            403,
            &json!({"message": "Resource not accessible by integration"}),
        )
    });
    let denied = denied.github.issue(Number(7)).await;
    assert!(
        matches!(denied, Err(ForgeError::Refused { .. })),
        "{denied:?}"
    );
    let wrong = world(|_| Reply::json(401, &json!({"message": "Bad credentials"})));
    let wrong = wrong.github.issue(Number(7)).await.unwrap_err();
    assert!(
        matches!(
            wrong,
            ForgeError::Unauthorised {
                credential: Credential::Workflow,
                ..
            }
        ),
        "{wrong:?}"
    );
}

#[tokio::test]
async fn a_renamed_repository_is_read_and_not_written() {
    let renamed = world(|asked| match asked.line().as_str() {
        line if line.contains("/repositories/12/issues/7") => ok(&issue(7, 0)),
        _ => {
            let host = asked.header("host").unwrap();
            let rest = asked.path.trim_start_matches("/repos/acme/site");
            Reply::json(301, &json!({"message": "Moved Permanently"}))
                .with("location", &format!("http://{host}/repositories/12{rest}"))
        }
    });
    renamed.github.issue(Number(7)).await.unwrap();
    let label = Action::EnsureLabel {
        on: on_issue(),
        label: waiting(),
    };
    let refused = renamed.github.ensure(&label).await.unwrap_err().to_string();
    assert!(refused.contains("was the repository renamed"), "{refused}");

    let elsewhere = HttpServer::start(|_| ok(&issue(7, 0))).unwrap();
    let to = elsewhere.url();
    let away = world(move |_| {
        Reply::json(301, &json!({})).with("location", &format!("{to}/repositories/12"))
    });
    let refused = away.github.issue(Number(7)).await;
    assert!(
        matches!(refused, Err(ForgeError::Refused { .. })),
        "{refused:?}"
    );
    assert_eq!(elsewhere.asked(), [], "no credential goes to another host");

    let round = world(|asked| Reply::json(302, &json!({})).with("location", &asked.path));
    let refused = round.github.issue(Number(7)).await;
    assert!(
        matches!(refused, Err(ForgeError::Refused { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn an_answer_without_end_is_refused() {
    let world = world_with(
        |_| Reply::text(200, "application/json", &" ".repeat(65 << 20)),
        |settings| settings.timeout = Duration::from_secs(20),
    );
    let refused = world.github.issue(Number(7)).await;
    assert!(
        matches!(&refused, Err(ForgeError::Refused { why, .. }) if why.contains("larger than")),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_run_that_asks_too_much_is_stopped_with_a_breakdown() {
    let world = world_with(
        |_| ok(&issue(7, 0)),
        |settings| {
            settings.budget = 3;
            settings.fresh = Duration::ZERO;
        },
    );
    for _ in 0..3 {
        world.github.issue(Number(7)).await.unwrap();
    }
    let refused = world.github.issue(Number(7)).await.unwrap_err();
    assert!(matches!(refused, ForgeError::Refused { .. }));
    let said = refused.to_string();
    assert!(
        said.contains("3 × GET /repos/{owner}/{repo}/issues/{issue_number}"),
        "{said}"
    );
    assert_eq!(world.server.asked().len(), 3);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_said() {
    let world = world_with(|_| not_found(), |_| {});
    let url = world.server.url();
    drop(world);
    let dir = tempfile::tempdir().unwrap();
    let github = lightsout_github::GitHub::new(
        super::settings(&url, &dir),
        lightsout_github::WorkflowToken::new("x".into()),
        lightsout_github::BotCredential::Token("y".into()),
    );
    let failed = github.unwrap().issue(Number(7)).await;
    assert!(
        matches!(failed, Err(ForgeError::Unavailable { .. })),
        "{failed:?}"
    );
}
