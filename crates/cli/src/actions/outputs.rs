//! Step outputs: what a job tells the next one, by name.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::PathBuf;

use anyhow::Context as _;
use serde::Serialize;
use serde_json::{Map, Value};

/// What a verb came to, by name; the same in JSON and in the step's outputs.
#[derive(Debug, Default, Serialize)]
#[serde(transparent)]
pub(crate) struct Outputs {
    values: Map<String, Value>,
}

impl Outputs {
    /// Adds a value. Texts, numbers and switches become outputs as they are; anything else is only in the JSON.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.values.insert(name.to_owned(), value.into());
    }

    /// Appends the values to the file in `GITHUB_OUTPUT`, if there is one.
    ///
    /// Each stands between two lines that nobody can guess, so that a value of many lines ends where it ends.
    pub(crate) fn write(&self) -> anyhow::Result<()> {
        let Some(path) = std::env::var_os("GITHUB_OUTPUT").filter(|path| !path.is_empty()) else {
            return Ok(());
        };
        let path = PathBuf::from(path);
        let text = self.text(&delimiter()?);
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .with_context(|| format!("writing `{}`", path.display()))
    }

    fn text(&self, delimiter: &str) -> String {
        let mut text = String::new();
        for (name, value) in &self.values {
            let value = match value {
                Value::String(value) => value.clone(),
                Value::Bool(_) | Value::Number(_) => value.to_string(),
                Value::Null => String::new(),
                Value::Array(_) | Value::Object(_) => continue,
            };
            let name = name.replace('_', "-");
            let _ = writeln!(text, "{name}<<{delimiter}\n{value}\n{delimiter}");
        }
        text
    }
}

/// A line that stands in no value.
fn delimiter() -> anyhow::Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut bytes))
        .context("reading random bytes")?;
    Ok(format!("lightsout-{:032x}", u128::from_be_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_many_lines_ends_where_it_ends() {
        let mut outputs = Outputs::default();
        outputs.set("run", true);
        outputs.set("run_id", "7-1");
        outputs.set("title", "a\nEOF\nrun=false");
        outputs.set("actions", vec!["x"]);
        assert_eq!(
            outputs.text("D"),
            "run<<D\ntrue\nD\nrun-id<<D\n7-1\nD\ntitle<<D\na\nEOF\nrun=false\nD\n"
        );
    }

    #[test]
    fn nobody_guesses_where_a_value_ends() {
        let (one, other) = (delimiter().unwrap(), delimiter().unwrap());
        assert_ne!(one, other);
        assert!(one.len() > 40);
    }
}
