//! Escaping text so that neither Markdown, its common extensions nor MDX acts on it.

/// Escapes running text. Line breaks stay; what matters only at the start of a line is [`guard_lines`]' part.
pub(crate) fn escape_text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for (position, c) in text.char_indices() {
        let rest = &text[position + c.len_utf8()..];
        let acts = match c {
            '\\' | '`' | '*' | '_' | '{' | '}' | '<' | '>' | '[' | ']' | '~' | '|' | '#' | '$'
            | '@' => true,
            // A character reference.
            '&' => rest.starts_with(|next: char| next == '#' || next.is_ascii_alphanumeric()),
            // Bare addresses, which would swallow the backslashes after them.
            ':' => rest.starts_with("//"),
            '.' => ends_with_www(&text[..position]),
            _ => false,
        };
        if acts {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// Whether the text ends like the start of a bare address.
fn ends_with_www(text: &str) -> bool {
    text.len() >= 3 && text.as_bytes()[text.len() - 3..].eq_ignore_ascii_case(b"www")
}

/// Guards the start of every line of already escaped text, and trims each line.
pub(crate) fn guard_lines(text: &str) -> String {
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| line.trim_matches([' ', '\t']))
        .filter(|line| !line.is_empty())
        .map(guard_line)
        .collect();
    lines.join("\n")
}

/// Guards the start of one line: lists, rules, underlines of headings, tables, directives, imports and exports.
fn guard_line(line: &str) -> String {
    let acts = |rest: &str, also: &[char]| {
        rest.is_empty() || rest.starts_with([' ', '\t']) || rest.starts_with(also)
    };
    let escape = match line.as_bytes().first() {
        Some(b'-') => acts(&line[1..], &['-', ':', '\\']),
        Some(b'+') => acts(&line[1..], &['+']),
        Some(b':') => acts(&line[1..], &[':', '-']),
        Some(b'=') => true,
        _ => false,
    };
    if escape {
        return format!("\\{line}");
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = line.split_at(digits);
    if (1..=9).contains(&digits) && rest.starts_with(['.', ')']) && acts(&rest[1..], &[]) {
        return format!("{number}\\{rest}");
    }
    for (word, first) in [("import", "&#105;"), ("export", "&#101;")] {
        let is_word = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric());
        if line.strip_prefix(word).is_some_and(is_word) {
            return format!("{first}{}", &line[1..]);
        }
    }
    line.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(text: &str) -> String {
        guard_lines(&escape_text(text))
    }

    #[test]
    fn what_acts_is_escaped_and_the_rest_reads_well() {
        for (text, expected) in [
            (
                "Plain words, (1 + 2) - \"3\" & so on: 50 %!",
                "Plain words, (1 + 2) - \"3\" & so on: 50 %!",
            ),
            ("{x} <b> a*b_c", "\\{x\\} \\<b\\> a\\*b\\_c"),
            ("&#123; &amp; R&D", "\\&#123; \\&amp; R\\&D"),
            (
                "see https://a.b/c_d and www.x.y",
                "see https\\://a.b/c\\_d and www\\.x.y",
            ),
            ("a@b.example", "a\\@b.example"),
            ("wow![x]", "wow!\\[x\\]"),
        ] {
            // `&#` holds a hash, which is escaped for itself.
            let expected = expected.replace("\\&#", "\\&\\#");
            assert_eq!(both(text), expected, "{text}");
        }
    }

    #[test]
    fn line_starts_are_guarded() {
        for (text, expected) in [
            (
                "- a\n+ b\n---\n===\n:::note",
                "\\- a\n\\+ b\n\\---\n\\===\n\\:::note",
            ),
            (
                "1. a\n12) b\n1.5 c\n1 d\n2019.\n-5 degrees\n:)",
                "1\\. a\n12\\) b\n1.5 c\n1 d\n2019\\.\n-5 degrees\n:)",
            ),
            (
                "import x\nexport{a}\nimportant\nexporter",
                "&#105;mport x\n&#101;xport\\{a\\}\nimportant\nexporter",
            ),
            ("  a  \n\n\tb", "a\nb"),
            ("# a", "\\# a"),
        ] {
            assert_eq!(both(text), expected, "{text}");
        }
    }
}
