//! `cargo xtask mutants`: breaks the rules on purpose, one after the other, and sees that a test notices each.

use anyhow::{Result, bail};
use clap::Args;

use crate::process::{self, cargo, workspace};

/// Which rules to break.
#[derive(Debug, Clone, Args)]
pub(crate) struct Mutants {
    /// Break only what is in these files, such as `crates/lifecycle/src/settle.rs`
    #[arg(long, value_name = "FILE")]
    file: Vec<String>,
}

/// Runs `cargo mutants` on the lifecycle, by `.cargo/mutants.toml`; fails when a broken rule goes unnoticed.
pub(crate) fn run(mutants: &Mutants) -> Result<()> {
    let root = workspace();
    if let Some(file) = mutants.file.iter().find(|file| !root.join(file).is_file()) {
        bail!("there is no file `{file}`; hint: name it as seen from the workspace's root");
    }
    if !process::is_there("cargo-mutants", "--help") {
        bail!("`cargo-mutants` is not installed; hint: `cargo install cargo-mutants --locked`");
    }
    let mut command = cargo();
    command.args([
        "mutants",
        "-p",
        "lightsout-lifecycle",
        "-j1",
        "--output",
        "target",
    ]);
    // The rules are broken in a copy; what it builds is kept here, so that the next time begins at once.
    command.env("CARGO_TARGET_DIR", root.join("target/mutants.build"));
    for file in &mutants.file {
        command.args(["--file", file]);
    }
    process::run(&mut command)
}
