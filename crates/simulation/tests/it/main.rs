//! A few lives; `cargo xtask simulate` lives through thousands.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set its scene should stop there"
)]

use lightsout_simulation::{LIVES, Plan, Rule, Sum, Without, live_all, live_one};

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

#[test]
fn without_the_sweep_requests_are_stranded() {
    let sum = live(2, 4 * LIVES, Some(Without::Sweep));
    let found = |rule| sum.broken.contains_key(&rule);
    assert!(found(Rule::Stranded) || found(Rule::Lost), "{sum:?}");
}

#[test]
fn without_keys_things_are_done_twice() {
    let sum = live(1, LIVES, Some(Without::Keys));
    assert!(sum.broken.contains_key(&Rule::DoubledComment), "{sum:?}");
}
