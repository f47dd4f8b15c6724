//! The contract of the port, kept by the adapter for GitHub against somebody else's emulator of it.

mod description;
mod emulator;
mod hub;
mod judge;
pub(super) mod killed;
mod life;
mod rehearsal;
mod site;
mod tour;

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, bail};
use lightsout_testkit::contract::forge_contract;

use description::{Book, Description};
use site::Site;

pub(crate) use rehearsal::run as rehearse;

/// Runs the contract, and judges by GitHub's description everything that is sent and everything that is made up.
pub(crate) fn run() -> Result<()> {
    let programs = emulator::install()?;
    let description = Arc::new(Description::load(&programs.description)?);
    description.catches_what_is_wrong()?;
    let book = Arc::new(Mutex::new(Book::default()));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(forge_contract(async || {
        Site::start(&programs, &description, &book).expect("a fresh GitHub")
    }));
    let book = book.lock().unwrap_or_else(PoisonError::into_inner);
    for wrong in &book.wrong {
        println!("wrong: {wrong}");
    }
    book.print();
    if !book.wrong.is_empty() {
        bail!(
            "{} exchanges are not as GitHub describes them",
            book.wrong.len()
        );
    }
    println!("the adapter keeps the contract on the emulator");
    Ok(())
}
