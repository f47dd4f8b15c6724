//! Checks that spend nothing: from values to questions a person can answer.

mod gates;
mod prose;
mod shape;

use crate::text::shown;
use crate::{Factory, Field, FieldKind, Fields, RequestType, Value};

pub use gates::{Anchor, AnchorKind, Assessment, assess, assess_with};
pub(crate) use gates::{GENERIC, default_threshold};
pub use prose::{sentences, words};

/// Something to ask a person about one field.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Question {
    /// The key of the field, or `change` when any of several fields would do.
    pub field: String,
    /// The rule that asks: a stable code such as `required` or `sentence-count`.
    pub rule: String,
    /// What is missing or wrong, in one or two plain sentences.
    pub message: String,
    /// What a good answer looks like; may be empty.
    pub example: String,
}

impl Question {
    fn new(field: &Field, rule: &str, message: impl Into<String>) -> Self {
        Self {
            field: field.key.clone(),
            rule: rule.to_owned(),
            message: message.into(),
            example: field.example.clone(),
        }
    }
}

/// Checks a whole request; one question for each field at most, in the order of the form.
pub fn check(factory: &Factory, kind: &RequestType, fields: &Fields) -> Vec<Question> {
    let mut questions: Vec<Question> = Vec::new();
    for field in &kind.fields {
        match fields.get(&field.key) {
            Some(value) if !value.is_empty() => {
                questions.extend(check_value(factory, field, value).into_iter().next());
            }
            _ if field.required => {
                let message = format!("{} is missing. {}", field.label, field.description);
                questions.push(Question::new(field, "required", message.trim_end()));
            }
            _ => {}
        }
    }
    questions.extend(too_few_changes(kind, fields));
    questions
}

fn too_few_changes(kind: &RequestType, fields: &Fields) -> Option<Question> {
    let given = kind.changes(fields);
    if given >= kind.min_changes {
        return None;
    }
    let optional: Vec<&Field> = kind.fields.iter().filter(|field| !field.required).collect();
    let labels: Vec<&str> = optional.iter().map(|field| field.label.as_str()).collect();
    let message = format!(
        "It does not say what to change. Give at least one of: {}.",
        labels.join(", ")
    );
    let example = optional
        .first()
        .map(|field| format!("{}: {}", field.label, field.example))
        .unwrap_or_default();
    Some(Question {
        field: "change".into(),
        rule: "min-changes".into(),
        message,
        example,
    })
}

/// Checks one value that somebody gave for a field.
pub fn check_value(factory: &Factory, field: &Field, value: &Value) -> Vec<Question> {
    if field.kind == FieldKind::Path
        && value
            .as_text()
            .is_some_and(|path| is_protected(factory, path))
    {
        let path = value.as_text().unwrap_or_default();
        let message = format!(
            "{} is protected: it decides how the site is built and run, so a request cannot change it.",
            shown(path)
        );
        return vec![Question::new(field, "protected-path", message)];
    }
    check_with(field, value, std::slice::from_ref(&factory.name))
}

/// Says of a path that is a path at all whether it is protected.
fn is_protected(factory: &Factory, path: &str) -> bool {
    crate::is_repository_path(path) && factory.is_protected(path)
}

/// Checks a value read back from the front matter of a page.
///
/// The same rules, but a picture is a path or an address by then.
pub fn check_page_value(field: &Field, value: &Value) -> Vec<Question> {
    match (field.kind, value) {
        (FieldKind::Image, Value::Text(path)) if !path.trim().is_empty() => Vec::new(),
        _ if value.is_empty() && !field.required => Vec::new(),
        _ if value.is_empty() => vec![Question::new(
            field,
            "required",
            format!("{} is missing.", field.label),
        )],
        _ => check_with(field, value, &[]),
    }
}

fn check_with(field: &Field, value: &Value, own_names: &[String]) -> Vec<Question> {
    let mut questions = shape::check(field, value);
    // Wording is judged only when the shape is right: one thing at a time.
    if let (true, Some(gate), Some(text)) = (questions.is_empty(), field.gate, value.as_text()) {
        let threshold = field
            .limits
            .min_anchors
            .unwrap_or_else(|| default_threshold(gate));
        let assessment = assess_with(text, own_names, threshold);
        if !assessment.pass {
            questions.push(Question::new(
                field,
                gate.name(),
                assessment.explanation(gate),
            ));
        }
    }
    questions
}
