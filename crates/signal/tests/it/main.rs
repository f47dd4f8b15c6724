//! Transcripts in, outcomes out.

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

mod fixtures;
mod hostile;
mod table;
