use std::fs;
use std::path::Path;
use std::process::Output;

use chrono::DateTime;
use lightsout_engine::{Basis, JournalLine};
use lightsout_forge::{Account, AccountKind, Chore, Event, EventId, EventKind, Login};
use lightsout_ledger::{Cost, Nanodollars};
use lightsout_lifecycle::{AnyFacts, Question, Reason, SpendFacts, decide};
use serde_json::Value;

use crate::{json, lightsout, stderr, stdout};

fn replay(journal: &Path, words: &[&str]) -> Output {
    lightsout()
        .arg("replay")
        .arg(journal)
        .args(words)
        .output()
        .unwrap()
}

fn report(journal: &Path, words: &[&str]) -> (Option<i32>, Value) {
    let output = replay(journal, &[words, &["--format", "json"]].concat());
    let report = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.code(), report)
}

#[test]
fn a_chore_is_decided_again() {
    let dir = tempfile::tempdir().unwrap();
    let journal = dir.path().join("journal.jsonl");
    let event = Event {
        id: EventId("spend-2026-01-01".into()),
        at: DateTime::from_timestamp(1_767_312_000, 0).unwrap(),
        actor: Account {
            login: Login::new("lightsout[bot]").unwrap(),
            kind: AccountKind::Bot,
        },
        kind: EventKind::Tick {
            chore: Chore::Spend,
        },
    };
    let facts = SpendFacts {
        enabled: true,
        day: event.at.date_naive(),
        spent: Cost::default(),
        counted: Nanodollars::from_dollars(51),
        issues: Vec::new(),
        threshold: Nanodollars::from_dollars(50),
        alert: None,
    };
    let line = |facts: SpendFacts| JournalLine::Chore {
        at: event.at,
        chore: Chore::Spend,
        on: Some(event.clone()),
        reason: Reason::SpendOver,
        from: Some(Box::new(Basis {
            question: Question::Decide,
            plan: decide(&event, &facts),
            facts: AnyFacts::Spend(facts),
        })),
    };
    let line = serde_json::to_string(&line(facts)).unwrap();
    fs::write(&journal, format!("{line}\n")).unwrap();
    let (status, same) = report(&journal, &[]);
    assert_eq!((status, &same["decisions"]), (Some(0), &1.into()), "{same}");

    // With a higher threshold there would have been nothing to tell.
    let threshold = r#""threshold":50000000000"#;
    assert!(line.contains(threshold), "{line}");
    fs::write(
        &journal,
        line.replacen(threshold, r#""threshold":60000000000"#, 1),
    )
    .unwrap();
    let said = stdout(&replay(&journal, &[]));
    assert!(
        said.starts_with("line 1: tick: then spend-over, now"),
        "{said}"
    );
}

#[test]
fn a_journal_is_decided_again() {
    let dir = tempfile::tempdir().unwrap();
    let factory = dir.path().join("factory");
    json(&factory, &["demo", "--quiet"]);
    let journal = factory.join("journal.jsonl");
    let here = ["--dir", factory.to_str().unwrap()];
    let text = fs::read_to_string(&journal).unwrap();
    let decided = |line: &&str| line.starts_with(r#"{"line":"decided""#);

    // The same rules come to the same, and the forge is as it was left.
    let (status, same) = report(&journal, &here);
    assert_eq!(same["differences"], serde_json::json!([]));
    assert_eq!(same["forge"], serde_json::json!([]));
    assert_eq!(same["notes"], serde_json::json!([]));
    assert_eq!(same["decisions"], text.lines().filter(decided).count());
    assert_eq!(status, Some(0));

    // Another rule: a decision that was made otherwise is found, with its line.
    let changed = dir.path().join("changed.jsonl");
    let planted = text.replacen(r#""permission":"read""#, r#""permission":"none""#, 1);
    assert_ne!(planted, text);
    fs::write(&changed, &planted).unwrap();
    let (status, other) = report(&changed, &[]);
    assert_eq!(status, Some(1), "{other}");
    let one = &other["differences"][0];
    assert_eq!(one["line"], 1, "{one}");
    assert_eq!(one["then"]["reason"], "started");
    assert_eq!(one["now"]["reason"], "awaits-acceptance");
    let said = stdout(&replay(&changed, &[]));
    assert!(
        said.contains("line 1: #1 issue_opened: then started, now awaits-acceptance"),
        "{said}"
    );

    // A reason that does not fit its own plan is a difference too.
    let reason = r#""reason":"started","from""#;
    assert!(text.contains(reason));
    fs::write(
        &changed,
        text.replacen(reason, r#""reason":"resumed","from""#, 1),
    )
    .unwrap();
    assert_eq!(report(&changed, &[]).0, Some(1));

    // A kill cuts the last line; an older version wrote less; both are named, and neither is a difference.
    let whole = text.trim_end();
    let last = whole.lines().rfind(decided).unwrap();
    let old =
        r#"{"line":"decided","at":"2026-01-01T00:00:00Z","issue":1,"on":{},"reason":"started"}"#;
    fs::write(
        &changed,
        format!("{old}\n{whole}\n{}", &last[..last.len() / 2]),
    )
    .unwrap();
    let (status, cut) = report(&changed, &[]);
    assert_eq!(status, Some(0), "{cut}");
    let notes: Vec<&str> = cut["notes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|note| note["note"].as_str().unwrap())
        .collect();
    assert!(
        notes.len() == 2 && notes[0].contains("older version") && notes[1].contains("cut short"),
        "{notes:?}"
    );

    // What is no journal at all is said.
    for (text, saying) in [
        ("nonsense\n", "damaged"),
        ("{\"a\": 1}\n", "no line of a journal"),
    ] {
        fs::write(&changed, text).unwrap();
        let output = replay(&changed, &[]);
        assert_eq!(output.status.code(), Some(1));
        assert!(stdout(&output).contains(saying), "{}", stdout(&output));
    }
    let output = replay(&dir.path().join("none"), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("hint:"));

    // Somebody puts a label on behind the factory's back.
    let words = [
        "local",
        "label",
        "1",
        "--by",
        "ada-gatekeeper",
        "--add",
        "cms-bot-waiting",
    ];
    json(&factory, &words);
    let (status, moved) = report(&journal, &here);
    assert_eq!(status, Some(1), "{moved}");
    assert_eq!(moved["forge"].as_array().unwrap().len(), 1, "{moved}");
    assert_eq!(moved["forge"][0]["action"]["action"], "ensure_no_label");
    assert_eq!(moved["forge"][0]["found"], "the label is there");
}
