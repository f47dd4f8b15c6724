//! Claude Code's messages.

use std::collections::BTreeMap;

use lightsout_ledger::{ModelUsage, Nanodollars, TokenUsage};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::json::{Raw, count, dollars, get, text};
use crate::word::{Fence, last_word};
use crate::{Denial, ErrorClass, FindingCode, Format, Outcome};

/// What the kind of an error is called that nobody named.
const UNKNOWN: &str = "unknown";
/// More runs than these in one transcript are not kept apart.
const MOST_SESSIONS: usize = 8;
/// More refused calls than these are not listed.
const MOST_DENIALS: usize = 200;
/// The longest part of a refused call that is quoted, in characters.
const LONGEST_INPUT: usize = 500;

/// The fields of any message that are looked at.
#[derive(Deserialize)]
pub(crate) struct Message<'a> {
    #[serde(borrow, rename = "type")]
    kind: Raw<'a>,
    #[serde(borrow)]
    subtype: Raw<'a>,
    #[serde(borrow)]
    session_id: Raw<'a>,
    #[serde(borrow)]
    uuid: Raw<'a>,
    #[serde(borrow)]
    model: Raw<'a>,
    #[serde(borrow)]
    error: Raw<'a>,
    #[serde(borrow)]
    error_status: Raw<'a>,
    #[serde(borrow)]
    errors: Raw<'a>,
    #[serde(borrow)]
    is_error: Raw<'a>,
    #[serde(borrow)]
    api_error_status: Raw<'a>,
    #[serde(borrow)]
    api_error_type: Raw<'a>,
    #[serde(borrow)]
    stop_reason: Raw<'a>,
    #[serde(borrow)]
    terminal_reason: Raw<'a>,
    #[serde(borrow)]
    result: Raw<'a>,
    #[serde(borrow)]
    num_turns: Raw<'a>,
    #[serde(borrow)]
    duration_ms: Raw<'a>,
    #[serde(borrow)]
    total_cost_usd: Raw<'a>,
    #[serde(borrow)]
    usage: Raw<'a>,
    #[serde(borrow, rename = "modelUsage")]
    model_usage: Raw<'a>,
    #[serde(borrow)]
    permission_denials: Raw<'a>,
}

impl Message<'_> {
    /// Returns the type's name.
    pub(crate) fn kind(&self) -> Option<String> {
        text(self.kind)
    }
}

/// The types of message that make a transcript one of Claude Code's.
pub(crate) fn speaks(kind: &str) -> bool {
    matches!(
        kind,
        "system"
            | "assistant"
            | "user"
            | "result"
            | "stream_event"
            | "rate_limit_event"
            | "tool_progress"
            | "auth_status"
            | "tool_use_summary"
            | "prompt_suggestion"
    )
}

/// What has been read of a transcript so far.
#[derive(Debug, Default)]
pub(crate) struct Claude {
    model: Option<String>,
    /// The run that last began.
    session: Option<String>,
    /// The last result of each run, in the order of the runs.
    results: Vec<(String, Report)>,
    messages: usize,
    doubled: bool,
    interleaved: bool,
    /// Whether the agent spoke after the last result.
    spoke_after: bool,
    api_error: Option<ErrorClass>,
}

/// A result message.
#[derive(Debug, Default)]
struct Report {
    uuid: String,
    text: Option<String>,
    error: Option<ErrorClass>,
    /// Whether it calls that a success.
    contradicts: bool,
    /// What it says about the error besides.
    errors: String,
    turns: Option<u64>,
    duration_ms: Option<u64>,
    cost: Option<Nanodollars>,
    models: Vec<ModelUsage>,
    denials: Vec<Denial>,
    bad_number: bool,
}

impl Claude {
    pub(crate) fn message(&mut self, message: &Message<'_>) {
        self.messages += 1;
        match text(message.kind).as_deref() {
            Some("system") => self.system(message),
            Some("assistant") => {
                self.spoke_after = true;
                if let Some(kind) = text(message.error) {
                    self.api_error = Some(ErrorClass::Api { kind, status: None });
                }
            }
            Some("result") => self.result(message),
            _ => {}
        }
    }

