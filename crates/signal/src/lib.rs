//! What an agent said: from transcript to outcome.
//!
//! [`Outcome::read`] reads whatever an agent program printed, recognises its format by its content, and says what
//! the run came to: the [`Signal`] on the last line of the final result, the words before it, usage and cost,
//! refused tool calls, and [`Finding`]s for everything that is odd. It never panics and never guesses: where a
//! transcript is cut, doubled, mixed or contradicts itself there is a finding and no signal.
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
//! Formats: Claude Code's execution file (one JSON array), its `stream-json` lines, a single result object, Codex
//! `exec --json` lines, and plain text. Memory is bounded by [`Limits`], not by the transcript's size.
//!
//! **Architecture invariant:** nothing here knows a file, a process or the forge; bytes come in, an [`Outcome`]
//! comes out.

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
