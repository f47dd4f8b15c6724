//! The ledger on a branch of a git repository, written by compare-and-swap.
//!
//! Where jobs share nothing but the repository, its ledger lies there too: one file of JSON lines on a branch of its own.
//! [`BranchLedger`] adds a line by fetching the branch, asking [`Books`] what follows from its lines,
//! committing the line on top and pushing with a lease, so that the branch moves only from where it was read. Whoever
//! comes second reads again and decides again: two runs that ask for the last of a cap cannot both get it.
//!
//! Nothing else is kept. A call that was cut off anywhere, or whose answer was lost, is made again, and finds its line or
//! does not. No call of a forge's API is spent.
//!
//! # What is refused
//!
//! A line that is no entry is an error that names it ([`BranchError::Damaged`]): a ledger of which a part is passed over
//! would let somebody spend twice. A branch from which something seen before is gone was rewritten
//! ([`BranchError::Rewritten`]), and nothing is added to it.
//!
//! **Architecture invariant:** nothing here decides about money, knows a forge, or runs a hook of the other side.

mod error;
mod lines;
mod store;

pub use error::BranchError;
pub use store::{BranchLedger, FILE};

#[cfg(doc)]
use lightsout_ledger::Books;
