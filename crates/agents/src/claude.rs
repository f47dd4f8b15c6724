//! Claude Code, without a person before it.

use std::ffi::OsString;

use async_trait::async_trait;
use lightsout_skills::Reader;

use crate::{
    Agent, AgentError, Driven, Finished, Installed, ModelAccess, Spending, Version, WorkOrder,
    run_job,
};

/// The tools it has at all; what it may do with them is the business of its rules.
const TOOLS: &str = "Bash,Edit,Glob,Grep,Read,Skill,Write";
/// How often it may try a call again that failed at the provider's. Waiting doubles, so this is some ten seconds.
const RETRIES: &str = "4";

/// Claude Code as an agent: `claude -p`.
///
/// It gets an empty home, so that it finds no settings, hooks, servers or sessions of whoever runs the factory, and it
/// is told to read no settings of the repository, because those hold hooks, which are programs. Whatever its rules do
/// not allow is refused, since nobody is there to be asked.
#[derive(Debug, Clone)]
pub struct ClaudeAgent {
    program: Installed,
    settings: ClaudeSettings,
    access: ModelAccess,
}

/// How Claude Code is to work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaudeSettings {
    /// The model.
    pub model: String,
    /// How many times it may ask its model.
    pub max_turns: u64,
    /// The most that one run may cost by its own count, in US dollars, such as `1.50`.
    pub budget_usd: Option<String>,
}

impl ClaudeAgent {
    /// The program; 2.1.330 is the version that the end-to-end check runs.
    pub const PROGRAM: Driven = Driven {
        name: "claude",
        from: Version(2, 1, 300),
        below: Version(3, 0, 0),
        hint: "`npm install --global @anthropic-ai/claude-code@2.1.330` installs one that works",
    };

    /// Takes the program on this machine, how it is to work, and the way to its model.
    pub fn new(program: Installed, settings: ClaudeSettings, access: ModelAccess) -> Self {
        Self {
            program,
            settings,
            access,
        }
    }

    fn arguments(&self, order: &WorkOrder) -> Vec<OsString> {
        let max_turns = self.settings.max_turns.to_string();
        let mut words: Vec<&str> = vec![
            "-p",
            "--output-format",
            "stream-json",
            "--verbose",
            "--model",
            &self.settings.model,
            "--max-turns",
            &max_turns,
            "--permission-mode",
            "dontAsk",
            "--setting-sources",
            "user",
            "--strict-mcp-config",
            "--no-session-persistence",
            "--tools",
            TOOLS,
        ];
        if let Some(budget) = &self.settings.budget_usd {
            words.extend(["--max-budget-usd", budget]);
        }
        let mut arguments: Vec<OsString> = words.into_iter().map(Into::into).collect();
        let files = [
            format!("Read(/{})", order.request_file.display()),
            format!("Edit(/{})", order.media_file.display()),
        ];
        arguments.push("--allowedTools".into());
        arguments.extend(order.rules.allow.iter().chain(&files).map(Into::into));
        if !order.rules.deny.is_empty() {
            arguments.push("--disallowedTools".into());
            arguments.extend(order.rules.deny.iter().map(Into::into));
        }
        arguments
    }
}

#[async_trait]
impl Agent for ClaudeAgent {
    fn name(&self) -> &'static str {
        "claude"
    }

    fn spending(&self) -> Spending {
        Spending::Model(self.settings.model.clone())
    }

    async fn run(&self, order: &WorkOrder) -> Result<Finished, AgentError> {
        let arguments = self.arguments(order);
        let mut job = self.program.job(order, Reader::ClaudeCode, arguments)?;
        let key = self.access.key.reveal();
        for (name, value) in [
            ("ANTHROPIC_API_KEY", key),
            ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1"),
            // Work that goes on after the last word would be lost, and the word would be wrong.
            ("CLAUDE_CODE_DISABLE_BACKGROUND_TASKS", "1"),
            ("CLAUDE_CODE_MAX_RETRIES", RETRIES),
            ("DISABLE_AUTOUPDATER", "1"),
        ] {
            job.environment.insert(name, value.into());
        }
        if let Some(url) = &self.access.base_url {
            job.environment.insert("ANTHROPIC_BASE_URL", url.into());
        }
        run_job(&job).await
    }
}
