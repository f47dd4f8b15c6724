use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{lightsout, pipe, stderr, stdout};

const BODY: &str = "### Question\n\nCan I bring my dog?\n\n### Answer\n\nYes.\n";

/// A folder with a request and the comments below it.
fn thread() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("request.md"), BODY).unwrap();
    let comments = json!([
        {"author": "tomas", "association": "NONE", "body": "Answer: No. Never.", "created_at": "2026-01-02T10:00:00Z"},
        {"author": "ada", "association": "MEMBER", "body": "Answer: Yes, on Fridays. Ask.", "created_at": "2026-01-09T10:00:00+01:00"},
        {"author": "Mira-Fern", "association": "NONE", "body": "/retry", "created_at": "2026-01-03T10:00:00Z"},
        {"author": "mira-fern", "association": "NONE", "body": "> **Answer**: has 1 sentence\n\nYes, on Mondays. Ask.", "created_at": "2026-01-04T10:00:00Z"},
        {"author": "helper[bot]", "association": "MEMBER", "body": "Answer: Beep. Boop.", "created_at": "2026-01-12T10:00:00Z"},
        {"author": "mira-fern", "association": "NONE", "body": null, "created_at": "2026-01-13T10:00:00Z"},
    ]);
    fs::write(dir.path().join("comments.json"), comments.to_string()).unwrap();
    dir
}

fn check(dir: &Path, words: &[&str]) -> Output {
    pipe(
        dir,
        &[&["request", "check"], words].concat(),
        BODY.as_bytes(),
    )
}

fn parsed(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(output)))
}

const THREAD: [&str; 7] = [
    "request.md",
    "--label",
    "cms-faq",
    "--comments",
    "comments.json",
    "--requester",
    "mira-fern",
];

#[test]
fn a_person_reads_what_is_there_and_what_is_missing() {
    let dir = thread();
    let asked = check(dir.path(), &["request.md", "--label", "cms-faq"]);
    assert_eq!(asked.status.code(), Some(1));
    let answered = check(dir.path(), &THREAD);
    assert_eq!(answered.status.code(), Some(0));
    insta::assert_snapshot!(format!("{}\n{}", stdout(&asked), stdout(&answered)));
}

#[test]
fn a_program_reads_the_same() {
    let dir = thread();
    let asked = check(dir.path(), &["-", "--label", "cms-faq", "--format", "json"]);
    assert_eq!(asked.status.code(), Some(1));
    let asked = parsed(&asked);
    assert_eq!(asked["type"], "cms-faq");
    assert_eq!(asked["complete"], false);
    assert_eq!(asked["refusal"], Value::Null);
    assert_eq!(asked["questions"][0]["field"], "answer");
    assert_eq!(asked["questions"][0]["rule"], "sentence-count");
    let answered = check(dir.path(), &[&THREAD[..], &["--format", "json"]].concat());
    assert_eq!(answered.status.code(), Some(0));
    insta::assert_snapshot!(stdout(&answered));
}

#[test]
fn values_have_their_documented_shapes() {
    let dir = tempfile::tempdir().unwrap();
    let spotlight = "Name: Ada\nRole: Engineer\nTeam: Platform\n\
        Quote: In March I cut our deploys from forty minutes to six.\n\n\
        ![Ada](https://github.com/user-attachments/assets/1)\n\nQ: a?\nA: b\nQ: c?\nA: d\nQ: e?\nA: f";
    let words = |label| {
        [
            "request", "check", "-", "--label", label, "--format", "json",
        ]
    };
    let output = pipe(
        dir.path(),
        &words("cms-spotlight-add"),
        spotlight.as_bytes(),
    );
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    let fields = parsed(&output)["fields"].clone();
    assert_eq!(
        fields["photo"],
        json!({"url": "https://github.com/user-attachments/assets/1", "alt": "Ada"})
    );
    assert_eq!(fields["qa"][0], json!({"question": "a?", "answer": "b"}));
    assert_eq!(fields["qa"].as_array().map(Vec::len), Some(3));
    let location = "City: Porto\nRegion: Norte\nTimezone: Europe/Lisbon\nFunctions: Design, Sales\n\
        Intro: Hello.\nHighlights:\n- A\n- B";
    let output = pipe(dir.path(), &words("cms-location"), location.as_bytes());
    assert_eq!(
        parsed(&output)["fields"]["functions"],
        json!(["Design", "Sales"])
    );
}

#[test]
fn labels_that_make_no_request_are_refused_with_the_list_of_types() {
    let dir = thread();
    for (labels, says) in [
        (&["cms-faq", "cms-insight"][..], "several content types"),
        (&["cms-logo"], "`cms-logo` is no content type"),
        (
            &["cms-faq", "cms-faq-old"],
            "`cms-faq-old` is no content type",
        ),
        (&["help wanted"], "no label names a content type"),
    ] {
        let mut words = vec!["request.md", "--format", "json"];
        words.extend(labels.iter().flat_map(|label| ["--label", label]));
        let output = check(dir.path(), &words);
        assert_eq!(output.status.code(), Some(1), "{labels:?}");
        let found = parsed(&output);
        let refusal = found["refusal"].as_str().unwrap();
        assert!(refusal.contains(says), "{refusal}");
        assert!(refusal.contains("`cms-spotlight-edit`"), "{refusal}");
        assert_eq!(found["type"], Value::Null);
        assert_eq!(found["complete"], false);
    }
}

