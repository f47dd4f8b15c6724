//! Real payloads, each with what it is read as.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::DateTime;
use lightsout_github::{Delivery, Ignored, LISTENED, PayloadError, Reading};

/// Every payload of `tests/data` by its name, which is `event.action`.
pub(crate) fn all() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect();
    paths.sort();
    let name = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    paths
        .iter()
        .map(|path| (name(path), fs::read(path).unwrap()))
        .collect()
}

pub(crate) fn read(event: &str, body: &[u8]) -> Result<Reading, PayloadError> {
    let delivery = Delivery {
        event,
        id: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        received: DateTime::UNIX_EPOCH,
    };
    lightsout_github::read(&delivery, body)
}

#[test]
fn each_payload_is_read_as_it_should_be() {
    let mut seen = 0;
    for (name, body) in all() {
        let event = name.split('.').next().unwrap();
        match read(event, &body) {
            Ok(Reading::Event { event, facts }) => {
                insta::assert_json_snapshot!(
                    name.clone(),
                    serde_json::json!({"event": event, "facts": facts})
                );
                seen += 1;
            }
            Ok(Reading::Ignored(why)) => {
                insta::assert_snapshot!(name.clone(), format!("{}: {why}", why.code()));
            }
            Err(error) => panic!("{name}: {error}"),
        }
    }
    assert!(seen >= 10, "{seen} events");
}

#[test]
fn what_is_not_listened_to_is_named() {
    let star = br#"{"action": "created", "starred_at": null}"#;
    let ignored = |event: &str, body: &[u8]| match read(event, body) {
        Ok(Reading::Ignored(why)) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        ignored("star", star),
        Ignored::Event {
            event: "star".into()
        }
    );
    assert_eq!(
        ignored("issues", br#"{"action": "pinned"}"#).code(),
        "action-not-listened-to"
    );
    assert_eq!(
        ignored("issues", b"{}").to_string(),
        "The `issues` payload does not say what happened."
    );
    let comma = br#"{"action": "labeled", "issue": {"number": 1}, "sender": {"login": "a"}, "label": {"name": "a,b"}}"#;
    assert_eq!(ignored("issues", comma), Ignored::Label);
    // A name is a header, which may hold anything.
    let long = ignored(&"x\u{1b}".repeat(99), b"{}").to_string();
    assert!(long.chars().count() < 120 && !long.contains('\u{1b}'));
}

#[test]
fn every_event_that_is_listened_to_has_a_payload_here() {
    let names: Vec<String> = all().into_iter().map(|(name, _)| name).collect();
    for (event, actions) in LISTENED {
        let there = |name: &str| names.iter().any(|other| other == name);
        // Nobody has published an example of an issue that was closed, nor of the clock.
        let missing = actions
            .iter()
            .map(|action| format!("{event}.{action}"))
            .filter(|name| !there(name) && name != "issues.closed");
        assert_eq!(missing.collect::<Vec<_>>(), Vec::<String>::new());
        assert!(
            !actions.is_empty() || there(event) || *event == "schedule",
            "{event}"
        );
    }
}

#[test]
fn a_chore_is_known_by_the_file_of_its_workflow() {
    let kind = |event: &str, workflow: &str| {
        let body = serde_json::json!({"schedule": "0 7 * * *", "workflow": workflow});
        match read(event, body.to_string().as_bytes()) {
            Ok(Reading::Event { event, .. }) => {
                serde_json::to_value(event.kind).unwrap().to_string()
            }
            Ok(Reading::Ignored(why)) => why.code().to_owned(),
            Err(error) => error.to_string(),
        }
    };
    assert_eq!(
        kind("schedule", ".github/workflows/cms-spend-alert.yml"),
        r#"{"event":"tick","chore":"spend"}"#
    );
    assert_eq!(
        kind("schedule", ".github/workflows/cms-stale-prs.yml"),
        r#"{"event":"tick","chore":"stale"}"#
    );
    assert_eq!(
        kind("schedule", ".github/workflows/ci.yml"),
        "workflow-of-others"
    );
    // A person is behind a dispatch, and must be named.
    assert!(kind("workflow_dispatch", "cms-canary.yml").contains("`sender.login`"));
}

#[test]
fn an_issue_that_is_closed_and_a_comment_on_a_pull_request() {
    let (_, opened) = all()
        .into_iter()
        .find(|(n, _)| n == "issues.opened")
        .unwrap();
    let closed = String::from_utf8(opened)
        .unwrap()
        .replacen("\"opened\"", "\"closed\"", 1);
    let Ok(Reading::Event { event, .. }) = read("issues", closed.as_bytes()) else {
        panic!()
    };
    assert_eq!(event.kind.name(), "issue_closed");

    let body = br#"{"action": "created", "sender": {"login": "a"}, "comment": {"id": 5, "user": null},
        "issue": {"number": 4, "pull_request": {"url": "x"}, "user": {"login": "Lightsout[bot]", "type": "Bot"}}}"#;
    let Ok(Reading::Event { event, facts }) = read("issue_comment", body) else {
        panic!()
    };
    assert_eq!(
        serde_json::to_value(&event.kind).unwrap(),
        serde_json::json!({"event": "comment_created", "on": 4, "on_pull_request": true, "comment": 5})
    );
    assert_eq!(facts.comment.unwrap().author.login.as_str(), "ghost");
}

#[test]
fn a_request_is_looked_at_when_its_workflow_is_started_by_hand() {
    let body = |inputs: &str| {
        format!(
            r#"{{"workflow":".github/workflows/cms.yml","inputs":{inputs},"sender":{{"login":"ada"}}}}"#
        )
    };
    for (inputs, issue) in [(r#"{"issue":"7"}"#, 7), (r#"{"issue":" #12 "}"#, 12)] {
        let Ok(Reading::Event { event, .. }) = read("workflow_dispatch", body(inputs).as_bytes())
        else {
            panic!("{inputs}");
        };
        let issue = lightsout_forge::Number(issue);
        assert_eq!(event.kind, lightsout_forge::EventKind::Sweep { issue });
    }
    for inputs in ["null", "{}", r#"{"issue":"x"}"#, r#"{"issue":"-1"}"#] {
        let error = read("workflow_dispatch", body(inputs).as_bytes()).unwrap_err();
        assert!(error.to_string().contains("`inputs.issue`"), "{error}");
    }
}
