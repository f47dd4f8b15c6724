//! `cargo xtask e2e policy`: our verdicts beside those of Claude Code itself.
//!
//! A scripted model on loopback asks the real program to do everything in the table of `lightsout-policy`'s tests, each
//! group under its own rules and in a throw-away folder, with calls that do no harm where they are allowed. What the
//! program refuses stands in its result. Ours may only be the stricter verdict, and only where the table says so and
//! why. Then rules that are known to be wrong are planted in our side, and the same answers must catch each.

mod codex;
mod hook;
mod plants;
mod program;
mod table;

use anyhow::{Result, bail};
use lightsout_policy::judge;

use super::forge::Program;
use super::programs;
use plants::PLANTS;
use program::Asked;
use table::{Group, Listed};

/// Runs the check.
pub(crate) fn run(program: &Program) -> Result<()> {
    let programs = programs::install()?;
    hook::run(program, &programs)?;
    codex::run(program, &programs)?;
    let groups = table::read()?;
    let mut complaints = Vec::new();
    let mut answers = Vec::new();
    let (mut calls, mut refused, mut stricter) = (0, 0, 0);
    for group in &groups {
        let asked = program::ask(&programs, group)?;
        let answered = compare(group, &asked, &mut complaints)?;
        calls += answered.len();
        refused += answered.iter().filter(|answer| !answer.allowed).count();
        stricter += group
            .stricter
            .iter()
            .map(|listed| listed.calls.len())
            .sum::<usize>();
        answers.push((group, asked.desk, answered));
    }
    println!(
        "Claude Code was asked for {calls} calls under {} lists: it refused {refused} of them",
        groups.len()
    );
    println!(
        "ours: {stricter} are listed as stricter, the others must be the same, and none may be laxer"
    );
    for listed in groups.iter().flat_map(|group| &group.stricter) {
        println!("  stricter, {}: {}", listed.calls.len(), listed.why);
    }
    for plant in PLANTS {
        let caught = answers.iter().flat_map(|(group, desk, answered)| {
            answered.iter().filter(move |answer| {
                !answer.allowed && plant.allows(group, &answer.call, desk).unwrap_or(false)
            })
        });
        let caught: Vec<_> = caught.collect();
        match caught.first() {
            Some(first) => println!(
                "planted, {}: caught by {} calls, such as {:?}",
                plant.name,
                caught.len(),
                first.call
            ),
            None => complaints.push(format!("planted, {}: no call catches it", plant.name)),
        }
    }
    if complaints.is_empty() {
        return Ok(());
    }
    bail!(
        "{} complaints:\n{}",
        complaints.len(),
        complaints.join("\n")
    );
}

/// One call with the program's answer.
#[derive(Debug)]
struct Answer {
    call: String,
    allowed: bool,
}

/// Compares a group's table with the program's answers, and those with our verdicts.
fn compare(group: &Group, asked: &Asked, complaints: &mut Vec<String>) -> Result<Vec<Answer>> {
    let rules = group.rules()?;
    let mut answers = Vec::new();
    for (index, (call, listed)) in group.calls().into_iter().enumerate() {
        let allowed = !asked.refused.contains(&index);
        let mut complain =
            |what: &str| complaints.push(format!("{}: {call:?}: {what}", group.name));
        match (allowed, listed) {
            (true, Listed::Refused) => {
                complain("the program allows what the table says it refuses");
            }
            (false, Listed::Allowed | Listed::Stricter) => {
                complain("the program refuses what the table says it allows");
            }
            _ => {}
        }
        let ours = judge(
            &group.tool.call(asked.desk.fill(call)),
            &asked.desk.place(),
            &rules,
        );
        match (ours.is_allowed(), allowed, listed) {
            (true, false, _) => complain(&format!("ours is laxer: {ours}")),
            (true, true, Listed::Stricter) => {
                complain("it is listed as stricter, and no longer is");
            }
            (false, true, Listed::Allowed) => {
                complain(&format!("ours is stricter, and not listed: {ours}"));
            }
            _ => {}
        }
        answers.push(Answer {
            call: call.to_owned(),
            allowed,
        });
    }
    Ok(answers)
}
