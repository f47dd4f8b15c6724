//! `cargo xtask e2e killed`: every verb of Actions mode, killed at each of its writes and started again, on the emulator.
//!
//! A write is a REST call that changes something, or a push. The chains of jobs are played once unhurt, which tells the
//! writes of each job; each of them is a fail point. Then each chain is played again for each fail point, from a copy of
//! how everything stood before the job that is to be killed there: the job is killed with everything under it, before or
//! after the effect, and started again, in the same folders or on another machine; it and the rest of the chain must end as
//! the unhurt chain did. Another machine is what GitHub gives to failed jobs that are run again: it has a fresh checkout and
//! what jobs that had ended have uploaded, and `GITHUB_RUN_ATTEMPT` is one more. Everything that was written on the way is
//! searched for secrets.

mod chains;
mod end;
mod events;
mod job;
mod secrets;
mod stage;
mod world;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};

use self::chains::{Agents, Chain, Start};
use self::end::End;
use self::job::{Bot, Told};
use self::secrets::Secrets;
use self::stage::Stage;
use self::world::{Copied, Ground, World};
use super::description::Description;
use super::emulator::{self, Emulator};
use super::hub::When;
use super::site::seed;
use crate::e2e::forge::Program;

/// How many kills are played on one emulator, which answers each token 5,000 times an hour.
const PER_EMULATOR: usize = 66;

/// Which fail points are played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Options {
    /// Each point in all four ways, and not in one after the other in turn.
    pub(crate) all: bool,
    /// Which way comes first.
    pub(crate) seed: u64,
}

/// How a chain goes when nothing happens to it.
struct Unhurt {
    end: End,
    stops: Vec<Stop>,
}

/// A chain before one of its jobs, and what that job then changed.
struct Stop {
    copy: Copied,
    told: Told,
    writes: Vec<String>,
}

/// A place where a job is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Point {
    chain: usize,
    job: usize,
    write: usize,
}

/// Where a job that was killed starts again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Again {
    /// In the same folders, as on a machine of one's own.
    Here,
    /// On another machine, and every job after it on one of its own.
    Elsewhere,
}

/// A job that is killed at a point and started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kill {
    point: Point,
    when: When,
    again: Again,
}

/// Runs the check.
pub(crate) fn run(program: &Program, options: Options) -> Result<()> {
    let start = Instant::now();
    let programs = emulator::install()?;
    let description = Description::load(&programs.description)?;
    let secrets = Secrets::new()?;
    let planted = secrets.catches_what_is_planted()?;
    println!("secrets: {planted} planted ones were found");
    let dir = tempfile::tempdir()?;
    let emulator = Emulator::start(&programs, &seed(), dir.path())?;
    let ground = Ground::new(&emulator.url, description, program.path());
    let agents = Agents::new()?;
    let chains = chains::all(&agents);
    let in_review = in_review(&ground)?;
    let unhurt = at_once(&chains, |chain| {
        let played = play(&ground, chain, &in_review, &secrets);
        played.with_context(|| chain.name.to_owned())
    });
    let unhurt: Vec<Unhurt> = unhurt.into_iter().collect::<Result<_>>()?;
    println!(
        "unhurt: {} chains in {:.1} s",
        chains.len(),
        start.elapsed().as_secs_f64()
    );
    let stage = Stage {
        ground: &ground,
        chains: &chains,
        unhurt: &unhurt,
        secrets: &secrets,
    };
    stage.catches_what_is_wrong()?;
    let points = stage.points();
    let kills = kills(&points, options);
    let mut ends = Vec::new();
    for (number, kills) in kills.chunks(PER_EMULATOR).enumerate() {
        let dir = dir.path().join(number.to_string());
        std::fs::create_dir(&dir)?;
        let emulator = Emulator::start(&programs, &seed(), &dir)?;
        let ground = &ground.over(&emulator.url);
        ends.extend(Stage { ground, ..stage }.kill_all(kills));
    }
    let hit = stage.table(&points, &ends);
    let wrong: Vec<&String> = ends
        .iter()
        .filter_map(|(_, end)| end.as_ref().err())
        .collect();
    for wrong in &wrong {
        println!("wrong: {wrong}");
    }
    let book = ground.book.lock().unwrap_or_else(PoisonError::into_inner);
    for wrong in &book.wrong {
        println!("wrong: {wrong}");
    }
    book.print();
    ensure!(wrong.is_empty(), "{} kills change the end", wrong.len());
    ensure!(
        book.wrong.is_empty(),
        "{} exchanges are wrong",
        book.wrong.len()
    );
    ensure!(
        hit == points.len(),
        "{} fail points were never hit",
        points.len() - hit
    );
    println!(
        "killed: {} kills at {} fail points in {:.1} s, always the same end",
        kills.len(),
        points.len(),
        start.elapsed().as_secs_f64()
    );
    Ok(())
}

/// A world with a request whose pull request waits.
fn in_review(ground: &Ground) -> Result<Copied> {
    let world = World::new(ground)?;
    for job in chains::until_review() {
        let told = job.told(&world)?;
        job.fine(&world, Bot::Token, &told)?;
    }
    world.copy()
}

/// Plays a chain to its end.
fn play(ground: &Ground, chain: &Chain, in_review: &Copied, secrets: &Secrets) -> Result<Unhurt> {
    let world = match chain.start {
        Start::Fresh => World::new(ground)?,
        Start::InReview => World::like(ground, in_review)?,
    };
    if let Some(before) = chain.before {
        before(&world)?;
    }
    let mut stops = Vec::new();
    for job in &chain.jobs {
        let told = job.told(&world)?;
        let copy = world.copy()?;
        let ran = job.fine(&world, chain.bot, &told)?;
        stops.push(Stop {
            copy,
            told,
            writes: ran.writes,
        });
    }
    leaks(&world, secrets)?;
    Ok(Unhurt {
        end: End::read(&world)?,
        stops,
    })
}

fn leaks(world: &World, secrets: &Secrets) -> Result<()> {
    let leaks = secrets.search(world)?;
    ensure!(
        leaks.is_empty(),
        "a secret was written: {}",
        leaks.join(", ")
    );
    Ok(())
}

/// Which points in which ways: in all, or in one after the other in turn.
fn kills(points: &[Point], options: Options) -> Vec<Kill> {
    let ways = [
        (When::Before, Again::Elsewhere),
        (When::After, Again::Here),
        (When::After, Again::Elsewhere),
        (When::Before, Again::Here),
    ];
    let many = if options.all { ways.len() } else { 1 };
    let first = usize::try_from(options.seed % 4).unwrap_or_default();
    let turns = (0..ways.len()).cycle().skip(first);
    let mut kills = Vec::new();
    for (point, turn) in points.iter().zip(turns) {
        let ways = ways.iter().cycle().skip(turn).take(many);
        kills.extend(ways.map(|(when, again)| Kill {
            point: *point,
            when: *when,
            again: *again,
        }));
    }
    kills
}

/// Does something with each of many, as many at a time as there are processors; the results come in order.
fn at_once<T: Sync, R: Send>(many: &[T], act: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    let Some(one) = many.get(number) else { return };
                    let result = act(one);
                    let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                    done.push((number, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}
