//! What an agent said: from transcript to outcome.
//!
//! [`Outcome::read`] reads whatever an agent program printed, recognises its format by its content, and says what the run
//! came to: the [`Signal`] on the last line of the final result, the words before it, usage and cost, refused tool calls,
//! and a [`Finding`] for everything that is odd. It never fails, never panics and never guesses: where a transcript is cut,
//! mixed or contradicts itself there is a finding and no signal.
//!
//! ```
//! use lightsout_signal::{Limits, Outcome, Signal};
//!
//! let printed = "I wrote the page. While WAITING for nothing, I am done.\n\n**READY**\n";
//! let outcome = Outcome::read(printed.as_bytes(), &Limits::default());
//! assert_eq!(outcome.signal, Some(Signal::Ready));
//! assert_eq!(outcome.message, "I wrote the page. While WAITING for nothing, I am done.");
//! ```
//!
//! # Formats
//!
//! | what | how it is recognised | [`Format`] |
//! | --- | --- | --- |
//! | Claude Code's execution file: one JSON array of messages, indented or not | begins with `[` | [`ClaudeArray`](Format::ClaudeArray) |
//! | Claude Code's `stream-json`: a message a line | begins with `{`, and a `type` that Claude Code writes | [`ClaudeLines`](Format::ClaudeLines) |
//! | Claude Code's `json`: the result message alone | the same, and nothing else | [`ClaudeResult`](Format::ClaudeResult) |
//! | Codex `exec --json`: an event a line | begins with `{`, and a `type` that Codex writes | [`CodexLines`](Format::CodexLines) |
//! | words | everything else | [`Text`](Format::Text) |
//!
//! Byte order marks, blank lines, Windows line ends, messages and fields of unknown names, and values of other types than
//! they should have cost nothing but themselves. Noise of other programs between the lines is skipped and noted.
//!
//! # What counts as a signal
//!
//! Only the last line that is not blank, of the agent's final result: the `result` of Claude Code's last result message,
//! the last `agent_message` of Codex's last completed turn, or the end of a plain text. The line must be `READY` or
//! `WAITING`, in capitals, and nothing else; Markdown emphasis, back-ticks and one final period are peeled off. Whatever
//! stands in tools' output, in earlier messages, in a quote, a list, a heading or a code block is no signal.
//!
//! ```
//! use lightsout_signal::{FindingCode, Limits, Outcome};
//!
//! for (text, code) in [
//!     ("READY. While waiting for review I rest.", FindingCode::SignalNotAlone),
//!     ("```\nREADY", FindingCode::SignalInCode),
//!     ("All done!", FindingCode::NoSignal),
//!     ("I will be notified when the build is done.", FindingCode::AwaitsNotification),
//! ] {
//!     let outcome = Outcome::read(text.as_bytes(), &Limits::default());
//!     assert_eq!((outcome.signal, outcome.findings[0].code), (None, code));
//! }
//! ```
//!
//! # Findings
//!
//! Each [`FindingCode`] has a stable name, a sentence for people, what it does to the signal ([`Weight`]) and how to go on
//! ([`FindingCode::advice`]), all in one table. An outcome without a signal always has a finding that says why.
//!
//! A transcript cannot tell what lies in the repository. Whoever counted the agent's commits asks [`Outcome::judge`], which
//! returns a [`Verdict`] and the contradictions: READY without a commit, WAITING with commits, commits without a word,
//! nothing done at all.
//!
//! # Usage and cost
//!
//! [`Outcome::models`] holds tokens by model, in five counts that do not overlap, with the cost that the agent itself
//! reports. It is empty where a transcript does not tell, which is unknown and not nothing. Amounts are read digit by digit
//! into whole nano-dollars; a number that makes no sense is left out and noted. Of a doubled transcript each run counts
//! once; of a mixed one all runs count, since all of them cost.
//!
//! # Memory
//!
//! A transcript is read once, from the front, in pieces. [`Limits`] bound what is held: one message with its long texts
//! cut, and of plain text the end. A message of which nothing matters, such as what a tool printed, is not held at all.
//!
//! # In a program
//!
//! `examples/outcome.rs` is a whole program that prints an outcome as JSON; `lightsout signal` is the finished one.
//!
//! **Architecture invariant:** nothing here knows a file, a process or the forge; bytes come in, an [`Outcome`] comes out.

mod claude;
mod codex;
mod finding;
mod json;
mod outcome;
mod read;
mod split;
mod text;
mod word;

pub use finding::{Finding, FindingCode, Weight};
pub use outcome::{Denial, ErrorClass, Format, Judgement, Outcome, Signal, Verdict};
pub use read::Limits;
