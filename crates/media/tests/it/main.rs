//! The crate from outside, on real files and hostile ones.

#![expect(
    clippy::unwrap_used,
    reason = "the lint lets tests unwrap, but not the functions they share"
)]

mod card;
mod files;
mod hostile;
mod pictures;
mod write;
