//! The engine on the embedded forge, with shell scripts as agents.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set its scene should stop there"
)]

mod abreast;
mod bad_agents;
mod crash;
mod gates;
mod handed;
mod jobs;
mod parts;
mod pushed;
mod spend;
mod story;
mod transcripts;
mod world;
