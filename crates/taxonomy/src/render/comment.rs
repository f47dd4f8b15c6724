//! The one comment that asks a person for everything that is missing.

use std::fmt::Write as _;

use crate::check::Question;
use crate::text::lower_first;
use crate::{Field, FieldKind, RequestType};

/// Returns the one comment that asks for everything that is missing: a checklist, an example for each field, and
/// how to answer.
///
/// Messages quote what people wrote only in code spans (see [`crate::check`]), so nothing in the comment mentions,
/// links or shows anything on their behalf.
pub fn questions_comment(kind: &RequestType, questions: &[Question]) -> String {
    let what = lower_first(&kind.title);
    let mut text = match questions.len() {
        1 => format!("One thing is missing before work on “{what}” can begin:\n\n"),
        number => format!("{number} things are missing before work on “{what}” can begin:\n\n"),
    };
    for question in questions {
        text.push_str(&item(kind.field(&question.field), question));
    }
    text.push_str(&how_to_answer(kind, questions));
    text
}

/// Writes one item of the checklist.
fn item(field: Option<&Field>, question: &Question) -> String {
    let label = field.map_or("What to change", |field| field.label.as_str());
    let mut text = format!("- [ ] **{label}**: {}\n", one_line(&question.message));
    if question.example.is_empty() {
        return text;
    }
    text.push_str("  For example:\n");
    // An example of a picture would show as a broken one.
    let code = field.is_some_and(|field| field.kind == FieldKind::Image);
    for line in question.example.lines() {
        let mark = if code { "`" } else { "" };
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "  > {mark}{line}{mark}");
    }
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

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
