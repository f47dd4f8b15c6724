//! Whatever shape a log has, what it says is found or said to be missing.

use lightsout_ledger::{Cost, Nanodollars};
use lightsout_spendlog::{Kind, Read};

use crate::read;

const ONE: &str = r#"{"timestamp": "2026-03-01T08:00:00Z", "issue": 4, "model": "claude-sonnet-4-6", "input_tokens": 1000, "output_tokens": 10, "cost_usd": 0.0315}"#;
const TWO: &str = r#"{"timestamp": "2026-03-01T09:00:00Z", "issue": 5, "model": "claude-sonnet-4-6", "input_tokens": 2000, "output_tokens": 20, "cost_usd": 0.1}"#;

fn costs(read: &Read) -> Vec<String> {
    read.rows
        .iter()
        .map(|row| row.bill.cost.to_string())
        .collect()
}

fn whys(read: &Read) -> Vec<(&str, &str)> {
    let left_out = read.left_out.iter();
    left_out
        .map(|one| (one.place.as_str(), one.why.as_str()))
        .collect()
}

#[test]
fn rows_are_found_however_they_are_strung_together() {
    let expected = read(Kind::Tokens, &format!("[{ONE},{TWO}]"));
    assert_eq!(costs(&expected), ["$0.0315", "$0.10"]);
    for text in [
        format!("{ONE}\n{TWO}\n"),
        format!("\u{feff}{ONE}\r\n\r\n{TWO}"),
        format!("{{\"version\": 1, \"entries\": [{ONE}, {TWO}], \"errors\": []}}"),
        format!("{{\"spend\": [{ONE},\n {TWO}]}}"),
    ] {
        let found = read(Kind::Tokens, &text);
        assert_eq!(found.rows, expected.rows, "{text}");
        assert_eq!(whys(&found), [], "{text}");
    }
    assert_eq!(read(Kind::Tokens, ONE).rows, expected.rows[..1]);
    for nothing in ["", "  \n", "[]", "{\"entries\": []}"] {
        assert_eq!(read(Kind::Tokens, nothing), Read::default(), "{nothing}");
    }
}

#[test]
fn what_cannot_be_understood_is_left_out_and_said() {
    let rows = [
        ONE,
        "7",
        r#"{"cost": 1}"#,
        r#"{"date": "2026-03-01"}"#,
        r#"{"date": "2026-03-01", "cost": "free"}"#,
        r#"{"date": "2026-03-01", "cost": -1}"#,
        r#"{"date": "2026-03-01", "cost": 1, "issue": "none"}"#,
        r#"{"date": "soon", "cost": 1}"#,
        TWO,
    ];
    let found = read(Kind::Tokens, &format!("[{}]", rows.join(",")));
    assert_eq!(costs(&found), ["$0.0315", "$0.10"]);
    assert_eq!(
        whys(&found),
        [
            ("entry 2", "this is no object"),
            ("entry 3", "it does not say when; a `timestamp` is needed"),
            ("entry 4", "it names neither a cost nor tokens"),
            (
                "entry 5",
                "cost_usd: `free` is not a decimal amount of dollars"
            ),
            ("entry 6", "cost_usd: `-1` is negative, and a cost never is"),
            ("entry 7", "issue: `\"none\"` is no whole number"),
            ("entry 8", "timestamp: `\"soon\"` is no time"),
        ]
    );
    let torn = read(Kind::Tokens, &format!("{ONE}\n{}\n{TWO}", &ONE[..50]));
    assert_eq!(
        (torn.rows.len(), torn.left_out[0].place.as_str()),
        (2, "line 2")
    );
    for broken in [
        &format!("[{ONE},")[..],
        "{\"a\": {}}",
        "{\"a\": 1, \"b\": 2}",
    ] {
        let found = read(Kind::Tokens, broken);
        assert_eq!(
            (found.rows.len(), found.left_out[0].place.as_str()),
            (0, "file"),
            "{broken}"
        );
    }
}

