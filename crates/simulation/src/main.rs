//! `cargo xtask simulate` runs this program.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a developer's tool talks to its terminal"
)]

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, ValueEnum};
use lightsout_simulation::{LIVES, Plan, Rule, Sum, Without, live_all, live_one, staged};

/// Live through many requests on the real engine and the local forge, with seeded faults, and check what is left
#[derive(Debug, Parser)]
#[command(name = "cargo xtask simulate", bin_name = "cargo xtask simulate")]
struct Cli {
    /// How many requests live, five to a world
    #[arg(long, default_value_t = 1000)]
    lives: u64,
    /// Where chance begins
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many worlds are lived through at once; the result is the same
    #[arg(long, default_value_t = 2)]
    workers: usize,
    /// Repeat the world of this one life, and tell its story
    #[arg(long, value_name = "LIFE")]
    life: Option<u64>,
    /// Take something away that everything depends on; then failures must be found
    #[arg(long, value_enum)]
    without: Option<Missing>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Missing {
    /// Nobody sweeps
    Sweep,
    /// Neither comments nor reservations have keys
    Keys,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let plan = Plan {
        seed: cli.seed,
        without: cli.without.map(|missing| match missing {
            Missing::Sweep => Without::Sweep,
            Missing::Keys => Without::Keys,
        }),
    };
    let done = match cli.life {
        Some(life) => one(&plan, life),
        None => all(&plan, &cli),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(70)
        }
    }
}

/// Says whether everything is as it should be: no failure, or with something missing at least one.
fn all(plan: &Plan, cli: &Cli) -> anyhow::Result<bool> {
    let start = Instant::now();
    let terminal = std::io::stderr().is_terminal();
    let mut shown = 0;
    let sum = live_all(plan, cli.lives, cli.workers, |over, verdict| {
        if over / 500 > shown || (terminal && over % 50 == 0) {
            shown = over / 500;
            let seconds = start.elapsed().as_secs_f64();
            eprintln!("{over} of {} lives in {seconds:.0} s", cli.lives);
        }
        for finding in verdict.findings.iter().take(1) {
            eprintln!(
                "life {}: {}: {}",
                verdict.life_of(finding),
                finding.rule,
                finding.what
            );
        }
    })?;
    print(plan, &sum, start.elapsed().as_secs_f64());
    // Chance may miss what is missing; a world in which it is surely missed is looked at as well.
    let staged = staged(plan.without)?;
    for finding in &staged {
        println!("without chance: {}: {}", finding.rule, finding.what);
    }
    let is_missed = !sum.findings.is_empty() || !staged.is_empty();
    if plan.without.is_some() {
        println!(
            "{}",
            if is_missed {
                "what is missing is missed"
            } else {
                "nothing is missed, and it should be"
            }
        );
    }
    Ok(is_missed == plan.without.is_some())
}

fn print(plan: &Plan, sum: &Sum, seconds: f64) {
    println!(
        "{} lives with seed {} in {seconds:.0} s, {} runs of an agent",
        sum.lives, plan.seed, sum.runs
    );
    let list = |counts: &mut dyn Iterator<Item = (String, u64)>| {
        counts
            .map(|(what, times)| format!("{what} {times}"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    println!(
        "faults: {}",
        list(
            &mut sum
                .faults
                .iter()
                .map(|(what, times)| ((*what).to_owned(), *times))
        )
    );
    println!(
        "reasons: {}",
        list(
            &mut sum
                .reasons
                .iter()
                .map(|(what, times)| ((*what).to_owned(), *times))
        )
    );
    println!(
        "ended: {}",
        list(
            &mut sum
                .endings
                .iter()
                .map(|(what, times)| (format!("{what:?}").to_lowercase(), *times))
        )
    );
    for (life, finding) in sum.findings.iter().take(20) {
        println!("life {life}: {}: {}", finding.rule, finding.what);
        println!(
            "  cargo xtask simulate --seed {} --life {life}{}",
            plan.seed,
            missing(plan)
        );
    }
    let broken = |rule: Rule| {
        (
            rule.to_string(),
            sum.broken.get(&rule).copied().unwrap_or(0),
        )
    };
    println!("{}", list(&mut Rule::ALL.into_iter().map(broken)));
    println!("journal {}", sum.hash);
}

fn missing(plan: &Plan) -> &'static str {
    match plan.without {
        None => "",
        Some(Without::Sweep) => " --without sweep",
        Some(Without::Keys) => " --without keys",
    }
}

fn one(plan: &Plan, life: u64) -> anyhow::Result<bool> {
    let verdict = live_one(plan, life)?;
    for line in &verdict.story {
        println!("{line}");
    }
    println!(
        "lives {} to {} of seed {}",
        verdict.world * LIVES,
        (verdict.world + 1) * LIVES - 1,
        plan.seed
    );
    for finding in &verdict.findings {
        println!(
            "life {}: {}: {}",
            verdict.life_of(finding),
            finding.rule,
            finding.what
        );
    }
    println!("journal {}", verdict.hash);
    Ok(verdict.findings.is_empty() == plan.without.is_none())
}
