//! Finding the parts of a text that answer fields.
//!
//! Two ways to read: a rendered issue form, whose headings are known exactly and stand in a known order, so
//! that a heading somebody typed into a text area is told apart; and anything else, where a heading, a bold
//! label, a `key: value` line, a table row or a `Q:` begins a part when it names a field.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::mask::{BLANK, Line, Mask};
use crate::text::{is_invisible, label_key, strip_bullet, strip_checkbox};
use crate::{FieldKind, RequestType};

/// Longer lines are prose, not labels.
const MAX_LABEL: usize = 60;

/// A part of a text that answers one field.
#[derive(Clone, Debug)]
pub(super) struct Section {
    /// The index of the field in its type.
    pub(super) field: usize,
    /// Where the answer stands.
    pub(super) range: Range<usize>,
    /// Whether the answer is what follows a label on the label's own line.
    pub(super) inline: bool,
}

/// The labels of a type, as they are compared.
pub(super) struct Labels<'t> {
    kind: &'t RequestType,
    known: HashMap<String, usize>,
    pairs: Option<usize>,
}

impl<'t> Labels<'t> {
    pub(super) fn new(kind: &'t RequestType) -> Self {
        let mut known = HashMap::new();
        // Keys and labels first: an alias of one field may be the label of another.
        for (index, field) in kind.fields.iter().enumerate() {
            known.insert(label_key(&field.label), index);
            known.entry(label_key(&field.key)).or_insert(index);
        }
        for (index, field) in kind.fields.iter().enumerate() {
            for alias in &field.aliases {
                known.entry(label_key(alias)).or_insert(index);
            }
        }
        let pairs = kind
            .fields
            .iter()
            .position(|field| field.kind == FieldKind::Pairs);
        Self { kind, known, pairs }
    }

    fn find(&self, label: &str) -> Option<usize> {
        if label.len() > MAX_LABEL || label.is_empty() {
            return None;
        }
        let found = |label: &str| self.known.get(&label_key(label)).copied();
        // `Photo (required)` and `Quote [optional]` name the field all the same.
        found(label).or_else(|| {
            let short = label
                .trim_end_matches([':', '*', ' '])
                .strip_suffix([')', ']'])?;
            found(&short[..short.rfind(['(', '['])?])
        })
    }

    fn is_multiline(&self, field: usize) -> bool {
        self.kind.fields[field].kind.is_multiline()
    }
}

/// How a label was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// As a heading of this level.
    Heading(usize),
    /// As a bold label, with or without something behind it.
    Bold,
    /// As `label: value`.
    Colon,
    /// As a row of a table.
    Row,
    /// As `Q:`, which begins the answer itself.
    Pair,
    /// As a quote of the question, in a reply.
    Quoted,
}

#[derive(Clone, Debug)]
struct Marker {
    /// The field it names; `None` for a heading that names none.
    field: Option<usize>,
    style: Style,
    line: usize,
    /// Where the answer begins.
    value: usize,
    /// Whether anything follows on the same line.
    inline: bool,
    /// Where the answer ends at the latest, in the cell of a table.
    cell_end: Option<usize>,
}

/// Finds the sections of a body.
pub(super) fn of_body(mask: &Mask, labels: &Labels<'_>) -> Vec<Section> {
    form(mask, labels).unwrap_or_else(|| free(mask, labels))
}

/// Which lines of a reply quoted the question of which field.
pub(super) type Quoted = HashMap<usize, usize>;

/// Finds the sections of a reply, in which quotes only say what is answered.
pub(super) fn of_reply(mask: &Mask, labels: &Labels<'_>, quoted: &Quoted) -> Vec<Section> {
    sections(mask, labels, markers(mask, labels, quoted))
}

/// Reads a form as GitHub renders it: every label of the type, exact, at level three, in order.
fn form(mask: &Mask, labels: &Labels<'_>) -> Option<Vec<Section>> {
    let fields = &labels.kind.fields;
    let mut starts: Vec<&Line> = Vec::new();
    for line in mask.lines() {
        let Some(field) = fields.get(starts.len()) else {
            break;
        };
        let heading = visible(mask.line(*line))
            .strip_prefix("### ")
            .map(str::trim);
        if !line.code && heading == Some(field.label.as_str()) {
            starts.push(line);
        }
    }
    if starts.len() < fields.len() || fields.is_empty() {
        return None;
    }
    let ends = starts
        .iter()
        .skip(1)
        .map(|line| line.start)
        .chain([mask.as_str().len()]);
    let section = |(field, (line, end)): (usize, (&&Line, usize))| Section {
        field,
        range: line.end..end,
        inline: false,
    };
    Some(starts.iter().zip(ends).enumerate().map(section).collect())
}

