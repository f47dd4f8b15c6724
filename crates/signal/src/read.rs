//! Reading a transcript of any format and length.

use std::borrow::Cow;
use std::io::{ErrorKind, Read};

use serde::Deserialize;

use crate::claude::{self, Claude};
use crate::codex::{self, Codex};
use crate::json::{Raw, text};
use crate::split::{Piece, Splitter, Strung};
use crate::text::Tail;
use crate::{FindingCode, Outcome};

/// How much of a transcript is held in memory at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The longest text inside a message that is kept whole, in bytes; 1 MiB.
    pub string: usize,
    /// The longest message, its long texts cut, that is read, in bytes; 16 MiB.
    pub message: usize,
    /// How much of the end of a plain text is kept, in bytes; 256 KiB.
    pub text: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            string: 1 << 20,
            message: 16 << 20,
            text: 256 << 10,
        }
    }
}

impl Outcome {
    /// Reads a whole transcript. Never fails: what cannot be read is a finding.
    pub fn read(mut reader: impl Read, limits: &Limits) -> Self {
        let mut transcript = Transcript::new(limits.clone());
        let mut buffer = vec![0; 64 << 10];
        let mut unreadable = None;
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => transcript.feed(&buffer[..length]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    unreadable = Some(error.to_string());
                    break;
                }
            }
        }
        let mut outcome = transcript.finish();
        if let Some(error) = unreadable {
            outcome.find_because(FindingCode::Unreadable, &error);
        }
        outcome.settle();
        outcome
    }
}

/// A transcript whose format shows as it is fed.
struct Transcript {
    limits: Limits,
    stage: Stage,
    speaker: Option<Speaker>,
    oddities: Vec<FindingCode>,
}

enum Stage {
    /// Only white space so far, and perhaps a part of a byte order mark.
    Start(Vec<u8>),
    /// Words.
    Text(Tail),
    /// JSON, or words that begin like it as long as no message was recognised.
    Json {
        splitter: Splitter,
        array: bool,
        words: Tail,
    },
}

enum Speaker {
    Claude(Claude),
    Codex(Codex),
}

impl Speaker {
    /// Notes that a message did not come to its end, whoever's it was.
    fn cut_off(&mut self) {
        match self {
            Self::Claude(claude) => claude.cut_off(),
            Self::Codex(codex) => codex.cut_off(),
        }
    }
}

#[derive(Deserialize)]
struct Typed<'a> {
    #[serde(borrow, rename = "type")]
    kind: Raw<'a>,
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

impl Transcript {
    fn new(limits: Limits) -> Self {
        Self {
            limits,
            stage: Stage::Start(Vec::new()),
            speaker: None,
            oddities: Vec::new(),
        }
    }

    fn feed(&mut self, bytes: &[u8]) {
        match &mut self.stage {
            Stage::Start(seen) => {
                seen.extend_from_slice(bytes);
                let seen = std::mem::take(seen);
                self.start(seen);
            }
            Stage::Text(tail) => tail.feed(bytes),
            Stage::Json {
                splitter, words, ..
            } => {
                if self.speaker.is_none() {
                    words.feed(bytes);
                }
                let mut pieces = Listener {
                    speaker: &mut self.speaker,
                    oddities: &mut self.oddities,
                };
                splitter.feed(bytes, &mut |piece| pieces.hear(&piece));
            }
        }
    }

    /// Decides by the first byte that is not white space whether this can be JSON.
    fn start(&mut self, seen: Vec<u8>) {
        if BYTE_ORDER_MARK.starts_with(&seen) && seen.len() < BYTE_ORDER_MARK.len() {
            self.stage = Stage::Start(seen);
            return;
        }
        let bytes = seen
            .strip_prefix(BYTE_ORDER_MARK)
            .unwrap_or(&seen)
            .trim_ascii_start();
        let strung = match bytes.first() {
            None => {
                self.stage = Stage::Start(Vec::new());
                return;
            }
            Some(b'[') => Strung::Array,
            Some(b'{') => Strung::Lines,
            Some(_) => {
                let mut tail = Tail::new(self.limits.text);
                tail.feed(bytes);
                self.stage = Stage::Text(tail);
                return;
            }
        };
        self.stage = Stage::Json {
            splitter: Splitter::new(strung, &self.limits),
            array: strung == Strung::Array,
            words: Tail::new(self.limits.text),
        };
        self.feed(bytes);
    }

