//! Prints the JSON Schema of `factory.toml`, as it is committed.
//!
//! ```sh
//! cargo run -p lightsout-taxonomy --example schema > crates/taxonomy/factory.schema.json
//! ```
#![expect(clippy::print_stdout, reason = "an example shows what it made")]

fn main() {
    println!("{:#}", lightsout_taxonomy::schema());
}
