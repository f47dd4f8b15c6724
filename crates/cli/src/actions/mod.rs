//! What is about GitHub Actions: the environment of a job, its outputs, its annotations, its summary.

mod commands;
mod environment;
mod outputs;
mod summary;

pub(crate) use commands::{Level, annotate, inert, inert_json, is_here};
pub(crate) use environment::{
    Job, attempt, cargo_home, checkout, delivery, event, refuse_secrets, run_digest, state,
    variable,
};
pub(crate) use outputs::Outputs;
pub(crate) use summary::Summary;
