//! The port that ledger stores implement.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::{Ask, Bill, CapReached, Caps, Entry, EntryId, Reservation};

/// Where the ledger's lines are kept: a file, a database, a branch.
///
/// Each call is atomic, also against other processes, and idempotent: [`Entry`] names follow from the reservation,
/// so a call that is repeated after a crash writes nothing twice. A store decides nothing itself: inside its
/// transaction it reads the lines, asks [`Books`](crate::Books), and appends the line it is given.
#[async_trait]
pub trait LedgerStore: Send + Sync {
    /// Returns the lines of one issue, or all lines, oldest first.
    async fn entries(&self, issue: Option<u64>) -> Result<Vec<Entry>, LedgerError>;

    /// Puts money aside, or refuses with [`LedgerError::Cap`] and writes nothing.
    ///
    /// Asking again for a reservation that exists returns it, whatever the caps say by now.
    async fn reserve(&self, ask: &Ask, caps: &Caps) -> Result<Reservation, LedgerError>;

    /// Writes what a reservation really cost. A second settlement of the same reservation does nothing.
    async fn settle(
        &self,
        reservation: &Reservation,
        bill: &Bill,
        at: DateTime<Utc>,
    ) -> Result<(), LedgerError>;

    /// Adds lines that were made elsewhere, all at once, and says how many were new. A line whose name is there already
    /// is not added, whatever it says: the first one stands. Caps are not asked, since that money is spent.
    async fn add(&self, lines: &[Entry]) -> Result<usize, LedgerError>;

    /// Gives a reservation back. Does nothing if it was released or settled before.
    async fn release(
        &self,
        reservation: &Reservation,
        at: DateTime<Utc>,
    ) -> Result<(), LedgerError>;
}

/// Why a ledger store did not do as it was told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// A cap would be passed.
    #[error(transparent)]
    Cap(#[from] CapReached),
    /// A line of this name exists and says something else.
    #[error("the ledger line `{id}` exists with other contents")]
    Conflict {
        /// The line.
        id: EntryId,
    },
    /// No such reservation was ever made.
    #[error("the ledger holds no reservation `{id}`")]
    NotReserved {
        /// The reservation.
        id: EntryId,
    },
    /// The store itself failed; trying again later may help.
    #[error("the ledger cannot be {doing}")]
    Store {
        /// What was being done: `read`, `written`.
        doing: &'static str,
        /// What the store said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
