use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use serde_json::{Value, json};

use crate::{lightsout, run, stderr, stdout};

/// The payload of a comment on a request that waits for its answer.
fn comment(body: &str, association: &str) -> Value {
    json!({
        "action": "created",
        "sender": {"login": "mira-fern", "type": "User"},
        "repository": {"full_name": "example/careers"},
        "issue": {
            "number": 5, "title": "FAQ: dogs", "state": "open", "user": {"login": "mira-fern"},
            "author_association": association,
            "labels": [{"name": "cms-faq"}, {"name": "cms-bot-waiting"}],
            "body": "### Question\n\nCan I bring my dog?\n\n### Answer\n\n_No response_\n",
            "created_at": "2026-03-01T09:00:00Z", "updated_at": "2026-03-02T09:00:00Z"
        },
        "comment": {
            "id": 77, "user": {"login": "mira-fern"}, "author_association": association, "body": body,
            "created_at": "2026-03-02T09:00:00Z"
        }
    })
}

const ANSWER: &str = "### Answer\n\nYes, you can. There are 12 water bowls in the hall.";

/// Explains a payload that comes on standard input.
fn explain(event: &str, payload: &str, words: &[&str]) -> Output {
    let mut child = lightsout()
        .args(["explain", "--event", event, "--payload", "-"])
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let sent = child.stdin.take().unwrap().write_all(payload.as_bytes());
    drop(sent);
    child.wait_with_output().unwrap()
}

fn explained(event: &str, payload: &Value, words: &[&str]) -> Value {
    let words = [words, &["--format", "json"]].concat();
    let output = explain(event, &payload.to_string(), &words);
    assert!(output.status.success(), "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn decided(explained: &Value) -> (&str, &str) {
    let word = |key: &str| explained[key].as_str().unwrap();
    (word("decision"), word("reason"))
}

#[test]
fn an_answer_starts_a_run_and_every_rule_on_the_way_is_told() {
    let payload = comment(ANSWER, "MEMBER");
    let output = explain("issue_comment", &payload.to_string(), &[]);
    insta::assert_snapshot!(stdout(&output));
    let explained = explained("issue_comment", &payload, &[]);
    assert_eq!(decided(&explained), ("start", "started"));
    assert_eq!(
        explained["run"]["branch"],
        "claude/issue-5-can-i-bring-my-dog"
    );
    assert_eq!(explained["plan"][0]["action"], "upsert_comment");
    let rules = explained["rules"].as_array().unwrap();
    assert_eq!(
        rules[0],
        json!({
            "rule": "kill-switch-off", "applies": false,
            "sentence": "The kill switch is off: nothing starts until `CMS_BOT_ENABLED` is `true`."
        })
    );
    assert_eq!(rules.last().unwrap()["applies"], true);
    // The same payload is explained the same way at any time.
    assert_eq!(
        stdout(&output),
        stdout(&explain("issue_comment", &payload.to_string(), &[]))
    );
}

#[test]
fn each_kind_of_decision_is_explained() {
    let dir = tempfile::tempdir().unwrap();
    let world = |name: &str, snapshot: Value| -> String {
        let path = dir.path().join(name);
        fs::write(&path, snapshot.to_string()).unwrap();
        path.display().to_string()
    };
    let publish = comment("/publish", "MEMBER");
    let whole = world("whole.json", whole());
    let with = |words: &[&str]| {
        decided(&explained("issue_comment", &publish, words))
            .1
            .to_owned()
    };
    assert_eq!(with(&[]), "nothing-to-publish");
    assert_eq!(with(&["--snapshot", &whole]), "approved");
    let reader = world(
        "reader.json",
        json!({"comment": {"author": {"permission": "read"}}}),
    );
    assert_eq!(with(&["--snapshot", &reader]), "publish-needs-write");
    let off = world("off.json", json!({"enabled": false}));
    assert_eq!(with(&["--snapshot", &off]), "kill-switch-off");

    let of = |body: &str, association: &str| {
        let explained = explained("issue_comment", &comment(body, association), &[]);
        let (decision, reason) = decided(&explained);
        format!("{decision} {reason}")
    };
    assert_eq!(of("/cancel", "NONE"), "cancel cancelled");
    assert_eq!(of("/status", "NONE"), "notify status-asked");
    assert_eq!(of(ANSWER, "NONE"), "ask awaits-acceptance");
    assert_eq!(of("Later.", "OWNER"), "ask fields-missing");

    let mut bot = comment(ANSWER, "MEMBER");
    bot["comment"]["user"]["login"] = json!("helper[bot]");
    assert_eq!(
        decided(&explained("issue_comment", &bot, &[])),
        ("ignore", "by-machine")
    );
    let mut pinned = comment("", "NONE");
    pinned["action"] = json!("pinned");
    let ignored = explained("issues", &pinned, &[]);
    assert_eq!(decided(&ignored), ("ignore", "action-not-listened-to"));
    assert_eq!(ignored["rules"].as_array().unwrap().len(), 1);

    let merged = json!({"action": "labeled", "label": {"name": "cms-approved"}, "sender": {"login": "lightsout[bot]"},
        "pull_request": {"number": 9, "title": "FAQ: dogs", "state": "open", "user": {"login": "lightsout[bot]"},
            "labels": [{"name": "cms-approved"}], "base": {"ref": "main", "repo": {"full_name": "example/careers"}},
            "head": {"ref": "claude/issue-5-dogs", "sha": "2".repeat(40), "repo": {"full_name": "example/careers"}}}});
    assert_eq!(
        decided(&explained("pull_request", &merged, &[])),
        ("refuse", "label-without-approval")
    );
    let approved = world(
        "approved.json",
        json!({"pull": {"approval": {
        "by": "ada", "permission": "write", "sha": "2".repeat(40), "at": "2026-03-02T09:00:00Z"}}}),
    );
    let merging = explained("pull_request", &merged, &["--snapshot", &approved]);
    assert_eq!(decided(&merging), ("merge", "merging"));
    // What the file says is no longer assumed.
    let assumed: Vec<&str> = merging["assumed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["key"].as_str().unwrap())
        .collect();
    assert!(
        !assumed.contains(&"pull.approval") && assumed.contains(&"pull.statuses"),
        "{assumed:?}"
    );
}

/// The whole snapshot of docs/reference/snapshot.md.
fn whole() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/snapshot.md");
    let text = fs::read_to_string(path).unwrap();
    let block = text
        .rsplit("```json\n")
        .next()
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    serde_json::from_str(block).unwrap()
}

/// Every path of a value that ends in something else than an object with keys.
fn paths(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            fields
                .iter()
                .for_each(|(key, value)| paths(value, &format!("{at}/{key}"), found));
        }
        _ => found.push(at.to_owned()),
    }
}

