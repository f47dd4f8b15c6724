//! Writes an archive of logs like those of a large build, to measure with.
//!
//! `cargo run --release -p lightsout-runlog --example archive -- logs.zip 200 steps` writes about 200 MB, with the files
//! of the steps as well. The lines hold what makes real logs hard to pack: hashes, durations, paths, versions.

use std::error::Error;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Write};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::{CompressionMethod, ZipArchiveWriter};

/// How many jobs the run has; the last one failed.
const JOBS: u64 = 12;
/// How much larger these logs are than their archive, in tenths.
const UNPACKED: u64 = 45;
/// How many steps each job has.
const STEPS: u64 = 8;

const WORDS: &[&str] = &[
    "compile",
    "resolve",
    "fetch",
    "link",
    "bundle",
    "transform",
    "module",
    "chunk",
    "asset",
    "cache",
    "restore",
    "upload",
    "snapshot",
    "coverage",
    "route",
    "page",
    "render",
    "static",
    "export",
    "package",
    "version",
    "install",
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let path = args.next().ok_or("which file?")?;
    let megabytes: u64 = args.next().ok_or("how many megabytes?")?.parse()?;
    let steps = args.next().is_some();
    let mut lines = Lines {
        state: 1,
        number: 0,
    };
    let mut archive = ZipArchiveWriter::new(BufWriter::new(File::create(&path)?));
    let mut bytes = 0;
    let packed_each = megabytes * 1_000_000 / JOBS / if steps { 2 } else { 1 };
    for job in 0..JOBS {
        let name = format!("build ({job})");
        let mut parts: Vec<String> = Vec::new();
        let size = packed_each * UNPACKED / 10;
        for step in 0..STEPS {
            let failed = job == JOBS - 1 && step == STEPS - 2;
            parts.push(lines.step(size / STEPS, failed));
        }
        bytes += file(&mut archive, &format!("{job}_{name}.txt"), &parts)?;
        if steps {
            for (number, part) in parts.iter().enumerate() {
                let name = format!("{name}/{}_Step {number}.txt", number + 1);
                bytes += file(&mut archive, &name, std::slice::from_ref(part))?;
            }
        }
    }
    archive.finish()?;
    let size = std::fs::metadata(&path)?.len();
    writeln!(io::stdout(), "{size} {bytes}")?;
    Ok(())
}

fn file<W: Write>(
    archive: &mut ZipArchiveWriter<W>,
    name: &str,
    parts: &[String],
) -> Result<u64, Box<dyn Error>> {
    let file = archive.new_file(name);
    let (mut entry, config) = file
        .compression_method(CompressionMethod::DEFLATE)
        .start()?;
    let encoder = DeflateEncoder::new(&mut entry, Compression::new(4));
    let mut writer = config.wrap(encoder);
    let mut bytes = 0;
    for part in parts {
        writer.write_all(part.as_bytes())?;
        bytes += part.len() as u64;
    }
    let (encoder, descriptor) = writer.finish()?;
    encoder.finish()?;
    entry.finish(descriptor)?;
    Ok(bytes)
}

/// Lines as tools print them; the same ones each time.
struct Lines {
    state: u64,
    number: u64,
}

impl Lines {
    /// Returns one step's lines, about `size` bytes.
    fn step(&mut self, size: u64, failed: bool) -> String {
        let mut text = String::new();
        self.stamp(&mut text);
        text.push_str("##[group]Run pnpm build\n");
        while (text.len() as u64) < size {
            self.stamp(&mut text);
            self.line(&mut text);
        }
        if failed {
            self.stamp(&mut text);
            text.push_str("##[error]Process completed with exit code 1.\n");
        }
        text
    }

    fn line(&mut self, text: &mut String) {
        let ([a, b, c], n) = ([self.word(), self.word(), self.word()], self.next());
        let _ = match n % 1000 {
            0..300 => writeln!(
                text,
                "npm http fetch GET 200 https://packages.example.org/{a}-{b}/-/{}.{}.tgz {}ms (cache miss) sha512-{:016x}{:016x}",
                n >> 10 & 15,
                n >> 14 & 63,
                n >> 20 & 4095,
                self.next(),
                self.next()
            ),
            300..700 => writeln!(
                text,
                "\u{1b}[32m✓\u{1b}[39m src/{a}/{b}.test.ts > {c} \u{1b}[2m({} ms)\u{1b}[22m",
                n >> 10 & 1023
            ),
            700..702 => writeln!(
                text,
                "src/{a}/{b}.ts({},7): error TS{}: {c}",
                n >> 10 & 511,
                n >> 20 & 8191
            ),
            _ => writeln!(
                text,
                "[{}/4096] {a} {b} {c} {:016x}",
                n >> 10 & 4095,
                self.next()
            ),
        };
    }

    /// The runner's time stamp: a little later with each line.
    fn stamp(&mut self, text: &mut String) {
        self.number += 1 + self.next() % 20_000;
        let (second, fraction) = (self.number / 10_000_000, self.number % 10_000_000);
        let _ = write!(
            text,
            "2026-03-01T{:02}:{:02}:{:02}.{fraction:07}Z ",
            7 + second / 3600,
            second / 60 % 60,
            second % 60
        );
    }

    fn word(&mut self) -> &'static str {
        WORDS[usize::try_from(self.next() % WORDS.len() as u64).unwrap_or(0)]
    }

    /// The next number of a xorshift generator.
    fn next(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }
}
