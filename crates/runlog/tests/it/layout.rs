//! Which files of an archive are read.

use std::io::Cursor;

use lightsout_runlog::{Excerpt, FindingCode, Limits, read_archive};

use crate::zip::{File, zip};

pub(crate) fn read(files: &[File], failed: &[&str]) -> Excerpt {
    read_archive(Cursor::new(zip(files)), failed, &Limits::default()).unwrap()
}

pub(crate) fn codes(excerpt: &Excerpt) -> Vec<(FindingCode, u64)> {
    let findings = excerpt.findings.iter();
    findings
        .map(|finding| (finding.code, finding.count))
        .collect()
}

fn names(excerpt: &Excerpt) -> Vec<&str> {
    excerpt.jobs.iter().map(|job| job.name.as_str()).collect()
}

const FAILED: &[u8] =
    b"2026-03-01T07:00:01.0000000Z compiling\n2026-03-01T07:00:02.0000000Z ##[error]boom\n";
const FINE: &[u8] = b"2026-03-01T07:00:01.0000000Z 0 errors\n2026-03-01T07:00:02.0000000Z done\n";

#[test]
fn a_line_that_is_in_two_files_is_read_once() {
    let files = [
        File::new("0_build.txt", FAILED),
        File::new("build/", b""),
        File::new("build/1_Set up job.txt", b"compiling\n"),
        File::new("build/2_Run it.txt", b"##[error]boom\n"),
        File::new("build/system.txt", b"the runner's own error\n"),
    ];
    let excerpt = read(&files, &[]);
    assert_eq!(excerpt.jobs[0].errors, 1);
    assert_eq!(excerpt.text(), "== build ==\ncompiling\n##[error]boom\n");
    assert_eq!((excerpt.logs, excerpt.bytes), (1, FAILED.len() as u64));
    assert_eq!(codes(&excerpt), []);
}

#[test]
fn steps_are_read_in_order_where_their_job_has_no_file() {
    let files = [
        File::new("build/10_Post.txt", b"cleaning up"),
        File::new("build/2_Run it.txt", b"##[error]boom"),
        File::new("build/1_Set up job.txt", b"compiling"),
        File::new("1_lint.txt", FINE),
    ];
    let excerpt = read(&files, &[]);
    assert_eq!(
        excerpt.text(),
        "== build ==\ncompiling\n##[error]boom\ncleaning up\n"
    );
    let numbers: Vec<u64> = excerpt.jobs[0]
        .lines
        .iter()
        .map(|line| line.number)
        .collect();
    assert_eq!(numbers, [1, 2, 3]);
}

#[test]
fn a_job_that_ended_well_tells_nothing_beside_one_that_failed() {
    let files = [
        File::new("0_lint.txt", FINE),
        File::new("1_build.txt", FAILED),
        File::new("2_stopped.txt", b"##[error]The operation was canceled.\n"),
    ];
    assert_eq!(names(&read(&files, &[])), ["build"]);
    assert_eq!(
        names(&read(&files[..1], &[])),
        ["lint"],
        "better than nothing"
    );
    assert_eq!(names(&read(&files[2..], &[])), ["stopped"]);
}

#[test]
fn only_jobs_that_failed_are_unpacked_where_they_are_named() {
    let files = [
        File::new("0_build  test (a).txt", FAILED),
        File::new("1_other.txt", FAILED),
    ];
    let excerpt = read(&files, &["build / test (a)"]);
    assert_eq!(
        (names(&excerpt), excerpt.logs),
        (vec!["build  test (a)"], 1)
    );
    let excerpt = read(&files, &["gone"]);
    assert_eq!(excerpt.logs, 2, "rather all than none");
    assert_eq!(codes(&excerpt), [(FindingCode::NoSuchJob, 1)]);
}

#[test]
fn an_archive_of_nothing_is_an_excerpt_of_nothing() {
    let excerpt = read(&[], &[]);
    assert_eq!((excerpt.text().as_str(), excerpt.logs), ("", 0));
}

#[test]
fn large_archives_are_read_too() {
    let files = [
        File::new("0_build.txt", FAILED).large(),
        File::stored("1_lint.txt", FINE).large(),
    ];
    let excerpt = read(&files, &[]);
    assert_eq!((names(&excerpt), excerpt.logs), (vec!["build"], 2));
    assert_eq!(codes(&excerpt), []);
}

#[test]
fn the_same_failure_has_the_same_words_whatever_else_differs() {
    let log = |name: &str, start: u8, noise: &str| {
        let stamp = |second: u8| format!("2026-03-01T07:00:{:02}.0000000Z", start + second);
        let text = format!(
            "{} {noise}\n{} \u{1b}[31mFAIL\u{1b}[0m login\n{} {noise}\n{} ##[error]exit code 1\n{} bye {noise}\n",
            stamp(1),
            stamp(2),
            stamp(3),
            stamp(4),
            stamp(5)
        );
        File::new(name, text.as_bytes())
    };
    let first = read(
        &[
            log("0_a.txt", 1, "cache hit"),
            log("1_b.txt", 2, "mirror 3"),
        ],
        &[],
    );
    let second = read(
        &[
            log("0_b.txt", 9, "cold"),
            log("1_c.txt", 7, "mirror 4"),
            File::new("2_d.txt", FINE),
        ],
        &[],
    );
    assert_eq!(first.failure(), "FAIL login\n##[error]exit code 1\n");
    assert_eq!(first.failure(), second.failure());
}
