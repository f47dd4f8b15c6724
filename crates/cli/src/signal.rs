//! `lightsout signal`: what an agent's transcript comes to.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use lightsout_ledger::{Bill, Cost, ModelUsage, PriceBook, TokenUsage};
use lightsout_signal::{
    Denial, Finding, Format as Transcript, Limits, Outcome, Signal as Word, Weight,
};
use serde::Serialize;

use crate::args::{Format, Signal};
use crate::failure::{Done, Mendable};
use crate::output::{print, print_json, short};
use crate::summary::Price;

/// The longest line of somebody else's words that is shown, in characters.
const LONGEST_LINE: usize = 160;
/// The most lines of them.
const MOST_LINES: usize = 40;

/// What `--format json` prints.
#[derive(Serialize)]
struct Shown<'a> {
    signal: Option<Word>,
    findings: &'a [Finding],
    questions: &'a str,
    usage: Usage<'a>,
    cost: Price,
    turns: Option<u64>,
    denials: &'a [Denial],
}

/// What was used. Counts are missing where the transcript does not tell them.
#[derive(Serialize)]
struct Usage<'a> {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cache_write_tokens: Option<u64>,
    cache_read_tokens: Option<u64>,
    duration_ms: Option<u64>,
    models: &'a [ModelUsage],
}

pub(crate) fn run(args: &Signal) -> anyhow::Result<Done> {
    let mut outcome = Outcome::read(open(&args.file)?, &Limits::default());
    if let Some(commits) = args.commits {
        outcome.findings = outcome.judge(commits).findings;
    }
    match args.format {
        Format::Json => print_json(&json(&outcome))?,
        Format::Text => print(&text(&outcome))?,
    }
    let clean = outcome.signal.is_some() && outcome.findings.is_empty();
    Ok(if clean { Done::Fine } else { Done::Wrong })
}

fn open(path: &Path) -> anyhow::Result<Box<dyn Read>> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin().lock()));
    }
    let unreadable = |why: String| {
        Mendable::error(
            format!("`{}` cannot be read: {why}", path.display()),
            "give the file that holds the agent's output, or `-` for standard input",
        )
    };
    let file = File::open(path).map_err(|error| unreadable(error.to_string()))?;
    if file.metadata().is_ok_and(|meta| meta.is_dir()) {
        return Err(unreadable("it is a folder".to_owned()));
    }
    Ok(Box::new(file))
}

fn json(outcome: &Outcome) -> Shown<'_> {
    let used = used(outcome);
    let count = |of: fn(&TokenUsage) -> u64| used.as_ref().map(of);
    Shown {
        signal: outcome.signal,
        findings: &outcome.findings,
        questions: match outcome.signal {
            Some(Word::Waiting) => &outcome.message,
            Some(Word::Ready) | None => "",
        },
        usage: Usage {
            input_tokens: count(|used| used.input),
            output_tokens: count(|used| used.output),
            cache_write_tokens: count(TokenUsage::cache_write),
            cache_read_tokens: count(|used| used.cache_read),
            duration_ms: outcome.duration_ms,
            models: &outcome.models,
        },
        cost: cost(outcome).into(),
        turns: outcome.turns,
        denials: &outcome.denials,
    }
}

/// Adds up what was used, if the transcript tells it.
fn used(outcome: &Outcome) -> Option<TokenUsage> {
    let usages = outcome.models.iter().map(|model| model.usage);
    usages.reduce(|one, other| one.plus(&other))
}

/// Returns what it cost by the models' own words or the price book; nothing told is unknown, not free.
fn cost(outcome: &Outcome) -> Cost {
    match outcome.cost {
        _ if !outcome.models.is_empty() => {
            Bill::of_models(outcome.models.clone(), &PriceBook::builtin()).cost
        }
        Some(cost) => Cost::measured(cost),
        None => Cost::unknown(),
    }
}

fn text(outcome: &Outcome) -> String {
    let mut text = format!("{}\n\n", outcome.signal.map_or("no signal", Word::word));
    let mut row = |name: &str, value: &str| {
        let _ = writeln!(text, "  {name:<11} {value}");
    };
    row("transcript", written(outcome.format));
    let turns = outcome.turns.map(|turns| match turns {
        1 => "1 turn".to_owned(),
        many => format!("{many} turns"),
    });
    let time = outcome
        .duration_ms
        .map(|ms| format!("{}.{} s", ms / 1000, ms % 1000 / 100));
    let work: Vec<String> = turns.into_iter().chain(time).collect();
    if !work.is_empty() {
        row("work", &work.join(" in "));
    }
    for model in &outcome.models {
        let used = &model.usage;
        let cached = used.cache_write().saturating_add(used.cache_read);
        let tokens = format!(
            "{}: {} tokens in, {} out, {cached} in or out of a cache",
            short(&model.model, 40),
            used.input,
            used.output
        );
        row("used", &tokens);
    }
    row("cost", &cost(outcome).to_string());
    for Denial { tool, input } in &outcome.denials {
        row(
            "refused",
            &format!("{}: {}", short(tool, 40), short(input, LONGEST_LINE)),
        );
    }
    for finding in &outcome.findings {
        let weight = match finding.code.weight() {
            Weight::Void => "error",
            Weight::Note => "note",
        };
        let _ = write!(
            text,
            "\n{weight}[{}]: {}\n",
            finding.code,
            short(&finding.message, 500)
        );
        if !finding.code.advice().is_empty() {
            let _ = writeln!(text, "  hint: {}", finding.code.advice());
        }
    }
    if !outcome.message.is_empty() {
        let heading = match outcome.signal {
            Some(Word::Waiting) => "It asks:",
            Some(Word::Ready) | None => "Its last words:",
        };
        let _ = write!(text, "\n{heading}\n\n");
        for line in outcome.message.lines().take(MOST_LINES) {
            let _ = writeln!(
                text,
                "{}",
                format!("  {}", short(line, LONGEST_LINE)).trim_end()
            );
        }
        if outcome.message.lines().count() > MOST_LINES {
            text.push_str("  …\n");
        }
    }
    text
}

const fn written(format: Transcript) -> &'static str {
    match format {
        Transcript::ClaudeArray => "Claude Code's execution file",
        Transcript::ClaudeLines => "Claude Code's stream-json",
        Transcript::ClaudeResult => "Claude Code's result",
        Transcript::CodexLines => "Codex's events",
        Transcript::Text => "plain text",
        Transcript::Empty => "empty",
    }
}
