//! Where words end.

/// What stands between quotes.
pub(crate) struct Quoted<'t> {
    pub(crate) inner: &'t str,
    /// Whether `''` stands in it for `'`.
    pub(crate) is_doubled: bool,
}

impl Quoted<'_> {
    /// Returns the text that is meant if quotes are doubled in it.
    pub(crate) fn undoubled(&self) -> String {
        self.inner.replace("''", "'")
    }
}

/// Reads a text in quotes, if the quote with which it begins is closed.
pub(crate) fn quoted(text: &str) -> Option<Quoted<'_>> {
    let bytes = text.as_bytes();
    let mut is_doubled = false;
    let mut end = 1;
    loop {
        match bytes.get(end)? {
            b'\'' if bytes.get(end + 1) == Some(&b'\'') => {
                is_doubled = true;
                end += 2;
            }
            b'\'' => break,
            _ => end += 1,
        }
    }
    let inner = &text[1..end];
    Some(Quoted { inner, is_doubled })
}

/// Returns what begins as a number, up to where one would end.
pub(crate) fn number(text: &str) -> &str {
    let end = text.bytes().position(|byte| !is_word(byte) && byte != b'.');
    let (number, rest) = text.split_at(end.unwrap_or(text.len()));
    if ends(rest) {
        return number;
    }
    boundary(text, |letter| letter != '.' && ends_word(letter))
}

/// Says whether a word can end before this.
#[inline]
pub(crate) fn ends(rest: &str) -> bool {
    match rest.as_bytes().first() {
        None => true,
        Some(next) if next.is_ascii() => END[usize::from(*next)],
        Some(_) => rest.chars().next().is_none_or(ends_word),
    }
}

/// Returns the first word of a text, whatever it is.
pub(crate) fn first(text: &str) -> &str {
    const SIGNS: &[&str] = &[
        "==", "!=", "<=", ">=", "&&", "||", "(", ")", "[", "]", ",", "*", "!", "<", ">",
    ];
    if let Some(sign) = SIGNS.iter().find(|sign| text.starts_with(**sign)) {
        return &text[..sign.len()];
    }
    match text.as_bytes().first() {
        Some(b'\'') => quoted(text).map_or(text, |quoted| &text[..quoted.inner.len() + 2]),
        Some(b'0'..=b'9' | b'.' | b'+' | b'-') => number(text),
        _ => boundary(text, ends_word),
    }
}

/// Returns a text up to where a word ends; what begins it belongs to it, whatever it is.
fn boundary(text: &str, ends: impl Fn(char) -> bool) -> &str {
    let mut letters = text.char_indices().skip(1);
    let end = letters.find(|(_, letter)| ends(*letter));
    end.map_or(text, |(end, _)| &text[..end])
}

/// Says whether this character ends the number or the name before it.
const fn ends_word(letter: char) -> bool {
    match letter {
        '(' | '[' | ')' | ']' | ',' | '.' | '!' | '>' | '<' | '=' | '&' | '|' | '\u{feff}' => true,
        _ => letter.is_whitespace(),
    }
}

/// Says whether this can be written after a dot: letters, digits, `_` and `-`, a letter or `_` first.
pub(crate) fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.bytes().all(is_word)
}

/// Which bytes a name can go on with.
const WORD: [bool; 256] = {
    let mut word = [false; 256];
    let mut byte = 0;
    while byte < 128_u8 {
        word[byte as usize] = byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        byte += 1;
    }
    word
};

#[inline]
pub(crate) fn is_word(byte: u8) -> bool {
    WORD[usize::from(byte)]
}

/// Which bytes end a word before them.
const END: [bool; 128] = {
    let mut end = [false; 128];
    let mut byte = 0;
    while byte < 128_u8 {
        end[byte as usize] = ends_word(byte as char);
        byte += 1;
    }
    end
};
