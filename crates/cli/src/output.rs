//! Standard output is data, standard error is talk.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use lightsout_forge::Action;
use lightsout_taxonomy::is_invisible;
use serde::Serialize;
use serde_json::Value;

use crate::actions::{inert, inert_json, is_here};

/// Prints text; a reader that went away (`| head`) is no error.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    let text = if is_here() { inert(text) } else { text.into() };
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Prints one JSON object.
pub(crate) fn print_json<T: Serialize>(value: &T) -> anyhow::Result<()> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    if is_here() {
        text = inert_json(&text);
    }
    print(&text)
}

/// Says something to whoever watches; lost when nobody does.
pub(crate) fn say(text: &str) {
    let text = if is_here() { inert(text) } else { text.into() };
    let mut err = io::stderr().lock();
    let _ = writeln!(err, "{text}");
}

/// Lays rows out in columns as wide as their widest cell, two blanks apart.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = head.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: Vec<&str>| {
        let mut text = String::new();
        for (cell, width) in cells.iter().zip(&widths) {
            let gap = width.saturating_sub(cell.chars().count()) + 2;
            text.push_str(cell);
            text.extend(std::iter::repeat_n(' ', gap));
        }
        format!("{}\n", text.trim_end())
    };
    let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
    let mut text = line(head.to_vec());
    text.push_str(&line(rule.iter().map(String::as_str).collect()));
    for row in rows {
        text.push_str(&line(row.iter().map(String::as_str).collect()));
    }
    text
}

/// What a stranger typed, on one line, with a name for what would show nothing or turn the line around.
pub(crate) fn visible(text: &str) -> String {
    let mut line = String::new();
    for character in text.chars() {
        if character.is_control() {
            line.push(' ');
        } else if is_invisible(character) {
            // Writing to a `String` cannot fail.
            let _ = write!(line, "U+{:04X}", u32::from(character));
        } else {
            line.push(character);
        }
    }
    line
}

/// What a stranger typed, on one line and short.
pub(crate) fn short(text: &str, limit: usize) -> String {
    let line = visible(text);
    if line.chars().count() <= limit {
        return line;
    }
    let mut cut: String = line.chars().take(limit.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// An action on one line: its name, then what it is about, each text cut short.
pub(crate) fn action_line(action: &Action) -> String {
    let mut text = action.name().replace('_', " ");
    let Ok(Value::Object(fields)) = serde_json::to_value(action) else {
        return text;
    };
    for (key, value) in fields.iter().filter(|(key, _)| *key != "action") {
        let value = match value {
            Value::String(value) => short(after_marker(value), 60),
            Value::Object(thread) => thread
                .iter()
                .map(|(kind, which)| match which {
                    Value::Number(number) => format!("{kind} #{number}"),
                    Value::String(branch) => format!("{} {branch}", kind.replace('_', " ")),
                    other => other.to_string(),
                })
                .collect(),
            other => other.to_string(),
        };
        let _ = write!(text, "; {key}: {value}");
    }
    text
}

/// A text without the hidden line at its beginning.
fn after_marker(text: &str) -> &str {
    match text.split_once('\n') {
        Some((hidden, rest)) if hidden.starts_with("<!--") => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = vec![
            vec!["#1".into(), "published".into()],
            vec!["#10".into(), "é".into()],
        ];
        let text = table(&["request", "state"], &rows);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn hostile_titles_stay_on_one_line() {
        assert_eq!(short("a\u{1b}[31m\nb", 20), "a [31m b");
        assert_eq!(short("abcdef", 4), "abc…");
        assert_eq!(short("a\u{202e}b\u{200b}", 20), "aU+202EbU+200B");
    }
}
