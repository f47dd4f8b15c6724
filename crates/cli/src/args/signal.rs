//! `signal`: what can be typed.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::Format;

/// Say what an agent's transcript comes to: READY, WAITING or neither, and why
///
/// Reads Claude Code's execution file, its `stream-json` lines and its single result, the events of `codex exec --json`, and
/// plain text; which of them it is shows by the content. Memory does not grow with the transcript. Ends with status 0 for a
/// signal without findings, and with 1 for anything else.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  lightsout signal claude-execution-output.json\n  codex exec --json \"Write the page\" | lightsout signal - --format json\n  lightsout signal transcript.jsonl --commits \"$(git rev-list --count main..HEAD)\""
)]
pub(crate) struct Signal {
    /// The transcript (`-` for standard input)
    pub(crate) file: PathBuf,
    /// How many commits the agent made; READY without any and WAITING with some are findings then
    #[arg(long, value_name = "N")]
    pub(crate) commits: Option<usize>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}
