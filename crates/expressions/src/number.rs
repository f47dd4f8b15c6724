//! Numbers as ECMAScript reads and writes them, which is how Actions does.

/// Reads a number as `Number(text)` does; not a number when the text is none.
pub(crate) fn parse(text: &str) -> f64 {
    let text = text.trim_matches(|c: char| c.is_whitespace() && c != '\u{85}' || c == '\u{feff}');
    let Some(first) = text.bytes().next() else {
        return 0.0;
    };
    // Most texts are no number, and most numbers are short.
    if !(first.is_ascii_digit() || b"+-.I".contains(&first)) {
        return f64::NAN;
    }
    if text.len() < 10 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let digit = |number: u32, byte| number * 10 + u32::from(byte - b'0');
        return text.bytes().fold(0, digit).into();
    }
    let radix = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => Some(16),
        [b'0', b'o' | b'O', ..] => Some(8),
        [b'0', b'b' | b'B', ..] => Some(2),
        _ => None,
    };
    if let Some(radix) = radix {
        return digits_of(&text[2..], radix);
    }
    match text {
        "Infinity" | "+Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        // Rust reads `inf` and `nan` too.
        _ if text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte)) =>
        {
            text.parse().unwrap_or(f64::NAN)
        }
        _ => f64::NAN,
    }
}

fn digits_of(digits: &str, radix: u32) -> f64 {
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return f64::NAN;
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a number is a double, whatever was written"
    )]
    u128::from_str_radix(digits, radix).map_or(f64::INFINITY, |number| number as f64)
}

/// Writes a number for a text: at most fifteen places after the point.
pub(crate) fn text(number: f64) -> String {
    let written = exact(number);
    // With no more places than that there is nothing to round.
    let places = written
        .split_once('.')
        .map_or(0, |(_, places)| places.len());
    if places <= 15 && (!written.contains('e') || number.abs() >= 1e21) {
        return written;
    }
    let mut buffer = ryu_js::Buffer::new();
    let rounded = buffer.format_to_fixed(number, 15);
    exact(rounded.parse().unwrap_or(number))
}

/// Writes a number with as many digits as it needs to be read back.
pub(crate) fn exact(number: f64) -> String {
    match whole(number) {
        Some(whole) => whole.to_string(),
        None => ryu_js::Buffer::new().format(number).to_owned(),
    }
}

/// Returns a number without places, if it is small enough that every digit counts.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "a number that is changed by it is none of these"
)]
fn whole(number: f64) -> Option<i64> {
    let whole = number as i64;
    (number.abs() < 1e15 && whole as f64 == number).then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_as_ecmascript_reads_them() {
        for (text, number) in [
            ("", 0.0),
            (" \t\u{feff}12\n", 12.0),
            ("0x1F", 31.0),
            ("0o17", 15.0),
            ("0b11", 3.0),
            ("5.", 5.0),
            (".5", 0.5),
            ("-1.5e-3", -0.0015),
            ("Infinity", f64::INFINITY),
            ("-Infinity", f64::NEG_INFINITY),
        ] {
            assert_eq!(parse(text).to_bits(), number.to_bits(), "{text:?}");
        }
        for text in [
            "x", "1 2", "-0x1", "inf", "nan", "NaN", ".", "1e", "1_0", "0x", "0b2", "١",
        ] {
            assert!(parse(text).is_nan(), "{text:?}");
        }
    }

    #[test]
    fn numbers_are_written_as_ecmascript_writes_them() {
        for (number, written) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1.5, "1.5"),
            (0.1 + 0.2, "0.3"),
            (1e21, "1e+21"),
            (123_456_789_012_345_680_000.0, "123456789012345680000"),
            (1e-7, "1e-7"),
            (1e-16, "0"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(text(number), written);
        }
    }
}
