//! Many worlds, on several threads; what comes out does not depend on how many.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};

use crate::check::{Ending, Finding, Rule};
use crate::world::{hex, live};
use crate::{LIVES, Plan, Verdict};

/// What all worlds come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many lives there were.
    pub lives: u64,
    /// How often an agent was let to work.
    pub runs: u64,
    /// How often each rule was broken.
    pub broken: BTreeMap<Rule, u64>,
    /// How requests ended.
    pub endings: BTreeMap<Ending, u64>,
    /// How many faults of each kind there were.
    pub faults: BTreeMap<&'static str, u64>,
    /// How many decisions there were for each reason.
    pub reasons: BTreeMap<&'static str, u64>,
    /// Every finding, with its life, in the order of worlds.
    pub findings: Vec<(u64, Finding)>,
    /// Over the hashes of all worlds, in their order.
    pub hash: String,
}

/// Lives through as many worlds as `lives` need, on `workers` threads; `watch` hears how many lives are over.
///
/// # Errors
/// When a world could not be made or read, which says nothing about the factory.
pub fn live_all(
    plan: &Plan,
    lives: u64,
    workers: usize,
    mut watch: impl FnMut(u64, &Verdict),
) -> anyhow::Result<Sum> {
    let worlds = lives.div_ceil(LIVES);
    let next = AtomicU64::new(0);
    let (send, receive) = mpsc::channel();
    let mut verdicts = BTreeMap::new();
    thread::scope(|scope| {
        for _ in 0..workers.max(1) {
            let (send, next) = (send.clone(), &next);
            scope.spawn(move || {
                loop {
                    let world = next.fetch_add(1, Ordering::SeqCst);
                    if world >= worlds || send.send(one(plan, world, false)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(send);
        for verdict in receive {
            let verdict = verdict?;
            watch((verdicts.len() as u64 + 1) * LIVES, &verdict);
            verdicts.insert(verdict.world, verdict);
        }
        anyhow::Ok(())
    })?;
    Ok(sum(verdicts.values()))
}

/// Lives through the world of one life again, and tells its story.
///
/// # Errors
/// As [`live_all`].
pub fn live_one(plan: &Plan, life: u64) -> anyhow::Result<Verdict> {
    one(plan, life / LIVES, true)
}

fn one(plan: &Plan, world: u64, tell: bool) -> anyhow::Result<Verdict> {
    in_a_folder(async |dir: &Path| live(plan, world, dir, tell).await)
        .with_context(|| format!("world {world} of seed {}", plan.seed))
}

/// Lets something live in a folder of its own, which is gone afterwards.
pub(crate) fn in_a_folder<T>(
    live: impl AsyncFnOnce(&Path) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let place = tempfile::Builder::new()
        .prefix("lightsout-world-")
        .tempdir_in(quick_place())
        .context("making a world's folder")?;
    runtime.block_on(live(&place.path().join("factory")))
}

/// A folder in memory where there is one: nothing here needs to outlive the machine.
fn quick_place() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        memory.to_owned()
    } else {
        std::env::temp_dir()
    }
}

fn sum<'v>(verdicts: impl Iterator<Item = &'v Verdict>) -> Sum {
    let mut sum = Sum::default();
    let mut hasher = Sha256::new();
    for verdict in verdicts {
        sum.lives += LIVES;
        sum.runs += verdict.runs;
        hasher.update(verdict.hash.as_bytes());
        for ending in &verdict.endings {
            *sum.endings.entry(*ending).or_default() += 1;
        }
        for (fault, times) in &verdict.faults {
            *sum.faults.entry(fault).or_default() += times;
        }
        for (reason, times) in &verdict.reasons {
            *sum.reasons.entry(reason).or_default() += times;
        }
        for finding in &verdict.findings {
            *sum.broken.entry(finding.rule).or_default() += 1;
            sum.findings
                .push((verdict.life_of(finding), finding.clone()));
        }
    }
    sum.hash = hex(&hasher.finalize());
    sum
}
