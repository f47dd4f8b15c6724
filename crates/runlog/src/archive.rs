//! Reading an archive, or the log of one job.

use std::cell::RefCell;
use std::io::{self, Read, Seek, SeekFrom};

use rawzip::{ErrorKind, MAX_CENTRAL_DIRECTORY_RECORD_SIZE, ReaderAt, ZipArchive, ZipLocator};

use crate::catalog::{Catalog, Log};
use crate::excerpt::Weight;
use crate::finding::Findings;
use crate::scan::Scanner;
use crate::unpack::{Promise, Unpacker};
use crate::{Excerpt, FindingCode, Job, Limits, clean};

/// The longest name of a job that is shown, in bytes.
const LONGEST_JOB: usize = 200;

/// Why an archive was not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// It is no zip file, or its end is missing.
    #[error("this is no whole zip archive: {what}")]
    NotAnArchive {
        /// What is wrong with it.
        what: String,
    },
    /// It lists more entries than an archive of logs has.
    #[error("the archive lists more than {limit} entries")]
    TooManyEntries {
        /// How many there may be.
        limit: u64,
    },
    /// It could not be read.
    #[error("the archive cannot be read")]
    Io(#[from] io::Error),
}

/// Reads the archive of a run's logs and keeps the lines that tell why the run failed.
///
/// `failed` names the jobs that failed; only their logs are unpacked then. Where it is empty, or none of them is in the
/// archive, all logs are, and the jobs that hold errors count as failed.
///
/// # Errors
/// When it is no zip archive, lists more than [`Limits::entries`], or its reader fails. A damaged or hostile entry is a
/// [`Finding`](crate::Finding) and costs nothing but itself.
pub fn read_archive<R: Read + Seek>(
    archive: R,
    failed: &[&str],
    limits: &Limits,
) -> Result<Excerpt, ArchiveError> {
    let (source, length) = Source::new(archive)?;
    let mut buffer = vec![0; MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
    let archive = ZipLocator::new()
        .locate_in_reader(source, &mut buffer, length)
        .map_err(|(_, error)| refused(error))?;
    let mut findings = Findings::default();
    let mut catalog = Catalog::default();
    let mut entries = archive.entries(&mut buffer);
    let mut count = 0;
    while let Some(record) = entries.next_entry().map_err(refused)? {
        count += 1;
        if count > limits.entries {
            let limit = limits.entries;
            return Err(ArchiveError::TooManyEntries { limit });
        }
        catalog.add(&record, &mut findings);
    }
    drop(buffer);

    let mut unpacker = Unpacker::new(limits.bytes, limits.ratio);
    let mut jobs = Jobs::new(limits);
    let mut excerpt = Excerpt::default();
    for log in catalog.logs(failed, &mut findings) {
        excerpt.logs += 1;
        let job = unpack(&archive, &log, limits, &mut unpacker, &mut findings)?;
        jobs.add(job, &mut findings);
    }
    excerpt.bytes = limits.bytes - unpacker.left;
    excerpt.jobs = jobs.jobs;
    excerpt.findings = findings.into_vec();
    excerpt.narrow(limits.lines);
    Ok(excerpt)
}

/// Reads the log of one job and keeps the lines that tell why it failed.
pub fn read_log<R: Read>(job: &str, mut log: R, limits: &Limits) -> io::Result<Excerpt> {
    let mut scanner = Scanner::new(limits);
    let mut findings = Findings::default();
    let mut bytes = 0;
    loop {
        let read = match log.read(scanner.space()) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        if read == 0 {
            break;
        }
        scanner.filled(read);
        bytes += read as u64;
        if bytes > limits.bytes {
            findings.add(FindingCode::Bytes, job.as_bytes());
            break;
        }
    }
    let name = clean::text(job.as_bytes(), LONGEST_JOB);
    let mut excerpt = Excerpt {
        jobs: vec![scanner.finish(name)],
        findings: findings.into_vec(),
        logs: 1,
        bytes,
    };
    excerpt.narrow(limits.lines);
    Ok(excerpt)
}

/// Reads the entries of one log.
fn unpack<R: Read + Seek>(
    archive: &ZipArchive<Source<R>>,
    log: &Log,
    limits: &Limits,
    unpacker: &mut Unpacker,
    findings: &mut Findings,
) -> Result<Job, ArchiveError> {
    let mut scanner = Scanner::new(limits);
    for entry in &log.entries {
        let promise = Promise {
            packed: entry.packed,
            size: entry.size,
            checksum: entry.checksum,
        };
        let result = match archive.get_entry(entry.place) {
            Ok(found) => unpacker.run(&mut found.reader(), promise, &mut scanner),
            Err(_) => Err(FindingCode::Damaged),
        };
        if let Some(error) = archive.get_ref().failed.take() {
            return Err(error.into());
        }
        if let Err(code) = result {
            findings.add(code, entry.name.as_bytes());
        }
    }
    Ok(scanner.finish(clean::text(log.job.as_bytes(), LONGEST_JOB)))
}

/// The jobs that are kept: those that tell most, in the archive's order.
struct Jobs {
    jobs: Vec<Job>,
    most: usize,
}

impl Jobs {
    fn new(limits: &Limits) -> Self {
        Self {
            jobs: Vec::new(),
            most: limits.jobs,
        }
    }

    fn add(&mut self, job: Job, findings: &mut Findings) {
        self.jobs.push(job);
        if self.jobs.len() <= self.most {
            return;
        }
        // The last of those that tell least goes; it is missed only where it would have told something.
        let least = self
            .jobs
            .iter()
            .enumerate()
            .max_by_key(|(_, job)| job.weight());
        let Some((at, _)) = least else { return };
        let gone = self.jobs.remove(at);
        if gone.weight() == Weight::Failed {
            findings.add(FindingCode::Jobs, gone.name.as_bytes());
        }
    }
}

/// A reader that can be read anywhere, and remembers when it could not be read.
struct Source<R> {
    reader: RefCell<R>,
    failed: RefCell<Option<io::Error>>,
}

impl<R: Read + Seek> Source<R> {
    fn new(mut reader: R) -> io::Result<(Self, u64)> {
        let length = reader.seek(SeekFrom::End(0))?;
        let source = Self {
            reader: RefCell::new(reader),
            failed: RefCell::new(None),
        };
        Ok((source, length))
    }
}

impl<R: Read + Seek> ReaderAt for Source<R> {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut reader = self.reader.borrow_mut();
        let result = reader
            .seek(SeekFrom::Start(offset))
            .and_then(|_| reader.read(buffer));
        result.map_err(|error| {
            let kind = error.kind();
            if kind != io::ErrorKind::Interrupted {
                self.failed.replace(Some(error));
            }
            kind.into()
        })
    }
}

fn refused(error: rawzip::Error) -> ArchiveError {
    match error.into_kind() {
        ErrorKind::IO(error) if error.kind() != io::ErrorKind::UnexpectedEof => error.into(),
        kind => ArchiveError::NotAnArchive {
            what: kind.to_string().to_lowercase(),
        },
    }
}
