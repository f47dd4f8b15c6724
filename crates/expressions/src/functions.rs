//! The functions of the language.

use std::borrow::Cow;

use crate::ast::Function;
use crate::error::EvaluateError;
use crate::evaluate::Evaluator;
use crate::value::upper;
use crate::{Outcome, Value, hash_files, json};

/// Calls a function; the parser has seen that the number of arguments is right.
pub(crate) fn call(
    evaluator: &mut Evaluator<'_>,
    function: Function,
    arguments: &[Cow<'_, Value>],
) -> Result<Value, EvaluateError> {
    let argument = |index: usize| arguments.get(index).map_or(&Value::Null, |value| value);
    let outcome = || evaluator.run.outcome(arguments);
    Ok(match function {
        Function::Always => true.into(),
        Function::Success => (outcome() == Outcome::Success).into(),
        Function::Failure => (outcome() == Outcome::Failure).into(),
        Function::Cancelled => (outcome() == Outcome::Cancelled).into(),
        Function::Case => case(arguments)?,
        Function::Contains => contains(argument(0), argument(1)).into(),
        Function::StartsWith => is_at(argument(0), argument(1), End::First),
        Function::EndsWith => is_at(argument(0), argument(1), End::Last),
        Function::Format => format(evaluator, &argument(0).text(), &arguments[1..])?.into(),
        Function::Join => join(
            evaluator,
            argument(0),
            arguments.get(1).map(|value| &**value),
        )?
        .into(),
        Function::ToJson => {
            let text = json::write(argument(0));
            evaluator.spend(text.len())?;
            text.into()
        }
        Function::FromJson => json::read(&argument(0).text())?,
        Function::HashFiles => {
            let patterns: Vec<_> = arguments.iter().map(|pattern| pattern.text()).collect();
            hash_files::hash(evaluator.run.files, &patterns)?.into()
        }
    })
}

fn case(arguments: &[Cow<'_, Value>]) -> Result<Value, EvaluateError> {
    let (pairs, last) = arguments.as_chunks::<2>();
    for [condition, value] in pairs {
        match **condition {
            Value::Bool(true) => return Ok(value.clone().into_owned()),
            Value::Bool(false) => {}
            Value::Null => return Err(EvaluateError::CasePredicate("null")),
            Value::Number(_) => return Err(EvaluateError::CasePredicate("a number")),
            Value::String(_) => return Err(EvaluateError::CasePredicate("a text")),
            Value::Array(_) => return Err(EvaluateError::CasePredicate("a list")),
            Value::Object(_) => return Err(EvaluateError::CasePredicate("an object")),
        }
    }
    Ok(last
        .first()
        .map_or(Value::Null, |last| last.clone().into_owned()))
}

fn contains(search: &Value, item: &Value) -> bool {
    match search {
        Value::Array(array) => array.items.iter().any(|one| item.loosely_equals(one)),
        Value::Object(_) => false,
        text if item.is_primitive() => contains_text(&text.text(), &item.text()),
        _ => false,
    }
}

fn contains_text(text: &str, part: &str) -> bool {
    let quick = text.len() * part.len() < 4096 && text.is_ascii() && part.is_ascii();
    if quick && !part.is_empty() {
        let mut windows = text.as_bytes().windows(part.len());
        return windows.any(|window| window.eq_ignore_ascii_case(part.as_bytes()));
    }
    text.to_lowercase().contains(&part.to_lowercase())
}

/// An end of a text.
#[derive(Clone, Copy)]
enum End {
    First,
    Last,
}

fn is_at(search: &Value, part: &Value, end: End) -> Value {
    if !search.is_primitive() || !part.is_primitive() {
        return false.into();
    }
    let (search, part) = (search.text(), part.text());
    if search.is_ascii() && part.is_ascii() {
        let cut = match end {
            End::First => search.get(..part.len()),
            End::Last => search
                .len()
                .checked_sub(part.len())
                .and_then(|from| search.get(from..)),
        };
        return cut
            .is_some_and(|cut| cut.eq_ignore_ascii_case(&part))
            .into();
    }
    let (search, part) = (upper(&search), upper(&part));
    match end {
        End::First => search.starts_with(&part),
        End::Last => search.ends_with(&part),
    }
    .into()
}

fn join(
    evaluator: &mut Evaluator<'_>,
    list: &Value,
    separator: Option<&Value>,
) -> Result<String, EvaluateError> {
    let separator = match separator {
        Some(separator) if separator.is_primitive() => separator.text(),
        _ => ",".into(),
    };
    let mut text = String::new();
    match list {
        Value::Object(_) => {}
        Value::Array(array) => {
            for (index, item) in array.items.iter().enumerate() {
                let item = item.text();
                evaluator.spend(item.len() + separator.len())?;
                if index > 0 {
                    text.push_str(&separator);
                }
                text.push_str(&item);
            }
        }
        primitive => text.push_str(&primitive.text()),
    }
    Ok(text)
}

/// Puts arguments where the text has their numbers in braces. What follows a number up to the closing brace is passed
/// over: Actions reads a format specifier there, and has none for any value.
fn format(
    evaluator: &mut Evaluator<'_>,
    text: &str,
    arguments: &[Cow<'_, Value>],
) -> Result<String, EvaluateError> {
    let invalid = || EvaluateError::Format(text.to_owned());
    let mut made = String::new();
    let mut rest = text;
    while let Some(brace) = rest.find(['{', '}']) {
        made.push_str(&rest[..brace]);
        evaluator.spend(brace)?;
        let (sign, after) = rest[brace..].split_at(1);
        if let Some(after) = after.strip_prefix(sign) {
            made.push_str(sign);
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
        made.push_str(&value);
        rest = &after[close + 1..];
    }
    evaluator.spend(rest.len())?;
    made.push_str(rest);
    Ok(made)
}
