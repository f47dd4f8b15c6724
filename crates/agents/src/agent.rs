//! The port.

use std::path::PathBuf;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{AgentError, Finished, Limits};

/// One piece of work, laid out for an agent.
#[derive(Debug, Clone)]
pub struct WorkOrder {
    /// The clone to work in.
    pub tree: PathBuf,
    /// The request, as JSON ([`Request`](crate::Request)).
    pub request_file: PathBuf,
    /// Where the agent may describe the picture it wants.
    pub media_file: PathBuf,
    /// Where its transcript goes.
    pub transcript: PathBuf,
    /// An empty home folder.
    pub home: PathBuf,
    /// A folder for temporary files.
    pub scratch: PathBuf,
    /// A folder that is put first in the search path.
    pub bin: PathBuf,
    /// What it is told, as Markdown.
    pub prompt: String,
    /// The skills it is to work through, by name, in order.
    pub skills: Vec<String>,
    /// What it may do, for a program that can be told.
    pub rules: Rules,
    /// How long and how much.
    pub limits: Limits,
    /// The name and the mail address its commits carry.
    pub identity: (String, String),
    /// The date its commits carry, in seconds since 1970 in UTC.
    pub when: i64,
}

impl WorkOrder {
    /// The prompt, with the files of this run by their paths, for programs that read no variables.
    pub(crate) fn prompt_with_files(&self) -> String {
        format!(
            "{}\n## Files of this run\n\n- The request, as JSON: `{}`\n- Your request for a picture, if one is called for: `{}`\n",
            self.prompt.trim_end(),
            self.request_file.display(),
            self.media_file.display()
        )
    }
}

/// What an agent may do, as Claude Code's rules, such as `Bash(git add:*)`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// What is allowed.
    pub allow: Vec<String>,
    /// What is refused whatever else is allowed.
    pub deny: Vec<String>,
}

/// What a run of an agent costs that reports no usage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spending {
    /// Nothing: it uses no model.
    Nothing,
    /// What this model would cost; it is estimated.
    Model(String),
    /// Something that nobody can tell.
    Unknown,
}

/// Whoever does the work.
#[async_trait]
pub trait Agent: Send + Sync {
    /// What it is called in reports, such as `template`.
    fn name(&self) -> &str;

    /// What a run costs that reports no usage.
    fn spending(&self) -> Spending;

    /// Lets it work until it ends or is ended.
    ///
    /// # Errors
    /// Only when it could not be run at all; a bad end is a [`Finished`] like any other.
    async fn run(&self, order: &WorkOrder) -> Result<Finished, AgentError>;
}
