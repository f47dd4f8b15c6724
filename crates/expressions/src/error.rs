//! What can be wrong with an expression, and where.

use std::fmt::{self, Write as _};

use crate::{MAX_DEPTH, MAX_LENGTH, MAX_RESULT};

/// Why a text is no expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}, at character {column}")]
pub struct ParseError {
    /// What is wrong.
    pub kind: ParseErrorKind,
    /// Where it is wrong: how many bytes come before that place.
    pub offset: usize,
    /// The same place as people count: characters, from one.
    pub column: usize,
}

impl ParseError {
    /// Counts the characters before the place.
    pub(crate) fn in_text(mut self, text: &str) -> Self {
        let before = text.get(..self.offset).unwrap_or(text);
        self.column = before.chars().count() + 1;
        self
    }
}

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// There is no expression in it.
    #[error("there is nothing to evaluate")]
    Empty,
    /// It is longer than [`MAX_LENGTH`].
    #[error("the expression is longer than {MAX_LENGTH} characters")]
    TooLong,
    /// It is nested deeper than [`MAX_DEPTH`].
    #[error("the expression is nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// Something stands where it cannot stand.
    #[error("`{}` cannot stand here", Shown(.0))]
    Unexpected(String),
    /// A text has no closing quote.
    #[error("the text that begins here has no closing `'`; a `'` inside of it is written `''`")]
    OpenString,
    /// It ends where something must follow.
    #[error("the expression ends too early")]
    End,
    /// A context that there is not, or not here.
    #[error("there is no `{}` here{}", Shown(.name), list(.known))]
    UnknownContext {
        /// Its name as written.
        name: String,
        /// Those that there are.
        known: Vec<&'static str>,
    },
    /// A function that there is not, or not here.
    #[error("there is no function `{}` here{}", Shown(.name), list(.known))]
    UnknownFunction {
        /// Its name as written.
        name: String,
        /// Those that there are.
        known: Vec<&'static str>,
    },
    /// A function with too few or too many arguments.
    #[error("`{name}` takes {takes}, and has {given}")]
    Arguments {
        /// The name of the function.
        name: &'static str,
        /// How many it takes, in words.
        takes: String,
        /// How many it was given.
        given: u32,
    },
    /// `${{` without its `}}`.
    #[error("the expression that begins here has no closing `}}}}`")]
    OpenTemplate,
}

impl ParseErrorKind {
    pub(crate) fn at(self, offset: usize) -> ParseError {
        ParseError {
            kind: self,
            offset,
            column: offset + 1,
        }
    }
}

/// A text in a complaint, which may be anybody's: its beginning, on one line, with the control characters named.
struct Shown<'t>(&'t str);

/// How many characters of a text a complaint shows.
const SHOWN: usize = 200;

impl fmt::Display for Shown<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars().take(SHOWN) {
            if letter.is_control() {
                write!(out, "{}", letter.escape_default())?;
            } else {
                out.write_char(letter)?;
            }
        }
        if self.0.chars().nth(SHOWN).is_some() {
            out.write_char('…')?;
        }
        Ok(())
    }
}

fn list(names: &[&str]) -> String {
    if names.is_empty() {
        return String::new();
    }
    format!("; there are {}", names.join(", "))
}

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluateError {
    /// `format` was given a text that is no format.
    #[error(
        "`format` cannot read `{}`: a brace is written twice, or holds the number of an argument",
        Shown(.0)
    )]
    Format(String),
    /// `format` was given a text that names an argument which is not there.
    #[error("`format` has no argument {}, which `{}` asks for", Shown(.number), Shown(.text))]
    FormatArgument {
        /// The text.
        text: String,
        /// The number in it, as written.
        number: String,
    },
    /// `fromJSON` was given a text that is no JSON.
    #[error("`fromJSON` cannot read this: {0}")]
    Json(String),
    /// `case` was given something that is neither true nor false to decide by.
    #[error("`case` decides by `true` and `false`, and was given {0}")]
    CasePredicate(&'static str),
    /// `hashFiles` could not read the files.
    #[error("`hashFiles` cannot read the files: {}", Shown(.0))]
    Files(String),
    /// `hashFiles` was given a pattern that is none.
    #[error("`hashFiles` cannot read the pattern `{}`: {}", Shown(.pattern), Shown(.why))]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        why: String,
    },
    /// It makes more than anything needs.
    #[error("the expression makes more than {} MiB", MAX_RESULT >> 20)]
    TooLarge,
}

/// Why a text has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is no expression.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// It is one that has no value.
    #[error(transparent)]
    Evaluate(#[from] EvaluateError),
}
