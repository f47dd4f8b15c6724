//! One name for one failure, however often and wherever it shows up.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// How many lines make a failure; the last ones say most.
const LINES: usize = 40;

/// Names the failure that a log ends in, with 16 hexadecimal digits.
///
/// Lines that speak of an error or a failure count, or the last lines if none does. What differs from run to run is
/// taken out first: times, durations, numbers, commits, colours, and the runner's time stamps.
///
/// ```
/// use lightsout_lifecycle::fingerprint;
/// let first = fingerprint("2026-03-01T07:00:01Z error: `a.rs` line 3\n");
/// assert_eq!(first, fingerprint("2026-03-02T09:10:11Z error: `a.rs` line 14\n"));
/// assert_ne!(first, fingerprint("2026-03-01T07:00:01Z error: `b.rs` line 3\n"));
/// ```
pub fn fingerprint(log: &str) -> String {
    let lines: Vec<String> = log
        .lines()
        .map(plain)
        .filter(|line| !line.is_empty())
        .collect();
    let says = |line: &&String| {
        ["error", "fail", "panic"]
            .iter()
            .any(|word| line.contains(word))
    };
    let mut telling: Vec<&String> = lines.iter().filter(says).collect();
    if telling.is_empty() {
        telling = lines.iter().collect();
    }
    let mut hash = Sha256::new();
    for line in telling.iter().skip(telling.len().saturating_sub(LINES)) {
        hash.update(line.as_bytes());
        hash.update(b"\n");
    }
    let mut name = String::new();
    for byte in hash.finalize().iter().take(8) {
        // Writing to a string cannot fail.
        let _ = write!(name, "{byte:02x}");
    }
    name
}

/// A line in lower case, without colours, and with one `0` for each word that holds a digit.
fn plain(line: &str) -> String {
    let mut text = String::new();
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            letters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            text.extend(letter.to_lowercase());
        }
    }
    let of_word = |letter: char| letter.is_alphanumeric() || "_.-+".contains(letter);
    let mut plain = String::new();
    for word in text.split_inclusive(|letter| !of_word(letter)) {
        let (stem, end) = match word.char_indices().next_back() {
            Some((at, last)) if !of_word(last) => word.split_at(at),
            _ => (word, ""),
        };
        let varies = stem.contains(|letter: char| letter.is_ascii_digit());
        plain.push_str(if varies { "0" } else { stem });
        plain.push_str(end);
    }
    plain.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_run_to_run_does_not_count() {
        let first = "##[group]\n2026-03-01T07:00:01.123Z \u{1b}[31mFAILED\u{1b}[0m test_login (0.21s)\nat 9f8e7d6c\n";
        let second =
            "##[group]\n2026-03-04T17:22:05.999Z FAILED test_login (11.80s)\nat 0a1b2c3d\n";
        assert_eq!(fingerprint(first), fingerprint(second));
        assert_eq!(fingerprint(first).len(), 16);
    }

    #[test]
    fn another_failure_has_another_name() {
        let logs = [
            "error: missing field `name`",
            "error: missing field `role`",
            "warning: missing field `name`",
            "error: missing field `name`\nerror: two",
            "",
        ];
        let names: std::collections::BTreeSet<_> =
            logs.iter().map(|log| fingerprint(log)).collect();
        assert_eq!(names.len(), logs.len());
    }

    #[test]
    fn only_what_tells_counts_and_of_that_the_end() {
        assert_eq!(
            fingerprint("compiling a\nerror: x\ndone"),
            fingerprint("compiling b\nerror: x\nnot done")
        );
        let long = |first: &str| format!("error: {first}\n{}", "error: x\n".repeat(LINES));
        assert_eq!(fingerprint(&long("a")), fingerprint(&long("b")));
        let short = |first: &str| format!("error: {first}\n{}", "error: x\n".repeat(LINES - 1));
        assert_ne!(fingerprint(&short("a")), fingerprint(&short("b")));
        assert_ne!(fingerprint("panicked"), fingerprint("all is well"));
        assert_ne!(fingerprint("all is well"), fingerprint("all is lost"));
    }

    #[test]
    fn a_line_keeps_its_words_and_loses_its_numbers() {
        assert_eq!(
            plain("  At src/a.rs:3:14, in 2 Ways "),
            "at src/a.rs:0:0, in 0 ways"
        );
        assert_eq!(plain("\u{1b}[1mBold\u{1b}[0m"), "bold");
        assert_eq!(plain("\u{1b}"), "");
        assert_eq!(plain("v1"), "0");
    }
}
