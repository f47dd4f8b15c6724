//! Judges the command lines on standard input: what another tool does that embeds the crate.
//!
//! ```text
//! printf 'git add .\ngit push\n' | cargo run -p lightsout-policy --example judge -- "Bash(git add:*)"
//! ```

use std::io::BufRead as _;
use std::process::ExitCode;

use lightsout_policy::{Call, Place, RuleList, judge};

#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example talks to its terminal"
)]
fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let allow = arguments.next().unwrap_or_default();
    let deny = arguments.next().unwrap_or_default();
    let rules = match RuleList::parse(&allow, &deny) {
        Ok(rules) => rules,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    // Links are not followed here; `Place::resolve` is where a program that knows the files does.
    let place = Place::without_links("/site", Some("/home/nobody"));
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let verdict = judge(&Call::Bash(line.clone()), &place, &rules);
        println!("{line}\n  {}", verdict.to_string().replace('\n', "\n  "));
    }
    ExitCode::SUCCESS
}
