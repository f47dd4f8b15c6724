//! Texts and names without regard to case, as ECMAScript sees it.

use std::cmp::Ordering;

/// Says whether two names are the same in lower case.
pub(crate) fn same_name(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || (has_more(a, b) && a.to_lowercase() == b.to_lowercase())
}

/// Says whether two texts are the same in capitals.
pub(crate) fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || (has_more(a, b) && upper(a).eq(upper(b)))
}

/// Says whether there are letters with more to their case than ASCII's.
fn has_more(a: &str, b: &str) -> bool {
    !a.is_ascii() || !b.is_ascii()
}

/// Compares two texts in capitals.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    if has_more(a, b) {
        return upper(a).map(place).cmp(upper(b).map(place));
    }
    let upper = |byte: u8| byte.to_ascii_uppercase();
    a.bytes().map(upper).cmp(b.bytes().map(upper))
}

/// Returns the place of a character in the order of UTF-16, in which some come before others of a smaller number.
fn place(letter: char) -> u32 {
    let number = u32::from(letter);
    match letter {
        '\u{e000}'..='\u{ffff}' => number + 0x11_0000,
        _ => number,
    }
}

/// Returns a text in capitals, all but the dotless i, which would become an `I`.
fn upper(text: &str) -> impl DoubleEndedIterator<Item = char> {
    text.chars().flat_map(|letter| {
        let (kept, changed) = match letter {
            'ı' => (Some(letter), None),
            _ => (None, Some(letter.to_uppercase())),
        };
        kept.into_iter().chain(changed.into_iter().flatten())
    })
}

/// Says whether a text starts with another.
pub(crate) fn starts_with(text: &str, part: &str) -> bool {
    if has_more(text, part) {
        let mut letters = upper(text);
        return upper(part).all(|letter| letters.next() == Some(letter));
    }
    let first = text.as_bytes().get(..part.len());
    first.is_some_and(|first| first.eq_ignore_ascii_case(part.as_bytes()))
}

/// Says whether a text ends with another.
pub(crate) fn ends_with(text: &str, part: &str) -> bool {
    if has_more(text, part) {
        let mut letters = upper(text).rev();
        return upper(part)
            .rev()
            .all(|letter| letters.next() == Some(letter));
    }
    let before = text.len().checked_sub(part.len());
    before.is_some_and(|before| text.as_bytes()[before..].eq_ignore_ascii_case(part.as_bytes()))
}

/// Says whether a text holds another.
pub(crate) fn contains(text: &str, part: &str) -> bool {
    // Looking at each place takes as many steps as both are long, multiplied.
    let is_short = text.len() * part.len() < 4096;
    if is_short && !part.is_empty() && !has_more(text, part) {
        let mut windows = text.as_bytes().windows(part.len());
        return windows.any(|window| window.eq_ignore_ascii_case(part.as_bytes()));
    }
    text.to_lowercase().contains(&part.to_lowercase())
}
