//! Claude Code and Codex in a whole factory: programs that stand in for them commit and print what the real ones printed.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use lightsout_agents::{Agent, ClaudeAgent, ClaudeSettings, CodexAgent, ModelAccess, ModelKey};
use lightsout_lifecycle::{Reason, RunEnd, RunReport};

use crate::world::{BODY, GOOD, REQUESTER, World};

/// A program that says its version, or does the work of a good agent and prints a recorded transcript.
fn stand_in(world: &World, version: &str, transcript: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../signal/tests/fixtures");
    let recorded = folder.join(transcript).canonicalize().unwrap();
    let work: Vec<&str> = GOOD
        .lines()
        .filter(|line| !line.starts_with("echo"))
        .collect();
    let script = format!(
        "#!/bin/sh\nif [ \"$1\" = --version ]; then echo '{version}'; exit 0; fi\n{}\ncat '{}'\n",
        work.join("\n"),
        recorded.display()
    );
    let path = world.dir.path().join("program");
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn access() -> ModelAccess {
    ModelAccess {
        key: ModelKey::new("sk-nobody").unwrap(),
        base_url: None,
    }
}

/// Runs one request to its pull request, and returns the report of its run.
async fn reported(world: &World, agent: &dyn Agent) -> RunReport {
    let issue = world.open(REQUESTER, BODY).await;
    world
        .work_as(agent, &world.local, &world.local)
        .await
        .unwrap();
    assert_eq!(world.reasons(), [Reason::Started, Reason::InReview]);
    assert!(!world.is_waiting(issue).await);
    let report = world
        .local
        .dir()
        .join(format!("runs/{}-1/report.json", issue.0));
    serde_json::from_slice(&fs::read(report).unwrap()).unwrap()
}

#[tokio::test]
async fn what_claude_code_printed_becomes_a_report_with_a_measured_price() {
    let world = World::new(GOOD, &[]).await;
    let program = stand_in(&world, "2.1.330 (Claude Code)", "claude-ready.jsonl");
    let settings = ClaudeSettings {
        model: "claude-sonnet-4-6".to_owned(),
        max_turns: 7,
        budget_usd: None,
    };
    let program = ClaudeAgent::PROGRAM.at(program).await.unwrap();
    let agent = ClaudeAgent::new(program, settings, access());
    let report = reported(&world, &agent).await;
    assert!(matches!(report.end, RunEnd::Ready { .. }), "{report:?}");
    let tag = &report.price_tag;
    assert!(
        tag.contains("`claude-sonnet-4-6`") && tag.contains("| measured |"),
        "{tag}"
    );
    assert!(
        report.spent.0 > 0 && report.words.contains("review"),
        "{report:?}"
    );
}

#[tokio::test]
async fn what_codex_used_is_told_with_its_model_and_never_called_free() {
    let world = World::new(GOOD, &[]).await;
    let program = stand_in(&world, "codex-cli 0.169.0", "codex-ready.jsonl");
    let program = CodexAgent::PROGRAM.at(program).await.unwrap();
    let agent = CodexAgent::new(program, "gpt-5.1-codex".to_owned(), access());
    let report = reported(&world, &agent).await;
    assert!(matches!(report.end, RunEnd::Ready { .. }), "{report:?}");
    let tag = &report.price_tag;
    assert!(tag.contains("| `gpt-5.1-codex` | 200 | 20 |"), "{tag}");
    assert!(
        tag.contains("| unknown |") && !tag.contains("$0.00"),
        "{tag}"
    );
    assert_eq!(
        report.words,
        "Committed. WAITING was considered and is not needed."
    );
}
