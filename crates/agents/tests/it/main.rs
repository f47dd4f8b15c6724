//! Real processes: how they are contained, and what the template agent does in a real clone.

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

mod environment;
mod media;
mod process;
mod programs;
mod site;
mod stage;
mod template;
mod transcripts;
