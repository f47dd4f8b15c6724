//! What `lightsout demo --format json` printed, as far as the checks read it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// The request of one issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) issue: u64,
    /// The content type; `None` when the request was refused for having none, or two.
    pub(crate) kind: Option<String>,
    pub(crate) state: String,
    pub(crate) pull: Option<u64>,
    pub(crate) files: Vec<String>,
    /// Everything that must be the same however often the run was interrupted.
    pub(crate) lasting: Value,
}

impl Request {
    /// Returns what the forge itself shows of the request.
    pub(crate) fn shown(&self) -> impl PartialEq + use<'_> {
        (self.issue, &self.kind, &self.state, self.pull, &self.files)
    }
}

/// Reads the one object that the demo prints.
pub(crate) fn parse(text: &str) -> Result<Vec<Request>> {
    let object: Value =
        serde_json::from_str(text).context("the demo printed no single JSON object")?;
    let requests = object["requests"]
        .as_array()
        .context("there is no list `requests`")?;
    requests.iter().map(request).collect()
}

fn request(value: &Value) -> Result<Request> {
    let state = value["state"]
        .as_str()
        .with_context(|| format!("no `state` in {value}"))?;
    if !["published", "waiting", "cancelled", "refused"].contains(&state) {
        bail!("`{state}` is no final state");
    }
    let files = value["files"]
        .as_array()
        .with_context(|| format!("no `files` in {value}"))?;
    Ok(Request {
        issue: value["issue"]
            .as_u64()
            .with_context(|| format!("no `issue` in {value}"))?,
        kind: value["type"].as_str().map(ToOwned::to_owned),
        state: state.to_owned(),
        pull: value["pull_request"].as_u64(),
        files: files
            .iter()
            .filter_map(Value::as_str)
            .map(ToOwned::to_owned)
            .collect(),
        lasting: lasting(value.clone()),
    })
}

/// Drops what a clock decides.
fn lasting(value: Value) -> Value {
    const OF_A_CLOCK: &[&str] = &[
        "took",
        "time",
        "times",
        "seconds",
        "milliseconds",
        "ms",
        "duration",
        "duration_ms",
    ];
    match value {
        Value::Object(map) => {
            let kept = map
                .into_iter()
                .filter(|(key, _)| !OF_A_CLOCK.contains(&key.as_str()));
            Value::Object(kept.map(|(key, value)| (key, lasting(value))).collect())
        }
        Value::Array(list) => Value::Array(list.into_iter().map(lasting).collect()),
        other => other,
    }
}

/// Returns what is wrong with the final table of the demo.
pub(crate) fn complaints(requests: &[Request], types: &[&str]) -> Vec<String> {
    let mut complaints = Vec::new();
    for kind in types {
        if !requests
            .iter()
            .any(|one| one.state == "published" && one.kind.as_deref() == Some(kind))
        {
            complaints.push(format!("no request of type `{kind}` was published"));
        }
    }
    for state in ["cancelled", "refused"] {
        if !requests.iter().any(|one| one.state == state) {
            complaints.push(format!("no request was {state}"));
        }
    }
    let mut issues = BTreeSet::new();
    let mut pulls: BTreeMap<u64, u64> = BTreeMap::new();
    for one in requests {
        if !issues.insert(one.issue) {
            complaints.push(format!("issue {} is in the table twice", one.issue));
        }
        if one.state == "waiting" {
            complaints.push(format!("issue {} still waits", one.issue));
        }
        if one.state == "published" && (one.pull.is_none() || one.files.is_empty()) {
            complaints.push(format!(
                "issue {} was published without a pull request or without files",
                one.issue
            ));
        }
        if let Some(pull) = one.pull
            && let Some(other) = pulls.insert(pull, one.issue)
        {
            complaints.push(format!(
                "issues {other} and {} share pull request {pull}",
                one.issue
            ));
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[(u64, &str, &str, Option<u64>)]) -> Vec<Request> {
        let rows: Vec<_> = rows
            .iter()
            .map(|(issue, kind, state, pull)| {
                serde_json::json!({
                    "issue": issue, "type": kind, "state": state, "pull_request": pull,
                    "files": ["content/faq/a.mdx"], "cost": {"total": "0.00"}, "reasons": [], "seconds": 1.5,
                })
            })
            .collect();
        parse(&serde_json::json!({ "requests": rows }).to_string()).expect("a table")
    }

    #[test]
    fn a_good_table_is_good_and_each_fault_is_seen() {
        let good = [
            (1, "faq", "published", Some(5)),
            (2, "faq", "cancelled", None),
            (3, "faq", "refused", None),
        ];
        assert_eq!(complaints(&table(&good), &["faq"]), Vec::<String>::new());
        assert_eq!(
            complaints(&table(&good), &["insight"]),
            ["no request of type `insight` was published"]
        );
        assert_eq!(
            complaints(&table(&good[..2]), &["faq"]),
            ["no request was refused"]
        );
        let waits = [good[0], good[1], good[2], (4, "faq", "waiting", None)];
        assert_eq!(
            complaints(&table(&waits), &["faq"]),
            ["issue 4 still waits"]
        );
        let twice = [good[0], good[1], good[2], good[0]];
        let twice = complaints(&table(&twice), &["faq"]);
        assert_eq!(
            twice,
            [
                "issue 1 is in the table twice",
                "issues 1 and 1 share pull request 5"
            ]
        );
        let lost = [(1, "faq", "published", None), good[1], good[2]];
        assert_eq!(complaints(&table(&lost), &["faq"]).len(), 1);
    }

    #[test]
    fn what_is_no_table_is_refused() {
        assert!(parse("{}").is_err());
        assert!(parse("done\n{\"requests\":[]}").is_err());
        assert!(parse(r#"{"requests":[{"issue":1,"state":"working","files":[]}]}"#).is_err());
    }

    #[test]
    fn only_clocks_are_dropped_from_what_must_last() {
        let one = &table(&[(1, "faq", "published", Some(5))])[0];
        assert_eq!(one.lasting["cost"]["total"], "0.00");
        assert!(one.lasting.get("seconds").is_none());
    }
}
