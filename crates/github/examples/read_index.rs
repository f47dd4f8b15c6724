//! Reads an index of example payloads (`[{"name": EVENT, "examples": [PAYLOAD, …]}, …]`) and prints a line for each:
//! its event, what was done, and what it is read as. Ends with 1 when one cannot be read.
//!
//! ```text
//! cargo run -p lightsout-github --example read_index -- node_modules/@octokit/webhooks-examples/api.github.com/index.json
//! ```
#![expect(clippy::print_stdout, reason = "an example talks to its terminal")]

use std::error::Error;
use std::process::ExitCode;

use chrono::DateTime;
use lightsout_github::{Delivery, Reading, read};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Examples {
    name: String,
    examples: Vec<Value>,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut unreadable = 0;
    for path in std::env::args_os().skip(1) {
        let index: Vec<Examples> = serde_json::from_slice(&std::fs::read(path)?)?;
        for Examples { name, examples } in index {
            for payload in examples {
                let delivery = Delivery {
                    event: &name,
                    id: "example",
                    received: DateTime::UNIX_EPOCH,
                };
                let (what, how) = match read(&delivery, payload.to_string().as_bytes()) {
                    Ok(Reading::Event { event, .. }) => ("event", event.kind.name().to_owned()),
                    Ok(Reading::Ignored(why)) => ("ignored", why.code().to_owned()),
                    Err(error) => ("error", error.to_string().replace('\n', " ")),
                };
                unreadable += u32::from(what == "error");
                let action = payload["action"].as_str().unwrap_or("-");
                println!("{name}\t{action}\t{what}\t{how}");
            }
        }
    }
    Ok(ExitCode::from(u8::from(unreadable > 0)))
}
