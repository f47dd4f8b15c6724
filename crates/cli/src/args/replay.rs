//! What can be typed after `lightsout replay`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::Format;

/// Decide again what a journal says was decided
///
/// The engine's journal keeps what every decision was made from. This makes each of them again by the rules of this
/// version, and reports where reason or plan differ. With `--dir` it also looks whether the forge still is as the last
/// plan of each request wanted it. Ends with 1 when anything differs.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  lightsout replay lightsout-demo/journal.jsonl\n  lightsout replay lightsout-demo/journal.jsonl --dir lightsout-demo --format json"
)]
pub(crate) struct Replay {
    /// The journal
    #[arg(value_name = "JOURNAL")]
    pub(crate) journal: PathBuf,
    /// The factory's folder, to compare the forge as well
    #[arg(long)]
    pub(crate) dir: Option<PathBuf>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}
