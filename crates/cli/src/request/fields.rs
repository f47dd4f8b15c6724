//! `lightsout request fields`: what a content type asks for.

use std::fmt::Write as _;

use lightsout_taxonomy::{Field, RequestType, field_rules};
use serde::Serialize;

use crate::args::Format;
use crate::output::{print, print_json, table};

#[derive(Serialize)]
struct Shown<'t> {
    r#type: &'t str,
    title: &'t str,
    description: &'t str,
    fields: Vec<ShownField<'t>>,
}

#[derive(Serialize)]
struct ShownField<'t> {
    key: &'t str,
    label: &'t str,
    kind: &'static str,
    required: bool,
    rules: Vec<String>,
    options: &'t [String],
    description: &'t str,
    example: &'t str,
}

/// Prints the fields of a type.
pub(super) fn show(kind: &RequestType, format: Format) -> anyhow::Result<()> {
    match format {
        Format::Json => print_json(&Shown {
            r#type: &kind.label,
            title: &kind.title,
            description: &kind.description,
            fields: kind.fields.iter().map(shown).collect(),
        }),
        Format::Text => print(&text(kind)),
    }
}

fn shown(field: &Field) -> ShownField<'_> {
    ShownField {
        key: &field.key,
        label: &field.label,
        kind: field.kind.name(),
        required: field.required,
        rules: field_rules(field),
        options: &field.options,
        description: &field.description,
        example: &field.example,
    }
}

fn text(kind: &RequestType) -> String {
    let row = |field: &Field| {
        vec![
            field.key.clone(),
            field.label.clone(),
            field.kind.name().to_owned(),
            if field.required { "yes" } else { "no" }.to_owned(),
            field_rules(field).join(", "),
        ]
    };
    let rows: Vec<Vec<String>> = kind.fields.iter().map(row).collect();
    let mut text = format!("{}, `{}`: {}\n\n", kind.title, kind.label, kind.description);
    text.push_str(&table(
        &["field", "heading", "kind", "required", "rules"],
        &rows,
    ));
    for field in &kind.fields {
        let _ = write!(text, "\n{}: {}\n", field.label, field.description);
        for line in field.example.lines() {
            let _ = writeln!(text, "  {line}");
        }
    }
    text
}
