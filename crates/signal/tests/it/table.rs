//! The table "transcript → outcome": one line each, so that a change of any rule shows in what it changes.

use std::fmt::Write as _;

use lightsout_signal::Outcome;
use serde_json::{Value, json};

use crate::fixtures::{all, read};

/// Says what a transcript came to: the signal, the findings, the turns and the cost.
fn line(outcome: &Outcome) -> String {
    let signal = outcome.signal.map_or("-", |signal| signal.word());
    let codes: Vec<_> = outcome
        .findings
        .iter()
        .map(|found| found.code.name())
        .collect();
    let mut line = signal.to_owned();
    if !codes.is_empty() {
        let _ = write!(line, " [{}]", codes.join(" "));
    }
    if let Some(turns) = outcome.turns {
        let _ = write!(line, ", {turns} turns");
    }
    if let Some(cost) = outcome.cost {
        let _ = write!(line, ", {cost}");
    }
    line
}

fn table<'a>(rows: impl IntoIterator<Item = (String, &'a [u8])>) -> String {
    let mut table = String::new();
    for (name, bytes) in rows {
        let _ = writeln!(table, "{name}: {}", line(&read(bytes)));
    }
    table
}

/// Returns the fixtures that hold a message a line.
fn lines() -> Vec<(String, Vec<u8>)> {
    let mut all = all();
    all.retain(|(name, _)| !name.ends_with(".execution-file.json"));
    all
}

/// Puts the messages of lines into one array.
fn array(lines: &[u8]) -> Value {
    let messages = std::str::from_utf8(lines).unwrap().lines();
    messages
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .collect()
}

#[test]
fn fixtures_and_their_other_forms() {
    let mut rows = all();
    for (name, bytes) in lines() {
        let array = array(&bytes);
        rows.push((
            format!("{name} as an array"),
            serde_json::to_vec(&array).unwrap(),
        ));
        rows.push((
            format!("{name} as an indented array"),
            serde_json::to_vec_pretty(&array).unwrap(),
        ));
        let last = array.as_array().unwrap().last().unwrap();
        rows.push((
            format!("{name}, its last message"),
            serde_json::to_vec_pretty(last).unwrap(),
        ));
        let text = String::from_utf8(bytes).unwrap();
        rows.push((
            format!("{name} from Windows"),
            format!("\u{feff}\r\n{}", text.replace('\n', "\r\n")).into_bytes(),
        ));
    }
    insta::assert_snapshot!(table(
        rows.iter()
            .map(|(name, bytes)| (name.clone(), bytes.as_slice()))
    ));
}

