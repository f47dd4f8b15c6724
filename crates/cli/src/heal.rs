//! `lightsout heal`: why a run failed.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::path::Path;

use anyhow::Context as _;
use lightsout_lifecycle::fingerprint;
use lightsout_runlog::{ArchiveError, Excerpt, Finding, Job, Limits, read_archive, read_log};
use serde::Serialize;

use crate::args::{Format, Heal, HealLog, HealVerb};
use crate::failure::{Done, Mendable};
use crate::input::shown;
use crate::jobs;
use crate::output::{print, print_json, say, visible};

/// How every zip file begins, also an empty one.
const ZIP: &[u8] = b"PK";

/// What `--format json` prints.
#[derive(Serialize)]
struct Told<'a> {
    fingerprint: Option<String>,
    jobs: &'a [Job],
    findings: Vec<Noted<'a>>,
    logs: u64,
    bytes: u64,
}

#[derive(Serialize)]
struct Noted<'a> {
    #[serde(flatten)]
    finding: &'a Finding,
    message: String,
}

pub(crate) fn run(args: &Heal) -> anyhow::Result<Done> {
    match &args.verb {
        Some(HealVerb::Log(log)) => excerpt(log),
        None => jobs::heal(&args.job),
    }
}

fn excerpt(args: &HealLog) -> anyhow::Result<Done> {
    let excerpt = read(&args.file, &args.jobs)?;
    let tells = !excerpt.jobs.is_empty();
    let name = tells.then(|| fingerprint(&excerpt.failure()));
    match args.format {
        Format::Json => print_json(&Told {
            fingerprint: name,
            jobs: &excerpt.jobs,
            findings: excerpt
                .findings
                .iter()
                .map(|finding| Noted {
                    finding,
                    message: visible(&finding.to_string()),
                })
                .collect(),
            logs: excerpt.logs,
            bytes: excerpt.bytes,
        })?,
        Format::Text => {
            for finding in &excerpt.findings {
                say(&format!("note: {}", visible(&finding.to_string())));
            }
            print(&text(&excerpt, name.as_deref()))?;
        }
    }
    Ok(if tells { Done::Fine } else { Done::Wrong })
}

fn read(path: &Path, jobs: &[String]) -> anyhow::Result<Excerpt> {
    let limits = Limits::default();
    if path == Path::new("-") {
        return read_log("<stdin>", io::stdin().lock(), &limits).context("reading standard input");
    }
    let unreadable = |why: String| {
        Mendable::error(
            format!("`{}` cannot be read: {why}", shown(path)),
            "give the archive of a run's logs, or the log of one job",
        )
    };
    let mut file = File::open(path).map_err(|error| unreadable(error.to_string()))?;
    if file.metadata().is_ok_and(|meta| meta.is_dir()) {
        return Err(unreadable("it is a folder".to_owned()));
    }
    let mut head = Vec::new();
    let beginning = (&mut file).take(ZIP.len() as u64).read_to_end(&mut head);
    beginning
        .and_then(|_| file.rewind())
        .map_err(|error| unreadable(error.to_string()))?;
    if head != ZIP {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        return read_log(&name, file, &limits).map_err(|error| unreadable(error.to_string()));
    }
    let jobs: Vec<&str> = jobs.iter().map(String::as_str).collect();
    read_archive(file, &jobs, &limits).map_err(|error| match error {
        ArchiveError::Io(error) => unreadable(error.to_string()),
        other => Mendable::error(
            format!("`{}`: {other}", shown(path)),
            "fetch the archive again; a forge keeps logs for some weeks only",
        ),
    })
}

/// The lines of an excerpt, job by job, with the number of each.
pub(crate) fn lines(excerpt: &Excerpt) -> String {
    let mut text = String::new();
    for job in &excerpt.jobs {
        let _ = writeln!(text, "\n== {} ==", visible(&job.name));
        let mut next = 1;
        for line in &job.lines {
            if line.number > next {
                text.push_str("      …\n");
            }
            next = line.number + 1;
            let shown = format!("{:>7}  {}", line.number, visible(&line.text));
            let _ = writeln!(text, "{}", shown.trim_end());
        }
    }
    text
}

/// The excerpt for people.
fn text(excerpt: &Excerpt, name: Option<&str>) -> String {
    let Some(name) = name else {
        return "no log of a job was found\n".to_owned();
    };
    let errors: u64 = excerpt.jobs.iter().map(|job| job.errors).sum();
    let counted = |count: u64, one: &str| match count {
        1 => format!("1 {one}"),
        many => format!("{many} {one}s"),
    };
    let head = format!(
        "fingerprint {name}, {} in {}\n",
        counted(errors, "error"),
        counted(excerpt.logs, "log")
    );
    head + &lines(excerpt)
}
