//! Money as an integer count of nano-dollars.

use std::fmt;
use std::iter::Sum;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How many nano-dollars make a dollar.
const PER_DOLLAR: u64 = 1_000_000_000;
/// Digits after the point that a nano-dollar can hold.
const DECIMALS: i64 = 9;
/// Longer numerals than this are nobody's money.
const LONGEST_NUMERAL: usize = 256;

/// An amount of money in nano-dollars (10⁻⁹ US dollars), never negative and never a float.
///
/// Serialises as an integer. Displays as dollars with at least two decimals: `$0.0225`, `$3.00`.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Nanodollars(pub u64);

/// An amount read from a numeral, and whether it had to be rounded up to the next nano-dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parsed {
    /// The amount.
    pub amount: Nanodollars,
    /// Whether the numeral had more decimals than a nano-dollar holds, so that the amount was rounded up.
    pub rounded_up: bool,
}

/// Why a numeral is not an amount of money.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// The text is not a decimal number.
    #[error("`{0}` is not a decimal amount of dollars")]
    NotANumber(String),
    /// The number is below zero.
    #[error("`{0}` is negative, and a cost never is")]
    Negative(String),
    /// The number does not fit.
    #[error("`{0}` is more money than can be counted")]
    TooLarge(String),
}

impl Nanodollars {
    /// No money.
    pub const ZERO: Self = Self(0);
    /// The largest amount that can be held, about 18 billion dollars.
    pub const MAX: Self = Self(u64::MAX);

    /// Returns a whole number of dollars, at most [`Nanodollars::MAX`].
    pub const fn from_dollars(dollars: u64) -> Self {
        Self(dollars.saturating_mul(PER_DOLLAR))
    }

    /// Reads a decimal amount of dollars exactly as it is written: `50`, `0.0225`, `$1.5`, `2.25e-2`.
    ///
    /// This is also how a number in JSON is read: from its text, so no float ever touches it. More than nine
    /// decimals are rounded **up**, and [`Parsed::rounded_up`] says so.
    pub fn parse(text: &str) -> Result<Parsed, MoneyError> {
        let trimmed = text.trim();
        let trimmed = trimmed.strip_prefix('$').unwrap_or(trimmed);
        let not_a_number = || MoneyError::NotANumber(shorten(text));
        if trimmed.len() > LONGEST_NUMERAL {
            return Err(not_a_number());
        }
        let (negative, unsigned) = match trimmed.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, trimmed),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => {
                let exponent: i32 = exponent.parse().map_err(|_| not_a_number())?;
                (mantissa, i64::from(exponent))
            }
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let dangling_point = mantissa.contains('.') && fraction.is_empty();
        if whole.is_empty() || dangling_point || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(not_a_number());
        }
        let point = i64::try_from(whole.len()).map_err(|_| not_a_number())?;
        let (amount, rounded_up) = shift(&digits, point + exponent + DECIMALS)
            .ok_or(MoneyError::TooLarge(shorten(text)))?;
        if negative && amount > 0 {
            return Err(MoneyError::Negative(shorten(text)));
        }
        Ok(Parsed {
            amount: Self(amount),
            rounded_up,
        })
    }

    /// Returns the sum, or `None` if it does not fit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// Returns the difference, or `None` if `other` is more.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// Returns the product, or `None` if it does not fit.
    pub fn checked_mul(self, times: u64) -> Option<Self> {
        self.0.checked_mul(times).map(Self)
    }

    /// Returns the sum, at most [`Nanodollars::MAX`].
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// Returns the difference, at least zero.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// Returns `percent` hundredths of the amount, rounded down.
    #[must_use]
    pub fn percent(self, percent: u32) -> Self {
        let share = u128::from(self.0) * u128::from(percent) / 100;
        Self(u64::try_from(share).unwrap_or(u64::MAX))
    }

    /// Returns whether this is no money at all.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

/// Reads the first `keep` of `digits` (padded with zeros) as an integer, rounding up if anything is cut off.
fn shift(digits: &str, keep: i64) -> Option<(u64, bool)> {
    let mut amount: u64 = 0;
    let mut cut_off = false;
    for (position, digit) in (0_i64..).zip(digits.bytes()) {
        let digit = u64::from(digit - b'0');
        if position < keep {
            amount = amount.checked_mul(10)?.checked_add(digit)?;
        } else {
            cut_off |= digit != 0;
        }
    }
    let missing = keep.saturating_sub(i64::try_from(digits.len()).ok()?);
    if amount > 0 {
        for _ in 0..missing {
            amount = amount.checked_mul(10)?;
        }
    }
    if cut_off {
        amount = amount.checked_add(1)?;
    }
    Some((amount, cut_off))
}

