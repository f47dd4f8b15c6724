//! Which entries of an archive are read, decided from their names.

use std::collections::{BTreeMap, BTreeSet};

use rawzip::{CompressionMethod, ZipArchiveEntryWayfinder, ZipFileHeaderRecord};

use crate::FindingCode;
use crate::finding::Findings;

/// The longest name of an entry, in bytes. The forge cuts names of jobs at 90 characters.
const LONGEST_NAME: usize = 300;
/// From how many letters and digits on a name may be one that was cut.
const MAYBE_CUT: usize = 60;

/// How an entry is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packed {
    Stored,
    Deflated,
}

/// One entry that holds a log.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) place: ZipArchiveEntryWayfinder,
    pub(crate) packed: Packed,
    /// How many bytes it should become.
    pub(crate) size: u64,
    pub(crate) checksum: u32,
}

/// The log of one job: its own file, or the files of its steps in order.
#[derive(Debug)]
pub(crate) struct Log {
    pub(crate) job: String,
    pub(crate) entries: Vec<Entry>,
}

/// The entries seen so far.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    seen: BTreeSet<String>,
    jobs: Vec<(String, Entry)>,
    /// By folder, and in it by number.
    steps: BTreeMap<String, Vec<(u64, Entry)>>,
}

impl Catalog {
    /// Takes an entry, or finds what is wrong with it.
    pub(crate) fn add(&mut self, record: &ZipFileHeaderRecord<'_>, findings: &mut Findings) {
        let raw = record.file_path();
        let raw = raw.as_bytes();
        let mut wrong = |code| findings.add(code, raw);
        let Some(name) = safe(raw) else {
            return wrong(FindingCode::UnsafeName);
        };
        if name.ends_with('/') {
            return;
        }
        let Some(place) = Place::of(name) else {
            return wrong(FindingCode::NotALog);
        };
        if !self.seen.insert(name.to_owned()) {
            return wrong(FindingCode::Doubled);
        }
        if record.flags().is_encrypted() || record.flags().has_strong_encryption() {
            return wrong(FindingCode::Encrypted);
        }
        let packed = match record.compression_method() {
            CompressionMethod::STORE => Packed::Stored,
            CompressionMethod::DEFLATE => Packed::Deflated,
            _ => return wrong(FindingCode::Method),
        };
        let entry = Entry {
            name: name.to_owned(),
            place: record.wayfinder(),
            packed,
            size: record.uncompressed_size_hint(),
            checksum: record.crc32(),
        };
        match place {
            Place::Job(job) => self.jobs.push((job.to_owned(), entry)),
            Place::Step(job, number) => {
                let steps = self.steps.entry(job.to_owned()).or_default();
                steps.push((number, entry));
            }
            Place::Runner => {}
        }
    }

    /// Returns what is to be read: each job once. With the names of jobs that failed only these, if any of them is there.
    pub(crate) fn logs(self, failed: &[&str], findings: &mut Findings) -> Vec<Log> {
        let whole: BTreeSet<String> = self.jobs.iter().map(|(job, _)| key(job)).collect();
        let mut logs = Vec::new();
        for (job, entry) in self.jobs {
            let entries = vec![entry];
            logs.push(Log { job, entries });
        }
        for (job, mut steps) in self.steps {
            if !has(&whole, &key(&job)) {
                steps.sort_by_key(|(number, _)| *number);
                let entries = steps.into_iter().map(|(_, entry)| entry).collect();
                logs.push(Log { job, entries });
            }
        }
        let there: BTreeSet<String> = logs.iter().map(|log| key(&log.job)).collect();
        let mut wanted = BTreeSet::new();
        for name in failed {
            if has(&there, &key(name)) {
                wanted.insert(key(name));
            } else {
                findings.add(FindingCode::NoSuchJob, name.as_bytes());
            }
        }
        if !wanted.is_empty() {
            logs.retain(|log| has(&wanted, &key(&log.job)));
        }
        logs
    }
}

