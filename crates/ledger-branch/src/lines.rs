//! The file: one JSON object a line.

use lightsout_ledger::Entry;

use crate::{BranchError, FILE};

/// The longest piece of a line that an error quotes, in characters.
const QUOTED: usize = 60;

/// Reads every line. Empty lines and carriage returns are what editors and merges leave, and cost nothing.
pub(crate) fn read(branch: &str, text: &[u8]) -> Result<Vec<Entry>, BranchError> {
    let mut entries = Vec::new();
    for (line, number) in text.split(|byte| *byte == b'\n').zip(1..) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            continue;
        }
        entries.push(serde_json::from_slice(line).map_err(|error| {
            let start: String = String::from_utf8_lossy(line)
                .chars()
                .map(|letter| if letter.is_control() { ' ' } else { letter })
                .take(QUOTED)
                .collect();
            BranchError::Damaged {
                branch: branch.to_owned(),
                file: FILE,
                line: number,
                why: format!("{error} in `{start}`"),
            }
        })?);
    }
    Ok(entries)
}

/// Adds a line to the file. What was there stays as it is, byte for byte.
pub(crate) fn append(text: &mut Vec<u8>, entry: &Entry) -> Result<(), BranchError> {
    if text.last().is_some_and(|last| *last != b'\n') {
        text.push(b'\n');
    }
    serde_json::to_writer(&mut *text, entry)?;
    text.push(b'\n');
    Ok(())
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use lightsout_ledger::{Ask, EntryId, Nanodollars, RunId};

    use super::*;

    fn appended(text: &[u8], entry: &Entry) -> Vec<u8> {
        let mut text = text.to_owned();
        append(&mut text, entry).expect("an entry");
        text
    }

    fn entry(id: &str) -> Entry {
        Entry::reserve(&Ask {
            id: EntryId::new(id),
            issue: 4,
            run: RunId::new("run"),
            at: DateTime::UNIX_EPOCH,
            amount: Nanodollars(7),
        })
    }

    #[test]
    fn what_is_written_is_read_and_is_one_line_each() {
        let mut text = Vec::new();
        for id in ["a", "b\n\"c", "d\u{2028}"] {
            append(&mut text, &entry(id)).expect("an entry");
        }
        let lines = String::from_utf8(text.clone()).expect("text");
        assert_eq!(lines.matches('\n').count(), 3);
        let read = read("ledger", &text).expect("three lines");
        assert_eq!(read, [entry("a"), entry("b\n\"c"), entry("d\u{2028}")]);
    }

    #[test]
    fn what_a_merge_or_an_editor_left_costs_nothing() {
        let one = String::from_utf8(appended(b"", &entry("a"))).expect("text");
        let text = format!("\r\n{}\r\n\n{}", one.trim(), one.trim());
        assert_eq!(read("ledger", text.as_bytes()).expect("two lines").len(), 2);
        let more = appended(text.as_bytes(), &entry("b"));
        assert!(more.starts_with(text.as_bytes()));
        assert_eq!(read("ledger", &more).expect("three lines").len(), 3);
    }

    #[test]
    fn a_line_that_is_no_entry_is_named() {
        let one = appended(b"", &entry("a"));
        for wrong in ["<<<<<<< HEAD", "{}", "{\"id\":\"x\"", "\u{1b}[2J", "[]"] {
            let text = [&one[..], wrong.as_bytes(), b"\n", &one].concat();
            let error = read("ledger", &text).expect_err(wrong);
            assert!(
                matches!(error, BranchError::Damaged { line: 2, .. }),
                "{error}"
            );
            assert!(!error.to_string().contains(char::is_control), "{error}");
        }
    }
}
