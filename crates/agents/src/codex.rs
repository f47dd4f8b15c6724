//! Codex, without a person before it.

use std::ffi::OsString;
use std::fs;

use async_trait::async_trait;
use lightsout_skills::Reader;
use serde_json::Value;

use crate::{
    Agent, AgentError, Driven, Finished, Installed, ModelAccess, Spending, Version, WorkOrder,
    run_job,
};

/// Where the model is, unless another address is given.
const PROVIDER: &str = "https://api.openai.com/v1";
/// The variable that carries the key. Its name ends so that Codex's own filter keeps it from commands, too.
const KEY: &str = "LIGHTSOUT_MODEL_KEY";

/// Codex as an agent: `codex exec --json`.
///
/// Its own sandbox holds the commands it runs: they write in the clone and in their temporary folder, and reach no
/// network. The clone's `.git` is opened for them, since they are to commit; what they change in there besides is never
/// used. Settings and rules of the person and of the repository are not read.
#[derive(Debug, Clone)]
pub struct CodexAgent {
    program: Installed,
    model: String,
    access: ModelAccess,
}

impl CodexAgent {
    /// The program; 0.169.0 is the version that the end-to-end check runs.
    pub const PROGRAM: Driven = Driven {
        name: "codex",
        from: Version(0, 160, 0),
        below: Version(1, 0, 0),
        hint: "`npm install --global @openai/codex@0.169.0` installs one that works",
    };

    /// Takes the program on this machine, how it is to work, and the way to its model.
    pub fn new(program: Installed, model: String, access: ModelAccess) -> Self {
        Self {
            program,
            model,
            access,
        }
    }

    fn arguments(&self, order: &WorkOrder) -> Vec<OsString> {
        let url = self.access.base_url.as_deref().unwrap_or(PROVIDER);
        let git = order.tree.join(".git").display().to_string();
        let media = order.media_file.parent().unwrap_or(&order.scratch);
        let media = media.display().to_string();
        let settings = [
            "model_provider=\"lightsout\"".to_owned(),
            format!(
                "model_providers.lightsout={{name=\"lightsout\",base_url={},wire_api=\"responses\",env_key=\"{KEY}\",request_max_retries=4,stream_max_retries=4}}",
                quoted(url)
            ),
            format!(
                "sandbox_workspace_write.writable_roots=[{},{}]",
                quoted(&git),
                quoted(&media)
            ),
            "sandbox_workspace_write.network_access=false".to_owned(),
            "sandbox_workspace_write.exclude_slash_tmp=true".to_owned(),
            format!("shell_environment_policy.exclude=[\"{KEY}\"]"),
            "approval_policy=\"never\"".to_owned(),
            // A login shell would set the search path anew, and `lightsout` would not be found.
            "allow_login_shell=false".to_owned(),
            "web_search=\"disabled\"".to_owned(),
            format!(
                "projects={{{}={{trust_level=\"untrusted\"}}}}",
                quoted(&order.tree.display().to_string())
            ),
        ];
        let mut words: Vec<&str> = vec![
            "exec",
            "--json",
            "--ephemeral",
            "--ignore-user-config",
            "--ignore-rules",
            "--color",
            "never",
            "--sandbox",
            "workspace-write",
            "--model",
            &self.model,
        ];
        for setting in &settings {
            words.extend(["--config", setting]);
        }
        // The prompt is on standard input.
        words.push("-");
        words.into_iter().map(Into::into).collect()
    }
}

/// A text as TOML writes it; what JSON does with control characters and quotes is right there too.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[async_trait]
impl Agent for CodexAgent {
    fn name(&self) -> &'static str {
        "codex"
    }

    fn spending(&self) -> Spending {
        Spending::Model(self.model.clone())
    }

    async fn run(&self, order: &WorkOrder) -> Result<Finished, AgentError> {
        // It wants its home to be there, and outside the temporary folder, which is another folder here.
        let home = order.home.join(".codex");
        fs::create_dir_all(&home).map_err(|source| AgentError::Disk {
            doing: "making",
            path: home.clone(),
            source,
        })?;
        let arguments = self.arguments(order);
        let mut job = self.program.job(order, Reader::Codex, arguments)?;
        job.environment.insert("CODEX_HOME", home.into());
        let key = self.access.key.reveal();
        job.environment.insert(KEY, key.into());
        run_job(&job).await
    }
}
