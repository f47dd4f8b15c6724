//! What is kept of a run's logs.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Serialize;

use crate::Finding;

/// What the runner says in a job that was stopped because of another one.
const CANCELLED: &str = "##[error]The operation was canceled.";

/// Why a line was kept. The first ones are kept first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// The runner marked it as an error.
    Error,
    /// It stands close to an error.
    Near,
    /// It speaks of an error, a failure or a panic.
    Word,
    /// It stands further around an error.
    Around,
    /// It is one of the last lines of a log in which nothing speaks of an error.
    End,
}

/// One line that was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Its number in the job's log, from 1.
    pub number: u64,
    /// Why it was kept.
    pub mark: Mark,
    /// Its text. Somebody else's words: hostile until escaped for where they go.
    pub text: String,
}

/// What is kept of one job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Job {
    /// Its name as the archive has it. Somebody else's words.
    pub name: String,
    /// How many lines the runner marked as errors.
    pub errors: u64,
    /// The lines, in order.
    pub lines: Vec<Line>,
}

/// How much a job has to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    /// Its runner marked an error.
    Failed,
    /// It was stopped because of something else.
    Cancelled,
    /// It speaks of errors, and ended well.
    Speaks,
    /// Nothing in it speaks of an error.
    Quiet,
}

/// What is kept of a run's logs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Excerpt {
    /// The jobs that tell why the run failed, in the archive's order.
    pub jobs: Vec<Job>,
    /// What was left out, and why.
    pub findings: Vec<Finding>,
    /// How many logs were read.
    pub logs: u64,
    /// How many bytes they held.
    pub bytes: u64,
}

impl Job {
    pub(crate) fn weight(&self) -> Weight {
        let mut weight = Weight::Quiet;
        for line in &self.lines {
            weight = weight.min(match line.mark {
                Mark::Error if line.text.trim_end() == CANCELLED => Weight::Cancelled,
                Mark::Error => Weight::Failed,
                Mark::Word => Weight::Speaks,
                Mark::Near | Mark::Around | Mark::End => Weight::Quiet,
            });
        }
        weight
    }
}

impl Excerpt {
    /// Returns the excerpt for people and agents: under the name of each job its lines, with a mark where some are
    /// left out.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for job in &self.jobs {
            if !text.is_empty() {
                text.push('\n');
            }
            let _ = writeln!(text, "== {} ==", job.name);
            let mut next = 1;
            for line in &job.lines {
                if line.number > next {
                    text.push_str("[…]\n");
                }
                next = line.number + 1;
                let _ = writeln!(text, "{}", line.text);
            }
        }
        text
    }

    /// Returns the lines that tell one failure from another, for its fingerprint.
    ///
    /// Only those that are errors or speak of one, since what stands around them differs from run to run. Job by job in
    /// the order of their names, because the archive's order differs too; and each text once, since jobs of a matrix
    /// fail alike and which of them come so far is chance.
    pub fn failure(&self) -> String {
        let mut jobs: Vec<&Job> = self.jobs.iter().collect();
        jobs.sort_by_key(|job| &job.name);
        let mut seen = BTreeSet::new();
        let mut text = String::new();
        for line in jobs.iter().flat_map(|job| &job.lines) {
            let tells = match line.mark {
                Mark::Error | Mark::Word | Mark::End => true,
                Mark::Near => crate::scan::speaks(line.text.as_bytes()),
                Mark::Around => false,
            };
            if tells && seen.insert(&line.text) {
                text.push_str(&line.text);
                text.push('\n');
            }
        }
        text
    }

    /// Leaves only the jobs that tell most, and of these the lines that tell most.
    pub(crate) fn narrow(&mut self, lines: usize) {
        let most = self.jobs.iter().map(Job::weight).min();
        self.jobs.retain(|job| Some(job.weight()) == most);
        // Each job in turn gives its best line, from the last one back, until there are enough.
        let mut ranked: Vec<Vec<(Mark, u64)>> = Vec::new();
        for job in &self.jobs {
            let mut ranks: Vec<_> = job
                .lines
                .iter()
                .map(|line| (line.mark, line.number))
                .collect();
            ranks.sort_by_key(|(mark, number)| (*mark, std::cmp::Reverse(*number)));
            ranked.push(ranks);
        }
        let mut order: Vec<(Mark, usize, usize, u64)> = Vec::new();
        for (job, ranks) in ranked.iter().enumerate() {
            let mut turn = 0;
            for (at, (mark, number)) in ranks.iter().enumerate() {
                turn = if at > 0 && ranks[at - 1].0 == *mark {
                    turn + 1
                } else {
                    0
                };
                order.push((*mark, turn, job, *number));
            }
        }
        order.sort_unstable();
        order.truncate(lines);
        let kept: BTreeSet<(usize, u64)> = order.iter().map(|one| (one.2, one.3)).collect();
        for (at, job) in self.jobs.iter_mut().enumerate() {
            job.lines.retain(|line| kept.contains(&(at, line.number)));
        }
    }
}
