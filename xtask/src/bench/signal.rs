//! The outcome of a long transcript, beside what a workflow would do in Python.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::measure::Pair;
use crate::process::{self, cargo, workspace};

/// What reads an execution file in Python: all of it, then the last result.
const ARRAY: &str = "import json,sys; \
    print([m for m in json.load(open(sys.argv[1])) if m.get('type') == 'result'][-1]['result'].split()[-1])";
/// The same for `stream-json`, a line at a time, which is kinder to memory.
const LINES: &str = "import json,sys\n\
    for line in open(sys.argv[1]):\n m = json.loads(line)\n if m['type'] == 'result': print(m['result'].split()[-1])";

/// The same for Codex's events.
const EVENTS: &str = "import json,sys\n\
    for line in open(sys.argv[1]):\n m = json.loads(line)\n if m.get('item', {}).get('type') == 'agent_message': \
    print(m['item']['text'].split()[-1])";

/// How the transcript is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// One indented array of Claude Code's messages.
    Array,
    /// Claude Code's messages, a line each.
    Lines,
    /// Codex's events, a line each.
    Events,
}

/// One line of the table.
struct Case {
    name: &'static str,
    form: Form,
    /// What reads it in Python.
    script: &'static str,
    /// Whether it comes on standard input.
    piped: bool,
}

const CASES: &[Case] = &[
    Case {
        name: "execution file",
        form: Form::Array,
        script: ARRAY,
        piped: false,
    },
    Case {
        name: "  on stdin",
        form: Form::Array,
        script: ARRAY,
        piped: true,
    },
    Case {
        name: "stream-json",
        form: Form::Lines,
        script: LINES,
        piped: false,
    },
    Case {
        name: "codex --json",
        form: Form::Events,
        script: EVENTS,
        piped: false,
    },
];

/// What tools print in the transcript: text with the quotes, escapes and indentation that sources have.
const PRINTED: &[&str] = &[
    include_str!("../main.rs"),
    include_str!("../ci.rs"),
    include_str!("../process.rs"),
    include_str!("../tidy/sources.rs"),
    include_str!("measure.rs"),
];

/// Makes the transcript in each form, measures, and prints a line for each.
pub(crate) fn run(megabytes: u64) -> Result<()> {
    let python = python()?;
    let package = [
        "build",
        "--release",
        "--package",
        "lightsout-signal",
        "--example",
        "outcome",
    ];
    process::run(cargo().args(package))?;
    let ours = workspace().join("target/release/examples/outcome");
    let folder = tempfile::tempdir()?;
    println!("outcome of a transcript of {megabytes} MB, best of 5 runs each, in turn\n");
    println!(
        "{:<16} {:>20} {:>20} {:>8} {:>8}",
        "form", "lightsout", "python3", "faster", "smaller"
    );
    for case in CASES {
        let path = folder.path().join("transcript");
        write(&path, megabytes * 1_000_000, case.form)?;
        // Opened for each run, since a run reads it to its end.
        let input = || File::open(&path);
        input()?;
        let pair = Pair::measure(
            || case.read(Command::new(&ours), input().ok(), &path),
            || {
                let mut python = Command::new(&python);
                python.args(["-c", case.script]);
                case.read(python, input().ok(), &path)
            },
        )?;
        let (ours, theirs) = (pair.ours, pair.theirs);
        let (faster, smaller) = (pair.faster(), pair.smaller());
        println!(
            "{:<16} {ours} {theirs} {faster:>7.1}x {smaller:>7.1}x",
            case.name
        );
    }
    Ok(())
}

impl Case {
    /// Gives a program the transcript: as an argument, or on standard input.
    fn read(&self, mut command: Command, input: Option<File>, path: &Path) -> Command {
        match input.filter(|_| self.piped) {
            Some(file) => command.arg("/dev/stdin").stdin(file),
            None => command.arg(path),
        };
        command
    }
}

/// Finds the interpreter itself: what is called `python3` may be a script that chooses one.
fn python() -> Result<String> {
    let asked =
        process::read(Command::new("python3").args(["-c", "import sys; print(sys.executable)"]));
    let path = asked.context("`python3` is what the outcome is measured against")?;
    Ok(path.trim().to_owned())
}

