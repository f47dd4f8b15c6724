//! The front matter of a `SKILL.md`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{Finding, Rule};

/// The longest front matter that is read, in bytes. YAML can say very much in few bytes; nobody needs it here.
const LONGEST: usize = 16 << 10;

/// The front matter, key by key.
#[derive(Debug)]
pub(crate) struct Front(BTreeMap<String, Value>);

impl Front {
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Returns a value if it is there and a text.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(Value::as_str)
    }

    /// Says whether a value is names with texts, or is not there.
    pub(crate) fn is_flat(&self, key: &str) -> bool {
        self.0.get(key).is_none_or(|value| {
            value
                .as_object()
                .is_some_and(|map| map.values().all(Value::is_string))
        })
    }
}

/// What stands below the front matter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Body<'a> {
    pub(crate) text: &'a str,
    /// The line of the file that it begins on, from 1.
    pub(crate) line: usize,
}

/// Why there is no front matter to speak of.
#[derive(Debug)]
pub(crate) struct Broken {
    line: usize,
    rule: Rule,
    message: String,
}

impl Broken {
    pub(crate) fn of(self, skill: &str) -> Finding {
        Finding::new(skill, self.line, self.rule, self.message)
    }
}

fn broken(line: usize, message: impl Into<String>) -> Broken {
    Broken {
        line,
        rule: Rule::FrontMatter,
        message: message.into(),
    }
}

/// Splits a file at its two lines of `---`.
pub(crate) fn split(text: &str) -> Result<(&str, Body<'_>), Broken> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    if first.trim_end() != "---" {
        return Err(broken(1, "the first line is not `---`"));
    }
    let mut front = 0;
    for (number, line) in lines.enumerate() {
        if line.trim_end() == "---" {
            let from = first.len();
            let rest = from + front + line.len();
            let body = Body {
                text: &text[rest..],
                line: number + 3,
            };
            return Ok((&text[from..from + front], body));
        }
        front += line.len();
    }
    Err(broken(
        1,
        "the front matter is opened with `---` and never closed",
    ))
}

/// Reads the YAML between the two lines.
pub(crate) fn read(yaml: &str) -> Result<Front, Broken> {
    if yaml.len() > LONGEST {
        return Err(broken(
            1,
            format!("the front matter has over {LONGEST} bytes"),
        ));
    }
    serde_saphyr::from_str(yaml).map(Front).map_err(|error| {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default();
        broken(
            2,
            format!("the front matter is not names with values: {first}"),
        )
    })
}

/// Returns the line of the file on which a top-level key stands, or the first one.
pub(crate) fn line_of(yaml: &str, key: &str) -> usize {
    let at = |line: &str| {
        line.strip_prefix(key)
            .is_some_and(|rest| rest.trim_start().starts_with(':'))
    };
    yaml.lines().position(at).map_or(1, |index| index + 2)
}
