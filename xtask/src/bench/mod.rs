//! `cargo xtask bench`: how fast and how small something is, beside the tool that people would use otherwise.
//!
//! Both are run in turn, several times, in the same call, on input that is made here; the best run of each counts, and
//! what is printed is the ratio. Absolute numbers say something about the machine, ratios about the program.

mod decide;
mod expressions;
mod logs;
mod measure;
mod signal;
mod workflows;

use anyhow::Result;
use clap::Subcommand;

/// What to measure.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Bench {
    /// Decisions a second on one core, beside reading the same events from JSON
    Decide,
    /// Workflow expressions, beside GitHub's own evaluator
    Expressions,
    /// The lines that tell why a run failed, beside `unzip -p | grep | tail`
    Logs {
        /// How large the archive is, in megabytes
        #[arg(long, default_value_t = 200)]
        megabytes: u64,
    },
    /// The outcome of a long transcript, beside Python's `json`
    Signal {
        /// How long the transcript is, in megabytes
        #[arg(long, default_value_t = 50)]
        megabytes: u64,
    },
    /// Making the workflows of a repository: at most 50 milliseconds
    Workflows,
}

/// Runs one benchmark and prints its ratios.
pub(crate) fn run(bench: &Bench) -> Result<()> {
    match bench {
        Bench::Decide => decide::run(),
        Bench::Expressions => expressions::run(),
        Bench::Logs { megabytes } => logs::run(*megabytes),
        Bench::Signal { megabytes } => signal::run(*megabytes),
        Bench::Workflows => workflows::run(),
    }
}
