use std::fs;

use lightsout_forge::Forge;
use lightsout_local::{Local, LocalError};
use lightsout_testkit::VirtualClock;

use crate::{branch, fixture, login, make};

#[tokio::test]
async fn a_second_process_is_told_who_holds_the_folder() {
    let fixture = fixture().await;
    let dir = fixture.local.dir().to_owned();
    let clock = VirtualClock::default().as_fn();
    match Local::open(&dir, clock.clone()).await {
        Err(LocalError::Busy { pid, .. }) => assert_eq!(pid, Some(std::process::id())),
        other => panic!("{other:?}"),
    }
    drop(fixture.local);
    Local::open(&dir, clock).await.unwrap();
}

#[tokio::test]
async fn a_folder_without_a_factory_is_said_to_be_one() {
    let dir = tempfile::tempdir().unwrap();
    assert!(!Local::exists(dir.path()));
    let opened = Local::open(dir.path(), VirtualClock::default().as_fn()).await;
    assert!(
        matches!(opened, Err(LocalError::NotAFactory { .. })),
        "{opened:?}"
    );
    assert_eq!(
        fs::read_dir(dir.path()).unwrap().count(),
        0,
        "looking leaves nothing behind"
    );
}

#[tokio::test]
async fn making_goes_on_where_it_was_cut_short() {
    let dir = tempfile::tempdir().unwrap();
    let whole = make(dir.path()).await;
    let main = whole.branch(&branch("main")).await.unwrap();
    drop(whole);
    // As after a kill between the steps, from the last to the first.
    for gone in [
        "forge.sqlite",
        "site.git/refs/heads/main",
        "site.git/config",
        "site.git/HEAD",
    ] {
        let _ = fs::remove_file(dir.path().join("forge.sqlite"));
        fs::remove_file(dir.path().join(gone))
            .or_else(|e| {
                if gone.ends_with("sqlite") {
                    Ok(())
                } else {
                    Err(e)
                }
            })
            .unwrap();
        let again = make(dir.path()).await;
        assert_eq!(again.branch(&branch("main")).await.unwrap(), main, "{gone}");
        again.repo().fsck().unwrap();
    }
}

#[tokio::test]
async fn what_was_written_is_there_after_opening_again() {
    let fixture = fixture().await;
    let local = fixture.local;
    let dir = local.dir().to_owned();
    let issue = local
        .person(&login("mira"))
        .open_issue(None, "One", "", &[])
        .await
        .unwrap();
    local.set_setting("enabled", "true").await.unwrap();
    local.set_setting("enabled", "false").await.unwrap();
    let log = local.activity().await.unwrap();
    drop(local);
    let local = Local::open(&dir, VirtualClock::default().as_fn())
        .await
        .unwrap();
    assert_eq!(local.issue(issue).await.unwrap().title, "One");
    assert_eq!(
        local.get_setting("enabled").await.unwrap().as_deref(),
        Some("false")
    );
    assert_eq!(local.get_setting("other").await.unwrap(), None);
    assert_eq!(local.activity().await.unwrap(), log);
}

#[tokio::test]
async fn a_database_of_the_future_or_of_something_else_is_refused() {
    let fixture = fixture().await;
    let dir = fixture.local.dir().to_owned();
    drop(fixture.local);
    // The connection is closed by a thread of its own, which empties this file into the other.
    while dir.join("forge.sqlite-wal").exists() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let file = dir.join("forge.sqlite");
    let mut bytes = fs::read(&file).unwrap();
    // The user version, in the header of every SQLite file.
    bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
    fs::write(&file, bytes).unwrap();
    let opened = Local::open(&dir, VirtualClock::default().as_fn()).await;
    assert!(
        matches!(opened, Err(LocalError::Newer { found: 99, .. })),
        "{opened:?}"
    );
    fs::write(&file, vec![b'x'; 4096]).unwrap();
    let opened = Local::open(&dir, VirtualClock::default().as_fn()).await;
    assert!(matches!(opened, Err(LocalError::Database(_))), "{opened:?}");
}
