//! Committing in the clone.

use std::process::{Command, Stdio};

use super::TemplateError;
use crate::tree::Tree;

/// Adds one file and commits it. The identity and the date come from the environment.
pub(super) fn commit(tree: Tree<'_>, path: &str, message: &str) -> Result<(), TemplateError> {
    // The clone's own configuration is not the agent's; nothing of it may run anything.
    git(tree, &["add", "--", path])?;
    git(
        tree,
        &[
            "commit",
            "--quiet",
            "--no-verify",
            "--no-gpg-sign",
            "--allow-empty",
            "-m",
            message,
        ],
    )
}

fn git(tree: Tree<'_>, arguments: &[&str]) -> Result<(), TemplateError> {
    let failed = |why: String| TemplateError::Git {
        command: arguments.first().copied().unwrap_or_default().to_owned(),
        why,
    };
    let output = Command::new("git")
        .args([
            "-c",
            "core.hooksPath=/dev/null",
            "-c",
            "core.fsmonitor=false",
            "-c",
            "core.autocrlf=false",
        ])
        .args(arguments)
        .current_dir(tree.root())
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr)
        .trim()
        .chars()
        .take(400)
        .collect::<String>();
    Err(failed(if said.is_empty() {
        output.status.to_string()
    } else {
        said
    }))
}
