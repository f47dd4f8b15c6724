//! Checks of the built program from outside: what a user sees, read with other people's tools.

mod agents;
mod demo;
pub(crate) mod expressions;
mod files;
mod forge;
mod forms;
mod github;
mod guards;
mod installed;
mod kill;
mod log;
mod mdx;
pub(crate) mod node;
mod payloads;
mod policy;
mod programs;
mod rest;
mod result;
mod workflows;
mod workflows_lint;

use std::path::PathBuf;

use anyhow::Result;
use clap::Subcommand;
use forge::Program;

pub(crate) use agents::Kind;

/// What to check.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Check {
    /// Run the real Claude Code and Codex against a scripted model, through the same requests
    Agents,
    /// Run the demo twice and check what it leaves: table, commits, pictures
    Demo {
        /// Let a real program do the work, with a scripted model, and compare with the demo without one
        #[arg(long)]
        agent: Option<agents::Kind>,
    },
    /// Kill the demo at random moments and check that it always reaches the same end
    Kill {
        /// How many times to kill it
        #[arg(long, default_value_t = 50)]
        times: u32,
        /// Where the random moments start from
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Evaluate tens of thousands of workflow expressions, and compare with GitHub's own evaluator
    Expressions,
    /// Ask every guard of the workflows about tens of thousands of payloads, three ways
    Guards,
    /// Install with the real npm, pnpm and Yarn, and let gates find what they need beside the commit
    Installed,
    /// Compile every kind of page with the official MDX compiler
    Mdx,
    /// Keep the port's contract on somebody else's emulator of GitHub, and judge every exchange by GitHub's description
    Github,
    /// Judge every answer of `lightsout local serve` by GitHub's description, and every event by the schemas of webhooks
    Rehearsal,
    /// Kill every verb at each of its writes on that emulator, and check that it always reaches the same end
    Killed {
        /// Kill on both sides of each write and start again both here and on another machine, and not in one of the four
        /// ways after the other in turn
        #[arg(long)]
        all: bool,
        /// Which way comes first
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Judge issue forms and the schema of `factory.toml` with an independent validator
    Forms,
    /// Read every example payload that GitHub's users have published
    Payloads,
    /// Put hundreds of calls to the real Claude Code, and compare what it refuses with our verdicts
    Policy,
    /// Run the workflows for real with `act`, against `lightsout local serve`: from filed to merged, and the others
    Workflows,
    /// Look at the workflows with actionlint, zizmor and GitHub's own parser
    WorkflowsLint,
    /// Install the real agent programs that other checks use, and print the folder that holds them
    Programs,
}

/// Runs one check, on the given program or on one that is built now.
pub(crate) fn run(check: &Check, program: Option<PathBuf>) -> Result<()> {
    // These look at what is rendered, installed or linked in, not at the program.
    match check {
        Check::Expressions => return expressions::run(),
        Check::Forms => return forms::run(),
        Check::Github => return github::run(),
        Check::Guards => return guards::run(),
        Check::Programs => {
            println!("{}", programs::install()?.bin.display());
            return Ok(());
        }
        _ => {}
    }
    let program = program.map_or_else(Program::build, Program::at)?;
    match check {
        Check::Agents => agents::run(&program),
        Check::Demo { agent: None } => demo::run(&program),
        Check::Demo { agent: Some(kind) } => agents::demo(&program, *kind),
        Check::Installed => installed::run(&program),
        Check::Kill { times, seed } => kill::run(&program, *times, *seed),
        Check::Killed { all, seed } => {
            let (all, seed) = (*all, *seed);
            github::killed::run(&program, github::killed::Options { all, seed })
        }
        Check::Mdx => mdx::run(&program),
        Check::Payloads => payloads::run(),
        Check::Policy => policy::run(&program),
        Check::Rehearsal => github::rehearse(&program),
        Check::Workflows => workflows::run(&program),
        Check::WorkflowsLint => workflows_lint::run(&program),
        Check::Expressions | Check::Forms | Check::Github | Check::Guards | Check::Programs => {
            Ok(())
        }
    }
}
