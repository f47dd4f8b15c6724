use std::fmt::Write as _;

use crate::{lightsout, stdout};

const VERBS: &[&[&str]] = &[
    &[],
    &["demo"],
    &["local"],
    &["local", "issue"],
    &["local", "comment"],
    &["local", "label"],
    &["local", "list"],
    &["local", "show"],
    &["local", "log"],
    &["local", "run"],
    &["local", "serve"],
    &["explain"],
    &["replay"],
    &["triage"],
    &["gate"],
    &["settle"],
    &["publish"],
    &["content"],
    &["content", "check"],
    &["request"],
    &["request", "check"],
    &["request", "form"],
    &["request", "fields"],
    &["lint"],
    &["lint", "quote"],
    &["lint", "voice"],
    &["labels"],
    &["labels", "list"],
    &["schema"],
    &["policy"],
    &["policy", "check"],
    &["policy", "audit"],
    &["policy", "hook"],
    &["policy", "print"],
    &["signal"],
    &["heal"],
    &["heal", "log"],
    &["cost"],
    &["cost", "show"],
    &["cost", "import"],
    &["cost", "export"],
    &["skills"],
    &["skills", "check"],
    &["skills", "list"],
    &["skills", "show"],
    &["workflows"],
    &["workflows", "render"],
    &["agent", "template"],
    &["agent", "prompt"],
    &["agent", "run"],
];

#[test]
fn help_is_what_it_was() {
    let mut text = String::new();
    for verb in VERBS {
        let output = lightsout().args(*verb).arg("--help").output().unwrap();
        assert!(output.status.success());
        let words = [*verb, &["--help"]].concat().join(" ");
        let _ = writeln!(
            text,
            "$ lightsout {words}
{}",
            stdout(&output)
        );
    }
    insta::assert_snapshot!(text);
}

#[test]
fn wrong_usage_is_status_2() {
    for words in [
        &["nonsense"][..],
        &["demo", "--fast"],
        &["local", "show", "x"],
        &["request", "check", "-"],
        &[
            "request",
            "check",
            "-",
            "--label",
            "a",
            "--comments",
            "c.json",
        ],
        &["lint", "poem", "-"],
        &[],
    ] {
        let output = lightsout().args(words).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{words:?}");
    }
}
