//! A whole life over GitHub: how many REST calls it takes, and that a job that is cut off anywhere changes nothing about
//! the end.

use std::fmt::Write as _;

use serde_json::Value;

use crate::hub::Hub;
use crate::payloads::{labeled, told};
use crate::stderr;

/// The most REST calls from opened to merged, over all jobs.
const MAX_LIFE: usize = 25;
/// The most REST calls of a sweep that finds nothing to do.
const MAX_SWEEP: usize = 5;

/// One job of a life: what is typed, and the event it is about.
struct Step {
    words: Vec<&'static str>,
    event: fn(&Hub) -> Option<(&'static str, Value)>,
}

/// The jobs in which a request is opened, worked on, approved and merged, each as its workflow starts it.
fn life() -> Vec<Step> {
    let step = |words: &[&'static str], event| Step {
        words: words.to_vec(),
        event,
    };
    vec![
        step(&["triage"], |hub| {
            Some(("issues", told("opened", &hub.issue(1))))
        }),
        // A form that sets a label is told of twice.
        step(&["triage"], |hub| {
            Some(("issues", told("labeled", &hub.issue(1))))
        }),
        step(&["agent", "run"], |_| None),
        step(&["gate"], |_| None),
        step(&["settle"], |_| None),
        step(&["publish"], |hub| {
            Some(("issue_comment", hub.say("ada", 2, "/publish")))
        }),
        // The label of the approval raises an event as well.
        step(&["publish"], |hub| {
            Some(("pull_request", labeled(&hub.pulls()[0])))
        }),
    ]
}

#[test]
fn a_request_from_opened_to_merged_takes_few_calls() {
    let hub = Hub::new();
    hub.label();
    let looks = hub.labels();
    let (merged, breakdown) = merged_after(&hub);
    println!("{merged} calls until it was merged\n{breakdown}");
    assert!(merged <= MAX_LIFE, "{merged} calls\n{breakdown}");
    assert_eq!(hub.labels(), looks);
}

#[test]
fn labels_that_the_repository_lacks_get_their_look_for_a_call_each() {
    let (hub, other) = (Hub::new(), Hub::new());
    other.label();
    let (merged, breakdown) = merged_after(&hub);
    assert!(merged <= MAX_LIFE + 2, "{merged} calls\n{breakdown}");
    let calls = hub.calls();
    let looks = calls.iter().filter(|call| call.contains("/site/labels/"));
    let made = hub.labels();
    assert_eq!((looks.count(), made.len()), (2, 2), "{calls:#?}");
    for (name, look) in made {
        assert_eq!(look, other.labels()[&name]);
    }
}

/// Plays a life, and gives the number of calls until its change was merged, and all calls by their jobs.
fn merged_after(hub: &Hub) -> (usize, String) {
    hub.open("FAQ: bicycles");
    let (mut before, mut merged) = (0, 0);
    let mut breakdown = String::new();
    for step in life() {
        let event = (step.event)(hub);
        let event = event.as_ref().map(|(name, payload)| (*name, payload));
        let said = hub.fine(&step.words, event);
        let calls = hub.calls();
        let lines = calls[before..].join("\n    ");
        let count = calls.len() - before;
        let (words, reason) = (&step.words, &said["reason"]);
        write!(breakdown, "{words:?}: {count} ({reason})\n    {lines}\n").unwrap();
        before = calls.len();
        let is_merged = |pull: &Value| pull["merged"] == true;
        if merged == 0 && hub.pulls().first().is_some_and(is_merged) {
            merged = before;
        }
    }
    assert_eq!(hub.issue(1)["state"], "closed", "{breakdown}");
    assert_eq!(hub.leaks(), None);
    assert_eq!(hub.pulls()[0]["merged"], true, "{breakdown}");
    (merged, breakdown)
}

#[test]
fn an_idle_sweep_over_a_hundred_open_requests_takes_few_calls() {
    let hub = Hub::new();
    for nth in 0..100 {
        hub.open(&format!("FAQ: bicycles {nth}"));
    }
    for issue in 1..=100 {
        hub.wait(issue);
    }
    let swept = hub.fine(&["stale"], None);
    assert_eq!(swept["looked_at"], 0, "{swept}");
    let calls = hub.calls();
    assert!(
        calls.len() <= MAX_SWEEP,
        "{} calls: {calls:#?}",
        calls.len()
    );
    // One that somebody has answered is looked at.
    hub.say("robin", 7, "It is so.");
    let swept = hub.fine(&["stale"], None);
    assert_eq!(swept["looked_at"], 1, "{swept}");
}

/// Plays a life whose `nth` write is cut off, before or after its effect, each job of which is then started again.
fn cut_off(nth: usize, after: bool) -> Option<(Value, usize)> {
    let hub = Hub::new();
    hub.label();
    hub.open("FAQ: bicycles");
    hub.kill_at(nth, after);
    for step in life() {
        let event = (step.event)(&hub);
        let event = event.as_ref().map(|(name, payload)| (*name, payload));
        if hub.job(&step.words, event).status.success() {
            continue;
        }
        // That was the one that was killed.
        let again = hub.job(&step.words, event);
        assert!(
            again.status.success(),
            "{nth} {:?}: {}",
            step.words,
            stderr(&again)
        );
    }
    hub.fine(&["stale"], None);
    (!hub.is_unhurt()).then(|| (hub.shown(), hub.lines_of_ledger()))
}

#[test]
fn a_life_that_is_cut_off_at_any_write_ends_the_same() {
    let usual = cut_off(usize::MAX, false);
    assert_eq!(usual, None, "nothing was cut off");
    // On one side of each effect, in turn; `cargo xtask e2e killed --all` plays both.
    let ends: Vec<_> = (0..).map_while(|nth| cut_off(nth, nth % 2 == 1)).collect();
    assert!(ends.len() > 8, "only {} places were reached", ends.len());
    for (nth, end) in ends.iter().enumerate() {
        assert_eq!(*end, ends[0], "cut off at write {nth}");
    }
}

#[test]
fn what_a_killed_git_left_locked_stops_no_job() {
    let hub = Hub::new();
    hub.open("FAQ: bicycles");
    let event = told("opened", &hub.issue(1));
    let event = Some(("issues", &event));
    hub.fine(&["triage"], event);
    let state = hub.path("runner-triage/lightsout");
    for lock in [
        "ledger.git/config.lock",
        "ledger.git/refs/lightsout/ledger/fetched.lock",
        "ledger.git/refs/lightsout/ledger/seen.lock",
        "forge.git/config.lock",
        "workshop.git/refs/forge/base.lock",
    ] {
        std::fs::write(state.join(lock), "").unwrap();
    }
    hub.open("FAQ: tricycles");
    let event = told("opened", &hub.issue(2));
    std::fs::remove_dir_all(hub.path("run")).unwrap();
    let said = hub.fine(&["triage"], Some(("issues", &event)));
    assert_eq!(said["reason"], "started");
}
