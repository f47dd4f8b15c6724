//! The expressions of GitHub Actions workflows, `${{ … }}`: parsed and evaluated as GitHub does.
//!
//! An expression is read for a [`Scope`], which says what exists where it stands, and is evaluated with contexts:
//!
//! ```
//! use lightsout_expressions::{Expression, Object, Run, Scope, Value};
//!
//! let text = "contains(github.event.issue.labels.*.name, 'cms-faq') && github.actor != 'ada'";
//! let expression = Expression::parse(text, Scope::JOB_IF)?;
//!
//! let github = serde_json::json!({
//!     "actor": "mira",
//!     "event": { "issue": { "labels": [{ "name": "CMS-FAQ" }] } },
//! });
//! let mut contexts = Object::new();
//! contexts.add("github", &github);
//! assert_eq!(expression.evaluate(&contexts, &Run::default())?, Value::Bool(true));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The language
//!
//! | part | what it does |
//! | --- | --- |
//! | `null`, `true`, `1.5`, `0x1F`, `'it''s'` | values |
//! | `github`, `needs`, … | the contexts of the scope; one that was not given is null |
//! | `a.b`, `a['b']`, `a[0]` | a part, or null; names in any case; a text that is a number finds a place in a list |
//! | `a.*`, `a[*]` | all values; what follows is taken from each: `labels.*.name` |
//! | `!a`, `a && b`, `a \|\| b` | `&&` and `\|\|` return the operand that decides, not a yes or no |
//! | `==` `!=` `<` `<=` `>` `>=` | texts without regard to case; values of two kinds as numbers |
//! | `contains`, `startsWith`, `endsWith` | without regard to case |
//! | `format`, `join`, `toJSON`, `fromJSON`, `case` | |
//! | `success`, `failure`, `cancelled`, `always` | ask the [`Run`], where the scope has them |
//! | `hashFiles` | asks the [`Files`] of the run |
//!
//! As a number, null and `''` are 0, `true` is 1, and a text that is no number is not a number, which compares as false
//! with everything. Lists and objects are equal only to themselves. False are null, `false`, 0, not-a-number and `''`.
//!
//! # Where it differs from GitHub's evaluator
//!
//! It is compared with GitHub's own (`@actions/expressions`) on tens of thousands of generated expressions. Where that
//! is plainly at odds with the documentation or with the service, this crate is not:
//!
//! - every `''` in a text is one `'`; there only the first is;
//! - names such as `constructor` are names like others; there they are lost;
//! - the entries of an object stay in their order; there names that are numbers come first;
//! - a context that was not given is null; there it is an error inside of the evaluator.
//!
//! And it has limits of its own: `fromJSON` reads at most 128 levels, no number beyond a double and no half of a
//! surrogate pair, and an expression makes at most [`MAX_RESULT`] bytes.
//!
//! **Architecture invariant:** no clock, no file, no environment: all that an expression can ask is handed in.

mod context;
mod direct;
mod error;
mod evaluation;
mod function;
mod functions;
mod hash_files;
mod json;
mod machine;
mod name;
mod number;
mod parse;
mod program;
mod scope;
mod template;
mod text;
mod value;
mod view;
mod words;
mod write;

use std::fmt;

use bumpalo::Bump;
use direct::Direct;
use evaluation::Evaluation;
use machine::Machine;
use program::Program;
use view::View;

pub use error::{Error, EvaluateError, ParseError, ParseErrorKind};
pub use hash_files::{Files, NoFiles};
pub use scope::{Scope, Status};
pub use value::{Array, Object, Value};

/// How long an expression may be, in UTF-16 units, as GitHub counts.
pub const MAX_LENGTH: usize = 21_000;

/// How many levels deep an expression may be nested, as GitHub counts.
pub const MAX_DEPTH: usize = 50;

/// How many bytes one evaluation may make, of text and of lists, and may read with `fromJSON`.
pub const MAX_RESULT: usize = 16 << 20;

/// How the work before went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// All of it went well.
    Success,
    /// Something failed.
    Failure,
    /// The run was cancelled.
    Cancelled,
}

