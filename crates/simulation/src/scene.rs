//! What a world is besides its forge: chance, time, the deliveries under way, and the story.
//!
//! All of it outlives a killed engine and a reopened forge, as the rest of the world does.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use lightsout_engine::{Observer, Progress};
use lightsout_forge::{Ensured, Event, Number};
use lightsout_ledger::{Nanodollars, RunId};
use lightsout_testkit::VirtualClock;
use tokio::sync::Notify;

use crate::dice::Dice;
use crate::{Without, faults::Weather};

/// An agent was let to work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Invocation {
    pub(crate) issue: Number,
    pub(crate) run: RunId,
    pub(crate) at: DateTime<Utc>,
    /// What the work cost, whether or not anybody wrote it down.
    pub(crate) cost: Nanodollars,
    /// Whether the kill switch let anything start.
    pub(crate) enabled: bool,
}

/// Everything of a world that no process of the factory holds.
#[derive(Debug)]
pub(crate) struct Scene {
    dice: Mutex<Dice>,
    pub(crate) clock: VirtualClock,
    pub(crate) without: Option<Without>,
    weather: Mutex<Weather>,
    /// Wakes whoever waits for the engine's process to be killed.
    pub(crate) killed: Notify,
    /// The kill switch of the factory.
    pub(crate) enabled: AtomicBool,
    /// Deliveries that left the forge and have not been dealt with, the oldest first.
    pub(crate) deliveries: Mutex<Vec<Event>>,
    pub(crate) invocations: Mutex<Vec<Invocation>>,
    /// How many times something on the forge was changed by the factory.
    pub(crate) changes: AtomicU64,
    /// How many faults of each kind happened.
    pub(crate) faults: Mutex<BTreeMap<&'static str, u64>>,
    /// How many decisions were taken for each reason.
    pub(crate) reasons: Mutex<BTreeMap<&'static str, u64>>,
    story: Option<Mutex<Vec<String>>>,
    nonce: AtomicU64,
}

/// Locks, whatever a panic elsewhere left.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Scene {
    pub(crate) fn new(dice: Dice, without: Option<Without>, tell: bool) -> Self {
        Self {
            dice: Mutex::new(dice),
            clock: VirtualClock::default(),
            without,
            weather: Mutex::new(Weather::calm()),
            killed: Notify::new(),
            enabled: AtomicBool::new(true),
            deliveries: Mutex::default(),
            invocations: Mutex::default(),
            changes: AtomicU64::new(0),
            faults: Mutex::default(),
            reasons: Mutex::default(),
            story: tell.then(Mutex::default),
            nonce: AtomicU64::new(0),
        }
    }

    pub(crate) fn dice(&self) -> MutexGuard<'_, Dice> {
        lock(&self.dice)
    }

    pub(crate) fn weather(&self) -> Weather {
        *lock(&self.weather)
    }

    pub(crate) fn set_weather(&self, weather: Weather) {
        *lock(&self.weather) = weather;
    }

    pub(crate) fn is_enabled(&self) -> bool {
        self.enabled.load(Ordering::SeqCst)
    }

    /// Lets time pass: up to `most` minutes.
    pub(crate) fn pass(&self, most: u32) {
        let seconds = 1 + self.dice().below(most.saturating_mul(60));
        self.clock.advance(TimeDelta::seconds(i64::from(seconds)));
    }

    /// A number that was never given before.
    pub(crate) fn nonce(&self) -> u64 {
        self.nonce.fetch_add(1, Ordering::SeqCst)
    }

    /// Adds a line to the story, if somebody wants it.
    pub(crate) fn tell(&self, line: impl FnOnce() -> String) {
        if let Some(story) = &self.story {
            let time = self.clock.now().format("%d %H:%M:%S");
            lock(story).push(format!("{time} {}", line()));
        }
    }

    /// Counts a fault, and tells it.
    pub(crate) fn fault(&self, kind: &'static str, call: &str) {
        *lock(&self.faults).entry(kind).or_default() += 1;
        self.tell(|| format!("      fault: {kind} at {call}"));
    }

    /// The story so far.
    pub(crate) fn story(&self) -> Vec<String> {
        self.story
            .as_ref()
            .map(|story| lock(story).clone())
            .unwrap_or_default()
    }
}

impl Observer for Scene {
    fn saw(&self, progress: &Progress<'_>) {
        match progress {
            Progress::Decided {
                issue, event, plan, ..
            } => {
                *lock(&self.reasons).entry(plan.reason.code()).or_default() += 1;
                self.tell(|| {
                    let (what, why) = (event.kind.name(), plan.reason.code());
                    format!("   {issue} {what}: {why}")
                });
            }
            Progress::Chore { plan, .. } => {
                *lock(&self.reasons).entry(plan.reason.code()).or_default() += 1;
                self.tell(|| format!("   chore: {}", plan.reason.code()));
            }
            Progress::Acted {
                issue,
                action,
                ensured,
            } => {
                if *ensured == Ensured::Changed {
                    self.changes.fetch_add(1, Ordering::SeqCst);
                }
                self.tell(|| format!("   {issue} {} {ensured:?}", action.name()));
            }
            Progress::Refused { issue, why } => self.tell(|| format!("   {issue} refused: {why}")),
            Progress::Began { .. } | Progress::Took { .. } => {}
        }
    }
}
