use std::fs;
use std::path::Path;
use std::process::Output;

use lightsout_testkit::GitServer;
use serde_json::{Value, json};

use crate::{lightsout, stderr, stdout};

const TOKEN: &str = "planted-token-77aa";
const TOKENS: &str = r#"[
  {"timestamp": "2026-02-01T08:00:00Z", "issue": 4, "model": "claude-sonnet-4-6", "inputTokens": 6000, "outputTokens": 300, "costUsd": 0.0225, "note": "x"},
  {"timestamp": "2026-02-02T08:00:00Z", "issue": 5, "model": "claude-sonnet-4-6", "inputTokens": 1, "outputTokens": 1, "costUsd": "free"}
]"#;
const IMAGES: &str =
    "{\"date\": \"2026-02-01\", \"endpoint\": \"fal-ai/flux/dev\", \"price\": 0.09}\n";

/// A repository with nothing in it, and a folder with two logs.
struct World {
    server: GitServer,
    dir: tempfile::TempDir,
}

fn world() -> World {
    let dir = tempfile::tempdir().unwrap();
    let init = ["init", "--quiet", "--bare", "forge/acme/site.git"];
    let made = std::process::Command::new("git")
        .args(init)
        .current_dir(dir.path())
        .status();
    assert!(made.unwrap().success());
    fs::write(dir.path().join("tokens.json"), TOKENS).unwrap();
    fs::write(dir.path().join("fal.jsonl"), IMAGES).unwrap();
    let server = GitServer::start(&dir.path().join("forge"), Some(TOKEN)).unwrap();
    World { server, dir }
}

impl World {
    fn cost(&self, args: &[&str]) -> Output {
        lightsout()
            .arg("cost")
            .args(args)
            .args(["--remote", &format!("{}/acme/site.git", self.server.url())])
            .env("LIGHTSOUT_BOT_TOKEN", TOKEN)
            .current_dir(self.dir.path())
            .output()
            .unwrap()
    }

    fn json(&self, args: &[&str]) -> Value {
        serde_json::from_slice(&self.cost(&[args, &["--format", "json"]].concat()).stdout).unwrap()
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }
}

#[test]
fn logs_are_imported_once_and_exported_as_they_are() {
    let world = world();
    let import = ["import", "tokens.json", "fal.jsonl"];
    let dry = world.cost(&[&import[..], &["--dry-run"]].concat());
    assert_eq!(dry.status.code(), Some(1), "a row is left out");
    insta::assert_snapshot!(stdout(&dry));
    assert_eq!(
        world.json(&["show"])["issues"],
        json!([]),
        "nothing was written"
    );
    assert_eq!(world.json(&import)["added"], 2);
    assert_eq!(world.json(&import)["added"], 0);
    let shown = world.cost(&["show"]);
    insta::assert_snapshot!(stdout(&shown));
    let requests = world.server.requests();
    let pushes = requests
        .iter()
        .filter(|request| request.contains("POST") && request.contains("receive-pack"));
    assert_eq!(pushes.count(), 1, "all rows at once");

    fs::create_dir(world.path().join("out")).unwrap();
    let exported = world.json(&["export", "--to", "out"]);
    assert_eq!(exported["files"][0]["rows"], 1);
    assert_eq!(
        world.json(&["export", "--to", "out"])["files"][0]["changed"],
        false
    );
    let again = ["import", "out/.cms-token-log.json", "out/.cms-fal-log.json"];
    let told = world.json(&again);
    assert_eq!(
        (&told["added"], &told["files"][1]["known"]),
        (&json!(0), &json!(1))
    );
    // Another ledger gets the very same lines.
    let other = self::world();
    for name in [".cms-token-log.json", ".cms-fal-log.json"] {
        fs::copy(world.path().join("out").join(name), other.path().join(name)).unwrap();
    }
    assert_eq!(
        other.json(&["import", ".cms-token-log.json", ".cms-fal-log.json"])["added"],
        2
    );
    assert_eq!(other.json(&["show"]), world.json(&["show"]));
}

#[test]
fn a_log_that_says_more_than_the_ledger_is_not_written_over() {
    let world = world();
    fs::write(world.path().join(".cms-fal-log.json"), IMAGES).unwrap();
    let refused = world.cost(&["export", "--to", "."]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        stderr(&refused).contains("holds rows that the ledger lacks"),
        "{}",
        stderr(&refused)
    );
    assert_eq!(
        fs::read_to_string(world.path().join(".cms-fal-log.json")).unwrap(),
        IMAGES
    );
    assert!(!world.path().join(".cms-token-log.json").exists());
    assert_eq!(world.json(&["import", ".cms-fal-log.json"])["added"], 1);
    assert!(world.cost(&["export", "--to", "."]).status.success());
    let missing = world.cost(&["export", "--to", "nowhere"]);
    assert_eq!(missing.status.code(), Some(1));
}

#[test]
fn the_ledger_of_a_folder_is_used_the_same_way() {
    let world = world();
    let demo = lightsout()
        .args(["demo", "--quiet", "--dir", "factory"])
        .current_dir(world.path())
        .output();
    assert!(demo.unwrap().status.success());
    let cost = |args: &[&str]| {
        let mut command = lightsout();
        command
            .arg("cost")
            .args(args)
            .args(["--dir", "factory", "--format", "json"]);
        let output = command.current_dir(world.path()).output().unwrap();
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let before = cost(&["show"]);
    assert!(before["issues"].as_array().unwrap().len() > 3);
    assert_eq!(cost(&["import", "fal.jsonl"])["added"], 1);
    assert_eq!(cost(&["import", "fal.jsonl"])["added"], 0);
    let after = cost(&["show"]);
    assert_eq!(after["total"]["spent"]["measured_nanodollars"], 90_000_000);
    assert_eq!(after["issues"][0]["issue"], 0);
    let exported = cost(&["export", "--to", "."]);
    assert_eq!(exported["files"][1]["rows"], 1);
    let told = cost(&["import", ".cms-token-log.json", ".cms-fal-log.json"]);
    assert_eq!(
        (&told["added"], &told["files"][0]["left_out"]),
        (&json!(0), &json!([]))
    );
}

#[test]
fn what_cannot_be_reached_is_said_without_the_token() {
    let world = world();
    let wrong = lightsout()
        .args([
            "cost",
            "show",
            "--remote",
            &format!("{}/acme/site.git", world.server.url()),
        ])
        .env("LIGHTSOUT_BOT_TOKEN", "another-token-9d")
        .output()
        .unwrap();
    assert_eq!(wrong.status.code(), Some(1));
    assert!(
        stderr(&wrong).contains("wants another credential"),
        "{}",
        stderr(&wrong)
    );
    assert!(!stderr(&wrong).contains("another-token-9d"));
    let odd = lightsout()
        .args(["cost", "show", "--remote", "ftp://x"])
        .output()
        .unwrap();
    assert_eq!(odd.status.code(), Some(1));
    let both = lightsout()
        .args(["cost", "show", "--remote", "x", "--dir", "y"])
        .output()
        .unwrap();
    assert_eq!(both.status.code(), Some(2));
}
