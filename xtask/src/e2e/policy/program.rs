//! Asking Claude Code: a throw-away folder, a scripted model, and what the result says was refused.

use std::collections::HashSet;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use lightsout_policy::{Place, Tool};
use lightsout_testkit::model::{Call, Conversation, Exchange, ModelServer, Turn};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::super::programs::Programs;
use super::table::Group;
use crate::process;

/// How many calls the model asks for at once.
const CALLS_OF_A_TURN: usize = 40;
/// How long one run may take.
const LIMIT: Duration = Duration::from_mins(4);
/// What the folder holds.
const FILES: &[&str] = &[
    "a",
    "q1.txt",
    "src/a.ts",
    "src/deep/a",
    "content/faq/a.mdx",
    "scripts/cms/run.js",
];

/// A folder with a repository and a home.
#[derive(Debug)]
pub(super) struct Desk {
    /// Removes the folder in the end.
    outer: Option<TempDir>,
    pub(super) repository: String,
    pub(super) home: String,
}

impl Desk {
    pub(super) fn new() -> Result<Self> {
        let outer = tempfile::tempdir()?;
        let text = |name: &str| -> Result<String> {
            let path = outer.path().canonicalize()?.join(name);
            fs::create_dir(&path)?;
            Ok(path
                .to_str()
                .context("a folder that is no text")?
                .to_owned())
        };
        let (repository, home) = (text("repository")?, text("home")?);
        for file in FILES {
            let path = Path::new(&repository).join(file);
            fs::create_dir_all(path.parent().unwrap_or(&path))?;
            fs::write(path, "hello\n")?;
        }
        process::read(Command::new("git").args(["init", "--quiet", &repository]))?;
        Ok(Self {
            outer: Some(outer),
            repository,
            home,
        })
    }

    /// A desk that is not there.
    #[cfg(test)]
    pub(super) fn nowhere() -> Self {
        Self {
            outer: None,
            repository: "/repository".into(),
            home: "/home/agent".into(),
        }
    }

    pub(super) fn place(&self) -> Place<'_> {
        Place::without_links(&self.repository, Some(&self.home))
    }

    pub(super) fn fill(&self, call: &str) -> String {
        call.replace("{cwd}", &self.repository)
    }

    /// The program, with nothing inherited.
    pub(super) fn claude(&self, programs: &Programs, server: &ModelServer) -> Command {
        let mut command = Command::new(programs.bin.join("claude"));
        command.current_dir(&self.repository).env_clear();
        for (key, value) in [
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
            ("HOME", &self.home),
            ("ANTHROPIC_BASE_URL", &server.url()),
            ("ANTHROPIC_API_KEY", "scripted"),
            ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1"),
            ("DISABLE_AUTOUPDATER", "1"),
        ] {
            command.env(key, value);
        }
        command.args([
            "-p",
            "Do what the script says.",
            "--output-format",
            "json",
            "--permission-mode",
            "default",
        ]);
        command
    }

    /// Runs it to its end and reads its result.
    pub(super) fn run(&self, command: &mut Command) -> Result<Value> {
        let out = Path::new(&self.home).join("result.json");
        command
            .stdin(Stdio::null())
            .stdout(File::create(&out)?)
            .stderr(Stdio::null());
        let mut child = command.spawn().context("starting Claude Code")?;
        let start = Instant::now();
        while child.try_wait()?.is_none() {
            if start.elapsed() > LIMIT {
                child.kill()?;
                child.wait()?;
                bail!("Claude Code took over {} s", LIMIT.as_secs());
            }
            thread::sleep(Duration::from_millis(50));
        }
        let text = fs::read_to_string(&out)?;
        serde_json::from_str(&text)
            .with_context(|| format!("no result of Claude Code: {text:.200}"))
    }
}

/// What came of a group.
pub(super) struct Asked {
    pub(super) desk: Desk,
    /// The calls that the program refused, by their place in the group.
    pub(super) refused: HashSet<usize>,
}

/// Puts every call of a group to the program.
pub(super) fn ask(programs: &Programs, group: &Group) -> Result<Asked> {
    let desk = Desk::new()?;
    let calls: Vec<String> = group
        .calls()
        .iter()
        .map(|(call, _)| desk.fill(call))
        .collect();
    let server = ModelServer::start(vec![conversation(group.tool, &calls)])?;
    let mut command = desk.claude(programs, &server);
    for (flag, rules) in [
        ("--allowedTools", &group.allow),
        ("--disallowedTools", &group.deny),
    ] {
        // The text as it stands, so that the program itself divides it into rules.
        if !rules.is_empty() {
            command.args([flag, rules]);
        }
    }
    let result = desk.run(&mut command)?;
    let surprises = server.surprises();
    ensure!(
        surprises.is_empty(),
        "`{}`: the model was asked beside its script: {surprises:?}",
        group.name
    );
    let judged = results(&server.exchanges());
    ensure!(
        judged == calls.len(),
        "`{}`: {judged} of {} calls were judged",
        group.name,
        calls.len()
    );
    let denials = result["permission_denials"]
        .as_array()
        .context("no `permission_denials` in the result")?;
    let refused = denials
        .iter()
        .map(|denial| place_of(&denial["tool_use_id"]));
    Ok(Asked {
        refused: refused
            .collect::<Option<_>>()
            .context("a refusal of a call that was not asked for")?,
        desk,
    })
}

/// Returns which call of its group an identifier of the scripted model names: it ends with the turn and the place in it.
fn place_of(identifier: &Value) -> Option<usize> {
    let mut ends = identifier.as_str()?.rsplit('_').map(str::parse::<usize>);
    let (call, turn) = (ends.next()?.ok()?, ends.next()?.ok()?);
    Some(turn * CALLS_OF_A_TURN + call)
}

/// How many calls the program gave a result for, refused or not.
fn results(exchanges: &[Exchange]) -> usize {
    let last = exchanges.iter().map(Exchange::tool_results);
    let most = last.max_by_key(Vec::len).unwrap_or_default();
    // A call whose input the program does not take is never judged.
    let taken = most
        .iter()
        .filter(|result| !result.text.contains("InputValidationError"));
    taken.count()
}

fn conversation(tool: Tool, calls: &[String]) -> Conversation {
    let mut script = Conversation::new("calls", ["Do what the script says."]);
    for calls in calls.chunks(CALLS_OF_A_TURN) {
        let said = calls
            .iter()
            .fold(Turn::say(""), |turn, call| turn.call(call_of(tool, call)));
        script = script.turn(said);
    }
    script.turn(Turn::say("READY"))
}

pub(super) fn call_of(tool: Tool, input: &str) -> Call {
    let (name, input) = match tool {
        Tool::Bash => ("Bash", json!({ "command": input })),
        Tool::Write => ("Write", json!({ "file_path": input, "content": "x" })),
        Tool::Edit => (
            "Edit",
            json!({ "file_path": input, "old_string": "", "new_string": "x" }),
        ),
        Tool::Read => ("Read", json!({ "file_path": input })),
    };
    Call::Tool {
        name: name.into(),
        input,
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if let Some(outer) = self.outer.take() {
            // A command of the program may still be writing; the system cleans its own temporary folder.
            let _ = outer.close();
        }
    }
}
