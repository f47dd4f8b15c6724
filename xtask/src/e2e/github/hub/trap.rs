//! Where a process is killed that makes changes: at one of its writes, before it is done or before the answer.

use std::fs;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::process::{Pid, Signal, kill_process};

/// On which side of the effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum When {
    /// Nothing is done.
    Before,
    /// It is done, and nobody hears of it.
    After,
}

/// What a request meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Meets {
    /// Nothing: it is answered.
    Nobody,
    /// This is the write at which whoever asks is killed.
    Its(When),
    /// Whoever asks was killed already.
    Gone,
}

/// A trap for one process at a time.
#[derive(Debug, Default)]
pub(in super::super) struct Trap {
    set: Mutex<Set>,
}

#[derive(Debug, Default)]
struct Set {
    /// Whom to kill.
    process: Option<u32>,
    /// At which of its writes, from 0.
    at: Option<(usize, When)>,
    /// What it has written, or tried to.
    writes: Vec<String>,
    sprung: bool,
}

impl Trap {
    fn set(&self) -> MutexGuard<'_, Set> {
        self.set.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts the process that is meant, and forgets about the one before.
    pub(in super::super) fn lay<T>(
        &self,
        at: Option<(usize, When)>,
        start: impl FnOnce() -> anyhow::Result<(T, u32)>,
    ) -> anyhow::Result<T> {
        let mut set = self.set();
        *set = Set::default();
        let (started, process) = start()?;
        *set = Set {
            process: Some(process),
            at,
            ..Set::default()
        };
        Ok(started)
    }

    /// What the process has written, in order, and whether it was killed.
    pub(in super::super) fn seen(&self) -> (Vec<String>, bool) {
        let set = self.set();
        (set.writes.clone(), set.sprung)
    }

    pub(super) fn meets(&self, write: Option<String>) -> Meets {
        let mut set = self.set();
        if set.sprung {
            return Meets::Gone;
        }
        let Some(write) = write else {
            return Meets::Nobody;
        };
        set.writes.push(write);
        match set.at {
            Some((at, when)) if set.writes.len() == at + 1 => Meets::Its(when),
            _ => Meets::Nobody,
        }
    }

    /// Kills the process, and nothing that it has begun goes on.
    pub(super) fn spring(&self) {
        let mut set = self.set();
        set.sprung = true;
        if let Some(process) = set.process {
            kill_tree(process);
        }
    }
}

/// Kills a process and everything under it, as a runner does that ends a job.
pub(in super::super) fn kill_tree(process: u32) {
    let mut all = vec![process];
    let mut next = 0;
    while let Some(parent) = all.get(next).copied() {
        next += 1;
        // Each thread has children of its own.
        let threads = fs::read_dir(format!("/proc/{parent}/task")).into_iter();
        for thread in threads.flatten().flatten() {
            let children = fs::read_to_string(thread.path().join("children"));
            let children = children.unwrap_or_default();
            all.extend(
                children
                    .split_whitespace()
                    .filter_map(|id| id.parse::<u32>().ok()),
            );
        }
    }
    for process in all {
        let id = i32::try_from(process).ok().and_then(Pid::from_raw);
        if let Some(id) = id {
            let _ = kill_process(id, Signal::KILL);
        }
    }
}
