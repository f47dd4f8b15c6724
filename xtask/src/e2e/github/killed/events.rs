//! What happens to a repository, done on the emulator, and told as GitHub tells it.

use anyhow::{Context as _, Result};
use lightsout_forge::Label;
use lightsout_git::NewFile;
use serde_json::{Value, json};

use super::super::site::{USERS, signature};
use super::job::Told;
use super::world::World;

const COMPLETE: &str = "### Question\n\nCan I bring my bicycle into the hall?\n\n### Answer\n\nYes, you can bring it in. There are 12 hooks in the hall.\n";
const LACKING: &str = "### Question\n\nCan I bring my bicycle into the hall?\n";
/// The workflow run that failed.
const FAILED: u64 = 900;
/// The archive of its logs.
const ARCHIVE: &str = "crates/runlog/tests/data/run.zip";

fn user(login: &str) -> Value {
    let kind = if login.ends_with("[bot]") {
        "Bot"
    } else {
        "User"
    };
    json!({ "login": login, "type": kind })
}

/// The content type of a question with an answer, by the label of its first type.
fn kind() -> Result<String> {
    let factory = lightsout_taxonomy::Factory::builtin();
    let mut types = factory.types.iter().map(|kind| kind.label.clone());
    types.find(|label| label.ends_with("faq")).context("a type")
}

/// Somebody opens a request, whose form sets its label.
fn opens(world: &World, text: &str) -> Result<Value> {
    let asked = json!({ "title": "FAQ: bicycles", "body": text });
    let made = world.by(USERS[2], "POST", "/issues", &asked)?;
    let number = made["number"].as_u64().context("a number")?;
    let labels = json!({ "labels": [kind()?] });
    world.by(
        USERS[0],
        "POST",
        &format!("/issues/{number}/labels"),
        &labels,
    )?;
    world.issue(number)?.context("no issue")
}

fn told(action: &str, issue: &Value) -> Result<Told> {
    let payload = json!({
        "action": action, "issue": issue, "sender": issue["user"], "label": { "name": kind()? },
    });
    Ok(Some(("issues", payload)))
}

pub(super) fn opened(world: &World) -> Result<Told> {
    told("opened", &opens(world, COMPLETE)?)
}

pub(super) fn opened_lacking(world: &World) -> Result<Told> {
    told("opened", &opens(world, LACKING)?)
}

/// A form that sets a label is told of twice.
pub(super) fn labelled(world: &World) -> Result<Told> {
    told("labeled", &world.issue(1)?.context("no issue")?)
}

fn says(world: &World, who: &str, on: u64, text: &str) -> Result<Told> {
    let path = format!("/issues/{on}/comments");
    let comment = world.by(who, "POST", &path, &json!({ "body": text }))?;
    let issue = world.issue(on)?.context("no issue")?;
    let payload = json!({
        "action": "created", "issue": issue, "comment": comment, "sender": user(who),
    });
    Ok(Some(("issue_comment", payload)))
}

pub(super) fn answers(world: &World) -> Result<Told> {
    let answer = "### Answer\n\nYes, you can bring it in. There are 12 hooks in the hall.\n";
    says(world, USERS[2], 1, answer)
}

pub(super) fn cancels(world: &World) -> Result<Told> {
    says(world, USERS[2], 1, "/cancel")
}

pub(super) fn publishes(world: &World) -> Result<Told> {
    let number = world.pull()?["number"].as_u64();
    says(world, USERS[1], number.context("a number")?, "/publish")
}

/// The label of the approval raises an event as well.
pub(super) fn approved(world: &World) -> Result<Told> {
    let payload = json!({
        "action": "labeled", "pull_request": world.pull()?, "sender": user(USERS[4]),
        "label": { "name": Label::approved() },
    });
    Ok(Some(("pull_request", payload)))
}

pub(super) fn pull_opened(world: &World) -> Result<Told> {
    let pull = world.pull()?;
    let payload = json!({ "action": "opened", "pull_request": pull, "sender": pull["user"] });
    Ok(Some(("pull_request", payload)))
}

fn deployed(world: &World, state: &str) -> Result<Told> {
    let host = user("vercel[bot]");
    let payload = json!({
        "action": "created", "sender": host,
        "deployment": { "id": 5, "sha": world.pull()?["head"]["sha"] },
        "deployment_status": {
            "state": state, "creator": host, "environment_url": "https://site-abc.vercel.app",
        },
    });
    Ok(Some(("deployment_status", payload)))
}

pub(super) fn deploying(world: &World) -> Result<Told> {
    deployed(world, "pending")
}

pub(super) fn deployment_done(world: &World) -> Result<Told> {
    deployed(world, "success")
}

/// A workflow fails on the newest pull request, and its logs can be fetched.
pub(super) fn failed(world: &World) -> Result<Told> {
    let archive = std::fs::read(crate::process::workspace().join(ARCHIVE))?;
    let address = format!("/archives/{FAILED}");
    world.hub.state().files.insert(address, archive);
    let pull = world.pull()?;
    let here = json!({ "full_name": "acme/site" });
    let payload = json!({
        "action": "completed", "sender": user(USERS[2]), "repository": here,
        "workflow_run": {
            "id": FAILED, "name": "CI", "conclusion": "failure", "head_repository": here,
            "head_branch": pull["head"]["ref"], "head_sha": pull["head"]["sha"],
        },
    });
    Ok(Some(("workflow_run", payload)))
}

/// Somebody proposes a change of their own.
pub(super) fn proposes(world: &World) -> Result<()> {
    let bare = &world.hub.bare;
    let main = bare.rev("refs/heads/main")?.context("no main")?;
    let page = NewFile {
        path: "content/faq/hours.mdx",
        bytes: Some(b"---\nquestion: When are you open?\n---\n\nFrom nine to fife.\n"),
    };
    let commit = bare.commit_files(Some(&main), &[page], "longer hours", &signature(9))?;
    bare.update_ref("refs/heads/hours", &commit, None)?;
    world.hub.follow()?;
    let pull = json!({ "title": "Longer hours", "head": "hours", "base": "main", "body": "We open longer." });
    world.by(USERS[1], "POST", "/pulls", &pull)?;
    world.check_out()
}

/// Yesterday was dear.
pub(super) fn spent(world: &World) -> Result<()> {
    let yesterday = chrono::Utc::now() - chrono::TimeDelta::days(1);
    let line = json!({
        "id": "dear", "issue": 1, "run": "dear", "at": yesterday,
        "kind": { "reserve": { "amount": 60_000_000_000_u64 } },
    });
    let text = format!("{line}\n");
    let file = NewFile {
        path: "ledger.jsonl",
        bytes: Some(text.as_bytes()),
    };
    let bare = &world.hub.bare;
    let commit = bare.commit_files(None, &[file], "ledger: issue 1", &signature(9))?;
    bare.update_ref("refs/heads/lightsout/ledger", &commit, None)?;
    world.hub.follow()
}

/// Nobody has touched anything for eight days, and one request was never looked at.
pub(super) fn lies(world: &World) -> Result<()> {
    opens(world, COMPLETE)?;
    world.hub.emulator.age(8);
    Ok(())
}

pub(super) fn checked_out(world: &World) -> Result<()> {
    world.check_out()
}
