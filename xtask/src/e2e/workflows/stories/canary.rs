//! The canary: an agent reads every skill, or people are told which it did not.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, ensure};
use lightsout_testkit::model::{Call, Conversation, ModelServer, Turn};
use serde_json::{Value, json};

use super::{KEY, clock, kept_to_script};
use crate::e2e::workflows::act::Ran;
use crate::e2e::workflows::expect::{gave, only};
use crate::e2e::workflows::hub::repository;
use crate::e2e::workflows::world::World;
use crate::process::workspace;

const CANARY: &str = "cms-canary.yml";

pub(super) fn canary(world: &mut World<'_>) -> Result<()> {
    let phrases = phrases()?;
    let main = world.hub.get("/git/ref/heads/main")?;
    // One of the skills is not opened, and so its phrase is not known.
    let mut some = phrases.clone();
    let (missed, _) = some.pop_first().context("no skill")?;
    let ran = recited(world, &some, "workflow_dispatch", &by_hand())?;
    gave(&ran, "settle", "reason", "canary-failed")?;
    let issue = record(world)?;
    ensure!(issue["state"] == "open", "{issue}");
    let told = issue["body"].as_str().unwrap_or_default();
    let names = |name: &String| told.contains(&format!("`{name}`"));
    ensure!(names(&missed) && !some.keys().any(names), "{told}");

    let ran = recited(world, &phrases, "schedule", &clock("0 5 * * 1"))?;
    gave(&ran, "settle", "reason", "canary-passed")?;
    let issue = record(world)?;
    ensure!(issue["state"] == "closed", "{issue}");
    let told = issue["body"].as_str().unwrap_or_default();
    ensure!(told.contains("Last passed: `claude-sonnet-4-6`"), "{told}");
    ensure!(!told.contains(&missed), "{told}");
    // An agent that reads changes nothing, and what the canary remembers calls for nobody.
    ensure!(world.deliver()?.is_empty());
    ensure!(world.hub.get("/git/ref/heads/main")? == main);
    Ok(())
}

/// Runs the canary with a model that opens these skills, and says what stands in them.
fn recited(
    world: &mut World<'_>,
    phrases: &BTreeMap<String, String>,
    event: &str,
    payload: &Value,
) -> Result<Ran> {
    let opens = |name: &String| Call::Tool {
        name: "Skill".to_owned(),
        input: json!({ "skill": name }),
    };
    let reads = phrases.keys().map(opens).fold(Turn::say(""), Turn::call);
    let said = format!("```json\n{}\n```\nREADY", json!({ "phrases": phrases }));
    let recites = Conversation::new("recites", ["# Read the skills"]);
    let server = ModelServer::start(vec![recites.turn(reads).turn(Turn::say(said))])?;
    world.model = Some((server.url(), KEY));
    let ran = world.trigger(event, payload, CANARY)?;
    only(&ran, &["canary", "agent", "settle"])?;
    gave(&ran, "canary", "reason", "canary-started")?;
    gave(&ran, "agent", "check", "false")?;
    kept_to_script(&server)?;
    // The script knows the phrases anyway; that the program could read them is what it was given.
    let asked = server.exchanges();
    let asked = asked.last().context("nobody asked")?;
    let given = asked.prompt() + &json!(asked.body).to_string();
    for (name, phrase) in phrases {
        ensure!(given.contains(phrase), "`{name}` was not read:\n{given}");
    }
    Ok(ran)
}

/// The issue that holds the canary's record.
fn record(world: &World<'_>) -> Result<Value> {
    let issues = world.hub.get("/issues?state=all&per_page=100")?;
    let title = "Canary of claude-sonnet-4-6";
    let mut issues = issues.as_array().into_iter().flatten();
    let found = issues.find(|issue| issue["title"] == title);
    found.cloned().context("no issue of the canary")
}

/// What a person who starts it by hand is told as.
fn by_hand() -> Value {
    json!({ "inputs": {}, "ref": "refs/heads/main", "workflow": CANARY, "repository": repository() })
}

/// The phrase of each skill, as it stands in its file.
fn phrases() -> Result<BTreeMap<String, String>> {
    let mut phrases = BTreeMap::new();
    for folder in fs::read_dir(workspace().join("skills"))? {
        let folder = folder?;
        let text = fs::read_to_string(folder.path().join("SKILL.md"))?;
        let phrase = text.split_once("Canary phrase: `").map(|(_, rest)| rest);
        let phrase = phrase.and_then(|rest| rest.split('`').next());
        let phrase = phrase.context("a skill has no phrase")?.to_owned();
        phrases.insert(folder.file_name().to_string_lossy().into_owned(), phrase);
    }
    Ok(phrases)
}
