//! The command as people and programs use it, in a process of its own.

#![expect(clippy::unwrap_used, reason = "in a test, a failure is a panic")]

/// `lightsout agent`, and real agents that are not there.
mod agent;
/// A whole life over GitHub, counted and cut off.
mod budget;
/// `lightsout content check`.
mod content;
/// `lightsout demo`: the story, twice, killed, two at once.
mod cost;
mod demo;
/// How a job ends when GitHub says no or nothing, and what it says to do.
mod ending;
/// `lightsout explain`: payloads, snapshots, and a factory here.
mod explain;
/// What every verb prints as help.
mod heal;
mod help;
mod hub;
/// `lightsout triage`, `agent run`, `gate`, `settle`, `publish`: the jobs of a workflow.
mod jobs;
/// The same over GitHub.
mod jobs_github;
/// `lightsout lint`.
mod lint;
/// `lightsout local`: going on by hand, and what it refuses.
mod local;
/// `lightsout heal`, `review`, `preview`, `stale`, `spend`, `canary`: the other jobs of workflows.
mod parts;
/// `lightsout publish`, while checks are pending.
mod payloads;
mod publish;
/// `lightsout request`, `labels` and `schema`.
mod request;

/// What no verb writes anywhere.
mod secrets;

use std::io::Write as _;
/// `lightsout policy`: verdicts, batches, the audit, the hook.
mod policy;
/// `lightsout local serve`: a whole request over GitHub's API on this machine.
mod serve;
/// `lightsout signal`.
mod signal;
/// `lightsout skills`.
mod skills;
mod workflows;

/// `lightsout replay`: the same journal, another rule, a cut line, a forge that moved.
mod replay;

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The command with an environment of its own.
fn lightsout() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lightsout"));
    command.env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

/// Runs it on the factory in `dir`.
fn run(dir: &Path, words: &[&str]) -> Output {
    lightsout()
        .args(words)
        .arg("--dir")
        .arg(dir)
        .output()
        .unwrap()
}

/// Runs it in `dir` with a text on standard input.
fn pipe(dir: &Path, words: &[&str], text: &[u8]) -> Output {
    let mut child = lightsout()
        .current_dir(dir)
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A verb that refuses its arguments reads nothing.
    let _ = child.stdin.take().unwrap().write_all(text);
    child.wait_with_output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Runs it, expects it to go well, and reads what it prints as JSON.
fn json(dir: &Path, words: &[&str]) -> serde_json::Value {
    let output = run(dir, &[words, &["--format", "json"]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}
