//! GitHub issue forms.

use std::fmt::Write as _;

use crate::{Field, FieldKind, Fields, Image, RequestType, Value};

/// Returns the issue form of a type, for `.github/ISSUE_TEMPLATE/{label}.yml`.
///
/// The form's headings are the labels of the fields, which is what [`read`](crate::read()) looks for in the
/// rendered body.
pub fn issue_form(kind: &RequestType) -> String {
    let mut form =
        "# Generated from `factory.toml` by lightsout; changes belong there.\n".to_owned();
    // Writing to a `String` cannot fail.
    let _ = writeln!(form, "name: {}", quoted(&kind.title));
    let about = if kind.description.is_empty() {
        &kind.title
    } else {
        &kind.description
    };
    let _ = writeln!(form, "description: {}", quoted(about));
    let _ = writeln!(form, "labels: [{}]", quoted(&kind.label));
    form.push_str("body:\n");
    for field in &kind.fields {
        form.push_str(&element(field));
    }
    form
}

/// Returns the body of an issue whose form was filled in with these values, as GitHub renders it.
///
/// Reading it back gives the same values; fields without one are `_No response_`.
pub fn filled_form(kind: &RequestType, fields: &Fields) -> String {
    let block = |field: &Field| {
        let value = fields
            .get(&field.key)
            .map(filled)
            .filter(|text| !text.trim().is_empty());
        format!(
            "### {}\n\n{}",
            field.label,
            value.as_deref().unwrap_or("_No response_")
        )
    };
    kind.fields
        .iter()
        .map(block)
        .collect::<Vec<_>>()
        .join("\n\n")
}

fn filled(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::List(items) => items
            .iter()
            .map(|item| format!("- {item}"))
            .collect::<Vec<_>>()
            .join("\n"),
        Value::Pairs(pairs) => {
            let pair =
                |pair: &crate::Pair| format!("**Q:** {}\n**A:** {}", pair.question, pair.answer);
            pairs.iter().map(pair).collect::<Vec<_>>().join("\n\n")
        }
        Value::Image(Image { url, alt }) => format!("![{alt}]({url})"),
    }
}

fn element(field: &Field) -> String {
    let mut text = format!(
        "  - type: {}\n    id: {}\n    attributes:\n",
        control(field),
        field.key
    );
    let _ = writeln!(text, "      label: {}", quoted(&field.label));
    if !field.description.is_empty() {
        let _ = writeln!(text, "      description: {}", quoted(&field.description));
    }
    if field.options.is_empty() {
        if !field.example.is_empty() {
            let _ = writeln!(text, "      placeholder: {}", quoted(&field.example));
        }
    } else {
        let _ = writeln!(text, "      multiple: {}", field.kind == FieldKind::List);
        text.push_str("      options:\n");
        for option in &field.options {
            let _ = writeln!(text, "        - {}", quoted(option));
        }
    }
    let _ = writeln!(text, "    validations:\n      required: {}", field.required);
    text
}

fn control(field: &Field) -> &'static str {
    match field.kind {
        _ if !field.options.is_empty() => "dropdown",
        FieldKind::Line | FieldKind::Timezone | FieldKind::Path | FieldKind::Profile => "input",
        FieldKind::Text | FieldKind::List | FieldKind::Pairs | FieldKind::Image => "textarea",
    }
}

/// Writes a double-quoted YAML scalar; what JSON escapes, YAML reads.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            hidden if hidden.is_control() || crate::text::is_invisible(hidden) => {
                let _ = write!(quoted, "\\U{:08X}", u32::from(hidden));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
