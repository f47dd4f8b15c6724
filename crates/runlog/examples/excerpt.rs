//! Reads an archive of logs and prints the lines that tell why the run failed.
//!
//! `cargo run --release -p lightsout-runlog --example excerpt -- logs.zip`

use std::error::Error;
use std::fs::File;
use std::io::{self, Write as _};

use lightsout_runlog::{Limits, read_archive};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("which archive?")?;
    let excerpt = read_archive(File::open(path)?, &[], &Limits::default())?;
    let errors: u64 = excerpt.jobs.iter().map(|job| job.errors).sum();
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{} logs, {} bytes, {errors} errors",
        excerpt.logs, excerpt.bytes
    )?;
    for finding in &excerpt.findings {
        writeln!(out, "note: {finding}")?;
    }
    write!(out, "{}", excerpt.text())?;
    Ok(())
}
