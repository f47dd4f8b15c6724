//! Skills in, findings and layouts out.

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

mod builtin;
mod layout;
mod rules;
