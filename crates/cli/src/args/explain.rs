//! What can be typed after `lightsout explain`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::Format;

/// Say what would happen after an event, and why
///
/// Reads a GitHub webhook payload (or the file that Actions names in `GITHUB_EVENT_PATH`), decides by the same rules as
/// the factory, and prints the decision, the rules that were looked at, and what would be done. Nothing is done. What the
/// payload does not show is assumed, and said so; a snapshot fills it in.
///
/// With `--issue` it looks at a request of a factory on this machine instead, as `lightsout local run` would find it now.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  lightsout explain --event issue_comment --payload comment.json\n  lightsout explain --event issues --payload - --config factory.toml --format json < opened.json\n  lightsout explain --event issue_comment --payload comment.json --snapshot world.json\n  lightsout explain --dir lightsout-demo --issue 5\n  lightsout explain --dir lightsout-demo --issue 5 --comment 12\n\nThe snapshot is described in docs/reference/snapshot.md."
)]
pub(crate) struct Explain {
    /// The event's name, as in the header `X-GitHub-Event`
    #[arg(long, value_name = "NAME", requires = "payload")]
    pub(crate) event: Option<String>,
    /// The payload, from a file (`-` for standard input)
    #[arg(
        long,
        value_name = "FILE",
        requires = "event",
        required_unless_present = "issue",
        conflicts_with = "issue"
    )]
    pub(crate) payload: Option<PathBuf>,
    /// What is known of the world besides, as JSON; what it says counts more than what the payload shows
    #[arg(long, value_name = "FILE")]
    pub(crate) snapshot: Option<PathBuf>,
    /// The factory's `factory.toml`; without it, the one of this folder, else the built-in content types
    #[arg(long, value_name = "FILE", conflicts_with = "issue")]
    pub(crate) config: Option<PathBuf>,
    /// A request of the factory in `--dir`
    #[arg(long, value_name = "NUMBER")]
    pub(crate) issue: Option<u64>,
    /// A comment on that request, by its number in `lightsout local show`: what it would lead to
    #[arg(long, value_name = "NUMBER", requires = "issue")]
    pub(crate) comment: Option<u64>,
    /// The factory's folder
    #[arg(long, default_value = "lightsout-demo", conflicts_with = "payload")]
    pub(crate) dir: PathBuf,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}
