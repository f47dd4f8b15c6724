use lightsout_git::RemoteError;
use lightsout_ledger::{Caps, LedgerError, LedgerStore as _};
use lightsout_ledger_branch::BranchError;
use lightsout_testkit::GitFault;

use crate::{TOKEN, World, ask, ids, reserve, world};

const STEPS: [&str; 3] = [
    "git-upload-pack",
    "service=git-receive-pack",
    "/git-receive-pack",
];

async fn refused(world: &World) -> BranchError {
    let error = world
        .ledger
        .reserve(&ask("new", 1), &Caps::default())
        .await
        .unwrap_err();
    branch_error(error)
}

fn branch_error(error: LedgerError) -> BranchError {
    let LedgerError::Store { source, .. } = error else {
        panic!("{error}");
    };
    *source.downcast::<BranchError>().unwrap()
}

#[tokio::test]
async fn whatever_exchange_breaks_once_the_line_is_written_once() {
    for step in STEPS {
        for fault in [
            GitFault::Status(502),
            GitFault::CutBefore,
            GitFault::CutAfter,
        ] {
            let world = world();
            reserve(&world.ledger, "a").await;
            world.server.fail(step, fault.clone());
            reserve(&world.ledger, "b").await;
            reserve(&world.ledger, "b").await;
            let entries = world.ledger.entries(None).await.unwrap();
            assert_eq!(ids(&entries), ["a", "b"], "{step} {fault:?}");
        }
    }
}

#[tokio::test]
async fn a_network_that_stays_away_is_said_and_nothing_is_written() {
    let world = world();
    for _ in 0..20 {
        world.server.fail("info/refs", GitFault::Status(503));
    }
    let error = refused(&world).await;
    assert!(
        matches!(error, BranchError::Remote(RemoteError::Unreachable { .. })),
        "{error}"
    );
    assert_eq!(world.at(), None);
    let reading = world.ledger.entries(None).await.unwrap_err();
    let reading = branch_error(reading);
    assert!(
        matches!(
            reading,
            BranchError::Remote(RemoteError::Unreachable { .. })
        ),
        "{reading}"
    );
}

#[tokio::test]
async fn a_wrong_credential_is_said_at_once_and_not_repeated() {
    let world = world();
    let other = lightsout_git::Remote::new(
        &format!("{}/acme/site.git", world.server.url()),
        Some("another-token-9d".into()),
    );
    let repo = lightsout_git::Repo::init_bare(&world.dir.path().join("x.git"), "main").unwrap();
    let ledger = lightsout_ledger_branch::BranchLedger::new(other.unwrap(), repo, crate::BRANCH);
    let error = branch_error(ledger.entries(None).await.unwrap_err());
    assert!(
        matches!(error, BranchError::Remote(RemoteError::Unauthorised { .. })),
        "{error}"
    );
    let said = format!("{error} {error:?} {ledger:?}");
    assert!(
        !said.contains("another-token-9d") && !said.contains(TOKEN),
        "{said}"
    );
    assert!(world.server.requests().len() < 4);
}

#[tokio::test]
async fn a_damaged_line_is_named_and_never_passed_over() {
    let world = world();
    reserve(&world.ledger, "a").await;
    let before = world.text();
    world.put(
        world.at().as_deref(),
        &format!("{before}<<<<<<< mine\n{before}"),
    );
    let damaged = world.at();
    let error = refused(&world).await;
    assert!(
        matches!(error, BranchError::Damaged { line: 2, .. }),
        "{error}"
    );
    let error = branch_error(world.ledger.entries(None).await.unwrap_err());
    assert!(
        matches!(error, BranchError::Damaged { line: 2, .. }),
        "{error}"
    );
    assert_eq!(world.at(), damaged, "nothing is added to it");
    // Mended by hand, it goes on; the line that is there twice counts once.
    world.put(world.at().as_deref(), &format!("{before}\r\n{before}"));
    reserve(&world.ledger, "b").await;
    assert_eq!(
        ids(&world.ledger.entries(None).await.unwrap()),
        ["a", "a", "b"]
    );
}

#[tokio::test]
async fn a_branch_that_was_rewritten_is_refused() {
    let lost = async |change: &dyn Fn(&World)| {
        let world = world();
        reserve(&world.ledger, "a").await;
        let first = world.at();
        reserve(&world.ledger, "b").await;
        world.ledger.entries(None).await.unwrap();
        change(&world);
        let after = world.at();
        for _ in 0..2 {
            let error = refused(&world).await;
            assert!(matches!(error, BranchError::Rewritten { .. }), "{error}");
        }
        assert_eq!(world.at(), after, "nothing is added to it");
        assert_ne!(first, after);
        // Who never saw the other one cannot know.
        world.writer("fresh.git").entries(None).await.unwrap();
    };
    let name = format!("refs/heads/{}", crate::BRANCH);
    lost(&|world| world.put(None, "")).await;
    lost(&|world| {
        world.theirs.delete_ref(&name, None).unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_branch_that_was_put_back_is_refused_too() {
    let world = world();
    reserve(&world.ledger, "a").await;
    let first = world.at().unwrap();
    reserve(&world.ledger, "b").await;
    let name = format!("refs/heads/{}", crate::BRANCH);
    world
        .theirs
        .update_ref(&name, &first, world.at().as_deref())
        .unwrap();
    let error = refused(&world).await;
    assert!(
        matches!(error, BranchError::Rewritten { found: Some(_), .. }),
        "{error}"
    );
}
