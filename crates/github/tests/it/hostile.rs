//! Payloads that are cut, changed, huge or made up.

use lightsout_github::{MAX_PAYLOAD, PayloadError, Reading};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::examples::{all, read};

fn error(event: &str, body: &[u8]) -> String {
    read(event, body).unwrap_err().to_string()
}

#[test]
fn what_is_missing_is_said_with_its_place() {
    let body = |change: fn(&mut Value)| {
        let mut body = json!({
            "action": "created", "sender": {"login": "mira-fern"}, "comment": {"id": 2, "body": "/publish"},
            "issue": {"number": 1},
        });
        change(&mut body);
        body.to_string()
    };
    let whole = body(|_| ());
    assert!(matches!(
        read("issue_comment", whole.as_bytes()),
        Ok(Reading::Event { .. })
    ));
    let broken: [fn(&mut Value); 8] = [
        |body| drop(body.as_object_mut().unwrap().remove("sender")),
        |body| body["sender"]["login"] = json!("a b"),
        |body| body["sender"] = json!("mira-fern"),
        |body| drop(body.as_object_mut().unwrap().remove("issue")),
        |body| body["issue"]["number"] = json!("1"),
        |body| body["issue"]["number"] = json!(-1),
        |body| body["comment"] = json!({}),
        |body| body["issue"]["labels"] = json!([{"name": 7}]),
    ];
    let said: Vec<String> = broken
        .into_iter()
        .map(|change| error("issue_comment", body(change).as_bytes()))
        .collect();
    insta::assert_snapshot!(said.join("\n---\n"));
}

#[test]
fn what_is_wrong_is_said_in_a_few_words_that_no_terminal_obeys() {
    let word = "\u{1b}[31m\n".repeat(5_000);
    let status =
        json!({"state": word, "sha": "a".repeat(40), "context": "c", "sender": {"login": "a"}});
    let sender = json!({"action": "created", "sender": {"login": word}, "issue": {"number": 1}});
    let number = json!({"action": "created", "sender": {"login": "a"}, "issue": {"number": word}});
    for (event, body) in [
        ("status", status),
        ("issue_comment", sender),
        ("issues", number),
    ] {
        let mut body = body;
        if event == "issues" {
            body["action"] = json!("opened");
        }
        let said = error(event, body.to_string().as_bytes());
        let (what, hint) = said.split_once("\nhint: ").unwrap();
        assert!(
            !what.contains(char::is_control) && !hint.contains('\n'),
            "{said:?}"
        );
        assert!(
            said.chars().count() < 600,
            "{event}: {} characters",
            said.chars().count()
        );
    }
}

#[test]
fn what_is_no_json_is_said_with_line_and_column() {
    for (body, expected) in [
        (&b""[..], "EOF while parsing a value at line 1 column 0"),
        (
            b"{\"action\": \"cre",
            "EOF while parsing a string at line 1 column 15",
        ),
        (b"{} {}", "trailing characters at line 1 column 4"),
        (b"payload=%7B%7D", "expected value at line 1 column 1"),
        (b"\xff\xfe{}", "expected value at line 1 column 1"),
    ] {
        let said = error("issues", body);
        assert!(said.contains(expected), "{said}");
        assert!(said.contains("hint:"), "{said}");
    }
    assert!(error("issues", b"[]").contains("`issues`"));
    // Nested deeper than any stack likes.
    let deep = format!("{{\"issue\": {}", "[".repeat(1_000_000));
    assert!(error("issues", deep.as_bytes()).contains("no JSON"));
}

#[test]
fn sizes_are_bounded() {
    let too_large = vec![b' '; MAX_PAYLOAD + 1];
    assert!(matches!(
        read("issues", &too_large),
        Err(PayloadError::TooLarge { .. })
    ));
    let issue = |body: String, labels: Vec<Value>| {
        json!({"action": "opened", "sender": {"login": "a"}, "issue": {"number": 1, "body": body, "labels": labels}})
            .to_string()
    };
    let long = issue("ü".repeat(65_537), Vec::new());
    assert!(error("issues", long.as_bytes()).contains("`issue.body`: more than 65536 characters"));
    let many = issue(String::new(), vec![json!({"name": "x"}); 101]);
    assert!(error("issues", many.as_bytes()).contains("`issue.labels`: more than 100 labels"));
    let just = issue("ü".repeat(65_536), vec![json!({"name": "x"}); 100]);
    assert!(read("issues", just.as_bytes()).is_ok());
}

#[test]
fn a_cut_payload_is_an_error_at_every_place() {
    for (name, body) in all() {
        let event = name.split('.').next().unwrap();
        let whole = body.trim_ascii_end().len();
        for end in (0..whole).step_by(97).chain([whole - 1]) {
            assert!(read(event, &body[..end]).is_err(), "{name} cut at {end}");
        }
    }
}

/// Replaces what stands at a place of a payload, counted over all of it.
fn replace(value: &mut Value, place: &mut usize, by: &Value) {
    if *place == 0 {
        *value = by.clone();
    }
    *place = place.wrapping_sub(1);
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, place, by)),
        Value::Object(fields) => fields
            .values_mut()
            .for_each(|item| replace(item, place, by)),
        _ => {}
    }
}

fn stranger() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!(true)),
        Just(json!(-1)),
        Just(json!(1.5e300)),
        Just(json!([])),
        Just(json!({})),
        ".{0,80}".prop_map(Value::String),
    ]
}

proptest! {
    #[test]
    fn a_changed_payload_is_read_or_refused(
        which in any::<prop::sample::Index>(), place in any::<prop::sample::Index>(), by in stranger(),
    ) {
        let payloads = all();
        let (name, body) = which.get(&payloads);
        let mut value: Value = serde_json::from_slice(body).unwrap();
        replace(&mut value, &mut place.index(400), &by);
        let _ = read(name.split('.').next().unwrap(), value.to_string().as_bytes());
    }

    #[test]
    fn changed_bytes_are_read_or_refused(
        which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), bytes in any::<[u8; 3]>(),
    ) {
        let payloads = all();
        let (name, body) = which.get(&payloads);
        let mut body = body.clone();
        let at = at.index(body.len() - 3);
        body[at..at + 3].copy_from_slice(&bytes);
        let _ = read(name.split('.').next().unwrap(), &body);
    }

    #[test]
    fn any_bytes_are_read_or_refused(event in "[a-z_]{0,20}|issues|status", body in any::<Vec<u8>>()) {
        let _ = read(&event, &body);
    }
}
