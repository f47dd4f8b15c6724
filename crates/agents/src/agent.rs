//! The port.

use std::path::PathBuf;

use async_trait::async_trait;

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
    /// How long and how much.
    pub limits: Limits,
    /// The name and the mail address its commits carry.
    pub identity: (String, String),
    /// The date its commits carry, in seconds since 1970 in UTC.
    pub when: i64,
}

/// Whoever does the work.
#[async_trait]
pub trait Agent: Send + Sync {
    /// What it is called in reports, such as `template`.
    fn name(&self) -> &str;

    /// The model it uses, if it uses one; what it costs is measured or estimated by this.
    fn model(&self) -> Option<&str>;

    /// Lets it work until it ends or is ended.
    ///
    /// # Errors
    /// Only when it could not be run at all; a bad end is a [`Finished`] like any other.
    async fn run(&self, order: &WorkOrder) -> Result<Finished, AgentError>;
}
