//! `lightsout request check`: what a request says, and what is still to be asked.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use lightsout_taxonomy::{
    Classification, Factory, Fields, Question, Reading, Reply, RequestType, Source, Value,
    classify, read,
};
use serde::Serialize;

use super::comments::{self, Ignored, Thread};
use super::names;
use crate::args::{CheckRequest, Format};
use crate::failure::{Done, Mendable};
use crate::input::{self, read_config, read_text};
use crate::output::{print, print_json, short, table};

/// The longest value that is shown in a table, in characters.
const SHOWN: usize = 60;

#[derive(Serialize)]
struct Checked {
    /// The content type; `null` when the labels do not name exactly one.
    r#type: Option<String>,
    complete: bool,
    fields: Fields,
    questions: Vec<Question>,
    refusal: Option<String>,
    /// Where each value stands.
    sources: BTreeMap<String, From>,
    /// Comments that answered nothing, and why.
    ignored: Vec<Ignored>,
}

/// Where a value stands, by its bytes.
#[derive(Serialize)]
#[serde(tag = "in", rename_all = "lowercase")]
enum From {
    Title,
    Body {
        start: usize,
        end: usize,
    },
    Comment {
        /// The place of the comment in the list, from 0.
        comment: u64,
        author: String,
        start: usize,
        end: usize,
    },
}

pub(super) fn run(args: &CheckRequest) -> anyhow::Result<Done> {
    let factory = read_config(args.declared.config.as_deref())?;
    if args.comments.as_deref() == Some(Path::new("-")) && args.file == Path::new("-") {
        return Err(Mendable::error(
            "the text and the comments cannot both come from standard input",
            "put one of them into a file",
        ));
    }
    let body = read_text(&args.file)?;
    let thread = match (&args.comments, &args.requester) {
        (Some(file), Some(requester)) => {
            comments::read(&factory, file, &read_text(file)?, requester)?
        }
        _ => Thread::default(),
    };
    let labels = args.labels.iter().map(String::as_str);
    let kind = match classify(&factory, labels) {
        Classification::Request(kind) => kind,
        other => return refuse(&factory, &other, thread, args.format),
    };
    let reading = read(&factory, kind, &args.title, &body, &thread.replies);
    let places = Places {
        file: &args.file,
        body: &body,
        replies: &thread.replies,
    };
    match args.format {
        Format::Text => print(&text(kind, &reading, &thread, &places))?,
        Format::Json => print_json(&Checked {
            r#type: Some(kind.label.clone()),
            complete: reading.is_complete(),
            sources: sources(&reading, &thread.replies),
            fields: reading.fields.clone(),
            questions: reading.questions.clone(),
            refusal: None,
            ignored: thread.ignored,
        })?,
    }
    Ok(if reading.is_complete() {
        Done::Fine
    } else {
        Done::Wrong
    })
}

/// Prints why the labels make no request.
fn refuse(
    factory: &Factory,
    labels: &Classification<'_>,
    thread: Thread,
    format: Format,
) -> anyhow::Result<Done> {
    let quoted = |labels: &[String]| {
        let labels = labels
            .iter()
            .map(|label| format!("`{}`", short(label, SHOWN)));
        labels.collect::<Vec<_>>().join(", ")
    };
    let why = match labels {
        Classification::Several(labels) => {
            format!(
                "{} are several content types, and a request has exactly one",
                quoted(labels)
            )
        }
        Classification::Unknown(labels) if labels.len() == 1 => {
            format!("{} is no content type", quoted(labels))
        }
        Classification::Unknown(labels) => format!("{} are no content types", quoted(labels)),
        _ => "no label names a content type".to_owned(),
    };
    let refusal = format!("{why}; the content types are {}", names(factory));
    match format {
        Format::Text => print(&format!("refused: {refusal}\n"))?,
        Format::Json => print_json(&Checked {
            r#type: None,
            complete: false,
            fields: Fields::new(),
            questions: Vec::new(),
            refusal: Some(refusal),
            sources: BTreeMap::new(),
            ignored: thread.ignored,
        })?,
    }
    Ok(Done::Wrong)
}

