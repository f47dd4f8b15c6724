//! What every store of the ledger keeps.

use std::sync::Arc;

use chrono::DateTime;
use lightsout_ledger::{
    Ask, Balance, Bill, Caps, Cost, Entry, EntryId, LedgerError, LedgerStore, Nanodollars,
    Reservation, RunId, Scope, fold,
};

/// Checks that a store keeps lines, each once and in order, and that caps hold. `make` gives something with a fresh
/// store in it.
pub async fn ledger_contract<F, S>(make: impl AsyncFn() -> F, store: fn(&F) -> &S)
where
    F: Send + Sync + 'static,
    S: LedgerStore + 'static,
{
    money_is_reserved_once_settled_once_and_capped(store(&make().await)).await;
    a_name_that_is_taken_is_a_conflict_and_writes_nothing(store(&make().await)).await;
    what_was_never_reserved_is_neither_settled_nor_released(store(&make().await)).await;
    money_that_was_spent_is_spent_even_after_a_release(store(&make().await)).await;
    names_are_kept_as_they_are(store(&make().await)).await;
    lines_of_elsewhere_are_added_once(store(&make().await)).await;
    a_cap_holds_whoever_asks_at_once(Arc::new(make().await), store).await;
}

fn ask(id: &str, issue: u64, amount: u64) -> Ask {
    Ask {
        id: EntryId::new(id),
        issue,
        run: RunId::new("run-1"),
        at: DateTime::from_timestamp(1_772_442_000, 0).unwrap(),
        amount: Nanodollars(amount),
    }
}

fn day(amount: u64) -> Caps {
    Caps {
        day: Some(Nanodollars(amount)),
        ..Caps::default()
    }
}

fn bill(amount: u64) -> Bill {
    Bill {
        cost: Cost::measured(Nanodollars(amount)),
        ..Bill::default()
    }
}

async fn ids(ledger: &impl LedgerStore) -> Vec<String> {
    let entries = ledger.entries(None).await.unwrap();
    entries.into_iter().map(|entry| entry.id.0).collect()
}

async fn money_is_reserved_once_settled_once_and_capped(ledger: &impl LedgerStore) {
    let at = ask("a", 4, 80).at;
    let first = ledger.reserve(&ask("a", 4, 80), &day(100)).await.unwrap();
    assert_eq!(
        ledger.reserve(&ask("a", 4, 80), &day(1)).await.unwrap(),
        first
    );
    let over = ledger.reserve(&ask("b", 4, 30), &day(100)).await;
    assert!(matches!(over, Err(LedgerError::Cap(_))), "{over:?}");
    assert_eq!(ids(ledger).await, ["a"], "a refusal writes nothing");
    ledger.settle(&first, &bill(70), at).await.unwrap();
    ledger.settle(&first, &bill(99), at).await.unwrap();
    ledger.release(&first, at).await.unwrap();
    let second = ledger.reserve(&ask("b", 5, 30), &day(100)).await.unwrap();
    ledger.release(&second, at).await.unwrap();
    ledger.release(&second, at).await.unwrap();
    assert_eq!(ids(ledger).await, ["a", "a/settle", "b", "b/release"]);
    let of = async |issue| ledger.entries(Some(issue)).await.unwrap().len();
    assert_eq!((of(4).await, of(5).await, of(6).await), (2, 2, 0));
    let lines = ledger.entries(Some(4)).await.unwrap();
    assert_eq!(lines[0], Entry::reserve(&ask("a", 4, 80)));
    assert_eq!(lines[1], Entry::settle(&first, bill(70), at));
}

async fn a_name_that_is_taken_is_a_conflict_and_writes_nothing(ledger: &impl LedgerStore) {
    ledger
        .reserve(&ask("a", 4, 80), &Caps::default())
        .await
        .unwrap();
    for other in [ask("a", 4, 81), ask("a", 5, 80)] {
        let taken = ledger.reserve(&other, &Caps::default()).await;
        assert!(
            matches!(taken, Err(LedgerError::Conflict { .. })),
            "{taken:?}"
        );
    }
    assert_eq!(ids(ledger).await, ["a"]);
}

async fn what_was_never_reserved_is_neither_settled_nor_released(ledger: &impl LedgerStore) {
    let never = Reservation {
        id: EntryId::new("never"),
        issue: 4,
        run: RunId::new("run-1"),
        amount: Nanodollars(1),
    };
    let at = ask("a", 4, 1).at;
    let settled = ledger.settle(&never, &Bill::default(), at).await;
    let released = ledger.release(&never, at).await;
    for answer in [settled, released] {
        assert!(
            matches!(answer, Err(LedgerError::NotReserved { .. })),
            "{answer:?}"
        );
    }
    assert_eq!(ids(ledger).await, Vec::<String>::new());
}

async fn money_that_was_spent_is_spent_even_after_a_release(ledger: &impl LedgerStore) {
    let held = ledger
        .reserve(&ask("a", 4, 80), &Caps::default())
        .await
        .unwrap();
    let at = ask("a", 4, 80).at;
    ledger.release(&held, at).await.unwrap();
    ledger.settle(&held, &bill(70), at).await.unwrap();
    let entries = ledger.entries(None).await.unwrap();
    let expected = Balance {
        spent: Cost::measured(Nanodollars(70)),
        reserved: Nanodollars::ZERO,
        committed: Nanodollars(70),
    };
    assert_eq!(fold(&entries).balance(Scope::All), expected);
}

async fn names_are_kept_as_they_are(ledger: &impl LedgerStore) {
    let names = [
        "a b",
        "\"quoted\"",
        "two\nlines",
        "größer-\u{2028}",
        "../x",
        "--help",
    ];
    for name in names {
        ledger
            .reserve(&ask(name, 4, 1), &Caps::default())
            .await
            .unwrap();
    }
    assert_eq!(ids(ledger).await, names);
}

async fn lines_of_elsewhere_are_added_once(ledger: &impl LedgerStore) {
    let held = ledger
        .reserve(&ask("a", 4, 80), &Caps::default())
        .await
        .unwrap();
    let at = ask("a", 4, 80).at;
    let lines = [
        Entry::reserve(&ask("a", 4, 99)),
        Entry::settle(&held, bill(70), at),
        Entry::reserve(&ask("b", 5, 10)),
        Entry::reserve(&ask("b", 5, 11)),
    ];
    assert_eq!(ledger.add(&lines).await.unwrap(), 2);
    assert_eq!(ledger.add(&lines).await.unwrap(), 0);
    assert_eq!(ledger.add(&[]).await.unwrap(), 0);
    let entries = ledger.entries(None).await.unwrap();
    assert_eq!(entries[0], Entry::reserve(&ask("a", 4, 80)));
    assert_eq!(entries[1..], lines[1..3]);
}

async fn a_cap_holds_whoever_asks_at_once<F, S>(made: Arc<F>, store: fn(&F) -> &S)
where
    F: Send + Sync + 'static,
    S: LedgerStore + 'static,
{
    let mut askers = tokio::task::JoinSet::new();
    for asker in 0..8 {
        let made = Arc::clone(&made);
        askers.spawn(async move {
            let wish = ask(&format!("asker-{asker}"), asker, 30);
            match store(&made).reserve(&wish, &day(100)).await {
                Ok(_) => true,
                Err(LedgerError::Cap(_)) => false,
                Err(error) => panic!("{error}"),
            }
        });
    }
    let granted = askers
        .join_all()
        .await
        .into_iter()
        .filter(|yes| *yes)
        .count();
    assert_eq!(granted, 3);
    assert_eq!(ids(store(&made)).await.len(), 3);
}
