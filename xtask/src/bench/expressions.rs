//! Reading and evaluating workflow expressions, beside GitHub's own evaluator on the same ones.

use anyhow::{Context, Result};

use crate::e2e::expressions::Corpus;
use crate::e2e::node;
use crate::process::{self, cargo};

/// How often each side goes through all expressions; the fastest pass counts, in which the other side's just-in-time
/// compiler has long done its work.
const PASSES: &str = "7";

/// Measures both inside of their own process, so that starting it does not count.
pub(crate) fn run() -> Result<()> {
    let corpus = Corpus::write()?;
    let node = node::install()?;
    let mut ours = cargo();
    ours.args([
        "run",
        "--quiet",
        "--release",
        "-p",
        "lightsout-expressions",
        "--example",
        "evaluate",
        "--",
    ])
    .args([corpus.contexts(), corpus.file()]);
    let ours = seconds(&process::read(ours.arg(PASSES))?)?;
    let theirs = seconds(&process::read(corpus.theirs(&node).arg(PASSES))?)?;
    println!("{} expressions, fastest of {PASSES} passes", corpus.len());
    println!("                       read and evaluate      evaluate");
    println!(
        "@actions/expressions   {:>15.3} s {:>11.3} s",
        theirs[0], theirs[1]
    );
    println!(
        "lightsout-expressions  {:>15.3} s {:>11.3} s",
        ours[0], ours[1]
    );
    let [whole, evaluated] = [theirs[0] / ours[0], theirs[1] / ours[1]];
    println!("times faster           {whole:>15.1}   {evaluated:>11.1}");
    Ok(())
}

/// Reads the two times that each side prints.
fn seconds(text: &str) -> Result<[f64; 2]> {
    let times: Vec<f64> = text
        .split_whitespace()
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    times.try_into().ok().context("there are not two times")
}
