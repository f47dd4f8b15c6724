//! The signal's line: which text is one, and which only looks like it.

use crate::{FindingCode, Outcome, Signal};

/// A final text, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LastWord {
    pub(crate) signal: Option<Signal>,
    /// The text without the signal's line.
    pub(crate) message: String,
    /// Why there is no signal, if there is none.
    pub(crate) finding: Option<FindingCode>,
}

/// Reads the last non-empty line of a final text. `fence` has seen what stands before the text.
pub(crate) fn last_word(text: &str, mut fence: Fence) -> LastWord {
    let text = text.trim_end();
    let (before, line) = text.rsplit_once('\n').unwrap_or(("", text));
    let token = peel(line);
    let signal = match token {
        "READY" => Some(Signal::Ready),
        "WAITING" => Some(Signal::Waiting),
        _ => None,
    };
    let indented = line.starts_with("    ") || line.starts_with('\t');
    text.lines().for_each(|line| fence.line(line));
    let fenced = fence.is_open();
    match signal {
        Some(_) if indented || fenced => LastWord {
            signal: None,
            message: tidy(text),
            finding: Some(FindingCode::SignalInCode),
        },
        Some(_) => LastWord {
            signal,
            message: tidy(before),
            finding: None,
        },
        None => {
            let mentions = line
                .split(|c: char| !c.is_alphanumeric())
                .any(|word| word == "READY" || word == "WAITING");
            let finding = if mentions {
                FindingCode::SignalNotAlone
            } else if awaits_notification(text) {
                FindingCode::AwaitsNotification
            } else {
                FindingCode::NoSignal
            };
            LastWord {
                signal: None,
                message: tidy(text),
                finding: Some(finding),
            }
        }
    }
}

/// Says whether the last paragraph speaks of waiting until something reports that it is done.
///
/// An interactive agent is woken by what it left running in the background; one that runs once is not, and its words
/// are all that shows it.
fn awaits_notification(text: &str) -> bool {
    let last = text.trim_end().rsplit("\n\n").next().unwrap_or_default();
    let last = last.to_lowercase();
    let words: Vec<&str> = last
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let says = |wanted: &[&str]| words.iter().any(|word| wanted.contains(word));
    let waits = says(&["wait", "waits", "waiting", "await", "awaiting"]);
    let then = says(&["once", "when", "until", "after"]);
    let told = says(&[
        "notify",
        "notifies",
        "notified",
        "notification",
        "notifications",
    ]);
    (told && (waits || then)) || (waits && says(&["background"]))
}

impl LastWord {
    /// Puts signal, message and finding into an outcome.
    pub(crate) fn put_into(self, outcome: &mut Outcome) {
        outcome.signal = self.signal;
        outcome.message = self.message;
        if let Some(code) = self.finding {
            outcome.find(code);
        }
    }
}

/// Removes blank lines at either end, and keeps the indentation of the first line.
fn tidy(text: &str) -> String {
    let text = text.trim_end();
    let mut rest = text;
    while let Some((line, after)) = rest.split_once('\n') {
        if !line.trim().is_empty() {
            break;
        }
        rest = after;
    }
    rest.to_owned()
}

/// Peels Markdown emphasis, back-ticks and one final period off a line.
fn peel(line: &str) -> &str {
    let mut token = line.trim();
    let mut period = false;
    loop {
        let wrapped = ["**", "__", "``", "*", "_", "`"].iter().find_map(|mark| {
            let inner = token.strip_prefix(mark)?.strip_suffix(mark)?;
            (!inner.is_empty()).then_some(inner)
        });
        if let Some(inner) = wrapped {
            token = inner;
        } else if let Some(before) = token.strip_suffix('.').filter(|_| !period) {
            period = true;
            token = before;
        } else {
            return token;
        }
    }
}

/// Follows fenced code blocks from line to line.
#[derive(Debug, Default)]
pub(crate) struct Fence {
    /// The character and the count that opened the block.
    open: Option<(char, usize)>,
}

