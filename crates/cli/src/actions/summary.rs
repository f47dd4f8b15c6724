//! The summary of a step: a page of Markdown that a person reads first.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;

use crate::output::{short, visible};

/// The runner takes a megabyte of each step; nobody reads so much.
const LIMIT: usize = 60_000;

/// A page under way.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    text: String,
}

impl Summary {
    /// Begins a page. `verb` is ours, `said` one of our sentences.
    pub(crate) fn new(verb: &str, mark: &str, said: &str) -> Self {
        let text = format!("### {mark} Lightsout · {verb}\n\n{said}\n");
        Self { text }
    }

    /// Adds a table of two columns; what is in the second is put as code, since others may have written it.
    pub(crate) fn table(&mut self, rows: &[(&str, String)]) {
        self.text.push_str("\n| | |\n| --- | --- |\n");
        for (name, value) in rows {
            let _ = writeln!(self.text, "| {name} | {} |", cell(value));
        }
    }

    /// Adds a list under a line that opens it.
    pub(crate) fn list(&mut self, title: &str, lines: &[String]) {
        if lines.is_empty() {
            return;
        }
        let _ = writeln!(
            self.text,
            "\n<details><summary>{title} ({})</summary>\n",
            lines.len()
        );
        for line in lines {
            let _ = writeln!(self.text, "- {}", code(line, 300));
        }
        self.text.push_str("\n</details>\n");
    }

    /// Adds a text of others, as it was printed, under a line that opens it.
    pub(crate) fn quote(&mut self, title: &str, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        let lines: Vec<String> = text.lines().map(visible).collect();
        let text = lines.join("\n");
        let mut longest = 0;
        let mut run = 0;
        for character in text.chars() {
            run = if character == '`' { run + 1 } else { 0 };
            longest = longest.max(run);
        }
        let ticks = "`".repeat((longest + 1).max(3));
        let _ = writeln!(
            self.text,
            "\n<details><summary>{}</summary>\n\n{ticks}text\n{text}\n{ticks}\n\n</details>",
            escaped(title)
        );
    }

    /// Appends the page to the file in `GITHUB_STEP_SUMMARY`, if there is one.
    pub(crate) fn write(mut self) -> anyhow::Result<()> {
        let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty())
        else {
            return Ok(());
        };
        let path = PathBuf::from(path);
        if self.text.len() > LIMIT {
            let mut at = LIMIT;
            while !self.text.is_char_boundary(at) {
                at -= 1;
            }
            self.text.truncate(at);
            self.text.push_str("\n\n… and more.\n");
        }
        self.text.push('\n');
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .and_then(|mut file| file.write_all(self.text.as_bytes()))
            .with_context(|| format!("writing `{}`", path.display()))
    }
}

fn cell(text: &str) -> String {
    code(text, 200).replace('|', "\\|")
}

/// A text as code on one line: nothing in it is Markdown, and nobody in it is mentioned.
fn code(text: &str, limit: usize) -> String {
    let line = short(text, limit).replace('`', "ˋ");
    let line = line.trim();
    if line.is_empty() {
        return "–".to_owned();
    }
    format!("`{line}`")
}

/// A text that may stand inside HTML.
fn escaped(text: &str) -> String {
    short(text, 200)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('`', "ˋ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_others_wrote_is_markdown() {
        let mut summary = Summary::new("gate", "✗", "It failed.");
        summary.table(&[("title", "a | b `c`\n# d @everyone".to_owned())]);
        summary.list("Offences", &["<img src=x>".to_owned()]);
        summary.quote("lint </summary><b>", "a\n````\n</details>\n# x\u{1b}[31m");
        insta::assert_snapshot!(summary.text);
    }
}
