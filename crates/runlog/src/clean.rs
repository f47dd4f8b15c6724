//! Taking out of a line what no reader wants: time stamp, byte order mark, colours, control characters.

/// What the runner writes before a line that it calls an error.
pub(crate) const ERROR: &[u8] = b"##[error]";

/// What is put where a line was cut.
const CUT: char = '…';

/// Takes the byte order mark and the runner's time stamp off the beginning of a line.
pub(crate) fn without_stamp(line: &[u8]) -> &[u8] {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    stamp(line).map_or(line, |end| &line[end..])
}

/// Says how long the time stamp is that a line begins with, with the blank behind it.
fn stamp(line: &[u8]) -> Option<usize> {
    const SHAPE: &[u8] = b"0000-00-00T00:00:00";
    let head = line.get(..SHAPE.len())?;
    let fits = |(byte, shape): (&u8, &u8)| match shape {
        b'0' => byte.is_ascii_digit(),
        _ => byte == shape,
    };
    if !head.iter().zip(SHAPE).all(fits) {
        return None;
    }
    let mut rest = &line[SHAPE.len()..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let digits = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
        rest = &fraction[digits..];
    }
    let rest = rest.strip_prefix(b"Z")?;
    match rest.first() {
        Some(b' ') => Some(line.len() - rest.len() + 1),
        // A line of nothing but its stamp.
        None | Some(b'\r') => Some(line.len() - rest.len()),
        Some(_) => None,
    }
}

/// Whether the runner marked the line as an error.
pub(crate) fn is_error(line: &[u8]) -> bool {
    without_stamp(line).starts_with(ERROR)
}

/// Returns a line as it is shown: without stamp, colours and control characters, at most `limit` bytes and a mark where
/// it was cut. Of what a carriage return would have written over only the last is kept, as a terminal does.
pub(crate) fn line(raw: &[u8], limit: usize) -> String {
    let raw = without_stamp(raw);
    let raw = raw.strip_suffix(b"\r").unwrap_or(raw);
    let last = memchr::memrchr(b'\r', raw).map_or(0, |at| at + 1);
    text(&raw[last..], limit)
}

/// Returns bytes as text on one line, without escape sequences and control characters, at most `limit` bytes.
pub(crate) fn text(raw: &[u8], limit: usize) -> String {
    // Escapes and broken bytes can only make what is shown shorter or three times as long, so this is enough to read.
    let read = raw.get(..limit.saturating_mul(4)).unwrap_or(raw);
    let mut shown = String::new();
    let lossy = String::from_utf8_lossy(read);
    let mut letters = lossy.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\u{1b}' => skip_escape(&mut letters),
            '\u{9b}' => skip_sequence(&mut letters),
            '\t' => shown.push(' '),
            letter if letter.is_control() => {}
            letter => shown.push(letter),
        }
        if shown.len() > limit {
            break;
        }
    }
    if shown.len() > limit || read.len() < raw.len() {
        let mut end = limit.min(shown.len());
        while !shown.is_char_boundary(end) {
            end -= 1;
        }
        shown.truncate(end);
        shown.push(CUT);
    }
    shown
}

type Letters<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// Skips what follows an escape character: a control sequence, a string such as a title or a link, or one character.
fn skip_escape(letters: &mut Letters<'_>) {
    match letters.peek() {
        Some('[') => {
            letters.next();
            skip_sequence(letters);
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            // Ends with a bell or with an escape and a backslash.
            while let Some(letter) = letters.next() {
                if letter == '\u{7}' {
                    return;
                }
                if letter == '\u{1b}' {
                    letters.next_if_eq(&'\\');
                    return;
                }
            }
        }
        Some(' '..='/') => {
            letters.next();
            letters.next_if(|next| matches!(next, '0'..='~'));
        }
        Some('0'..='~') => {
            letters.next();
        }
        _ => {}
    }
}

/// Skips the parameters of a control sequence and the letter that ends it; anything else ends it too, and is kept.
fn skip_sequence(letters: &mut Letters<'_>) {
    while letters.next_if(|next| matches!(next, ' '..='?')).is_some() {}
    letters.next_if(|next| matches!(next, '@'..='~'));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_shown_without_what_is_not_its_words() {
        let cases: &[(&[u8], &str)] = &[
            (b"2026-03-01T07:00:01.1234567Z hello", "hello"),
            (b"\xef\xbb\xbf2026-03-01T07:00:01.1234567Z hello\r", "hello"),
            (b"2026-03-01T07:00:01Z hello", "hello"),
            (b"2026-03-01T07:00:01.1234567Z", ""),
            (b"2026-03-01T07:00:01.1234567Z \r", ""),
            // Only the runner's own stamp, and only once.
            (b"2026-03-01 07:00:01 hello", "2026-03-01 07:00:01 hello"),
            (b"2026-03-01T07:00:01Zhello", "2026-03-01T07:00:01Zhello"),
            (
                b"2026-03-01T07:00:01.1Z 2026-03-01T07:00:01.1Z x",
                "2026-03-01T07:00:01.1Z x",
            ),
            (b"\x1b[1;31mred\x1b[0m and\x1b[K plain", "red and plain"),
            (b"\x1b]8;;https://example.org\x07link\x1b]8;;\x1b\\", "link"),
            (b"\x1b(Bx\x1b=y\x1b", "xy"),
            (b"a\0b\x08c\x7fd\te", "abcd e"),
            ("a\u{9b}31mb\u{85}".as_bytes(), "ab"),
            (b" 10 %\r 50 %\r100 %", "100 %"),
            (b"\xff\xfe", "\u{fffd}\u{fffd}"),
            ("größer".as_bytes(), "größer"),
        ];
        for (raw, shown) in cases {
            assert_eq!(line(raw, 100), *shown, "{}", String::from_utf8_lossy(raw));
        }
    }

    #[test]
    fn a_long_line_is_cut_between_characters() {
        assert_eq!(line(b"abcdef", 6), "abcdef");
        assert_eq!(line(b"abcdefg", 6), "abcdef…");
        assert_eq!(line("ääää".as_bytes(), 5), "ää…");
        let long = [b"\x1b[31m".repeat(100_000), b"end".to_vec()].concat();
        assert_eq!(line(&long, 10), "…");
    }

    #[test]
    fn only_the_runner_marks_errors() {
        assert!(is_error(b"2026-03-01T07:00:01.1234567Z ##[error]no"));
        assert!(is_error(b"\xef\xbb\xbf##[error]no"));
        assert!(!is_error(
            b"2026-03-01T07:00:01.1234567Z it says ##[error]no"
        ));
        assert!(!is_error(b"##[warning]##[error]"));
    }
}
