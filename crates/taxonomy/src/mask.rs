//! A text with everything blanked out that says nothing, in which every byte keeps its place.
//!
//! Blanked bytes become NUL, so that a range in the mask is a range in the text, and what is left of a
//! comment can be told from a space that somebody typed.

use std::ops::Range;

/// What stands for a byte that says nothing.
pub(crate) const BLANK: char = '\0';

/// A masked text and its lines.
pub(crate) struct Mask {
    text: String,
    lines: Vec<Line>,
}

/// One line by its place; the line end is not part of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Whether the line is code, or opens or closes it.
    pub(crate) code: bool,
}

impl Mask {
    /// Masks line ends that are no `\n`, the byte-order mark, and HTML comments outside of code.
    pub(crate) fn new(text: &str) -> Self {
        let mut bytes = text.as_bytes().to_vec();
        // NUL is what blanked bytes become, so one that somebody sent must be something else.
        for byte in bytes.iter_mut().filter(|byte| **byte == 0) {
            *byte = b' ';
        }
        // A carriage return alone is a line end; one before a `\n` is a part of it.
        for index in 0..bytes.len() {
            if bytes[index] == b'\r' && bytes.get(index + 1) != Some(&b'\n') {
                bytes[index] = b'\n';
            }
        }
        let lines = split(&bytes);
        for byte in bytes.iter_mut().filter(|byte| **byte == b'\r') {
            *byte = 0;
        }
        if text.starts_with('\u{feff}') {
            bytes[..3].fill(0);
        }
        let lines = scan(&mut bytes, lines);
        Self {
            text: into_text(bytes),
            lines,
        }
    }

    /// Returns the lines in order.
    pub(crate) fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Returns a line as it is masked, without what is blank at its ends.
    pub(crate) fn line(&self, line: Line) -> &str {
        self.text[line.start..line.end].trim_matches(|c: char| c == BLANK || c.is_whitespace())
    }

    /// Returns the lines that a range touches.
    pub(crate) fn lines_in(&self, range: &Range<usize>) -> &[Line] {
        let first = self.lines.partition_point(|line| line.end < range.start);
        let last = self.lines.partition_point(|line| line.start < range.end);
        self.lines.get(first..last).unwrap_or_default()
    }

    /// Says whether a place lies in code.
    pub(crate) fn is_code(&self, place: usize) -> bool {
        let line = self.lines.partition_point(|line| line.end < place);
        self.lines.get(line).is_some_and(|line| line.code)
    }

    /// Returns a range of the masked text.
    pub(crate) fn slice(&self, start: usize, end: usize) -> &str {
        &self.text[start..end]
    }

    /// Returns the whole masked text.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Blanks a range, which must lie on character boundaries.
    pub(crate) fn blank(&mut self, range: Range<usize>) {
        self.blank_ranges([range]);
    }

    /// Blanks whole lines.
    pub(crate) fn blank_all(&mut self, lines: &[Line]) {
        self.blank_ranges(lines.iter().map(|line| line.start..line.end));
    }

    fn blank_ranges(&mut self, ranges: impl IntoIterator<Item = Range<usize>>) {
        let mut bytes = std::mem::take(&mut self.text).into_bytes();
        for range in ranges {
            for byte in bytes[range].iter_mut().filter(|byte| **byte != b'\n') {
                *byte = 0;
            }
        }
        self.text = into_text(bytes);
    }
}

/// Bytes are blanked by whole characters only, so the lossy way is never taken.
fn into_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// Finds code among the lines, and blanks comments on the way.
fn scan(bytes: &mut [u8], mut lines: Vec<Line>) -> Vec<Line> {
    let mut unclosed = Unclosed::default();
    let mut no_more_comments = false;
    let mut index = 0;
    while index < lines.len() {
        let line = lines[index];
        let fence = Fence::opening(&bytes[line.start..line.end]);
        let close = fence.and_then(|fence| unclosed.find_close(fence, &lines, index, bytes));
        if let Some(close) = close {
            for line in &mut lines[index..=close] {
                line.code = true;
            }
            index = close + 1;
            continue;
        }
        if !no_more_comments {
            no_more_comments = !blank_comments(bytes, line);
        }
        index += 1;
    }
    lines
}

