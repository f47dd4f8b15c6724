//! The alert about yesterday's spend, on a real forge and a real ledger.

use chrono::{DateTime, Days, Utc};
use lightsout_engine::JournalLine;
use lightsout_forge::{Forge as _, Issue, IssueState, Label};
use lightsout_ledger::{
    Ask, Bill, Caps, EntryId, LedgerStore as _, ModelUsage, Nanodollars, PriceBook, RunId,
    TokenUsage,
};
use lightsout_lifecycle::spend_key;

use crate::world::{GOOD, NOW, World};

/// Writes down that a run cost `dollars` on the day of `at`.
async fn spend(world: &World, run: &str, at: DateTime<Utc>, dollars: u64) {
    let ask = Ask {
        id: EntryId::new(run),
        issue: 4,
        run: RunId::new(run),
        at,
        amount: Nanodollars::from_dollars(dollars),
    };
    let mut used = ModelUsage::new("claude-sonnet-4-6", TokenUsage::default());
    used.reported = Some(ask.amount);
    let bill = Bill::of_models(vec![used], &PriceBook::builtin());
    let kept = world.local.reserve(&ask, &Caps::default()).await.unwrap();
    world.local.settle(&kept, &bill, at).await.unwrap();
}

async fn alert(world: &World) -> Option<Issue> {
    world.local.keyed_issue(&spend_key()).await.unwrap()
}

#[tokio::test]
async fn a_dear_day_opens_one_issue_and_a_cheap_one_closes_it() {
    let mut world = World::new(GOOD, &[]).await;
    let today = DateTime::from_timestamp(NOW, 0).unwrap();
    let yesterday = today - Days::new(1);
    spend(&world, "4-1", yesterday, 30).await;
    spend(&world, "4-9", today, 70).await;
    world.work().await;
    assert_eq!(alert(&world).await, None, "today is not over yet");
    spend(&world, "4-2", yesterday, 21).await;
    world.work().await;
    world.work().await;
    let told = alert(&world).await.unwrap();
    assert_eq!(told.state, IssueState::Open);
    assert!(told.labels.contains(&Label::cost_alert()));
    assert!(told.body.contains("$51.00") && told.body.contains("CMS_BOT_ENABLED"));
    assert_eq!(world.local.issues().await.unwrap().len(), 1);
    world.now += 2 * 24 * 60 * 60;
    world.work().await;
    assert_eq!(alert(&world).await.unwrap().state, IssueState::Closed);
    let journal = std::fs::read_to_string(world.local.dir().join("journal.jsonl")).unwrap();
    let again = journal
        .lines()
        .filter_map(|line| match serde_json::from_str(line).unwrap() {
            JournalLine::Chore { on, from, .. } => on.zip(from),
            _ => None,
        });
    let mut chores = 0;
    for (event, basis) in again {
        assert_eq!(basis.question.answer(&event, &basis.facts), basis.plan);
        chores += 1;
    }
    assert_eq!(chores, 2, "{journal}");
}

#[tokio::test]
async fn nobody_is_told_while_the_kill_switch_is_off() {
    let mut world = World::new(GOOD, &[]).await;
    world.enabled = false;
    let today = DateTime::from_timestamp(NOW, 0).unwrap();
    spend(&world, "4-1", today - Days::new(1), 51).await;
    world.work().await;
    assert_eq!(alert(&world).await, None);
}
