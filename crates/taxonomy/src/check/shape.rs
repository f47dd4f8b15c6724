//! Checks of shape and size.

use super::Question;
use super::prose::{sentences, words};
use crate::text::{count, shown};
use crate::{Field, FieldKind, Image, Pair, Value, is_repository_path};

/// Checks a value against the kind and the limits of its field.
pub(super) fn check(field: &Field, value: &Value) -> Vec<Question> {
    match (field.kind, value) {
        (FieldKind::Line | FieldKind::Text, Value::Text(text)) => text_limits(field, text),
        (FieldKind::Timezone, Value::Text(zone)) => timezone(field, zone),
        (FieldKind::Path, Value::Text(path)) => path_rule(field, path),
        (FieldKind::Profile, Value::Text(name)) => profile(field, name),
        (FieldKind::List, Value::List(items)) => list(field, items),
        (FieldKind::Pairs, Value::Pairs(pairs)) => pairs_rule(field, pairs),
        (FieldKind::Image, Value::Image(image)) => image_rule(field, image),
        (kind, _) => {
            let message = format!("{} should be {}.", field.label, shape_of(kind));
            vec![Question::new(field, "kind", message)]
        }
    }
}

fn shape_of(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Line => "one line of text",
        FieldKind::Text => "text",
        FieldKind::List => "a list with one entry on each line",
        FieldKind::Pairs => "questions, each with its answer",
        FieldKind::Image => "an attached picture",
        FieldKind::Timezone => "the name of a time zone",
        FieldKind::Path => "the path of a file",
        FieldKind::Profile => "the name of a profile",
    }
}

fn text_limits(field: &Field, text: &str) -> Vec<Question> {
    let limits = &field.limits;
    let label = &field.label;
    let mut questions = Vec::new();
    let mut ask = |rule: &str, message: String| questions.push(Question::new(field, rule, message));
    if field.kind == FieldKind::Line && text.contains('\n') {
        ask("kind", format!("{label} should be one line."));
    }
    let options = &field.options;
    if !options.is_empty() && !options.iter().any(|option| option == text) {
        ask("option", not_an_option(text, options));
    }
    let characters = text.chars().count();
    if let Some(least) = limits.min_chars.filter(|least| characters < *least) {
        ask(
            "min-chars",
            format!(
                "{label} has {}; it needs {least} or more.",
                count(characters, "character")
            ),
        );
    }
    if let Some(most) = limits.max_chars.filter(|most| characters > *most) {
        ask(
            "max-chars",
            format!(
                "{label} has {}; {most} is the most.",
                count(characters, "character")
            ),
        );
    }
    if limits.min_words.is_some() || limits.max_words.is_some() {
        let number = words(text);
        if let Some(least) = limits.min_words.filter(|least| number < *least) {
            let more = count(least - number, "more word");
            ask(
                "min-words",
                format!(
                    "{label} has {}; it needs at least {least}. Please add {more}.",
                    count(number, "word")
                ),
            );
        }
        if let Some(most) = limits.max_words.filter(|most| number > *most) {
            ask(
                "max-words",
                format!("{label} has {}; {most} is the most.", count(number, "word")),
            );
        }
    }
    if limits.min_sentences.is_some() || limits.max_sentences.is_some() {
        let number = sentences(text);
        let least = limits.min_sentences.unwrap_or(0);
        let most = limits.max_sentences.unwrap_or(usize::MAX);
        if number < least || number > most {
            let wanted = range(limits.min_sentences, limits.max_sentences, "sentence");
            ask(
                "sentence-count",
                format!(
                    "{label} has {}; it needs {wanted}.",
                    count(number, "sentence")
                ),
            );
        }
    }
    questions
}

fn range(least: Option<usize>, most: Option<usize>, thing: &str) -> String {
    match (least, most) {
        (Some(least), Some(most)) if least == most => count(least, thing),
        (Some(least), Some(most)) => format!("{least} to {}", count(most, thing)),
        (Some(least), None) => format!("at least {}", count(least, thing)),
        (None, Some(most)) => format!("at most {}", count(most, thing)),
        (None, None) => format!("any number of {thing}s"),
    }
}

