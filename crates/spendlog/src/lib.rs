//! The spend logs that factories keep in files: read as they are, written in one form.
//!
//! Factories that ran before this one logged what they spent in two files, [`Kind::Tokens`] and [`Kind::Images`], each
//! in a shape of its own. [`read`] takes what can be understood: an array, an object with a list in it, or an object a line,
//! with the [fields](FIELDS) under any of the names that people use. It says which names it understood, which it did not,
//! and which rows it left out and why. [`rows`] and [`write()`] give the ledger's own rows in [one form](#the-form-that-is-written),
//! which reads back as the very same lines.
//!
//! ```
//! use lightsout_ledger::PriceBook;
//! use lightsout_spendlog::{Kind, read};
//!
//! let log = r##"[{"date": "2026-03-01", "issue": "#4", "endpoint": "fal-ai/flux/dev", "cost": "$0.09"}]"##;
//! let found = read(Kind::Images, log, &PriceBook::builtin());
//! assert_eq!(found.rows[0].bill.cost.to_string(), "$0.09");
//! assert_eq!(found.rows[0].issue, 4);
//! assert!(found.left_out.is_empty());
//! ```
//!
//! # The form that is written
//!
//! A JSON array with a row a line. `id`, `timestamp` (the reservation's, whose day carries the money), `settled`, `issue`
//! (0 for money of no issue), `run`, `model`, `input_tokens`, `output_tokens`, `cache_write_tokens`, `cache_read_tokens`,
//! `images`, `cost_usd` (measured and estimated together, as an exact decimal), `reserved_usd`, and `bill`, the ledger's own
//! record in nano-dollars, which counts when the row is read again.
//!
//! **Architecture invariant:** no float touches an amount: numbers are read from their digits. Nothing here knows a file
//! or a store.

mod fields;
mod read;
mod values;
mod write;

pub use fields::{FIELDS, Field};
pub use read::{LeftOut, Read, Row, Seen, read};
pub use write::{rows, write};

/// Which of the two logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// What models used: `.cms-token-log.json`.
    Tokens,
    /// What pictures cost: `.cms-fal-log.json`.
    Images,
}

impl Kind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Tokens, Self::Images];

    /// Returns the name of the file.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Tokens => ".cms-token-log.json",
            Self::Images => ".cms-fal-log.json",
        }
    }

    /// Returns which log a file is by its name: the one of pictures if it speaks of them.
    pub fn of_name(name: &str) -> Self {
        let name = name.to_lowercase();
        let images = ["fal", "image", "media"]
            .iter()
            .any(|word| name.contains(word));
        if images { Self::Images } else { Self::Tokens }
    }

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Tokens => "tokens",
            Self::Images => "images",
        }
    }
}