impl Fence {
    pub(crate) fn line(&mut self, line: &str) {
        let line = line.trim();
        let Some(mark) = line.chars().next().filter(|c| matches!(c, '`' | '~')) else {
            return;
        };
        let rest = line.trim_start_matches(mark);
        let count = line.len() - rest.len();
        match self.open {
            None if count >= 3 && !(mark == '`' && rest.contains('`')) => {
                self.open = Some((mark, count));
            }
            Some((opened, least)) if opened == mark && count >= least && rest.is_empty() => {
                self.open = None;
            }
            _ => {}
        }
    }

    pub(crate) const fn is_open(&self) -> bool {
        self.open.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signal(text: &str) -> Option<Signal> {
        last_word(text, Fence::default()).signal
    }

    #[test]
    fn one_token_alone_is_a_signal() {
        for text in [
            "READY",
            "READY\n\n",
            "done\nREADY",
            "done\r\nREADY\r\n",
            "**READY**",
            "*READY*",
            "_READY_",
            "__READY__",
            "`READY`",
            "READY.",
            "**READY.**",
            "**READY**.",
            "***READY***",
            "**`READY`**",
            "  READY",
            "```\ncode\n```\nREADY",
            "```\nREADY\n```\n\nREADY",
            "\u{a0}READY",
        ] {
            assert_eq!(signal(text), Some(Signal::Ready), "{text:?}");
        }
        assert_eq!(signal("**WAITING**"), Some(Signal::Waiting));
    }

    #[test]
    fn anything_else_is_not() {
        for text in [
            "",
            "\n",
            "ready",
            "Ready",
            "READY!",
            "READY..",
            "READY. While waiting for review",
            "> READY",
            "- READY",
            "# READY",
            "READY WAITING",
            "READY\nall done",
            "I am READY",
            "\"READY\"",
            "<b>READY</b>",
            "READY\u{200b}",
            "**READY",
            "REA DY",
            "[READY](x)",
            "READY,",
            "ALREADY",
            "*",
            "**",
            "****",
            "...",
            "`",
        ] {
            assert_eq!(signal(text), None, "{text:?}");
        }
    }

    #[test]
    fn code_blocks_never_signal() {
        for text in [
            "```\nREADY",
            "~~~text\nx\nREADY",
            "````\n```\nREADY",
            "text\n\n    READY",
            "\tREADY",
        ] {
            let word = last_word(text, Fence::default());
            assert_eq!(
                (word.signal, word.finding),
                (None, Some(FindingCode::SignalInCode)),
                "{text:?}"
            );
        }
        assert_eq!(signal("```\nREADY\n```"), None);
    }

    #[test]
    fn the_message_is_what_stands_before() {
        assert_eq!(
            last_word("\n\n  a\n\nb\n\n**WAITING**\n", Fence::default()).message,
            "  a\n\nb"
        );
        assert_eq!(
            last_word("no signal here\n", Fence::default()).message,
            "no signal here"
        );
        assert_eq!(last_word("READY", Fence::default()).message, "");
    }

    #[test]
    fn a_near_miss_is_told_apart() {
        assert_eq!(
            last_word("I am READY now", Fence::default()).finding,
            Some(FindingCode::SignalNotAlone)
        );
        assert_eq!(
            last_word("done", Fence::default()).finding,
            Some(FindingCode::NoSignal)
        );
        let finding = |text| last_word(text, Fence::default()).finding;
        for text in [
            "The build runs. I'll be notified when it completes.",
            "Started the tests in the background.\n\nWaiting for the background task to finish.",
            "I will wait for the completion notification.",
        ] {
            assert_eq!(
                finding(text),
                Some(FindingCode::AwaitsNotification),
                "{text}"
            );
        }
        for text in [
            "I added a notification bar.",
            "We wait for nobody.\n\nDone.",
            "The background is blue now.",
        ] {
            assert_eq!(finding(text), Some(FindingCode::NoSignal), "{text}");
        }
    }
}
