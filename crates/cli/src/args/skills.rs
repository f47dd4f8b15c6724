//! `skills`: what can be typed.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use super::Format;
use super::requests::Declared;

/// Look at what agents are taught, and check it
#[derive(Debug, ClapArgs)]
pub(crate) struct Skills {
    #[command(subcommand)]
    pub(crate) verb: SkillsVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SkillsVerb {
    /// Check skills: front matter, length, links, commands, canary phrases, and every skill that a type names
    ///
    /// Ends with status 0 when there are no errors; warnings are only told.
    #[command(
        after_help = "Examples:\n  lightsout skills check\n  lightsout skills check .claude/skills --config factory.toml --format json"
    )]
    Check {
        /// A folder that holds a folder for each skill; else what is built in
        dir: Option<PathBuf>,
        #[command(flatten)]
        declared: Declared,
        /// How to print the result
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// List the skills that are built in
    #[command(after_help = "Example:\n  lightsout skills list")]
    List {
        /// How to print the result
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Print a skill that is built in
    #[command(after_help = "Example:\n  lightsout skills show content-engine")]
    Show {
        /// Its name
        name: String,
        /// How to print the result
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
}
