//! Reading the ledger: what is spent and reserved, and whether one more reservation fits.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    Ask, Bill, Cost, Entry, EntryId, EntryKind, LedgerError, Nanodollars, Reservation, RunId,
};

/// The most that may be spent; `None` is no limit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Caps {
    /// By one run of an agent.
    pub run: Option<Nanodollars>,
    /// By all runs of one issue.
    pub issue: Option<Nanodollars>,
    /// On one day, UTC.
    pub day: Option<Nanodollars>,
    /// In one calendar month, UTC.
    pub month: Option<Nanodollars>,
}

/// Which of the caps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cap {
    /// Of one run.
    Run,
    /// Of one issue.
    Issue,
    /// Of one day.
    Day,
    /// Of one month.
    Month,
}

impl Cap {
    /// Returns the word for messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Issue => "issue",
            Self::Day => "day",
            Self::Month => "month",
        }
    }
}

/// A reservation was refused because a cap would be passed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the cap of {limit} per {} is reached: {spent} spent or reserved, {asked} asked for", cap.name())]
pub struct CapReached {
    /// Which cap.
    pub cap: Cap,
    /// The cap's amount.
    pub limit: Nanodollars,
    /// What is spent and reserved under it already.
    pub spent: Nanodollars,
    /// What was asked for on top.
    pub asked: Nanodollars,
}

/// What to sum up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope<'a> {
    /// The whole ledger.
    All,
    /// One run.
    Run(&'a RunId),
    /// One issue.
    Issue(u64),
    /// One day, UTC.
    Day(NaiveDate),
    /// One calendar month, UTC: the year, and the month from 1.
    Month(i32, u32),
}

/// What a scope has spent, and what is put aside and not yet spent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Balance {
    /// What was settled.
    pub spent: Cost,
    /// What is reserved and still open.
    pub reserved: Nanodollars,
    /// What counts against a cap. Where a settled cost is unknown, its reservation counts: unknown is not free.
    pub committed: Nanodollars,
}

/// One reservation and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Account {
    reservation: Reservation,
    /// The day that carries the money: the day of the reservation, so that settling never burdens another day.
    day: NaiveDate,
    state: State,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Open,
    Released,
    Settled(Bill),
}

/// The ledger, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Books {
    accounts: BTreeMap<EntryId, Account>,
}

/// Reads ledger lines.
///
/// Lines may come doubled and in any order (two branches that were merged); the result is the same. A settlement
/// counts even where the reservation was released before or its line is missing: money that was spent is spent.
pub fn fold<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Books {
    let mut entries: Vec<&Entry> = entries.into_iter().collect();
    // Reservations first, settlements last; then by name, so that the order of the lines does not matter.
    entries.sort_by_key(|entry| (rank(&entry.kind), &entry.id));
    let mut seen = BTreeSet::new();
    let mut books = Books::default();
    for entry in entries {
        if seen.insert(&entry.id) {
            books.apply(entry);
        }
    }
    books
}

fn rank(kind: &EntryKind) -> u8 {
    match kind {
        EntryKind::Reserve { .. } => 0,
        EntryKind::Release { .. } => 1,
        EntryKind::Settle { .. } => 2,
    }
}

impl Books {
    fn apply(&mut self, entry: &Entry) {
        match &entry.kind {
            EntryKind::Reserve { amount } => {
                self.account(&entry.id, entry, *amount);
            }
            EntryKind::Release { reservation } => {
                self.account(reservation, entry, Nanodollars::ZERO).state = State::Released;
            }
            EntryKind::Settle { reservation, bill } => {
                let account = self.account(reservation, entry, Nanodollars::ZERO);
                // The first settlement stands.
                if !matches!(account.state, State::Settled(_)) {
                    account.state = State::Settled(bill.clone());
                }
            }
        }
    }

    fn account(&mut self, id: &EntryId, entry: &Entry, amount: Nanodollars) -> &mut Account {
        self.accounts.entry(id.clone()).or_insert_with(|| Account {
            reservation: Reservation {
                id: id.clone(),
                issue: entry.issue,
                run: entry.run.clone(),
                amount,
            },
            day: entry.at.date_naive(),
            state: State::Open,
        })
    }

    /// Returns what the scope has spent and reserved.
    pub fn balance(&self, scope: Scope<'_>) -> Balance {
        let mut balance = Balance::default();
        for account in self.accounts.values() {
            if account.is_in(scope) {
                balance.add(account);
            }
        }
        balance
    }

