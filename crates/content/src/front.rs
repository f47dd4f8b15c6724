//! Front matter: an ordered map of strings and lists of strings.

use std::fmt::Write as _;

use serde_json::Value;

use crate::clean::clean;

/// The longest front matter that is read, in bytes.
const LONGEST: usize = 64 << 10;

/// Front matter in the order in which it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Front(Vec<(String, FrontValue)>);

/// One value of front matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FrontValue {
    /// A string.
    Text(String),
    /// A list of strings.
    List(Vec<String>),
}

impl From<&str> for FrontValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for FrontValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<String>> for FrontValue {
    fn from(list: Vec<String>) -> Self {
        Self::List(list)
    }
}

impl Front {
    /// Returns the value of a key.
    pub fn get(&self, key: &str) -> Option<&FrontValue> {
        self.0
            .iter()
            .find(|(known, _)| known == key)
            .map(|(_, value)| value)
    }

    /// Returns the string of a key.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.get(key) {
            Some(FrontValue::Text(text)) => Some(text),
            Some(FrontValue::List(_)) | None => None,
        }
    }

    /// Sets a key, in its old place if it is there already.
    pub fn set(&mut self, key: &str, value: impl Into<FrontValue>) {
        let value = value.into();
        match self.0.iter_mut().find(|(known, _)| known == key) {
            Some(entry) => entry.1 = value,
            None => self.0.push((key.to_owned(), value)),
        }
    }

    /// Takes a key out.
    pub fn remove(&mut self, key: &str) {
        self.0.retain(|(known, _)| known != key);
    }

    /// Walks the entries in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &FrontValue)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut FrontValue> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// Returns whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads YAML, counting lines from 1. The error is a line and what is wrong there.
    pub(crate) fn parse(yaml: &str) -> Result<Self, (usize, String)> {
        if yaml.len() > LONGEST {
            return Err((
                1,
                format!("the front matter is longer than {LONGEST} bytes"),
            ));
        }
        if yaml.trim().is_empty() {
            return Ok(Self::default());
        }
        let value: Value = serde_saphyr::from_str(yaml).map_err(|error| {
            let line = error
                .location()
                .map_or(1, |location| usize::try_from(location.line()).unwrap_or(1));
            let message = error.to_string();
            (
                line,
                message
                    .lines()
                    .next()
                    .unwrap_or("the front matter is not YAML")
                    .to_owned(),
            )
        })?;
        let Value::Object(map) = value else {
            return Err((
                1,
                "the front matter is not a map of keys and values".to_owned(),
            ));
        };
        let mut front = Self::default();
        for (key, value) in map {
            let value = value_of(value).map_err(|what| {
                (
                    line_of(yaml, &key).unwrap_or(1),
                    format!("`{key}` is {what}, not a string or a list of strings"),
                )
            })?;
            front.0.push((key, value));
        }
        Ok(front)
    }

    /// Writes YAML, a line per string.
    pub(crate) fn render(&self) -> String {
        let mut yaml = String::new();
        for (key, value) in self.iter() {
            let key = if is_plain_key(key) {
                key.to_owned()
            } else {
                quoted(key)
            };
            // Writing to a string cannot fail.
            let _ = match value {
                FrontValue::Text(text) => writeln!(yaml, "{key}: {}", quoted(text)),
                FrontValue::List(list) if list.is_empty() => writeln!(yaml, "{key}: []"),
                FrontValue::List(list) => {
                    let items: String = list.iter().fold(String::new(), |items, item| {
                        items + "\n  - " + &quoted(item)
                    });
                    writeln!(yaml, "{key}:{items}")
                }
            };
        }
        yaml
    }
}

fn value_of(value: Value) -> Result<FrontValue, &'static str> {
    match value {
        Value::String(text) => Ok(FrontValue::Text(text)),
        Value::Array(items) => {
            let strings: Option<Vec<String>> = items
                .into_iter()
                .map(|item| match item {
                    Value::String(text) => Some(text),
                    _ => None,
                })
                .collect();
            strings
                .map(FrontValue::List)
                .ok_or("a list of other things than strings")
        }
        Value::Null => Err("empty"),
        Value::Bool(_) => Err("a true-or-false value; put it in quotes"),
        Value::Number(_) => Err("a number; put it in quotes"),
        Value::Object(_) => Err("a map"),
    }
}

/// Returns the line on which a key stands, counted from 1.
pub(crate) fn line_of(yaml: &str, key: &str) -> Option<usize> {
    let starts = |line: &str| {
        let line = line.trim_start().trim_start_matches(['"', '\'']);
        line.strip_prefix(key)
            .is_some_and(|rest| rest.trim_start_matches(['"', '\'', ' ']).starts_with(':'))
    };
    yaml.lines().position(starts).map(|index| index + 1)
}

fn is_plain_key(key: &str) -> bool {
    // Words that YAML reads as something else than a string are not keys of ours; they are quoted.
    let reserved = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !reserved.contains(&key.to_ascii_lowercase().as_str())
}

/// Writes a double-quoted YAML string in which nothing acts, not even for a tool that takes it for Markdown.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in clean(text).trim().chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '{' | '}' | '<' | '>' | '[' | ']' => {
                // Writing to a string cannot fail.
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
