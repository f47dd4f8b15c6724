//! What it costs: nano-dollars, price book, reservations, price tag.
//!
//! Money is [`Nanodollars`], an integer. What a run used is [`TokenUsage`] per model ([`ModelUsage`]); the
//! [`PriceBook`] turns it into a [`Cost`], which keeps *measured*, *estimated* and *unknown* apart and never adds
//! one to the other silently. The ledger itself is a list of [`Entry`] values that only grows: a paid step first
//! reserves ([`EntryKind::Reserve`]), then settles or releases. [`fold`] reads such a list into [`Books`], which
//! decides whether one more reservation fits the [`Caps`]. Stores implement the one port, [`LedgerStore`].
//!
//! ```
//! use lightsout_ledger::{ModelUsage, Nanodollars, PriceBook, TokenUsage};
//!
//! let usage = TokenUsage { input: 6_000, output: 300, ..TokenUsage::default() };
//! let run = ModelUsage::new("claude-sonnet-4-6", usage);
//! let price = PriceBook::builtin().price(&run);
//! assert_eq!(price, Some(Nanodollars(22_500_000)));
//! assert_eq!(price.unwrap_or_default().to_string(), "$0.0225");
//! ```
//!
//! **Architecture invariant:** nothing here knows a clock, a file, a database or another crate of ours; the time
//! is an argument, and the port is the only asynchronous thing.

mod books;
mod cost;
mod entry;
mod money;
mod price;
mod store;
mod tag;
mod usage;

pub use books::{Balance, Books, Cap, CapReached, Caps, Scope, fold};
pub use cost::{Bill, Cost, CostKind, estimate};
pub use entry::{Ask, Entry, EntryId, EntryKind, Reservation, RunId, lacking};
pub use money::{MoneyError, Nanodollars, Parsed};
pub use price::{Price, PriceBook, Tier};
pub use store::{LedgerError, LedgerStore};
pub use tag::{PriceTag, TagRow};
pub use usage::{ModelUsage, TokenUsage};
