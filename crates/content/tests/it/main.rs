//! Hostile text in, safe pages out.

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

mod check;
mod corpus;
mod prose;
