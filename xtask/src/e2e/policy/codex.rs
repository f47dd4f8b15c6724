//! What Codex itself makes of the rules that are printed for it.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::super::forge::Program;
use super::super::programs::Programs;
use crate::process;

/// Commands, and whether Codex must say that they are forbidden.
const COMMANDS: &[(&[&str], bool)] = &[
    (&["git", "push", "--force"], true),
    (&["gh", "pr", "create"], true),
    (&["gh", "issue", "edit", "5"], true),
    (&["rm", "-rf", "content"], true),
    (&["curl", "https://example.com"], true),
    (&["git", "add", "."], false),
    (&["git", "commit", "-m", "x"], false),
];

/// Asks Codex about each command under the rules of an author of questions.
pub(super) fn run(program: &Program, programs: &Programs) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut print = Command::new(program.path());
    print.current_dir(folder.path());
    let printed = process::read(print.args([
        "policy", "print", "--for", "codex", "--type", "cms-faq", "--format", "json",
    ]))?;
    let printed: Value = serde_json::from_str(&printed)?;
    let rules = folder.path().join("lightsout.rules");
    std::fs::write(
        &rules,
        printed["rules"].as_str().context("no rules were printed")?,
    )?;
    for (command, forbidden) in COMMANDS {
        let mut check = Command::new(programs.bin.join("codex"));
        check
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", folder.path());
        check
            .args(["execpolicy", "check", "--rules"])
            .arg(&rules)
            .arg("--")
            .args(*command);
        let answer: Value = serde_json::from_str(&process::read(&mut check)?)?;
        let said = answer["decision"] == "forbidden";
        ensure!(
            said == *forbidden,
            "Codex on `{}`: {answer}",
            command.join(" ")
        );
    }
    println!(
        "Codex reads the rules that are printed for it, and says of {} commands what they mean",
        COMMANDS.len()
    );
    Ok(())
}