#[test]
fn comments_that_are_none_are_named() {
    let dir = thread();
    for (json, says) in [
        (
            r#"[{"author": "mira-fern", "body": "\ud800"}]"#,
            "line 1 column",
        ),
        (
            r#"[{"author": "mira-fern", "body": "\udc00 x"}]"#,
            "line 1 column",
        ),
        (r#"{"author": "mira-fern"}"#, "expected a sequence"),
        (r#"[{"body": "x"}]"#, "missing field `author`"),
        (
            r#"[{"author": "m", "body": "x", "created_at": "yesterday"}]"#,
            "line 1 column",
        ),
        ("[", "EOF"),
        ("", "EOF"),
    ] {
        fs::write(dir.path().join("comments.json"), json).unwrap();
        let output = check(dir.path(), &THREAD);
        assert_eq!(output.status.code(), Some(1), "{json}");
        let talk = stderr(&output);
        assert!(
            talk.contains("`comments.json` is no list of comments"),
            "{talk}"
        );
        assert!(talk.contains(says) && talk.contains("hint:"), "{talk}");
        assert_eq!(stdout(&output), "");
    }
    let both = [
        "-",
        "--label",
        "cms-faq",
        "--comments",
        "-",
        "--requester",
        "mira-fern",
    ];
    assert_eq!(check(dir.path(), &both).status.code(), Some(1));
    let nobody = [&THREAD[..6], &["not a login"]].concat();
    assert_eq!(check(dir.path(), &nobody).status.code(), Some(1));
}

#[test]
fn texts_that_are_none_are_named() {
    let dir = thread();
    let words = ["request", "check", "-", "--label", "cms-faq"];
    let output = pipe(dir.path(), &words, b"Answer: \xff\xfe");
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("byte 8 begins no character"),
        "{}",
        stderr(&output)
    );
    let output = check(dir.path(), &["none.md", "--label", "cms-faq"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("`none.md` cannot be read"));
    assert_eq!(
        check(dir.path(), &[".", "--label", "cms-faq"])
            .status
            .code(),
        Some(1)
    );
}

const EVENT: &str = r#"
[[types]]
label = "cms-event"
title = "Event"
lane = ["content/events/**"]
page = "content/events/{slug}.mdx"
slug_from = "name"
[[types.fields]]
key = "name"
required = true
max_chars = 8
"#;

#[test]
fn the_factory_of_the_folder_or_of_the_file_counts() {
    let dir = thread();
    let words = ["request", "fields", "cms-event"];
    let run = |words: &[&str]| pipe(dir.path(), words, b"");
    assert_eq!(run(&words).status.code(), Some(1));
    fs::write(dir.path().join("other.toml"), EVENT).unwrap();
    let named = [&words[..], &["--config", "other.toml"]].concat();
    assert_eq!(run(&named).status.code(), Some(0));
    fs::write(dir.path().join("factory.toml"), EVENT).unwrap();
    let output = run(&words);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).contains("at most 8 characters"));
    let form = stdout(&run(&["request", "form", "CMS-Event"]));
    assert!(form.contains("labels: [\"cms-event\"]"), "{form}");
    let labels = stdout(&run(&["labels", "list"]));
    assert!(
        labels.contains("cms-event") && labels.contains("cms-bot-waiting"),
        "{labels}"
    );
    // A declaration that was named must be there, and a broken one is never passed over.
    let gone = [&words[..], &["--config", "gone.toml"]].concat();
    assert_eq!(run(&gone).status.code(), Some(1));
    fs::write(
        dir.path().join("factory.toml"),
        EVENT.replace("max_chars", "max_char"),
    )
    .unwrap();
    let broken = run(&words);
    assert_eq!(broken.status.code(), Some(1));
    assert!(
        stderr(&broken).contains("factory.toml:11:1: unknown key `max_char`"),
        "{}",
        stderr(&broken)
    );
}

#[test]
fn what_a_type_asks_for_is_listed() {
    let dir = tempfile::tempdir().unwrap();
    let output = pipe(dir.path(), &["request", "fields", "cms-spotlight-add"], b"");
    insta::assert_snapshot!(stdout(&output));
    let output = pipe(
        dir.path(),
        &["request", "fields", "cms-faq", "--format", "json"],
        b"",
    );
    insta::assert_snapshot!(stdout(&output));
}

#[test]
fn every_label_is_listed_as_github_takes_it() {
    let output = lightsout()
        .args(["labels", "list", "--format", "json"])
        .output()
        .unwrap();
    let labels = parsed(&output);
    let labels = labels["labels"].as_array().unwrap();
    assert_eq!(labels.len(), 10);
    for label in labels {
        let text = |key: &str| label[key].as_str().unwrap();
        assert!((1..=50).contains(&text("name").chars().count()));
        assert!(text("color").len() == 6 && text("color").bytes().all(|b| b.is_ascii_hexdigit()));
        assert!((1..=100).contains(&text("description").chars().count()));
    }
}

#[test]
fn the_schema_is_the_committed_one() {
    let output = lightsout().arg("schema").output().unwrap();
    let committed = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../taxonomy/factory.schema.json"
    );
    assert_eq!(stdout(&output), fs::read_to_string(committed).unwrap());
}
