//! Reading `factory.toml` so that every complaint has a line, a column and a hint.
//!
//! The file is walked as the tree its parser gives, with spans, and not through `serde`, which
//! loses the place of everything but syntax errors. All complaints are collected, so that one
//! look at the file mends it.

mod error;
mod sections;
mod site;
mod types;
mod walk;
mod watch;

pub use error::ConfigError;

pub(crate) use sections::{default_agent, default_bots, default_budget, default_limits, read};
pub(crate) use site::{default_program, default_site};
pub(crate) use watch::{default_heal, default_preview};
