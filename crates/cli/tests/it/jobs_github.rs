//! The same jobs over GitHub: its API as a server here plays it, its git as the real one serves it, both for a credential.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;

use lightsout_testkit::{Asked, GitServer, HttpServer, Reply};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::hub::git;
use crate::{lightsout, stderr, stdout};

const WORKFLOW: &str = "planted-workflow-1d07";
const BOT: &str = "planted-bot-9c4e";
const BODY: &str = "### Question\n\nCan I bring my bicycle in?\n\n### Answer\n\nYes, you can bring it in. There are 12 hooks in the hall.\n";
const OWN: &str = "github-actions[bot]";

struct Hub {
    dir: TempDir,
    api: HttpServer,
    git: GitServer,
}

/// One open issue of a member, and whatever comments are posted to it.
fn api() -> HttpServer {
    let comments: Mutex<Vec<Value>> = Mutex::default();
    HttpServer::start(move |asked: &Asked| {
        let mut comments = comments.lock().unwrap();
        let path = asked.path.split('?').next().unwrap_or_default();
        let issue = json!({
            "number": 7, "title": "FAQ: bicycles", "body": BODY, "state": "open",
            "labels": [{"name": "cms-faq"}], "user": {"login": "robin", "type": "User"},
            "comments": comments.len(),
            "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
        });
        match (asked.method.as_str(), path) {
            ("GET", "/repos/acme/site/issues/7") => Reply::json(200, &issue),
            ("GET", "/repos/acme/site/issues/7/comments") => {
                Reply::json(200, &Value::Array(comments.clone()))
            }
            ("GET", "/repos/acme/site/pulls") => Reply::json(200, &json!([])),
            ("GET", "/repos/acme/site/collaborators/robin/permission") => {
                Reply::json(200, &json!({"permission": "write", "role_name": "write"}))
            }
            ("POST", "/repos/acme/site/issues/7/comments") => {
                let said: Value = serde_json::from_slice(&asked.body).unwrap();
                let comment = json!({
                    "id": 100 + comments.len(), "body": said["body"],
                    "user": {"login": OWN, "type": "Bot"}, "created_at": "2026-01-02T00:00:00Z",
                    "issue_url": "https://api.github.com/repos/acme/site/issues/7",
                });
                comments.push(comment.clone());
                Reply::json(201, &comment)
            }
            _ => Reply::json(404, &json!({"message": "Not Found"})),
        }
    })
    .unwrap()
}

impl Hub {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let served = dir.path().join("served/acme");
        let made = dir.path().join("made");
        fs::create_dir_all(&served).unwrap();
        fs::create_dir_all(&made).unwrap();
        git(&made, &["init", "-q", "-b", "main"]);
        let config = format!("[factory]\nname = \"Example\"\nbots = [\"{OWN}\"]\n");
        fs::write(made.join("factory.toml"), config).unwrap();
        git(&made, &["add", "."]);
        git(&made, &["commit", "-qm", "first"]);
        let (from, to) = (made.display().to_string(), served.join("site.git"));
        git(
            dir.path(),
            &["clone", "-q", "--bare", &from, &to.display().to_string()],
        );
        // As a runner checks it out: cut off, and without a credential.
        let url = format!("file://{}", to.display());
        git(dir.path(), &["clone", "-q", "--depth=1", &url, "checkout"]);
        let event =
            json!({"action": "opened", "issue": {"number": 7}, "sender": {"login": "robin"}});
        fs::write(dir.path().join("event.json"), event.to_string()).unwrap();
        let git = GitServer::start(&dir.path().join("served"), Some(WORKFLOW)).unwrap();
        let api = api();
        Self { dir, api, git }
    }

    fn job(&self, words: &[&str], credentials: bool) -> Output {
        self.command(words, credentials).output().unwrap()
    }

    fn command(&self, words: &[&str], credentials: bool) -> Command {
        let mut command = lightsout();
        command
            .current_dir(self.dir.path())
            .args(words)
            .env("CMS_BOT_ENABLED", "true")
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_REPOSITORY", "acme/site")
            .env("GITHUB_API_URL", self.api.url())
            .env("GITHUB_SERVER_URL", self.git.url())
            .env("GITHUB_EVENT_NAME", "issues")
            .env("GITHUB_EVENT_PATH", self.dir.path().join("event.json"))
            .env("GITHUB_REF_NAME", "main")
            .env("GITHUB_WORKSPACE", self.dir.path().join("checkout"))
            .env("GITHUB_OUTPUT", self.dir.path().join("outputs"))
            .env("GITHUB_STEP_SUMMARY", self.dir.path().join("summary.md"))
            .env(
                "RUNNER_TEMP",
                self.dir.path().join(format!("runner-{}", words[0])),
            );
        if credentials {
            command
                .env("GITHUB_TOKEN", WORKFLOW)
                .env("LIGHTSOUT_BOT_TOKEN", BOT);
        }
        command
    }

    fn fine(&self, words: &[&str], credentials: bool) -> Value {
        let output = self.job(&[words, &["--format", "json"]].concat(), credentials);
        assert!(output.status.success(), "{words:?}: {}", stderr(&output));
        serde_json::from_str(&stdout(&output)).unwrap()
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if entry.file_type().unwrap().is_dir() {
            files(&entry.path(), found);
        } else {
            found.push(entry.path());
        }
    }
}