fn free(mask: &Mask, labels: &Labels<'_>) -> Vec<Section> {
    sections(mask, labels, markers(mask, labels, &HashMap::new()))
}

/// Blanks the quotes of a reply, and what mail programs add, and returns which lines quoted the question of which
/// field.
pub(super) fn blank_quotes(mask: &mut Mask, labels: &Labels<'_>) -> Quoted {
    let mut quoted = HashMap::new();
    let mut silent = Vec::new();
    let mut signed = false;
    for (index, line) in mask.lines().iter().enumerate() {
        let text = mask.line(*line);
        // `-- ` alone begins a signature, which is the rest of a mail.
        signed |= !line.code && text == "--";
        if signed || (!line.code && is_mail_talk(mask, index)) {
            silent.push(*line);
        } else if !line.code && text.starts_with('>') {
            silent.push(*line);
            if let Some(field) = quoted_field(text, labels) {
                quoted.insert(index, field);
            }
        }
    }
    mask.blank_all(&silent);
    quoted
}

/// Finds the field whose question a quoted line repeats.
fn quoted_field(text: &str, labels: &Labels<'_>) -> Option<usize> {
    let text = text.trim_start_matches(['>', ' ']);
    let text = strip_bullet(text).unwrap_or(text);
    let text = strip_checkbox(text).map_or(text, |(_, text)| text);
    let (label, _) = bold_label(text).or_else(|| colon_label(text))?;
    labels.find(label)
}

/// Says whether a line is what mail programs write: `On Monday Mira wrote:` above a quote, `Sent from my phone`.
fn is_mail_talk(mask: &Mask, index: usize) -> bool {
    let text = mask.line(mask.lines()[index]);
    let next = mask.lines()[index + 1..]
        .iter()
        .map(|line| mask.line(*line))
        .take(2)
        .find(|line| !line.is_empty());
    let announces = text.ends_with(':') && next.is_some_and(|next| next.starts_with('>')) && {
        let words = || text.trim_end_matches(':').split_whitespace();
        words().next_back().is_some_and(|last| {
            matches!(
                last,
                "wrote" | "schrieb" | "écrit" | "escribió" | "escreveu"
            )
        })
    };
    announces || text.starts_with("Sent from my ")
}

/// Finds every line that could begin a section.
fn markers(mask: &Mask, labels: &Labels<'_>, quoted: &Quoted) -> Vec<Marker> {
    let mut markers = Vec::new();
    let mut table_ends = 0;
    for (index, line) in mask.lines().iter().enumerate() {
        if index < table_ends {
            continue;
        }
        if let Some((found, lines)) = columns(mask, index, labels) {
            markers.extend(found);
            table_ends = index + lines;
        } else if let Some(field) = quoted.get(&index) {
            markers.push(Marker {
                field: Some(*field),
                style: Style::Quoted,
                line: index,
                value: line.end,
                inline: false,
                cell_end: None,
            });
        } else if !line.code {
            markers.extend(underlined(mask, index, labels).or_else(|| marker(mask, index, labels)));
        }
    }
    markers
}

/// Reads a line as the beginning of a section.
fn marker(mask: &Mask, index: usize, labels: &Labels<'_>) -> Option<Marker> {
    let line = mask.lines()[index];
    let text = visible(mask.line(line));
    if let Some((level, title)) = heading(text) {
        return Some(Marker {
            field: labels.find(title.trim_matches(['*', '_', '`', ' ', ':'])),
            style: Style::Heading(level),
            line: index,
            value: line.end,
            inline: false,
            cell_end: None,
        });
    }
    let (field, style, rest) = labelled(text, labels)?;
    // Both are slices of the mask, so that their distance is the place of the answer.
    let value = rest.as_ptr() as usize - mask.as_str().as_ptr() as usize;
    Some(Marker {
        field: Some(field),
        style,
        line: index,
        value,
        inline: !rest.is_empty(),
        cell_end: (style == Style::Row).then_some(value + rest.len()),
    })
}

