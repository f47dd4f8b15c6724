//! Pull requests that nobody touches.

use lightsout_forge::{Action, PullState};

use super::*;

#[test]
fn a_pull_request_that_nobody_touches_is_closed_once_and_its_request_handed_back() {
    let mut world = in_review();
    world.now += chrono::TimeDelta::days(7) - chrono::TimeDelta::seconds(1);
    assert!(swept(&world).is_empty());
    world.now += chrono::TimeDelta::seconds(1);
    let plan = swept(&world);
    assert_eq!(plan.reason, Reason::PullRequestStale);
    let asked = position(&plan, |a| matches!(a, Action::UpsertComment { .. }));
    let label = position(&plan, |a| matches!(a, Action::EnsureLabel { .. }));
    let close = position(&plan, |a| matches!(a, Action::EnsureNoPullRequest { .. }));
    assert!(
        asked < label && label < close && asked.is_some(),
        "{plan:#?}"
    );
    // Cut off before the pull request was closed: only that is left to do.
    world.issue.labels.insert(Label::waiting());
    let plan = swept(&world);
    assert_eq!(
        (plan.reason, plan.actions.len()),
        (Reason::PullRequestStale, 1)
    );
    world.pull.as_mut().unwrap().pull.state = PullState::Closed;
    assert!(
        swept(&world).is_empty(),
        "nothing is opened or labelled again"
    );
}

#[test]
fn what_is_due_goes_before_what_is_stale() {
    let mut world = approved('b');
    world.now += chrono::TimeDelta::days(30);
    assert_eq!(swept(&world).reason, Reason::Merging);
    world.pull.as_mut().unwrap().statuses[0].state = CheckState::Pending;
    assert_eq!(swept(&world).reason, Reason::PullRequestStale);
    world.record.run = Some(RunMark {
        id: RunId("7-1".into()),
        started_at: DateTime::UNIX_EPOCH,
        tries: 1,
        checks: None,
    });
    world.run_alive = true;
    assert!(swept(&world).is_empty());
}

#[test]
fn the_stale_chore_looks_as_the_sweep_does() {
    use lightsout_forge::Chore;
    let mut world = in_review();
    world.now += chrono::TimeDelta::days(8);
    for chore in Chore::ALL {
        for kind in [EventKind::Tick { chore }, EventKind::Dispatch { chore }] {
            let plan = decide(&event_of(kind), &world);
            if chore == Chore::Stale {
                assert_eq!(plan, swept(&world));
            } else {
                assert!(plan.is_empty());
            }
        }
    }
}
