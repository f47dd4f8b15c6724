//! What the functions of the language do.

use bumpalo::collections::String as BumpString;

use crate::error::EvaluateError;
use crate::evaluate::Evaluator;
use crate::function::Function;
use crate::view::View;
use crate::{Outcome, hash_files, json, text};

/// Calls a function; the parser has seen that the number of arguments is right.
pub(crate) fn call<'e>(
    evaluator: &mut Evaluator<'e>,
    function: Function,
    arguments: &[View<'e>],
) -> Result<View<'e>, EvaluateError> {
    let argument = |index: usize| arguments.get(index).copied().unwrap_or(View::Null);
    let (first, second) = (argument(0), argument(1));
    let turned_out = |outcome| View::Bool(evaluator.run.outcome(arguments) == outcome);
    let made = evaluator.made;
    Ok(match function {
        Function::Always => View::Bool(true),
        Function::Success => turned_out(Outcome::Success),
        Function::Failure => turned_out(Outcome::Failure),
        Function::Cancelled => turned_out(Outcome::Cancelled),
        Function::Case => case(arguments)?,
        Function::Contains => View::Bool(contains(first, second)),
        Function::StartsWith => View::Bool(
            are_primitive(first, second) && text::starts_with(&first.text(), &second.text()),
        ),
        Function::EndsWith => View::Bool(
            are_primitive(first, second) && text::ends_with(&first.text(), &second.text()),
        ),
        Function::Format => {
            let format = first.text();
            let mut out = BumpString::with_capacity_in(format.len(), made);
            write_format(evaluator, &mut out, &format, &arguments[1..])?;
            View::Text(out.into_bump_str())
        }
        Function::Join => join(evaluator, first, arguments.get(1).copied())?,
        Function::ToJson => {
            let mut out = BumpString::with_capacity_in(64, made);
            json::write(&mut out, first);
            evaluator.spend(out.len())?;
            View::Text(out.into_bump_str())
        }
        Function::FromJson => {
            let text = match first {
                View::Text(text) => text,
                other => made.alloc_str(&other.text()),
            };
            evaluator.spend(text.len())?;
            json::read(text, made)?
        }
        Function::HashFiles => {
            let patterns: Vec<_> = arguments.iter().map(|pattern| pattern.text()).collect();
            let hash = hash_files::hash(evaluator.run.files, &patterns)?;
            View::Text(made.alloc_str(&hash))
        }
    })
}

fn are_primitive(a: View<'_>, b: View<'_>) -> bool {
    a.is_primitive() && b.is_primitive()
}

fn case<'e>(arguments: &[View<'e>]) -> Result<View<'e>, EvaluateError> {
    let (pairs, last) = arguments.as_chunks::<2>();
    for [condition, value] in pairs {
        let given = match condition {
            View::Bool(true) => return Ok(*value),
            View::Bool(false) => continue,
            View::Null => "null",
            View::Number(_) => "a number",
            View::Text(_) => "a text",
            View::Array(_) | View::List(_) | View::Each(_) => "a list",
            View::Object(_) | View::Entries(_) => "an object",
        };
        return Err(EvaluateError::CasePredicate(given));
    }
    Ok(last.first().copied().unwrap_or(View::Null))
}

fn contains(search: View<'_>, item: View<'_>) -> bool {
    if search.is_list() {
        return search.items().any(|one| item.loosely_equals(one));
    }
    are_primitive(search, item) && text::contains(&search.text(), &item.text())
}

fn join<'e>(
    evaluator: &mut Evaluator<'e>,
    list: View<'e>,
    separator: Option<View<'e>>,
) -> Result<View<'e>, EvaluateError> {
    let mut out = BumpString::with_capacity_in(64, evaluator.made);
    if list.is_primitive() {
        out.push_str(&list.text());
    }
    let separator = match separator {
        Some(separator) if separator.is_primitive() => separator.text(),
        _ => ",".into(),
    };
    for (index, item) in list.items().enumerate() {
        let item = item.text();
        evaluator.spend(item.len() + separator.len())?;
        if index > 0 {
            out.push_str(&separator);
        }
        out.push_str(&item);
    }
    Ok(View::Text(out.into_bump_str()))
}

/// Puts arguments where the text has their numbers in braces. What follows a number up to the closing brace is passed
/// over: Actions reads a format specifier there, and has none for any value.
fn write_format(
    evaluator: &mut Evaluator<'_>,
    out: &mut BumpString<'_>,
    text: &str,
    arguments: &[View<'_>],
) -> Result<(), EvaluateError> {
    let invalid = || EvaluateError::Format(text.to_owned());
    let mut rest = text;
    while let Some(brace) = rest.find(['{', '}']) {
        out.push_str(&rest[..brace]);
        evaluator.spend(brace)?;
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
        evaluator.spend(value.len())?;
        out.push_str(&value);
        rest = &after[close + 1..];
    }
    evaluator.spend(rest.len())?;
    out.push_str(rest);
    Ok(())
}
