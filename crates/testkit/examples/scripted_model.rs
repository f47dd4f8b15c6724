//! Serves a script until standard input closes, then prints what was asked, one JSON object a line.
//!
//! ```text
//! cargo run -p lightsout-testkit --example scripted_model -- script.json
//! ANTHROPIC_BASE_URL=http://127.0.0.1:PORT ANTHROPIC_API_KEY=any claude -p "(issue 1) …"
//! ```
//!
//! `script.json` is a list of conversations, such as
//! `[{"name":"hello","when":[],"turns":[{"answer":{"text":"READY"}}]}]`.

#![expect(clippy::print_stdout, reason = "this is a program for a terminal")]

use std::error::Error;
use std::io::Read as _;

use lightsout_testkit::model::{Conversation, ModelServer};
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("give the file of a script")?;
    let script: Vec<Conversation> = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    let server = ModelServer::start(script)?;
    println!("{}", server.url());
    std::io::stdin().read_to_end(&mut Vec::new())?;
    for exchange in server.exchanges() {
        let answered = json!({
            "path": exchange.path, "conversation": exchange.conversation, "number": exchange.number,
            "body": exchange.body,
        });
        println!("{answered}");
    }
    for surprise in server.surprises() {
        println!("{}", json!({ "surprise": surprise }));
    }
    Ok(())
}
