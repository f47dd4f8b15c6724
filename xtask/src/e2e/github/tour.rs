//! A tour of the forge: every route of a table is asked for, and has to answer as the table says.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::e2e::rest::Rest;

/// The table, which says itself how it is read.
const TABLE: &str = include_str!("tour.txt");

/// One line of the table.
#[derive(Debug, PartialEq, Eq)]
struct Stop<'t> {
    /// Whose token.
    token: &'static str,
    method: &'t str,
    path: &'t str,
    status: u16,
    /// What is kept of the answer: a name, and where it stands.
    keep: Option<(&'t str, &'t str)>,
    /// What is sent; nothing when empty.
    body: &'t str,
}

impl<'t> Stop<'t> {
    fn read(line: &'t str) -> Result<Self> {
        let (who, rest) = word(line)?;
        let (method, rest) = word(rest)?;
        let (path, rest) = word(rest)?;
        let (status, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        let (keep, body) = match rest.split_once('=') {
            Some((name, rest)) if name.bytes().all(|byte| byte.is_ascii_lowercase()) => {
                let (pointer, body) = rest.split_once(' ').unwrap_or((rest, ""));
                (Some((name, pointer)), body)
            }
            _ => (None, rest),
        };
        let token = match who {
            "mira" => "TOKEN_MIRA_FERN",
            "ada" => "TOKEN_ADA_GATEKEEPER",
            "bot" => "LIGHTSOUT_BOT_TOKEN",
            "workflow" => "GITHUB_TOKEN",
            _ => bail!("nobody is called `{who}`"),
        };
        Ok(Self {
            token,
            method,
            path,
            status: status.parse().context("no status")?,
            keep,
            body,
        })
    }
}

/// The first word, and what follows it.
fn word(text: &str) -> Result<(&str, &str)> {
    let (word, rest) = text.split_once(' ').context("too few words")?;
    Ok((word, rest.trim_start()))
}

/// Every stop of the table, in order.
fn stops() -> Result<Vec<Stop<'static>>> {
    let lines = TABLE.lines();
    let told = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    told.map(|line| Stop::read(line).with_context(|| format!("`{line}` of the tour")))
        .collect()
}

/// Goes everywhere; `token` gives whose turn it is.
pub(super) fn take(
    rest: &Rest,
    repository: &str,
    token: impl Fn(&str) -> Result<String>,
) -> Result<()> {
    let mut known: BTreeMap<&str, String> = BTreeMap::new();
    let stops = stops()?;
    for stop in &stops {
        let filled = |text: &str| {
            known.iter().fold(text.to_owned(), |text, (name, value)| {
                text.replace(&format!("{{{name}}}"), value)
            })
        };
        let path = match stop.path.strip_prefix('!') {
            Some(path) => filled(path),
            None => format!("/repos/{repository}{}", filled(stop.path)),
        };
        let path = path.trim_end_matches('/');
        let body = (!stop.body.is_empty()).then(|| filled(stop.body).into_bytes());
        let (found, _, answer) = rest.call(stop.method, path, &token(stop.token)?, body)?;
        ensure!(
            found == stop.status,
            "{} {path}: {found} instead of {}: {answer}",
            stop.method,
            stop.status
        );
        if let Some((name, pointer)) = stop.keep {
            let value = answer.pointer(pointer);
            let value = value.with_context(|| format!("{} {path}: {answer}", stop.method))?;
            let text = value
                .as_str()
                .map_or_else(|| Value::to_string(value), str::to_owned);
            known.insert(name, text);
        }
    }
    println!(
        "tour: {} requests were answered as they had to be",
        stops.len()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_who_asks_and_what_has_to_come_back() {
        let read = Stop::read(r#"mira   POST /issues 201 issue=/number {"title": "a=b"}"#);
        let wanted = Stop {
            token: "TOKEN_MIRA_FERN",
            method: "POST",
            path: "/issues",
            status: 201,
            keep: Some(("issue", "/number")),
            body: r#"{"title": "a=b"}"#,
        };
        assert_eq!(read.unwrap(), wanted);
        let read = Stop::read(r#"bot POST /issues 422 {"title": "a=b"}"#).unwrap();
        assert_eq!((read.keep, read.body), (None, r#"{"title": "a=b"}"#));
        assert_eq!(stops().unwrap().len(), 86);
    }

    #[test]
    fn a_line_that_lacks_something_is_told() {
        for line in [
            "",
            "mira GET",
            "mira GET /issues",
            "mira GET / all",
            "rui GET / 200",
        ] {
            assert!(Stop::read(line).is_err(), "{line}");
        }
    }
}
