//! `lightsout local serve` as a process, and people and events on it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::e2e::forge::Program;
use crate::e2e::rest::Rest;
use crate::process;

/// The repository's name.
pub(super) const REPOSITORY: &str = "example/site";

/// How payloads tell of it.
pub(super) fn repository() -> Value {
    json!({
        "full_name": REPOSITORY, "name": "site", "default_branch": "main",
        "owner": { "login": "example", "id": 6, "type": "Organization" },
    })
}

/// A factory after the demo, served as GitHub would.
pub(super) struct Hub {
    server: Child,
    pub(super) url: String,
    rest: Rest,
    tokens: BTreeMap<String, String>,
    /// The workflow's own token.
    pub(super) workflow: String,
    /// The bot's.
    pub(super) bot: String,
    events: PathBuf,
    told: String,
}

/// An event as it is delivered.
pub(super) struct Event {
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) payload: Value,
}

impl Hub {
    /// Makes a factory in a folder, and serves it.
    pub(super) fn start(program: &Program, folder: &Path) -> Result<Self> {
        process::read(program.demo(folder).arg("--quiet"))?;
        let mut server = Command::new(program.path())
            .args(["local", "serve", "--addr", "127.0.0.1:0", "--quiet"])
            .args(["--format", "json", "--repository", REPOSITORY, "--dir"])
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("starting `lightsout local serve`")?;
        let said = server.stdout.take().context("no output")?;
        let serving = first_object(&mut BufReader::new(said))?;
        let text = |key: &str| serving[key].as_str().map(str::to_owned);
        let url = text("url").context("no url")?;
        let file = text("env_file").context("no file of tokens")?;
        let lines = fs::read_to_string(file)?;
        let tokens: BTreeMap<String, String> = lines
            .lines()
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let token = |name: &str| tokens.get(name).cloned().context("a token is missing");
        Ok(Self {
            server,
            rest: Rest::at(&url),
            url,
            workflow: token("GITHUB_TOKEN")?,
            bot: token("LIGHTSOUT_BOT_TOKEN")?,
            tokens,
            events: text("events").context("no events")?.into(),
            told: String::new(),
        })
    }

    /// The token of a person.
    pub(super) fn token(&self, login: &str) -> Result<&str> {
        let name = format!("TOKEN_{}", login.replace('-', "_").to_uppercase());
        let token = self.tokens.get(&name).map(String::as_str);
        token.with_context(|| format!("`{login}` is no member"))
    }

    fn call(&self, method: &str, path: &str, token: &str, body: Option<&Value>) -> Result<Value> {
        let path = format!("/repos/{REPOSITORY}{path}");
        let body = body.map(|body| body.to_string().into_bytes());
        let (status, _, answer) = self.rest.call(method, &path, token, body)?;
        ensure!(status < 300, "{method} {path}: {status} {answer}");
        Ok(answer)
    }

    /// Reads something.
    pub(super) fn get(&self, path: &str) -> Result<Value> {
        self.call("GET", path, &self.workflow, None)
    }

    /// Opens an issue, and says its number.
    pub(super) fn open(&self, by: &str, title: &str, body: &str, labels: &[&str]) -> Result<u64> {
        let issue = json!({ "title": title, "body": body, "labels": labels });
        let opened = self.call("POST", "/issues", self.token(by)?, Some(&issue))?;
        opened["number"].as_u64().context("no number")
    }

    /// Opens a pull request into the published branch, and says its number.
    pub(super) fn propose(&self, by: &str, head: &str, title: &str) -> Result<u64> {
        let pull = json!({ "title": title, "head": head, "base": "main" });
        let opened = self.call("POST", "/pulls", self.token(by)?, Some(&pull))?;
        opened["number"].as_u64().context("no number")
    }

    /// Merges a pull request as it is, by hand.
    pub(super) fn merge(&self, by: &str, number: u64) -> Result<()> {
        let squashed = json!({ "merge_method": "squash" });
        let path = format!("/pulls/{number}/merge");
        self.call("PUT", &path, self.token(by)?, Some(&squashed))?;
        Ok(())
    }

    /// Says of a commit that the gates are green on it, in a person's own name.
    pub(super) fn vouch(&self, by: &str, sha: &str) -> Result<()> {
        let status = json!({ "context": "lightsout/gates", "state": "success" });
        let path = format!("/statuses/{sha}");
        self.call("POST", &path, self.token(by)?, Some(&status))?;
        Ok(())
    }

    /// Comments on an issue.
    pub(super) fn say(&self, by: &str, on: u64, body: &str) -> Result<()> {
        let comment = json!({ "body": body });
        let path = format!("/issues/{on}/comments");
        self.call("POST", &path, self.token(by)?, Some(&comment))?;
        Ok(())
    }

    /// The labels of an issue or pull request.
    pub(super) fn labels(&self, on: u64) -> Result<Vec<String>> {
        let issue = self.get(&format!("/issues/{on}"))?;
        let labels = issue["labels"].as_array().context("no labels")?;
        let name = |label: &Value| label["name"].as_str().unwrap_or_default().to_owned();
        Ok(labels.iter().map(name).collect())
    }

    /// The pull request of a request.
    pub(super) fn pull(&self, issue: u64) -> Result<Value> {
        self.pull_of(&format!("claude/issue-{issue}-"))
    }

    /// The newest pull request of a branch that begins like this.
    pub(super) fn pull_of(&self, branch: &str) -> Result<Value> {
        let pulls = self.get("/pulls?state=all&per_page=100")?;
        let of_it = |pull: &&Value| {
            let head = pull["head"]["ref"].as_str();
            head.is_some_and(|head| head.starts_with(branch))
        };
        let found = pulls.as_array().into_iter().flatten().find(of_it);
        found
            .cloned()
            .with_context(|| format!("no pull request is of `{branch}`"))
    }

    /// The comments of an issue or pull request, the oldest first.
    pub(super) fn comments(&self, on: u64) -> Result<Vec<String>> {
        let comments = self.get(&format!("/issues/{on}/comments?per_page=100"))?;
        let body = |comment: &Value| comment["body"].as_str().unwrap_or_default().to_owned();
        Ok(comments
            .as_array()
            .into_iter()
            .flatten()
            .map(body)
            .collect())
    }

    /// The events since the last call, in their order.
    pub(super) fn events(&mut self) -> Result<Vec<Event>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.events)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.retain(|name| !name.starts_with('.') && *name > self.told);
        names.sort();
        let mut events = Vec::new();
        for name in names {
            let path = self.events.join(&name);
            let event = name
                .strip_suffix(".json")
                .and_then(|name| name.split_once('-'));
            let (_, event) = event.with_context(|| format!("`{name}` is no event"))?;
            events.push(Event {
                name: event.to_owned(),
                payload: serde_json::from_slice(&fs::read(&path)?)?,
                path,
            });
            self.told = name;
        }
        Ok(events)
    }
}

/// Reads one JSON object that is printed over several lines.
fn first_object(said: &mut impl BufRead) -> Result<Value> {
    let mut text = String::new();
    loop {
        let read = said.read_line(&mut text)?;
        ensure!(read > 0, "`lightsout local serve` ended:\n{text}");
        if let Ok(value) = serde_json::from_str(&text) {
            return Ok(value);
        }
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
