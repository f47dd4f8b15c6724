//! Reads any bytes as the payload of every event that is listened to, and of one that is not.
//!
//! Whatever they hold: no panic, an event carries the delivery's own name and whoever sent it, texts and lists are bounded,
//! what is shown agrees with what happened, a byte order mark changes nothing, and an error is short and holds nothing
//! that a terminal would obey.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lightsout_forge::EventKind;
use lightsout_github::{Delivery, Facts, LISTENED, Reading, read};

/// The longest text and the most labels that a payload may show.
const MAX_TEXT: usize = 65_536;
const MAX_LABELS: usize = 100;
/// The longest error, in characters.
const MAX_ERROR: usize = 1_000;

fuzz_target!(|bytes: &[u8]| {
    let known = LISTENED.iter().map(|(name, _)| *name);
    for event in known.chain(["star\u{1b}[31m"]) {
        let delivery = Delivery {
            event,
            id: "d-1",
            received: Default::default(),
        };
        let reading = read(&delivery, bytes);
        let marked = [b"\xef\xbb\xbf", bytes].concat();
        if !bytes.starts_with(b"\xef\xbb\xbf") {
            assert_eq!(read(&delivery, &marked), reading, "{event}");
        }
        match reading {
            Ok(Reading::Event { event, facts }) => {
                assert_eq!(event.id.0, "d-1");
                assert_eq!(event.actor, facts.sender);
                shown(&event.kind, &facts);
            }
            Ok(Reading::Ignored(ignored)) => said(&ignored.to_string()),
            Err(error) => said(&error.to_string()),
        }
    }
});

fn shown(kind: &EventKind, facts: &Facts) {
    let issue = facts.issue.as_ref().map(|shown| &shown.issue);
    let pull = facts.pull.as_ref().map(|shown| &shown.pull);
    match kind {
        EventKind::IssueOpened { issue: number }
        | EventKind::IssueReopened { issue: number }
        | EventKind::IssueClosed { issue: number }
        | EventKind::IssueLabeled { issue: number, .. }
        | EventKind::CommentCreated { on: number, .. } => {
            assert_eq!(issue.map(|issue| issue.number), Some(*number));
        }
        EventKind::PullOpened { pull: number }
        | EventKind::PullSynchronized { pull: number, .. }
        | EventKind::PullLabeled { pull: number, .. }
        | EventKind::PullClosed { pull: number, .. } => {
            assert!(pull.is_none_or(|pull| pull.number == *number));
        }
        _ => {}
    }
    if let Some(issue) = issue {
        for text in [&issue.title, &issue.body] {
            assert!(text.chars().count() <= MAX_TEXT);
        }
        assert!(issue.labels.len() <= MAX_LABELS);
    }
    if let Some(comment) = &facts.comment {
        assert!(comment.body.chars().count() <= MAX_TEXT);
    }
}

fn said(text: &str) {
    assert!(text.chars().count() <= MAX_ERROR, "{} characters", text.chars().count());
    let obeyed = |c: char| c.is_control() && c != '\n';
    assert!(!text.contains(obeyed), "{text:?}");
}
