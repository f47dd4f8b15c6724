use std::fmt::Write as _;
use std::fs;

use serde_json::json;

use crate::{pipe, stdout};

#[test]
fn a_quote_that_says_nothing_fails_with_the_words_named() {
    let dir = tempfile::tempdir().unwrap();
    let words = ["lint", "quote", "-", "--format", "json"];
    let output = pipe(dir.path(), &words, b"I love working here.");
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["pass"], false);
    assert_eq!(report["anchors"], json!([]));
    assert_eq!(report["generic"], json!(["love working here"]));
    assert_eq!(report["findings"][0]["rule"], "generic");
    let output = pipe(
        dir.path(),
        &words,
        b"In March I cut our deploys to six minutes.",
    );
    assert_eq!(output.status.code(), Some(0));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["pass"], true);
    assert_eq!(
        report["anchors"][0],
        json!({"kind": "date", "text": "March"})
    );
}

#[test]
fn a_person_reads_it_like_a_linter_of_code() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(
        dir.path().join("draft.md"),
        "# About us\n\nWe leverage a myriad of pumps.\nOur Rockstar team is here.\n",
    )
    .unwrap();
    fs::write(
        dir.path().join("factory.toml"),
        "[voice]\nforbidden = [\"rockstar\"]\nspelling = []\nallowed = [\"leverage\"]\n",
    )
    .unwrap();
    let mut text = String::new();
    for kind in ["quote", "article", "voice"] {
        let output = pipe(dir.path(), &["lint", kind, "draft.md"], b"");
        assert_eq!(output.status.code(), Some(1), "{kind}");
        let _ = write!(
            text,
            "$ lightsout lint {kind} draft.md\n{}\n",
            stdout(&output)
        );
    }
    insta::assert_snapshot!(text);
}

#[test]
fn the_number_of_anchors_is_configuration() {
    let dir = tempfile::tempdir().unwrap();
    let file = |least: usize| {
        format!(
            "[[types]]\nlabel = \"cms-insight\"\ntitle = \"Note\"\nlane = [\"content/notes/**\"]\n\
             [[types.fields]]\nkey = \"body\"\nkind = \"text\"\ngate = \"anchors\"\nmin_anchors = {least}\n"
        )
    };
    let note = b"In March Ines moved the kiln.";
    for (least, code) in [(2, 0), (5, 1)] {
        fs::write(dir.path().join("factory.toml"), file(least)).unwrap();
        let output = pipe(dir.path(), &["lint", "article", "-"], note);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{least}: {}",
            stdout(&output)
        );
    }
}
