//! Whatever a program has started, also what left its process group.
//!
//! A process group is left by `setsid`, and a parent is left by ending before its child; an agent's tools do both. So a
//! job's processes are found in four ways, and each finds what the others miss:
//!
//! * those below the program, by asking every process for its parent;
//! * those that were below it when somebody looked, some times a second, whoever their parent is now;
//! * those that carry the mark of the job in their environment;
//! * those that were handed to this process when their parent ended, in a session that is not ours. The kernel hands
//!   them over because this process asks for it (a *child subreaper*); one that has thrown its environment away and
//!   was never seen is found by this alone.
//!
//! Only Linux has all of it; elsewhere the process group has to do.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitOptions, getpid, kill_process, waitpid};

/// The variable that marks the processes of a job.
pub(crate) const MARK: &str = "LIGHTSOUT_JOB";
/// How often the processes are looked for in the end; each round ends what the last one left.
const ROUNDS: u32 = 20;

/// A process, told apart from a later one of the same number by when it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Process {
    pid: i32,
    parent: i32,
    session: i32,
    /// In ticks of the clock since the machine began.
    began: u64,
    dead: bool,
}

/// The processes of one job.
#[derive(Debug)]
pub(crate) struct Descendants {
    mark: String,
    /// When the job began, by the same clock as the processes.
    since: u64,
    root: Option<i32>,
    seen: HashSet<(i32, u64)>,
}

impl Descendants {
    /// Prepares for a job: makes this process the one that orphans are handed to, and finds a mark.
    pub(crate) fn prepare() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        #[cfg(target_os = "linux")]
        {
            // It fails on a kernel that does not know it; the three other ways are left then.
            let _ = rustix::process::set_child_subreaper(Some(getpid()));
        }
        let own = getpid().as_raw_nonzero();
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let since = newest();
        Self {
            mark: format!("{own}-{since}-{number}"),
            since,
            root: None,
            seen: HashSet::new(),
        }
    }

    /// What the mark is set to.
    pub(crate) fn mark(&self) -> OsString {
        self.mark.clone().into()
    }

    /// Says which process is the program.
    pub(crate) fn root(&mut self, root: Option<Pid>) {
        self.root = root.map(|pid| pid.as_raw_nonzero().get());
    }

    /// Looks at what is there now, and remembers what belongs to the job.
    pub(crate) fn look(&mut self) {
        let all = processes();
        self.remember(&all);
    }

    fn remember(&mut self, all: &[Process]) -> Vec<Process> {
        let mut ours: HashSet<i32> = self.root.into_iter().collect();
        let known =
            |seen: &HashSet<(i32, u64)>, one: &Process| seen.contains(&(one.pid, one.began));
        ours.extend(
            all.iter()
                .filter(|one| known(&self.seen, one))
                .map(|one| one.pid),
        );
        // A child may stand before its parent in the list.
        loop {
            let before = ours.len();
            let children = all.iter().filter(|one| ours.contains(&one.parent));
            let children: Vec<i32> = children.map(|one| one.pid).collect();
            ours.extend(children);
            if ours.len() == before {
                break;
            }
        }
        let found: Vec<Process> = all
            .iter()
            .filter(|one| Some(one.pid) != self.root)
            .filter(|one| {
                ours.contains(&one.pid) || self.is_marked(one) || self.is_orphan(one, all)
            })
            .copied()
            .collect();
        self.seen
            .extend(found.iter().map(|one| (one.pid, one.began)));
        found
    }

    fn is_marked(&self, one: &Process) -> bool {
        one.began >= self.since && mark_of(one.pid).as_deref() == Some(self.mark.as_bytes())
    }

    /// Whether it was handed to us, and nobody else can say whose it is.
    fn is_orphan(&self, one: &Process, all: &[Process]) -> bool {
        let own = getpid().as_raw_nonzero().get();
        let ours = all.iter().find(|other| other.pid == own);
        one.parent == own
            && one.began >= self.since
            && ours.is_some_and(|ours| ours.session != one.session)
            && mark_of(one.pid).is_none()
    }

    /// Ends everything that is left of the job.
    pub(crate) fn end(&mut self) {
        for round in 0..ROUNDS {
            let left = self.remember(&processes());
            for one in &left {
                if let Some(pid) = Pid::from_raw(one.pid) {
                    // It fails when the process has just ended by itself.
                    let _ = kill_process(pid, Signal::KILL);
                    // It fails for a process that was not handed to us: its parent looks after it.
                    let _ = waitpid(Some(pid), WaitOptions::NOHANG);
                }
            }
            if left.iter().all(|one| one.dead) {
                return;
            }
            thread::sleep(Duration::from_millis(u64::from(round.min(5)) * 2));
        }
    }
}

/// The mark in the environment of a process, if it has one and may be asked.
fn mark_of(pid: i32) -> Option<Vec<u8>> {
    let environment = fs::read(format!("/proc/{pid}/environ")).ok()?;
    environment.split(|byte| *byte == 0).find_map(|variable| {
        let value = variable.strip_prefix(MARK.as_bytes())?;
        value.strip_prefix(b"=").map(<[u8]>::to_vec)
    })
}

/// Every process of the machine that can be seen.
fn processes() -> Vec<Process> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| {
            let name = entry.ok()?.file_name();
            let pid = std::str::from_utf8(name.as_bytes()).ok()?.parse().ok()?;
            read_stat(pid, &fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
        })
        .collect()
}

/// Reads `/proc/PID/stat`. The second field is the program's name in brackets, and may hold anything.
fn read_stat(pid: i32, text: &str) -> Option<Process> {
    let (_, rest) = text.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    Some(Process {
        pid,
        dead: matches!(*fields.first()?, "Z" | "X"),
        parent: fields.get(1)?.parse().ok()?,
        session: fields.get(3)?.parse().ok()?,
        began: fields.get(19)?.parse().ok()?,
    })
}

/// When the newest process began.
fn newest() -> u64 {
    processes()
        .iter()
        .map(|one| one.began)
        .max()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_brackets_hides_nothing() {
        let line = "7 (a) R 1 (b) S 5 7 6 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4321 1 1";
        let expected = Process {
            pid: 7,
            parent: 5,
            session: 6,
            began: 4321,
            dead: false,
        };
        assert_eq!(read_stat(7, line), Some(expected));
        assert_eq!(read_stat(7, "7 (a) R"), None);
        assert_eq!(read_stat(7, ""), None);
    }

    #[test]
    fn a_grandchild_is_found_whatever_the_order() {
        let one = |pid, parent| Process {
            pid,
            parent,
            session: pid,
            began: u64::MAX,
            dead: false,
        };
        let mut job = Descendants {
            mark: "m".to_owned(),
            since: u64::MAX,
            root: Some(-10),
            seen: HashSet::new(),
        };
        let all = [one(-12, -11), one(-11, -10), one(-13, -1)];
        let found: Vec<i32> = job.remember(&all).iter().map(|one| one.pid).collect();
        assert_eq!(found, [-12, -11]);
        // Its parent is gone, and it is still known.
        let found: Vec<i32> = job
            .remember(&[one(-12, -1)])
            .iter()
            .map(|one| one.pid)
            .collect();
        assert_eq!(found, [-12]);
    }
}
