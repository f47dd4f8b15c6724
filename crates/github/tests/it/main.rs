//! Payloads and answers: real ones, and ones that nobody should send.

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

mod examples;
mod hostile;
mod rest;
