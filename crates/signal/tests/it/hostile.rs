//! Transcripts that are cut, doubled, mixed, broken or hostile.

use std::io::{self, Read};

use lightsout_signal::{ErrorClass, FindingCode, Format, Limits, Outcome, Signal, Verdict};
use proptest::prelude::*;

use crate::fixtures::{all, read};

fn fixture(name: &str) -> Vec<u8> {
    all()
        .into_iter()
        .find(|(other, _)| other == name)
        .unwrap()
        .1
}

/// A result message of run `session` with the given final text.
fn result(session: &str, uuid: &str, text: &str) -> String {
    serde_json::json!({
        "type": "result", "subtype": "success", "is_error": false, "num_turns": 1, "duration_ms": 2,
        "result": text, "total_cost_usd": 0.5, "session_id": session, "uuid": uuid,
    })
    .to_string()
}

#[test]
fn the_size_of_the_reads_does_not_matter() {
    struct Slow<'a>(&'a [u8], usize);
    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.1.min(self.0.len()).min(buffer.len());
            buffer[..length].copy_from_slice(&self.0[..length]);
            self.0 = &self.0[length..];
            Ok(length)
        }
    }
    for (name, bytes) in all() {
        for step in [1, 2, 7, 1000] {
            let outcome = Outcome::read(Slow(&bytes, step), &Limits::default());
            assert_eq!(outcome, read(&bytes), "{name} by {step}");
        }
    }
}

#[test]
fn a_doubled_transcript_counts_once() {
    for (name, bytes) in all() {
        let mut twice = bytes.clone();
        twice.extend_from_slice(&bytes);
        let (one, two) = (read(&bytes), read(&twice));
        assert_eq!(two.signal, one.signal, "{name}");
        assert_eq!((two.cost, two.models), (one.cost, one.models), "{name}");
        assert_eq!(two.turns, one.turns, "{name}");
    }
    let ready = fixture("claude-ready.jsonl");
    assert!(read(&ready.repeat(2)).has(FindingCode::Doubled));
}

#[test]
fn mixed_runs_have_no_signal() {
    let lines = [result("a", "1", "READY"), result("b", "2", "READY")].join("\n");
    let outcome = read(lines.as_bytes());
    assert_eq!(outcome.signal, None);
    assert!(outcome.has(FindingCode::Interleaved));
    assert_eq!(outcome.cost.unwrap().to_string(), "$1.00");

    let mut both = fixture("claude-ready.jsonl");
    both.extend(fixture("codex-ready.jsonl"));
    let outcome = read(&both);
    assert_eq!(outcome.signal, None);
    assert!(outcome.has(FindingCode::Interleaved));
    both = fixture("codex-ready.jsonl");
    both.extend(fixture("claude-ready.jsonl"));
    assert_eq!(read(&both).signal, None);
}

#[test]
fn the_last_result_of_a_run_counts() {
    let lines = [result("a", "1", "READY"), result("a", "2", "WAITING")].join("\n");
    assert_eq!(read(lines.as_bytes()).signal, Some(Signal::Waiting));
}

#[test]
fn talk_after_the_result_takes_the_signal_back() {
    let lines = format!(
        "{}\n{}",
        result("a", "1", "READY"),
        r#"{"type":"assistant","message":{}}"#
    );
    let outcome = read(lines.as_bytes());
    assert_eq!(outcome.signal, None);
    assert!(outcome.has(FindingCode::TalkAfterResult));
    let cut = format!("{}\n{{\"type\":\"assis", result("a", "1", "READY"));
    assert_eq!(read(cut.as_bytes()).signal, None);
}

#[test]
fn success_that_is_an_error_is_a_failure() {
    let line = result("a", "1", "READY").replace("\"is_error\":false", "\"is_error\":true");
    let outcome = read(line.as_bytes());
    assert_eq!(
        (outcome.signal, outcome.format),
        (None, Format::ClaudeResult)
    );
    assert!(outcome.has(FindingCode::SuccessIsError));
    let line = line.replace("\"uuid\"", "\"api_error_status\":529,\"uuid\"");
    let api = ErrorClass::Api {
        kind: "unknown".to_owned(),
        status: Some(529),
    };
    assert_eq!(read(line.as_bytes()).error, Some(api));
    let line =
        result("a", "1", "READY").replace("\"uuid\"", "\"stop_reason\":\"refusal\",\"uuid\"");
    let outcome = read(line.as_bytes());
    assert_eq!(
        (outcome.signal, outcome.error),
        (None, Some(ErrorClass::Refusal))
    );
}

