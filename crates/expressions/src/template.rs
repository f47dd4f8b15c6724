//! Texts with expressions in them, as they stand in a workflow.

use std::ops::Range;

use crate::error::{ParseError, ParseErrorKind};
use crate::function::Function;
use crate::program::{Chain, Op, Program, Step};
use crate::{Scope, parse};

/// What opens an expression inside a text.
const OPEN: &str = "${{";
/// What closes it.
const CLOSE: &str = "}}";

/// Reads a text that may hold expressions between `${{` and `}}`.
///
/// A text that is one expression and nothing else has that expression's value, of whatever kind. Any other is a text,
/// in which each expression is replaced by the text of its value; that is `format`, as it is in Actions.
pub(crate) fn parse(text: &str, scope: Scope) -> Result<Program, ParseError> {
    let mut program = Program::of(text);
    let in_place = |kind: ParseErrorKind| kind.at(0);
    if !text.contains(OPEN) {
        let text = Program::span(0, text.len()).map_err(in_place)?;
        program.ops.push(Op::Text(text));
        return Ok(program);
    }
    let alone = matches!(pieces(text).next(), Some(Ok(Piece::Expression(inner)))
        if inner.end + CLOSE.len() == text.len());
    if !alone {
        let format = program.keep(&format(text)).map_err(in_place)?;
        program.ops.push(Op::Text(format));
    }
    let mut given = 1;
    for piece in pieces(text) {
        if let Piece::Expression(inner) = piece? {
            let start = inner.start;
            parse::parse(&text[inner], scope, &mut program.writer(start))
                .map_err(|error| error.kind.at(start + error.offset))?;
            given += 1;
        }
    }
    if !alone {
        program
            .ops
            .push(Op::Step(Step::Call(Function::Format, given)));
    }
    Ok(program)
}

/// A part of a text.
enum Piece<'t> {
    /// What stands for itself.
    Literal(&'t str),
    /// Where an expression is, without the signs around it.
    Expression(Range<usize>),
}

/// Takes a text to pieces, up to an expression that has no end.
fn pieces(text: &str) -> impl Iterator<Item = Result<Piece<'_>, ParseError>> {
    let mut place = 0;
    std::iter::from_fn(move || {
        let rest = text.get(place..).filter(|rest| !rest.is_empty())?;
        if !rest.starts_with(OPEN) {
            let literal = &rest[..rest.find(OPEN).unwrap_or(rest.len())];
            place += literal.len();
            return Some(Ok(Piece::Literal(literal)));
        }
        let start = place + OPEN.len();
        let Some(length) = close(&text[start..]) else {
            let open = std::mem::replace(&mut place, text.len());
            return Some(Err(ParseErrorKind::OpenTemplate.at(open)));
        };
        place = start + length + CLOSE.len();
        Some(Ok(Piece::Expression(start..start + length)))
    })
}

/// Finds where an expression ends; inside of a text in quotes it does not.
fn close(text: &str) -> Option<usize> {
    let mut in_text = false;
    let mut before = 0;
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'\'' => in_text = !in_text,
            b'}' if !in_text && before == b'}' => return Some(index - 1),
            _ => {}
        }
        before = byte;
    }
    None
}

/// Writes the format that puts the values of the expressions where they stand in the text.
fn format(text: &str) -> String {
    let mut format = String::with_capacity(text.len());
    let mut number = 0;
    for piece in pieces(text).map_while(Result::ok) {
        match piece {
            Piece::Literal(literal) => {
                format.push_str(&literal.replace('{', "{{").replace('}', "}}"));
            }
            Piece::Expression(_) => {
                format.extend(["{", &number.to_string(), "}"]);
                number += 1;
            }
        }
    }
    format
}

/// Reads the text of an `if:`, which is an expression even without `${{`.
///
/// One that never asks how the work before went is only looked at if that went well: `success() && (…)`.
pub(crate) fn parse_condition(text: &str, scope: Scope) -> Result<Program, ParseError> {
    let mut program = Program::of(text);
    if text.contains(OPEN) {
        let before = text.len() - text.trim_start().len();
        program =
            parse(text.trim(), scope).map_err(|error| error.kind.at(before + error.offset))?;
    } else if text.trim().is_empty() {
        program.ops.push(Op::Step(Step::Bool(true)));
    } else {
        parse::parse(text, scope, &mut program.writer(0)).map_err(|error| *error)?;
    }
    let asks = |op: &Op| matches!(op, Op::Step(Step::Call(function, _)) if function.is_status());
    if !program.ops.iter().any(asks) {
        let skipped = program.ops.len();
        let success = [
            Op::Step(Step::Call(Function::Success, 0)),
            Op::Chain(Chain::And, skipped),
        ];
        program.ops.splice(0..0, success);
    }
    Ok(program)
}
