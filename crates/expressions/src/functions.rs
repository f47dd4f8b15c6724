//! What the functions of the language do.

use bumpalo::collections::String as BumpString;

use crate::error::EvaluateError;
use crate::evaluation::Evaluation;
use crate::function::Function;
use crate::view::View;
use crate::{Outcome, Run, hash_files, json, text};

/// Calls a function and puts its value in the place of its first argument. There is such a place even when none is given;
/// the parser has seen that their number is right.
pub(crate) fn call<'e>(
    evaluation: &mut Evaluation<'e>,
    function: Function,
    given: usize,
    places: &mut [View<'e>],
) -> Result<(), EvaluateError> {
    match (function, places) {
        (Function::Case, arguments) => case(arguments),
        (Function::Format, [text, arguments @ ..]) => format(evaluation, text, arguments),
        (Function::FromJson, [value]) => from_json(evaluation, value),
        (Function::HashFiles, patterns) => hash_files(evaluation, patterns),
        (Function::Join, [list, separator @ ..]) => join(evaluation, list, separator.first()),
        (Function::ToJson, [value]) => to_json(evaluation, value),
        (question, places) => {
            let answer = holds(evaluation.run, question, &places[..given]);
            if let Some(place) = places.first_mut() {
                *place = View::Bool(answer);
            }
            Ok(())
        }
    }
}

/// Answers the functions that are yes or no.
fn holds(run: &Run<'_>, function: Function, arguments: &[View<'_>]) -> bool {
    match (function, arguments) {
        (Function::Always, _) => true,
        (Function::Success, jobs) => run.outcome(jobs) == Outcome::Success,
        (Function::Failure, jobs) => run.outcome(jobs) == Outcome::Failure,
        (Function::Cancelled, jobs) => run.outcome(jobs) == Outcome::Cancelled,
        (Function::Contains, [search, item]) => contains(search, item),
        (Function::StartsWith, [text, part]) => {
            are_primitive(text, part) && text::starts_with(&text.text(), &part.text())
        }
        (Function::EndsWith, [text, part]) => {
            are_primitive(text, part) && text::ends_with(&text.text(), &part.text())
        }
        _ => false,
    }
}

fn are_primitive(a: &View<'_>, b: &View<'_>) -> bool {
    a.is_primitive() && b.is_primitive()
}

fn case(arguments: &mut [View<'_>]) -> Result<(), EvaluateError> {
    let (pairs, last) = arguments.as_chunks::<2>();
    let mut chosen = last.first();
    for [condition, value] in pairs {
        let given = match condition {
            View::Bool(true) => {
                chosen = Some(value);
                break;
            }
            View::Bool(false) => continue,
            View::Null => "null",
            View::Number(_) => "a number",
            View::Text(_) => "a text",
            View::Array(_) | View::List(_) | View::Each(_) => "a list",
            View::Object(_) | View::Entries(_) => "an object",
        };
        return Err(EvaluateError::CasePredicate(given));
    }
    arguments[0] = chosen.copied().unwrap_or(View::Null);
    Ok(())
}

fn contains(search: &View<'_>, item: &View<'_>) -> bool {
    if search.is_list() {
        return search.items().any(|one| item.loosely_equals(&one));
    }
    are_primitive(search, item) && text::contains(&search.text(), &item.text())
}

fn join<'e>(
    evaluation: &mut Evaluation<'e>,
    list: &mut View<'e>,
    separator: Option<&View<'e>>,
) -> Result<(), EvaluateError> {
    let mut out = BumpString::with_capacity_in(64, evaluation.made);
    if list.is_primitive() {
        out.push_str(&list.text());
    }
    let separator = match separator {
        Some(separator) if separator.is_primitive() => separator.text(),
        _ => ",".into(),
    };
    for (index, item) in list.items().enumerate() {
        let item = item.text();
        evaluation.spend(item.len() + separator.len())?;
        if index > 0 {
            out.push_str(&separator);
        }
        out.push_str(&item);
    }
    *list = View::Text(out.into_bump_str());
    Ok(())
}

fn to_json<'e>(evaluation: &mut Evaluation<'e>, value: &mut View<'e>) -> Result<(), EvaluateError> {
    let mut out = BumpString::with_capacity_in(64, evaluation.made);
    json::write(&mut out, value);
    evaluation.spend(out.len())?;
    *value = View::Text(out.into_bump_str());
    Ok(())
}

fn from_json<'e>(
    evaluation: &mut Evaluation<'e>,
    value: &mut View<'e>,
) -> Result<(), EvaluateError> {
    let text = match *value {
        View::Text(text) => text,
        ref other => evaluation.made.alloc_str(&other.text()),
    };
    evaluation.spend(text.len())?;
    *value = json::read(text, evaluation.made)?;
    Ok(())
}

fn hash_files<'e>(
    evaluation: &mut Evaluation<'e>,
    arguments: &mut [View<'e>],
) -> Result<(), EvaluateError> {
    let patterns: Vec<_> = arguments.iter().map(View::text).collect();
    let hash = hash_files::hash(evaluation.run.files, &patterns)?;
    arguments[0] = View::Text(evaluation.made.alloc_str(&hash));
    Ok(())
}

fn format<'e>(
    evaluation: &mut Evaluation<'e>,
    text: &mut View<'e>,
    arguments: &[View<'e>],
) -> Result<(), EvaluateError> {
    let format = text.text();
    let mut out = BumpString::with_capacity_in(format.len(), evaluation.made);
    write_format(evaluation, &mut out, &format, arguments)?;
    *text = View::Text(out.into_bump_str());
    Ok(())
}

/// Puts arguments where the text has their numbers in braces. What follows a number up to the closing brace is passed
/// over: Actions reads a format specifier there, and has none for any value.
fn write_format(
    evaluation: &mut Evaluation<'_>,
    out: &mut BumpString<'_>,
    text: &str,
    arguments: &[View<'_>],
) -> Result<(), EvaluateError> {
    let invalid = || EvaluateError::Format(text.to_owned());
    let mut rest = text;
    while let Some(brace) = rest.find(['{', '}']) {
        out.push_str(&rest[..brace]);
        evaluation.spend(brace)?;
        let (sign, after) = rest[brace..].split_at(1);
        if let Some(after) = after.strip_prefix(sign) {
            out.push_str(sign);
            rest = after;
            continue;
        }
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let close = after
            .find('}')
            .filter(|_| sign == "{" && digits > 0)
            .ok_or_else(invalid)?;
        let number = &after[..digits];
        let value = number
            .parse()
            .ok()
            .and_then(|index: usize| arguments.get(index));
        let value = value.ok_or_else(|| EvaluateError::FormatArgument {
            text: text.to_owned(),
            number: number.to_owned(),
        })?;
        let value = value.text();
        evaluation.spend(value.len())?;
        out.push_str(&value);
        rest = &after[close + 1..];
    }
    evaluation.spend(rest.len())?;
    out.push_str(rest);
    Ok(())
}
