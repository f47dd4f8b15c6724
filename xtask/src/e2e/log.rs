//! The forge's log: proof of what came before what.

use anyhow::{Context, Result};
use serde_json::Value;

use super::result::Request;

/// The label of a request whose author must answer.
const WAITING: &str = "cms-bot-waiting";

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    what: String,
    on: Option<u64>,
    detail: String,
}

/// Reads what `lightsout local log --format json` prints.
pub(crate) fn parse(text: &str) -> Result<Vec<Line>> {
    let object: Value = serde_json::from_str(text).context("the log is no JSON object")?;
    let lines = object["log"].as_array().context("there is no list `log`")?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Ok(lines
        .iter()
        .map(|line| Line {
            what: text(&line["what"]),
            on: line["on"].as_u64(),
            detail: text(&line["detail"]),
        })
        .collect())
}

/// Returns what is wrong with the order of things: whoever was asked was asked before any agent's commit came, and waited
/// until the pull request was there.
pub(crate) fn complaints(log: &[Line], requests: &[Request]) -> Vec<String> {
    let at = |what: &str, on: Option<u64>, detail: &str| {
        let found =
            |line: &Line| line.what == what && line.on == on && line.detail.starts_with(detail);
        log.iter().position(found)
    };
    let mut complaints = Vec::new();
    let mut asked = 0;
    for one in requests {
        let issue = one.issue;
        let Some(labeled) = at("issue_labeled", Some(issue), WAITING) else {
            continue;
        };
        asked += 1;
        let branch = at("branch_moved", None, &format!("claude/issue-{issue}-"));
        let opened = one.pull.and_then(|pull| at("pull_opened", Some(pull), ""));
        let removed = at("issue_unlabeled", Some(issue), WAITING);
        let in_order = [Some(labeled), branch, opened, removed];
        if in_order.iter().any(Option::is_none) || !in_order.is_sorted() {
            complaints.push(format!(
                "issue {issue}: not asked, worked on, opened and unlabeled in this order: {in_order:?}"
            ));
        }
    }
    if asked == 0 {
        complaints.push("nobody was asked anything".to_owned());
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::e2e::result;

    fn check(order: &[usize]) -> Vec<String> {
        let lines = [
            serde_json::json!({"what": "issue_labeled", "on": 2, "detail": WAITING}),
            serde_json::json!({"what": "branch_moved", "on": null, "detail": "claude/issue-2-a to 1"}),
            serde_json::json!({"what": "pull_opened", "on": 9, "detail": "T"}),
            serde_json::json!({"what": "issue_unlabeled", "on": 2, "detail": WAITING}),
        ];
        let log: Vec<_> = order.iter().map(|index| lines[*index].clone()).collect();
        let log = parse(&serde_json::json!({ "log": log }).to_string()).expect("a log");
        let table =
            r#"{"requests":[{"issue":2,"state":"published","pull_request":9,"files":["a"]}]}"#;
        complaints(&log, &result::parse(table).expect("a table"))
    }

    #[test]
    fn only_one_order_is_right() {
        assert_eq!(check(&[0, 1, 2, 3]), Vec::<String>::new());
        assert_eq!(check(&[0, 1, 3, 2]).len(), 1, "the label went first");
        assert_eq!(check(&[1, 0, 2, 3]).len(), 1, "an agent worked first");
        assert_eq!(check(&[0, 1, 2]).len(), 1, "the label never went");
        assert_eq!(check(&[1, 2]), ["nobody was asked anything"]);
    }
}
