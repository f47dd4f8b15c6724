//! Programs as agents.

use std::ffi::OsString;
use std::path::PathBuf;

use async_trait::async_trait;

use crate::{Agent, AgentError, Finished, Job, Spending, WorkOrder, agent_environment, run_job};

/// Any program: it gets what every agent gets, and is believed no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandAgent {
    program: String,
    arguments: Vec<String>,
    spending: Spending,
}

impl CommandAgent {
    /// Takes a program and its arguments.
    ///
    /// # Errors
    /// When there is no program.
    pub fn new(mut words: Vec<String>) -> Result<Self, AgentError> {
        if words.first().is_none_or(String::is_empty) {
            return Err(AgentError::BadCommand {
                line: words.join(" "),
                why: "it names no program",
            });
        }
        let program = words.remove(0);
        Ok(Self {
            program,
            arguments: words,
            spending: Spending::Nothing,
        })
    }

    /// Says what a run costs that reports no usage; nothing unless this is said.
    #[must_use]
    pub fn costing(mut self, spending: Spending) -> Self {
        self.spending = spending;
        self
    }

    /// Splits a command line into words as a shell would, without any shell.
    ///
    /// # Errors
    /// When a quote is open, or there is no program.
    pub fn parse(line: &str) -> Result<Self, AgentError> {
        let words = shlex::split(line).ok_or_else(|| AgentError::BadCommand {
            line: line.to_owned(),
            why: "a quote or an escape is not closed",
        })?;
        Self::new(words)
    }
}

#[async_trait]
impl Agent for CommandAgent {
    fn name(&self) -> &'static str {
        "command"
    }

    fn spending(&self) -> Spending {
        self.spending.clone()
    }

    async fn run(&self, order: &WorkOrder) -> Result<Finished, AgentError> {
        let arguments = self.arguments.iter().map(Into::into).collect();
        run_job(&job(order, (&self.program).into(), arguments)).await
    }
}

/// The built-in agent: `lightsout agent template` in a process of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateAgent {
    lightsout: PathBuf,
}

impl TemplateAgent {
    /// Takes the path of the `lightsout` program.
    pub fn new(lightsout: PathBuf) -> Self {
        Self { lightsout }
    }
}

#[async_trait]
impl Agent for TemplateAgent {
    fn name(&self) -> &'static str {
        "template"
    }

    fn spending(&self) -> Spending {
        Spending::Nothing
    }

    async fn run(&self, order: &WorkOrder) -> Result<Finished, AgentError> {
        let arguments = vec!["agent".into(), "template".into()];
        run_job(&job(order, self.lightsout.clone().into(), arguments)).await
    }
}

pub(crate) fn job(order: &WorkOrder, program: OsString, arguments: Vec<OsString>) -> Job {
    Job {
        program,
        arguments,
        folder: order.tree.clone(),
        environment: agent_environment(order),
        stdin: order.prompt.clone().into_bytes(),
        stdout: order.transcript.clone(),
        limits: order.limits,
    }
}
