//! Logs as people keep them, and our own.

#![expect(clippy::unwrap_used, reason = "in a test, a failure is a panic")]

mod round;
mod shapes;

use lightsout_ledger::PriceBook;
use lightsout_spendlog::{Kind, Read};

fn read(kind: Kind, text: &str) -> Read {
    lightsout_spendlog::read(kind, text, &PriceBook::builtin())
}
