//! From a program back to a text.

use std::borrow::Cow;

use crate::number;
use crate::program::{Chain, Op, Program, Step};
use crate::words::is_name;

/// How strongly the parts of a text hold together; the stronger holds first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Or,
    And,
    Equality,
    Order,
    Not,
    Literal,
    Primary,
}

impl Rank {
    /// Returns what an operator of this rank wants of its second operand.
    const fn above(self) -> Self {
        match self {
            Self::Or => Self::And,
            Self::And => Self::Equality,
            Self::Equality => Self::Order,
            Self::Order => Self::Not,
            Self::Not | Self::Literal | Self::Primary => Self::Primary,
        }
    }
}

/// A part that is written.
struct Part {
    text: String,
    rank: Rank,
}

impl Part {
    fn literal(text: impl Into<String>) -> Self {
        let (text, rank) = (text.into(), Rank::Literal);
        Self { text, rank }
    }

    fn primary(text: impl Into<String>) -> Self {
        let (text, rank) = (text.into(), Rank::Primary);
        Self { text, rank }
    }

    /// Returns the text, in parentheses if it would fall apart where something of that rank is wanted.
    fn held(self, wanted: Rank) -> String {
        if self.rank < wanted {
            format!("({})", self.text)
        } else {
            self.text
        }
    }
}

/// The parts that no operator has taken yet.
#[derive(Default)]
struct Parts(Vec<Part>);

impl Parts {
    fn pop(&mut self) -> Part {
        self.0.pop().unwrap_or_else(|| Part::primary(""))
    }

    fn join(&mut self, sign: &str, rank: Rank) {
        let (right, left) = (self.pop(), self.pop());
        let mut text = left.held(rank);
        text.extend([" ", sign, " ", &right.held(rank.above())]);
        self.0.push(Part { text, rank });
    }

    fn call(&mut self, name: &str, given: u32) {
        let first = self.0.len().saturating_sub(given as usize);
        let arguments: Vec<String> = self.0.drain(first..).map(|part| part.text).collect();
        let text = format!("{name}({})", arguments.join(", "));
        self.0.push(Part::primary(text));
    }

    /// Writes something after the value that is taken last.
    fn step(&mut self, step: &str) {
        let text = self.pop().held(Rank::Primary) + step;
        self.0.push(Part::primary(text));
    }
}

/// Writes the text that is read as this program again.
pub(crate) fn write(program: &Program) -> String {
    let mut parts = Parts::default();
    // Where the second operands of `&&` and `||` end that are being written.
    let mut open: Vec<(usize, &str, Rank)> = Vec::new();
    for place in 0..=program.ops.len() {
        while let Some((_, sign, rank)) = open.pop_if(|(end, ..)| *end == place) {
            parts.join(sign, rank);
        }
        let Some(op) = program.ops.get(place) else {
            break;
        };
        match *op {
            Op::Chain(Chain::And, skipped) => open.push((place + 1 + skipped, "&&", Rank::And)),
            Op::Chain(Chain::Or, skipped) => open.push((place + 1 + skipped, "||", Rank::Or)),
            Op::Step(Step::Compare(sign)) if sign.is_equality() => {
                parts.join(sign.sign(), Rank::Equality);
            }
            Op::Step(Step::Compare(sign)) => parts.join(sign.sign(), Rank::Order),
            Op::Step(Step::Not) => {
                let text = format!("!{}", parts.pop().held(Rank::Not));
                let rank = Rank::Not;
                parts.0.push(Part { text, rank });
            }
            Op::Step(Step::Call(function, given)) => parts.call(function.name(), given),
            Op::Step(Step::Every) => parts.step(".*"),
            Op::Name(name) => parts.step(&property(program.text(name))),
            Op::Index => {
                let index = format!("[{}]", parts.pop().text);
                parts.step(&index);
            }
            Op::Step(Step::Context(context)) => parts.0.push(Part::primary(context.name())),
            Op::Step(Step::Null) => parts.0.push(Part::literal("null")),
            Op::Step(Step::Bool(value)) => parts.0.push(Part::literal(value.to_string())),
            Op::Step(Step::Number(number)) => parts.0.push(Part::literal(literal(number))),
            Op::Text(text) => parts.0.push(Part::literal(quoted(program.text(text)))),
        }
    }
    parts.pop().text
}

fn property(name: &str) -> Cow<'_, str> {
    if is_name(name) {
        format!(".{name}").into()
    } else {
        format!("[{}]", quoted(name)).into()
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn literal(number: f64) -> Cow<'static, str> {
    if number == 0.0 && number.is_sign_negative() {
        return "-0".into();
    }
    number::exact(number).into()
}
