//! Running two programs in turn, and what each took.

use std::fmt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use wait4::Wait4 as _;

use crate::process::shown;

/// How often each program is run.
const TIMES: usize = 5;

/// What a run took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Took {
    /// From start to end.
    pub(crate) time: Duration,
    /// The most memory it had at once, in bytes. On Linux never less than what this program had when it started it.
    pub(crate) memory: u64,
}

impl Took {
    /// Returns the better of two runs, each quantity for itself.
    fn min(self, other: Self) -> Self {
        Self {
            time: self.time.min(other.time),
            memory: self.memory.min(other.memory),
        }
    }
}

impl fmt::Display for Took {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, memory) = (self.time.as_secs_f64(), megabytes(self.memory));
        write!(f, "{seconds:>7.3} s {memory:>7.1} MB")
    }
}

/// Ours beside theirs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair {
    /// Our program.
    pub(crate) ours: Took,
    /// The other one.
    pub(crate) theirs: Took,
}

impl Pair {
    /// Runs both in turn and keeps the best of each.
    pub(crate) fn measure(
        ours: impl Fn() -> Command,
        theirs: impl Fn() -> Command,
    ) -> Result<Self> {
        let once = || -> Result<Self> {
            Ok(Self {
                ours: took(&mut ours())?,
                theirs: took(&mut theirs())?,
            })
        };
        let mut best = once()?;
        for _ in 1..TIMES {
            let next = once()?;
            best.ours = best.ours.min(next.ours);
            best.theirs = best.theirs.min(next.theirs);
        }
        Ok(best)
    }

    /// Returns how many times faster ours is.
    pub(crate) fn faster(&self) -> f64 {
        self.theirs.time.as_secs_f64() / self.ours.time.as_secs_f64()
    }

    /// Returns how many times smaller ours is.
    pub(crate) fn smaller(&self) -> f64 {
        megabytes(self.theirs.memory) / megabytes(self.ours.memory)
    }
}

#[expect(clippy::cast_precision_loss, reason = "for a table of a few digits")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// Runs a command to its end, without its output, and expects success.
fn took(command: &mut Command) -> Result<Took> {
    let start = Instant::now();
    let mut child = command
        .stdout(Stdio::null())
        .spawn()
        .with_context(|| format!("could not start `{}`", shown(command)))?;
    let end = child.wait4().context("could not wait for it")?;
    let time = start.elapsed();
    if !end.status.success() {
        bail!("`{}` ended with {}", shown(command), end.status);
    }
    Ok(Took {
        time,
        memory: end.rusage.maxrss,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_theirs_over_ours() {
        let took = |millis, memory| Took {
            time: Duration::from_millis(millis),
            memory,
        };
        let pair = Pair {
            ours: took(100, 5_000_000),
            theirs: took(700, 400_000_000),
        };
        assert!((pair.faster() - 7.0).abs() < 1e-9);
        assert!((pair.smaller() - 80.0).abs() < 1e-9);
        assert_eq!(pair.ours.to_string(), "  0.100 s     5.0 MB");
        let best = pair.ours.min(took(50, 6_000_000));
        assert_eq!(best, took(50, 5_000_000));
    }

    #[test]
    fn a_program_that_fails_is_no_measurement() {
        let error = took(
            Command::new("git")
                .arg("no-such-verb")
                .stderr(Stdio::null()),
        );
        assert!(error.is_err());
        let took = took(Command::new("git").arg("--version")).expect("git is there");
        assert!(took.memory > 100_000, "{took:?}");
    }
}
