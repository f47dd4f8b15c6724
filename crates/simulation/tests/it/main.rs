//! A few lives; `cargo xtask simulate` lives through thousands.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set its scene should stop there"
)]

use std::collections::BTreeSet;

use lightsout_simulation::{Finding, LIVES, Plan, Rule, Sum, Without, live_all, live_one, staged};

fn live(seed: u64, lives: u64, without: Option<Without>) -> Sum {
    live_all(&Plan { seed, without }, lives, 2, |_, _| {}).unwrap()
}

#[test]
fn a_few_lives_break_no_rule_and_the_same_seed_is_the_same_world() {
    let plan = Plan {
        seed: 1,
        without: None,
    };
    let sum = live(1, 2 * LIVES, None);
    assert_eq!(sum.findings, []);
    assert_eq!(sum.endings.values().sum::<u64>(), sum.lives);
    assert!(sum.runs > 0 && sum.faults.len() > 3, "{sum:?}");
    let (first, again) = (
        live_one(&plan, LIVES).unwrap(),
        live_one(&plan, LIVES).unwrap(),
    );
    assert_eq!(first, again);
    assert!(!first.story.is_empty());
    let worlds = [live_one(&plan, 0).unwrap().hash, first.hash];
    assert_ne!(worlds[0], worlds[1]);
    assert_ne!(live(2, LIVES, None).hash, live(1, LIVES, None).hash);
}

fn rules(findings: &[Finding]) -> BTreeSet<Rule> {
    findings.iter().map(|finding| finding.rule).collect()
}

#[test]
fn a_world_without_chance_breaks_no_rule() {
    assert_eq!(staged(None).unwrap(), []);
}

#[test]
fn without_the_sweep_a_request_whose_opening_nobody_heard_is_lost() {
    let found = staged(Some(Without::Sweep)).unwrap();
    assert_eq!(rules(&found), BTreeSet::from([Rule::Lost]), "{found:?}");
}

#[test]
fn without_keys_comments_are_written_twice() {
    let found = staged(Some(Without::Keys)).unwrap();
    assert!(rules(&found).contains(&Rule::DoubledComment), "{found:?}");
}

#[test]
fn in_any_weather_without_keys_things_are_done_twice() {
    let sum = live(1, LIVES, Some(Without::Keys));
    assert!(sum.broken.contains_key(&Rule::DoubledComment), "{sum:?}");
}