    /// Returns what each issue of the scope has spent and reserved, by the issue's number.
    pub fn by_issue(&self, scope: Scope<'_>) -> BTreeMap<u64, Balance> {
        let mut balances = BTreeMap::<u64, Balance>::new();
        for account in self.accounts.values() {
            if account.is_in(scope) {
                let issue = account.reservation.issue;
                balances.entry(issue).or_default().add(account);
            }
        }
        balances
    }

    /// Returns the reservations that are neither settled nor released, by name.
    pub fn open(&self) -> impl Iterator<Item = &Reservation> {
        self.accounts
            .values()
            .filter(|account| account.state == State::Open)
            .map(|account| &account.reservation)
    }

    /// Decides whether the amount fits under every cap. Exactly reaching a cap is allowed.
    pub fn may_reserve(&self, ask: &Ask, caps: &Caps) -> Result<(), CapReached> {
        let day = ask.at.date_naive();
        for (cap, limit, scope) in [
            (Cap::Run, caps.run, Scope::Run(&ask.run)),
            (Cap::Issue, caps.issue, Scope::Issue(ask.issue)),
            (Cap::Day, caps.day, Scope::Day(day)),
            (
                Cap::Month,
                caps.month,
                Scope::Month(day.year(), day.month()),
            ),
        ] {
            let Some(limit) = limit else { continue };
            let spent = self.balance(scope).committed;
            // A sum that does not fit in the type does not fit under a cap either.
            if spent.checked_add(ask.amount).is_none_or(|sum| sum > limit) {
                return Err(CapReached {
                    cap,
                    limit,
                    spent,
                    asked: ask.amount,
                });
            }
        }
        Ok(())
    }

    /// Decides about a reservation: returns it, and the line to append if it is new.
    ///
    /// A reservation that exists is returned as it is, unless it was made for something else.
    pub fn reserve(
        &self,
        ask: &Ask,
        caps: &Caps,
    ) -> Result<(Reservation, Option<Entry>), LedgerError> {
        let wanted = Reservation {
            id: ask.id.clone(),
            issue: ask.issue,
            run: ask.run.clone(),
            amount: ask.amount,
        };
        if let Some(account) = self.accounts.get(&ask.id) {
            if account.reservation == wanted {
                return Ok((wanted, None));
            }
            return Err(LedgerError::Conflict { id: ask.id.clone() });
        }
        self.may_reserve(ask, caps)?;
        Ok((wanted, Some(Entry::reserve(ask))))
    }

    /// Decides about a settlement: the line to append, or `None` if the reservation is settled already.
    pub fn settle(
        &self,
        reservation: &Reservation,
        bill: &Bill,
        at: DateTime<Utc>,
    ) -> Result<Option<Entry>, LedgerError> {
        Ok(match self.state(reservation)? {
            State::Settled(_) => None,
            State::Open | State::Released => Some(Entry::settle(reservation, bill.clone(), at)),
        })
    }

    /// Decides about a release: the line to append, or `None` if the reservation is not open any more.
    pub fn release(
        &self,
        reservation: &Reservation,
        at: DateTime<Utc>,
    ) -> Result<Option<Entry>, LedgerError> {
        Ok(match self.state(reservation)? {
            State::Open => Some(Entry::release(reservation, at)),
            State::Settled(_) | State::Released => None,
        })
    }

    fn state(&self, reservation: &Reservation) -> Result<&State, LedgerError> {
        match self.accounts.get(&reservation.id) {
            Some(account) => Ok(&account.state),
            None => Err(LedgerError::NotReserved {
                id: reservation.id.clone(),
            }),
        }
    }
}

impl Balance {
    fn add(&mut self, account: &Account) {
        let reserved = account.reservation.amount;
        match &account.state {
            State::Released => {}
            State::Open => {
                self.reserved = self.reserved.saturating_add(reserved);
                self.committed = self.committed.saturating_add(reserved);
            }
            State::Settled(bill) => {
                let known = bill.cost.known();
                let counts = if bill.cost.unknown_parts > 0 {
                    known.max(reserved)
                } else {
                    known
                };
                self.spent = self.spent.plus(&bill.cost);
                self.committed = self.committed.saturating_add(counts);
            }
        }
    }
}

impl Account {
    fn is_in(&self, scope: Scope<'_>) -> bool {
        match scope {
            Scope::All => true,
            Scope::Run(run) => self.reservation.run == *run,
            Scope::Issue(issue) => self.reservation.issue == issue,
            Scope::Day(day) => self.day == day,
            Scope::Month(year, month) => (self.day.year(), self.day.month()) == (year, month),
        }
    }
}

#[cfg(test)]
mod tests;