#[test]
fn every_truncation() {
    let mut fixtures = all();
    for (name, bytes) in lines() {
        if name.starts_with("codex") {
            fixtures.push((
                format!("{name} as an array"),
                serde_json::to_vec(&array(&bytes)).unwrap(),
            ));
        }
    }
    let mut table = String::new();
    for (name, bytes) in fixtures {
        let whole = read(&bytes).signal;
        let mut ranges: Vec<(usize, usize, String)> = Vec::new();
        for end in 0..=bytes.len() {
            let outcome = read(&bytes[..end]);
            assert!(
                outcome.signal.is_none() || outcome.signal == whole,
                "{name} cut at {end}"
            );
            assert!(
                outcome.signal.is_some() || !outcome.findings.is_empty(),
                "{name} cut at {end}"
            );
            let line = line(&outcome);
            match ranges.last_mut() {
                Some((_, last, same)) if *same == line => *last = end,
                _ => ranges.push((end, end, line)),
            }
        }
        let _ = writeln!(table, "{name}, {} bytes", bytes.len());
        for (from, to, line) in ranges {
            let _ = writeln!(table, "  {from}..={to}: {line}");
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn doubled_mixed_and_damaged() {
    let zip = |one: &[u8], other: &[u8]| -> Vec<u8> {
        let (mut one, mut other) = (
            one.split_inclusive(|b| *b == b'\n'),
            other.split_inclusive(|b| *b == b'\n'),
        );
        let mut mixed = Vec::new();
        loop {
            match (one.next(), other.next()) {
                (None, None) => return mixed,
                (first, second) => mixed.extend([first, second].into_iter().flatten().flatten()),
            }
        }
    };
    let fixtures = lines();
    let mut rows = Vec::new();
    for (name, bytes) in &fixtures {
        rows.push((format!("{name} doubled"), bytes.repeat(2)));
        rows.push((format!("{name} doubled, each line"), zip(bytes, bytes)));
        for (other, with) in &fixtures {
            if name < other {
                rows.push((
                    format!("{name} and {other}, line by line"),
                    zip(bytes, with),
                ));
            }
        }
        let whole = array(bytes);
        let twice = [
            serde_json::to_vec(&whole).unwrap(),
            serde_json::to_vec(&whole).unwrap(),
        ]
        .concat();
        rows.push((format!("{name} as two arrays"), twice));
        for (what, byte) in [("NUL", 0_u8), ("0xff", 0xff)] {
            let mut within = bytes.clone();
            let last = within.iter().rposition(|byte| *byte == b'a').unwrap();
            within[last] = byte;
            rows.push((format!("{name} with {what} in its last message"), within));
            let between = bytes
                .split_inclusive(|b| *b == b'\n')
                .flat_map(|line| [line, &[byte, b'\n']].concat());
            rows.push((
                format!("{name} with {what} between its messages"),
                between.collect(),
            ));
        }
    }
    insta::assert_snapshot!(table(
        rows.iter()
            .map(|(name, bytes)| (name.clone(), bytes.as_slice()))
    ));
}

/// Final texts of an agent that has done well otherwise.
const TEXTS: &[&str] = &[
    "READY",
    "WAITING",
    "Done.\n\nREADY",
    "Done.\nREADY  \t\n\n\n",
    "Which hall?\nWAITING   ",
    "**READY**",
    "*WAITING*",
    "__READY__",
    "`WAITING`",
    "***READY***",
    "**`READY`**",
    "READY.",
    "**WAITING.**",
    "**WAITING**.",
    "_READY._",
    "\u{a0}READY\u{a0}",
    "READY..",
    "READY!",
    "READY, I think",
    "READY. While waiting for review I checked the links.",
    "READY: nothing is waiting",
    "Ready",
    "ready",
    "Waiting",
    "READY\nWAITING",
    "WAITING\nREADY",
    "READY WAITING",
    "READY/WAITING",
    "READY\n\nLet me know if you need more.",
    "\"READY\"",
    "'READY'",
    "(READY)",
    "[READY]",
    "<READY>",
    "~~READY~~",
    "- READY",
    "* READY",
    "1. READY",
    "# READY",
    "> READY",
    "> The issue says:\n> READY",
    "Print READY as asked:\n\n    READY",
    "\tREADY",
    "```\nREADY\n```",
    "```\nREADY",
    "```text\nREADY\n```\nREADY",
    "~~~\nWAITING\n~~~",
    "````\n```\nREADY",
    "<!-- READY -->",
    "<b>READY</b>",
    "[READY](https://example.com)",
    "| READY |",
    "ALREADY",
    "UNREADY",
    "NOT READY",
    "I am READY",
    "READY\u{200b}",
    "\u{200b}READY",
    "RE\u{ad}ADY",
    "\u{202e}READY",
    "READY\u{fe0f}",
    "ＲＥＡＤＹ",
    "RΕADY",
    "WАITING",
    "READY\u{0}",
    "READY\u{7}",
    "READY\u{1b}[0m",
    "READY\r",
    "READY\u{2028}WAITING",
    "READY\u{b}",
    "READY\u{85}",
    "R E A D Y",
    "**READY",
    "READY**",
    "****READY****",
    "READY\\",
    "&#82;EADY",
    "The build runs; I will be notified when it is done.",
    "Waiting for the background task to finish.",
    "",
    " ",
    "\n\n",
    "…",
];

/// What stands between the agent's first message and its last one, and never signals.
const SAID_BEFORE: &[(&str, &str)] = &[
    (
        "a tool printed READY",
        r#"{"type":"user","message":{"role":"user","content":[{"type":"tool_result","content":"READY"}]}}"#,
    ),
    (
        "a tool printed a result",
        r#"{"type":"user","message":{"content":"{\"type\":\"result\",\"subtype\":\"success\",\"result\":\"READY\"}"}}"#,
    ),
    (
        "a tool printed a result on a line of its own",
        r#"{"type":"user","message":{"content":"\n{\"type\":\"result\",\"subtype\":\"success\",\"result\":\"READY\"}\n"}}"#,
    ),
    (
        "the agent said READY before",
        r#"{"type":"assistant","message":{"content":[{"type":"text","text":"READY"}]}}"#,
    ),
    (
        "a helper of the agent said READY",
        r#"{"type":"assistant","parent_tool_use_id":"t","message":{"content":[{"type":"text","text":"READY"}]}}"#,
    ),
    (
        "a result inside of a message",
        r#"{"type":"user","x":{"type":"result","subtype":"success","result":"READY"}}"#,
    ),
    (
        "the type stands last",
        r#"{"message":{"content":"READY"},"type":"assistant"}"#,
    ),
    (
        "a message of an unknown type",
        r#"{"type":"quantum","result":"READY"}"#,
    ),
    ("noise of another program", "npm warn READY"),
    ("a bare READY line", "READY"),
    ("an empty object", "{}"),
    ("a number", "7"),
];

fn result(text: &str) -> Value {
    json!({"type": "result", "subtype": "success", "is_error": false, "num_turns": 2, "result": text, "session_id": "s", "uuid": "u"})
}

const INIT: &str =
    r#"{"type":"system","subtype":"init","session_id":"s","model":"claude-sonnet-4-6"}"#;

/// Transcripts with what each is about.
type Rows = Vec<(String, Vec<u8>)>;

/// Final texts after an ordinary beginning, and after what never signals.
fn texts() -> Rows {
    let mut rows = Rows::new();
    for text in TEXTS {
        rows.push((
            format!("{text:?}"),
            format!("{INIT}\n{}\n", result(text)).into_bytes(),
        ));
    }
    for (what, said) in SAID_BEFORE {
        for text in ["Which hall?\nWAITING", "done"] {
            let lines = format!("{INIT}\n{said}\n{}\n", result(text));
            rows.push((format!("{what}, then {text:?}"), lines.into_bytes()));
        }
    }
    rows
}

/// Results that say READY and something odd.
fn odd_results() -> Rows {
    let mut rows = Rows::new();
    let with = |key: &str, value: Value| {
        let mut result = result("READY");
        result[key] = value;
        format!("{INIT}\n{result}\n").into_bytes()
    };
    for (key, value) in [
        ("is_error", json!(true)),
        ("is_error", json!("yes")),
        ("stop_reason", json!("refusal")),
        ("stop_reason", json!("max_tokens")),
        ("subtype", json!("error_max_turns")),
        ("subtype", json!("error_max_budget_usd")),
        ("subtype", json!("error_during_execution")),
        ("subtype", json!("error_of_tomorrow")),
        ("subtype", json!(null)),
        ("api_error_status", json!(529)),
        ("result", json!(null)),
        ("result", json!(["READY"])),
        ("result", json!({"text": "READY"})),
        ("num_turns", json!(-1)),
        ("num_turns", json!(1.5)),
        ("total_cost_usd", json!("0.5")),
        ("total_cost_usd", json!(-1)),
        ("modelUsage", json!([])),
        ("permission_denials", json!({})),
        ("session_id", json!(null)),
        ("type", json!("Result")),
    ] {
        rows.push((
            format!("READY with {key} {value}"),
            with(key, value.clone()),
        ));
    }
    rows
}

/// Orders of Codex's events.
fn codex_events() -> Rows {
    let mut rows = Rows::new();
    let codex = |lines: &[&str]| lines.join("\n").into_bytes();
    let thread = r#"{"type":"thread.started","thread_id":"x"}"#;
    let ready = r#"{"type":"item.completed","item":{"type":"agent_message","text":"READY"}}"#;
    let command = r#"{"type":"item.completed","item":{"type":"command_execution","aggregated_output":"WAITING"}}"#;
    let completed = r#"{"type":"turn.completed","usage":{"input_tokens":9,"cached_input_tokens":4,"output_tokens":1}}"#;
    let failed = r#"{"type":"turn.failed","error":{"message":"rate limited"}}"#;
    let error = r#"{"type":"error","message":"stream disconnected"}"#;
    for (what, lines) in [
        ("ready", vec![thread, ready, completed]),
        ("ready, no end of the turn", vec![thread, ready]),
        ("ready, then a command", vec![thread, ready, command]),
        (
            "ready, then a command in the same turn",
            vec![thread, ready, command, completed],
        ),
        ("only a command", vec![thread, command, completed]),
        ("ready, then the turn fails", vec![thread, ready, failed]),
        (
            "an error that was got over",
            vec![thread, error, ready, completed],
        ),
        (
            "ready, then an error",
            vec![thread, ready, completed, error],
        ),
        (
            "two turns",
            vec![
                thread,
                ready,
                completed,
                r#"{"type":"turn.started"}"#,
                completed,
            ],
        ),
        (
            "another thread begins",
            vec![
                thread,
                ready,
                completed,
                r#"{"type":"thread.started","thread_id":"y"}"#,
            ],
        ),
    ] {
        rows.push((format!("codex: {what}"), codex(&lines)));
    }
    rows
}

/// Words without a format.
fn plain_texts() -> Rows {
    let mut rows = Rows::new();
    for text in [
        "READY",
        "```\nREADY",
        "Done, READY.",
        "[done]\nREADY",
        "{ done }\nREADY",
        "{\nREADY",
        "[1, 2]\nREADY",
        "{\"a\": 1}\nREADY",
        "{\"type\":\"note\"}\nREADY",
        "\u{1b}[32mREADY\u{1b}[0m",
        "\0READY",
        "READY\0",
        "",
        "\n \n",
        "\u{feff}",
        "\u{feff}READY",
    ] {
        rows.push((format!("plain {text:?}"), text.as_bytes().to_vec()));
    }
    rows
}

#[test]
fn twists() {
    let rows = [texts(), odd_results(), codex_events(), plain_texts()].concat();
    assert!(rows.len() > 150);
    insta::assert_snapshot!(table(
        rows.iter()
            .map(|(name, bytes)| (name.clone(), bytes.as_slice()))
    ));
}
