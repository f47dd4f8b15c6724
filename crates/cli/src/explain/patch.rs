//! A snapshot that somebody wrote, laid over the one that was drawn.

use std::path::Path;

use anyhow::Context as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::failure::Mendable;

/// Lays a JSON object over a value: what it names is replaced, objects are gone through key by key, `null` empties.
/// Returns the value and every key that was named.
pub(crate) fn lay_over<T: Serialize + DeserializeOwned>(
    drawn: &T,
    written: &Value,
    file: &Path,
) -> anyhow::Result<(T, Vec<String>)> {
    let mut merged = serde_json::to_value(drawn).context("writing the snapshot")?;
    merge(&mut merged, written);
    let laid: T = serde_json::from_value(merged)
        .map_err(|error| wrong(file, &format!("is no snapshot: {error}")))?;
    let mut named = Vec::new();
    keys(written, "", &mut named);
    let known = serde_json::to_value(&laid).context("writing the snapshot")?;
    for key in &named {
        let pointer = format!("/{}", key.replace('.', "/"));
        if known.pointer(&pointer).is_none() {
            return Err(wrong(
                file,
                &format!("has the key `{key}`, which no snapshot has"),
            ));
        }
    }
    Ok((laid, named))
}

fn wrong(file: &Path, what: &str) -> anyhow::Error {
    Mendable::error(
        format!("`{}` {what}", file.display()),
        "docs/reference/snapshot.md shows a whole one; `lightsout explain --format json` prints the one it used",
    )
}

fn merge(into: &mut Value, written: &Value) {
    match (into, written) {
        // A value of another kind has other keys, so nothing of the old one may stay.
        (Value::Object(old), Value::Object(new)) if same_kind(old, new) => {
            for (key, value) in new {
                merge(old.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, written) => *into = written.clone(),
    }
}

/// Whether two objects are of one variant: none of the tags that tell variants apart differs.
fn same_kind(old: &serde_json::Map<String, Value>, new: &serde_json::Map<String, Value>) -> bool {
    let differs = |tag| matches!((old.get(tag), new.get(tag)), (Some(a), Some(b)) if a != b);
    !["intake", "about"]
        .into_iter()
        .any(|tag| differs(tag) && new.get(tag).is_some_and(Value::is_string))
}

/// Every path that ends in something else than an object with keys.
fn keys(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (key, value) in fields {
                let at = if at.is_empty() {
                    key.clone()
                } else {
                    format!("{at}.{key}")
                };
                keys(value, &at, found);
            }
        }
        _ if at.is_empty() => {}
        _ => found.push(at.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lightsout_lifecycle::Intake;
    use serde_json::json;

    fn lay(written: &Value) -> anyhow::Result<(Intake, Vec<String>)> {
        let drawn = Intake::Complete {
            kind: lightsout_forge::Label::new("cms-faq").unwrap(),
            slug: "a".into(),
        };
        lay_over(&drawn, written, Path::new("world.json"))
    }

    #[test]
    fn a_part_keeps_the_rest_and_another_kind_keeps_nothing() {
        let (part, named) = lay(&json!({"slug": "b"})).unwrap();
        assert_eq!(serde_json::to_value(part).unwrap()["kind"], "cms-faq");
        assert_eq!(named, ["slug"]);
        let (other, _) = lay(&json!({"intake": "not_a_request"})).unwrap();
        assert_eq!(other, Intake::NotARequest);
    }

    #[test]
    fn what_no_snapshot_has_is_named() {
        let said = |written| lay(&written).unwrap_err().to_string();
        assert!(said(json!({"slugg": "b"})).contains("`slugg`"));
        assert!(said(json!({"slug": 7})).contains("invalid type"));
        assert!(said(json!({"intake": "magic"})).contains("magic"));
        assert!(said(json!([])).contains("is no snapshot"));
    }
}
