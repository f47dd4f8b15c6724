//! How much is read and kept.

/// How much is read and kept. What is larger costs a finding, never memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most entries that an archive may list; one with more is refused.
    pub entries: u64,
    /// The most bytes that are unpacked, over all entries.
    pub bytes: u64,
    /// The most bytes that one packed byte may become, over a whole entry.
    pub ratio: u64,
    /// The most lines that are kept.
    pub lines: usize,
    /// The longest line that is kept, in bytes.
    pub line: usize,
    /// The most jobs of which lines are kept.
    pub jobs: usize,
}

impl Default for Limits {
    /// 20,000 entries, 2 GiB, 1:500, 200 lines of 1,000 bytes, 50 jobs.
    ///
    /// A run has at most a few hundred jobs of a few dozen steps. Logs shrink to a tenth, lines that repeat to a
    /// hundredth; more than 1:500 is what bombs are made of.
    fn default() -> Self {
        Self {
            entries: 20_000,
            bytes: 2 << 30,
            ratio: 500,
            lines: 200,
            line: 1_000,
            jobs: 50,
        }
    }
}
