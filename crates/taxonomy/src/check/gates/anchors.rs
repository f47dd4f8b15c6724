//! Finding the checkable things in a sentence.

use super::words::{
    ACTIONS, MONTHS, NO_NAMES, NUMBERS, ORDINALS, STARTERS, THINGS, VAGUE, WEEKDAYS, holds,
};
use super::{Anchor, AnchorKind, spans};
use crate::text::label_key;

/// A word of a sentence.
pub(super) struct Word<'t> {
    /// As it was written, without the marks around it.
    pub(super) text: &'t str,
    /// In lower case, without what follows an apostrophe.
    pub(super) key: String,
    /// Whether a mark follows that ends a name or a phrase.
    ends: bool,
}

/// An anchor and how much it is worth: two points make one anchor.
pub(super) struct Scored {
    pub(super) anchor: Anchor,
    pub(super) points: usize,
}

/// Finds the anchors of one sentence; `own` are the words of the company's own name.
///
/// After a `generic` phrase, a day and the name of the place it is about save nothing: `I love working at Northwind`.
pub(super) fn of_sentence(sentence: &str, own: &[String], generic: bool) -> Vec<Scored> {
    let words: Vec<Word<'_>> = sentence.split_whitespace().filter_map(word).collect();
    let shouted = is_title_case(&words);
    let mut found: Vec<Scored> = Vec::new();
    let mut in_name = false;
    for (index, word) in words.iter().enumerate() {
        let scored = if own.contains(&word.key) {
            None
        } else {
            score(&words, index, shouted)
        };
        let named = matches!(scored, Some((AnchorKind::Name, _)));
        match scored {
            Some((AnchorKind::Name, _)) if in_name => {
                if let Some(last) = found.last_mut() {
                    last.anchor.text = format!("{} {}", last.anchor.text, word.text);
                }
            }
            Some((kind, points)) => {
                let setting = generic && is_setting(kind, &words, index);
                let points = if setting { 1 } else { points };
                found.push(Scored {
                    anchor: Anchor {
                        kind,
                        text: word.text.to_owned(),
                    },
                    points,
                });
            }
            None => {}
        }
        // `Ada, Grace and Edsger` are three names, `Ada Lovelace` is one.
        in_name = named && !word.ends;
    }
    found.extend(deed(&words));
    found.extend(spans::comparison(&words));
    // A title with a name in it counts once.
    let known = |title: &Scored| {
        let text = &title.anchor.text;
        found.iter().any(|other| text.contains(&other.anchor.text))
    };
    let title = spans::title(sentence).filter(|title| !known(title));
    found.extend(title);
    found
}

/// Says whether a word only says where or when: a weekday, a name after `at` or `in`, or how long it has been.
fn is_setting(kind: AnchorKind, words: &[Word<'_>], index: usize) -> bool {
    let word = &words[index];
    let before = index
        .checked_sub(1)
        .map_or("", |before| words[before].key.as_str());
    let after = words.get(index + 1).map_or("", |after| after.key.as_str());
    match kind {
        AnchorKind::Name => matches!(
            before,
            "" | "at" | "for" | "in" | "of" | "joining" | "joined"
        ),
        AnchorKind::Number => matches!(after, "years" | "months" | "weeks"),
        AnchorKind::Date => holds(WEEKDAYS, &word.key),
        AnchorKind::Deed | AnchorKind::Comparison | AnchorKind::Title => false,
    }
}

fn word(raw: &str) -> Option<Word<'_>> {
    let text = raw.trim_matches(|c: char| !c.is_alphanumeric() && c != '%' && c != '#' && c != '+');
    let key = label_key(text.split(['\'', '’']).next().unwrap_or_default());
    let ends = !raw.ends_with(char::is_alphanumeric);
    (!key.is_empty()).then_some(Word { text, key, ends })
}

