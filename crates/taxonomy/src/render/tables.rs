//! Tables for refusals, prompts and documentation.

use std::fmt::Write as _;

use super::cell;
use crate::text::count;
use crate::{Factory, Field, FieldKind, Fields, Image, RequestType, Value};

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

/// Returns the table of the fields of a type, for documentation.
pub fn type_fields_table(kind: &RequestType) -> String {
    let mut table =
        "| field | heading | kind | required | rules |\n|---|---|---|---|---|\n".to_owned();
    for field in &kind.fields {
        let required = if field.required { "yes" } else { "no" };
        let _ = writeln!(
            table,
            "| `{}` | {} | {} | {required} | {} |",
            field.key,
            cell(&field.label),
            field.kind.name(),
            cell(&field_rules(field).join(", ")),
        );
    }
    table
}

/// Returns the table of all types with their fields, skills, pictures and lanes, for documentation.
pub fn reference_table(factory: &Factory) -> String {
    let mut table =
        "| label | content | required fields | skills, in order | media | lane |\n|---|---|---|---|---|---|\n".to_owned();
    for kind in &factory.types {
        let required = kind.fields.iter().filter(|field| field.required);
        let required: Vec<String> = required.map(|field| format!("`{}`", field.key)).collect();
        let skill = |skill: &crate::Skill| match &skill.when {
            Some(key) => format!("{} (with `{key}`)", skill.name),
            None => skill.name.clone(),
        };
        let media = kind.media.as_ref().map_or_else(
            || "none".to_owned(),
            |media| format!("{} at `{}`", media.kind.name(), media.path),
        );
        let lane: Vec<String> = kind.lane.iter().map(|glob| format!("`{glob}`")).collect();
        let _ = writeln!(
            table,
            "| `{}` | {} | {} | {} | {media} | {} |",
            kind.label,
            cell(&kind.title),
            required.join(", "),
            kind.skills.iter().map(skill).collect::<Vec<_>>().join(", "),
            lane.join(", "),
        );
    }
    table
}

/// Says in words what a field's value must be like, each rule in a few.
pub fn field_rules(field: &Field) -> Vec<String> {
    let limits = &field.limits;
    let items = |number: usize| match (field.kind, number) {
        (FieldKind::Pairs, number) => count(number, "pair"),
        (_, 1) => "1 entry".to_owned(),
        (_, number) => format!("{number} entries"),
    };
    let mut rules = Vec::new();
    let mut rule =
        |least: Option<usize>, most: Option<usize>, words: &dyn Fn(usize) -> String| match (
            least, most,
        ) {
            (Some(least), Some(most)) => rules.push(format!("{least} to {}", words(most))),
            (Some(least), None) => rules.push(format!("{} or more", words(least))),
            (None, Some(most)) => rules.push(format!("at most {}", words(most))),
            (None, None) => {}
        };
    rule(limits.min_chars, limits.max_chars, &|number| {
        count(number, "character")
    });
    rule(limits.min_words, limits.max_words, &|number| {
        count(number, "word")
    });
    rule(limits.min_sentences, limits.max_sentences, &|number| {
        count(number, "sentence")
    });
    rule(limits.min_items, limits.max_items, &items);
    if !field.options.is_empty() {
        rules.push(format!("one of {}", field.options.join(", ")));
    }
    if let Some(gate) = field.gate {
        rules.push(format!("gate `{}`", gate.name()));
    }
    rules
}
