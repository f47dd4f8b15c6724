//! Checkable things that are longer than a name: comparisons with a before and an after, and titles in quotes.

use super::anchors::{Scored, Word};
use super::words::holds;
use super::{Anchor, AnchorKind, generic_phrases};

/// Words that measure how long or how often, in order of the alphabet.
const MEASURES: &[&str] = &[
    "afternoon",
    "annually",
    "daily",
    "day",
    "days",
    "hour",
    "hourly",
    "hours",
    "minute",
    "minutes",
    "month",
    "monthly",
    "months",
    "nightly",
    "overnight",
    "quarterly",
    "second",
    "seconds",
    "week",
    "weekly",
    "weeks",
    "year",
    "yearly",
    "years",
];

/// What something did that took its time, after `used to`.
const TOOK: &[&str] = &[
    "cost", "crash", "fail", "last", "need", "queue", "require", "run", "take", "wait",
];

/// Words before a title: what was made or read, and what it is.
const WORKS: &[&str] = &[
    "article",
    "book",
    "column",
    "course",
    "episode",
    "essay",
    "film",
    "game",
    "guide",
    "lecture",
    "paper",
    "play",
    "poem",
    "post",
    "poster",
    "presented",
    "published",
    "read",
    "report",
    "series",
    "song",
    "story",
    "talk",
    "titled",
    "translated",
    "workshop",
    "wrote",
];

/// The longest title, in words.
const MAX_TITLE: usize = 8;

/// How far from the turn of a comparison its two sides may stand, in words.
const REACH: usize = 5;

/// Finds `hours … minutes` in `it takes minutes instead of hours`: two measures on the two sides of a turn.
pub(super) fn comparison(words: &[Word<'_>]) -> Option<Scored> {
    let key = |index: usize| words.get(index).map_or("", |word| word.key.as_str());
    let measure = |from: usize, to: usize| {
        let range = from.min(words.len())..to.min(words.len());
        words[range].iter().find(|word| holds(MEASURES, &word.key))
    };
    (0..words.len()).find_map(|turn| {
        let (before, after) = match (key(turn), key(turn + 1)) {
            ("instead", "of") | ("rather", "than") => (turn.saturating_sub(REACH), turn + 2),
            ("into", _) => (turn.saturating_sub(REACH), turn + 1),
            ("to", _) => {
                let reach = turn.saturating_sub(REACH);
                let from = (reach..turn).find(|index| key(*index) == "from")?;
                (from, turn + 1)
            }
            ("used", "to") if holds(TOOK, key(turn + 2)) => return long_ago(words, turn),
            _ => return None,
        };
        let before = measure(before, turn)?;
        let after = measure(after, after + REACH)?;
        let same = before.key.trim_end_matches('s') == after.key.trim_end_matches('s');
        (!same).then(|| {
            scored(
                AnchorKind::Comparison,
                format!("{} … {}", before.text, after.text),
            )
        })
    })
}

/// Reads `used to take a day … now`.
fn long_ago(words: &[Word<'_>], turn: usize) -> Option<Scored> {
    let rest = &words[turn..];
    let now = rest
        .iter()
        .position(|word| matches!(word.key.as_str(), "now" | "today"))?;
    let then = rest[..now].iter().find(|word| holds(MEASURES, &word.key))?;
    Some(scored(
        AnchorKind::Comparison,
        format!("{} … {}", then.text, rest[now].text),
    ))
}

/// Finds a title in quotes that follows what it is the title of: `my talk “the long thaw”`.
pub(super) fn title(sentence: &str) -> Option<Scored> {
    const MARKS: [(char, char); 4] = [('“', '”'), ('"', '"'), ('«', '»'), ('„', '“')];
    let mut from = 0;
    while let Some(offset) = sentence[from..].find(|c| MARKS.iter().any(|(open, _)| *open == c)) {
        let open = from + offset;
        let mark = sentence[open..].chars().next()?;
        let (_, close) = MARKS.iter().find(|(known, _)| *known == mark)?;
        let inside = open + mark.len_utf8();
        let length = sentence[inside..].find(*close)?;
        let text = sentence[inside..inside + length].trim();
        let before = sentence[..open].split_whitespace().rev().take(3);
        let named = before
            .map(|word| {
                word.trim_matches(|c: char| !c.is_alphanumeric())
                    .to_lowercase()
            })
            .any(|word| holds(WORKS, &word));
        let count = text.split_whitespace().count();
        if named && (1..=MAX_TITLE).contains(&count) && generic_phrases(text).is_empty() {
            return Some(scored(AnchorKind::Title, text.to_owned()));
        }
        from = inside + length + close.len_utf8();
    }
    None
}

fn scored(kind: AnchorKind, text: String) -> Scored {
    Scored {
        anchor: Anchor { kind, text },
        points: 2,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{QualityGate, assess};
    use super::*;

    #[test]
    fn lists_are_in_order() {
        for list in [MEASURES, TOOK, WORKS] {
            assert!(list.is_sorted());
        }
    }

    /// The anchors of these two kinds in a text.
    fn found(text: &str) -> Vec<String> {
        let anchors = assess(QualityGate::Specific, text, &[]).anchors.into_iter();
        let ours = anchors
            .filter(|anchor| matches!(anchor.kind, AnchorKind::Comparison | AnchorKind::Title));
        ours.map(|anchor| anchor.text).collect()
    }

    #[test]
    fn a_before_and_an_after_are_a_comparison() {
        for (text, expected) in [
            ("Releases take minutes instead of hours.", "minutes … hours"),
            (
                "We went from monthly to weekly releases.",
                "monthly … weekly",
            ),
            (
                "It turned hours of copying into seconds.",
                "hours … seconds",
            ),
            (
                "The import used to take all day and now it is done before coffee.",
                "day … now",
            ),
        ] {
            assert_eq!(found(text), [expected], "{text}");
        }
        for text in [
            "We grow from day to day.",
            "I used to dread Mondays, now I love my job.",
            "Every day is different instead of boring.",
            "We go from strength to strength every year.",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_title_follows_what_it_is_the_title_of() {
        assert_eq!(
            found("I wrote “the long thaw” on a train."),
            ["the long thaw"]
        );
        assert_eq!(
            found("Ask me about my talk \"tests that lie\"."),
            ["tests that lie"]
        );
        for text in [
            "It is not “just a job” to me.",
            "I wrote “I love working here” on the wall.",
            "The “family” feeling is real.",
            "They wrote “open",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}
