//! An archive of any bytes, and a log of any bytes: no panic, and what holds for every excerpt.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use lightsout_runlog::{Excerpt, Limits, read_archive, read_log};

fuzz_target!(|bytes: &[u8]| {
    let whole = Limits { bytes: 8 << 20, ..Limits::default() };
    let small = Limits { entries: 3, bytes: 4000, ratio: 2, lines: 4, line: 8, jobs: 2 };
    for limits in [whole, small] {
        if let Ok(excerpt) = read_archive(Cursor::new(bytes), &["build"], &limits) {
            check(&excerpt, &limits);
        }
        let excerpt = read_log("job", bytes, &limits).expect("a slice can be read");
        check(&excerpt, &limits);
        let middle = bytes.len() / 2;
        let torn = std::io::Read::chain(&bytes[..middle], &bytes[middle..]);
        if bytes.len() as u64 <= limits.bytes {
            assert_eq!(read_log("job", torn, &limits).expect("a slice can be read"), excerpt);
        }
    }
});

fn check(excerpt: &Excerpt, limits: &Limits) {
    assert!(excerpt.jobs.len() <= limits.jobs);
    let lines = excerpt.jobs.iter().flat_map(|job| &job.lines);
    let mut count = 0;
    for line in lines {
        count += 1;
        assert!(line.number > 0);
        assert!(line.text.len() <= limits.line + '…'.len_utf8(), "{line:?}");
        assert!(!line.text.contains(char::is_control), "{line:?}");
    }
    assert!(count <= limits.lines);
    for job in &excerpt.jobs {
        assert!(job.lines.is_sorted_by(|one, next| one.number < next.number));
        assert!(!job.name.contains(char::is_control));
    }
    for finding in &excerpt.findings {
        assert!(finding.count > 0 && !finding.to_string().contains(char::is_control));
    }
    assert_eq!(excerpt.failure(), excerpt.failure());
}
