//! The words that the gates know.
//!
//! The long lists are text files beside this one; the short ones are sorted for a binary search, and a test keeps them so.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Phrases that anybody could say of any place: lower case, single spaces, straight apostrophes.
pub(crate) static GENERIC: LazyLock<Vec<&str>> =
    LazyLock::new(|| include_str!("words/generic.txt").lines().collect());

/// What somebody did that left a trace.
pub(super) static ACTIONS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    include_str!("words/actions.txt")
        .split_whitespace()
        .collect()
});

/// Things that are there or not: systems, machines, places, documents, events.
pub(super) static THINGS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    include_str!("words/things.txt")
        .split_whitespace()
        .collect()
});

/// Number words; `one` is too common to check anything.
pub(super) const NUMBERS: &[&str] = &[
    "billion",
    "dozen",
    "eight",
    "eighteen",
    "eighty",
    "eleven",
    "fifteen",
    "fifty",
    "five",
    "forty",
    "four",
    "fourteen",
    "hundred",
    "million",
    "nine",
    "nineteen",
    "ninety",
    "seven",
    "seventeen",
    "seventy",
    "six",
    "sixteen",
    "sixty",
    "ten",
    "thirteen",
    "thirty",
    "thousand",
    "three",
    "twelve",
    "twenty",
    "two",
];

/// Ordinals that count something; `first` and `second` are figures of speech too often.
pub(super) const ORDINALS: &[&str] = &[
    "eighth",
    "eleventh",
    "fifth",
    "fourteenth",
    "fourth",
    "hundredth",
    "ninth",
    "seventh",
    "sixth",
    "tenth",
    "third",
    "thirteenth",
    "thousandth",
    "twelfth",
    "twentieth",
];

/// What numbers of which nobody counts: `two things I love`.
pub(super) const VAGUE: &[&str] = &[
    "aspects", "days", "facts", "feet", "halves", "heads", "sides", "thanks", "things", "times",
    "ways", "words", "worlds",
];

pub(super) const MONTHS: &[&str] = &[
    "april",
    "august",
    "december",
    "february",
    "january",
    "july",
    "june",
    "march",
    "may",
    "november",
    "october",
    "september",
];

pub(super) const WEEKDAYS: &[&str] = &[
    "friday",
    "fridays",
    "monday",
    "mondays",
    "saturday",
    "saturdays",
    "sunday",
    "sundays",
    "thursday",
    "thursdays",
    "tuesday",
    "tuesdays",
    "wednesday",
    "wednesdays",
];

/// Words that are written large without naming anything.
pub(super) const NO_NAMES: &[&str] = &[
    "a",
    "agile",
    "ai",
    "an",
    "and",
    "best",
    "but",
    "ceo",
    "cfo",
    "company",
    "cto",
    "culture",
    "diversity",
    "english",
    "faq",
    "for",
    "he",
    "hr",
    "i",
    "id",
    "ill",
    "im",
    "in",
    "innovation",
    "internet",
    "it",
    "ive",
    "leadership",
    "mr",
    "mrs",
    "my",
    "no",
    "ok",
    "okay",
    "our",
    "people",
    "pr",
    "she",
    "so",
    "tbd",
    "team",
    "teamwork",
    "the",
    "they",
    "vp",
    "we",
    "web",
    "yes",
    "you",
];

/// Words that begin sentences; another word there that is followed by `and I` is a name.
pub(super) const STARTERS: &[&str] = &[
    "a",
    "after",
    "all",
    "an",
    "and",
    "as",
    "at",
    "because",
    "before",
    "both",
    "but",
    "by",
    "colleagues",
    "customers",
    "each",
    "every",
    "everybody",
    "everyone",
    "for",
    "friends",
    "from",
    "he",
    "here",
    "how",
    "if",
    "in",
    "it",
    "like",
    "many",
    "most",
    "my",
    "no",
    "now",
    "of",
    "on",
    "one",
    "our",
    "people",
    "she",
    "since",
    "so",
    "some",
    "that",
    "the",
    "their",
    "then",
    "there",
    "these",
    "they",
    "this",
    "to",
    "together",
    "we",
    "what",
    "when",
    "where",
    "while",
    "with",
    "you",
];

/// Says whether a sorted list holds a word.
pub(super) fn holds(list: &[&str], word: &str) -> bool {
    list.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn lists_are_sorted_for_the_search() {
        use super::*;
        for list in [
            NUMBERS, ORDINALS, VAGUE, MONTHS, WEEKDAYS, NO_NAMES, STARTERS,
        ] {
            let wrong = list.windows(2).find(|pair| pair[0] >= pair[1]);
            assert_eq!(wrong, None);
        }
    }
}
