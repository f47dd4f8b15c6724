use std::sync::Arc;

use lightsout_ledger::{Bill, Caps, LedgerError, LedgerStore, Nanodollars, Scope, fold};
use lightsout_testkit::contract::ledger_contract;

use crate::{TOKEN, World, ask, at, ids, reserve, world};

#[tokio::test]
async fn a_branch_keeps_the_contract() {
    ledger_contract(async || world(), |world: &World| &world.ledger).await;
}

#[tokio::test]
async fn the_branch_is_made_with_the_first_line_and_grows_by_lines() {
    let world = world();
    assert_eq!(world.ledger.entries(None).await.unwrap(), []);
    assert_eq!(world.at(), None, "reading makes no branch");
    reserve(&world.ledger, "a").await;
    let first = world.text();
    let files = world.theirs.list(&world.at().unwrap(), "").unwrap();
    assert_eq!(files, ["README.md", "ledger.jsonl"]);
    let held = world
        .ledger
        .reserve(&ask("b", 1), &Caps::default())
        .await
        .unwrap();
    world
        .ledger
        .settle(&held, &Bill::default(), at())
        .await
        .unwrap();
    assert!(world.text().starts_with(&first));
    assert_eq!(world.text().lines().count(), 3);
    assert!(!format!("{:?}", world.ledger).contains(TOKEN));
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_writers_at_once_lose_nothing_and_pass_no_cap_together() {
    const EACH: usize = 3;
    let world = Arc::new(world());
    let caps = Caps {
        day: Some(Nanodollars(10)),
        ..Caps::default()
    };
    // Git itself does not make one repository twice at once.
    drop(world.writer("shared.git"));
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8 {
        let (world, caps) = (Arc::clone(&world), caps.clone());
        writers.spawn(async move {
            // Half of them share one repository, as processes of one machine do.
            let name = if writer % 2 == 0 {
                "shared.git".to_owned()
            } else {
                format!("{writer}.git")
            };
            let ledger = world.writer(&name);
            let mut granted = Vec::new();
            for turn in 0..EACH {
                let id = format!("{writer}-{turn}");
                match ledger.reserve(&ask(&id, 1), &caps).await {
                    Ok(_) => granted.push(id),
                    Err(LedgerError::Cap(_)) => {}
                    Err(error) => panic!("{error}: {:?}", std::error::Error::source(&error)),
                }
            }
            granted
        });
    }
    let mut granted = writers.join_all().await.concat();
    granted.sort();
    let entries = world.ledger.entries(None).await.unwrap();
    let mut written = ids(&entries);
    written.sort_unstable();
    assert_eq!(written, granted);
    assert_eq!(fold(&entries).balance(Scope::All).reserved, Nanodollars(10));
}
