//! GitHub on this machine: its REST API, its git and its events over the local forge, to rehearse a factory offline.
//!
//! [`Server`] answers for one repository on loopback, as far as a factory asks: issues, comments, labels, pull requests,
//! statuses, check runs, variables, dispatches, and git by the real `git http-backend`. What it does not rehearse is
//! answered with 404 and said so. Answers have the form that GitHub's description of its API gives them.
//!
//! # Tokens
//!
//! [`Tokens`] are minted for the workflow, for the bot and for each member, and kept in a file that only its owner can
//! read. A request is its token's account's. What the workflow's token does raises no event, except a dispatch; what the
//! bot and people do raises them.
//!
//! # Events
//!
//! After each request the events that it raised lie in a folder, one file each, as webhook payloads: `00000042-issues.json`.
//! They are made from the forge's log, so that a server that was killed writes what is missing when it starts again.
//!
//! **Architecture invariant:** this crate writes GitHub's JSON and `github` reads it; nothing else knows it. It decides
//! nothing: what a request of the API means is the local forge's business.

mod actions;
mod answer;
mod ask;
mod attachment;
mod checks;
mod events;
mod git;
mod issues;
mod people;
mod place;
mod pulls;
mod repository;
mod routes;
mod server;
mod show;
mod tokens;

pub use server::{Log, Options, Server, ServerError};
pub use tokens::{Tokens, TokensError};
