//! What an expression may speak of, which depends on where in a workflow it stands.

use crate::error::ParseErrorKind;
use crate::function::Function;

/// The contexts and functions that exist in one place of a workflow.
///
/// The lists are those of GitHub's documentation ("Context availability") and of its workflow parser. In a job's
/// `if:` there are no `secrets` and no `env`, for example:
///
/// ```
/// # use lightsout_expressions::{Expression, Scope};
/// assert!(Expression::parse("github.actor == 'ada'", Scope::JOB_IF).is_ok());
/// let error = Expression::parse("secrets.TOKEN != ''", Scope::JOB_IF).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "there is no `secrets` here; there are github, inputs, vars, needs, at character 1"
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// The names of the contexts.
    pub contexts: &'static [&'static str],
    /// Whether `success`, `failure`, `cancelled` and `always` are there.
    pub status: Status,
    /// Whether `hashFiles` is there.
    pub hash_files: bool,
}

/// Whether an expression may ask how the work before it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It may not.
    None,
    /// It may ask about the steps before it.
    Steps,
    /// It may ask about the jobs that it needs, also about some of them by name.
    Jobs,
}

impl Scope {
    const fn of(contexts: &'static [&'static str]) -> Self {
        Self {
            contexts,
            status: Status::None,
            hash_files: false,
        }
    }

    /// `run-name:`, and the concurrency of a workflow.
    pub const WORKFLOW: Self = Self::of(&["github", "inputs", "vars"]);
    /// `env:` of a workflow.
    pub const WORKFLOW_ENV: Self = Self::of(&["github", "inputs", "vars", "secrets"]);
    /// `outputs:` of a workflow that others call.
    pub const WORKFLOW_OUTPUT: Self = Self::of(&["github", "inputs", "vars", "jobs"]);
    /// `if:` of a job.
    pub const JOB_IF: Self = Self {
        status: Status::Jobs,
        ..Self::of(&["github", "inputs", "vars", "needs"])
    };
    /// `strategy:` of a job.
    pub const JOB_STRATEGY: Self = Self::of(&["github", "inputs", "vars", "needs"]);
    /// `name:`, `runs-on:`, `environment:`, `concurrency:`, `container:` and `timeout-minutes:` of a job.
    pub const JOB: Self = Self::of(&["github", "inputs", "vars", "needs", "strategy", "matrix"]);
    /// `env:` of a job.
    pub const JOB_ENV: Self = Self::of(&[
        "github", "inputs", "vars", "needs", "strategy", "matrix", "secrets",
    ]);
    /// `outputs:` of a job.
    pub const JOB_OUTPUT: Self = Self::of(&[
        "github", "inputs", "vars", "needs", "strategy", "matrix", "secrets", "steps", "job",
        "runner", "env",
    ]);
    /// `if:` of a step.
    pub const STEP_IF: Self = Self {
        status: Status::Steps,
        hash_files: true,
        ..Self::of(&[
            "github", "inputs", "vars", "needs", "strategy", "matrix", "steps", "job", "runner",
            "env",
        ])
    };
    /// `run:`, `env:`, `with:`, `name:` and the like of a step.
    pub const STEP: Self = Self {
        hash_files: true,
        ..Self::JOB_OUTPUT
    };
    /// Everything at once, for texts of which nobody knows where they stand.
    pub const ANY: Self = Self {
        contexts: &[
            "github", "inputs", "vars", "needs", "strategy", "matrix", "secrets", "steps", "job",
            "jobs", "runner", "env",
        ],
        status: Status::Jobs,
        hash_files: true,
    };

    /// Finds the place of a context by its name.
    pub(crate) fn context(self, name: &str) -> Result<usize, ParseErrorKind> {
        let mut contexts = self.contexts.iter();
        let found = contexts.position(|known| *known == name || known.eq_ignore_ascii_case(name));
        found.ok_or_else(|| ParseErrorKind::UnknownContext {
            name: name.to_owned(),
            known: self.contexts.to_vec(),
        })
    }

    /// Says whether there is this function.
    pub(crate) fn has(self, function: Function) -> bool {
        match function {
            Function::HashFiles => self.hash_files,
            function => !function.is_status() || self.status != Status::None,
        }
    }
}
