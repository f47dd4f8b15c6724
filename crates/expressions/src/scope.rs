//! What an expression may speak of, which depends on where in a workflow it stands.

use crate::context::Context::{
    self, Env, Github, Inputs, Job, Jobs, Matrix, Needs, Runner, Secrets, Steps, Strategy, Vars,
};
use crate::context::Contexts;
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
    contexts: Contexts,
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
    const fn of(contexts: &[Context]) -> Self {
        Self {
            contexts: Contexts::of(contexts),
            status: Status::None,
            hash_files: false,
        }
    }

    /// `run-name:`, and the concurrency of a workflow.
    pub const WORKFLOW: Self = Self::of(&[Github, Inputs, Vars]);
    /// `env:` of a workflow.
    pub const WORKFLOW_ENV: Self = Self::of(&[Github, Inputs, Vars, Secrets]);
    /// `outputs:` of a workflow that others call.
    pub const WORKFLOW_OUTPUT: Self = Self::of(&[Github, Inputs, Vars, Jobs]);
    /// `if:` of a job.
    pub const JOB_IF: Self = Self {
        status: Status::Jobs,
        ..Self::of(&[Github, Inputs, Vars, Needs])
    };
    /// `strategy:` of a job.
    pub const JOB_STRATEGY: Self = Self::of(&[Github, Inputs, Vars, Needs]);
    /// `name:`, `runs-on:`, `environment:`, `concurrency:`, `container:` and `timeout-minutes:` of a job.
    pub const JOB: Self = Self::of(&[Github, Inputs, Vars, Needs, Strategy, Matrix]);
    /// `env:` of a job.
    pub const JOB_ENV: Self = Self::of(&[Github, Inputs, Vars, Needs, Strategy, Matrix, Secrets]);
    /// `outputs:` of a job.
    pub const JOB_OUTPUT: Self = Self::of(&[
        Github, Inputs, Vars, Needs, Strategy, Matrix, Secrets, Steps, Job, Runner, Env,
    ]);
    /// `if:` of a step.
    pub const STEP_IF: Self = Self {
        status: Status::Steps,
        hash_files: true,
        ..Self::of(&[
            Github, Inputs, Vars, Needs, Strategy, Matrix, Steps, Job, Runner, Env,
        ])
    };
    /// `run:`, `env:`, `with:`, `name:` and the like of a step.
    pub const STEP: Self = Self {
        hash_files: true,
        ..Self::JOB_OUTPUT
    };
    /// Everything at once, for texts of which nobody knows where they stand.
    pub const ANY: Self = Self {
        contexts: Contexts::ALL,
        status: Status::Jobs,
        hash_files: true,
    };

    /// Returns the names of the contexts.
    pub fn contexts(self) -> impl Iterator<Item = &'static str> {
        self.contexts.names()
    }

    pub(crate) fn has_context(self, context: Context) -> bool {
        self.contexts.has(context)
    }

    /// Returns the names of the functions.
    pub fn functions(self) -> impl Iterator<Item = &'static str> {
        let all = Function::ALL.into_iter();
        all.filter(move |(function, _)| self.has(*function))
            .map(|(_, name)| name)
    }

    /// Says whether there is this function.
    pub(crate) fn has(self, function: Function) -> bool {
        match function {
            Function::HashFiles => self.hash_files,
            function => !function.is_status() || self.status != Status::None,
        }
    }
}
