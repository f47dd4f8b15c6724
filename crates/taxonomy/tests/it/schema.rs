//! The JSON Schema and the parser say the same about a `factory.toml`.

use std::collections::BTreeSet;

use lightsout_taxonomy::{DEFAULT_TOML, Factory, schema};
use serde_json::Value;

use crate::validator::errors;

fn json(text: &str) -> Value {
    toml::from_str(text).expect("the file is TOML")
}

fn complaints(text: &str) -> String {
    let errors = Factory::parse("factory.toml", text)
        .err()
        .unwrap_or_default();
    errors
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

/// A declaration that is right; each broken one differs from it, or from nothing, in one place.
const RIGHT: &str = r#"
[[types]]
label = "cms-event"
title = "Event"
color = "1f6feb"
verb = "add"
lane = ["content/events/**"]
page = "content/events/{slug}.mdx"
slug_from = "name"
skills = ["a-skill"]
[[types.fields]]
key = "name"
kind = "line"
required = true
"#;

#[test]
fn the_default_file_is_valid() {
    for file in [DEFAULT_TOML, RIGHT, ""] {
        assert_eq!(errors(&schema(), &json(file)), Vec::<String>::new());
    }
}

#[test]
fn broken_files_are_refused_by_both_for_the_same_key() {
    let schema = schema();
    let cases = include_str!("corpus/broken-factories.txt");
    let cases: Vec<(&str, &str)> = cases
        .split("\n=== ")
        .skip(1)
        .filter_map(|case| case.split_once('\n'))
        .collect();
    assert!(cases.len() >= 20, "{} broken files", cases.len());
    for (word, text) in cases {
        assert!(
            complaints(text).contains(word),
            "the parser on {text}: {}",
            complaints(text)
        );
        let errors = errors(&schema, &json(text));
        let says = |error: &String| error.replace("\\\\", "\\").contains(word);
        assert!(errors.iter().any(says), "the schema on {text}: {errors:?}");
    }
}

/// Collects the keys of the objects of a schema, by the path to them.
fn keys(schema: &Value, path: &str, all: &mut BTreeSet<String>) {
    for (key, property) in schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        all.insert(format!("{path}{key}"));
        keys(property, &format!("{path}{key}."), all);
    }
    if let Some(items) = schema.get("items") {
        keys(items, path, all);
    }
}

#[test]
fn the_parser_knows_every_key_of_the_schema_and_no_other() {
    let mut in_schema = BTreeSet::new();
    keys(&schema(), "", &mut in_schema);
    // An unknown key in each table makes the parser list the keys it knows there.
    let text = "zzzzzz = 1\n[factory]\nzzzzzz = 1\n[agent]\nzzzzzz = 1\n[budget]\nzzzzzz = 1\n[limits]\nzzzzzz = 1\n\
                [heal]\nzzzzzz = 1\n[preview]\nzzzzzz = 1\n[site]\nzzzzzz = 1\n[lightsout]\nzzzzzz = 1\n[voice]\nzzzzzz = 1\n[[gates]]\nname = \"a\"\nrun = \"b\"\nzzzzzz = 1\n\
                [[types]]\nlabel = \"cms-x\"\ntitle = \"x\"\nlane = [\"x/**\"]\nzzzzzz = 1\n\
                [types.media]\nkind = \"header\"\npath = \"x/{slug}.png\"\nzzzzzz = 1\n[[types.fields]]\nkey = \"x\"\nzzzzzz = 1\n";
    let complaints = complaints(text);
    let lists: Vec<&str> = complaints
        .lines()
        .filter_map(|line| line.strip_prefix("hint: known keys are "))
        .collect();
    let tables = [
        "",
        "factory.",
        "agent.",
        "budget.",
        "limits.",
        "heal.",
        "preview.",
        "site.",
        "lightsout.",
        "voice.",
        "gates.",
        "types.",
        "types.media.",
        "types.fields.",
    ];
    assert_eq!(lists.len(), tables.len(), "{complaints}");
    let mut in_parser = BTreeSet::new();
    for (table, list) in tables.iter().zip(lists) {
        in_parser.extend(
            list.split(", ")
                .map(|key| format!("{table}{}", key.trim_matches('`'))),
        );
    }
    assert_eq!(in_parser, in_schema);
}

#[test]
fn the_committed_schema_is_fresh() {
    let committed = include_str!("../../factory.schema.json");
    let hint = "run `cargo xtask schema`";
    assert_eq!(committed, format!("{:#}\n", schema()), "{hint}");
}