fn sources(reading: &Reading, replies: &[Reply]) -> BTreeMap<String, From> {
    let author = |id: &u64| {
        let reply = replies.iter().find(|reply| reply.id == *id);
        reply.map(|reply| reply.author.clone()).unwrap_or_default()
    };
    let from = |source: &Source| match source {
        Source::Title => From::Title,
        Source::Body(range) => From::Body {
            start: range.start,
            end: range.end,
        },
        Source::Reply { id, range } => From::Comment {
            comment: *id,
            author: author(id),
            start: range.start,
            end: range.end,
        },
    };
    let sources = reading.sources.iter();
    sources
        .map(|(key, source)| (key.clone(), from(source)))
        .collect()
}

/// Where things stand, for people.
struct Places<'c> {
    file: &'c Path,
    body: &'c str,
    replies: &'c [Reply],
}

impl Places<'_> {
    /// Names the place of a value: `request.md:7`, `comment 2, line 1`, `title`.
    fn name(&self, source: &Source) -> String {
        match source {
            Source::Title => "title".to_owned(),
            Source::Body(range) => {
                let line = line_of(self.body, range.start);
                format!("{}:{line}", input::shown(self.file))
            }
            Source::Reply { id, range } => {
                let reply = self.replies.iter().find(|reply| reply.id == *id);
                let line = reply.map_or(1, |reply| line_of(&reply.body, range.start));
                format!("comment {}, line {line}", id + 1)
            }
        }
    }
}

/// Returns the line of the first thing that is written at or after a byte, from 1.
fn line_of(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    let blank = rest.len() - rest.trim_start().len();
    let before = text.get(..from + blank).unwrap_or(text);
    before.matches('\n').count() + 1
}

fn text(kind: &RequestType, reading: &Reading, thread: &Thread, places: &Places<'_>) -> String {
    let state = match reading.questions.len() {
        0 => "complete".to_owned(),
        1 => "1 question".to_owned(),
        many => format!("{many} questions"),
    };
    let mut text = format!("{}, `{}`: {state}\n", kind.title, kind.label);
    let place = |key: &str| reading.sources.get(key).map(|source| places.name(source));
    let row = |(key, value): (&str, &Value)| {
        vec![key.to_owned(), shown(value), place(key).unwrap_or_default()]
    };
    let rows: Vec<Vec<String>> = reading.fields.iter().map(row).collect();
    if !rows.is_empty() {
        let _ = write!(text, "\n{}", table(&["field", "value", "from"], &rows));
    }
    for question in &reading.questions {
        let label = kind
            .field(&question.field)
            .map_or("What to change", |field| &field.label);
        let at = place(&question.field)
            .map(|place| format!(" ({place})"))
            .unwrap_or_default();
        let _ = write!(
            text,
            "\n{label}{at}: {} [{}]\n",
            question.message, question.rule
        );
        for (index, line) in question.example.lines().enumerate() {
            let head = if index == 0 {
                "for example: "
            } else {
                "             "
            };
            let _ = writeln!(text, "  {head}{line}");
        }
    }
    if !thread.ignored.is_empty() {
        let name = |ignored: &Ignored| {
            let why = match ignored.reason {
                "command" => "a command",
                "bot" => "by a bot",
                _ => "by somebody who may not answer",
            };
            format!("{} ({why})", ignored.comment + 1)
        };
        let names: Vec<String> = thread.ignored.iter().map(name).collect();
        let _ = writeln!(text, "\nComments that answer nothing: {}", names.join(", "));
    }
    text
}

/// A value on one line.
fn shown(value: &Value) -> String {
    let line = match value {
        Value::Text(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Value::List(items) => items.join("; "),
        Value::Pairs(pairs) => {
            let questions = pairs.iter().map(|pair| pair.question.as_str());
            format!(
                "{}: {}",
                pairs.len(),
                questions.collect::<Vec<_>>().join(" ")
            )
        }
        Value::Image(image) => image.url.clone(),
    };
    short(&line, SHOWN)
}
