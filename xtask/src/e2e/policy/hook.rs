//! `lightsout policy hook` inside the real program: it refuses what the list does not allow, and when it is broken.

use anyhow::{Context, Result, ensure};
use lightsout_policy::Tool;
use lightsout_testkit::model::{Conversation, Exchange, ModelServer, ToolResult, Turn};
use serde_json::json;

use super::super::forge::Program;
use super::super::programs::Programs;
use super::program::{Desk, call_of};

/// Calls, and whether the hook lets them through under the list of an author of questions.
const CALLS: &[(Tool, &str, bool)] = &[
    (Tool::Bash, "git add .", true),
    (Tool::Bash, "git push", false),
    (Tool::Bash, "true && gh pr create", false),
    (Tool::Write, "{cwd}/content/faq/hook.mdx", true),
    (Tool::Write, "{cwd}/package.json", false),
];

/// Runs the program with everything allowed, so that only the hook refuses.
pub(super) fn run(program: &Program, programs: &Programs) -> Result<()> {
    let lightsout = program
        .path()
        .to_str()
        .context("the program's path is no text")?;
    let good = ask(
        programs,
        &format!("'{lightsout}' policy hook --type cms-faq"),
    )?;
    for ((_, call, through), result) in CALLS.iter().zip(&good) {
        let refused = result.is_error && result.text.contains("refused: ");
        ensure!(refused != *through, "the hook on {call:?}: {result:?}");
    }
    let broken = ask(
        programs,
        &format!("'{lightsout}' policy hook --type no-such-type"),
    )?;
    for ((_, call, _), result) in CALLS.iter().zip(&broken) {
        ensure!(
            result.is_error && result.text.contains("the call is refused"),
            "a broken hook let {call:?} through: {result:?}"
        );
    }
    println!(
        "the hook held {} calls in Claude Code as its list says, and refused all when it was broken",
        CALLS.len()
    );
    Ok(())
}

fn ask(programs: &Programs, hook: &str) -> Result<Vec<ToolResult>> {
    let desk = Desk::new()?;
    let turn = CALLS.iter().fold(Turn::say(""), |turn, (tool, call, _)| {
        turn.call(call_of(*tool, &desk.fill(call)))
    });
    let script = Conversation::new("hook", ["Do what the script says."]);
    let server = ModelServer::start(vec![script.turn(turn).turn(Turn::say("READY"))])?;
    let settings = json!({ "hooks": { "PreToolUse": [
        { "matcher": "*", "hooks": [{ "type": "command", "command": hook, "timeout": 30 }] }
    ] } });
    let mut command = desk.claude(programs, &server);
    command.args([
        "--settings",
        &settings.to_string(),
        "--allowedTools",
        "Bash",
        "Edit",
        "Write",
    ]);
    desk.run(&mut command)?;
    let results = server
        .exchanges()
        .last()
        .map(Exchange::tool_results)
        .unwrap_or_default();
    ensure!(
        results.len() == CALLS.len(),
        "{} of {} calls came back",
        results.len(),
        CALLS.len()
    );
    Ok(results)
}
