use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use crate::{json, lightsout, run, stderr, stdout};

fn requests(dir: &Path) -> Value {
    json(dir, &["demo", "--quiet"])["requests"].take()
}

fn git(dir: &Path, words: &[&str]) -> String {
    let output = Command::new("git")
        .arg("-C")
        .arg(dir)
        .args(words)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    stdout(&output)
}

#[test]
fn the_story_ends_as_told_and_a_second_time_repeats_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let factory = dir.path().join("factory");
    let mut report = json(&factory, &["demo", "--quiet"]);
    for machine in ["folder", "repository", "timings"] {
        report[machine] = "(differs)".into();
    }
    insta::assert_json_snapshot!(report);

    let log = git(&factory.join("site.git"), &["log", "--format=%s", "main"]);
    assert_eq!(requests(&factory), report["requests"]);
    assert_eq!(
        git(&factory.join("site.git"), &["log", "--format=%s", "main"]),
        log
    );
    let subjects: Vec<&str> = log.lines().collect();
    assert_eq!(subjects.len(), 9);
    assert_eq!(subjects.iter().collect::<BTreeSet<_>>().len(), 9);

    let clone = dir.path().join("clone");
    let from = factory.join("site.git");
    git(
        dir.path(),
        &[
            "clone",
            "-q",
            from.to_str().unwrap(),
            clone.to_str().unwrap(),
        ],
    );
    git(&clone, &["fsck", "--strict"]);
    let checked = lightsout()
        .current_dir(&clone)
        .args(["content", "check"])
        .output()
        .unwrap();
    assert!(checked.status.success(), "{}", stdout(&checked));
}

/// The waiting label goes on before anything else, and off only once the pull request is there: the log shows it.
#[test]
fn the_log_proves_the_order() {
    let dir = tempfile::tempdir().unwrap();
    requests(dir.path());
    let log = json(dir.path(), &["local", "log"])["log"].take();
    let lines = log.as_array().unwrap();
    let at = |what: &str, on: u64| {
        let found = lines
            .iter()
            .position(|line| line["what"] == what && line["on"] == on);
        found.unwrap_or_else(|| panic!("no {what} on #{on} in {log:#}"))
    };
    let waiting = |what: &str| {
        let is = |line: &Value| {
            line["what"] == what
                && line["on"] == 2
                && line["detail"].as_str().unwrap().contains("cms-bot-waiting")
        };
        lines.iter().position(is).unwrap()
    };
    let asked = waiting("issue_labeled");
    let answered = lines
        .iter()
        .position(|line| {
            line["actor"]["login"] == "tomas-pebble"
                && line["on"] == 2
                && line["what"] == "comment_created"
        })
        .unwrap();
    let opened = at("pull_opened", 19);
    let removed = waiting("issue_unlabeled");
    assert!(asked < answered && answered < opened && opened < removed);
    assert_eq!(lines[opened]["credential"], "bot");
    assert_eq!(
        (&lines[opened]["raised"], &lines[asked]["raised"]),
        (&true.into(), &false.into())
    );
    for line in lines {
        // What the workflow's own token does raises nothing.
        assert!(
            line["credential"] != "workflow" || line["raised"] == false,
            "{line}"
        );
    }
}

#[test]
fn killed_at_any_moment_it_ends_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let undisturbed = requests(&dir.path().join("whole"));
    let factory = dir.path().join("killed");
    // Moments spread over the whole story, different on every machine; the long version is `cargo xtask e2e kill`.
    for pause in [40, 150, 400, 90, 700, 250, 1100, 330] {
        let mut child = lightsout()
            .args(["demo", "--quiet", "--dir"])
            .arg(&factory)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        sleep(Duration::from_millis(pause));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert_eq!(requests(&factory), undisturbed);
    let pulls: Vec<u64> = undisturbed
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|request| request["pull_request"].as_u64())
        .collect();
    assert_eq!(pulls.iter().collect::<BTreeSet<_>>().len(), pulls.len());
    for request in 1..=10 {
        let thread = json(&factory, &["local", "show", &request.to_string()]);
        let mut said = BTreeSet::new();
        for comment in thread["comments"].as_array().unwrap() {
            let first = comment["body"]
                .as_str()
                .unwrap()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned();
            assert!(
                said.insert((comment["author"]["login"].to_string(), first)),
                "twice on {request}: {comment}"
            );
        }
    }
}

#[test]
fn the_second_of_two_says_that_the_first_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let factory = dir.path().join("factory");
    let mut first = lightsout()
        .args(["demo", "--quiet", "--dir"])
        .arg(&factory)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    while !factory.join("forge.sqlite").exists() {
        sleep(Duration::from_millis(5));
    }
    let second = run(&factory, &["demo", "--quiet"]);
    assert_eq!(second.status.code(), Some(1), "{}", stderr(&second));
    assert!(
        stderr(&second).contains("in use by another lightsout"),
        "{}",
        stderr(&second)
    );
    assert!(first.wait().unwrap().success());
}

#[test]
fn a_folder_with_something_else_in_it_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("thesis.txt"), "mine").unwrap();
    let output = run(dir.path(), &["demo"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("hint:"));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn an_agent_that_is_not_there_is_named() {
    let dir = tempfile::tempdir().unwrap();
    for agent in ["nobody", "command:", "command:'open"] {
        let output = run(
            &dir.path().join("factory"),
            &["demo", "--quiet", "--agent", agent],
        );
        assert_eq!(output.status.code(), Some(1), "{agent}");
        assert!(stderr(&output).contains("hint:"), "{}", stderr(&output));
    }
    let output = run(
        &dir.path().join("factory"),
        &["demo", "--quiet", "--agent", "command:no-such-program"],
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("no-such-program"),
        "{}",
        stderr(&output)
    );
    // Nothing is lost: with an agent that is there the same factory goes on.
    assert_eq!(
        requests(&dir.path().join("factory"))
            .as_array()
            .unwrap()
            .len(),
        10
    );
}

#[test]
fn the_kill_switch_stops_it() {
    let dir = tempfile::tempdir().unwrap();
    let factory = dir.path().join("factory");
    let output = lightsout()
        .env("CMS_BOT_ENABLED", "false")
        .args(["demo", "--quiet", "--format", "json", "--dir"])
        .arg(&factory)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    for request in report["requests"].as_array().unwrap() {
        assert_eq!(request["pull_request"], Value::Null);
    }
}
