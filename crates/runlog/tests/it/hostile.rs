//! Archives that nobody should make.

use std::io::{self, Cursor, Read, Seek, SeekFrom};

use lightsout_runlog::{ArchiveError, Excerpt, FindingCode, Limits, read_archive};
use proptest::prelude::*;

use crate::layout::{codes, read};
use crate::zip::{File, zip};

const LOG: &[u8] = b"2026-03-01T07:00:01.0000000Z ##[error]boom\n";

fn with(limits: &Limits, files: &[File]) -> Result<Excerpt, ArchiveError> {
    read_archive(Cursor::new(zip(files)), &[], limits)
}

#[test]
fn what_is_passed_over_is_named_and_the_rest_is_read() {
    let good = File::new("0_good.txt", LOG);
    let cases: Vec<(FindingCode, File)> = vec![
        (FindingCode::UnsafeName, File::new("../1_x.txt", LOG)),
        (FindingCode::UnsafeName, File::new("/1_x.txt", LOG)),
        (FindingCode::UnsafeName, File::new("a\\..\\1_x.txt", LOG)),
        (
            FindingCode::UnsafeName,
            good.clone().raw_name(b"1_\xff.txt"),
        ),
        (
            FindingCode::UnsafeName,
            good.clone().raw_name(b"1_\x1b[2J.txt"),
        ),
        (
            FindingCode::NotALog,
            File::new("inner.zip", &zip(std::slice::from_ref(&good))),
        ),
        (
            FindingCode::Doubled,
            File::new("0_good.txt", b"##[error]other\n"),
        ),
        (
            FindingCode::Encrypted,
            File::new("1_x.txt", LOG).encrypted(),
        ),
        (FindingCode::Method, File::new("1_x.txt", LOG).method(14)),
    ];
    for (code, file) in cases {
        let excerpt = read(&[good.clone(), file], &[]);
        assert_eq!(codes(&excerpt), [(code, 1)]);
        assert_eq!(excerpt.text(), "== good ==\n##[error]boom\n", "{code:?}");
        let shown = excerpt.findings[0].to_string();
        assert!(!shown.contains(char::is_control), "{shown:?}");
    }
}

#[test]
fn what_is_damaged_is_read_as_far_as_it_goes() {
    let text: Vec<String> = (0..5000_u32)
        .map(|n| format!("##[error]{}\n", n.wrapping_mul(2_654_435_761)))
        .collect();
    let text = text.concat();
    let whole = File::new("0_x.txt", text.as_bytes());
    for file in [
        whole.clone().cut(9000),
        whole.clone().broken(9000),
        whole.clone().checksum(7),
    ] {
        let excerpt = read(&[file, File::new("1_y.txt", LOG)], &[]);
        assert_eq!(codes(&excerpt), [(FindingCode::Damaged, 1)]);
        assert!(excerpt.jobs[0].errors > 500, "{}", excerpt.jobs[0].errors);
        assert_eq!(excerpt.jobs[1].name, "y");
    }
    let excerpt = read(&[whole.cut(0)], &[]);
    assert_eq!(codes(&excerpt), [(FindingCode::Damaged, 1)]);
}

#[test]
fn a_bomb_is_read_no_further_than_it_takes_to_know() {
    let mut text = b"##[error]boom\n".to_vec();
    text.resize(64 << 20, b'0');
    let bomb = File::new("0_bomb.txt", &text);
    let excerpt = read(&[bomb, File::new("1_y.txt", LOG)], &[]);
    assert_eq!(codes(&excerpt), [(FindingCode::Ratio, 1)]);
    assert!(excerpt.bytes < 2 << 20, "{}", excerpt.bytes);
    assert_eq!(excerpt.jobs.len(), 2);
}

