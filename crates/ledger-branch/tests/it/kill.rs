use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use lightsout_git::Repo;
use lightsout_ledger::{Bill, Caps, LedgerStore as _};

use crate::{ask, at, ids, world, writer};

const FOLDER: &str = "LIGHTSOUT_TEST_FOLDER";
const SERVER: &str = "LIGHTSOUT_TEST_SERVER";
const ROUNDS: u32 = 6;
const WRITTEN: [&str; 4] = ["a", "a/settle", "b", "b/release"];

/// What a run writes: two reservations, one spent and one given back.
async fn everything(server: &str, repo: &Path) {
    let ledger = writer(server, repo);
    // Whoever opens a repository again takes away what a killed git left.
    Repo::open_bare(repo)
        .unwrap()
        .remove_stale_locks(Duration::from_millis(300))
        .unwrap();
    let caps = Caps::default();
    let first = ledger.reserve(&ask("a", 5), &caps).await.unwrap();
    ledger.settle(&first, &Bill::default(), at()).await.unwrap();
    let second = ledger.reserve(&ask("b", 5), &caps).await.unwrap();
    ledger.release(&second, at()).await.unwrap();
}

/// The process that is killed. Without its variables it is no test of its own and does nothing.
#[tokio::test]
async fn child() {
    if let (Some(folder), Ok(server)) = (std::env::var_os(FOLDER), std::env::var(SERVER)) {
        everything(&server, Path::new(&folder)).await;
    }
}

#[tokio::test]
async fn killed_at_any_moment_and_called_again_every_line_is_there_once() {
    let start = Instant::now();
    let first = world();
    assert!(run_and_kill(
        &first.server.url(),
        &first.dir.path().join("w.git"),
        Duration::from_mins(2)
    ));
    let whole = start.elapsed();
    let mut cut_short = 0;
    for round in 0..ROUNDS {
        let world = world();
        let repo = world.dir.path().join("w.git");
        // Spread over the whole time, the same in every run of the test.
        let part = f64::from(round + 1) / f64::from(ROUNDS + 2);
        for part in [part, part / 2.0] {
            cut_short += u32::from(!run_and_kill(
                &world.server.url(),
                &repo,
                whole.mul_f64(part),
            ));
        }
        everything(&world.server.url(), &repo).await;
        let entries = world.ledger.entries(None).await.unwrap();
        assert_eq!(ids(&entries), WRITTEN, "round {round}");
        Repo::open_bare(&repo).unwrap().fsck().unwrap();
        world.theirs.fsck().unwrap();
    }
    assert!(
        cut_short >= ROUNDS / 2,
        "only {cut_short} kills hit anything"
    );
}

/// Starts the child and kills it after a while, unless it is done by then; says whether it was.
fn run_and_kill(server: &str, repo: &Path, after: Duration) -> bool {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::child", "--nocapture"])
        .env(FOLDER, repo)
        .env(SERVER, server)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let end = Instant::now() + after;
    loop {
        match child.try_wait().unwrap() {
            Some(status) if status.success() => return true,
            Some(_) => {
                let output = child.wait_with_output().unwrap();
                panic!("{}", String::from_utf8_lossy(&output.stderr));
            }
            None if Instant::now() >= end => break,
            None => std::thread::sleep(Duration::from_millis(1)),
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    false
}
