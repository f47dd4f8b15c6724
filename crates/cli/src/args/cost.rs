//! `cost`: what can be typed.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use super::Format;

/// The branch that a repository's ledger is kept on.
pub(crate) const LEDGER_BRANCH: &str = "lightsout/ledger";

/// Look at the ledger, and move spend logs in and out of it
#[derive(Debug, ClapArgs)]
pub(crate) struct Cost {
    #[command(subcommand)]
    pub(crate) verb: CostVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CostVerb {
    /// Show what was spent and reserved, by issue and by day
    #[command(
        after_help = "Examples, after `lightsout demo`:\n  lightsout cost show\n  LIGHTSOUT_BOT_TOKEN=… lightsout cost show --remote https://github.com/acme/careers.git"
    )]
    Show {
        #[command(flatten)]
        ledger: LedgerArgs,
        /// How to print the result
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Add what other spend logs say to the ledger, each row once
    Import(CostImport),
    /// Write the ledger's spend logs into a folder
    Export(CostExport),
}

/// Which ledger.
#[derive(Debug, ClapArgs)]
pub(crate) struct LedgerArgs {
    /// The factory's folder
    #[arg(long, default_value = "lightsout-demo")]
    pub(crate) dir: PathBuf,
    /// The ledger on a branch of this repository instead; its token is read from `LIGHTSOUT_BOT_TOKEN` or `GITHUB_TOKEN`
    #[arg(long, value_name = "URL", conflicts_with = "dir")]
    pub(crate) remote: Option<String>,
    /// The branch
    #[arg(long, default_value = LEDGER_BRANCH, requires = "remote")]
    pub(crate) branch: String,
}

/// Add what other spend logs say to the ledger, each row once
///
/// Reads `.cms-token-log.json`, `.cms-fal-log.json` and files like them, in whatever shape: a list, an object with a list in
/// it, or a row a line, with fields under any common name. Says which fields were understood and which rows were left out and
/// why. Importing twice changes nothing, and a log that has grown adds what is new. Ends with status 1 when rows were left out.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  lightsout cost import .cms-token-log.json .cms-fal-log.json --dry-run\n  lightsout cost import old-spend.jsonl --kind images --format json"
)]
pub(crate) struct CostImport {
    /// The files (`-` for standard input)
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// What the files log; else by their names, `fal`, `image` and `media` being pictures
    #[arg(long, value_enum)]
    pub(crate) kind: Option<LogKind>,
    /// Say what would be added, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) ledger: LedgerArgs,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// Write the ledger's spend logs into a folder
///
/// Writes `.cms-token-log.json` and `.cms-fal-log.json`, a row a line, which `cost import` reads back exactly. A file that holds
/// rows which the ledger lacks is left as it is.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples, after `lightsout demo`:\n  lightsout cost export --to .\n  lightsout cost export --to . --dry-run"
)]
pub(crate) struct CostExport {
    /// The folder
    #[arg(long, value_name = "FOLDER")]
    pub(crate) to: PathBuf,
    /// Say what would be written, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) ledger: LedgerArgs,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// What a file logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogKind {
    /// What models used
    Tokens,
    /// What pictures cost
    Images,
}