fn split(bytes: &[u8]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = 0;
    for line in bytes.split(|byte| *byte == b'\n') {
        lines.push(Line {
            start,
            end: start + line.strip_suffix(b"\r").unwrap_or(line).len(),
            code: false,
        });
        start += line.len() + 1;
    }
    lines
}

/// Blanks the comments that open on this line; says `false` when one is never closed.
fn blank_comments(bytes: &mut [u8], line: Line) -> bool {
    let mut from = line.start;
    let mut in_code = false;
    while let Some(offset) = find(&bytes[from..line.end], b"<!--") {
        let open = from + offset;
        let flips = |code: bool, byte: &u8| code ^ (*byte == b'`');
        in_code = bytes[from..open].iter().fold(in_code, flips);
        if in_code {
            from = open + 4;
            continue;
        }
        let Some(length) = find(&bytes[open + 4..], b"-->") else {
            return false;
        };
        let close = open + 4 + length + 3;
        for byte in bytes[open..close].iter_mut().filter(|byte| **byte != b'\n') {
            *byte = 0;
        }
        if close >= line.end {
            return true;
        }
        from = close;
    }
    true
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

/// The line that opens a block of code.
#[derive(Clone, Copy)]
struct Fence {
    mark: u8,
    length: usize,
}

impl Fence {
    fn opening(line: &[u8]) -> Option<Self> {
        let line = line.trim_ascii_start();
        let mark = *line.first().filter(|mark| matches!(mark, b'`' | b'~'))?;
        let length = line.iter().take_while(|byte| **byte == mark).count();
        let info = &line[length..];
        // `` ```a``` `` on one line is a code span.
        (length >= 3 && !(mark == b'`' && info.contains(&b'`'))).then_some(Self { mark, length })
    }

    fn is_closed_by(self, line: &[u8]) -> bool {
        let line = line.trim_ascii();
        line.len() >= self.length && line.iter().all(|byte| *byte == self.mark)
    }
}

/// Fences known to be open for good, so that each is looked for once.
///
/// An unclosed fence is text: a section that follows it should not be lost.
#[derive(Default)]
struct Unclosed {
    ticks: Option<usize>,
    tildes: Option<usize>,
}

impl Unclosed {
    fn find_close(
        &mut self,
        fence: Fence,
        lines: &[Line],
        open: usize,
        bytes: &[u8],
    ) -> Option<usize> {
        let shortest = if fence.mark == b'`' {
            &mut self.ticks
        } else {
            &mut self.tildes
        };
        if shortest.is_some_and(|shortest| fence.length >= shortest) {
            return None;
        }
        let closes = |line: &Line| fence.is_closed_by(&bytes[line.start..line.end]);
        let close = lines[open + 1..].iter().position(closes);
        if close.is_none() {
            *shortest = Some(fence.length);
        }
        close.map(|offset| open + 1 + offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        Mask::new(text).as_str().replace(BLANK, "·")
    }

    #[test]
    fn comments_and_carriage_returns_are_blanked_in_place() {
        assert_eq!(
            shown("\u{feff}a\r\nb <!-- c\nd --> e\rf"),
            "···a·\nb ······\n····· e\nf"
        );
        assert_eq!(shown("`<!--` a <!-- b"), "`<!--` a <!-- b");
    }

    #[test]
    fn comments_in_code_stay() {
        assert_eq!(
            shown("```\n<!-- a -->\n```\n<!-- b -->"),
            "```\n<!-- a -->\n```\n··········"
        );
    }

    #[test]
    fn a_carriage_return_is_no_part_of_its_line() {
        for text in ["a\r\n<!--\r\nb\r\n-->\r\n", "a\n<!--\nb\n-->\n"] {
            let mask = Mask::new(text);
            let lengths: Vec<usize> = mask.lines().iter().map(|l| l.end - l.start).collect();
            assert_eq!(lengths, [1, 4, 1, 3, 0], "{text:?}");
        }
    }

    #[test]
    fn an_unclosed_fence_is_text() {
        let mask = Mask::new("```rust\na\n~~~\nb\n~~~\n### c");
        let code: Vec<bool> = mask.lines().iter().map(|line| line.code).collect();
        assert_eq!(code, [false, false, true, true, true, false]);
    }
}
