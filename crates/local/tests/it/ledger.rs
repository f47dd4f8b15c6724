use chrono::DateTime;
use lightsout_ledger::{Ask, Bill, Caps, EntryId, LedgerError, LedgerStore, Nanodollars, RunId};

use crate::fixture;

#[tokio::test]
async fn money_is_reserved_once_settled_once_and_capped() {
    let fixture = fixture().await;
    let ledger = &fixture.local;
    let at = DateTime::from_timestamp(1_772_442_000, 0).unwrap();
    let ask = |id: &str, amount| Ask {
        id: EntryId::new(id),
        issue: 4,
        run: RunId::new("run-1"),
        at,
        amount: Nanodollars(amount),
    };
    let caps = Caps {
        day: Some(Nanodollars(100)),
        ..Caps::default()
    };
    let first = ledger.reserve(&ask("a", 80), &caps).await.unwrap();
    assert_eq!(ledger.reserve(&ask("a", 80), &caps).await.unwrap(), first);
    let over = ledger.reserve(&ask("b", 30), &caps).await;
    assert!(matches!(over, Err(LedgerError::Cap(_))), "{over:?}");
    let bill = Bill::default();
    ledger.settle(&first, &bill, at).await.unwrap();
    ledger.settle(&first, &bill, at).await.unwrap();
    ledger.release(&first, at).await.unwrap();
    let second = ledger.reserve(&ask("b", 30), &caps).await.unwrap();
    ledger.release(&second, at).await.unwrap();
    let ids = |entries: Vec<lightsout_ledger::Entry>| {
        entries
            .into_iter()
            .map(|entry| entry.id.0)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        ids(ledger.entries(None).await.unwrap()),
        ["a", "a/settle", "b", "b/release"]
    );
    assert_eq!(ledger.entries(Some(5)).await.unwrap(), []);
    assert_eq!(ledger.entries(Some(4)).await.unwrap().len(), 4);
}
