//! `cargo xtask simulate`: builds the simulation as users build programs, and runs it.

use std::ffi::OsStr;

use anyhow::Result;

use crate::process::{self, cargo};

/// Runs the simulation with these options.
pub(crate) fn run(options: &[impl AsRef<OsStr>]) -> Result<()> {
    let build = [
        "run",
        "--quiet",
        "--release",
        "--package",
        "lightsout-simulation",
        "--",
    ];
    process::run(cargo().args(build).args(options))
}
