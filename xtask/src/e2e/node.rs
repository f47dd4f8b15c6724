//! What the checks need of other people, at pinned versions: `xtask/node`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::process::{self, workspace};

/// Installs the packages and returns the folder that they are for.
pub(crate) fn install() -> Result<PathBuf> {
    let node = workspace().join("xtask/node");
    process::run(Command::new("npm").current_dir(&node).args([
        "ci",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
    ]))?;
    Ok(node)
}
