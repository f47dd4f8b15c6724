//! `cargo xtask e2e payloads`: every example payload that GitHub's users have published is read.
//!
//! The payloads are those of the npm package `@octokit/webhooks-examples`: of github.com, and of five older versions
//! of GitHub Enterprise Server, whose payloads lack what came later.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use anyhow::{Result, ensure};

use super::node;
use crate::process::{self, cargo};

/// How many payloads of github.com the package holds.
const PAYLOADS: usize = 329;
/// The kinds of events that must be among them; nobody has published an issue that was closed.
const KINDS: &[&str] = &[
    "comment_created",
    "deployment_status",
    "issue_labeled",
    "issue_opened",
    "issue_reopened",
    "pull_closed",
    "pull_labeled",
    "pull_opened",
    "pull_synchronized",
    "status_changed",
    "workflow_completed",
];

/// Runs the check.
pub(crate) fn run() -> Result<()> {
    let package = node::install()?.join("node_modules/@octokit/webhooks-examples");
    let ours = package.join("api.github.com/index.json");
    let counts = read(&[ours])?;
    let all: usize = counts.values().sum();
    ensure!(all == PAYLOADS, "{all} payloads were read, not {PAYLOADS}");
    let kinds: BTreeSet<&str> = counts.keys().map(|(_, how)| how.as_str()).collect();
    for kind in KINDS {
        ensure!(kinds.contains(kind), "no payload was read as `{kind}`");
    }
    for ((what, how), count) in &counts {
        println!("{count:5} {what} {how}");
    }
    let mut older = Vec::new();
    for entry in fs::read_dir(&package)? {
        let index = entry?.path().join("index.json");
        if index.is_file()
            && !index
                .parent()
                .is_some_and(|at| at.ends_with("api.github.com"))
        {
            older.push(index);
        }
    }
    let old: usize = read(&older)?.values().sum();
    ensure!(old > 0, "the package holds no older payloads");
    println!("payloads: {all} of github.com and {old} older ones, none of them unreadable");
    Ok(())
}

/// Reads the payloads of some indexes, and counts them by what they are read as.
fn read(indexes: &[PathBuf]) -> Result<BTreeMap<(String, String), usize>> {
    let lines = process::read(
        cargo()
            .args(["run", "--quiet", "--package", "lightsout-github"])
            .args(["--example", "read_index", "--"])
            .args(indexes),
    )?;
    let mut counts = BTreeMap::new();
    for line in lines.lines() {
        let [_, _, what, how] = line.split('\t').collect::<Vec<_>>()[..] else {
            anyhow::bail!("`{line}` has not four parts");
        };
        *counts.entry((what.to_owned(), how.to_owned())).or_insert(0) += 1;
    }
    ensure!(!counts.is_empty(), "no payload was read");
    Ok(counts)
}
