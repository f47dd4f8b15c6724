//! A validator of the part of JSON Schema that ours uses; a keyword it does not know is a panic, not a pass.
//!
//! A validator from elsewhere would bring sixty packages for one test. Its verdicts on every file of these tests were
//! compared with those of Python's `check-jsonschema`.

use fancy_regex::Regex;
use serde_json::Value;

/// Returns what is wrong with a value, each with the path to it.
pub(crate) fn errors(schema: &Value, value: &Value) -> Vec<String> {
    let mut errors = Vec::new();
    visit(schema, value, "", &mut errors);
    errors
}

fn visit(schema: &Value, value: &Value, path: &str, errors: &mut Vec<String>) {
    for (keyword, rule) in schema.as_object().expect("a schema is an object") {
        let fails = match keyword.as_str() {
            "$schema" | "title" | "description" | "default" | "then" => false,
            "type" => !is_a(rule.as_str().expect("a type"), value),
            "enum" => !rule.as_array().expect("a list").contains(value),
            "const" => rule != value,
            "pattern" => value.as_str().is_some_and(|text| !matches(rule, text)),
            "maxLength" => value
                .as_str()
                .is_some_and(|text| text.chars().count() as u64 > number(rule)),
            "minimum" => value
                .as_i64()
                .is_some_and(|integer| integer < rule.as_i64().expect("an integer")),
            "maximum" => value
                .as_i64()
                .is_some_and(|integer| integer > rule.as_i64().expect("an integer")),
            "not" => self::errors(rule, value).is_empty(),
            "anyOf" => rule
                .as_array()
                .expect("a list")
                .iter()
                .all(|any| !self::errors(any, value).is_empty()),
            "if" => {
                if self::errors(rule, value).is_empty() {
                    visit(&schema["then"], value, path, errors);
                }
                false
            }
            "properties" | "additionalProperties" | "required" | "dependentRequired" | "items" => {
                inside(keyword, schema, value, path, errors);
                false
            }
            _ => panic!("the validator does not know `{keyword}`"),
        };
        if fails {
            errors.push(format!("{path}: {value} breaks `{keyword}`"));
        }
    }
}

/// Judges what objects and lists hold.
fn inside(keyword: &str, schema: &Value, value: &Value, path: &str, errors: &mut Vec<String>) {
    let rule = &schema[keyword];
    if let (Value::Array(items), "items") = (value, keyword) {
        for (index, item) in items.iter().enumerate() {
            visit(rule, item, &format!("{path}/{index}"), errors);
        }
    }
    let Value::Object(object) = value else { return };
    let mut need = |keys: &Value| {
        let keys = keys
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(Value::as_str);
        errors.extend(
            keys.filter(|key| !object.contains_key(*key))
                .map(|key| format!("{path}: `{key}` is missing")),
        );
    };
    match keyword {
        "required" => need(rule),
        "dependentRequired" => {
            let asked = rule.as_object().expect("an object").iter();
            asked
                .filter(|(key, _)| object.contains_key(*key))
                .for_each(|(_, keys)| need(keys));
        }
        "properties" => {
            for (key, property) in rule.as_object().expect("an object") {
                if let Some(value) = object.get(key) {
                    visit(property, value, &format!("{path}/{key}"), errors);
                }
            }
        }
        "additionalProperties" => {
            let strange = object
                .keys()
                .filter(|key| schema["properties"].get(key).is_none());
            errors.extend(strange.map(|key| format!("{path}: unknown `{key}`")));
        }
        _ => {}
    }
}

fn is_a(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        other => panic!("the validator does not know the type `{other}`"),
    }
}

fn matches(pattern: &Value, text: &str) -> bool {
    let pattern = Regex::new(pattern.as_str().expect("a pattern")).expect("a regular expression");
    pattern.is_match(text).expect("patterns are simple")
}

fn number(rule: &Value) -> u64 {
    rule.as_u64().expect("a number")
}
