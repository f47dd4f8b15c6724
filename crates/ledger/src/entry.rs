//! The ledger's lines.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{Bill, Nanodollars};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// Returns the identifier.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// Returns the identifier's text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id! {
    /// Names one line of the ledger; writing the same line twice writes it once.
    EntryId
}
id! {
    /// Names one run of an agent.
    RunId
}

/// A wish to spend: what a paid step needs at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// Names the reservation. The same name asks for the same one again, after a crash for instance.
    pub id: EntryId,
    /// The issue's number.
    pub issue: u64,
    /// The run that wants to spend.
    pub run: RunId,
    /// When it asks; the day and month whose caps count.
    pub at: DateTime<Utc>,
    /// The most it can cost.
    pub amount: Nanodollars,
}

/// Money put aside for one paid step, to be settled or released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// The line that made it.
    pub id: EntryId,
    /// The issue's number.
    pub issue: u64,
    /// The run it is for.
    pub run: RunId,
    /// How much was put aside.
    pub amount: Nanodollars,
}

/// One line of the ledger, written once and never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The line's name.
    pub id: EntryId,
    /// The issue's number.
    pub issue: u64,
    /// The run it belongs to.
    pub run: RunId,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// What it says.
    pub kind: EntryKind,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum EntryKind {
    /// Money is put aside.
    Reserve {
        /// How much.
        amount: Nanodollars,
    },
    /// A reservation was spent, and this is what it really cost.
    Settle {
        /// The line that reserved.
        reservation: EntryId,
        /// What was used and what it cost.
        bill: Bill,
    },
    /// A reservation was not needed.
    Release {
        /// The line that reserved.
        reservation: EntryId,
    },
}

/// Returns the lines whose names are not in the ledger yet, each name once.
pub fn lacking(ledger: &[Entry], lines: &[Entry]) -> Vec<Entry> {
    let mut names: BTreeSet<&EntryId> = ledger.iter().map(|entry| &entry.id).collect();
    let new = lines.iter().filter(|line| names.insert(&line.id));
    new.cloned().collect()
}

impl Entry {
    /// Returns the line that reserves what was asked for.
    pub fn reserve(ask: &Ask) -> Self {
        Self {
            id: ask.id.clone(),
            issue: ask.issue,
            run: ask.run.clone(),
            at: ask.at,
            kind: EntryKind::Reserve { amount: ask.amount },
        }
    }

    /// Returns the line that settles a reservation. Its name follows from the reservation's.
    pub fn settle(reservation: &Reservation, bill: Bill, at: DateTime<Utc>) -> Self {
        Self {
            id: EntryId(format!("{}/settle", reservation.id)),
            issue: reservation.issue,
            run: reservation.run.clone(),
            at,
            kind: EntryKind::Settle {
                reservation: reservation.id.clone(),
                bill,
            },
        }
    }

    /// Returns the line that releases a reservation. Its name follows from the reservation's.
    pub fn release(reservation: &Reservation, at: DateTime<Utc>) -> Self {
        Self {
            id: EntryId(format!("{}/release", reservation.id)),
            issue: reservation.issue,
            run: reservation.run.clone(),
            at,
            kind: EntryKind::Release {
                reservation: reservation.id.clone(),
            },
        }
    }
}
