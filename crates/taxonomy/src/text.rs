//! Small questions about characters and lines that several modules ask.

use std::fmt::Write as _;

/// Says whether a character shows nothing: zero-width, direction marks and overrides, soft hyphens.
pub fn is_invisible(character: char) -> bool {
    matches!(character, '\u{0}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e007f}')
}

/// Says whether a text shows nothing at all.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(|character| {
        character.is_whitespace() || character.is_control() || is_invisible(character)
    })
}

/// Returns a label in the form in which labels are compared: letters and digits in lower case.
///
/// So `**Author role**:`, `authorRole` and `AUTHOR-ROLE` are the same label.
pub(crate) fn label_key(label: &str) -> String {
    label
        .chars()
        .filter(|character| character.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Takes the bullet, number or checkbox off the start of a list item.
pub(crate) fn strip_bullet(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let after_mark = line.strip_prefix(['-', '*', '+', '•', '–']).or_else(|| {
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        (1..=9)
            .contains(&digits)
            .then(|| line[digits..].strip_prefix(['.', ')']))?
    })?;
    let item = after_mark.trim_start();
    // `-5` and `*emphasis*` are no items; `-` alone is an empty one.
    (item.is_empty() || item.len() < after_mark.len()).then_some(item)
}

/// Takes a checkbox off the start of an item and says whether it was checked.
pub(crate) fn strip_checkbox(item: &str) -> Option<(bool, &str)> {
    let rest = item.strip_prefix('[')?;
    let mut characters = rest.chars();
    let checked = match characters.next()? {
        'x' | 'X' => true,
        ' ' => false,
        _ => return None,
    };
    let rest = characters.as_str().strip_prefix(']')?;
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then_some((checked, rest.trim()))
}

/// Takes matching marks off both ends, as often as they are there: emphasis, code and the given quotes.
pub(crate) fn unwrap<'t>(text: &'t str, marks: &[(&str, &str)]) -> &'t str {
    let mut text = text.trim();
    // Each round takes off at least two bytes; eight are more than anybody nests.
    for _ in 0..8 {
        let inner = marks.iter().find_map(|(open, close)| {
            let inner = text.strip_prefix(open)?.strip_suffix(close)?;
            (!inner.is_empty() && !inner.contains(open) && !inner.contains(close))
                .then_some(inner.trim())
        });
        match inner {
            Some(inner) => text = inner,
            None => break,
        }
    }
    text
}

/// Emphasis and code, for [`unwrap`].
pub(crate) const EMPHASIS: &[(&str, &str)] = &[
    ("**", "**"),
    ("__", "__"),
    ("*", "*"),
    ("_", "_"),
    ("`", "`"),
];

/// Quotation marks, for [`unwrap`].
pub(crate) const QUOTES: &[(&str, &str)] = &[
    ("\"", "\""),
    ("“", "”"),
    ("„", "“"),
    ("«", "»"),
    ("»", "«"),
    ("‘", "’"),
    ("「", "」"),
];

/// Returns what somebody wrote as a code span of one short line, so that it can be quoted in a comment: nothing in
/// it mentions, links, reorders or shows anything.
pub(crate) fn shown(text: &str) -> String {
    const MOST: usize = 120;
    let mut short = String::new();
    for (index, character) in text.trim().chars().enumerate() {
        match character {
            _ if index == MOST => {
                short.push('…');
                break;
            }
            '`' => short.push('\''),
            space if space.is_whitespace() => short.push(' '),
            hidden if hidden.is_control() || is_invisible(hidden) => {
                // Writing to a `String` cannot fail.
                let _ = write!(short, "U+{:04X}", u32::from(hidden));
            }
            other => short.push(other),
        }
    }
    format!("`{short}`")
}

/// Begins a title in lower case, for the middle of a sentence; `FAQ entry` stays as it is.
pub(crate) fn lower_first(title: &str) -> String {
    let mut characters = title.chars();
    match characters.next() {
        Some(first) if !characters.as_str().starts_with(char::is_uppercase) => {
            first.to_lowercase().chain(characters).collect()
        }
        _ => title.to_owned(),
    }
}

/// Says what a count of things is called: `1 word`, `3 words`.
pub(crate) fn count(number: usize, thing: &str) -> String {
    if number == 1 {
        format!("1 {thing}")
    } else {
        format!("{number} {thing}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bullets_and_boxes_come_off() {
        assert_eq!(strip_bullet("- a"), Some("a"));
        assert_eq!(strip_bullet("  12) a"), Some("a"));
        assert_eq!(strip_bullet("*a*"), None);
        assert_eq!(strip_bullet("-5 degrees"), None);
        assert_eq!(strip_bullet("2.5 hours"), None);
        assert_eq!(strip_checkbox("[X] done"), Some((true, "done")));
        assert_eq!(strip_checkbox("[ ] open"), Some((false, "open")));
        assert_eq!(strip_checkbox("[x](url)"), None);
    }

    #[test]
    fn marks_come_off_in_pairs_only() {
        assert_eq!(unwrap("**`a`**", EMPHASIS), "a");
        assert_eq!(unwrap("**a** and **b**", EMPHASIS), "**a** and **b**");
        assert_eq!(unwrap("“a”", QUOTES), "a");
        assert_eq!(unwrap("\"a\" or \"b\"", QUOTES), "\"a\" or \"b\"");
        assert_eq!(unwrap("*", EMPHASIS), "*");
    }
}