    fn finish(self) -> Outcome {
        let (splitter, array, words) = match self.stage {
            Stage::Start(seen) => {
                let mut tail = Tail::new(self.limits.text);
                tail.feed(&seen);
                return tail.finish();
            }
            Stage::Text(tail) => return tail.finish(),
            Stage::Json {
                splitter,
                array,
                words,
            } => (splitter, array, words),
        };
        let inside = splitter.is_inside();
        let mut outcome = match self.speaker {
            None => {
                let mut outcome = words.finish();
                // Words may begin with a brace and signal all the same.
                if inside && outcome.signal.is_none() {
                    outcome.find(FindingCode::Truncated);
                }
                return outcome;
            }
            Some(mut speaker) => {
                if inside {
                    speaker.cut_off();
                }
                match speaker {
                    Speaker::Claude(claude) => claude.finish(array),
                    Speaker::Codex(codex) => codex.finish(),
                }
            }
        };
        if inside || splitter.is_unclosed() {
            outcome.find(FindingCode::Truncated);
        }
        for code in self.oddities {
            outcome.find(code);
        }
        outcome
    }
}

/// Hands each message to whoever speaks.
struct Listener<'a> {
    speaker: &'a mut Option<Speaker>,
    oddities: &'a mut Vec<FindingCode>,
}

impl Listener<'_> {
    fn hear(&mut self, piece: &Piece<'_>) {
        match piece {
            Piece::Object { bytes, cut } => self.object(bytes, *cut),
            Piece::Noise => self.note(FindingCode::Malformed),
            Piece::Broken => self.missed(FindingCode::Malformed),
            Piece::TooLong => self.missed(FindingCode::TooLong),
        }
    }

    fn object(&mut self, bytes: &[u8], cut: bool) {
        if cut {
            self.note(FindingCode::Cut);
        }
        let json = String::from_utf8_lossy(bytes);
        if matches!(json, Cow::Owned(_)) {
            self.note(FindingCode::NotUtf8);
        }
        let heard = self.message(&json);
        if heard.is_none() {
            self.missed(FindingCode::Malformed);
        }
    }

    /// Notes a message that could not be read. It may have been the last word, so that what came before it is not.
    fn missed(&mut self, code: FindingCode) {
        self.note(code);
        if let Some(speaker) = self.speaker {
            speaker.cut_off();
        }
    }

    fn message(&mut self, json: &str) -> Option<()> {
        if self.speaker.is_none() {
            let typed: Typed<'_> = serde_json::from_str(json).ok()?;
            let kind = text(typed.kind)?;
            if !claude::speaks(&kind) && !codex::speaks(&kind) {
                // A message of a kind that is not known yet, or JSON that is no transcript.
                return Some(());
            }
            *self.speaker = if claude::speaks(&kind) {
                Some(Speaker::Claude(Claude::default()))
            } else {
                Some(Speaker::Codex(Codex::default()))
            };
        }
        match self.speaker.as_mut()? {
            Speaker::Claude(claude) => {
                let message: claude::Message<'_> = serde_json::from_str(json).ok()?;
                match message.kind() {
                    Some(kind) if !claude::speaks(&kind) && codex::speaks(&kind) => {
                        self.note(FindingCode::Interleaved);
                    }
                    Some(_) => claude.message(&message),
                    None => return None,
                }
            }
            Speaker::Codex(codex) => {
                let event: codex::Event<'_> = serde_json::from_str(json).ok()?;
                match event.kind() {
                    Some(kind) if claude::speaks(&kind) => self.note(FindingCode::Interleaved),
                    Some(_) if codex.repeats(json) => self.note(FindingCode::Doubled),
                    Some(_) => codex.event(&event),
                    None => return None,
                }
            }
        }
        Some(())
    }

    fn note(&mut self, code: FindingCode) {
        if !self.oddities.contains(&code) {
            self.oddities.push(code);
        }
    }
}
