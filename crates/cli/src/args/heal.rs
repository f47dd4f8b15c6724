//! `heal`: what can be typed.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use super::{Format, HealJob};

/// Decide whether a failed check is mended, and hand the mending out
///
/// The first job of `cms-ci-healer.yml`. A commit of an open pull request on which a workflow failed that `[heal]` in
/// `factory.toml` names is mended in a pull request of its own, within caps that no push resets. `lightsout agent run`, `gate`
/// and `settle` go on from the folder.
#[derive(Debug, ClapArgs)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  lightsout heal --out run\n  lightsout heal --event workflow_run --payload failed.json --logs logs.zip --dry-run\n  lightsout heal log logs.zip"
)]
pub(crate) struct Heal {
    #[command(subcommand)]
    pub(crate) verb: Option<HealVerb>,
    #[command(flatten)]
    pub(crate) job: HealJob,
}

#[derive(Debug, Subcommand)]
pub(crate) enum HealVerb {
    /// Print the lines of a run's logs that tell why it failed, and the name of the failure
    Log(HealLog),
}

/// Print the lines of a run's logs that tell why it failed, and the name of the failure
///
/// Reads the zip archive that GitHub makes of a run's logs, or the log of one job. Shows the last 200 lines that tell: what
/// the runner marked as errors, the lines around them, and what else speaks of an error; without time stamps and colours.
/// The fingerprint is the same for the same failure, whatever times, numbers and paths differ. Memory does not grow with the
/// archive, and what is damaged or hostile in it is passed over and said.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  gh api repos/OWNER/REPO/actions/runs/RUN/logs > logs.zip\n  lightsout heal log logs.zip\n  lightsout heal log logs.zip --job \"build (ubuntu)\" --format json\n  gh run view --job JOB --log | lightsout heal log -"
)]
pub(crate) struct HealLog {
    /// The archive, or the log of one job (`-` for such a log on standard input)
    pub(crate) file: PathBuf,
    /// A job that failed; may be given several times. Only the logs of these are read; else every job that holds errors
    #[arg(long = "job", value_name = "NAME")]
    pub(crate) jobs: Vec<String>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}
