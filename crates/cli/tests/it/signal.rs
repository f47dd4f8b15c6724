use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::process::{Output, Stdio};

use serde_json::{Value, json};

use crate::{lightsout, stderr, stdout};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../signal/tests/fixtures");

fn signal(file: &str, more: &[&str]) -> Output {
    let path = format!("{FIXTURES}/{file}");
    lightsout()
        .arg("signal")
        .arg(path)
        .args(more)
        .output()
        .unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_person_reads_it_at_a_glance() {
    let mut text = String::new();
    for file in [
        "claude-ready.jsonl",
        "claude-waiting.execution-file.json",
        "claude-api-error.jsonl",
        "codex-no-signal.jsonl",
    ] {
        let shown = stdout(&signal(file, &[]));
        let _ = writeln!(text, "$ lightsout signal {file}\n{shown}");
    }
    insta::assert_snapshot!(text);
}

#[test]
fn a_program_reads_the_same_from_every_format() {
    let ready = signal("claude-ready.jsonl", &["--format", "json"]);
    assert_eq!(ready.status.code(), Some(0));
    let keys: Vec<_> = json(&ready).as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        keys,
        [
            "signal",
            "findings",
            "questions",
            "usage",
            "cost",
            "turns",
            "denials"
        ]
    );
    assert_eq!(json(&ready)["signal"], "ready");
    assert_eq!(json(&ready)["denials"][0]["tool"], "Bash");
    let array = signal("claude-ready.execution-file.json", &["--format", "json"]);
    assert_eq!(json(&ready), json(&array));

    let waiting = json(&signal("claude-waiting.jsonl", &["--format", "json"]));
    assert_eq!(waiting["signal"], "waiting");
    assert!(waiting["questions"].as_str().unwrap().len() > 10);
    assert!(waiting["cost"]["measured_nanodollars"].as_u64().unwrap() > 0);

    let codex = json(&signal("codex-ready.jsonl", &["--format", "json"]));
    assert_eq!(codex["signal"], "ready");
    assert!(codex["usage"]["input_tokens"].is_u64());
    assert_eq!(codex["cost"]["unknown_parts"], 1, "the model is not named");

    let failed = signal("claude-max-turns.jsonl", &["--format", "json"]);
    assert_eq!(failed.status.code(), Some(1));
    assert_eq!(json(&failed)["signal"], Value::Null);
    assert_eq!(json(&failed)["findings"][0]["code"], "max_turns");
}

#[test]
fn standard_input_is_read_too() {
    let mut child = lightsout()
        .args(["signal", "-", "--format", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(b"Which hall?\n**WAITING**\n")
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let unknown = json!({"measured_nanodollars": 0, "estimated_nanodollars": 0, "unknown_parts": 1, "text": "unknown"});
    let used = json!({"input_tokens": null, "output_tokens": null, "cache_write_tokens": null, "cache_read_tokens": null, "duration_ms": null, "models": []});
    let expected = json!({"signal": "waiting", "findings": [], "questions": "Which hall?", "usage": used, "cost": unknown, "turns": null, "denials": []});
    assert_eq!(json(&output), expected);
}

#[test]
fn commits_are_held_against_the_signal() {
    let cases = [
        ("claude-ready.jsonl", "1", None),
        ("claude-ready.jsonl", "0", Some("ready_without_commit")),
        ("codex-waiting.jsonl", "0", None),
        ("codex-waiting.jsonl", "2", Some("waiting_with_commits")),
        ("codex-no-signal.jsonl", "0", Some("nothing_done")),
        ("codex-no-signal.jsonl", "1", Some("commits_without_signal")),
    ];
    for (file, commits, code) in cases {
        let output = signal(file, &["--commits", commits, "--format", "json"]);
        let findings = json(&output)["findings"].clone();
        let last = findings
            .as_array()
            .unwrap()
            .last()
            .map(|found| found["code"].as_str().unwrap().to_owned());
        assert_eq!(last.as_deref(), code, "{file} with {commits}");
        assert_eq!(
            output.status.success(),
            code.is_none(),
            "{file} with {commits}"
        );
    }
}

#[test]
fn what_cannot_be_read_is_said() {
    let dir = tempfile::tempdir().unwrap();
    for path in [dir.path().to_owned(), dir.path().join("none")] {
        let output = lightsout().arg("signal").arg(path).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains("cannot be read") && stderr(&output).contains("hint:"));
        assert_eq!(stdout(&output), "");
    }
    assert_eq!(
        lightsout().arg("signal").output().unwrap().status.code(),
        Some(2)
    );
    let hostile = dir.path().join("hostile");
    fs::write(&hostile, b"\x1b[31m\x07 \xff\0\n```\nREADY").unwrap();
    let output = lightsout().arg("signal").arg(&hostile).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("signal_in_code"));
    assert!(!stdout(&output).contains('\u{1b}'));
}
