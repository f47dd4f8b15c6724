//! `cargo xtask e2e workflows`: the generated workflows, run for real.
//!
//! `act` runs the files that `lightsout workflows render` wrote into a repository, whose forge is `lightsout local serve` on
//! loopback. People file, answer and publish over its API; what happens next is done by the jobs and nobody else. What is
//! not real is said: actions that cannot be fetched offline have stand-ins, and the model of Claude Code is scripted.

mod act;
mod expect;
mod healer;
mod hub;
mod stories;
mod world;

use std::time::Instant;

use anyhow::{Context, Result};
use world::World;

use super::forge::Program;
use super::programs;

/// Runs the check.
pub(crate) fn run(program: &Program) -> Result<()> {
    let since = Instant::now();
    let claude = programs::install()?.bin.join("claude");
    let dir = tempfile::tempdir()?;
    let mut world = World::start(program, dir.path(), &claude)?;
    for (name, story) in stories::ALL {
        let since = Instant::now();
        story(&mut world).with_context(|| format!("the story of {name}"))?;
        println!("workflows: {name}: {:.0} s", since.elapsed().as_secs_f64());
    }
    println!(
        "workflows: {} stories in {:.0} s",
        stories::ALL.len(),
        since.elapsed().as_secs_f64()
    );
    Ok(())
}
