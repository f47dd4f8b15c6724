//! What people do, and what must come of it.

mod canary;
mod mending;
mod requests;
mod slips;
mod told;

use anyhow::{Context, Result, ensure};
use lightsout_testkit::model::{ModelServer, Turn};
use serde_json::{Value, json};

use super::expect::{Told, expect, gave};
use super::hub::repository;
use super::world::{World, git};
use crate::e2e::files;
use crate::process;

pub(super) type Story = fn(&mut World<'_>) -> Result<()>;

/// What happens on one site, in order; each story begins where the one before left the repository.
pub(super) struct Site {
    /// What its folder is called.
    pub(super) name: &'static str,
    pub(super) agent: &'static str,
    pub(super) stories: &'static [(&'static str, Story)],
}

/// Every site with its stories.
pub(super) const ALL: &[Site] = &[
    Site {
        name: "template",
        agent: "template",
        stories: &[
            ("a request, from filed to merged", requests::published),
            ("a question and its answer", requests::clarified),
            ("a preview", told::preview),
            ("a failure that nobody mends", mending::unmended),
            ("the kill switch, and the sweep", requests::switched_off),
            ("the clock", told::chores),
            ("what is wrong on purpose", slips::planted),
        ],
    },
    Site {
        name: "claude",
        agent: "claude",
        stories: &[
            ("Claude Code with a scripted model", requests::claude),
            ("a page that a gate refused, mended", mending::refused),
            ("a page of the factory's own, mended", mending::own_page),
            ("the canary", canary::canary),
        ],
    },
    Site {
        name: "mending",
        agent: "claude",
        stories: &[
            ("what a review found, mended", mending::reviewed),
            ("a gate that failed, mended", mending::healed),
            ("a mending that is left out", mending::left_out),
        ],
    },
];

const CHAIN: [&str; 4] = ["triage", "agent", "gates", "settle"];
const WAITING: &str = "cms-bot-waiting";
/// The key that the model is asked with.
const KEY: &str = "sk-scripted-0123456789abcdef";

fn faq(question: &str) -> String {
    format!("### Question\n\n{question}\n\n### Answer\n\nYes. There are 12 hooks in the hall.\n")
}

fn page(question: &str, answer: &str) -> String {
    format!("---\ntype: \"cms-faq\"\nquestion: \"{question}\"\n---\n\n{answer}\n")
}

fn clock(cron: &str) -> Value {
    json!({ "schedule": cron, "repository": repository(), "workflow": ".github/workflows/x.yml" })
}

/// What a model that has reviewed something says.
fn findings(found: &Value) -> Turn {
    let said = json!({ "findings": found });
    Turn::say(format!("```json\n{said}\n```\nREADY"))
}

/// Nothing was asked that the script does not know, and everything with the key; gives how often it was asked.
fn kept_to_script(server: &ModelServer) -> Result<usize> {
    ensure!(server.surprises().is_empty(), "{:?}", server.surprises());
    let exchanges = server.exchanges();
    ensure!(exchanges.iter().all(|one| one.key.as_deref() == Some(KEY)));
    Ok(exchanges.len())
}

impl World<'_> {
    /// Whether a request waits for a person.
    fn waits(&self, issue: u64) -> Result<bool> {
        Ok(self.hub.labels(issue)?.iter().any(|label| label == WAITING))
    }

    /// Lets a person who may do so publish a request, and sees it merged; gives what happened.
    fn approve(&mut self, issue: u64) -> Result<Vec<Told>> {
        self.hub.say("ada-gatekeeper", issue, "/publish")?;
        let told = self.deliver()?;
        let (said, labeled) = ("issue_comment created", "pull_request labeled");
        let ran = expect(&told, said, "cms-publish.yml", &["publish"])?;
        gave(ran, "publish", "reason", "merging")?;
        expect(&told, labeled, "cms-publish.yml", &["publish"])?;
        expect(&told, "push", "ci.yml", &["gates"])?;
        let pull = self.hub.pull(issue)?;
        ensure!(!pull["merged_at"].is_null(), "{pull}");
        ensure!(self.hub.get(&format!("/issues/{issue}"))?["state"] == "closed");
        Ok(told)
    }

    /// The request that [`requests::clarified`] left in review: its issue, and its pull request.
    fn in_review(&self) -> Result<(u64, Value)> {
        let issues = self
            .hub
            .get("/issues?state=open&labels=cms-faq&per_page=100")?;
        let numbers = issues.as_array().into_iter().flatten();
        let mut open = numbers.filter_map(|issue| issue["number"].as_u64());
        let found = open.find_map(|issue| {
            let pull = self.hub.pull(issue).ok()?;
            (pull["state"] == "open").then_some((issue, pull))
        });
        found.context("no request is in review")
    }

    /// A file of the published branch.
    fn published(&self, path: &str) -> Result<String> {
        let site = self.dir.join("factory/site.git");
        process::read(git(&site).args(["show", &format!("main:{path}")]))
    }

    /// No secret is in what jobs handed on.
    pub(super) fn searched(&self) -> Result<()> {
        let secrets = [self.hub.bot.as_str(), &self.hub.workflow, KEY];
        let files = files::below(&self.dir.join("artifacts"))?;
        for file in &files {
            let bytes = std::fs::read(file)?;
            let holds = |secret: &&str| {
                bytes
                    .windows(secret.len())
                    .any(|part| part == secret.as_bytes())
            };
            let found = secrets.iter().find(|secret| holds(secret));
            ensure!(found.is_none(), "a secret is in `{}`", file.display());
        }
        ensure!(files.len() > 20, "only {} files", files.len());
        println!(
            "workflows: no secret in {} files that jobs handed on",
            files.len()
        );
        Ok(())
    }
}
