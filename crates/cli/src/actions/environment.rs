//! The environment of a job.

use std::path::PathBuf;

use crate::failure::Mendable;

/// Secrets that let whoever holds them act as the factory or on its account.
const CREDENTIALS: &[&str] = &[
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "ACTIONS_RUNTIME_TOKEN",
    "FAL_KEY",
    "GH_ENTERPRISE_TOKEN",
    "GH_TOKEN",
    "GITHUB_TOKEN",
    "LIGHTSOUT_APP_KEY",
    "LIGHTSOUT_BOT_TOKEN",
];
/// Keys of models: an agent needs one, what an agent wrote does not.
const MODEL_KEYS: &[&str] = &[
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "CLAUDE_CODE_OAUTH_TOKEN",
    "CODEX_API_KEY",
    "OPENAI_API_KEY",
];

/// A job that may not hold every secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Job {
    /// It runs an agent.
    Agent,
    /// It runs what an agent wrote.
    Gates,
}

/// Reads a variable; an empty one counts as not set, since that is what a secret is that does not exist.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Refuses to go on in an environment that holds what the job must not hold. The secret itself is never read.
pub(crate) fn refuse_secrets(job: Job) -> anyhow::Result<()> {
    let keys: &[&str] = match job {
        Job::Agent => &[],
        Job::Gates => MODEL_KEYS,
    };
    let set = |name: &&&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let held: Vec<String> = CREDENTIALS
        .iter()
        .chain(keys)
        .filter(set)
        .map(|name| format!("`{name}`"))
        .collect();
    if held.is_empty() {
        return Ok(());
    }
    let what = match job {
        Job::Agent => "an agent",
        Job::Gates => "what an agent wrote",
    };
    Err(Mendable::error(
        format!(
            "this job runs {what}, and its environment holds {}",
            held.join(", ")
        ),
        "give the secret to the jobs of `triage` and `settle` only, or unset it here",
    ))
}

/// The event that this workflow runs for: its name and the file of its payload.
pub(crate) fn event() -> Option<(String, PathBuf)> {
    Some((
        variable("GITHUB_EVENT_NAME")?,
        variable("GITHUB_EVENT_PATH")?.into(),
    ))
}

/// What tells this workflow run from all others.
pub(crate) fn delivery() -> String {
    let run = variable("GITHUB_RUN_ID");
    run.map_or_else(|| "payload".to_owned(), |run| format!("actions-{run}"))
}

/// Which attempt of its workflow run this is, from 1.
pub(crate) fn attempt() -> u32 {
    let text = variable("GITHUB_RUN_ATTEMPT");
    text.and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// Where the repository is checked out.
pub(crate) fn checkout() -> Option<PathBuf> {
    variable("GITHUB_WORKSPACE").map(Into::into)
}

/// Where a job may keep files of its own.
pub(crate) fn state() -> Option<PathBuf> {
    Some(PathBuf::from(variable("RUNNER_TEMP")?).join("lightsout"))
}

/// Where Cargo keeps what it fetches.
pub(crate) fn cargo_home() -> Option<PathBuf> {
    let named = variable("CARGO_HOME").map(PathBuf::from);
    named.or_else(|| Some(PathBuf::from(variable("HOME")?).join(".cargo")))
}

/// The digest that `triage` gave out.
pub(crate) fn run_digest() -> Option<String> {
    variable("LIGHTSOUT_RUN_DIGEST")
}
