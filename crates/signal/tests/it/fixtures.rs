//! The transcripts of real programs: what each comes to.

use std::fs;
use std::path::PathBuf;

use lightsout_signal::{Limits, Outcome};

pub(crate) fn all() -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut fixtures: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            (
                entry.file_name().into_string().unwrap(),
                fs::read(entry.path()).unwrap(),
            )
        })
        .collect();
    fixtures.sort();
    fixtures
}

pub(crate) fn read(bytes: &[u8]) -> Outcome {
    Outcome::read(bytes, &Limits::default())
}

#[test]
fn each_fixture_has_its_outcome() {
    let table: Vec<_> = all()
        .into_iter()
        .map(|(name, bytes)| (name, read(&bytes)))
        .collect();
    assert_eq!(table.len(), 13, "a fixture is missing or new");
    insta::assert_json_snapshot!(table);
}

#[test]
fn an_array_comes_to_the_same_as_its_lines() {
    let fixtures = all();
    for (name, bytes) in &fixtures {
        let Some(stem) = name.strip_suffix(".execution-file.json") else {
            continue;
        };
        let lines = fixtures
            .iter()
            .find(|(other, _)| *other == format!("{stem}.jsonl"))
            .unwrap();
        let (array, lines) = (read(bytes), read(&lines.1));
        assert_eq!(
            Outcome {
                format: lines.format,
                ..array
            },
            lines,
            "{stem}"
        );
    }
}
