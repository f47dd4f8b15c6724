//! Reads a request from standard input and prints its fields, or the comment that asks for what is missing.
//!
//! ```sh
//! cargo run -p lightsout-taxonomy --example read_request cms-faq < body.md
//! ```
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::io::Read as _;

use lightsout_taxonomy::{Classification, Factory, classify, questions_comment, read};

fn main() -> std::io::Result<()> {
    let factory = Factory::builtin();
    let labels: Vec<String> = std::env::args().skip(1).collect();
    let Classification::Request(kind) = classify(&factory, labels.iter().map(String::as_str))
    else {
        println!(
            "give the label of exactly one type:\n\n{}",
            lightsout_taxonomy::types_table(&factory)
        );
        return Ok(());
    };
    let mut body = String::new();
    std::io::stdin().read_to_string(&mut body)?;
    let reading = read(&factory, kind, "", &body, &[]);
    if reading.is_complete() {
        println!("{}", lightsout_taxonomy::field_table(kind, &reading.fields));
    } else {
        println!("{}", questions_comment(kind, &reading.questions));
    }
    Ok(())
}
