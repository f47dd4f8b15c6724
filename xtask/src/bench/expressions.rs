//! Reading and evaluating workflow expressions, beside GitHub's own evaluator on the same ones.
//!
//! Both sides hold the contexts and the texts in memory before the clock starts, use one core, and keep nothing. What
//! cannot be read or has no value is an error on both. From a text to its value each goes its own way: theirs by a tree,
//! ours by `evaluate`, which needs none.
//! A pass counts as what it takes by the clock or of the processor, whichever is less.

use std::process::Command;

use anyhow::{Context, Result};

use crate::e2e::expressions::Corpus;
use crate::e2e::node;
use crate::process::{self, cargo};

/// How often both sides are started, in turn.
const ROUNDS: usize = 5;

/// How many passes over all expressions are measured in a round. Ours are shorter and more, so that both sides run about
/// as long: whatever else the machine does then slows down both alike.
const OUR_PASSES: &str = "36";
const THEIR_PASSES: &str = "3";

/// What is measured.
const WORK: [&str; 3] = ["read", "evaluate", "text to value"];

/// Measures both inside of their own process, so that starting it does not count.
pub(crate) fn run() -> Result<()> {
    let corpus = Corpus::write()?;
    let node = node::install()?;
    process::run(cargo().args([
        "build",
        "--quiet",
        "--release",
        "-p",
        "lightsout-expressions",
        "--example",
        "evaluate",
    ]))?;
    let program = process::metadata()?
        .target_directory
        .join("release/examples/evaluate");
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let mut command = Command::new(&program);
        command.args([corpus.contexts(), corpus.file()]);
        ours.push(seconds(&process::read(command.arg(OUR_PASSES))?)?);
        let mut command = corpus.theirs(&node);
        theirs.push(seconds(&process::read(command.arg(THEIR_PASSES))?)?);
    }
    println!(
        "{} expressions, {ROUNDS} rounds, medians; milliseconds for all of them, by the clock or of the processor,\nwhichever is less\n",
        corpus.len()
    );
    println!("                    @actions/expressions   lightsout-expressions   times faster");
    for (place, work) in WORK.into_iter().enumerate() {
        let of = |side: &[[f64; 3]]| median(side.iter().map(|times| times[place]).collect());
        let pairs = ours.iter().zip(&theirs);
        let ratio = median(
            pairs
                .map(|(ours, theirs)| theirs[place] / ours[place])
                .collect(),
        );
        println!(
            "{work:18} {:>22.1} {:>23.1} {ratio:>14.1}",
            of(&theirs) * 1e3,
            of(&ours) * 1e3
        );
    }
    Ok(())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Reads the times that each side prints.
fn seconds(text: &str) -> Result<[f64; 3]> {
    let times: Vec<f64> = text
        .split_whitespace()
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    times.try_into().ok().context("there are not three times")
}
