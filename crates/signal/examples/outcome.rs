//! Reads a transcript, from a file or from standard input, and prints its outcome as JSON.
//!
//! `cargo run -p lightsout-signal --example outcome -- transcript.jsonl`

use std::fs::File;
use std::io::{self, Read, Write as _};

use lightsout_signal::{Limits, Outcome};

fn main() -> io::Result<()> {
    let reader: Box<dyn Read> = match std::env::args_os().nth(1) {
        Some(path) => Box::new(File::open(path)?),
        None => Box::new(io::stdin()),
    };
    let outcome = Outcome::read(reader, &Limits::default());
    let json = serde_json::to_string_pretty(&outcome)?;
    writeln!(io::stdout(), "{json}")
}
