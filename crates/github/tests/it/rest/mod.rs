//! The adapter against a server that answers as each test says.

mod attached;
mod credentials;
mod failing;
mod merging;
mod reading;
mod writing;

use std::time::Duration;

use lightsout_forge::{BranchName, CommentKey, Label, Login, Number, Sha, Thread};
use lightsout_github::{BotCredential, GitHub, Repository, Settings, WorkflowToken};
use lightsout_testkit::{Asked, HttpServer, Reply};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Recognisable wherever they turn up.
const WORKFLOW: &str = "planted-workflow-token";
const BOT: &str = "planted-bot-token";
const OWN: &str = "github-actions[bot]";

struct World {
    server: HttpServer,
    github: GitHub,
    _dir: TempDir,
}

impl World {
    /// What was asked, each as one line.
    fn lines(&self) -> Vec<String> {
        self.server.asked().iter().map(Asked::line).collect()
    }
}

/// GitHub as the function plays it, with short waits.
fn world(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> World {
    world_with(answer, |_| {})
}

fn world_with(
    answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
    change: impl FnOnce(&mut Settings),
) -> World {
    let server = HttpServer::start(answer).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let mut settings = settings(&server.url(), &dir);
    change(&mut settings);
    let github = GitHub::new(
        settings,
        WorkflowToken::new(WORKFLOW.into()),
        BotCredential::Token(BOT.into()),
    );
    World {
        server,
        github: github.unwrap(),
        _dir: dir,
    }
}

fn settings(url: &str, dir: &TempDir) -> Settings {
    let repository = Repository::new("acme/site").unwrap();
    let workshop = dir.path().join("workshop.git");
    let main = BranchName::new("main").unwrap();
    let mut settings = Settings::new(repository, url, url, workshop, main).unwrap();
    settings.own = vec![Login::new(OWN).unwrap()];
    settings.patience = Duration::from_secs(3);
    settings.first_wait = Duration::from_millis(10);
    settings.timeout = Duration::from_millis(700);
    settings
}

fn ok(body: &Value) -> Reply {
    Reply::json(200, body)
}

fn issue(number: u64, comments: u64) -> Value {
    json!({
        "number": number, "title": "One", "body": "Text", "state": "open", "labels": [{"name": "cms-faq"}],
        "user": {"login": "robin", "type": "User"}, "comments": comments,
        "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
    })
}

fn comment(id: u64, author: &str, body: &str) -> Value {
    json!({
        "id": id, "body": body, "user": {"login": author}, "created_at": "2026-01-01T00:00:00Z",
        "issue_url": "https://api.github.com/repos/acme/site/issues/7",
    })
}

fn pull(number: u64, head: &str, state: &str) -> Value {
    json!({
        "number": number, "title": "Add", "body": "b", "state": state, "labels": [],
        "user": {"login": "lightsout-bot", "type": "Bot"}, "merged_at": null, "merge_commit_sha": "a".repeat(40),
        "head": {"ref": head, "sha": sha().as_str(), "repo": {"full_name": "acme/site"}},
        "base": {"ref": "main", "sha": "b".repeat(40), "repo": {"full_name": "acme/site"}},
        "updated_at": "2026-01-01T00:00:00Z",
    })
}

fn sha() -> Sha {
    Sha::new(&"c".repeat(40)).unwrap()
}

fn branch(name: &str) -> BranchName {
    BranchName::new(name).unwrap()
}

fn on_issue() -> Thread {
    Thread::Issue(Number(7))
}

fn key() -> CommentKey {
    CommentKey::new("status")
}

fn waiting() -> Label {
    Label::waiting()
}

fn not_found() -> Reply {
    Reply::json(404, &json!({"message": "Not Found"}))
}

fn body(asked: &Asked) -> Value {
    serde_json::from_slice(&asked.body).unwrap_or(Value::Null)
}
