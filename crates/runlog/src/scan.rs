//! Finding the lines that tell, in a stream of bytes, at the speed of a search for a few words.
//!
//! Only the window is in memory: what was read last, and enough before it to show what stands around an error. A line
//! is looked at one by one only where one of the words was found.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, Input, MatchKind};
use memchr::{memchr, memchr_iter, memrchr};

use crate::keep::Keep;
use crate::{Job, Limits, Mark, clean};

/// How many bytes are in memory at once.
const WINDOW: usize = 256 << 10;
/// How many bytes before what is read next stay in memory, at least.
const HISTORY: usize = 32 << 10;
/// How many lines before and after an error are close to it.
const NEAR: (u64, u64) = (5, 3);
/// How many lines before an error are around it.
const AROUND: u64 = 20;
/// How many of the last lines are kept of a log in which nothing speaks of an error.
const END: u64 = 40;

/// The words that speak of an error, as programs spell them.
const WORDS: [&str; 9] = [
    "error", "Error", "ERROR", "fail", "Fail", "FAIL", "panic", "Panic", "PANIC",
];

/// Finds the words. Nine short words can always be searched for, so there is always a finder.
static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let mut builder = AhoCorasick::builder();
    builder
        .match_kind(MatchKind::LeftmostFirst)
        .build(WORDS)
        .ok()
});

/// Says where the next word in a part of the window begins.
fn word(window: &[u8], part: Range<usize>) -> Option<usize> {
    let hit = FINDER.as_ref()?.find(Input::new(window).range(part))?;
    Some(hit.start())
}

/// Whether a line speaks of an error.
pub(crate) fn speaks(line: &[u8]) -> bool {
    word(line, 0..line.len()).is_some()
}

/// Reads one job's log, piece by piece.
#[derive(Debug)]
pub(crate) struct Scanner {
    window: Vec<u8>,
    /// How much of the window holds something.
    filled: usize,
    /// How much of it was looked at; whatever lies behind is the beginning of a line.
    looked: usize,
    /// Whether `looked` lies inside a line that was too long for the window.
    torn: bool,
    /// How many lines end before `looked`.
    lines: u64,
    /// How many of the next lines are close to an error.
    after: u64,
    errors: u64,
    keep: Keep,
    longest: usize,
}

impl Scanner {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            window: vec![0; WINDOW],
            filled: 0,
            looked: 0,
            torn: false,
            lines: 0,
            after: 0,
            errors: 0,
            keep: Keep::new(limits.lines),
            longest: limits.line,
        }
    }

    /// Returns where the next bytes go; never empty.
    pub(crate) fn space(&mut self) -> &mut [u8] {
        &mut self.window[self.filled..]
    }

    /// Takes note that so many bytes were put into [`Scanner::space`].
    pub(crate) fn filled(&mut self, bytes: usize) {
        self.filled += bytes;
        if let Some(end) = memrchr(b'\n', &self.window[self.looked..self.filled]) {
            self.look(self.looked + end + 1);
        }
        if self.filled == self.window.len() {
            self.slide();
        }
    }

    /// Ends a part of the log: what follows begins a new line.
    pub(crate) fn end_part(&mut self) {
        if self.looked < self.filled || self.torn {
            // There is always room for one more.
            self.window[self.filled] = b'\n';
            self.filled(1);
        }
    }

    /// Returns what was found.
    pub(crate) fn finish(mut self, name: String) -> Job {
        self.end_part();
        if !self.keep.tells() {
            self.back(self.looked, self.lines + 1, END, |_| Mark::End);
        }
        Job {
            name,
            errors: self.errors,
            lines: self.keep.finish(),
        }
    }

    /// Looks at the whole lines up to `end`.
    fn look(&mut self, end: usize) {
        let (mut at, mut number) = (self.looked, self.lines);
        loop {
            while self.after > 0 && at < end {
                let next = self.take_near(at, end, number + 1);
                number += breaks(&self.window[at..next]);
                at = next;
            }
            let Some(hit) = word(&self.window, at..end) else {
                break;
            };
            let start = memrchr(b'\n', &self.window[at..hit]).map_or(at, |found| at + found + 1);
            number += breaks(&self.window[at..start]);
            at = end_of_line(&self.window, hit, end);
            self.found(start, at, number + 1);
            number += breaks(&self.window[start..at]);
        }
        self.lines = number + breaks(&self.window[at..end]);
        self.looked = end;
        self.torn = end > 0 && self.window[end - 1] != b'\n';
    }

    /// Keeps a line that speaks of an error, and what stands around it if it is one.
    fn found(&mut self, start: usize, end: usize, number: u64) {
        let raw = without_break(&self.window[start..end]);
        let longest = self.longest;
        if !clean::is_error(raw) {
            self.keep
                .add(number, Mark::Word, || clean::line(raw, longest));
            return;
        }
        self.keep
            .add(number, Mark::Error, || clean::line(raw, longest));
        self.errors += 1;
        self.after = NEAR.1;
        self.back(start, number, AROUND, |distance| {
            if distance <= NEAR.0 {
                Mark::Near
            } else {
                Mark::Around
            }
        });
    }

    /// Keeps the line at `start` as one that stands close behind an error; an error gets lines of its own.
    fn take_near(&mut self, start: usize, limit: usize, number: u64) -> usize {
        let end = end_of_line(&self.window, start, limit);
        let raw = without_break(&self.window[start..end]);
        self.after -= 1;
        if clean::is_error(raw) {
            self.found(start, end, number);
        } else {
            let longest = self.longest;
            self.keep
                .add(number, Mark::Near, || clean::line(raw, longest));
        }
        end
    }

    /// Keeps up to `count` lines that end before `end`, which is where the line `number` begins.
    fn back(&mut self, mut end: usize, number: u64, count: u64, mark: impl Fn(u64) -> Mark) {
        let longest = self.longest;
        for distance in 1..=count.min(number - 1) {
            // What stands before another error was kept for that one.
            if end == 0 || self.keep.is_error(number - distance) {
                return;
            }
            let start = memrchr(b'\n', &self.window[..end - 1]).map_or(0, |at| at + 1);
            let raw = without_break(&self.window[start..end]);
            self.keep.add(number - distance, mark(distance), || {
                clean::line(raw, longest)
            });
            end = start;
        }
    }

    /// Makes room for a quarter of the window at least, keeping some whole lines of what was looked at where that fits.
    fn slide(&mut self) {
        let enough = self.window.len() / 4;
        let history = self.looked.saturating_sub(HISTORY);
        let whole = memchr(b'\n', &self.window[history..self.looked]);
        let mut from = whole.map_or(self.looked, |at| history + at + 1);
        if from < enough {
            from = self.looked;
        }
        if from < enough {
            // A line that is longer than the window is taken apart.
            self.look(self.filled);
            from = self.filled;
        }
        self.window.copy_within(from..self.filled, 0);
        self.filled -= from;
        self.looked -= from;
    }
}

fn breaks(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}

/// Says where the line ends that `at` lies in, behind its break.
fn end_of_line(window: &[u8], at: usize, limit: usize) -> usize {
    memchr(b'\n', &window[at..limit]).map_or(limit, |end| at + end + 1)
}

fn without_break(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\n").unwrap_or(line)
}
