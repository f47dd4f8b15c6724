//! Plain text, of which only the end is kept.

use crate::word::{Fence, last_word};
use crate::{FindingCode, Format, Outcome};

/// How much of a line is looked at to see whether it opens or closes a code block.
const LINE_START: usize = 128;

/// The end of a text of any length, and whether that end lies in a code block.
#[derive(Debug)]
pub(crate) struct Tail {
    limit: usize,
    kept: Vec<u8>,
    /// The beginning of the line that is being read, for lines that were dropped.
    line: Vec<u8>,
    fence: Fence,
    dropped: bool,
}

impl Tail {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            kept: Vec::new(),
            line: Vec::new(),
            fence: Fence::default(),
            dropped: false,
        }
    }

    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.kept.extend_from_slice(bytes);
        // Letting it grow to twice the limit before it is cut makes the moves rare.
        if self.kept.len() > self.limit.saturating_mul(2) {
            self.cut();
        }
    }

    /// Drops whole lines from the front while the code block they are in is followed.
    fn cut(&mut self) {
        let excess = self.kept.len().saturating_sub(self.limit);
        for &byte in &self.kept[..excess] {
            if byte == b'\n' {
                self.fence.line(&String::from_utf8_lossy(&self.line));
                self.line.clear();
            } else if self.line.len() < LINE_START {
                self.line.push(byte);
            }
        }
        self.kept.drain(..excess);
        self.dropped = true;
    }

    /// Reads what was kept as the agent's final text.
    pub(crate) fn finish(mut self) -> Outcome {
        if self.kept.len() > self.limit {
            self.cut();
        }
        let blank = self.kept.iter().all(u8::is_ascii_whitespace);
        if blank && !self.dropped {
            let mut outcome = Outcome::new(Format::Empty);
            outcome.find(FindingCode::Empty);
            return outcome;
        }
        let mut outcome = Outcome::new(Format::Text);
        let text = String::from_utf8_lossy(&self.kept);
        if std::str::from_utf8(&self.kept).is_err() {
            outcome.find(FindingCode::NotUtf8);
        }
        let mut start = 0;
        if self.dropped {
            outcome.find(FindingCode::Cut);
            // The first kept line may lack its beginning; what is left of it must not be read as a line.
            start = text.find('\n').map_or(text.len(), |end| end + 1);
            self.line
                .extend_from_slice(&text.as_bytes()[..start.min(LINE_START)]);
            self.fence.line(&String::from_utf8_lossy(&self.line));
        }
        let text = &text[start..];
        last_word(text, self.fence).put_into(&mut outcome);
        outcome
    }
}