#[test]
fn names_are_told_understood_or_not() {
    let text = r#"[{"at": 1772442000, "costUsd": 0.5, "cost": 9, "colour": "red", "usage": {"input_tokens": 5, "servers": 1}}]"#;
    let found = read(Kind::Tokens, text);
    let names: Vec<(&str, Option<&str>)> = found
        .names
        .iter()
        .map(|seen| (seen.name.as_str(), seen.field))
        .collect();
    assert_eq!(
        names,
        [
            ("at", Some("timestamp")),
            ("colour", None),
            ("cost", Some("cost_usd")),
            ("costUsd", Some("cost_usd")),
            ("usage.input_tokens", Some("input_tokens")),
            ("usage.servers", None),
        ]
    );
    assert_eq!(costs(&found), ["$0.50"], "the more exact name counts");
    assert_eq!(found.rows[0].bill.usage().input, 5);
}

#[test]
fn a_cost_is_measured_estimated_priced_or_unknown_and_never_nothing() {
    let cost = |kind, more: &str| {
        let found = read(kind, &format!("[{{\"date\": \"2026-03-01\", {more}}}]"));
        found.rows[0].bill.cost
    };
    assert_eq!(
        cost(Kind::Tokens, "\"usd\": 1"),
        Cost::measured(Nanodollars::from_dollars(1))
    );
    assert_eq!(
        cost(Kind::Tokens, "\"estimated_cost\": 1"),
        Cost::estimated(Nanodollars::from_dollars(1))
    );
    let priced = "\"model\": \"claude-sonnet-4-6\", \"tokens\": {\"in\": 6000, \"out\": 300}";
    assert_eq!(
        cost(Kind::Tokens, priced),
        Cost::measured(Nanodollars(22_500_000))
    );
    assert_eq!(
        cost(Kind::Tokens, "\"model\": \"new-one\", \"tokens_in\": 1"),
        Cost::unknown()
    );
    assert_eq!(
        cost(Kind::Images, "\"endpoint\": \"fal-ai/flux/dev\""),
        Cost::unknown()
    );
    // No float has touched it: this one is not a multiple of anything binary.
    assert_eq!(
        cost(Kind::Tokens, "\"usd\": 0.100000001"),
        Cost::measured(Nanodollars(100_000_001))
    );
}

#[test]
fn a_picture_is_one_where_nothing_says_how_many() {
    let text = r#"[{"timestamp": "2026-03-01T00:00:00Z", "endpoint": "fal-ai/flux/dev", "price": 0.09},
        {"timestamp": "2026-03-01T00:00:00Z", "num_images": 3, "price": 0.09}]"#;
    let found = read(Kind::Images, text);
    let images: Vec<u32> = found.rows.iter().map(|row| row.bill.images).collect();
    assert_eq!(images, [1, 3]);
    assert_eq!(found.rows[0].bill.models[0].model, "fal-ai/flux/dev");
    assert_eq!(found.rows[0].issue, 0);
}

#[test]
fn a_row_has_the_same_name_each_time_and_one_of_its_own() {
    let names = |text: &str| -> Vec<String> {
        read(Kind::Tokens, text)
            .rows
            .into_iter()
            .map(|row| row.id.0)
            .collect()
    };
    let twice = names(&format!("[{ONE},{ONE},{TWO}]"));
    assert_eq!(twice[1], format!("{}/2", twice[0]));
    assert_ne!(twice[0], twice[2]);
    // A log that has grown, in another shape, with other blanks.
    let grown = names(&format!("{}\n{ONE}\n{TWO}\n{TWO}", ONE.replace(": ", ":")));
    assert_eq!(grown[..3], twice[..]);
    // What is not understood makes rows differ too: they are two calls.
    let other = ONE.replace("{\"timestamp\"", "{\"request\": \"b\", \"timestamp\"");
    assert_ne!(names(&other)[0], twice[0]);
    // A name of somebody else's is not taken for one of ours.
    assert!(
        names(&ONE.replace("{\"timestamp\"", "{\"id\": \"run-1\", \"timestamp\""))[0]
            .starts_with("import/")
    );
}