#[test]
fn only_the_result_signals() {
    // The words in a tool's output, in a quoted issue and in the agent's other messages do not count.
    let said = r#"{"type":"user","message":{"role":"user","content":"READY"}}
{"type":"assistant","message":{"content":[{"type":"text","text":"WAITING"}]}}
"#;
    let outcome = read(format!("{said}{}", result("a", "1", "done\n> READY")).as_bytes());
    assert_eq!(outcome.signal, None);
    assert!(outcome.has(FindingCode::SignalNotAlone));
    let codex = r#"{"type":"thread.started","thread_id":"x"}
{"type":"item.completed","item":{"type":"agent_message","text":"READY"}}
{"type":"item.completed","item":{"type":"command_execution","aggregated_output":"WAITING"}}"#;
    assert_eq!(read(codex.as_bytes()).signal, None, "no turn was completed");
    let codex = format!(
        "{codex}\n{}",
        r#"{"type":"turn.failed","error":{"message":"rate limited"}}"#
    );
    let outcome = read(codex.as_bytes());
    assert_eq!(
        (outcome.signal, outcome.error),
        (None, Some(ErrorClass::Execution))
    );
    assert!(outcome.findings[0].message.contains("rate limited"));
}

#[test]
fn broken_lines_do_not_hide_good_ones() {
    let noisy = format!(
        "{{\"type\":\"system\"}}\nnpm warn\n{{\"type\":\"assis\n{}\n",
        result("a", "1", "READY")
    );
    let outcome = read(noisy.as_bytes());
    assert_eq!(outcome.signal, Some(Signal::Ready));
    assert!(outcome.has(FindingCode::Malformed));
    let nul = [noisy.as_bytes(), b"\0\0\xff\n"].concat();
    assert_eq!(read(&nul).signal, Some(Signal::Ready));
    // What broke off after the result may have been another one.
    for broken in [
        &b"{\"type\":\"result\",\"res\n"[..],
        b"{\"type\":\"result\",,}\n",
    ] {
        let outcome = read(&[noisy.as_bytes(), broken].concat());
        assert_eq!(outcome.signal, None);
        assert!(outcome.has(FindingCode::TalkAfterResult));
    }
}

#[test]
fn a_broken_array_is_not_searched_for_results() {
    let inner = "\n{\"type\":\"result\",\"subtype\":\"success\",\"result\":\"READY\"}\n]";
    let outcome =
        read(format!("[{{\"type\":\"system\", \"x\": \"raw\nbreak\"}},{inner}").as_bytes());
    assert_eq!(outcome.signal, None);
    assert!(!outcome.findings.is_empty());
}

#[test]
fn bytes_that_are_not_utf8_are_found() {
    let mut line = result("a", "1", "x READY").into_bytes();
    let at = line.windows(7).position(|part| part == b"x READY").unwrap();
    line[at] = 0xff;
    let outcome = read(&line);
    assert!(outcome.has(FindingCode::NotUtf8));
    let outcome = read(b"caf\xe9\nREADY");
    assert_eq!(
        (outcome.signal, outcome.has(FindingCode::NotUtf8)),
        (Some(Signal::Ready), true)
    );
    assert_eq!(read(b"\xef\xbb\xbf\nREADY\n").signal, Some(Signal::Ready));
}

#[test]
fn words_that_begin_like_json_are_words() {
    for text in [
        "[done]\nREADY",
        "{ done }\nREADY",
        "{\nREADY",
        "[\nREADY",
        "{\"a\":1}\nREADY",
    ] {
        assert_eq!(read(text.as_bytes()).signal, Some(Signal::Ready), "{text}");
    }
}

#[test]
fn long_texts_are_cut_and_never_signal() {
    let limits = Limits {
        string: 64,
        message: 4096,
        text: 64,
    };
    let long = format!("{}\\n\u{e9}\u{1f600}\nREADY", "é".repeat(100));
    let outcome = Outcome::read(result("a", "1", &long).as_bytes(), &limits);
    assert_eq!(outcome.signal, None);
    assert!(outcome.has(FindingCode::Cut), "{outcome:?}");

    // A long tool output costs nothing but itself.
    let tool = serde_json::json!({"type": "user", "message": {"content": long}});
    let lines = format!("{tool}\n{}", result("a", "1", "READY"));
    let outcome = Outcome::read(lines.as_bytes(), &limits);
    assert_eq!(outcome.signal, Some(Signal::Ready));

    // Every length around the limit, with escapes at the edge.
    for length in 0..80 {
        let text = format!("{}\"\\\n\u{1f600}é\u{7}x", "a".repeat(length));
        let outcome = Outcome::read(result("a", "1", &text).as_bytes(), &limits);
        assert!(!outcome.has(FindingCode::Malformed), "{length}");
    }

    let many = format!("{{\"type\":\"system\",\"x\":[{}]}}\n", "1,".repeat(5000));
    let outcome = Outcome::read(
        format!("{many}{}", result("a", "1", "READY")).as_bytes(),
        &limits,
    );
    assert!(outcome.has(FindingCode::TooLong));
    assert_eq!(outcome.signal, Some(Signal::Ready));
}

