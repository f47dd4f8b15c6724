//! The lines of one job that are kept so far.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::{Line, Mark};

/// The best lines so far, by number; never more than twice as many as are wanted.
#[derive(Debug)]
pub(crate) struct Keep {
    lines: BTreeMap<u64, (Mark, String)>,
    wanted: usize,
}

impl Keep {
    pub(crate) fn new(wanted: usize) -> Self {
        Self {
            lines: BTreeMap::new(),
            wanted,
        }
    }

    /// Keeps a line, unless it is kept for a better reason already. `text` is asked for only when it is new.
    pub(crate) fn add(&mut self, number: u64, mark: Mark, text: impl FnOnce() -> String) {
        match self.lines.get_mut(&number) {
            Some((before, _)) => *before = mark.min(*before),
            None => {
                self.lines.insert(number, (mark, text()));
            }
        }
        if self.lines.len() > self.wanted.saturating_mul(2) {
            self.prune();
        }
    }

    /// Whether a line is kept as an error.
    pub(crate) fn is_error(&self, number: u64) -> bool {
        let kept = self.lines.get(&number);
        kept.is_some_and(|(mark, _)| *mark == Mark::Error)
    }

    /// Whether anything in it is an error or speaks of one.
    pub(crate) fn tells(&self) -> bool {
        self.lines.values().any(|(mark, _)| *mark <= Mark::Word)
    }

    /// Returns the best lines, in order.
    pub(crate) fn finish(mut self) -> Vec<Line> {
        self.prune();
        let lines = self.lines.into_iter();
        lines
            .map(|(number, (mark, text))| Line { number, mark, text })
            .collect()
    }

    /// Leaves as many as are wanted: the best marks, and of the same mark the last lines.
    fn prune(&mut self) {
        if self.lines.len() <= self.wanted {
            return;
        }
        let mut ranks: Vec<(Mark, Reverse<u64>)> = self
            .lines
            .iter()
            .map(|(number, (mark, _))| (*mark, Reverse(*number)))
            .collect();
        ranks.sort_unstable();
        for (_, Reverse(number)) in ranks.drain(self.wanted..) {
            self.lines.remove(&number);
        }
    }
}
