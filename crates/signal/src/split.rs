//! Cutting a stream of bytes into JSON objects, in bounded memory.
//!
//! Objects come as elements of one array, or one after another (a line each, or one that is spread over lines).
//! A text longer than the limit is cut inside its quotes and marked, so that one huge tool output does not cost the
//! message around it. After something broken, reading goes on at the next line where each message has its own line
//! (no JSON text holds a raw line break, so a line cannot begin inside a text), and stops where it has not.

use memchr::{memchr, memchr2, memchr3, memrchr};

use crate::Limits;

/// What the splitter reports.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// A whole object. `cut` says that a text in it was shortened.
    Object { bytes: &'a [u8], cut: bool },
    /// Something that is no object.
    Noise,
    /// An object that broke off.
    Broken,
    /// An object longer than the limit.
    TooLong,
}

/// How the objects are strung together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strung {
    Array,
    Lines,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before the bracket of an array.
    Before,
    Between,
    /// In the rest of a line that is of no use.
    Rest,
    Inside,
    InString,
    /// After the end of an array.
    After,
    /// After something broken in an array.
    Lost,
}

/// What becomes of the present object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Whole,
    /// A text in it was shortened.
    Cut,
    /// It is longer than the limit; nothing more of it is kept.
    TooLong,
    /// Only its own values matter, and not what stands in them.
    Shallow,
    /// Nothing in the rest of it matters, so that it is neither kept nor read; this many of its braces are open.
    Dull {
        open: usize,
    },
}

/// What is put at the end of a text that was cut, on a line of its own so that the cut line is not the last.
const CUT_MARK: &[u8] = b"\\n[cut]";

/// How long an escape may be, in bytes.
const LONGEST_ESCAPE: usize = 6;

/// How long the beginning of an object may be that says that the rest does not matter, in bytes.
const LONGEST_START: usize = 192;

/// The state right after a backslash.
const ESCAPED: u8 = u8::MAX;

#[derive(Debug)]
pub(crate) struct Splitter {
    strung: Strung,
    place: Place,
    max_string: usize,
    max_message: usize,
    buffer: Vec<u8>,
    depth: usize,
    /// Whether the object goes over several lines: its first line holds nothing but the brace.
    spread: Option<bool>,
    /// Bytes of the present escape that are still to come.
    escape: u8,
    string_length: usize,
    /// Whether the present text is being cut.
    cutting: bool,
    fate: Fate,
}

impl Splitter {
    pub(crate) fn new(strung: Strung, limits: &Limits) -> Self {
        Self {
            strung,
            place: match strung {
                Strung::Array => Place::Before,
                Strung::Lines => Place::Between,
            },
            max_string: limits.string,
            max_message: limits.message,
            buffer: Vec::new(),
            depth: 0,
            spread: None,
            escape: 0,
            string_length: 0,
            cutting: false,
            fate: Fate::Whole,
        }
    }

    /// Whether the bytes so far end in the middle of an object.
    pub(crate) fn is_inside(&self) -> bool {
        matches!(self.place, Place::Inside | Place::InString)
    }

    /// Whether an array was opened and not closed.
    pub(crate) fn is_unclosed(&self) -> bool {
        self.strung == Strung::Array && self.place != Place::After
    }