#[test]
fn only_the_end_of_a_long_text_is_kept() {
    let limits = Limits {
        text: 64,
        ..Limits::default()
    };
    let read = |text: &str| Outcome::read(text.as_bytes(), &limits);
    let outcome = read(&format!("{}\nREADY\n", "word ".repeat(1000)));
    assert_eq!(
        (outcome.signal, outcome.has(FindingCode::Cut)),
        (Some(Signal::Ready), true)
    );
    // A block that was opened long before still counts, and one long line is never taken for a short one.
    assert_eq!(
        read(&format!("```\n{}READY\n", "line\n".repeat(1000))).signal,
        None
    );
    assert_eq!(
        read(&format!("```\n{}```\nREADY\n", "line\n".repeat(1000))).signal,
        Some(Signal::Ready)
    );
    for length in 50..200 {
        assert_eq!(
            read(&format!("{}READY", "x".repeat(length))).signal,
            None,
            "{length}"
        );
    }
}

#[test]
fn costs_are_read_as_they_are_written() {
    let with = |cost: &str| read(result("a", "1", "READY").replace("0.5", cost).as_bytes());
    assert_eq!(with("0.0225").cost.unwrap().0, 22_500_000);
    assert_eq!(
        with("0.1000000000000000055511151231257827").cost.unwrap().0,
        100_000_001
    );
    assert_eq!(with("1e-3").cost.unwrap().0, 1_000_000);
    assert_eq!(with("null").cost, None);
    for bad in ["-1", "\"1\"", "1e99", "{}"] {
        let outcome = with(bad);
        assert_eq!(
            (outcome.cost, outcome.has(FindingCode::BadNumber)),
            (None, true),
            "{bad}"
        );
    }
}

#[test]
fn an_older_result_without_models_is_still_accounted() {
    let text = format!(
        "{}\n{}",
        r#"{"type":"system","subtype":"init","model":"claude-sonnet-4-6"}"#,
        result("a", "1", "READY").replace(
            "\"uuid\"",
            r#""usage":{"input_tokens":3,"output_tokens":4,"cache_creation_input_tokens":5},"uuid""#
        )
    );
    let outcome = read(text.as_bytes());
    assert_eq!(outcome.models.len(), 1);
    assert_eq!(outcome.models[0].model, "claude-sonnet-4-6");
    assert_eq!(outcome.models[0].usage.cache_write_5m, 5);
    assert_eq!(outcome.models[0].reported, outcome.cost);
}

#[test]
fn a_reader_that_fails_is_a_finding() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("disk on fire"))
        }
    }
    let outcome = Outcome::read(b"READY".chain(Broken), &Limits::default());
    assert_eq!(outcome.signal, None);
    assert!(
        outcome
            .findings
            .iter()
            .any(|finding| finding.message.contains("disk on fire"))
    );
}

#[test]
fn signals_and_commits_may_contradict() {
    let judged = |text: &str, commits| {
        let judged = read(text.as_bytes()).judge(commits);
        let codes: Vec<_> = judged.findings.iter().map(|found| found.code).collect();
        (judged.verdict, codes)
    };
    assert_eq!(judged("READY", 1), (Verdict::Take, vec![]));
    assert_eq!(judged("WAITING", 0), (Verdict::Ask, vec![]));
    let contradictions = [
        (
            "READY",
            0,
            Verdict::NothingCommitted,
            FindingCode::ReadyWithoutCommit,
        ),
        ("WAITING", 2, Verdict::Ask, FindingCode::WaitingWithCommits),
        ("done", 0, Verdict::NoSignal, FindingCode::NothingDone),
        (
            "done",
            1,
            Verdict::NoSignal,
            FindingCode::CommitsWithoutSignal,
        ),
    ];
    for (text, commits, verdict, code) in contradictions {
        let (found, codes) = judged(text, commits);
        assert_eq!((found, codes.last()), (verdict, Some(&code)), "{text}");
    }
    let failed = result("a", "1", "READY").replace("\"is_error\":false", "\"is_error\":true");
    assert_eq!(
        judged(&failed, 1),
        (Verdict::Failed, vec![FindingCode::SuccessIsError])
    );
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        read(&bytes);
    }

    #[test]
    fn any_mixture_of_pieces_is_read(
        pieces in proptest::collection::vec(prop_oneof![
            Just("{"), Just("}"), Just("["), Just("]"), Just(","), Just("\n"), Just("\""), Just("\\"), Just("u00e9"),
            Just("\"type\":\"result\""), Just("\"subtype\":\"success\""), Just("\"result\":\"READY\""),
            Just("{\"type\":\"system\"}"), Just("{\"type\":\"thread.started\"}"), Just("READY"), Just("```"), Just("é"),
        ], 0..40),
        limit in 0_usize..20,
    ) {
        let text = pieces.concat();
        read(text.as_bytes());
        let limits = Limits { string: limit, message: limit * 2, text: limit };
        Outcome::read(text.as_bytes(), &limits);
    }
}

