//! Gates: the base's commands on the agent's commit.

use lightsout_lifecycle::Reason;

use crate::world::{BODY, GOOD, REQUESTER, World};

#[tokio::test]
async fn a_gate_that_fails_is_quoted_and_the_request_waits() {
    let world = World::new(
        GOOD,
        &["sh -c 'echo one; echo two is wrong >&2; test ! -e content/faq/bicycles.mdx'"],
    )
    .await;
    let issue = world.open(REQUESTER, BODY).await;
    world.work().await;
    assert_eq!(world.reasons(), [Reason::Started, Reason::GatesFailed]);
    assert!(world.is_waiting(issue).await && world.pulls().await.is_empty());
    let told = world.told(issue).await;
    assert!(
        told.contains("two is wrong") && told.contains("exit status 1"),
        "{told}"
    );
}

#[tokio::test]
async fn a_failure_that_was_there_before_is_named_and_does_not_count() {
    let world = World::new(GOOD, &["false"]).await;
    world.open(REQUESTER, BODY).await;
    world.work().await;
    assert_eq!(world.reasons(), [Reason::Started, Reason::InReview]);
    assert!(
        world.pulls().await[0]
            .body
            .contains("fails without this change too")
    );
}

#[tokio::test]
async fn a_gate_that_hangs_is_ended() {
    let world = World::new(
        GOOD,
        &["sh -c 'test ! -e content/faq/bicycles.mdx || sleep 600'"],
    )
    .await;
    let issue = world.open(REQUESTER, BODY).await;
    world.work().await;
    assert_eq!(world.reasons().last(), Some(&Reason::GatesFailed));
    assert!(world.told(issue).await.contains("too long"));
}

#[tokio::test]
async fn a_gate_sees_no_repository_and_no_secret() {
    let world = World::new(GOOD, &["sh -c 'test ! -e .git && test -z \"$CARGO_MANIFEST_DIR\" && test -z \"$LIGHTSOUT_REQUEST\"'"]).await;
    world.open(REQUESTER, BODY).await;
    world.work().await;
    assert_eq!(world.reasons().last(), Some(&Reason::InReview));
    assert!(world.pulls().await[0].body.contains("passed"));
}

#[tokio::test]
async fn an_agent_cannot_loosen_the_gates() {
    let script = format!("printf '' > factory.toml; git commit -qam loosen;{GOOD}");
    let world = World::new(&script, &["false"]).await;
    world.open(REQUESTER, BODY).await;
    world.work().await;
    assert_eq!(world.reasons().last(), Some(&Reason::OutsideLane));
}

#[tokio::test]
async fn a_broken_configuration_stops_with_file_and_line() {
    let world = World::new(GOOD, &[]).await;
    let main = lightsout_forge::BranchName::new("main").unwrap();
    let ada = world
        .local
        .person(&crate::world::login_of(crate::world::MAINTAINER));
    ada.push_file(
        None,
        &main,
        "factory.toml",
        b"[factory]\nnaem = \"x\"\n",
        "oops",
    )
    .await
    .unwrap();
    world.open(REQUESTER, BODY).await;
    let error = world.try_work().await.unwrap_err().to_string();
    assert!(
        error.contains("factory.toml:2:1") && error.contains("hint"),
        "{error}"
    );
    ada.push_file(None, &main, "factory.toml", b"", "mended")
        .await
        .unwrap();
    world.work().await;
    assert_eq!(world.reasons(), [Reason::Started, Reason::InReview]);
}