    fn system(&mut self, message: &Message<'_>) {
        match text(message.subtype).as_deref() {
            Some("init") => {
                self.model = text(message.model);
                let session = text(message.session_id);
                self.interleaved |= self.session.is_some() && self.session != session;
                self.session = session;
            }
            Some("api_retry") => {
                let kind = text(message.error).unwrap_or_else(|| UNKNOWN.to_owned());
                self.api_error = Some(ErrorClass::Api {
                    kind,
                    status: get(message.error_status),
                });
            }
            _ => {}
        }
    }

    fn result(&mut self, message: &Message<'_>) {
        self.spoke_after = false;
        let session = text(message.session_id).unwrap_or_default();
        let report = Report::read(message, self.model.as_deref(), self.api_error.take());
        let same = |(_, earlier): &(String, Report)| {
            !report.uuid.is_empty() && earlier.uuid == report.uuid
        };
        if self.results.iter().any(same) {
            self.doubled = true;
        } else if let Some(earlier) = self.results.iter_mut().find(|(id, _)| *id == session) {
            // A later result of the same run holds the totals of the earlier one.
            earlier.1 = report;
        } else {
            self.interleaved |= !self.results.is_empty();
            if self.results.len() < MOST_SESSIONS {
                self.results.push((session, report));
            }
        }
    }

    /// Notes that the transcript ends in the middle of a message, whoever's it was.
    pub(crate) fn cut_off(&mut self) {
        self.spoke_after = true;
    }

    pub(crate) fn finish(mut self, array: bool) -> Outcome {
        let format = match (array, self.messages, self.results.len()) {
            (true, ..) => Format::ClaudeArray,
            (false, 1, 1) => Format::ClaudeResult,
            (false, ..) => Format::ClaudeLines,
        };
        let mut outcome = Outcome::new(format);
        let Some((_, last)) = self.results.pop() else {
            outcome.find(FindingCode::NoResult);
            if let Some(error) = &self.api_error {
                outcome.find_because(FindingCode::ApiError, &error.to_string());
            }
            if self.interleaved {
                outcome.find(FindingCode::Interleaved);
            }
            outcome.error = Some(self.api_error.unwrap_or(ErrorClass::Crash));
            return outcome;
        };
        if self.doubled {
            outcome.find(FindingCode::Doubled);
        }
        last.put_into(&mut outcome);
        for (_, earlier) in self.results {
            outcome.add(earlier);
        }
        if self.interleaved {
            outcome.find(FindingCode::Interleaved);
        }
        if self.spoke_after {
            outcome.find(FindingCode::TalkAfterResult);
        }
        outcome
    }
}

impl Outcome {
    /// Adds what another run in the same transcript used.
    fn add(&mut self, other: Report) {
        self.models.extend(other.models);
        self.cost = match (self.cost, other.cost) {
            (Some(one), Some(other)) => Some(one.saturating_add(other)),
            // With one part unknown, the sum is.
            (None, _) | (_, None) => None,
        };
    }
}

impl Report {
    fn read(message: &Message<'_>, model: Option<&str>, api_error: Option<ErrorClass>) -> Self {
        let mut bad = false;
        let cost = dollars(message.total_cost_usd, &mut bad);
        let subtype = text(message.subtype).unwrap_or_default();
        // What should be a yes or no and is neither is no reason to believe in success.
        let is_error = message
            .is_error
            .is_some_and(|raw| !matches!(raw.get(), "false" | "null"));
        let refused = text(message.stop_reason).as_deref() == Some("refusal");
        let status: Option<u16> = get(message.api_error_status);
        let error = match subtype.as_str() {
            _ if refused => Some(ErrorClass::Refusal),
            "error_max_turns" => Some(ErrorClass::MaxTurns),
            "error_max_budget_usd" => Some(ErrorClass::Budget),
            "success" if !is_error => None,
            _ if status.is_some() => {
                let said = match api_error {
                    Some(ErrorClass::Api { kind, .. }) if kind != UNKNOWN => Some(kind),
                    _ => text(message.api_error_type),
                };
                let kind = said.unwrap_or_else(|| UNKNOWN.to_owned());
                Some(ErrorClass::Api { kind, status })
            }
            _ => Some(api_error.unwrap_or(ErrorClass::Execution)),
        };
        let contradicts = error.is_some() && subtype == "success" && !refused;
        let mut models = models(message.model_usage, &mut bad);
        if models.is_empty() {
            models.extend(main_loop(message.usage, model, cost, &mut bad));
        }
        Self {
            uuid: text(message.uuid).unwrap_or_default(),
            text: text(message.result),
            error,
            contradicts,
            errors: errors(message),
            turns: count(message.num_turns, &mut bad),
            duration_ms: count(message.duration_ms, &mut bad),
            cost,
            models,
            denials: denials(message.permission_denials),
            bad_number: bad,
        }
    }

