//! `workflows`: the workflows of GitHub Actions that a factory runs on.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use super::Format;

/// Make the workflows of GitHub Actions that a factory runs on
#[derive(Debug, ClapArgs)]
pub(crate) struct Workflows {
    #[command(subcommand)]
    pub(crate) verb: WorkflowsVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum WorkflowsVerb {
    /// Write the eleven workflows, and the action that they install `lightsout` with, into a repository
    Render(RenderWorkflows),
}

/// Write the eleven workflows, and the action that they install `lightsout` with, into a repository
///
/// They are made from `factory.toml` alone: its package manager, gates, base branch, agent, and where `lightsout` comes
/// from. The same declaration makes the same files, byte for byte. A file that is there and was not made by this command
/// stops it before anything is written. With `--check` nothing is written: what differs is shown, and the status is 1.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  lightsout workflows render\n  lightsout workflows render --check\n  lightsout workflows render --out ../site --config ../site/factory.toml --format json\n\nWhat has to be set up in the repository is in docs/reference/workflows.md."
)]
pub(crate) struct RenderWorkflows {
    /// The repository's folder (or its `.github/workflows`): files go to `.github/workflows` and `.github/actions/lightsout`
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) out: PathBuf,
    /// The factory's declaration
    #[arg(long, value_name = "FILE", default_value = "factory.toml")]
    pub(crate) config: PathBuf,
    /// Write nothing: say what differs from what would be written
    #[arg(long)]
    pub(crate) check: bool,
    /// Also replace files of the same names that this command did not make
    #[arg(long, conflicts_with = "check")]
    pub(crate) force: bool,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}