/// Takes off what shows nothing at the start of a line, such as a mark of direction.
fn visible(text: &str) -> &str {
    text.trim_start_matches(|c: char| is_invisible(c) || c.is_whitespace())
}

/// Reads the head of a table that names fields, or the two sides of an interview, and says how many lines that takes.
///
/// Under fields only the first row is read: a request is one thing.
fn columns(mask: &Mask, index: usize, labels: &Labels<'_>) -> Option<(Vec<Marker>, usize)> {
    let lines = mask.lines().get(index..)?;
    let head = cells(mask, lines.first()?)?;
    let rule = mask.line(*lines.get(1)?);
    if !rule.contains('-') || !rule.chars().all(|c| matches!(c, '|' | '-' | ':' | ' ')) {
        return None;
    }
    let plain = |cell: &&str| cell.trim_matches(['*', '_', '`', ' ', ':']).to_owned();
    let names: Vec<String> = head.iter().map(plain).collect();
    let keys: Vec<String> = names.iter().map(|name| label_key(name)).collect();
    let [question, answer] = ["question", "answer"].map(|word| {
        move |key: &str| key == word || key.strip_suffix('s') == Some(word) || key == &word[..1]
    });
    match (labels.pairs, keys.as_slice()) {
        (Some(field), [left, right]) if question(left) && answer(right) => {
            let marker = Marker {
                field: Some(field),
                style: Style::Pair,
                line: index,
                value: lines[0].start,
                inline: true,
                cell_end: None,
            };
            return Some((vec![marker], 2));
        }
        _ => {}
    }
    let fields: Vec<usize> = names
        .iter()
        .map(|name| labels.find(name))
        .collect::<Option<_>>()?;
    let row = cells(mask, lines.get(2)?)?;
    let distinct = fields.iter().collect::<HashSet<_>>().len() == fields.len();
    if fields.len() < 2 || !distinct || row.len() != fields.len() {
        return None;
    }
    let marker = |(field, cell): (usize, &str)| {
        // Cells are slices of the mask.
        let value = cell.as_ptr() as usize - mask.as_str().as_ptr() as usize;
        Marker {
            field: Some(field),
            style: Style::Row,
            line: index + 2,
            value,
            inline: !cell.is_empty(),
            cell_end: Some(value + cell.len()),
        }
    };
    Some((fields.into_iter().zip(row).map(marker).collect(), 3))
}

/// Splits `| a | b |` into its cells.
fn cells<'m>(mask: &'m Mask, line: &Line) -> Option<Vec<&'m str>> {
    let inner = mask.line(*line).strip_prefix('|').filter(|_| !line.code)?;
    let inner = inner.strip_suffix('|').unwrap_or(inner);
    Some(inner.split('|').map(str::trim).collect())
}