    fn put_into(self, outcome: &mut Outcome) {
        outcome.turns = self.turns;
        outcome.duration_ms = self.duration_ms;
        outcome.cost = self.cost;
        outcome.models = self.models;
        outcome.denials = self.denials;
        if self.bad_number {
            outcome.find(FindingCode::BadNumber);
        }
        if let Some(text) = &self.text {
            let word = last_word(text, Fence::default());
            if self.error.is_none() {
                word.put_into(outcome);
            } else {
                outcome.message = word.message;
            }
        }
        if self.error.is_none() && self.text.is_none() {
            outcome.find(FindingCode::NoSignal);
        }
        if self.contradicts {
            // Here the final text is the error's.
            let text = self.text.as_deref().unwrap_or("");
            outcome.find_because(FindingCode::SuccessIsError, text);
        }
        if let Some(error) = &self.error {
            let code = error.code();
            let detail = match error {
                ErrorClass::Api { .. } => format!("{error} {}", self.errors),
                _ => self.errors,
            };
            // What is no class of its own has been said by the contradiction.
            if !(self.contradicts && code == FindingCode::ErrorResult) {
                outcome.find_because(code, &detail);
            }
        }
        outcome.error = self.error;
    }
}

/// Returns what a result says about its error: the texts, or else the name of the reason.
fn errors(message: &Message<'_>) -> String {
    let texts: Vec<Value> = get(message.errors).unwrap_or_default();
    let texts: Vec<&str> = texts.iter().filter_map(Value::as_str).collect();
    if texts.is_empty() {
        let reason = text(message.terminal_reason).unwrap_or_default();
        return reason.replace('_', " ");
    }
    texts.join("; ")
}

#[derive(Deserialize)]
struct PerModel<'a> {
    #[serde(borrow, rename = "inputTokens")]
    input: Raw<'a>,
    #[serde(borrow, rename = "outputTokens")]
    output: Raw<'a>,
    #[serde(borrow, rename = "cacheReadInputTokens")]
    cache_read: Raw<'a>,
    #[serde(borrow, rename = "cacheCreationInputTokens")]
    cache_write: Raw<'a>,
    #[serde(borrow, rename = "cacheCreationEphemeral5mInputTokens")]
    cache_write_5m: Raw<'a>,
    #[serde(borrow, rename = "cacheCreationEphemeral1hInputTokens")]
    cache_write_1h: Raw<'a>,
    #[serde(borrow, rename = "costUSD")]
    cost: Raw<'a>,
    #[serde(borrow, rename = "costBasis")]
    basis: Raw<'a>,
    #[serde(borrow, rename = "canonicalModel")]
    canonical: Raw<'a>,
}

/// Reads the totals by model, sorted by the model's name.
fn models(raw: Raw<'_>, bad: &mut bool) -> Vec<ModelUsage> {
    let Some(raw) = raw else { return Vec::new() };
    let Ok(by_name) = serde_json::from_str::<BTreeMap<String, &RawValue>>(raw.get()) else {
        *bad = true;
        return Vec::new();
    };
    let mut models = Vec::new();
    for (name, raw) in by_name {
        let Some(per) = get::<PerModel<'_>>(Some(raw)) else {
            *bad = true;
            continue;
        };
        let writes = CacheWrites {
            all: count(per.cache_write, bad),
            in_5m: count(per.cache_write_5m, bad),
            in_1h: count(per.cache_write_1h, bad),
        };
        let usage = TokenUsage {
            input: count(per.input, bad).unwrap_or(0),
            output: count(per.output, bad).unwrap_or(0),
            cache_read: count(per.cache_read, bad).unwrap_or(0),
            ..writes.split()
        };
        let model = text(per.canonical)
            .filter(|name| !name.is_empty())
            .unwrap_or(name);
        models.push(ModelUsage {
            model,
            usage,
            // A price that was guessed is none.
            reported: dollars(per.cost, bad)
                .filter(|_| text(per.basis).as_deref() != Some("unknown")),
        });
    }
    models
}