    pub(crate) fn feed(&mut self, mut bytes: &[u8], sink: &mut impl FnMut(Piece<'_>)) {
        while !bytes.is_empty() {
            let used = match self.place {
                Place::Lost => return,
                Place::Rest => match memchr(b'\n', bytes) {
                    None => return,
                    Some(end) => {
                        self.place = Place::Between;
                        end + 1
                    }
                },
                Place::Before | Place::Between | Place::After => self.between(bytes[0], sink),
                Place::Inside => self.inside(bytes, sink),
                Place::InString => self.in_string(bytes, sink),
            };
            bytes = &bytes[used..];
        }
    }

    fn between(&mut self, byte: u8, sink: &mut impl FnMut(Piece<'_>)) -> usize {
        match (self.place, self.strung, byte) {
            (_, _, b' ' | b'\t' | b'\r' | b'\n') | (Place::Between, Strung::Array, b',') => {}
            // A file that was appended to itself holds a second array.
            (Place::Before | Place::After, _, b'[') => self.place = Place::Between,
            (Place::Between, Strung::Array, b']') => self.place = Place::After,
            (Place::Between, _, b'{') => {
                self.buffer.clear();
                self.buffer.push(b'{');
                self.depth = 1;
                self.spread = None;
                self.fate = Fate::Whole;
                self.place = Place::Inside;
            }
            _ => self.lose(sink),
        }
        1
    }

    /// Gives the present object up.
    fn lose(&mut self, sink: &mut impl FnMut(Piece<'_>)) {
        let inside = self.is_inside();
        let spread = inside && self.spread == Some(true);
        self.place = match self.strung {
            Strung::Lines if !spread => Place::Rest,
            Strung::Lines | Strung::Array => Place::Lost,
        };
        sink(if inside { Piece::Broken } else { Piece::Noise });
    }

    fn inside(&mut self, bytes: &[u8], sink: &mut impl FnMut(Piece<'_>)) -> usize {
        // Where what is still to be kept begins.
        let mut from = 0;
        for (index, &byte) in bytes.iter().enumerate() {
            match byte {
                b' ' | b'\t' | b'\r' => {}
                b'\n' => {
                    let spread = *self.spread.get_or_insert(true);
                    if self.strung == Strung::Lines && !spread {
                        self.lose(sink);
                        return index;
                    }
                }
                _ => {
                    self.spread.get_or_insert(false);
                    match byte {
                        b'{' | b'[' => {
                            self.depth += 1;
                            if self.depth == 2 && self.fate == Fate::Shallow {
                                self.keep(&bytes[from..=index]);
                                from = index + 1;
                            }
                        }
                        b'}' | b']' => {
                            if self.depth == 2 && self.fate == Fate::Shallow {
                                from = index;
                            }
                            self.depth -= 1;
                        }
                        _ => {}
                    }
                }
            }
            if byte == b'"' {
                self.keep_inside(&bytes[from..=index]);
                self.place = Place::InString;
                self.string_length = 0;
                self.escape = 0;
                self.cutting = false;
                return index + 1;
            }
            if self.depth == 0 {
                self.keep_inside(&bytes[from..=index]);
                self.place = Place::Between;
                sink(match self.fate {
                    Fate::TooLong => Piece::TooLong,
                    Fate::Whole | Fate::Cut | Fate::Shallow => Piece::Object {
                        bytes: &self.buffer,
                        cut: self.fate == Fate::Cut,
                    },
                    Fate::Dull { open } => {
                        let end = self.buffer.len() + open;
                        self.buffer.resize(end, b'}');
                        Piece::Object {
                            bytes: &self.buffer,
                            cut: false,
                        }
                    }
                });
                return index + 1;
            }
        }
        self.keep_inside(&bytes[from..]);
        bytes.len()
    }

    /// Keeps what stands between texts, unless it lies deeper than matters.
    fn keep_inside(&mut self, bytes: &[u8]) {
        if self.fate != Fate::Shallow || self.depth < 2 {
            self.keep(bytes);
        }
    }

    fn in_string(&mut self, bytes: &[u8], sink: &mut impl FnMut(Piece<'_>)) -> usize {
        if self.escape > 0 {
            // After the backslash comes one byte, or a `u` and four digits.
            if self.escape == ESCAPED && bytes[0] == b'u' {
                self.escape = 4;
            } else if self.escape == ESCAPED {
                self.escape = 0;
            } else {
                self.escape -= 1;
            }
            if bytes[0] == b'\n' {
                self.lose(sink);
                return 0;
            }
            // An escape that was begun is kept to its end, whatever the limit.
            if !self.is_skipping() {
                self.string_length += 1;
                self.keep(&bytes[..1]);
            }
            return 1;
        }
        let skipping = self.is_skipping();
        let whole = whole_escapes(bytes);
        if whole > 0 && (skipping || self.string_length + whole <= self.max_string) {
            if !skipping {
                self.string_length += whole;
                self.keep(&bytes[..whole]);
            }
            return whole;
        }
        // Near the limit every escape counts for itself.
        let end = memchr3(b'"', b'\\', b'\n', bytes).unwrap_or(bytes.len());
        if end > 0 {
            self.keep_in_string(&bytes[..end]);
            return end;
        }
        match bytes[0] {
            b'"' => {
                self.keep_inside(b"\"");
                self.place = Place::Inside;
                if self.fate == Fate::Whole && self.depth <= 2 {
                    self.fate = fate_of(&self.buffer, self.depth);
                }
            }
            b'\\' => {
                self.escape = ESCAPED;
                self.keep_in_string(b"\\");
            }
            _ => {
                self.lose(sink);
                return 0;
            }
        }
        1
    }

    /// Keeps a part of a text up to the limit, and to the end of the character that reaches it.
    fn keep_in_string(&mut self, part: &[u8]) {
        if self.is_skipping() {
            return;
        }
        let mut end = self.max_string.saturating_sub(self.string_length);
        while part
            .get(end)
            .is_some_and(|byte| byte & 0b1100_0000 == 0b1000_0000)
        {
            end += 1;
        }
        if end >= part.len() {
            self.string_length += part.len();
            self.keep(part);
            return;
        }
        self.keep(&part[..end]);
        self.keep(CUT_MARK);
        self.cutting = true;
        if self.fate == Fate::Whole {
            self.fate = Fate::Cut;
        }
    }

    /// Whether nothing of the present text is kept.
    fn is_skipping(&self) -> bool {
        match self.fate {
            Fate::TooLong | Fate::Dull { .. } => true,
            Fate::Shallow if self.depth > 1 => true,
            Fate::Whole | Fate::Cut | Fate::Shallow => self.cutting,
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        match self.fate {
            Fate::TooLong | Fate::Dull { .. } => {}
            Fate::Whole | Fate::Cut | Fate::Shallow
                if self.buffer.len() + bytes.len() > self.max_message =>
            {
                self.fate = Fate::TooLong;
            }
            Fate::Whole | Fate::Cut | Fate::Shallow => self.buffer.extend_from_slice(bytes),
        }
    }
}

/// Says what becomes of an object that begins so, up to the end of a text at this depth: most of a transcript is what
/// tools and people said to the agent, of which nothing matters, and the agent's own messages, of which their content
/// does not.
fn fate_of(start: &[u8], depth: usize) -> Fate {
    if start.len() > LONGEST_START {
        return Fate::Whole;
    }
    // Spread over lines, there is white space between.
    let bytes = start.iter().filter(|byte| !byte.is_ascii_whitespace());
    let start: Vec<u8> = bytes.copied().collect();
    match start.as_slice() {
        b"{\"type\":\"user\"" => Fate::Dull { open: depth },
        b"{\"type\":\"assistant\"" => Fate::Shallow,
        start if depth == 2 && is_work_of_codex(start) => Fate::Dull { open: depth },
        _ => Fate::Whole,
    }
}

/// Whether this is the beginning of one of Codex's items that came to its end, up to its type, and it is neither the
/// agent's word nor an error. An item under way is told several times, each time with more in it, so that what stands in
/// it tells whether an event is there twice.
fn is_work_of_codex(start: &[u8]) -> bool {
    let plain = |text: &[u8]| {
        let mut bytes = text.iter();
        bytes.all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    };
    let parts = || {
        let item = start.strip_prefix(b"{\"type\":\"item.completed\",\"item\":{\"id\":\"")?;
        let (id, rest) = item.split_at_checked(memchr(b'"', item)?)?;
        let kind = rest.strip_prefix(b"\",\"type\":\"")?.strip_suffix(b"\"")?;
        Some((id, kind))
    };
    parts().is_some_and(|(id, kind)| {
        plain(id) && plain(kind) && kind != b"agent_message" && kind != b"error"
    })
}

/// Returns how many bytes go on the present text without ending in the middle of an escape.
///
/// Escapes are short and frequent in what tools print; looking for each alone costs more than the bytes between. So the
/// quote that ends the text is looked for, which is one after an even number of backslashes.
fn whole_escapes(bytes: &[u8]) -> usize {
    let mut end = 0;
    while let Some(found) = memchr2(b'"', b'\n', &bytes[end..]) {
        end += found;
        if bytes[end] == b'\n' || backslashes(&bytes[..end]).is_multiple_of(2) {
            return end;
        }
        end += 1;
    }
    // The rest of an escape may be in what is read next: `\u` and four digits are the longest.
    let tail = bytes.len().saturating_sub(LONGEST_ESCAPE - 1);
    match memrchr(b'\\', &bytes[tail..]) {
        Some(last) => tail + last - (backslashes(&bytes[..=tail + last]) - 1),
        None => bytes.len(),
    }
}

/// Returns how many backslashes stand at the end.
fn backslashes(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .rev()
        .take_while(|byte| **byte == b'\\')
        .count()
}
