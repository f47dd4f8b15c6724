//! Integration tests of the taxonomy.
//!
//! - `config`: every broken `factory.toml` is refused with a line, a column and a hint.
//! - `forms`: what is rendered is read back.
//! - `reading`: requests as people write them.

mod config;
mod forms;
mod reading;
