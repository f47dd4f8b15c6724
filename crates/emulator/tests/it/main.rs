//! What this crate promises, asked over HTTP.

#![expect(clippy::unwrap_used, reason = "in a test, a failure is a panic")]

/// Started again after it was cut off.
mod again;
/// The contract that every forge keeps, kept by the adapter for GitHub against this server.
mod contract;
/// Which doings raise events, and how they lie in the folder.
mod events;
/// Garbage, strangers, and things that are not rehearsed.
mod hostile;
/// A served forge, and whoever asks it.
mod site;