/// Keeps what an error message quotes short.
fn shorten(text: &str) -> String {
    text.chars().take(40).collect()
}

impl FromStr for Nanodollars {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        Self::parse(text).map(|parsed| parsed.amount)
    }
}

impl fmt::Display for Nanodollars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fraction = format!("{:09}", self.0 % PER_DOLLAR);
        let trimmed = fraction.trim_end_matches('0');
        let shown = if trimmed.len() < 2 {
            &fraction[..2]
        } else {
            trimmed
        };
        write!(f, "${}.{shown}", self.0 / PER_DOLLAR)
    }
}

impl Sum for Nanodollars {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Self::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(text: &str) -> Result<(u64, bool), MoneyError> {
        Nanodollars::parse(text).map(|p| (p.amount.0, p.rounded_up))
    }

    #[test]
    fn reads_numbers_exactly_as_written() {
        for (text, nanos) in [
            ("0", 0),
            ("50", 50_000_000_000),
            ("$1.5", 1_500_000_000),
            (" 0.0225 ", 22_500_000),
            ("0.1834", 183_400_000),
            ("2.25e-2", 22_500_000),
            ("1E3", 1_000_000_000_000),
            ("0.000000001", 1),
            ("-0", 0),
            ("0e99", 0),
            ("18446744073.709551615", u64::MAX),
        ] {
            assert_eq!(parsed(text), Ok((nanos, false)), "{text}");
        }
    }

    #[test]
    fn rounds_up_and_says_so() {
        assert_eq!(parsed("0.0000000001"), Ok((1, true)));
        assert_eq!(parsed("0.1234567891"), Ok((123_456_790, true)));
        assert_eq!(parsed("1e-99"), Ok((1, true)));
        assert_eq!(parsed("0.1234567890"), Ok((123_456_789, false)));
    }

    #[test]
    fn refuses_what_is_no_amount() {
        for text in [
            "", ".", "1.", ".5", "1,5", "NaN", "inf", "0x1", "1e", "1e1.5", "--1", "+1", "١",
        ] {
            assert!(
                matches!(parsed(text), Err(MoneyError::NotANumber(_))),
                "{text}"
            );
        }
        assert!(matches!(parsed("-0.01"), Err(MoneyError::Negative(_))));
        for text in ["18446744073.709551616", "1e30", "1e2147483647"] {
            assert!(
                matches!(parsed(text), Err(MoneyError::TooLarge(_))),
                "{text}"
            );
        }
        assert!(parsed(&"9".repeat(10_000)).is_err());
    }

    #[test]
    fn displays_dollars_with_at_least_cents() {
        for (nanos, text) in [
            (0, "$0.00"),
            (1, "$0.000000001"),
            (22_500_000, "$0.0225"),
            (1_234_567_000, "$1.234567"),
            (3_100_000_000, "$3.10"),
            (50_000_000_000, "$50.00"),
        ] {
            assert_eq!(Nanodollars(nanos).to_string(), text);
        }
    }

    #[test]
    fn serialises_as_an_integer() {
        let json = serde_json::to_string(&Nanodollars(7)).unwrap();
        assert_eq!(json, "7");
        assert_eq!(
            serde_json::from_str::<Nanodollars>("7").unwrap(),
            Nanodollars(7)
        );
        assert!(serde_json::from_str::<Nanodollars>("0.5").is_err());
    }

    #[test]
    fn arithmetic_does_not_wrap() {
        assert_eq!(
            Nanodollars::MAX.saturating_add(Nanodollars(1)),
            Nanodollars::MAX
        );
        assert_eq!(Nanodollars::MAX.checked_add(Nanodollars(1)), None);
        assert_eq!(
            Nanodollars(1).saturating_sub(Nanodollars(2)),
            Nanodollars::ZERO
        );
        assert_eq!(Nanodollars::from_dollars(u64::MAX), Nanodollars::MAX);
        assert_eq!(
            Nanodollars::from_dollars(50).percent(90),
            Nanodollars::from_dollars(45)
        );
    }

    proptest! {
        #[test]
        fn what_is_displayed_reads_back(nanos: u64) {
            let shown = Nanodollars(nanos).to_string();
            prop_assert_eq!(shown.parse::<Nanodollars>(), Ok(Nanodollars(nanos)));
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in "\\PC*|[-+.$eE0-9]{0,24}") {
            let _ = Nanodollars::parse(&text);
        }
    }
}
