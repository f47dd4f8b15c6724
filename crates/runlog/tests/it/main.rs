//! Archives as the forge makes them, and as nobody should.

#![expect(clippy::unwrap_used, reason = "in a test, a failure is a panic")]

mod hostile;
mod layout;
mod lines;
mod zip;
