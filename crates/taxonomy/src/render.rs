//! Text made from types: what people are asked, the tables of refusals and of prompts.

use std::fmt::Write as _;

use crate::check::Question;
use crate::{Factory, Field, FieldKind, Fields, Image, RequestType, Value};

/// Returns the one comment that asks for everything that is missing: a checklist, an example for each field, and
/// how to answer.
///
/// What people wrote appears in messages, so the text is escaped by [`escape`] where it is not ours.
pub fn questions_comment(kind: &RequestType, questions: &[Question]) -> String {
    let mut text = match questions.len() {
        1 => format!(
            "One thing is missing before work on this {} can begin:\n\n",
            lower_first(&kind.title)
        ),
        number => format!(
            "{number} things are missing before work on this {} can begin:\n\n",
            lower_first(&kind.title)
        ),
    };
    for question in questions {
        let label = kind
            .field(&question.field)
            .map_or("What to change", |field| field.label.as_str());
        // Writing to a `String` cannot fail.
        let _ = writeln!(
            text,
            "- [ ] **{label}**: {}",
            one_line(&escape(&question.message))
        );
        if !question.example.is_empty() {
            text.push_str("  For example:\n");
            for line in question.example.lines() {
                let _ = writeln!(text, "  > {line}");
            }
        }
    }
    text.push_str(&how_to_answer(kind, questions));
    text
}

fn how_to_answer(kind: &RequestType, questions: &[Question]) -> String {
    let field = |question: &Question| kind.field(&question.field).cloned();
    let image = |field: &Field| field.kind == FieldKind::Image;
    match questions {
        [only] if field(only).is_some_and(|field| image(&field)) => {
            "\nAnswer in a comment: drag the picture into the text box and send it.\n".to_owned()
        }
        [only] if field(only).is_some() => {
            "\nAnswer in a comment; plain text will do.\n".to_owned()
        }
        _ => {
            let mut text = "\nAnswer in a comment, each answer under its name:\n\n```\n".to_owned();
            for field in questions
                .iter()
                .filter_map(field)
                .filter(|field| !image(field))
            {
                let _ = writeln!(text, "### {}\n\n(your answer)\n", field.label);
            }
            let mut text = text.trim_end().to_owned();
            text.push_str("\n```\n");
            if questions
                .iter()
                .filter_map(field)
                .any(|field| image(&field))
            {
                text.push_str("\nA picture can be dragged into the same comment.\n");
            }
            text
        }
    }
}

/// Returns the table of valid types, for refusals and documentation.
pub fn types_table(factory: &Factory) -> String {
    let mut table = "| label | what it is | what it asks for |\n|---|---|---|\n".to_owned();
    for kind in &factory.types {
        let labels = |required: bool| {
            let fields = kind
                .fields
                .iter()
                .filter(|field| field.required == required);
            fields
                .map(|field| field.label.to_lowercase())
                .collect::<Vec<_>>()
                .join(", ")
        };
        let asks = match (kind.min_changes, labels(false)) {
            (0, _) => labels(true),
            (1, optional) => format!("{}, and at least one of {optional}", labels(true)),
            (least, optional) => format!("{}, and at least {least} of {optional}", labels(true)),
        };
        let _ = writeln!(
            table,
            "| `{}` | {} | {} |",
            kind.label,
            cell(&kind.title),
            cell(&asks)
        );
    }
    table
}

/// Returns the table of a request's fields, for the agent's prompt; fields without a value are left out.
pub fn field_table(kind: &RequestType, fields: &Fields) -> String {
    let mut table = "| field | value |\n|---|---|\n".to_owned();
    for field in &kind.fields {
        if let Some(value) = fields.get(&field.key) {
            let _ = writeln!(table, "| `{}` | {} |", field.key, cell(&plain(value)));
        }
    }
    table
}

fn plain(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::List(items) => items.join("\n"),
        Value::Pairs(pairs) => {
            let pairs = pairs
                .iter()
                .map(|pair| format!("Q: {}\nA: {}", pair.question, pair.answer));
            pairs.collect::<Vec<_>>().join("\n\n")
        }
        Value::Image(Image { url, alt }) if alt.is_empty() => url.clone(),
        Value::Image(Image { url, alt }) => format!("{url} ({alt})"),
    }
}

/// Makes a text fit a cell of a table: what would end the cell or begin markup is escaped.
fn cell(text: &str) -> String {
    escape(text)
        .replace('|', "\\|")
        .replace("\r\n", "\n")
        .replace(['\n', '\r'], "<br>")
}

/// Takes the power to mention, to mark up and to reorder from what people wrote.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '<' => escaped.push_str("&lt;"),
            // A zero-width joiner after `@` keeps the text readable and notifies nobody.
            '@' => escaped.push_str("@\u{2060}"),
            '\n' | '\t' => escaped.push(character),
            hidden if hidden.is_control() || crate::text::is_invisible(hidden) => {
                let _ = write!(escaped, "U+{:04X}", u32::from(hidden));
            }
            other => escaped.push(other),
        }
    }
    escaped
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn lower_first(title: &str) -> String {
    let mut characters = title.chars();
    match characters.next() {
        // `FAQ entry` stays as it is.
        Some(first) if !characters.as_str().starts_with(char::is_uppercase) => {
            first.to_lowercase().chain(characters).collect()
        }
        _ => title.to_owned(),
    }
}