/// Writes a transcript of about `bytes`: calls of tools with what they printed, then a result.
fn write(path: &Path, bytes: u64, form: Form) -> Result<()> {
    let file =
        File::create(path).with_context(|| format!("could not make `{}`", path.display()))?;
    let mut out = Counted {
        out: BufWriter::new(file),
        bytes: 0,
        form,
    };
    let mut random = fastrand::Rng::with_seed(1);
    out.message(&match form {
        Form::Events => json!({"type": "thread.started", "thread_id": SESSION}),
        Form::Array | Form::Lines => json!({
            "type": "system", "subtype": "init", "session_id": SESSION, "model": "claude-sonnet-4-6",
        }),
    })?;
    let mut call = 0_u32;
    while out.bytes < bytes {
        let printed = PRINTED[random.usize(..PRINTED.len())].repeat(random.usize(1..4));
        match form {
            Form::Events => out.message(&event(call, &printed))?,
            Form::Array | Form::Lines => {
                for message in messages(call, &printed) {
                    out.message(&message)?;
                }
            }
        }
        call += 1;
    }
    let text = "The page is written.\n\nREADY";
    match form {
        Form::Events => {
            out.message(&json!({"type": "item.completed", "item": {"id": "last", "type": "agent_message", "text": text}}))?;
            out.message(&json!({"type": "turn.completed", "usage": {"input_tokens": 9, "output_tokens": 9}}))?;
        }
        Form::Array | Form::Lines => out.message(&json!({
            "type": "result", "subtype": "success", "is_error": false, "duration_ms": 91_234, "num_turns": call,
            "result": text, "session_id": SESSION, "uuid": "r", "total_cost_usd": 0.5,
            "usage": {"input_tokens": 1, "output_tokens": 2}, "permission_denials": [],
        }))?,
    }
    if form == Form::Array {
        out.write_all(b"\n]")?;
    }
    out.flush()?;
    Ok(())
}

const SESSION: &str = "6f8a";

/// A call of a tool and what it printed, as Claude Code writes them.
fn messages(call: u32, printed: &str) -> [Value; 2] {
    let id = format!("toolu_{call}");
    // Every third call writes a file, so that the agent's own messages are long too.
    let input = if call.is_multiple_of(3) {
        json!({"file_path": "/site/page.mdx", "content": printed})
    } else {
        json!({"command": format!("sed -n {call}p page.mdx")})
    };
    [
        json!({
            "type": "assistant", "parent_tool_use_id": null, "session_id": SESSION, "uuid": format!("a{call}"),
            "message": {
                "id": format!("msg_{call}"), "role": "assistant", "model": "claude-sonnet-4-6", "stop_reason": null,
                "content": [{"type": "tool_use", "id": id, "name": "Tool", "input": input}],
                "usage": {"input_tokens": 3, "output_tokens": 40},
            },
        }),
        json!({
            "type": "user", "parent_tool_use_id": null, "session_id": SESSION, "uuid": format!("u{call}"),
            "message": {
                "role": "user",
                "content": [{"tool_use_id": id, "type": "tool_result", "content": printed, "is_error": false}],
            },
            "tool_use_result": {"stdout": printed, "stderr": "", "interrupted": false},
        }),
    ]
}

/// A command and what it printed, as Codex writes them.
fn event(call: u32, printed: &str) -> Value {
    json!({"type": "item.completed", "item": {
        "id": format!("item_{call}"), "type": "command_execution", "command": "bash -lc 'cat page.mdx'",
        "aggregated_output": printed, "exit_code": 0, "status": "completed",
    }})
}

/// A file that knows how long it is.
struct Counted {
    out: BufWriter<File>,
    bytes: u64,
    form: Form,
}

impl Counted {
    fn message(&mut self, message: &Value) -> Result<()> {
        if self.form != Form::Array {
            serde_json::to_writer(&mut *self, message)?;
            return Ok(self.write_all(b"\n")?);
        }
        let first = self.bytes == 0;
        self.write_all(if first { b"[\n  " } else { b",\n  " })?;
        // As `JSON.stringify(messages, null, 2)` indents it.
        let pretty = serde_json::to_string_pretty(message)?;
        Ok(self.write_all(pretty.replace('\n', "\n  ").as_bytes())?)
    }
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let read = |form| {
            let path = folder.path().join("transcript");
            write(&path, 100_000, form).expect("write");
            std::fs::read_to_string(path).expect("read")
        };
        let lines = |form| -> Vec<Value> {
            let text = read(form);
            let lines = text.lines();
            lines
                .map(|line| serde_json::from_str(line).expect("JSON"))
                .collect()
        };
        let array: Vec<Value> = serde_json::from_str(&read(Form::Array)).expect("JSON");
        assert_eq!(lines(Form::Lines)[..3], array[..3]);
        for (messages, last) in [
            (lines(Form::Lines), "result"),
            (array, "result"),
            (lines(Form::Events), "turn.completed"),
        ] {
            assert_eq!(messages.last().expect("a last one")["type"], last);
        }
    }
}
