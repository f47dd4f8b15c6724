//! What the real programs once printed, printed again by programs that stand in for them and end as they did: what an
//! adapter keeps of it, and what that comes to.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::Path;
use std::time::Duration;

use lightsout_agents::{Agent, ClaudeAgent, CodexAgent, Finished};
use lightsout_signal::{Limits, Outcome};

use crate::stage::{Stage, access, settings};

/// How each program ended that printed one of the transcripts, as its shell would say it.
const ENDS: &[(&str, &str)] = &[
    // Its model was not to be reached, and it tried for so long that it was ended.
    ("claude-api-error", "sleep 60"),
    ("claude-api-refused", "exit 1"),
    ("claude-max-turns", "exit 1"),
    ("claude-no-signal", "exit 0"),
    ("claude-ready", "exit 0"),
    ("claude-waiting", "exit 0"),
    ("codex-no-signal", "exit 0"),
    ("codex-ready", "exit 0"),
    ("codex-turn-failed", "exit 1"),
    ("codex-waiting", "exit 0"),
];

async fn run(name: &str, transcript: &[u8], end: &str) -> (Finished, Outcome) {
    let claude = name.starts_with("claude");
    let version = if claude { "2.1.330" } else { "0.169.0" };
    let stage = Stage::ending(version, transcript, end);
    let (program, access) = (stage.at("program"), access(None));
    let agent: Box<dyn Agent> = if claude {
        let program = ClaudeAgent::PROGRAM.at(program).await.unwrap();
        Box::new(ClaudeAgent::new(program, settings(), access))
    } else {
        let model = "gpt-5.1-codex".to_owned();
        let program = CodexAgent::PROGRAM.at(program).await.unwrap();
        Box::new(CodexAgent::new(program, model, access))
    };
    let mut order = stage.order();
    order.limits.stall = Some(Duration::from_secs(2));
    let finished = agent.run(&order).await.unwrap();
    assert_eq!(fs::read(&finished.stdout).unwrap(), transcript, "{name}");
    let kept = File::open(&finished.stdout).unwrap();
    (finished, Outcome::read(kept, &Limits::default()))
}

#[tokio::test]
async fn every_recorded_transcript_goes_through_its_adapter() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../signal/tests/fixtures");
    let mut lines: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".jsonl").map(ToOwned::to_owned))
        .collect();
    lines.sort();
    let known: Vec<&str> = ENDS.iter().map(|(name, _)| *name).collect();
    assert_eq!(lines, known, "a recorded transcript is missing or new");

    let mut table = String::new();
    for (name, end) in ENDS {
        let bytes = fs::read(folder.join(format!("{name}.jsonl"))).unwrap();
        let (finished, outcome) = run(name, &bytes, end).await;
        let verdicts = [0, 1].map(|commits| outcome.judge(commits).verdict);
        let codes: Vec<&str> = outcome.findings.iter().map(|one| one.code.name()).collect();
        let used: Vec<String> = outcome
            .models
            .iter()
            .map(|used| {
                format!(
                    "{} {} in {} out",
                    used.model, used.usage.input, used.usage.output
                )
            })
            .collect();
        let refused: Vec<&str> = outcome
            .denials
            .iter()
            .map(|one| one.tool.as_str())
            .collect();
        let _ = writeln!(
            table,
            "{name}: {:?}, {:?}\n  without commits {:?}, with some {:?}\n  findings {codes:?}\n  used {used:?}, refused {refused:?}",
            finished.end, outcome.signal, verdicts[0], verdicts[1],
        );
    }
    insta::assert_snapshot!(table);
}