#[test]
fn a_request_goes_from_job_to_job_over_github() {
    let hub = Hub::new();
    let dry = hub.fine(&["triage", "--dry-run"], true);
    assert_eq!(dry["reason"], "started");
    let read_only = |asked: &Asked| asked.method == "GET";
    assert!(hub.api.asked().iter().all(read_only));

    let handed = hub.fine(&["triage"], true);
    assert_eq!(
        (&handed["reason"], &handed["run"]),
        (&"started".into(), &true.into())
    );
    let again = hub.fine(&["triage"], true);
    assert_eq!(again["reason"], "run-in-progress");
    assert_eq!(again["run_digest"], handed["run_digest"]);
    assert_eq!(hub.fine(&["agent", "run"], false)["end"], "commit");
    assert_eq!(hub.fine(&["gate"], false)["passed"], true);
    let digest = handed["run_digest"].as_str().unwrap();
    let settled = hub.fine(&["settle", "--run-digest", digest, "--dry-run"], true);
    assert_eq!(
        (&settled["reason"], &settled["end"]),
        (&"in-review".into(), &"ready".into())
    );

    let asked = hub.api.asked();
    let posts = asked.iter().filter(|asked| asked.method == "POST").count();
    assert_eq!(posts, 1, "the status, once");
    assert!(asked.iter().all(|asked| {
        let sent = asked.header("authorization").unwrap_or_default();
        sent.contains(WORKFLOW) || sent.contains(BOT)
    }));
    // The money was put aside on a branch of the repository.
    let served = hub.dir.path().join("served/acme/site.git");
    git(
        &served,
        &["rev-parse", "--verify", "refs/heads/lightsout/ledger"],
    );

    let mut all = Vec::new();
    files(hub.dir.path(), &mut all);
    for path in all {
        let bytes = fs::read(&path).unwrap_or_default();
        let held = bytes.windows(8).any(|window| window == b"planted-");
        assert!(!held, "{}", path.display());
    }
}

#[test]
fn a_token_that_does_not_reach_the_ledger_is_the_users_to_mend() {
    let hub = Hub::new();
    let mut triage = hub.command(&["triage"], true);
    let output = triage
        .env("GITHUB_TOKEN", "planted-other")
        .output()
        .unwrap();
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    for words in ["the ledger", "wants another credential", "`GITHUB_TOKEN`"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert!(!told.contains("planted"), "{told}");
}

#[test]
fn what_a_job_lacks_is_named() {
    let hub = Hub::new();
    let output = hub.job(&["triage"], false);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let told = stderr(&output);
    assert!(
        told.contains("GITHUB_TOKEN") && told.contains("::error title="),
        "{told}"
    );
    let output = lightsout()
        .args(["triage", "--issue", "1"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("--dir"), "{}", stderr(&output));
}