/// Says whether a sentence is written like a headline, in which a capital says nothing.
fn is_title_case(words: &[Word<'_>]) -> bool {
    let long = || {
        words
            .iter()
            .skip(1)
            .filter(|word| word.text.chars().count() > 3)
    };
    let large = long()
        .filter(|word| word.text.starts_with(char::is_uppercase))
        .count();
    large >= 4 && large * 10 >= long().count() * 8
}

fn score(words: &[Word<'_>], index: usize, shouted: bool) -> Option<(AnchorKind, usize)> {
    let word = &words[index];
    let before = index
        .checked_sub(1)
        .map_or("", |before| words[before].key.as_str());
    let after = words
        .get(index + 1)
        .filter(|_| !word.ends)
        .map_or("", |after| after.key.as_str());
    digits(word, before)
        .or_else(|| date(word, before, index == 0))
        .or_else(|| number_word(word, before, after))
        .or_else(|| name(words, index, shouted))
}

fn digits(word: &Word<'_>, before: &str) -> Option<(AnchorKind, usize)> {
    if !word.text.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let figure: String = word
        .text
        .chars()
        .filter(|c| c.is_ascii_digit() || *c == '/')
        .collect();
    let percent = word.text.ends_with('%');
    // `24/7`, `110 %`, `#1`: figures of speech.
    let speech = matches!(figure.as_str(), "24/7" | "365" | "360" | "9/5" | "1")
        || word.text.starts_with('#')
        || (percent && figure.parse::<u64>().is_ok_and(|figure| figure >= 100))
        || (figure == "0" && before == "web");
    if speech {
        return None;
    }
    let year = figure.len() == 4
        && word.text.len() <= 5
        && (figure.starts_with("19") || figure.starts_with("20"));
    Some((
        if year {
            AnchorKind::Date
        } else {
            AnchorKind::Number
        },
        2,
    ))
}

fn date(word: &Word<'_>, before: &str, first: bool) -> Option<(AnchorKind, usize)> {
    if !word.text.starts_with(char::is_uppercase) {
        return None;
    }
    if holds(MONTHS, &word.key) {
        // `May I` and `March on` begin sentences; in them they are months only after `in` or a number.
        let verb = matches!(word.key.as_str(), "may" | "march") && first;
        return (!verb).then_some((AnchorKind::Date, 2));
    }
    // `I love Mondays` is a mood, `on Mondays` a day.
    let mood = matches!(
        before,
        "love" | "loves" | "like" | "enjoy" | "hate" | "happy"
    );
    holds(WEEKDAYS, &word.key).then_some((AnchorKind::Date, if mood { 1 } else { 2 }))
}

fn number_word(word: &Word<'_>, before: &str, after: &str) -> Option<(AnchorKind, usize)> {
    let text = word.text.to_lowercase();
    let mut parts = text.split('-');
    if parts.clone().any(|part| holds(NUMBERS, part)) {
        let speech = holds(VAGUE, after)
            || before == "no"
            || (before == "a"
                && matches!(
                    text.as_str(),
                    "million" | "billion" | "thousand" | "hundred"
                ));
        return (!speech).then_some((AnchorKind::Number, 2));
    }
    if parts.any(|part| holds(ORDINALS, part)) {
        return Some((AnchorKind::Number, 2));
    }
    if text == "half" && matches!(before, "by" | "in") {
        return Some((AnchorKind::Number, 2));
    }
    matches!(
        text.as_str(),
        "half" | "halved" | "doubled" | "tripled" | "twice" | "quarter" | "second" | "dozens"
    )
    .then_some((AnchorKind::Number, if text.ends_with("ed") { 2 } else { 1 }))
}

fn name(words: &[Word<'_>], index: usize, shouted: bool) -> Option<(AnchorKind, usize)> {
    let word = &words[index];
    if holds(NO_NAMES, &word.key) || holds(NO_NAMES, &label_key(word.text)) {
        return None;
    }
    let inner = word
        .text
        .chars()
        .skip(1)
        .filter(|c| c.is_uppercase())
        .count();
    if inner > 0 && word.text.chars().any(char::is_lowercase) && !word.text.contains('-') {
        return Some((AnchorKind::Name, 2));
    }
    if shouted || !word.text.starts_with(char::is_uppercase) {
        return None;
    }
    if index > 0 || inner > 0 {
        return Some((AnchorKind::Name, 2));
    }
    // At the start everything is large. A name is followed by another part of it, or by `and I`.
    let next = words.get(1).filter(|_| !word.ends)?;
    let full = next.text.starts_with(char::is_uppercase) && !holds(NO_NAMES, &next.key);
    let and_i = next.key == "and" && words.get(2).is_some_and(|third| third.text == "I");
    ((full || and_i) && !holds(STARTERS, &word.key)).then_some((AnchorKind::Name, 2))
}

/// Finds something that was done to a thing, `rewrote the checkout`, or two things in one breath, `cello … workshop`.
fn deed(words: &[Word<'_>]) -> Option<Scored> {
    let person = |word: &Word<'_>| {
        matches!(
            word.key.as_str(),
            "i" | "we" | "my" | "our" | "me" | "us" | "mine" | "ours"
        )
    };
    if !words.iter().any(person) || is_figure_of_speech(words) {
        return None;
    }
    let things = || {
        words
            .iter()
            .enumerate()
            .filter(|(_, word)| is_thing(&word.key))
    };
    // What was done is named near the verb, on either side: `the night the warehouse flooded`.
    let done = words
        .iter()
        .enumerate()
        .filter(|(_, word)| ACTIONS.contains(word.key.as_str()))
        .find_map(|(place, action)| {
            let (_, thing) =
                things().find(|(other, _)| *other != place && other.abs_diff(place) <= 6)?;
            Some((action, thing))
        });
    let (first, second) = done.or_else(|| {
        let mut things = things();
        let (_, first) = things.next()?;
        let (_, second) = things.find(|(_, other)| other.key != first.key)?;
        Some((first, second))
    })?;
    let text = format!("{} … {}", first.text, second.text);
    Some(Scored {
        anchor: Anchor {
            kind: AnchorKind::Deed,
            text,
        },
        points: 2,
    })
}

/// Says whether things stand for something else: `not just posters on a wall`, `like a well-oiled machine`.
fn is_figure_of_speech(words: &[Word<'_>]) -> bool {
    words.windows(2).any(|pair| {
        matches!(
            (pair[0].key.as_str(), pair[1].key.as_str()),
            ("not", "just") | ("like", "a" | "an") | ("more", "than")
        )
    })
}

fn is_thing(key: &str) -> bool {
    THINGS.contains(key)
        || key
            .strip_suffix('s')
            .is_some_and(|one| THINGS.contains(one))
}
