//! What keeps the workspace honest: `cargo xtask tidy`, `ci`, `e2e`, `simulate` and `fuzz`.
//!
//! Nothing here is shipped. The checks are functions over plain data, so that each has a test that breaks its
//! rule; only the edges run programs and read files.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a developer's tool talks to its terminal"
)]

mod bench;
mod ci;
mod e2e;
mod fuzz;
mod model;
mod mutants;
mod process;
mod simulate;
mod tidy;
mod workflows;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Check and test the workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Check what no compiler checks: arrows between crates, forbidden words, documents, generated files
    Tidy {
        /// Write generated files that are not fresh
        #[arg(long)]
        fix: bool,
    },
    /// Write the JSON Schema of `factory.toml`
    Schema,
    /// Write the workflows of GitHub Actions into `workflows/`
    Workflows {
        /// Write nothing, and fail where a file is not what it should be
        #[arg(long)]
        check: bool,
    },
    /// Run everything that a change must pass, after `cargo test --workspace`
    Ci {
        /// Run only these steps, by name
        #[arg(long, value_name = "STEP")]
        only: Vec<String>,
    },
    /// Live through many requests on the real engine with seeded faults; `--help` lists the options
    #[command(disable_help_flag = true)]
    Simulate {
        /// What the simulation is told
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<OsString>,
    },
    /// Explore the rules of a request's life in small worlds, and see that wrong rules are found
    Model(model::Options),
    /// Run the built program from outside and check what it leaves behind
    E2e {
        /// Check this program instead of building one
        #[arg(long, global = true, value_name = "FILE")]
        program: Option<PathBuf>,
        #[command(subcommand)]
        check: e2e::Check,
    },
    /// Let a fuzz target run for a while
    Fuzz(fuzz::Fuzz),
    /// Break the rules on purpose and see that a test notices; needs cargo-mutants
    Mutants(mutants::Mutants),
    /// Measure beside the tool that people would use otherwise, and print the ratio
    Bench {
        #[command(subcommand)]
        bench: bench::Bench,
    },
}

fn main() -> ExitCode {
    let result = match Cli::parse().task {
        Task::Tidy { fix } => tidy::run(fix),
        Task::Schema => tidy::schema(),
        Task::Workflows { check } => workflows::run(check),
        Task::Ci { only } => ci::run(&only),
        Task::Simulate { options } => simulate::run(&options),
        Task::Model(options) => model::run(&options),
        Task::E2e { program, check } => e2e::run(&check, program),
        Task::Mutants(mutants) => mutants::run(&mutants),
        Task::Bench { bench } => bench::run(&bench),
        Task::Fuzz(fuzz) => fuzz::run(&fuzz),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
