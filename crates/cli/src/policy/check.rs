//! `lightsout policy check`: the verdict on one call, or on many.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _, Write as _};
use std::path::Path;

use anyhow::Context as _;
use lightsout_policy::{RuleList, Tool, Verdict, judge, parse_rules};
use serde::{Deserialize, Serialize};

use super::links::Folders;
use super::list;
use crate::args::{Format, PolicyCheck, ToolName};
use crate::failure::{Done, Mendable};
use crate::output::{print, print_json};

/// The longest line of a batch, in bytes.
const MAX_LINE: usize = 1 << 20;

pub(super) fn run(args: &PolicyCheck) -> anyhow::Result<Done> {
    let list = list(&args.list)?;
    let folders = Folders::at(args.cwd.as_deref().unwrap_or(Path::new(".")))?;
    let tool = match args.tool {
        ToolName::Bash => Tool::Bash,
        ToolName::Write => Tool::Write,
        ToolName::Edit => Tool::Edit,
        ToolName::Read => Tool::Read,
    };
    if let Some(file) = &args.batch {
        let lines: Box<dyn BufRead> = if file == Path::new("-") {
            Box::new(BufReader::new(io::stdin()))
        } else {
            let open = File::open(file).map_err(|error| {
                Mendable::error(
                    format!("`{}` cannot be read: {error}", file.display()),
                    "`-` reads standard input",
                )
            })?;
            Box::new(BufReader::new(open))
        };
        return batch(lines, &list, tool, &folders);
    }
    let input = args.input.as_deref().unwrap_or_default();
    let verdict = judge(&tool.call(input), &folders.place(), &list);
    match args.format {
        Format::Json => print_json(&verdict)?,
        Format::Text => print(&format!("{verdict}\n"))?,
    }
    Ok(if verdict.is_allowed() {
        Done::Fine
    } else {
        Done::Wrong
    })
}

/// One line of a batch; what it leaves out is as the command line says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    #[serde(alias = "command", alias = "path", alias = "file_path")]
    input: String,
    tool: Option<Tool>,
    cwd: Option<String>,
    allow: Option<String>,
    deny: Option<String>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Answer {
    Verdict(Verdict),
    Error { error: String },
}

fn batch(
    mut lines: Box<dyn BufRead>,
    list: &RuleList,
    tool: Tool,
    folders: &Folders,
) -> anyhow::Result<Done> {
    let mut out = io::stdout().lock();
    let mut done = Done::Fine;
    let mut bytes = Vec::new();
    for number in 1_u64.. {
        bytes.clear();
        let limit = u64::try_from(MAX_LINE + 2).unwrap_or(u64::MAX);
        let read = lines.by_ref().take(limit).read_until(b'\n', &mut bytes);
        if read.context("reading the batch")? == 0 {
            break;
        }
        let whole = bytes.ends_with(b"\n");
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        let answer = if bytes.len() > MAX_LINE + 1 {
            Err(format!("the line has over {MAX_LINE} bytes"))
        } else {
            answer(&bytes, list, tool, folders)
        };
        if !whole {
            skip_line(&mut lines)?;
        }
        let answer = answer.map_or_else(
            |error| {
                done = Done::Wrong;
                Answer::Error {
                    error: format!("line {number}: {error}"),
                }
            },
            Answer::Verdict,
        );
        let mut text = serde_json::to_string(&answer)?;
        text.push('\n');
        match out.write_all(text.as_bytes()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(done),
            other => other?,
        }
    }
    Ok(done)
}

fn skip_line(lines: &mut Box<dyn BufRead>) -> anyhow::Result<()> {
    loop {
        let buffer = lines.fill_buf().context("reading the batch")?;
        if buffer.is_empty() {
            return Ok(());
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(buffer.len(), |at| at + 1);
        lines.consume(used);
        if end.is_some() {
            return Ok(());
        }
    }
}

fn answer(line: &[u8], list: &RuleList, tool: Tool, folders: &Folders) -> Result<Verdict, String> {
    let question: Question = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let own = |rules: &Option<String>, else_by: &[lightsout_policy::Rule]| match rules {
        Some(text) => parse_rules(text).map_err(|error| error.to_string()),
        None => Ok(else_by.to_vec()),
    };
    let list = RuleList {
        allow: own(&question.allow, &list.allow)?,
        ask: list.ask.clone(),
        deny: own(&question.deny, &list.deny)?,
    };
    let other = question
        .cwd
        .as_deref()
        .map(|cwd| Folders::at(Path::new(cwd)));
    let other = other.transpose().map_err(|error| error.to_string())?;
    let place = other.as_ref().unwrap_or(folders).place();
    let call = question.tool.unwrap_or(tool).call(question.input);
    Ok(judge(&call, &place, &list))
}
