//! Integration tests of the taxonomy.
//!
//! - `config`: every broken `factory.toml` is refused with a line, a column and a hint.
//! - `reading`: requests as people write them.

mod config;
mod reading;
