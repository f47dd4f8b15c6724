//! The crate from outside.

#![expect(clippy::unwrap_used, reason = "in a test, a failure is a panic")]

/// What the audit names.
mod audit;
/// What the real program was seen to do.
mod measured;
/// What holds for any text.
mod properties;
