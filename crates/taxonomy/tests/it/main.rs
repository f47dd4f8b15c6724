//! Integration tests of the taxonomy.
//!
//! - `config`: every broken `factory.toml` is refused with a line, a column and a hint.
//! - `forms`: what is rendered is read back.
//! - `hostile`: bodies nobody should write.
//! - `properties`: what holds for any text whatever.
//! - `quality`: the two gates against labelled texts.
//! - `reading`: requests as people write them.
//! - `schema`: the JSON Schema and the parser agree.
//! - `threads`: a corpus of requests and threads.
//! - `validator`: as much of JSON Schema as ours uses.
//! - `voice`: the slop linter.

mod config;
mod forms;
mod hostile;
mod properties;
mod quality;
mod reading;
mod schema;
mod threads;
mod validator;
mod voice;
