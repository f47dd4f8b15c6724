//! From the text of a section to the value of its field.

use std::ops::Range;

use super::images;
use super::pairs;
use crate::mask::{BLANK, Mask};
use crate::text::{EMPHASIS, QUOTES, is_blank, label_key, strip_bullet, strip_checkbox, unwrap};
use crate::{Field, FieldKind, QualityGate, Value};

/// What forms and people write for nothing.
const NOTHING: &[&str] = &[
    "_no response_",
    "no response",
    "n/a",
    "tbd",
    "todo",
    "-",
    "—",
    "…",
    "...",
];

/// Reads what a section says about a field; `None` when it says nothing.
pub(super) fn read(field: &Field, mask: &Mask, range: Range<usize>, inline: bool) -> Option<Value> {
    let lines = cleaned(mask, range.clone());
    let lines: Vec<(&str, bool)> = lines
        .iter()
        .map(|(line, code)| (line.as_str(), *code))
        .collect();
    let lines = unfence(trim(&lines));
    if says_nothing(lines) || is_unset(field, lines) {
        return None;
    }
    let value = match field.kind {
        FieldKind::Line => Value::Text(line(lines)?),
        FieldKind::Timezone => Value::Text(zone(line(lines)?)),
        FieldKind::Path => Value::Text(path(&line(lines)?)),
        FieldKind::Profile => Value::Text(profile(&line(lines)?)),
        FieldKind::Text => Value::Text(text(field, lines, inline)),
        FieldKind::List => Value::List(list(lines, inline)),
        FieldKind::Pairs => Value::Pairs(pairs::parse(lines)),
        FieldKind::Image => {
            let slice = mask.slice(range.start, range.end);
            Value::Image(
                images::first(slice, mask.as_str(), |place| {
                    mask.is_code(range.start + place)
                })?
                .image,
            )
        }
    };
    let value = chosen(field, value);
    (!value.is_empty()).then_some(value)
}

/// Writes choices as the type declares them, whatever their case.
fn chosen(field: &Field, value: Value) -> Value {
    let declared = |text: String| {
        let same = |option: &&String| label_key(option) == label_key(&text);
        field.options.iter().find(same).cloned().unwrap_or(text)
    };
    match value {
        Value::Text(text) => Value::Text(declared(text)),
        Value::List(items) => Value::List(items.into_iter().map(declared).collect()),
        other @ (Value::Pairs(_) | Value::Image(_)) => other,
    }
}

/// Returns the lines of a range without what is masked; lines that were nothing but a comment are gone.
fn cleaned(mask: &Mask, range: Range<usize>) -> Vec<(String, bool)> {
    let mut lines = Vec::new();
    for line in mask.lines_in(&range) {
        let text = mask.slice(line.start.max(range.start), line.end.min(range.end));
        if text.contains(BLANK) && !line.code && is_blank(text) {
            continue;
        }
        lines.push((unblanked(text).trim_end().to_owned(), line.code));
    }
    lines
}

/// Takes out what was blanked, and one of the spaces on either side of it.
fn unblanked(text: &str) -> String {
    let mut parts = text.split(BLANK);
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts.filter(|part| !part.is_empty()) {
        let double = clean.ends_with(' ') && part.starts_with(' ');
        clean.push_str(if double { &part[1..] } else { part });
    }
    clean
}

/// Takes blank lines and rules off both ends.
fn trim<'l, 't>(lines: &'l [(&'t str, bool)]) -> &'l [(&'t str, bool)] {
    let rule = |line: &str| {
        let line = line.trim();
        line.len() >= 3
            && ['-', '*', '_']
                .iter()
                .any(|mark| line.chars().all(|c| c == *mark))
    };
    let empty = |(line, code): &(&str, bool)| !code && (is_blank(line) || rule(line));
    let Some(start) = lines.iter().position(|line| !empty(line)) else {
        return &[];
    };
    let end = lines
        .iter()
        .rposition(|line| !empty(line))
        .map_or(start, |last| last + 1);
    &lines[start..end]
}

/// Takes the fence off an answer that is nothing but one block of code, as `render:` makes it.
fn unfence<'l, 't>(lines: &'l [(&'t str, bool)]) -> &'l [(&'t str, bool)] {
    let fence = |line: &str| line.trim().starts_with("```") || line.trim().starts_with("~~~");
    match lines {
        [(first, true), inner @ .., (last, true)]
            if fence(first)
                && fence(last)
                && !inner.iter().any(|(line, code)| !code || fence(line)) =>
        {
            trim(inner)
        }
        _ => lines,
    }
}

/// Says whether a choice was left open, for which some forms write `None`.
fn is_unset(field: &Field, lines: &[(&str, bool)]) -> bool {
    let none = lines.iter().all(|(line, _)| label_key(line) == "none");
    none && !field.options.is_empty()
        && !field
            .options
            .iter()
            .any(|option| label_key(option) == "none")
}

