//! Running programs, and where the workspace lies.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result, bail};
use cargo_metadata::Metadata;

/// Returns the root of the workspace, whatever the current folder is.
pub(crate) fn workspace() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_path_buf()
}

/// Returns cargo itself, of the toolchain that runs this.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace());
    command
}

/// Returns what `cargo metadata` says of the workspace and of everything under it, for this kind of machine.
pub(crate) fn metadata() -> Result<Metadata> {
    // Packages for other machines are not downloaded by a build, and asking about them would be.
    let text = read(cargo().args([
        "metadata",
        "--format-version",
        "1",
        "--filter-platform",
        "host-tuple",
    ]))?;
    serde_json::from_str(&text).context("could not read what `cargo metadata` says")
}

/// Says how a command looks on a terminal.
pub(crate) fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}

/// Runs a command with our terminal and expects success.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("could not start `{}`", shown(command)))?;
    if !status.success() {
        bail!("`{}` ended with {status}", shown(command));
    }
    Ok(())
}

/// Runs a command, expects success, and returns what it wrote on standard output.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let output = output(command)?;
    if !output.status.success() {
        let talk = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` ended with {}:\n{talk}", shown(command), output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a command and returns everything about its end.
pub(crate) fn output(command: &mut Command) -> Result<Output> {
    command
        .output()
        .with_context(|| format!("could not start `{}`", shown(command)))
}

/// Says whether a program can be started.
pub(crate) fn is_there(program: &str, argument: &str) -> bool {
    Command::new(program)
        .arg(argument)
        .output()
        .is_ok_and(|output| output.status.success())
}
