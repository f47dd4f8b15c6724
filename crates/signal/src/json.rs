//! Reading single values of a message, each of which may be missing or of another type than it should be.

use lightsout_ledger::Nanodollars;
use serde::Deserialize;
use serde_json::value::RawValue;

/// A value of a message as it was written.
pub(crate) type Raw<'a> = Option<&'a RawValue>;

/// Returns the value if it is there and of the wanted type.
pub(crate) fn get<'a, T: Deserialize<'a>>(raw: Raw<'a>) -> Option<T> {
    raw.and_then(|raw| serde_json::from_str(raw.get()).ok())
}

/// Returns a text.
pub(crate) fn text(raw: Raw<'_>) -> Option<String> {
    get(raw)
}

/// Returns a whole number; sets `bad` if there is a value and it is none.
pub(crate) fn count(raw: Raw<'_>, bad: &mut bool) -> Option<u64> {
    let raw = present(raw)?;
    let number = serde_json::from_str(raw.get()).ok();
    *bad |= number.is_none();
    number
}

/// Returns an amount of dollars exactly as it is written; sets `bad` if there is a value and it is none.
pub(crate) fn dollars(raw: Raw<'_>, bad: &mut bool) -> Option<Nanodollars> {
    let raw = present(raw)?;
    // A text is no number, even where it holds one.
    let numeral = raw
        .get()
        .starts_with(|c: char| c == '-' || c.is_ascii_digit());
    let amount = numeral.then(|| raw.get().parse().ok()).flatten();
    *bad |= amount.is_none();
    amount
}

/// Returns the value unless it is missing or `null`.
fn present(raw: Raw<'_>) -> Raw<'_> {
    raw.filter(|raw| raw.get() != "null")
}
