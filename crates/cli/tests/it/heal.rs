use std::fs;
use std::process::Output;

use serde_json::Value;

use crate::{lightsout, stderr, stdout};

const ARCHIVE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../runlog/tests/data/run.zip");

fn log(args: &[&str]) -> Output {
    lightsout()
        .args(["heal", "log"])
        .args(args)
        .output()
        .unwrap()
}

#[test]
fn a_person_reads_why_a_run_failed() {
    let output = log(&[ARCHIVE]);
    assert!(output.status.success());
    insta::assert_snapshot!(stdout(&output));
}

#[test]
fn a_program_reads_the_same() {
    let output = log(&[ARCHIVE, "--format", "json"]);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["jobs"].as_array().unwrap().len(), 1);
    assert_eq!(told["jobs"][0]["name"], "test (ubuntu-latest, 24)");
    let fingerprint = told["fingerprint"].as_str().unwrap();
    assert_eq!(fingerprint.len(), 16);
    assert!(stdout(&log(&[ARCHIVE])).contains(fingerprint));
    let other: Value =
        serde_json::from_slice(&log(&[ARCHIVE, "--job", "lint", "--format", "json"]).stdout)
            .unwrap();
    assert_eq!(other["jobs"][0]["name"], "lint");
    assert_ne!(other["fingerprint"], told["fingerprint"]);
}

#[test]
fn the_log_of_one_job_will_do() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("build.txt");
    fs::write(
        &path,
        "2026-03-01T07:00:01.0000000Z ##[error]\u{1b}[31mboom\u{202e}\n",
    )
    .unwrap();
    let output = log(&[path.to_str().unwrap()]);
    assert!(
        stdout(&output).ends_with("\n== build ==\n      1  ##[error]boomU+202E\n"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn what_cannot_be_read_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let cut = dir.path().join("cut.zip");
    fs::write(&cut, &fs::read(ARCHIVE).unwrap()[..100]).unwrap();
    let empty = dir.path().join("empty.zip");
    fs::write(&empty, b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0").unwrap();
    for path in [&cut, &dir.path().join("none"), &dir.path().to_owned()] {
        let output = log(&[path.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains("hint:"), "{}", stderr(&output));
        assert_eq!(stdout(&output), "");
    }
    let output = log(&[empty.to_str().unwrap()]);
    assert_eq!(
        (output.status.code(), stdout(&output).as_str()),
        (Some(1), "no log of a job was found\n")
    );
}