/// Tokens written into caches, together and by cache, as far as they were reported.
struct CacheWrites {
    all: Option<u64>,
    in_5m: Option<u64>,
    in_1h: Option<u64>,
}

impl CacheWrites {
    /// Puts what no cache claims into the five-minute one.
    fn split(&self) -> TokenUsage {
        let long = self.in_1h.unwrap_or(0);
        let short = self.in_5m.unwrap_or(0);
        let unclaimed = self
            .all
            .unwrap_or(0)
            .saturating_sub(short.saturating_add(long));
        TokenUsage {
            cache_write_5m: short.saturating_add(unclaimed),
            cache_write_1h: long,
            ..TokenUsage::default()
        }
    }
}

#[derive(Deserialize)]
struct MainLoop<'a> {
    #[serde(borrow)]
    input_tokens: Raw<'a>,
    #[serde(borrow)]
    output_tokens: Raw<'a>,
    #[serde(borrow)]
    cache_creation_input_tokens: Raw<'a>,
    #[serde(borrow)]
    cache_read_input_tokens: Raw<'a>,
    #[serde(borrow)]
    cache_creation: Raw<'a>,
}

#[derive(Deserialize)]
struct CacheCreation<'a> {
    #[serde(borrow)]
    ephemeral_5m_input_tokens: Raw<'a>,
    #[serde(borrow)]
    ephemeral_1h_input_tokens: Raw<'a>,
}

/// Reads the usage of the main loop, which is all that older versions report.
fn main_loop(
    raw: Raw<'_>,
    model: Option<&str>,
    cost: Option<Nanodollars>,
    bad: &mut bool,
) -> Option<ModelUsage> {
    let usage: MainLoop<'_> = get(raw)?;
    let split: Option<CacheCreation<'_>> = get(usage.cache_creation);
    let writes = CacheWrites {
        all: count(usage.cache_creation_input_tokens, bad),
        in_5m: split
            .as_ref()
            .and_then(|split| count(split.ephemeral_5m_input_tokens, bad)),
        in_1h: split
            .as_ref()
            .and_then(|split| count(split.ephemeral_1h_input_tokens, bad)),
    };
    let usage = TokenUsage {
        input: count(usage.input_tokens, bad).unwrap_or(0),
        output: count(usage.output_tokens, bad).unwrap_or(0),
        cache_read: count(usage.cache_read_input_tokens, bad).unwrap_or(0),
        ..writes.split()
    };
    (!usage.is_empty() || cost.is_some()).then(|| ModelUsage {
        model: model.unwrap_or("unknown").to_owned(),
        usage,
        reported: cost,
    })
}

#[derive(Deserialize)]
struct Refused<'a> {
    #[serde(borrow)]
    tool_name: Raw<'a>,
    #[serde(borrow)]
    tool_input: Raw<'a>,
}

fn denials(raw: Raw<'_>) -> Vec<Denial> {
    let refused: Vec<&RawValue> = get(raw).unwrap_or_default();
    refused
        .into_iter()
        .take(MOST_DENIALS)
        .filter_map(|raw| get::<Refused<'_>>(Some(raw)))
        .map(|refused| Denial {
            tool: text(refused.tool_name).unwrap_or_default(),
            input: tool_input(refused.tool_input),
        })
        .collect()
}

/// Returns what a tool was to do: the command or the path, or else the whole input.
fn tool_input(raw: Raw<'_>) -> String {
    let value: Value = get(raw).unwrap_or(Value::Null);
    let told = ["command", "file_path", "path", "url"]
        .iter()
        .find_map(|key| value.get(key).and_then(Value::as_str).map(str::to_owned));
    let input = told.unwrap_or_else(|| value.to_string());
    input.chars().take(LONGEST_INPUT).collect()
}