fn says_nothing(lines: &[(&str, bool)]) -> bool {
    match lines {
        [] => true,
        [(only, _)] => {
            let only = only.trim().to_lowercase();
            NOTHING.contains(&only.as_str()) || is_blank(&only)
        }
        _ => false,
    }
}

/// Returns the first line that says something, without bullet, quote mark and emphasis.
fn line(lines: &[(&str, bool)]) -> Option<String> {
    let line = lines
        .iter()
        .map(|(line, _)| line.trim().trim_start_matches('>').trim())
        .find(|line| !is_blank(line))?;
    let line = line.trim_end_matches('\\').trim();
    let line = strip_bullet(line)
        .filter(|item| !item.is_empty())
        .unwrap_or(line);
    let line = unwrap(line, EMPHASIS);
    Some(line.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Takes the name of a zone out of a sentence such as "It is Europe/Lisbon.", when it names exactly one.
fn zone(line: String) -> String {
    let mut named = line
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()))
        .filter(|word| word.contains('/') && word.parse::<chrono_tz::Tz>().is_ok());
    match (named.next(), named.next()) {
        (Some(zone), None) => zone.to_owned(),
        _ => line,
    }
}

fn path(line: &str) -> String {
    let line = match line
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("]("))
    {
        // `[content/a.mdx](https://…/blob/main/content/a.mdx)`
        Some((text, _)) => text,
        None => line,
    };
    let line = unwrap(unwrap(line, EMPHASIS), QUOTES);
    line.strip_prefix("./").unwrap_or(line).to_owned()
}

/// Takes the folder and the ending off when somebody names the profile by its file or address.
fn profile(line: &str) -> String {
    let line = path(line);
    let line = line
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .trim_end_matches('/');
    let stem = line.rsplit('/').next().unwrap_or_default();
    let stem = stem
        .strip_suffix(".mdx")
        .or_else(|| stem.strip_suffix(".md"))
        .unwrap_or(stem);
    stem.trim_start_matches('@').to_owned()
}

fn text(field: &Field, lines: &[(&str, bool)], inline: bool) -> String {
    let is_quote = field.gate == Some(QualityGate::Specific);
    // `Quote: …` is one paragraph: what follows a blank line is talk.
    let blank = lines.iter().position(|(line, _)| is_blank(line));
    let lines = match blank.filter(|_| is_quote && inline) {
        Some(end) => &lines[..end],
        None => lines,
    };
    let quoted =
        |(line, code): &(&str, bool)| *code || is_blank(line) || line.trim_start().starts_with('>');
    let dequote = |line: &str| {
        let line = line.trim_start();
        let line = line.strip_prefix('>').unwrap_or(line);
        line.strip_prefix(' ').unwrap_or(line).to_owned()
    };
    let lines: Vec<String> = if lines.iter().all(quoted) && !lines.iter().all(|(_, code)| *code) {
        lines.iter().map(|(line, _)| dequote(line)).collect()
    } else {
        lines.iter().map(|(line, _)| (*line).to_owned()).collect()
    };
    let text = lines.join("\n").trim().to_owned();
    // The page sets quotation marks around a quote itself.
    if is_quote {
        unwrap(&text, QUOTES).to_owned()
    } else {
        text
    }
}

fn list(lines: &[(&str, bool)], inline: bool) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    let boxes: Vec<Option<(bool, &str)>> = lines
        .iter()
        .map(|(line, _)| strip_checkbox(strip_bullet(line.trim())?))
        .collect();
    if boxes.iter().any(Option::is_some) {
        let checked = |entry: &Option<(bool, &str)>| {
            entry
                .filter(|(checked, _)| *checked)
                .map(|(_, item)| item.to_owned())
        };
        return boxes
            .iter()
            .filter_map(checked)
            .filter(|item| !is_blank(item))
            .collect();
    }
    let bulleted = lines
        .iter()
        .any(|(line, _)| strip_bullet(line.trim()).is_some());
    for (line, _) in lines {
        let line = line.trim();
        match strip_bullet(line) {
            Some(item) => items.push(item.to_owned()),
            // What follows a bullet without one of its own belongs to it.
            None if bulleted && !items.is_empty() && !is_blank(line) => {
                items
                    .last_mut()
                    .into_iter()
                    .for_each(|item| *item = format!("{item} {line}"));
            }
            None if bulleted && !inline => {}
            None => items.push(line.to_owned()),
        }
    }
    let single = items.len() == 1 && !bulleted;
    let items = items.iter().flat_map(|item| {
        let separators: &[char] = if single { &[',', ';', '、'] } else { &[] };
        item.split(separators)
            .map(|item| item.trim().to_owned())
            .collect::<Vec<_>>()
    });
    items
        .map(|item| unwrap(&item, EMPHASIS).to_owned())
        .filter(|item| !is_blank(item))
        .collect()
}