#[test]
fn the_documented_snapshot_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("whole.json");
    fs::write(&file, whole().to_string()).unwrap();
    let words = ["--snapshot", file.to_str().unwrap()];
    let explained = explained("issue_comment", &comment("/publish", "NONE"), &words);
    // Nothing is left for the payload to say, so the snapshot that was used is the documented one, key by key.
    let (mut used, mut documented) = (Vec::new(), Vec::new());
    paths(&explained["snapshot"], "", &mut used);
    paths(&whole(), "", &mut documented);
    used.sort();
    documented.sort();
    assert_eq!(used, documented);
    assert_eq!(explained["snapshot"], whole());
    assert_eq!(explained["assumed"], json!([]));
}

#[test]
fn wrong_input_is_status_1_and_says_where() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| -> PathBuf {
        let path = dir.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let typo = write(
        "typo.json",
        r#"{"comment": {"author": {"permision": "write"}}}"#,
    );
    let broken = write("broken.json", "{");
    let toml = write("factory.toml", "[factory]\nnam = 1\n");
    let payload = comment("/publish", "NONE").to_string();
    let shown = |path: &Path| path.display().to_string();
    for (event, payload, words, saying) in [
        ("issue_comment", "{", vec![], "line 1 column 1"),
        ("issue_comment", "[]", vec![], "should be an object"),
        (
            "issue_comment",
            r#"{"action": "created"}"#,
            vec![],
            "`sender.login`",
        ),
        (
            "issues",
            r#"{"action": "opened", "sender": {"login": "a"}}"#,
            vec![],
            "has no `issue`",
        ),
        (
            "issue_comment",
            &payload,
            vec!["--snapshot".into(), shown(&typo)],
            "`comment.author.permision`",
        ),
        (
            "issue_comment",
            &payload,
            vec!["--snapshot".into(), shown(&broken)],
            "is no JSON",
        ),
        (
            "issue_comment",
            &payload,
            vec!["--snapshot".into(), "/nowhere/x".into()],
            "cannot be read",
        ),
        (
            "issue_comment",
            &payload,
            vec!["--config".into(), shown(&toml)],
            "factory.toml",
        ),
    ] {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = explain(event, payload, &words);
        assert_eq!(output.status.code(), Some(1), "{event} {words:?}");
        let said = stderr(&output);
        assert!(said.contains(saying) && said.contains("hint:"), "{said}");
        assert_eq!(stdout(&output), "");
    }
    for words in [
        &["explain"][..],
        &["explain", "--event", "issues"],
        &["explain", "--payload", "x"],
        &[
            "explain",
            "--issue",
            "5",
            "--event",
            "issues",
            "--payload",
            "x",
        ],
        &["explain", "--comment", "5"],
    ] {
        let output = lightsout().args(words).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{words:?}");
    }
}

#[test]
fn a_request_of_a_factory_here_is_explained_and_nothing_is_done() {
    let dir = tempfile::tempdir().unwrap();
    let factory = dir.path().join("factory");
    crate::json(&factory, &["demo", "--quiet"]);
    let of = |words: &[&str]| crate::json(&factory, &[&["explain"], words].concat());
    let published = of(&["--issue", "5"]);
    assert_eq!(decided(&published), ("ignore", "already-published"));
    let said = crate::json(
        &factory,
        &[
            "local",
            "comment",
            "10",
            "--by",
            "tomas-pebble",
            "--body",
            "/cancel",
        ],
    );
    let before = crate::json(&factory, &["local", "show", "10"]);
    let number = said["comment"].to_string();
    for words in [
        &["--issue", "10"][..],
        &["--issue", "10", "--comment", &number],
    ] {
        let explained = of(words);
        assert_eq!(decided(&explained).1, "cancelled", "{words:?}");
        assert_eq!(explained["assumed"], json!([]));
    }
    assert_eq!(crate::json(&factory, &["local", "show", "10"]), before);
    for (words, saying) in [
        (&["explain", "--issue", "999"][..], "#999"),
        (
            &["explain", "--issue", "10", "--comment", "9999"],
            "no comment 9999",
        ),
    ] {
        let output = run(&factory, words);
        assert_eq!(output.status.code(), Some(1), "{words:?}");
        assert!(stderr(&output).contains(saying), "{}", stderr(&output));
    }
}
