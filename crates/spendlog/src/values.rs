//! Reading single values from their JSON text.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use lightsout_ledger::Nanodollars;

/// From here on a number is milliseconds and not seconds since 1970.
const MILLIS: i64 = 100_000_000_000;

/// What stands in quotes, or the text of a number. Nothing for `null`, lists, objects and truth values.
pub(crate) fn scalar(raw: &str) -> Option<String> {
    if raw.starts_with('"') {
        return serde_json::from_str(raw).ok();
    }
    raw.starts_with(|first: char| first == '-' || first.is_ascii_digit())
        .then(|| raw.to_owned())
}

/// Reads a time: RFC 3339, a date, a date and a time (UTC), or seconds or milliseconds since 1970.
pub(crate) fn time(raw: &str) -> Result<DateTime<Utc>, String> {
    let text = scalar(raw).ok_or_else(|| no("time", raw))?;
    let text = text.trim();
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(at.with_timezone(&Utc));
    }
    if let Ok(number) = text.parse::<i64>() {
        let at = if number.abs() < MILLIS {
            DateTime::from_timestamp(number, 0)
        } else {
            DateTime::from_timestamp_millis(number)
        };
        return at.ok_or_else(|| no("time", raw));
    }
    for shape in ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"] {
        if let Ok(at) = NaiveDateTime::parse_from_str(text, shape) {
            return Ok(at.and_utc());
        }
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| no("time", raw))?;
    Ok(day.and_time(NaiveTime::MIN).and_utc())
}

/// Reads an amount of dollars from its digits. More than nine decimals are rounded up.
pub(crate) fn money(raw: &str) -> Result<Nanodollars, String> {
    let text = scalar(raw).ok_or_else(|| no("amount of dollars", raw))?;
    let parsed = Nanodollars::parse(&text).map_err(|error| error.to_string())?;
    Ok(parsed.amount)
}

/// Reads a whole number, also one that is written as text or with a `#`.
pub(crate) fn count(raw: &str) -> Result<u64, String> {
    let text = scalar(raw).ok_or_else(|| no("whole number", raw))?;
    let text = text.trim();
    let digits = text.strip_prefix('#').unwrap_or(text);
    digits.parse().map_err(|_| no("whole number", raw))
}

fn no(what: &str, raw: &str) -> String {
    let short: String = raw
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .take(40)
        .collect();
    format!("`{short}` is no {what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let nine = "2026-03-02T09:00:00+00:00";
        for text in [
            "\"2026-03-02T09:00:00Z\"",
            "\"2026-03-02T10:00:00+01:00\"",
            "\"2026-03-02 09:00:00\"",
            "\"2026-03-02T09:00:00.000\"",
            "1772442000",
            "1772442000000",
            "\"1772442000\"",
        ] {
            assert_eq!(time(text).expect(text).to_rfc3339(), nine, "{text}");
        }
        let midnight = time("\"2026-03-02\"").expect("a day");
        assert_eq!(midnight.to_rfc3339(), "2026-03-02T00:00:00+00:00");
        for text in [
            "\"yesterday\"",
            "null",
            "[]",
            "99999999999999999",
            "\"\"",
            "true",
        ] {
            assert!(time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn money_and_counts_are_exact() {
        for (text, nanos) in [
            ("0.1", 100_000_000),
            ("\"$0.09\"", 90_000_000),
            ("0.000000001", 1),
            ("1e-3", 1_000_000),
            ("12345678.123456789", 12_345_678_123_456_789),
        ] {
            assert_eq!(money(text).expect(text), Nanodollars(nanos), "{text}");
        }
        for text in ["-1", "\"free\"", "null", "{}", "1e99"] {
            assert!(money(text).is_err(), "{text}");
        }
        assert_eq!(count("\"#12\""), Ok(12));
        assert_eq!(count("7"), Ok(7));
        assert!(count("1.5").is_err() && count("-1").is_err() && count("\"\u{1b}x\"").is_err());
    }
}
