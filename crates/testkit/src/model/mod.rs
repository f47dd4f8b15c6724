//! A model that says what it was told to say: a server on loopback that speaks to real agent programs.
//!
//! Claude Code and Codex are the parts of a factory that cannot be had without an account and money. Their *programs*
//! can: both take another address for their model. [`ModelServer`] listens there, speaks Anthropic's Messages
//! (`POST /v1/messages`, `POST /v1/messages/count_tokens`) and OpenAI's Responses (`POST /v1/responses`), streamed or
//! not, and answers from a script. A script is data: [`Conversation`]s of [`Turn`]s.
//!
//! ```
//! use lightsout_testkit::model::{Conversation, ModelServer, Turn};
//!
//! let server = ModelServer::start(vec![
//!     Conversation::new("faq", ["(issue 5)"])
//!         .turn(Turn::say("Let me look.").shell("git status --short"))
//!         .turn(Turn::say("Nothing to do.\n\nREADY")),
//! ])?;
//! // `ANTHROPIC_BASE_URL` of Claude Code, or `base_url` of a provider of Codex with `/v1` after it.
//! assert!(server.url().starts_with("http://127.0.0.1:"));
//! assert!(server.exchanges().is_empty());
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Everything that programs sent is kept and can be asked for ([`Exchange`]): the prompt, the results of tools, and
//! whether the key they used was the one they were given. What no conversation is written for is answered with an
//! error and is found in [`ModelServer::surprises`], so that a test cannot pass by talking past its script.

mod exchange;
mod messages;
mod responses;
mod script;
mod serve;

pub use exchange::{Exchange, Protocol, ToolResult};
pub use script::{Call, Conversation, Turn, Usage};
pub use serve::ModelServer;
