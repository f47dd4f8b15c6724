//! The `lightsout` command.

mod actions;
mod agent;
mod args;
mod assets;
mod chosen;
mod content;
mod cost;
mod demo;
mod explain;
mod factory;
mod failure;
mod heal;
mod input;
mod jobs;
mod journal;
mod labels;
mod lint;
mod local;
mod look;
mod output;
mod policy;
mod progress;
mod replay;
mod request;
mod schema;
mod serve;
mod signal;
mod skills;
mod summary;
mod workflows;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Args, Verb};

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return failure::usage(&error),
    };
    let result = match args.verb {
        Verb::Demo(demo) => demo::run(&demo),
        Verb::Local(local) => local::run(&local),
        Verb::Explain(explain) => explain::run(&explain),
        Verb::Replay(replay) => replay::run(&replay),
        Verb::Triage(args) => jobs::triage(&args),
        Verb::Gate(args) => jobs::gate(&args),
        Verb::Settle(args) => jobs::settle(&args),
        Verb::Publish(args) => jobs::publish(&args),
        Verb::Content(content) => content::run(&content),
        Verb::Request(request) => request::run(&request),
        Verb::Lint(lint) => lint::run(&lint),
        Verb::Labels(labels) => labels::run(&labels),
        Verb::Schema => schema::run(),
        Verb::Policy(args) => policy::run(&args),
        Verb::Signal(signal) => signal::run(&signal),
        Verb::Heal(heal) => heal::run(&heal),
        Verb::Review(args) => jobs::review(&args),
        Verb::Preview(args) => jobs::preview(&args),
        Verb::Stale(args) => jobs::stale(&args),
        Verb::Spend(args) => jobs::spend(&args),
        Verb::Canary(args) => jobs::canary(&args),
        Verb::Cost(cost) => cost::run(&cost),
        Verb::Skills(skills) => skills::run(&skills),
        Verb::Workflows(args) => workflows::run(&args),
        Verb::Agent(agent) => agent::run(&agent),
    };
    match result {
        Ok(done) => done.into(),
        Err(error) => failure::report(&error),
    }
}