/// Reads a line that holds a label, and returns what follows it.
fn labelled<'l>(text: &'l str, labels: &Labels<'_>) -> Option<(usize, Style, &'l str)> {
    let plain = strip_bullet(text).unwrap_or(text);
    let plain = strip_checkbox(plain).map_or(plain, |(_, item)| item);
    let named = |(label, rest): (&str, &'l str), style| Some((labels.find(label)?, style, rest));
    row(text)
        .and_then(|cells| named(cells, Style::Row))
        .or_else(|| bold_label(plain).and_then(|parts| named(parts, Style::Bold)))
        .or_else(|| colon_label(plain).and_then(|parts| named(parts, Style::Colon)))
        .or_else(|| {
            let field = labels.pairs?;
            super::pairs::begins_interview(text).then_some((field, Style::Pair, text))
        })
}

/// Reads a title that the line under it makes a heading.
fn underlined(mask: &Mask, index: usize, labels: &Labels<'_>) -> Option<Marker> {
    let below = mask.lines().get(index + 1)?;
    let level = underline(mask.line(*below))?;
    Some(Marker {
        field: Some(labels.find(mask.line(mask.lines()[index]))?),
        style: Style::Heading(level),
        line: index,
        value: below.end,
        inline: false,
        cell_end: None,
    })
}

/// Reads `## Title ##`.
pub(super) fn heading(text: &str) -> Option<(usize, &str)> {
    let level = text.bytes().take_while(|byte| *byte == b'#').count();
    let title = text[level..].trim().trim_end_matches('#').trim_end();
    // `#12` is an issue, `#hashtag` a tag; `##Name` is a heading that lacks its space.
    let spaced = level > 1 || text[level..].starts_with([' ', '\t']);
    ((1..=6).contains(&level) && spaced && !title.is_empty()).then_some((level, title))
}

/// Reads the line under a title that makes it a heading.
fn underline(next: &str) -> Option<usize> {
    let all = |mark: u8| next.len() >= 3 && next.bytes().all(|byte| byte == mark);
    if all(b'=') {
        Some(1)
    } else {
        all(b'-').then_some(2)
    }
}

/// Reads `**Label** rest`, `**Label:** rest` and `**Label**: rest`.
fn bold_label(text: &str) -> Option<(&str, &str)> {
    let mark = if text.starts_with("**") { "**" } else { "__" };
    let (label, rest) = text.strip_prefix(mark)?.split_once(mark)?;
    let rest = rest.trim_start_matches(BLANK).trim_start();
    let rest = rest.strip_prefix([':', '：', '–', '—']).unwrap_or(rest);
    Some((label.trim_end_matches([':', '：', ' ']), rest.trim()))
}

/// Reads `label: rest`.
fn colon_label(text: &str) -> Option<(&str, &str)> {
    let colon = text.find([':', '：'])?;
    let rest = text[colon..].trim_start_matches([':', '：']);
    // `https://…` is no label; and emphasis around the label alone is.
    let label = text[..colon].trim().trim_matches(['*', '_', '`']);
    (!rest.starts_with("//")).then(|| (label, rest.trim().trim_start_matches("** ")))
}

/// Reads `| label | rest |`.
fn row(text: &str) -> Option<(&str, &str)> {
    let (label, rest) = text.strip_prefix('|')?.split_once('|')?;
    let rest = rest.trim();
    let rest = rest.strip_suffix('|').unwrap_or(rest).trim();
    (!rest.contains('|')).then(|| (label.trim().trim_matches(['*', '_', '`', ' ', ':']), rest))
}

/// Decides which markers count, and cuts the text at them.
fn sections(mask: &Mask, labels: &Labels<'_>, markers: Vec<Marker>) -> Vec<Section> {
    let headed: HashSet<usize> = markers
        .iter()
        .filter(|marker| matches!(marker.style, Style::Heading(_)))
        .filter_map(|marker| marker.field)
        .collect();
    let mut seen = HashSet::new();
    let mut accepted: Vec<Marker> = Vec::new();
    for marker in markers {
        let current = accepted
            .last()
            .and_then(|current| Some((current.field?, current.style)));
        if counts(&marker, current, labels, &headed, &seen) {
            seen.extend(marker.field);
            accepted.push(marker);
        }
    }
    let ends: Vec<usize> = accepted
        .iter()
        .skip(1)
        .map(|next| mask.lines()[next.line].start)
        .collect();
    let ends = ends.into_iter().chain([mask.as_str().len()]);
    let section = |(marker, end): (&Marker, usize)| {
        Some(Section {
            field: marker.field?,
            range: marker.value..marker.cell_end.unwrap_or(end).max(marker.value),
            inline: marker.inline,
        })
    };
    accepted.iter().zip(ends).filter_map(section).collect()
}

/// Says whether a marker begins a section when `current` is the one it stands in.
fn counts(
    marker: &Marker,
    current: Option<(usize, Style)>,
    labels: &Labels<'_>,
    headed: &HashSet<usize>,
    seen: &HashSet<usize>,
) -> bool {
    let Some((open, open_style)) = current else {
        return marker.style != Style::Pair || marker.field.is_some();
    };
    // Text under a heading may hold headings and labels of its own.
    let roomy = labels.is_multiline(open) && matches!(open_style, Style::Heading(_));
    match (marker.field, marker.style, open_style) {
        (None, Style::Heading(level), Style::Heading(outer)) => !roomy || level < outer,
        (None, ..) => !labels.is_multiline(open) || matches!(open_style, Style::Colon | Style::Row),
        (Some(field), Style::Heading(level), Style::Heading(outer)) => {
            !roomy || level <= outer || !seen.contains(&field)
        }
        (Some(field), Style::Pair, _) => field != open && !headed.contains(&field),
        (Some(field), Style::Bold | Style::Colon | Style::Row, _) => {
            !(roomy && headed.contains(&field))
        }
        (Some(_), Style::Heading(_) | Style::Quoted, _) => true,
    }
}
