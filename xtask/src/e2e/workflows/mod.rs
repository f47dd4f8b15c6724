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

use std::path::Path;
use std::thread;
use std::time::Instant;

use act::Installed;
use anyhow::{Context, Result, anyhow};
use stories::Site;
use world::World;

use super::forge::Program;
use super::programs;

/// Runs the check: the sites at once, since none knows of another.
pub(crate) fn run(program: &Program) -> Result<()> {
    let since = Instant::now();
    let installed = Installed::new(&programs::install()?.bin.join("claude"))?;
    let dir = tempfile::tempdir()?;
    let live = |site: &'static Site| live(program, &installed, &dir.path().join(site.name), site);
    let ends: Vec<Result<()>> = thread::scope(|scope| {
        let sites = stories::ALL.iter();
        let sites: Vec<_> = sites.map(|site| scope.spawn(move || live(site))).collect();
        let ends = sites.into_iter().map(thread::ScopedJoinHandle::join);
        ends.map(|end| end.unwrap_or_else(|_| Err(anyhow!("a site panicked"))))
            .collect()
    });
    ends.into_iter().collect::<Result<()>>()?;
    let stories: usize = stories::ALL.iter().map(|site| site.stories.len()).sum();
    println!(
        "workflows: {stories} stories in {:.0} s",
        since.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Lets everything happen that happens on one site.
fn live(program: &Program, installed: &Installed, dir: &Path, site: &Site) -> Result<()> {
    let mut world = World::start(program, dir, installed, site.agent)?;
    for (name, story) in site.stories {
        let since = Instant::now();
        let told = story(&mut world);
        // At once, or the lines of several sites would be mixed.
        print!("{}", std::mem::take(&mut world.said));
        told.with_context(|| format!("the story of {name}"))?;
        println!("workflows: {name}: {:.0} s", since.elapsed().as_secs_f64());
    }
    world.searched()
}
