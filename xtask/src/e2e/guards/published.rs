//! What guards are asked about besides made-up payloads: every example that GitHub's users have published of an event
//! that starts a workflow, as it is and with the people, labels and comments of a factory put into it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

use super::corpus::{self, BODIES, Case, EVERY, REPOSITORY};

/// The events that start workflows and of which there are examples; nobody has published one of `schedule`.
const EVENTS: [&str; 7] = [
    "deployment_status",
    "issue_comment",
    "issues",
    "pull_request",
    "push",
    "workflow_dispatch",
    "workflow_run",
];

/// How many cases are made of an example, each with another mixture.
const MIXTURES: usize = 24;

/// The repository of nearly all examples.
const THEIR_REPOSITORY: &str = "Codertocat/Hello-World";

/// An event in the index of the package.
#[derive(Debug, Deserialize)]
struct Event {
    name: String,
    examples: Vec<Value>,
}

/// Reads the examples of the npm package `@octokit/webhooks-examples`, and makes cases of them.
pub(super) fn cases(node: &Path, labels: &[String]) -> Result<Vec<Case>> {
    let package = node.join("node_modules/@octokit/webhooks-examples");
    let mut cases = Vec::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in fs::read_dir(&package)? {
        let index = entry?.path().join("index.json");
        let Ok(text) = fs::read_to_string(&index) else {
            continue;
        };
        let events: Vec<Event> =
            serde_json::from_str(&text).with_context(|| index.display().to_string())?;
        for event in &events {
            let Some(name) = EVENTS.into_iter().find(|name| *name == event.name) else {
                continue;
            };
            *counts.entry(name).or_default() += event.examples.len();
            for payload in &event.examples {
                with_mixtures(name, payload, labels, &mut cases);
            }
        }
    }
    ensure!(
        counts.len() == EVENTS.len(),
        "there are only examples of {counts:?}"
    );
    let all: usize = counts.values().sum();
    let each: Vec<String> = counts
        .iter()
        .map(|(name, count)| format!("{count} of {name}"))
        .collect();
    println!(
        "guards: {all} published payloads, {MIXTURES} mixtures of each: {}",
        each.join(", ")
    );
    Ok(cases)
}

/// Makes cases of an example: the first is the example as it is.
fn with_mixtures(event: &'static str, payload: &Value, labels: &[String], cases: &mut Vec<Case>) {
    for mixture in 0..MIXTURES {
        let at = cases.len();
        let mut payload = payload.clone();
        if mixture > 0 {
            if mixture % 4 != 0 {
                move_to_ours(&mut payload);
            }
            mix(&mut payload, labels, at);
        }
        let vars = corpus::turn(
            &corpus::switches(),
            if mixture % 3 == 0 { at } else { 0 },
            1,
        );
        cases.push(corpus::case(EVERY, event, vars, payload));
    }
}

/// Puts another sender, other labels and another comment where the example has such.
fn mix(payload: &mut Value, labels: &[String], at: usize) {
    let put = |place: Option<&mut Value>, value: Value| {
        if let Some(place) = place {
            *place = value;
        }
    };
    let set = corpus::subset(labels, at.wrapping_mul(0x9e37) >> 3, at % 16);
    put(
        payload.pointer_mut("/sender"),
        corpus::turn(&corpus::actors(), at, 1),
    );
    put(
        payload.pointer_mut("/comment/body"),
        json!(corpus::turn(&BODIES, at, 1)),
    );
    put(payload.pointer_mut("/issue/labels"), set.clone());
    put(payload.pointer_mut("/pull_request/labels"), set);
    let branch = corpus::turn(&corpus::BRANCHES, at, 2);
    put(payload.pointer_mut("/pull_request/head/ref"), json!(branch));
    put(
        payload.pointer_mut("/workflow_run/head_branch"),
        json!(branch),
    );
    let conclusion = corpus::turn(&corpus::CONCLUSIONS, at, 1);
    put(
        payload.pointer_mut("/workflow_run/conclusion"),
        json!(conclusion),
    );
    let creator = corpus::turn(&corpus::actors(), at, 3);
    put(payload.pointer_mut("/deployment_status/creator"), creator);
    let label = labels.get(at % labels.len().max(1)).cloned();
    put(payload.pointer_mut("/label/name"), json!(label));
}

/// Gives everything of the example's repository to the one of the cases.
fn move_to_ours(value: &mut Value) {
    match value {
        Value::String(text) if text == THEIR_REPOSITORY => REPOSITORY.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(move_to_ours),
        Value::Object(entries) => entries.values_mut().for_each(move_to_ours),
        _ => {}
    }
}