/// What a name says about its entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place<'a> {
    /// The log of a job, at the top.
    Job(&'a str),
    /// The log of a step in the folder of a job, and its number.
    Step(&'a str, u64),
    /// What the runner says about itself, in the folder of a job.
    Runner,
}

impl<'a> Place<'a> {
    fn of(name: &'a str) -> Option<Self> {
        let (folder, file) = match name.split_once('/') {
            Some((folder, file)) => (Some(folder), file),
            None => (None, name),
        };
        let stem = file.strip_suffix(".txt").filter(|stem| !stem.is_empty())?;
        if stem.contains('/') {
            return None;
        }
        let numbered = stem.split_once('_').and_then(|(number, rest)| {
            let digits = number.strip_prefix('-').unwrap_or(number);
            let number = digits.parse().ok().filter(|_: &u64| digits.is_ascii())?;
            Some((number, rest))
        });
        Some(match (folder, numbered) {
            (None, Some((_, job))) => Self::Job(job),
            (None, None) => Self::Job(stem),
            (Some(folder), Some((number, _))) => Self::Step(folder, number),
            (Some(_), None) if stem == "system" => Self::Runner,
            (Some(_), None) => return None,
        })
    }
}

/// Returns a name that is text and stays inside of the archive. Nothing is unpacked to where a name says, so this is a
/// matter of not taking for a log what nobody made as one.
fn safe(raw: &[u8]) -> Option<&str> {
    let name = std::str::from_utf8(raw).ok()?;
    let folder = name.strip_suffix('/').unwrap_or(name);
    let ok = name.len() <= LONGEST_NAME
        && !name.contains(|letter: char| letter == '\\' || letter.is_control())
        && folder
            .split('/')
            .all(|part| !matches!(part, "" | "." | ".."));
    ok.then_some(name)
}

/// What is left of a job's name in every place: a forge takes different characters out of it here and there.
fn key(job: &str) -> String {
    let letters = job.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// Whether a job is among others, or one of the two names is a long one that was cut.
fn has(keys: &BTreeSet<String>, job: &str) -> bool {
    let cut =
        |long: &str, short: &str| short.chars().count() >= MAYBE_CUT && long.starts_with(short);
    let mut longer = keys.range(job.to_owned()..);
    let mut shorter = keys.range(..job.to_owned());
    keys.contains(job)
        || longer.next().is_some_and(|long| cut(long, job))
        || shorter.next_back().is_some_and(|short| cut(job, short))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_an_entry_is() {
        let cases = [
            ("0_build.txt", Some(Place::Job("build"))),
            ("-2147483648_build.txt", Some(Place::Job("build"))),
            (
                "12_test (ubuntu, 24).txt",
                Some(Place::Job("test (ubuntu, 24)")),
            ),
            ("3_a_b.txt", Some(Place::Job("a_b"))),
            ("build.txt", Some(Place::Job("build"))),
            ("build/1_Set up job.txt", Some(Place::Step("build", 1))),
            ("build/system.txt", Some(Place::Runner)),
            ("build/notes.txt", None),
            ("build/1_a/b.txt", None),
            ("inner.zip", None),
            (".txt", None),
            ("build/", None),
        ];
        for (name, place) in cases {
            assert_eq!(Place::of(name), place, "{name}");
        }
    }

    #[test]
    fn names_that_lead_elsewhere_are_not_safe() {
        for name in [
            "../1_x.txt",
            "/etc/1_x.txt",
            "a/../b.txt",
            "a//b.txt",
            "./1_x.txt",
            "C:\\x.txt",
            "a\0.txt",
            "a\n.txt",
        ] {
            assert_eq!(safe(name.as_bytes()), None, "{name:?}");
        }
        assert_eq!(safe(b"\xff.txt"), None);
        assert_eq!(safe("x".repeat(LONGEST_NAME + 1).as_bytes()), None);
        assert_eq!(
            safe("1_größer…/ok.txt".as_bytes()),
            Some("1_größer…/ok.txt")
        );
    }

    #[test]
    fn a_job_is_found_by_the_letters_of_its_name() {
        let long = "x".repeat(80);
        let keys: BTreeSet<String> = [key("Build / Test: (a)"), long.clone()].into();
        assert!(has(&keys, &key("build  test (a)")));
        assert!(!has(&keys, &key("build")));
        assert!(has(&keys, &long[..70]), "the archive has the whole name");
        assert!(has(&keys, &format!("{long}yyy")), "the archive cut it");
        assert!(!has(&keys, &long[..50]));
    }
}
