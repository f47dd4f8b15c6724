//! What an agent answers that changes nothing: the JSON at the end of its last message, hostile until it has been read.

use std::collections::BTreeMap;

use lightsout_lifecycle::{Finding, Severity};
use lightsout_taxonomy::is_repository_path;
use serde::Deserialize;

/// The longest answer, in bytes.
const MAX_ANSWER: usize = 256 << 10;
/// The most findings or phrases.
const MAX_ENTRIES: usize = 100;
/// The longest text of one finding, in characters.
const MAX_TEXT: usize = 4_000;
/// The longest name or phrase of a skill, in characters.
const MAX_PHRASE: usize = 500;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Review {
    findings: Vec<Found>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Found {
    severity: Severity,
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    line: Option<u32>,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recital {
    phrases: BTreeMap<String, String>,
}

/// Reads the findings of a review out of an agent's last message.
///
/// # Errors
/// Why they cannot be believed, in a sentence without its period.
pub(crate) fn findings(message: &str) -> Result<Vec<Finding>, String> {
    let review: Review = parse(message)?;
    let count = review.findings.len();
    if count > MAX_ENTRIES {
        return Err(format!(
            "it has {count} findings, {MAX_ENTRIES} at most may be"
        ));
    }
    review
        .findings
        .into_iter()
        .enumerate()
        .map(finding)
        .collect()
}

fn finding((index, found): (usize, Found)) -> Result<Finding, String> {
    let number = index + 1;
    let text = found.text.trim();
    if text.is_empty() || text.chars().count() > MAX_TEXT {
        return Err(format!(
            "finding {number} has no text of 1 to {MAX_TEXT} characters"
        ));
    }
    if found
        .path
        .as_deref()
        .is_some_and(|path| !is_repository_path(path))
    {
        return Err(format!("finding {number} names no path of the repository"));
    }
    if found.line == Some(0) || (found.line.is_some() && found.path.is_none()) {
        return Err(format!("finding {number} has a line that is in no file"));
    }
    Ok(Finding {
        severity: found.severity,
        path: found.path,
        line: found.line,
        text: text.to_owned(),
    })
}

/// Reads the phrases of the skills out of an agent's last message.
///
/// # Errors
/// Why they cannot be believed, in a sentence without its period.
pub(crate) fn phrases(message: &str) -> Result<BTreeMap<String, String>, String> {
    let recital: Recital = parse(message)?;
    if recital.phrases.len() > MAX_ENTRIES {
        return Err(format!("it has over {MAX_ENTRIES} phrases"));
    }
    let long = |text: &String| text.chars().count() > MAX_PHRASE;
    if recital
        .phrases
        .iter()
        .any(|(name, phrase)| long(name) || long(phrase))
    {
        return Err(format!("a phrase has over {MAX_PHRASE} characters"));
    }
    Ok(recital.phrases)
}

fn parse<T: for<'de> Deserialize<'de>>(message: &str) -> Result<T, String> {
    let json = last_block(message).unwrap_or(message).trim();
    if json.len() > MAX_ANSWER {
        return Err(format!("it has over {MAX_ANSWER} bytes"));
    }
    serde_json::from_str(json).map_err(|error| error.to_string())
}

/// The inside of the last fenced block that is closed.
fn last_block(message: &str) -> Option<&str> {
    let mut open: Option<usize> = None;
    let mut last = None;
    let mut at = 0;
    for line in message.split_inclusive('\n') {
        let next = at + line.len();
        if line.trim_start().starts_with("```") {
            match open.take() {
                Some(from) => last = message.get(from..at),
                None => open = Some(next),
            }
        }
        at = next;
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn findings_stand_in_the_last_block_or_are_all_of_the_message() {
        let json = r#"{"findings":[{"severity":"must_fix","path":"content/faq/a.mdx","line":3,"text":" A sum is wrong. "},{"severity":"note","text":"Fine."}]}"#;
        let read = findings(&format!(
            "Two things:\n```\n{{}}\n```\nand\n```json\n{json}\n```\n"
        ))
        .unwrap();
        assert_eq!(read, findings(json).unwrap());
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].text, "A sum is wrong.");
        assert_eq!((read[0].line, read[1].severity), (Some(3), Severity::Note));
        assert_eq!(findings(r#"{"findings":[]}"#), Ok(Vec::new()));
    }

    #[test]
    fn what_is_no_review_is_refused_with_its_reason() {
        let one = |inner: &str| format!(r#"{{"findings":[{{{inner}}}]}}"#);
        for (message, expected) in [
            ("Looks good to me.".to_owned(), "expected value"),
            (r#"{"findings":[]"#.to_owned(), "EOF"),
            (
                r#"{"findings":[],"approve":true}"#.to_owned(),
                "unknown field",
            ),
            (one(r#""severity":"fatal","text":"x""#), "unknown variant"),
            (
                one(r#""severity":"note","text":"x","run":"curl""#),
                "unknown field",
            ),
            (one(r#""severity":"note","text":" ""#), "no text"),
            (
                one(r#""severity":"note","text":"x","path":"../../etc/passwd""#),
                "no path",
            ),
            (
                one(r#""severity":"note","text":"x","path":"a.md","line":0"#),
                "in no file",
            ),
            (
                one(r#""severity":"note","text":"x","line":4"#),
                "in no file",
            ),
            (
                one(r#""severity":"note","text":"x","path":"a.md","line":-1"#),
                "invalid value",
            ),
            ("[".repeat(1_000), "expected value"),
        ] {
            let why = findings(&message).unwrap_err();
            assert!(why.contains(expected), "{message:.200}: {why}");
        }
        let many = vec![r#"{"severity":"note","text":"x"}"#; MAX_ENTRIES + 1].join(",");
        assert!(findings(&format!(r#"{{"findings":[{many}]}}"#)).is_err());
        let long = "x".repeat(MAX_ANSWER);
        assert!(
            findings(&format!(
                r#"{{"findings":[{{"severity":"note","text":"{long}"}}]}}"#
            ))
            .is_err()
        );
    }

    #[test]
    fn phrases_are_read_by_skill() {
        let read = phrases("```json\n{\"phrases\":{\"content-engine\":\"a lamp\"}}\n```").unwrap();
        assert_eq!(read["content-engine"], "a lamp");
        assert!(phrases(r#"{"phrases":{"a":1}}"#).is_err());
        let long = "x".repeat(MAX_PHRASE + 1);
        assert!(phrases(&format!(r#"{{"phrases":{{"a":"{long}"}}}}"#)).is_err());
    }

    proptest! {
        #[test]
        fn no_message_is_a_panic(message in "[`{}\\[\\]\":,a-z\\n\u{e9}]{0,120}") {
            let _ = findings(&message);
            let _ = phrases(&message);
        }
    }
}
