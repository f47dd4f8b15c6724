//! The lines that tell why a run failed, beside what people type to find them.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::measure::Pair;
use crate::process::{self, cargo, workspace};

/// What people type, with the archive as `$0`.
const TYPED: &str = r#"unzip -p "$0" | grep -E '##\[error\]|error' | tail -200"#;

/// Makes an archive of each kind, measures, and prints a line for each.
pub(crate) fn run(megabytes: u64) -> Result<()> {
    for (program, argument) in [("unzip", "-v"), ("grep", "--version")] {
        if !process::is_there(program, argument) {
            bail!("`{program}` is what the excerpt is measured against");
        }
    }
    for example in ["archive", "excerpt"] {
        let package = ["build", "--release", "--package", "lightsout-runlog"];
        process::run(cargo().args(package).args(["--example", example]))?;
    }
    let examples = workspace().join("target/release/examples");
    let folder = tempfile::tempdir()?;
    println!("`{}`", TYPED.replace("\"$0\"", "logs.zip"));
    println!(
        "beside the excerpt of the same archive, best of 5 runs each, in turn; peak memory of the largest process\n"
    );
    println!(
        "{:<22} {:>8} {:>9} {:>20} {:>20} {:>8}",
        "archive", "zip", "unpacked", "lightsout", "unzip|grep|tail", "faster"
    );
    for (name, steps) in [("jobs only", None), ("jobs and their steps", Some("steps"))] {
        let path = folder.path().join("logs.zip");
        let written = process::read(
            Command::new(examples.join("archive"))
                .arg(&path)
                .arg(megabytes.to_string())
                .args(steps),
        )?;
        let [packed, unpacked] = sizes(&written)?;
        let excerpt = || {
            let mut command = Command::new(examples.join("excerpt"));
            command.arg(&path);
            command
        };
        agree(&process::read(&mut excerpt())?, &path)?;
        let pair = Pair::measure(excerpt, || {
            let mut shell = Command::new("sh");
            shell.args(["-c", TYPED]).arg(&path);
            shell
        })?;
        let (ours, theirs) = (pair.ours, pair.theirs);
        println!(
            "{name:<22} {packed:>5} MB {unpacked:>6} MB {ours} {theirs} {:>7.1}x",
            pair.faster()
        );
    }
    Ok(())
}

/// Both must find the error that was written, or nothing was measured.
fn agree(excerpt: &str, archive: &Path) -> Result<()> {
    let typed = process::read(Command::new("sh").args(["-c", TYPED]).arg(archive))?;
    let error = "##[error]Process completed with exit code 1.";
    if !excerpt.contains(error) || !typed.contains(error) || !excerpt.contains(" 1 errors\n") {
        bail!("one of the two does not find the error");
    }
    Ok(())
}

/// Reads the two sizes that the writer prints, in megabytes.
fn sizes(text: &str) -> Result<[u64; 2]> {
    let sizes: Vec<u64> = text
        .split_whitespace()
        .map(|size| size.parse::<u64>().map(|bytes| bytes / 1_000_000))
        .collect::<Result<_, _>>()?;
    sizes.try_into().ok().context("there are not two sizes")
}
