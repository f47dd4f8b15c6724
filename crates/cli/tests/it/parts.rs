//! The jobs that deal with anything but requests, each a process of its own.

use std::fs;
use std::path::Path;

use serde_json::{Value, json as object};

use crate::{json, lightsout, run, stderr, stdout};

/// The archive of a run's logs.
const ARCHIVE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../runlog/tests/data/run.zip");
/// Where the skills are.
const SKILLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../skills");
/// Whoever does what was handed out: it reads each skill, and gives the phrase at its end back.
const RECITES: &str = r#"
printf '```json\n{"phrases":{'
comma=
for file in "$1"/*/SKILL.md; do
  name=$(basename "$(dirname "$file")")
  phrase=$(sed -n 's/^Canary phrase: `\(.*\)`$/\1/p' "$file")
  printf '%s"%s":"%s"' "$comma" "$name" "$phrase"
  comma=,
done
printf '}}\n```\nREADY\n'
"#;

/// A factory in which the pull request of `issue` is in review.
fn in_review(dir: &Path) -> (u64, Value) {
    json(dir, &["demo", "--quiet"]);
    let opened = json(
        dir,
        &[
            "local",
            "issue",
            "--by",
            "mira-fern",
            "--label",
            "cms-faq",
            "--title",
            "FAQ: bicycles",
            "--field",
            "question=Can I bring my bicycle in?",
            "--field",
            "answer=Yes. There are 12 hooks in the hall.",
        ],
    );
    let issue = opened["number"].as_u64().unwrap();
    assert!(run(dir, &["local", "run"]).status.success());
    let pull = json(dir, &["local", "list"])["requests"]
        .as_array()
        .unwrap()
        .iter()
        .find(|request| request["issue"] == issue)
        .unwrap()["pull_request"]
        .clone();
    let log = stdout(&run(
        dir,
        &["local", "show", &pull.to_string(), "--format", "json"],
    ));
    let shown: Value = serde_json::from_str(&log).unwrap();
    (issue, shown["pull_request"].clone())
}

fn write(dir: &Path, name: &str, payload: &Value) -> String {
    let file = dir.join(name);
    fs::write(&file, payload.to_string()).unwrap();
    file.display().to_string()
}

#[test]
fn a_deployment_is_shown_once_and_a_failure_is_handed_out() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("factory");
    let (issue, pull) = in_review(&dir);
    let sha = pull["head_sha"].as_str().unwrap();
    let deployed = object!({
        "action": "created", "sender": {"login": "vercel[bot]", "type": "Bot"},
        "deployment": {"id": 5, "sha": sha},
        "deployment_status": {
            "state": "success", "creator": {"login": "vercel[bot]", "type": "Bot"},
            "environment_url": "https://site-abc.vercel.app",
        },
    });
    let payload = write(home.path(), "deployed.json", &deployed);
    let words = [
        "preview",
        "--event",
        "deployment_status",
        "--payload",
        &payload,
    ];
    let before = stdout(&run(&dir, &["local", "log"]));
    let dry = json(&dir, &[&words[..], &["--dry-run"]].concat());
    assert_eq!(
        (&dry["reason"], &dry["acted"]),
        (&"preview-told".into(), &false.into())
    );
    assert_eq!(
        stdout(&run(&dir, &["local", "log"])),
        before,
        "nothing was touched"
    );
    assert_eq!(json(&dir, &words)["reason"], "preview-told");
    assert_eq!(json(&dir, &words)["reason"], "preview-shown");
    let thread = stdout(&run(&dir, &["local", "show", &issue.to_string()]));
    assert_eq!(thread.matches("site-abc.vercel.app").count(), 1, "{thread}");

    let failed = object!({
        "action": "completed", "sender": {"login": "mira-fern", "type": "User"},
        "repository": {"full_name": "example/site"},
        "workflow_run": {
            "id": 900, "name": "CI", "head_branch": pull["head"], "head_sha": sha, "conclusion": "failure",
            "head_repository": {"full_name": "example/site"},
        },
    });
    let payload = write(home.path(), "failed.json", &failed);
    let out = home.path().join("heal").display().to_string();
    let words = [
        "heal",
        "--event",
        "workflow_run",
        "--payload",
        &payload,
        "--out",
        &out,
    ];
    let without = run(&dir, &words);
    assert_eq!(without.status.code(), Some(1));
    assert!(stderr(&without).contains("--logs"), "{}", stderr(&without));
    let healing = json(&dir, &[&words[..], &["--logs", ARCHIVE]].concat());
    assert_eq!(
        (&healing["reason"], &healing["role"]),
        (&"healing".into(), &"healer".into())
    );
    let commission = fs::read_to_string(home.path().join("heal/run.json")).unwrap();
    assert!(
        commission.contains("##[error]") || commission.contains("rror"),
        "{commission}"
    );

    let other = run(
        &dir,
        &["preview", "--event", "workflow_run", "--payload", &payload],
    );
    assert_eq!(other.status.code(), Some(1));
    assert!(
        stderr(&other).contains("deployment_status"),
        "{}",
        stderr(&other)
    );
}

#[test]
fn the_canary_goes_from_job_to_job() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("factory");
    json(&dir, &["demo", "--quiet"]);
    let script = home.path().join("recite.sh");
    fs::write(&script, RECITES).unwrap();
    let agent = format!("command:sh {} {SKILLS}", script.display());
    let [out, work, gates] =
        ["run", "work", "gates"].map(|name| home.path().join(name).display().to_string());
    let begun = json(&dir, &["canary", "--agent", &agent, "--out", &out]);
    assert_eq!(begun["reason"], "canary-started");
    json(
        &dir,
        &[
            "agent", "run", "--run", &out, "--out", &work, "--agent", &agent,
        ],
    );
    json(
        &dir,
        &["gate", "--run", &out, "--work", &work, "--out", &gates],
    );
    let folders = ["--run", &out, "--work", &work, "--gates", &gates];
    let settled = json(&dir, &[&["settle"], &folders[..]].concat());
    assert_eq!(settled["reason"], "canary-passed", "{settled}");
}

#[test]
fn the_template_agent_has_nothing_to_prove() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("factory");
    json(&dir, &["demo", "--quiet"]);
    let out = home.path().join("run").display().to_string();
    let said = json(&dir, &["canary", "--agent", "template", "--out", &out]);
    assert_eq!(
        (&said["reason"], &said["acted"], &said["run"]),
        (&"nothing-to-prove".into(), &false.into(), &false.into())
    );
    assert!(!Path::new(&out).exists());
    // By hand it is told what it lacks, and that is nobody's bug.
    let mut by_hand = lightsout();
    by_hand.args(["agent", "template"]);
    for wants in ["`LIGHTSOUT_REQUEST` is not set", "no.json"] {
        let output = by_hand.output().unwrap();
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains(wants), "{told}");
        by_hand.env("LIGHTSOUT_REQUEST", home.path().join("no.json"));
    }
}

#[test]
fn spend_and_stale_say_that_there_is_nothing_to_do() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("factory");
    let (issue, _) = in_review(&dir);
    assert_eq!(json(&dir, &["spend"])["reason"], "spend-under");
    let swept = json(&dir, &["stale"]);
    assert_eq!(
        (&swept["acted"], &swept["taken_up"]),
        (&object!([]), &object!([]))
    );
    let comment = ["local", "comment", &issue.to_string(), "--by", "mira-fern"];
    json(&dir, &[&comment[..], &["--body", "/retry"]].concat());
    let dry = json(&dir, &["stale", "--dry-run"]);
    assert_eq!(
        dry["taken_up"],
        object!([{"issue": issue, "reason": "started"}])
    );
    let told = run(&dir, &["stale"]);
    assert!(
        stderr(&told).contains("lightsout local run"),
        "{}",
        stderr(&told)
    );
}