/// What an expression can ask besides its contexts.
#[derive(Clone, Copy)]
pub struct Run<'r> {
    /// Returns how the jobs of these names went, or with no name all jobs or steps before.
    pub status: &'r dyn Fn(&[&str]) -> Outcome,
    /// The files for `hashFiles`.
    pub files: &'r dyn Files,
}

impl Run<'_> {
    fn outcome(&self, jobs: &[View<'_>]) -> Outcome {
        let names: Vec<_> = jobs.iter().map(view::View::text).collect();
        let names: Vec<&str> = names.iter().map(|name| &**name).collect();
        (self.status)(&names)
    }
}

/// A run in which all went well, without files.
impl Default for Run<'_> {
    fn default() -> Self {
        Self {
            status: &|_| Outcome::Success,
            files: &NoFiles,
        }
    }
}

impl fmt::Debug for Run<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Run").finish_non_exhaustive()
    }
}

/// An expression that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    program: Program,
}

impl Expression {
    /// Reads an expression, without `${{` and `}}`.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it and where, also when it speaks of something that the scope does not have.
    pub fn parse(text: &str, scope: Scope) -> Result<Self, ParseError> {
        let mut program = Program::of(text);
        parse::parse(text, scope, &mut program.writer(0)).map_err(|error| error.in_text(text))?;
        Ok(Self { program })
    }

    /// Reads a text that may hold expressions between `${{` and `}}`, such as `title: ${{ github.event.issue.title }}`.
    ///
    /// # Errors
    ///
    /// Says what is wrong with an expression in it, and where in the text.
    pub fn parse_template(text: &str, scope: Scope) -> Result<Self, ParseError> {
        let program = template::parse(text, scope).map_err(|error| error.in_text(text))?;
        Ok(Self { program })
    }

    /// Reads the text of an `if:`, with or without `${{ }}` around it.
    ///
    /// When it asks for no status, `success() &&` is put before it, as Actions does. Mind that `${{ a }} && b` is a text
    /// and no condition, and so always true.
    ///
    /// ```
    /// # use lightsout_expressions::{Expression, Scope};
    /// let condition = Expression::parse_condition("github.actor == 'ada'", Scope::JOB_IF)?;
    /// assert_eq!(condition.to_string(), "success() && github.actor == 'ada'");
    /// # Ok::<(), lightsout_expressions::ParseError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Says what is wrong with it and where.
    pub fn parse_condition(text: &str, scope: Scope) -> Result<Self, ParseError> {
        let program =
            template::parse_condition(text, scope).map_err(|error| error.in_text(text))?;
        Ok(Self { program })
    }

    /// Evaluates the expression.
    ///
    /// # Errors
    ///
    /// Says which function could not do what it was asked, or that the text which is made becomes too large.
    pub fn evaluate(&self, contexts: &Object, run: &Run<'_>) -> Result<Value, EvaluateError> {
        let made = Bump::new();
        let mut machine = Machine::new(Evaluation::new(contexts, run, &made));
        Ok(machine.run(&self.program)?.into())
    }
}

/// Writes the text that is read as this expression.
impl fmt::Display for Expression {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&write::write(&self.program))
    }
}

/// Evaluates an expression, without `${{` and `}}`, while it is read: quicker than an [`Expression`] that is kept for
/// once. What it means and what is wrong with it are the same.
///
/// ```
/// use lightsout_expressions::{Object, Run, Scope, Value, evaluate};
///
/// let mut contexts = Object::new();
/// contexts.add("vars", &serde_json::json!({ "LEVEL": "2" }));
/// let value = evaluate("vars.level > 1", Scope::JOB_IF, &contexts, &Run::default())?;
/// assert_eq!(value, Value::Bool(true));
/// # Ok::<(), lightsout_expressions::Error>(())
/// ```
///
/// # Errors
///
/// Says what is wrong with the text and where; or with a text that is right, why it has no value. Before a mistake is
/// found, the [`Run`] may have been asked.
pub fn evaluate(
    text: &str,
    scope: Scope,
    contexts: &Object,
    run: &Run<'_>,
) -> Result<Value, Error> {
    let made = Bump::new();
    let mut direct = Direct::new(Evaluation::new(contexts, run, &made));
    parse::parse(text, scope, &mut direct).map_err(|error| error.in_text(text))?;
    Ok(direct.value()?.into())
}
