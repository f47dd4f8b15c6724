//! The ledger's settled rows, in the one form that is written.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use lightsout_ledger::{Entry, EntryId, EntryKind, Nanodollars, RunId};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{Kind, Row};

/// A row as it is written; the order is the order of the keys.
#[derive(Serialize)]
struct Written<'a> {
    id: &'a EntryId,
    timestamp: String,
    settled: String,
    issue: u64,
    run: &'a RunId,
    model: Option<&'a str>,
    input_tokens: u64,
    output_tokens: u64,
    cache_write_tokens: u64,
    cache_read_tokens: u64,
    images: u32,
    cost_usd: Box<RawValue>,
    reserved_usd: Box<RawValue>,
    bill: &'a lightsout_ledger::Bill,
}

/// Returns what the ledger's lines spent, a row for each settlement, by log and in the lines' order. What is reserved and
/// not settled is no spending and has no row.
pub fn rows(entries: &[Entry]) -> BTreeMap<Kind, Vec<Row>> {
    let mut reserved = BTreeMap::new();
    for entry in entries {
        if let EntryKind::Reserve { amount } = &entry.kind {
            reserved.entry(&entry.id).or_insert((entry.at, *amount));
        }
    }
    let mut rows: BTreeMap<Kind, Vec<Row>> = Kind::ALL.map(|kind| (kind, Vec::new())).into();
    let mut seen = std::collections::BTreeSet::new();
    for entry in entries {
        let EntryKind::Settle { reservation, bill } = &entry.kind else {
            continue;
        };
        if !seen.insert(reservation) {
            continue;
        }
        let (at, amount) = reserved
            .get(reservation)
            .copied()
            .unwrap_or((entry.at, Nanodollars::ZERO));
        let pictures = bill.images > 0 && bill.models.iter().all(|model| model.usage.is_empty());
        let kind = if pictures { Kind::Images } else { Kind::Tokens };
        let row = Row {
            id: reservation.clone(),
            issue: entry.issue,
            run: entry.run.clone(),
            at,
            settled: entry.at,
            reserved: amount,
            bill: bill.clone(),
        };
        rows.entry(kind).or_default().push(row);
    }
    rows
}

/// Writes a log: a JSON array, a row a line.
///
/// # Errors
/// Never for rows that can be read; JSON has no other way to say so.
pub fn write(rows: &[Row]) -> Result<String, serde_json::Error> {
    let mut text = String::from("[");
    for (at, row) in rows.iter().enumerate() {
        let usage = row.bill.usage();
        let line = serde_json::to_string(&Written {
            id: &row.id,
            timestamp: row.at.to_rfc3339(),
            settled: row.settled.to_rfc3339(),
            issue: row.issue,
            run: &row.run,
            model: row.bill.models.first().map(|used| used.model.as_str()),
            input_tokens: usage.input,
            output_tokens: usage.output,
            cache_write_tokens: usage.cache_write(),
            cache_read_tokens: usage.cache_read,
            images: row.bill.images,
            cost_usd: decimal(row.bill.cost.known())?,
            reserved_usd: decimal(row.reserved)?,
            bill: &row.bill,
        })?;
        let comma = if at == 0 { "" } else { "," };
        // Writing to a string cannot fail.
        let _ = write!(text, "{comma}\n{line}");
    }
    text.push_str("\n]\n");
    Ok(text)
}

/// An amount as an exact JSON number of dollars.
fn decimal(amount: Nanodollars) -> Result<Box<RawValue>, serde_json::Error> {
    let text = amount.to_string();
    RawValue::from_string(text.trim_start_matches('$').to_owned())
}
