//! `cargo xtask fuzz`: lets one fuzz target run for a while.
//!
//! The targets lie in `fuzz/`, a workspace of its own. What a run finds is kept in `fuzz/corpus/` and what fails in
//! `fuzz/artifacts/`, both outside of git; a failure that was mended becomes a test.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;

use crate::process::{self, cargo, workspace};

/// What a target begins with besides nothing at all: folders of files like those it reads.
const SEEDS: &[(&str, &[&str])] = &[
    ("factory", &["crates/taxonomy/src", "examples/careers-site"]),
    ("payload", &["crates/github/tests/data"]),
    ("request", &["examples/requests"]),
    ("runlog", &["crates/runlog/tests/data"]),
    ("transcript", &["crates/signal/tests/fixtures"]),
];

/// Which target runs, and how long.
#[derive(Debug, Args)]
pub(crate) struct Fuzz {
    /// The target: a file in `fuzz/fuzz_targets`, without `.rs`
    target: String,
    /// How long it runs, without the time to build it
    #[arg(long, value_name = "N", default_value_t = 60)]
    seconds: u32,
}

/// Builds the target and runs it; fails with what libFuzzer printed when it finds something.
pub(crate) fn run(fuzz: &Fuzz) -> Result<()> {
    let root = workspace();
    let targets = targets()?;
    if !targets.contains(&fuzz.target) {
        bail!(
            "there is no fuzz target `{}`; targets are {}",
            fuzz.target,
            targets.join(", ")
        );
    }
    if !process::is_there("cargo-fuzz", "--version") {
        bail!("`cargo-fuzz` is not installed; hint: `cargo install cargo-fuzz --locked`");
    }
    let corpus = root.join("fuzz/corpus").join(&fuzz.target);
    std::fs::create_dir_all(&corpus)?;
    let seeds = SEEDS
        .iter()
        .filter(|(target, _)| *target == fuzz.target)
        .flat_map(|(_, folders)| folders.iter().map(|folder| root.join(folder)));
    // Without a sanitizer a stable toolchain will do; there is no unsafe code of ours for one to watch.
    process::run(
        cargo()
            .args(["fuzz", "run", "--sanitizer", "none", &fuzz.target])
            .arg(&corpus)
            .args(seeds)
            .arg("--")
            .arg(format!("-max_total_time={}", fuzz.seconds))
            .args(["-max_len=16384", "-timeout=10", "-print_final_stats=1"]),
    )
}

/// Lists the targets by name.
fn targets() -> Result<Vec<String>> {
    let folder = workspace().join("fuzz/fuzz_targets");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&folder)? {
        let path: PathBuf = entry?.path();
        let name = path.file_stem().and_then(|name| name.to_str());
        names.extend(name.map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_declared_and_every_seed_is_there() {
        let manifest = std::fs::read_to_string(workspace().join("fuzz/Cargo.toml"));
        let manifest = manifest.expect("the manifest of the targets");
        let targets = targets().expect("the targets");
        for target in &targets {
            let path = format!("path = \"fuzz_targets/{target}.rs\"");
            assert!(manifest.contains(&path), "`{target}` is not declared");
        }
        for (target, folders) in SEEDS {
            assert!(targets.iter().any(|known| known == target), "{target}");
            for folder in *folders {
                assert!(workspace().join(folder).is_dir(), "{folder}");
            }
        }
    }

    #[test]
    fn an_unknown_target_is_refused_before_anything_runs() {
        let fuzz = Fuzz {
            target: "typo".to_owned(),
            seconds: 1,
        };
        let error = run(&fuzz).expect_err("no such target");
        assert!(
            error
                .to_string()
                .starts_with("there is no fuzz target `typo`; targets are "),
            "{error}"
        );
    }
}
