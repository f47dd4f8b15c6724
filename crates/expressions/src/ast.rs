//! An expression as a tree.

use std::fmt;

use crate::scope::Status;
use crate::token::is_name;
use crate::{Value, number};

/// A part of an expression.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Expr {
    /// A value as it is written.
    Literal(Value),
    /// A context by its name, such as `github`.
    Context(&'static str),
    /// A function with what it is given.
    Call(Function, Vec<Expr>),
    /// A part of a value: `of.a[0].*`.
    Part {
        /// The value.
        of: Box<Expr>,
        /// The way to the part.
        way: Vec<Step>,
    },
    /// `!a`.
    Not(Box<Expr>),
    /// `a < b`, or `a == b`: operators of one rank, taken from left to right.
    Compare {
        /// What stands first.
        first: Box<Expr>,
        /// What follows.
        rest: Vec<(Comparison, Expr)>,
    },
    /// `a && b && c`.
    All(Vec<Expr>),
    /// `a || b || c`.
    Any(Vec<Expr>),
}

/// A step on the way to a part of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// The value of this name or at this place.
    To(Expr),
    /// All values: `.*`.
    Every,
}

/// An operator that compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparison {
    /// Returns the operator.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    pub(crate) const fn is_equality(self) -> bool {
        matches!(self, Self::Equal | Self::NotEqual)
    }
}

/// A function of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// Says that it should run whatever happened.
    Always,
    /// Says whether the run was cancelled.
    Cancelled,
    /// Chooses by conditions.
    Case,
    /// Says whether a list has an item, or a text another.
    Contains,
    /// Says whether a text ends with another.
    EndsWith,
    /// Says whether something failed before.
    Failure,
    /// Puts values into a text.
    Format,
    /// Reads JSON.
    FromJson,
    /// Returns the SHA-256 of files.
    HashFiles,
    /// Makes a text of a list.
    Join,
    /// Says whether a text starts with another.
    StartsWith,
    /// Says whether all went well before.
    Success,
    /// Writes JSON.
    ToJson,
}

impl Function {
    /// Every function, in alphabetical order.
    pub const ALL: &[Self] = &[
        Self::Always,
        Self::Cancelled,
        Self::Case,
        Self::Contains,
        Self::EndsWith,
        Self::Failure,
        Self::Format,
        Self::FromJson,
        Self::HashFiles,
        Self::Join,
        Self::StartsWith,
        Self::Success,
        Self::ToJson,
    ];

    /// Returns the name as the documentation writes it; a workflow may write it in any case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Cancelled => "cancelled",
            Self::Case => "case",
            Self::Contains => "contains",
            Self::EndsWith => "endsWith",
            Self::Failure => "failure",
            Self::Format => "format",
            Self::FromJson => "fromJSON",
            Self::HashFiles => "hashFiles",
            Self::Join => "join",
            Self::StartsWith => "startsWith",
            Self::Success => "success",
            Self::ToJson => "toJSON",
        }
    }

    /// Says whether it asks how the work before went.
    pub const fn is_status(self) -> bool {
        matches!(
            self,
            Self::Always | Self::Cancelled | Self::Failure | Self::Success
        )
    }

    /// Returns how few and how many arguments it takes.
    pub(crate) const fn arguments(self, status: Status) -> (usize, usize) {
        match self {
            Self::Failure | Self::Success if matches!(status, Status::Jobs) => (0, usize::MAX),
            Self::Always | Self::Cancelled | Self::Failure | Self::Success => (0, 0),
            Self::Case => (3, usize::MAX),
            Self::Contains | Self::EndsWith | Self::StartsWith => (2, 2),
            Self::Format | Self::HashFiles => (1, 255),
            Self::FromJson | Self::ToJson => (1, 1),
            Self::Join => (1, 2),
        }
    }
}

impl Expr {
    /// Calls `see` with this part and every part of it.
    pub fn walk<'e>(&'e self, see: &mut impl FnMut(&'e Self)) {
        see(self);
        match self {
            Self::Literal(_) | Self::Context(_) => {}
            Self::Not(inner) => inner.walk(see),
            Self::Call(_, parts) | Self::All(parts) | Self::Any(parts) => {
                for part in parts {
                    part.walk(see);
                }
            }
            Self::Part { of, way } => {
                of.walk(see);
                for step in way {
                    if let Step::To(index) = step {
                        index.walk(see);
                    }
                }
            }
            Self::Compare { first, rest } => {
                first.walk(see);
                for (_, part) in rest {
                    part.walk(see);
                }
            }
        }
    }

    /// How strongly its parts hold together; the stronger holds first.
    fn rank(&self) -> u8 {
        match self {
            Self::Any(_) => 0,
            Self::All(_) => 1,
            Self::Compare { rest, .. } if rest.iter().any(|(sign, _)| sign.is_equality()) => 2,
            Self::Compare { .. } => 3,
            Self::Not(_) => 4,
            Self::Literal(_) => 5,
            Self::Context(_) | Self::Call(..) | Self::Part { .. } => 6,
        }
    }

    /// Writes this part, in parentheses if it would fall apart where something of that rank is wanted.
    fn write(&self, wanted: u8, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rank() < wanted {
            write!(out, "({self})")
        } else {
            write!(out, "{self}")
        }
    }
}

/// Writes the text that is read as this expression again.
impl fmt::Display for Expr {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(value) => write_literal(value, out),
            Self::Context(name) => out.write_str(name),
            Self::Call(function, arguments) => {
                write!(out, "{}(", function.name())?;
                write_list(arguments, ", ", 0, out)?;
                out.write_str(")")
            }
            Self::Not(inner) => {
                out.write_str("!")?;
                inner.write(4, out)
            }
            Self::All(parts) => write_list(parts, " && ", 2, out),
            Self::Any(parts) => write_list(parts, " || ", 1, out),
            Self::Compare { first, rest } => {
                let rank = self.rank() + 1;
                first.write(rank, out)?;
                for (sign, part) in rest {
                    write!(out, " {} ", sign.sign())?;
                    part.write(rank, out)?;
                }
                Ok(())
            }
            Self::Part { of, way } => {
                of.write(6, out)?;
                way.iter().try_for_each(|step| write!(out, "{step}"))
            }
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Every => out.write_str(".*"),
            Self::To(Expr::Literal(Value::String(name))) if is_name(name) => write!(out, ".{name}"),
            Self::To(index) => write!(out, "[{index}]"),
        }
    }
}

fn write_list(
    parts: &[Expr],
    between: &str,
    rank: u8,
    out: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.write_str(between)?;
        }
        part.write(rank, out)?;
    }
    Ok(())
}

fn write_literal(value: &Value, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    match value {
        Value::String(text) => write!(out, "'{}'", text.replace('\'', "''")),
        Value::Number(number) if *number == 0.0 && number.is_sign_negative() => out.write_str("-0"),
        Value::Number(number) => out.write_str(&number::exact(*number)),
        Value::Null => out.write_str("null"),
        other => out.write_str(&other.text()),
    }
}
