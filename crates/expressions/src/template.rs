//! Texts with expressions in them, as they stand in a workflow.

use crate::ast::{Expr, Function};
use crate::error::{ParseError, ParseErrorKind};
use crate::{Expression, Scope, Value, parse};

/// What opens an expression inside a text.
const OPEN: &str = "${{";
/// What closes it.
const CLOSE: &str = "}}";

/// Reads a text that may hold expressions between `${{` and `}}`.
///
/// A text that is one expression and nothing else has that expression's value, of whatever kind. Any other is a text,
/// in which each expression is replaced by the text of its value; that is `format`, as it is in Actions.
pub(crate) fn parse(text: &str, scope: Scope) -> Result<Expression, ParseError> {
    let mut parts = Parts::default();
    let mut place = 0;
    while let Some(offset) = text[place..].find(OPEN) {
        let open = place + offset;
        parts.literal(&text[place..open]);
        let start = open + OPEN.len();
        let end = start + close(&text[start..]).ok_or(ParseErrorKind::OpenTemplate.at(open))?;
        let expr = parse::parse(&text[start..end], scope)
            .map_err(|error| error.kind.at(start + error.offset))?;
        place = end + CLOSE.len();
        if open == 0 && place == text.len() {
            return Ok(Expression { root: expr });
        }
        parts.expression(expr);
    }
    parts.literal(&text[place..]);
    Ok(Expression { root: parts.join() })
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

/// A format and its arguments, while they are collected.
#[derive(Default)]
struct Parts {
    format: String,
    literal: String,
    arguments: Vec<Expr>,
}

impl Parts {
    fn literal(&mut self, text: &str) {
        self.literal.push_str(text);
        self.format
            .push_str(&text.replace('{', "{{").replace('}', "}}"));
    }

    fn expression(&mut self, expr: Expr) {
        let number = self.arguments.len().to_string();
        self.format.extend(["{", &number, "}"]);
        self.arguments.push(expr);
    }

    fn join(self) -> Expr {
        if self.arguments.is_empty() {
            return Expr::Literal(self.literal.into());
        }
        let format = Expr::Literal(Value::from(self.format));
        Expr::Call(Function::Format, [vec![format], self.arguments].concat())
    }
}

/// Reads the text of an `if:`, which is an expression even without `${{`.
///
/// One that never asks how the work before went is only looked at if that went well: `success() && (…)`.
pub(crate) fn parse_condition(text: &str, scope: Scope) -> Result<Expression, ParseError> {
    let root = if text.contains(OPEN) {
        parse(text.trim(), scope)?.root
    } else if text.trim().is_empty() {
        Expr::Literal(true.into())
    } else {
        parse::parse(text, scope)?
    };
    let mut asks = false;
    root.walk(&mut |part| asks |= matches!(part, Expr::Call(function, _) if function.is_status()));
    if asks {
        return Ok(Expression { root });
    }
    let success = Expr::Call(Function::Success, Vec::new());
    Ok(Expression {
        root: Expr::All(vec![success, root]),
    })
}