#[test]
fn no_more_is_unpacked_than_the_limit() {
    let text = "a line that is no error\n".repeat(10_000);
    let files: Vec<File> = (0..20)
        .map(|n| File::stored(&format!("{n}_{n}.txt"), text.as_bytes()))
        .collect();
    let limits = Limits {
        bytes: 1_000_000,
        ..Limits::default()
    };
    let excerpt = with(&limits, &files).unwrap();
    assert_eq!(excerpt.bytes, 1_000_000);
    assert_eq!(codes(&excerpt), [(FindingCode::Bytes, 16)]);
}

#[test]
fn more_entries_than_a_run_has_are_refused_and_as_many_are_read() {
    let empty = File::new("0_0.txt", b"");
    let many: Vec<File> = (0..100_000)
        .map(|n| empty.clone().raw_name(format!("{n}_{n}.txt").as_bytes()))
        .collect();
    let error = with(&Limits::default(), &many).unwrap_err();
    assert!(
        matches!(error, ArchiveError::TooManyEntries { limit: 20_000 }),
        "{error}"
    );
    let excerpt = with(&Limits::default(), &many[..20_000]).unwrap();
    assert_eq!(excerpt.logs, 20_000);
}

#[test]
fn of_many_jobs_that_failed_as_many_are_shown_as_fit() {
    let mut files: Vec<File> = (0..60)
        .map(|n| File::new(&format!("{n}_j{n}.txt"), LOG))
        .collect();
    files.insert(0, File::new("99_fine.txt", b"all is well\n"));
    let excerpt = read(&files, &[]);
    assert_eq!(
        (excerpt.jobs.len(), excerpt.jobs[0].name.as_str()),
        (50, "j0")
    );
    assert_eq!(codes(&excerpt), [(FindingCode::Jobs, 10)]);
    let limits = Limits {
        lines: 20,
        ..Limits::default()
    };
    let lines: usize = with(&limits, &files)
        .unwrap()
        .jobs
        .iter()
        .map(|job| job.lines.len())
        .sum();
    assert_eq!(lines, 20);
}

#[test]
fn what_is_no_archive_is_refused() {
    let whole = zip(&[File::new("0_x.txt", LOG)]);
    for bytes in [
        &b""[..],
        b"PK\x03\x04",
        b"<html>502</html>",
        &whole[..whole.len() - 22],
        &whole[..40],
    ] {
        let error = read_archive(Cursor::new(bytes), &[], &Limits::default()).unwrap_err();
        assert!(
            matches!(error, ArchiveError::NotAnArchive { .. }),
            "{error:?}"
        );
    }
}

#[test]
fn a_reader_that_fails_is_not_taken_for_a_damaged_archive() {
    struct Failing(Cursor<Vec<u8>>, u64);
    impl Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.position() < self.1 {
                return Err(io::Error::other("the disk is gone"));
            }
            self.0.read(buffer)
        }
    }
    impl Seek for Failing {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.0.seek(to)
        }
    }
    let bytes = zip(&[File::new("0_x.txt", LOG)]);
    for until in [30, bytes.len() as u64] {
        let error = read_archive(
            Failing(Cursor::new(bytes.clone()), until),
            &[],
            &Limits::default(),
        );
        assert!(matches!(error, Err(ArchiveError::Io(_))), "{error:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever byte of an archive is wrong: no panic, nothing past the limits.
    #[test]
    fn any_damage_is_survived(at in 0_usize..2000, value: u8, cut in 0_usize..2000) {
        let mut bytes = zip(&[
            File::new("0_x.txt", LOG),
            File::stored("1_y.txt", LOG).large(),
            File::new("x/1_z.txt", LOG),
        ]);
        let length = bytes.len();
        bytes[at % length] = value;
        bytes.truncate(length - cut % length / 8);
        if let Ok(excerpt) = read_archive(Cursor::new(bytes), &[], &Limits::default()) {
            prop_assert!(excerpt.jobs.iter().map(|job| job.lines.len()).sum::<usize>() <= 200);
        }
    }
}
