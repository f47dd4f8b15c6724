//! Removing what nobody sees: controls, invisible characters, overrides of the direction of text.

/// Returns the text with `\n` as its only line break, and without controls and invisible characters.
///
/// Joiners stay where they join: between two letters or signs beyond ASCII, as in Persian and in composed emoji.
pub fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let mut clean = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\n' | '\t' => clean.push(c),
            '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => clean.push('\n'),
            '\u{200C}' | '\u{200D}' => {
                let before = clean.chars().next_back().is_some_and(joins);
                if before && rest.peek().copied().is_some_and(joins) {
                    clean.push(c);
                }
            }
            _ if c.is_control() || is_invisible(c) => {}
            _ => clean.push(c),
        }
    }
    clean
}

/// Returns the cleaned text on one line, with single spaces and none at its ends.
pub fn clean_line(text: &str) -> String {
    clean(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a joiner beside the character can have a meaning.
fn joins(c: char) -> bool {
    !c.is_ascii() && !c.is_whitespace() && !c.is_control() && !is_invisible(c)
}

/// Characters without a shape, which can hide text from a reader or turn it around.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{3164}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unseen_goes() {
        for (dirty, expected) in [
            ("a\0b\u{7}\u{1b}[0m", "ab[0m"),
            ("one\r\ntwo\rthree\u{2028}four", "one\ntwo\nthree\nfour"),
            ("\u{feff}a\u{200b}b\u{ad}c", "abc"),
            ("safe\u{202e}txt.exe\u{2066}x\u{2069}", "safetxt.exex"),
            ("hidden\u{e0069}\u{e0067}", "hidden"),
            ("a\u{200d}b", "ab"),
            ("tab\tstays", "tab\tstays"),
        ] {
            assert_eq!(clean(dirty), expected, "{dirty:?}");
        }
    }

    #[test]
    fn joiners_that_join_stay() {
        for text in ["می\u{200c}خواهم", "👩\u{200d}💻", "🏳\u{fe0f}\u{200d}🌈"] {
            assert_eq!(clean(text), text);
        }
    }

    #[test]
    fn a_line_is_one_line() {
        assert_eq!(clean_line("  two\n\n words\t\u{a0}here "), "two words here");
    }
}
