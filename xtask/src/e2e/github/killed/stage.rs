//! Everything that is needed to play a chain again, with a job of it killed.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};

use super::chains::Chain;
use super::end::End;
use super::secrets::Secrets;
use super::world::{Ground, World};
use super::{Point, Unhurt, at_once, leaks};
use crate::e2e::github::hub::When;

/// Whether a kill hit its point and ended well; else what is wrong.
pub(super) type Ended = (Point, When, Result<bool, String>);

/// What is needed to play everything again.
pub(super) struct Stage<'a> {
    pub(super) ground: &'a Ground,
    pub(super) chains: &'a [Chain],
    pub(super) unhurt: &'a [Unhurt],
    pub(super) secrets: &'a Secrets,
}

impl Stage<'_> {
    /// Every fail point, as the unhurt chains tell them.
    pub(super) fn points(&self) -> Vec<Point> {
        let mut points = Vec::new();
        for (chain, unhurt) in self.unhurt.iter().enumerate() {
            for (job, stop) in unhurt.stops.iter().enumerate() {
                let writes = 0..stop.writes.len();
                points.extend(writes.map(|write| Point { chain, job, write }));
            }
        }
        points
    }

    fn name(&self, point: Point, when: When) -> String {
        let chain = &self.chains[point.chain];
        let writes = &self.unhurt[point.chain].stops[point.job].writes;
        let write = writes.get(point.write).map_or("nothing", String::as_str);
        let verb = chain.jobs[point.job].verb;
        let (name, job, number) = (chain.name, point.job, point.write);
        format!("{name}: job {job} ({verb}), killed {when:?} write {number} ({write})")
    }

    /// Kills at every point that is named, a few at a time.
    pub(super) fn kill_all(&self, kills: &[(Point, When)]) -> Vec<Ended> {
        at_once(kills, |(point, when)| {
            let end = self.kill(*point, *when, false);
            let told = |error| format!("{}: {error:#}", self.name(*point, *when));
            (*point, *when, end.map_err(told))
        })
    }

    /// Kills a job at a point, starts it again, and plays the chain to its end; says whether the point was reached.
    fn kill(&self, point: Point, when: When, unmarked: bool) -> Result<bool> {
        let (chain, unhurt) = (&self.chains[point.chain], &self.unhurt[point.chain]);
        let (job, stop) = (&chain.jobs[point.job], &unhurt.stops[point.job]);
        let world = World::like(self.ground, &stop.copy)?;
        let ran = job.run(&world, chain.bot, &stop.told, Some((point.write, when)))?;
        if !ran.killed {
            return Ok(false);
        }
        let (wanted, met) = (stop.writes.get(point.write), ran.writes.last());
        ensure!(wanted == met, "it writes {met:?} there");
        world.hub.state().unmarked = unmarked;
        let again = job.run(&world, chain.bot, &stop.told, None)?;
        world.hub.state().unmarked = false;
        ensure!(
            again.status.success(),
            "it cannot be started again:\n{}",
            again.stderr
        );
        for job in &chain.jobs[point.job + 1..] {
            let told = job.told(&world)?;
            let ran = job.run(&world, chain.bot, &told, None)?;
            ensure!(
                ran.status.success(),
                "{} fails then:\n{}",
                job.verb,
                ran.stderr
            );
        }
        leaks(&world, self.secrets)?;
        let differences = unhurt.end.differences(&End::read(&world)?);
        ensure!(
            differences.is_empty(),
            "another end\n{}",
            differences.join("\n")
        );
        Ok(true)
    }

    /// Plants mistakes, and sees them caught.
    pub(super) fn catches_what_is_wrong(&self) -> Result<()> {
        let points = self.points();
        let says = |point: &&Point| {
            let writes = &self.unhurt[point.chain].stops[point.job].writes;
            writes[point.write].ends_with("/comments")
        };
        let said = points.iter().find(says).context("nobody comments")?;
        let Err(lost) = self.kill(*said, When::After, true) else {
            bail!("a comment that is written twice was not noticed");
        };
        let lost = format!("{lost:#}");
        ensure!(
            lost.contains("another end") || lost.contains("again"),
            "{lost}"
        );
        let never = Point { write: 99, ..*said };
        ensure!(
            !self.kill(never, When::After, false)?,
            "a write that is not there was met"
        );
        println!("killed: 2 planted mistakes were caught");
        Ok(())
    }

    /// Prints how many fail points each verb has, and how many were hit; gives how many in all.
    pub(super) fn table(&self, points: &[Point], ends: &[Ended]) -> usize {
        let mut rows: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
        let verb = |point: &Point| self.chains[point.chain].jobs[point.job].verb;
        for chain in self.chains {
            for job in &chain.jobs {
                rows.entry(job.verb).or_default();
            }
        }
        let mut hit = 0;
        for point in points {
            let row = rows.entry(verb(point)).or_default();
            row.0 += 1;
            let kills = ends
                .iter()
                .filter(|(at, _, end)| at == point && *end != Ok(false));
            let kills = kills.count();
            row.1 += usize::from(kills > 0);
            row.2 += kills;
            hit += usize::from(kills > 0);
        }
        println!(
            "{:<22} {:>11} {:>5} {:>6}",
            "verb", "fail points", "hit", "kills"
        );
        for (verb, (all, hit, kills)) in rows {
            println!("{verb:<22} {all:>11} {hit:>5} {kills:>6}");
        }
        hit
    }
}
