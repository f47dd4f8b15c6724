//! How many decisions a second: `cargo run --release -p lightsout-lifecycle --example decisions`.
//!
//! A mix of what a factory is told: requests that start, wait or are asked about, commands, sweeps, a merge. Beside it
//! stands what it costs to read the same events from JSON, which whoever hears of them has to do anyway. Both are
//! repeated in short bursts, and the best burst of each counts, so that a busy machine does not decide the result.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "an example talks to its terminal"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use lightsout_forge::Event;
use lightsout_lifecycle::{Snapshot, decide};
use serde_json::{Value, json};

const BURSTS: u32 = 200;
const ROUNDS: u32 = 500;

fn main() {
    let cases = cases();
    let texts: Vec<String> = cases
        .iter()
        .map(|(event, _)| serde_json::to_string(event).unwrap())
        .collect();
    let decided = best(|| {
        for (event, snapshot) in &cases {
            black_box(decide(black_box(event), black_box(snapshot)));
        }
    });
    let read = best(|| {
        for text in &texts {
            black_box(serde_json::from_str::<Event>(black_box(text)).unwrap());
        }
    });
    let count = f64::from(ROUNDS) * f64::from(u32::try_from(cases.len()).unwrap());
    let rate = |burst: Duration| count / burst.as_secs_f64();
    println!(
        "decisions:            {:>12.0} a second, {} cases, one core",
        rate(decided),
        cases.len()
    );
    println!("events read as JSON:  {:>12.0} a second", rate(read));
    println!("ratio:                {:>12.2}", rate(decided) / rate(read));
    for (event, snapshot) in &cases {
        println!(
            "  {:<16} {}",
            event.kind.name(),
            decide(event, snapshot).reason.code()
        );
    }
}

/// The shortest of many bursts.
fn best(mut once: impl FnMut()) -> Duration {
    let burst = |_| {
        let start = Instant::now();
        for _ in 0..ROUNDS {
            once();
        }
        start.elapsed()
    };
    (0..BURSTS).map(burst).min().unwrap_or_default()
}

fn cases() -> Vec<(Event, Snapshot)> {
    let issue = json!({"event": "issue_opened", "issue": 7});
    let labeled = json!({"event": "issue_labeled", "issue": 7, "label": "cms-faq"});
    let comment =
        json!({"event": "comment_created", "on": 7, "on_pull_request": false, "comment": 30});
    let approved = json!({"event": "pull_labeled", "pull": 9, "label": "cms-approved"});
    let pushed = json!({"event": "pull_synchronized", "pull": 9, "head": "b".repeat(40)});
    let sweep = json!({"event": "sweep", "issue": 7});
    let said = |command: Value| json!({"comment": {"id": 30, "author": person("ada", "write"), "command": command, "on_pull_request": false}});
    let incomplete = json!({"intake": {"intake": "incomplete", "kind": "cms-faq", "fields": ["answer"], "questions": "- [ ] What is the answer?"}});
    let waiting = json!({"labels": ["cms-faq", "cms-bot-waiting"]});
    let cases = [
        (issue.clone(), vec![]),
        (issue.clone(), vec![incomplete.clone()]),
        (
            issue,
            vec![
                json!({"actor": person("robot", "write")}),
                json!({"bot": true}),
            ],
        ),
        (labeled, vec![waiting.clone()]),
        (comment.clone(), vec![said(Value::Null)]),
        (comment.clone(), vec![said(Value::Null), waiting.clone()]),
        (comment.clone(), vec![said(json!("publish")), pull(false)]),
        (comment, vec![said(json!("status"))]),
        (approved.clone(), vec![pull(true)]),
        (approved, vec![pull(false)]),
        (pushed, vec![pull(true)]),
        (sweep.clone(), vec![]),
        (sweep.clone(), vec![waiting]),
        (sweep.clone(), vec![pull(false)]),
        (sweep, vec![pull(true)]),
    ];
    cases
        .into_iter()
        .map(|(kind, changes)| case(&kind, &changes))
        .collect()
}

fn case(kind: &Value, changes: &[Value]) -> (Event, Snapshot) {
    let mut world = world();
    for change in changes {
        for (key, value) in change.as_object().unwrap() {
            match key.as_str() {
                "labels" => world["issue"]["labels"] = value.clone(),
                "bot" => world["actor"]["kind"] = json!("bot"),
                _ => world[key] = value.clone(),
            }
        }
    }
    let mut event =
        json!({"id": "1", "at": "2026-03-01T07:00:00Z", "actor": {"login": "ada", "kind": "user"}});
    for (key, value) in kind.as_object().unwrap() {
        event[key] = value.clone();
    }
    (
        serde_json::from_value(event).unwrap(),
        serde_json::from_value(world).unwrap(),
    )
}

fn person(login: &str, permission: &str) -> Value {
    json!({"login": login, "kind": "user", "own": false, "permission": permission})
}

fn pull(approved: bool) -> Value {
    let at = "2026-03-01T07:00:00Z";
    let approval = json!({"by": "ada", "permission": "write", "sha": "b".repeat(40), "at": at});
    json!({"pull": {
        "pull": {
            "number": 9, "title": "Can I work remotely?", "body": "Closes #7", "author": {"login": "lightsout[bot]", "kind": "bot"},
            "head": "claude/issue-7-remote-work", "head_sha": "b".repeat(40), "base": "main",
            "labels": if approved { vec!["bot-generated", "cms-approved"] } else { vec!["bot-generated"] },
            "state": "open", "merge_sha": null, "updated_at": at
        },
        "statuses": [{"context": "lightsout/gates", "state": "success", "description": ""}],
        "approval": if approved { approval } else { Value::Null }
    }})
}

fn world() -> Value {
    let at = "2026-03-01T07:00:00Z";
    json!({
        "now": at, "enabled": true, "filing": "members",
        "issue": {
            "number": 7, "title": "Can I work remotely?", "body": "### Question\n\nCan I work remotely?",
            "author": {"login": "mira", "kind": "user"}, "labels": ["cms-faq"], "state": "open",
            "created_at": at, "updated_at": at
        },
        "requester": person("mira", "read"), "actor": person("mira", "read"),
        "intake": {"intake": "complete", "kind": "cms-faq", "slug": "remote-work"},
        "newest_answer": 0, "record": {}, "run_alive": false, "comment": null, "pull": null, "budget_refusal": null
    })
}
