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
    for (form, name, script) in [
        ("execution file", "array.json", ARRAY),
        ("stream-json", "lines.jsonl", LINES),
    ] {
        let path = folder.path().join(name);
        write(&path, megabytes * 1_000_000, script == ARRAY)?;
        let pair = Pair::measure(
            || with(Command::new(&ours), &path),
            || {
                let mut python = Command::new(&python);
                python.args(["-c", script]);
                with(python, &path)
            },
        )?;
        println!(
            "{form:<16} {} {} {:>7.1}x {:>7.1}x",
            pair.ours,
            pair.theirs,
            pair.faster(),
            pair.smaller()
        );
    }
    Ok(())
}

/// Finds the interpreter itself: what is called `python3` may be a script that chooses one.
fn python() -> Result<String> {
    let asked =
        process::read(Command::new("python3").args(["-c", "import sys; print(sys.executable)"]));
    let path = asked.context("`python3` is what the outcome is measured against")?;
    Ok(path.trim().to_owned())
}

fn with(mut command: Command, path: &Path) -> Command {
    command.arg(path);
    command
}

/// Writes a transcript of about `bytes`: calls of tools with what they printed, then a result.
fn write(path: &Path, bytes: u64, array: bool) -> Result<()> {
    let file =
        File::create(path).with_context(|| format!("could not make `{}`", path.display()))?;
    let mut out = Counted {
        out: BufWriter::new(file),
        bytes: 0,
    };
    let mut random = fastrand::Rng::with_seed(1);
    let mut call = 0_u32;
    let session = "6f8a";
    let init = json!({"type": "system", "subtype": "init", "session_id": session, "model": "claude-sonnet-4-6", "cwd": "/site"});
    out.message(&init, array, true)?;
    while out.bytes < bytes {
        let printed = PRINTED[random.usize(..PRINTED.len())].repeat(random.usize(1..4));
        let id = format!("toolu_{call}");
        // Every third call writes a file, so that the agent's own messages are long too.
        let input = if call.is_multiple_of(3) {
            json!({"file_path": "/site/page.mdx", "content": printed})
        } else {
            json!({"command": format!("sed -n {call}p page.mdx")})
        };
        let usage = json!({"input_tokens": 3, "output_tokens": random.u32(20..400)});
        out.message(&json!({"type": "assistant", "message": {"id": format!("msg_{call}"), "role": "assistant", "model": "claude-sonnet-4-6",
            "content": [{"type": "tool_use", "id": id, "name": "Tool", "input": input}],
            "stop_reason": null, "usage": usage}, "parent_tool_use_id": null, "session_id": session, "uuid": format!("a{call}")}), array, false)?;
        out.message(&json!({"type": "user", "message": {"role": "user", "content": [{"tool_use_id": id, "type": "tool_result",
            "content": printed, "is_error": false}]}, "parent_tool_use_id": null, "session_id": session, "uuid": format!("u{call}"),
            "tool_use_result": {"stdout": printed, "stderr": "", "interrupted": false}}), array, false)?;
        call += 1;
    }
    let result = json!({"type": "result", "subtype": "success", "is_error": false, "duration_ms": 91_234, "num_turns": call,
        "result": "The page is written.\n\nREADY", "session_id": session, "uuid": "r", "total_cost_usd": 0.5,
        "usage": {"input_tokens": 1, "output_tokens": 2}, "permission_denials": []});
    out.message(&result, array, false)?;
    if array {
        out.write_all(b"\n]")?;
    }
    out.flush()?;
    Ok(())
}

/// A file that knows how long it is.
struct Counted {
    out: BufWriter<File>,
    bytes: u64,
}

impl Counted {
    fn message(&mut self, message: &Value, array: bool, first: bool) -> Result<()> {
        if !array {
            serde_json::to_writer(&mut *self, message)?;
            return Ok(self.write_all(b"\n")?);
        }
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
    fn both_forms_hold_the_same_messages() {
        let folder = tempfile::tempdir().expect("a folder");
        let read = |array| {
            let path = folder.path().join("transcript");
            write(&path, 100_000, array).expect("write");
            std::fs::read_to_string(path).expect("read")
        };
        let lines: Vec<Value> = read(false)
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        let array: Vec<Value> = serde_json::from_str(&read(true)).expect("JSON");
        assert_eq!(lines[..2], array[..2]);
        assert_eq!(lines.last().expect("a result")["type"], "result");
        assert_eq!(array.last().expect("a result")["type"], "result");
    }
}
