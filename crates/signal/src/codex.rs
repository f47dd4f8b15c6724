//! Codex's events.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use lightsout_ledger::{ModelUsage, TokenUsage};
use serde::Deserialize;

use crate::json::{Raw, count, get, text};
use crate::word::{Fence, last_word};
use crate::{ErrorClass, FindingCode, Format, Outcome};

/// The fields of any event that are looked at.
#[derive(Deserialize)]
pub(crate) struct Event<'a> {
    #[serde(borrow, rename = "type")]
    kind: Raw<'a>,
    #[serde(borrow)]
    thread_id: Raw<'a>,
    #[serde(borrow)]
    item: Raw<'a>,
    #[serde(borrow)]
    usage: Raw<'a>,
    #[serde(borrow)]
    error: Raw<'a>,
    #[serde(borrow)]
    message: Raw<'a>,
}

#[derive(Deserialize)]
struct Item<'a> {
    #[serde(borrow, rename = "type")]
    kind: Raw<'a>,
    #[serde(borrow)]
    text: Raw<'a>,
}

#[derive(Deserialize)]
struct Usage<'a> {
    #[serde(borrow, rename = "input_tokens")]
    input: Raw<'a>,
    #[serde(borrow, rename = "cached_input_tokens")]
    cache_read: Raw<'a>,
    #[serde(borrow, rename = "cache_write_input_tokens")]
    cache_write: Raw<'a>,
    #[serde(borrow, rename = "output_tokens")]
    output: Raw<'a>,
}

#[derive(Deserialize)]
struct Failure<'a> {
    #[serde(borrow)]
    message: Raw<'a>,
}

impl Event<'_> {
    /// Returns the type's name.
    pub(crate) fn kind(&self) -> Option<String> {
        text(self.kind)
    }
}

/// The types of event that make a transcript one of Codex's.
pub(crate) fn speaks(kind: &str) -> bool {
    matches!(
        kind,
        "thread.started"
            | "turn.started"
            | "turn.completed"
            | "turn.failed"
            | "item.started"
            | "item.updated"
            | "item.completed"
            | "error"
    )
}

/// What has been read of a transcript so far.
#[derive(Debug, Default)]
pub(crate) struct Codex {
    thread: Option<String>,
    interleaved: bool,
    /// The last message of the agent in the present turn.
    text: Option<String>,
    /// Whether the last turn was completed.
    complete: bool,
    turns: u64,
    usage: TokenUsage,
    failure: Option<String>,
    oddities: Vec<FindingCode>,
    /// What the last event was, by its hash.
    previous: Option<u64>,
}

impl Codex {
    /// Says whether an event is the one before, once more; no event is told twice in a row.
    pub(crate) fn repeats(&mut self, json: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        json.hash(&mut hasher);
        let now = Some(hasher.finish());
        std::mem::replace(&mut self.previous, now) == now
    }

    pub(crate) fn event(&mut self, event: &Event<'_>) {
        match text(event.kind).as_deref() {
            Some("thread.started") => self.thread(text(event.thread_id).unwrap_or_default()),
            Some("turn.started") => {
                self.complete = false;
                self.text = None;
            }
            Some("item.completed") => self.item(event),
            Some("item.started" | "item.updated") => self.complete = false,
            Some("turn.completed") => {
                self.complete = true;
                self.turns += 1;
                let used = self.turn_usage(event.usage);
                self.usage = self.usage.plus(&used);
            }
            Some("turn.failed") => {
                let failure: Option<Failure<'_>> = get(event.error);
                let words = failure.and_then(|failure| text(failure.message));
                self.failure = Some(words.unwrap_or_default());
            }
            Some("error") => {
                // A turn that is completed later has got over it.
                self.complete = false;
                self.failure = Some(text(event.message).unwrap_or_default());
            }
            _ => {}
        }
    }

    fn thread(&mut self, id: String) {
        match &self.thread {
            None => self.thread = Some(id),
            Some(known) if *known == id => {
                // What came before comes again.
                self.oddities.push(FindingCode::Doubled);
                self.turns = 0;
                self.usage = TokenUsage::default();
            }
            Some(_) => self.interleaved = true,
        }
    }

    fn item(&mut self, event: &Event<'_>) {
        let Some(item) = get::<Item<'_>>(event.item) else {
            return;
        };
        match text(item.kind).as_deref() {
            Some("agent_message") => {
                self.complete = false;
                self.text = text(item.text);
            }
            // A warning of the program itself, which ends nothing.
            Some("error") => {}
            _ => self.complete = false,
        }
    }

    fn turn_usage(&mut self, raw: Raw<'_>) -> TokenUsage {
        let Some(usage) = get::<Usage<'_>>(raw) else {
            return TokenUsage::default();
        };
        let mut bad = false;
        let cache_read = count(usage.cache_read, &mut bad).unwrap_or(0);
        let cache_write = count(usage.cache_write, &mut bad).unwrap_or(0);
        // Codex counts the cached tokens among those read; our five counts do not overlap.
        let input = count(usage.input, &mut bad).unwrap_or(0);
        let usage = TokenUsage {
            input: input.saturating_sub(cache_read.saturating_add(cache_write)),
            output: count(usage.output, &mut bad).unwrap_or(0),
            cache_write_5m: cache_write,
            cache_write_1h: 0,
            cache_read,
        };
        if bad {
            self.oddities.push(FindingCode::BadNumber);
        }
        usage
    }

    /// Notes that the transcript ends in the middle of an event.
    pub(crate) fn cut_off(&mut self) {
        self.complete = false;
    }

    pub(crate) fn finish(self) -> Outcome {
        let mut outcome = Outcome::new(Format::CodexLines);
        if self.turns > 0 {
            outcome.turns = Some(self.turns);
        }
        if !self.usage.is_empty() {
            // The events do not name the model, so its price stays unknown.
            outcome.models.push(ModelUsage::new("codex", self.usage));
        }
        let word = self
            .text
            .as_deref()
            .map(|text| last_word(text, Fence::default()));
        match (self.failure, word) {
            // An error that a later, complete turn got over is no failure.
            (Some(failure), _) if !self.complete => {
                outcome.find_because(FindingCode::ErrorResult, &failure);
                outcome.error = Some(ErrorClass::Execution);
            }
            (_, _) if !self.complete => {
                outcome.find(FindingCode::NoResult);
                outcome.error = Some(ErrorClass::Crash);
            }
            (_, Some(word)) => word.put_into(&mut outcome),
            (_, None) => outcome.find(FindingCode::NoSignal),
        }
        for code in self.oddities {
            outcome.find(code);
        }
        if self.interleaved {
            outcome.find(FindingCode::Interleaved);
        }
        outcome
    }
}
