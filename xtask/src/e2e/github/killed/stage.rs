//! Everything that is needed to play a chain again, with a job of it killed.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};

use super::chains::Chain;
use super::end::End;
use super::secrets::Secrets;
use super::world::{Ground, World};
use super::{Again, Kill, Point, Unhurt, at_once, leaks};
use crate::e2e::github::hub::When;

/// Whether a kill hit its point and ended well; else what is wrong.
pub(super) type Ended = (Kill, Result<bool, String>);

/// A mistake that is made on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plant {
    /// The forge gives no comment its key.
    Unmarked,
    /// A job that is tried again is not told so.
    Uncounted,
}

/// What is needed to play everything again.
#[derive(Clone, Copy)]
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

    fn name(&self, kill: Kill) -> String {
        let Kill { point, when, again } = kill;
        let chain = &self.chains[point.chain];
        let writes = &self.unhurt[point.chain].stops[point.job].writes;
        let write = writes.get(point.write).map_or("nothing", String::as_str);
        let verb = chain.jobs[point.job].verb;
        let (name, job, number) = (chain.name, point.job, point.write);
        format!(
            "{name}: job {job} ({verb}), killed {when:?} write {number} ({write}), again {again:?}"
        )
    }

    /// Kills at every point that is named, a few at a time.
    pub(super) fn kill_all(&self, kills: &[Kill]) -> Vec<Ended> {
        at_once(kills, |kill| {
            let end = self.kill(*kill, None);
            let told = |error| format!("{}: {error:#}", self.name(*kill));
            (*kill, end.map_err(told))
        })
    }

    /// Kills a job at a point, starts it again, and plays the chain to its end; says whether the point was reached.
    fn kill(&self, kill: Kill, plant: Option<Plant>) -> Result<bool> {
        let Kill { point, when, again } = kill;
        let (chain, unhurt) = (&self.chains[point.chain], &self.unhurt[point.chain]);
        let (job, stop) = (&chain.jobs[point.job], &unhurt.stops[point.job]);
        let world = World::like(self.ground, &stop.copy)?;
        let ran = job.run(&world, chain.bot, &stop.told, Some((point.write, when)))?;
        if !ran.killed {
            return Ok(false);
        }
        let (wanted, met) = (stop.writes.get(point.write), ran.writes.last());
        ensure!(wanted == met, "it writes {met:?} there");
        self.move_on(&world, again)?;
        if again == Again::Elsewhere && plant != Some(Plant::Uncounted) {
            world.count_attempt();
        }
        world.hub.state().unmarked = plant == Some(Plant::Unmarked);
        let ran = job.run(&world, chain.bot, &stop.told, None)?;
        world.hub.state().unmarked = false;
        ensure!(
            ran.status.success(),
            "it cannot be started again:\n{}",
            ran.stderr
        );
        for job in &chain.jobs[point.job + 1..] {
            self.move_on(&world, again)?;
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
        let end = End::read(&world)?;
        let end = match again {
            Again::Here => end,
            Again::Elsewhere => end.of_last_tries(),
        };
        let differences = unhurt.end.differences(&end);
        ensure!(
            differences.is_empty(),
            "another end\n{}",
            differences.join("\n")
        );
        Ok(true)
    }

    /// Leaves the machine for another, where that is wanted; what is left behind tells no secret.
    fn move_on(&self, world: &World, again: Again) -> Result<()> {
        match again {
            Again::Here => Ok(()),
            Again::Elsewhere => {
                leaks(world, self.secrets)?;
                world.change_machine()
            }
        }
    }

    /// Plants mistakes, and sees them caught.
    pub(super) fn catches_what_is_wrong(&self) -> Result<()> {
        let points = self.points();
        let says = |point: &&Point| {
            let writes = &self.unhurt[point.chain].stops[point.job].writes;
            writes[point.write].ends_with("/comments")
        };
        let said = *points.iter().find(says).context("nobody comments")?;
        let plants = [
            (Plant::Unmarked, Again::Here),
            (Plant::Uncounted, Again::Elsewhere),
        ];
        for (plant, again) in plants {
            let when = When::After;
            let kill = Kill {
                point: said,
                when,
                again,
            };
            let Err(lost) = self.kill(kill, Some(plant)) else {
                bail!("{plant:?} was not noticed");
            };
            let lost = format!("{lost:#}");
            let told = ["another end", "again", "fails then"];
            ensure!(told.iter().any(|told| lost.contains(told)), "{lost}");
        }
        let never = Kill {
            point: Point { write: 99, ..said },
            when: When::After,
            again: Again::Here,
        };
        ensure!(
            !self.kill(never, None)?,
            "a write that is not there was met"
        );
        println!("killed: 3 planted mistakes were caught");
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
                .filter(|(kill, end)| kill.point == *point && *end != Ok(false));
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
