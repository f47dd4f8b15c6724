//! A request from its issue to the merge, by the verbs of the command line, on our own GitHub.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::e2e::forge::Program;
use crate::e2e::rest::Rest;
use crate::process;

const BODY: &str = "### Question\n\nCan I bring my bicycle in?\n\n### Answer\n\nYes. There are 12 hooks in the hall.\n";

/// A request and its pull request, by their numbers.
pub(super) struct Proposed {
    issue: Value,
    pull: Value,
}

/// Where it is lived.
pub(super) struct Life<'a> {
    pub(super) program: &'a Program,
    /// The judge, to whom all of it is said.
    pub(super) rest: Rest,
    pub(super) repository: String,
    /// A folder of its own.
    pub(super) home: &'a Path,
    pub(super) events: &'a Path,
    /// The workflow's token, the bot's, and one of somebody who may publish.
    pub(super) tokens: [String; 3],
}

impl Life<'_> {
    fn call(&self, token: &str, method: &str, path: &str, body: Option<Value>) -> Result<Value> {
        let path = format!("/repos/{}{path}", self.repository);
        let body = body.map(|body| body.to_string().into_bytes());
        let (status, _, answer) = self.rest.call(method, &path, token, body)?;
        ensure!(status < 300, "{method} {path}: {status} {answer}");
        Ok(answer)
    }

    fn event(&self, name: &str) -> Result<PathBuf> {
        let mut files = Vec::new();
        for file in fs::read_dir(self.events)? {
            let file = file?.path();
            if file.to_string_lossy().ends_with(&format!("-{name}.json")) {
                files.push(file);
            }
        }
        files
            .into_iter()
            .max()
            .with_context(|| format!("no event `{name}`"))
    }

    fn job(&self, words: &[&str], event: Option<&str>) -> Result<Value> {
        let mut job = Command::new(self.program.path());
        job.current_dir(self.home)
            .args(words)
            .args(["--format", "json"])
            .env("CMS_BOT_ENABLED", "true")
            .env("GITHUB_REF_NAME", "main")
            .env("GITHUB_API_URL", self.rest.url())
            .env("GITHUB_SERVER_URL", self.rest.url())
            .env("GITHUB_REPOSITORY", &self.repository)
            .env("GITHUB_WORKSPACE", self.home.join("checkout"))
            .env("RUNNER_TEMP", self.home.join("runner"))
            .env_remove("GITHUB_TOKEN")
            .stdin(Stdio::null());
        if let Some(name) = event {
            job.env("GITHUB_EVENT_NAME", name)
                .env("GITHUB_EVENT_PATH", self.event(name)?)
                .env("GITHUB_TOKEN", &self.tokens[0])
                .env("LIGHTSOUT_BOT_TOKEN", &self.tokens[1]);
        }
        let printed = process::read(&mut job)?;
        serde_json::from_str(&printed).with_context(|| format!("{words:?} printed {printed}"))
    }

    /// Lives until the pull request waits for its approval.
    pub(super) fn propose(&self) -> Result<Proposed> {
        let [workflow, _, person] = &self.tokens;
        let url = self.rest.url().replace("//", &format!("//x:{workflow}@"));
        process::read(
            Command::new("git")
                .args(["clone", "--quiet"])
                .arg(format!("{url}/{}.git", self.repository))
                .arg(self.home.join("checkout")),
        )?;
        let new = json!({ "title": "FAQ: bicycles", "body": BODY, "labels": ["cms-faq"] });
        let issue = self.call(person, "POST", "/issues", Some(new))?["number"].clone();
        is(
            &self.job(&["triage", "--out", "run"], Some("issues"))?,
            "started",
        )?;
        self.job(&["agent", "run", "--run", "run", "--out", "work"], None)?;
        self.job(
            &["gate", "--run", "run", "--work", "work", "--out", "gates"],
            None,
        )?;
        let settle = [
            "settle", "--run", "run", "--work", "work", "--gates", "gates",
        ];
        is(&self.job(&settle, Some("issues"))?, "in-review")?;
        let opened: Value = serde_json::from_slice(&fs::read(self.event("pull_request")?)?)?;
        let pull = opened["number"].clone();
        Ok(Proposed { issue, pull })
    }

    /// Lives on until it is merged.
    pub(super) fn publish(&self, Proposed { issue, pull }: &Proposed) -> Result<()> {
        let person = &self.tokens[2];
        let said = Some(json!({ "body": "/publish" }));
        self.call(person, "POST", &format!("/issues/{issue}/comments"), said)?;
        is(&self.job(&["publish"], Some("issue_comment"))?, "merging")?;
        let merged = self.call(person, "GET", &format!("/pulls/{pull}"), None)?;
        ensure!(merged["merged"] == true, "{merged}");
        let closed = self.call(person, "GET", &format!("/issues/{issue}"), None)?;
        ensure!(closed["state"] == "closed", "{closed}");
        println!("life: request {issue} was merged as pull request {pull}");
        Ok(())
    }
}

fn is(done: &Value, wanted: &str) -> Result<()> {
    ensure!(done["reason"] == wanted, "{done} instead of `{wanted}`");
    Ok(())
}
