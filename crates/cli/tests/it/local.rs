use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::{json, run, stderr};

/// A factory after the demo. Making it is the slow part, so each test does several things with one.
fn factory() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let factory = dir.path().join("factory");
    json(&factory, &["demo", "--quiet"]);
    (dir, factory)
}

fn find(list: &Value, issue: u64) -> Value {
    let requests = list["requests"].as_array().unwrap();
    requests
        .iter()
        .find(|request| request["issue"] == issue)
        .unwrap()
        .clone()
}

fn refused(dir: &Path, words: &[&str], saying: &str) {
    let output = run(dir, words);
    assert_eq!(
        output.status.code(),
        Some(1),
        "{words:?}: {}",
        stderr(&output)
    );
    assert!(
        stderr(&output).contains(saying),
        "{words:?}: {}",
        stderr(&output)
    );
}

#[test]
fn a_person_goes_on_by_hand() {
    let (_dir, factory) = factory();
    let opened = json(
        &factory,
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
    let number = opened["number"].as_u64().unwrap();
    let listed = json(&factory, &["local", "run", "--quiet"]);
    assert_eq!(find(&listed, number)["state"], "in_review");
    let on = number.to_string();
    json(
        &factory,
        &[
            "local",
            "comment",
            &on,
            "--by",
            "ada-gatekeeper",
            "--body",
            "/publish",
        ],
    );
    let listed = json(&factory, &["local", "run", "--quiet"]);
    assert_eq!(find(&listed, number)["state"], "published");
    assert_eq!(
        find(&listed, number)["files"][0],
        "content/faq/can-i-bring-my-bicycle-in.mdx"
    );

    refused(
        &factory,
        &[
            "local",
            "comment",
            "999",
            "--by",
            "mira-fern",
            "--body",
            "x",
        ],
        "#999",
    );
    refused(&factory, &["local", "show", "999"], "#999");
    refused(
        &factory,
        &["local", "issue", "--by", "not a login", "--title", "x"],
        "login",
    );
    refused(
        &factory,
        &[
            "local",
            "issue",
            "--by",
            "mira-fern",
            "--title",
            "x",
            "--label",
            "cms-faq",
            "--field",
            "colour=red",
        ],
        "no field `colour`",
    );
    refused(
        &factory,
        &[
            "local",
            "label",
            "1",
            "--by",
            "rui-visitor",
            "--add",
            "cms-faq",
        ],
        "may not",
    );
}

#[test]
fn what_is_no_photograph_is_asked_about_and_nothing_is_written() {
    let (dir, factory) = factory();
    let text = dir.path().join("text.jpg");
    fs::write(&text, "I am a text").unwrap();
    let bomb = dir.path().join("bomb.png");
    fs::write(&bomb, png_that_claims(60_000)).unwrap();
    let huge = dir.path().join("huge.jpg");
    fs::write(
        &huge,
        [&[0xff, 0xd8, 0xff, 0xe0][..], &vec![0; 11 << 20]].concat(),
    )
    .unwrap();
    let body = dir.path().join("request.md");
    fs::write(
        &body,
        "### Name\n\nPim Postbox\n\n### Role\n\nPostmaster\n\n### Team\n\nFacilities\n\n### Quote\n\nOn 4 May 2025 I carried 311 letters up the stairs.\n\n### Photo\n\n![Pim]({photo})\n\n### Questions and answers\n\nQ: One?\nA: Yes, on Monday.\n\nQ: Two?\nA: Yes, on Tuesday.\n\nQ: Three?\nA: Yes, on Friday.\n",
    )
    .unwrap();
    let mut numbers = Vec::new();
    for photo in [&text, &bomb, &huge] {
        let opened = json(
            &factory,
            &[
                "local",
                "issue",
                "--by",
                "mira-fern",
                "--label",
                "cms-spotlight-add",
                "--title",
                "Spotlight: Pim",
                "--file",
                body.to_str().unwrap(),
                "--attach",
                photo.to_str().unwrap(),
            ],
        );
        numbers.push(opened["number"].as_u64().unwrap());
    }
    let listed = json(&factory, &["local", "run", "--quiet"]);
    for number in numbers {
        let request = find(&listed, number);
        assert_eq!(request["state"], "waiting", "{request}");
        assert_eq!(request["reasons"], serde_json::json!(["fields-missing"]));
        assert_eq!(request["pull_request"], Value::Null);
    }
    let fifty = dir.path().join("fifty.jpg");
    fs::File::create(&fifty).unwrap().set_len(50 << 20).unwrap();
    refused(
        &factory,
        &[
            "local",
            "comment",
            "1",
            "--by",
            "mira-fern",
            "--body",
            "x",
            "--attach",
            fifty.to_str().unwrap(),
        ],
        "25 MiB",
    );
}

/// A few bytes that claim to be a square picture of this side.
fn png_that_claims(side: u32) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    png.extend_from_slice(&side.to_be_bytes());
    png.extend_from_slice(&side.to_be_bytes());
    png.extend_from_slice(&[8, 2, 0, 0, 0, 0, 0, 0, 0]);
    png
}

#[test]
fn a_folder_without_a_factory_is_named() {
    let dir = tempfile::tempdir().unwrap();
    refused(dir.path(), &["local", "list"], "holds no factory");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}