fn timezone(field: &Field, zone: &str) -> Vec<Question> {
    if zone.parse::<chrono_tz::Tz>().is_ok() {
        return Vec::new();
    }
    let meant = nearest_zone(zone)
        .map(|zone| format!(" Did you mean `{zone}`?"))
        .unwrap_or_default();
    let message = format!(
        "{} is not an IANA time zone, which has the form `Area/City`.{meant}",
        shown(zone)
    );
    vec![Question::new(field, "timezone", message)]
}

/// Finds the zone of a city, or the one that differs by a letter or by case.
fn nearest_zone(zone: &str) -> Option<&'static str> {
    let wanted = zone.trim().replace(' ', "_").to_lowercase();
    let names = || chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
    let city = |name: &str| {
        name.rsplit('/')
            .next()
            .is_some_and(|city| city.to_lowercase() == wanted)
    };
    names()
        .find(|name| name.to_lowercase() == wanted)
        .or_else(|| {
            names()
                .filter(|name| name.contains('/'))
                .find(|name| city(name))
        })
        .or_else(|| {
            if wanted.len() > 64 {
                return None;
            }
            names().find(|name| strsim::damerau_levenshtein(&name.to_lowercase(), &wanted) <= 2)
        })
        .filter(|_| !wanted.is_empty())
}

fn path_rule(field: &Field, path: &str) -> Vec<Question> {
    if is_repository_path(path) {
        return text_limits(field, path);
    }
    let message = format!(
        "{} is not a path inside the repository. Write it from the repository's root, without `..` or a leading `/`.",
        shown(path)
    );
    vec![Question::new(field, "path", message)]
}

fn profile(field: &Field, name: &str) -> Vec<Question> {
    if name.chars().any(char::is_alphanumeric) {
        return text_limits(field, name);
    }
    vec![Question::new(
        field,
        "profile",
        format!("{} names no profile.", shown(name)),
    )]
}

fn not_an_option(text: &str, options: &[String]) -> String {
    format!(
        "{} is not one of the choices: {}.",
        shown(text),
        options.join(", ")
    )
}

fn list(field: &Field, items: &[String]) -> Vec<Question> {
    let options = &field.options;
    let strange = items
        .iter()
        .find(|item| !options.is_empty() && !options.contains(item));
    if let Some(item) = strange {
        return vec![Question::new(field, "option", not_an_option(item, options))];
    }
    items_rule(field, "min-items", items.len(), "entry", "entries")
}

fn pairs_rule(field: &Field, pairs: &[Pair]) -> Vec<Question> {
    if let Some(pair) = pairs.iter().find(|pair| pair.answer.trim().is_empty()) {
        let message = format!("The question {} has no answer.", shown(&pair.question));
        return vec![Question::new(field, "pairs", message)];
    }
    items_rule(
        field,
        "pairs",
        pairs.len(),
        "question with an answer",
        "questions with answers",
    )
}

fn items_rule(field: &Field, rule: &str, number: usize, one: &str, many: &str) -> Vec<Question> {
    let label = &field.label;
    let counted = |number: usize| format!("{number} {}", if number == 1 { one } else { many });
    if let Some(least) = field.limits.min_items.filter(|least| number < *least) {
        let message = format!("{label} has {}; it needs {least} or more.", counted(number));
        return vec![Question::new(field, rule, message)];
    }
    if let Some(most) = field.limits.max_items.filter(|most| number > *most) {
        let message = format!("{label} has {}; {most} is the most.", counted(number));
        return vec![Question::new(field, "max-items", message)];
    }
    Vec::new()
}

fn image_rule(field: &Field, image: &Image) -> Vec<Question> {
    if image
        .url
        .get(..8)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"))
    {
        return Vec::new();
    }
    let message = format!(
        "{} must be attached to the issue, or linked with `https`.",
        field.label
    );
    vec![Question::new(field, "image", message)]
}