#[test]
fn what_a_tool_printed_is_skipped_and_changes_nothing() {
    let told = r#"{"type":"user","message":{"content":"\"}{ \\ type result READY \u007d"},"x":[{"type":"result"}]}"#;
    let spread = told
        .replacen('{', "{\n  ", 1)
        .replacen("\"type\":", "\"type\": ", 1)
        .replacen(",\"m", ",\n\"m", 1);
    for told in [told, &spread] {
        let lines = format!("{told}\n{}", result("a", "1", "READY"));
        let outcome = read(lines.as_bytes());
        assert_eq!(
            (outcome.signal, outcome.findings.len()),
            (Some(Signal::Ready), 0),
            "{told}"
        );
        let array = format!("[{told},{}]", result("a", "1", "READY"));
        assert_eq!(read(array.as_bytes()).signal, Some(Signal::Ready), "{told}");
        let codex = format!("{}\n{told}", r#"{"type":"thread.started","thread_id":"x"}"#);
        assert!(read(codex.as_bytes()).has(FindingCode::Interleaved));
    }
}

#[test]
fn what_codex_did_is_skipped_and_its_words_and_errors_are_not() {
    let item = |start: &str| {
        format!(
            "{{\"type\":\"thread.started\",\"thread_id\":\"x\"}}\n\
             {{\"type\":\"item.completed\",\"item\":{{\"id\":\"item_0\",\"type\":{start},\"text\":\"READY\"}}}}\n\
             {{\"type\":\"turn.completed\",\"usage\":{{}}}}"
        )
    };
    let limits = Limits {
        string: 24,
        ..Limits::default()
    };
    let read = |start: &str| Outcome::read(item(start).as_bytes(), &limits);
    for word in ["\"agent_message\"", "\"agent\\u005fmessage\""] {
        assert_eq!(read(word).signal, Some(Signal::Ready), "{word}");
    }
    // Of what it did nothing is kept, however long and whatever it looks like, and no end of it is missed.
    for work in [
        "\"command_execution\",\"aggregated_output\":\"long enough to be cut \\\\\\\" }} \",\"x\":[{\"y\":{}}]",
        "\"file_change\",\"type\":\"agent_message\"",
        "\"reasoning\"",
    ] {
        let outcome = read(work);
        assert_eq!(outcome.signal, None, "{work}");
        let codes: Vec<_> = outcome.findings.iter().map(|one| one.code).collect();
        assert_eq!(codes, [FindingCode::NoSignal], "{work}");
        assert_eq!(outcome.error, None, "{work}");
    }
    // A warning of the program's own ends nothing, and a command does.
    let after = |kind: &str| {
        let ready = item("\"agent_message\"");
        let late = format!(
            "{{\"type\":\"item.completed\",\"item\":{{\"id\":\"item_1\",\"type\":\"{kind}\"}}}}"
        );
        Outcome::read(format!("{ready}\n{late}").as_bytes(), &limits)
    };
    assert_eq!(after("error").signal, Some(Signal::Ready));
    assert_eq!(after("command_execution").error, Some(ErrorClass::Crash));
    // The same item may end once, and be told of more often before.
    let twice = |event: &str| {
        let line = format!(
            "{{\"type\":\"{event}\",\"item\":{{\"id\":\"i\",\"type\":\"todo_list\",\"items\":ITEMS}}}}"
        );
        let lines = ["[1]", "[1,2]"].map(|items| line.replace("ITEMS", items));
        let thread = "{\"type\":\"thread.started\",\"thread_id\":\"x\"}";
        Outcome::read(
            format!("{thread}\n{}", lines.join("\n")).as_bytes(),
            &limits,
        )
    };
    assert!(!twice("item.updated").has(FindingCode::Doubled));
    assert!(twice("item.completed").has(FindingCode::Doubled));
}
