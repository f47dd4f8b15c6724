//! Reads a transcript on standard input and prints its outcome as JSON.
//!
//! `cargo run -p lightsout-signal --example outcome < transcript`

use std::io::{self, Write as _};

use lightsout_signal::{Limits, Outcome};

fn main() -> io::Result<()> {
    let outcome = Outcome::read(io::stdin().lock(), &Limits::default());
    let json = serde_json::to_string_pretty(&outcome)?;
    writeln!(io::stdout(), "{json}")
}
