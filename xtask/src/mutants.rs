//! `cargo xtask mutants`: breaks the rules on purpose, one after the other, and sees that a test notices each.

use anyhow::Result;
use clap::Args;

use crate::process::{self, cargo};

/// Which rules to break.
#[derive(Debug, Clone, Args)]
pub(crate) struct Mutants {
    /// Break only what is in these files
    #[arg(long, value_name = "FILE")]
    file: Vec<String>,
}

/// Runs `cargo mutants` on the lifecycle, by `.cargo/mutants.toml`; it must be installed.
pub(crate) fn run(mutants: &Mutants) -> Result<()> {
    let mut command = cargo();
    command.args([
        "mutants",
        "-p",
        "lightsout-lifecycle",
        "-j1",
        "--output",
        "target",
    ]);
    for file in &mutants.file {
        command.args(["--file", file]);
    }
    process::run(&mut command)
}
