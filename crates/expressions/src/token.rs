//! From characters to words.

use crate::ast::Comparison;
use crate::error::{ParseError, ParseErrorKind};
use crate::{MAX_LENGTH, number};

/// A word of the language. Texts are as written, without the quotes around them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Token<'t> {
    Sign(Sign),
    Null,
    Bool(bool),
    Number(f64),
    Text(&'t str),
    Name(&'t str),
}

/// A bracket, a comma, a dot, a star or an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    Open,
    Close,
    OpenIndex,
    CloseIndex,
    Comma,
    Dot,
    Star,
    Not,
    And,
    Or,
    Compare(Comparison),
}

impl Sign {
    /// Reads a sign that is not a dot, and says how long it is.
    fn read(rest: &[u8]) -> Option<(Self, usize)> {
        let doubled = rest.get(1) == rest.first();
        let equals = rest.get(1) == Some(&b'=');
        let or_equal = |with, without| {
            let sign = if equals { with } else { without };
            (Self::Compare(sign), 1 + usize::from(equals))
        };
        Some(match rest.first()? {
            b'(' => (Self::Open, 1),
            b')' => (Self::Close, 1),
            b'[' => (Self::OpenIndex, 1),
            b']' => (Self::CloseIndex, 1),
            b',' => (Self::Comma, 1),
            b'*' => (Self::Star, 1),
            b'!' if equals => (Self::Compare(Comparison::NotEqual), 2),
            b'!' => (Self::Not, 1),
            b'=' if equals => (Self::Compare(Comparison::Equal), 2),
            b'<' => or_equal(Comparison::LessOrEqual, Comparison::Less),
            b'>' => or_equal(Comparison::GreaterOrEqual, Comparison::Greater),
            b'&' if doubled => (Self::And, 2),
            b'|' if doubled => (Self::Or, 2),
            _ => return None,
        })
    }
}

/// A word and the place where it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Placed<'t> {
    pub(crate) token: Token<'t>,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Splits a text into its words.
pub(crate) fn split(text: &str) -> Result<Vec<Placed<'_>>, ParseError> {
    // A text has at most as many UTF-16 units as bytes.
    if text.len() > MAX_LENGTH && text.encode_utf16().count() > MAX_LENGTH {
        return Err(ParseErrorKind::TooLong.at(0));
    }
    let mut tokens: Vec<Placed<'_>> = Vec::with_capacity(text.len() / 4);
    let mut start = 0;
    while let Some(first) = text.as_bytes().get(start) {
        if matches!(first, b' ' | b'\t' | b'\r' | b'\n') {
            start += 1;
            continue;
        }
        let (token, end) = next(text, start, tokens.last().map(|last| last.token))?;
        tokens.push(Placed { token, start, end });
        start = end;
    }
    Ok(tokens)
}

fn next<'t>(
    text: &'t str,
    start: usize,
    before: Option<Token<'_>>,
) -> Result<(Token<'t>, usize), ParseError> {
    let rest = &text.as_bytes()[start..];
    match rest[0] {
        b'\'' => string(text, start),
        b'.' if can_have_parts(before) => Ok((Token::Sign(Sign::Dot), start + 1)),
        b'.' | b'-' | b'+' | b'0'..=b'9' => number(text, start),
        _ => match Sign::read(rest) {
            Some((sign, length)) => Ok((Token::Sign(sign), start + length)),
            None => name(text, start, before == Some(Token::Sign(Sign::Dot))),
        },
    }
}

/// Says whether a dot after this leads to a part of it, and does not begin a number.
fn can_have_parts(before: Option<Token<'_>>) -> bool {
    matches!(
        before,
        Some(Token::Name(_) | Token::Sign(Sign::CloseIndex | Sign::Close | Sign::Star))
    )
}

/// Returns where a number or a name ends that starts here.
fn boundary(text: &str, start: usize, dots_end_it: bool) -> usize {
    let ends = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '-' => false,
        '.' => dots_end_it,
        '(' | '[' | ')' | ']' | ',' | '!' | '>' | '<' | '=' | '&' | '|' | '\u{feff}' => true,
        _ => c.is_whitespace(),
    };
    let mut letters = text[start..].char_indices().skip(1);
    letters
        .find(|(_, letter)| ends(*letter))
        .map_or(text.len(), |(offset, _)| start + offset)
}

fn number(text: &str, start: usize) -> Result<(Token<'_>, usize), ParseError> {
    let end = boundary(text, start, false);
    let written = &text[start..end];
    let number = number::parse(written);
    if number.is_nan() {
        return Err(ParseErrorKind::Unexpected(written.to_owned()).at(start));
    }
    Ok((Token::Number(number), end))
}

fn string(text: &str, start: usize) -> Result<(Token<'_>, usize), ParseError> {
    let inner = &text[start + 1..];
    let mut end = 0;
    loop {
        match inner.as_bytes()[end..]
            .iter()
            .position(|byte| *byte == b'\'')
        {
            None => return Err(ParseErrorKind::OpenString.at(start)),
            Some(offset) => end += offset,
        }
        if inner.as_bytes().get(end + 1) != Some(&b'\'') {
            return Ok((Token::Text(&inner[..end]), start + 1 + end + 1));
        }
        end += 2;
    }
}

fn name(text: &str, start: usize, is_part: bool) -> Result<(Token<'_>, usize), ParseError> {
    let end = boundary(text, start, true);
    let written = &text[start..end];
    if !is_name(written) {
        return Err(ParseErrorKind::Unexpected(written.to_owned()).at(start));
    }
    let token = match written {
        _ if is_part => Token::Name(written),
        "true" => Token::Bool(true),
        "false" => Token::Bool(false),
        "null" => Token::Null,
        "NaN" => Token::Number(f64::NAN),
        "Infinity" => Token::Number(f64::INFINITY),
        _ => Token::Name(written),
    };
    Ok((token, end))
}

/// Says whether this can be written after a dot: letters, digits, `_` and `-`, a letter or `_` first.
pub(crate) fn is_name(text: &str) -> bool {
    let more = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.bytes().all(more)
}
