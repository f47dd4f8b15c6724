//! Requests from issue to merge, and the commands on the way.

use lightsout_forge::{Inbox as _, IssueState, Label, PullState};
use lightsout_lifecycle::Reason;

use crate::world::{BODY, GOOD, MAINTAINER, READER, REQUESTER, World};

#[tokio::test]
async fn a_request_is_published_once() {
    let world = World::new(GOOD, &["true"]).await;
    let issue = world.open(REQUESTER, BODY).await;
    world.work().await;
    assert_eq!(world.reasons(), [Reason::Started, Reason::InReview]);
    let pull = world.pulls().await.remove(0);
    assert!(pull.labels.contains(&Label::bot_generated()));
    assert!(pull.body.contains("no model"), "{}", pull.body);

    world.say(READER, issue, "/publish").await;
    world.work().await;
    assert_eq!(world.reasons(), [Reason::PublishNeedsWrite]);
    assert_eq!(world.published("content/faq/bicycles.mdx"), None);

    world.say(MAINTAINER, issue, "/publish").await;
    world.work().await;
    assert_eq!(
        world.reasons(),
        [Reason::Approved, Reason::Merging, Reason::Published]
    );
    assert!(world.published("content/faq/bicycles.mdx").is_some());
    assert_eq!(world.issue(issue).await.state, IssueState::Closed);
    assert_eq!(world.pulls().await[0].state, PullState::Merged);

    world.changes();
    world.work().await;
    world.say(MAINTAINER, issue, "/publish").await;
    world.work().await;
    assert_eq!(world.reasons(), [Reason::AlreadyDone]);
}

#[tokio::test]
async fn working_again_changes_nothing() {
    let world = World::new(GOOD, &[]).await;
    world.open(REQUESTER, BODY).await;
    world.work().await;
    assert!(world.changes() > 0);
    world.work().await;
    assert_eq!((world.changes(), world.reasons().len()), (0, 2));
}

#[tokio::test]
async fn an_incomplete_request_is_asked_about_and_goes_on_with_the_answer() {
    let world = World::new(GOOD, &[]).await;
    let issue = world
        .open(REQUESTER, "### Question\n\nCan I bring my bicycle?\n")
        .await;
    world.work().await;
    assert_eq!(world.reasons(), [Reason::FieldsMissing]);
    assert!(world.is_waiting(issue).await);
    assert!(world.told(issue).await.contains("Answer"));
    assert!(world.pulls().await.is_empty());

    world
        .say(
            REQUESTER,
            issue,
            "### Answer\n\nYes, you can. There are 12 hooks in the hall.",
        )
        .await;
    world.work().await;
    assert_eq!(world.reasons(), [Reason::Started, Reason::InReview]);
    assert!(!world.is_waiting(issue).await);

    // The log proves the order: the label went only after the pull request was there.
    let log = world.local.activity().await.unwrap();
    let at = |what: &str, detail: &str| {
        log.iter()
            .position(|line| line.what.contains(what) && line.detail.contains(detail))
    };
    let opened = at("pull", "").expect("a pull request in the log");
    let unlabeled = log
        .iter()
        .position(|line| line.what.contains("unlabel") && line.detail.contains("cms-bot-waiting"))
        .expect("the label's removal in the log");
    assert!(opened < unlabeled, "{log:#?}");
}

#[tokio::test]
async fn a_stranger_needs_acceptance() {
    let world = World::new(GOOD, &[]).await;
    let issue = world.open("stranger", BODY).await;
    world.work().await;
    assert_eq!(world.reasons(), [Reason::AwaitsAcceptance]);
    world.say("stranger", issue, "please?").await;
    world.say("stranger", issue, "/accept").await;
    world.work().await;
    assert!(world.reasons().contains(&Reason::AcceptNeedsWrite));
    assert!(world.pulls().await.is_empty());
    world.say(MAINTAINER, issue, "/accept").await;
    world.work().await;
    assert_eq!(world.reasons(), [Reason::Started, Reason::InReview]);
}

#[tokio::test]
async fn a_cancelled_request_leaves_nothing_open() {
    let world = World::new(GOOD, &[]).await;
    let issue = world.open(REQUESTER, BODY).await;
    world.work().await;
    world.say(REQUESTER, issue, "/cancel").await;
    world.work().await;
    assert_eq!(world.issue(issue).await.state, IssueState::Closed);
    assert_eq!(world.pulls().await[0].state, PullState::Closed);
    assert!(world.reasons().contains(&Reason::Cancelled));
}

#[tokio::test]
async fn the_kill_switch_stops_everything_and_loses_nothing() {
    let mut world = World::new(GOOD, &[]).await;
    world.open(REQUESTER, BODY).await;
    world.enabled = false;
    world.work().await;
    assert_eq!((world.changes(), world.pulls().await.len()), (0, 0));
    world.enabled = true;
    world.work().await;
    assert_eq!(world.reasons(), [Reason::Started, Reason::InReview]);
}

#[tokio::test]
async fn two_types_are_refused_until_one_is_taken_off() {
    let world = World::new(GOOD, &[]).await;
    let labels = ["cms-faq", "cms-location"].map(|label| Label::new(label).unwrap());
    let person = world.local.person(&crate::world::login_of(REQUESTER));
    let issue = person
        .open_issue(None, "Bicycles", BODY, &labels)
        .await
        .unwrap();
    world.work().await;
    assert_eq!(world.reasons().first(), Some(&Reason::SeveralTypes));
    assert!(world.told(issue).await.contains("cms-insight"));
    let maintainer = world.local.person(&crate::world::login_of(MAINTAINER));
    maintainer
        .remove_label(None, issue, &labels[1])
        .await
        .unwrap();
    world.say(REQUESTER, issue, "/retry").await;
    world.work().await;
    assert!(world.reasons().contains(&Reason::InReview));
}

#[tokio::test]
async fn a_push_after_the_approval_voids_it() {
    let world = World::new(GOOD, &[]).await;
    let issue = world.open(REQUESTER, BODY).await;
    world.work().await;
    // Somebody pushes between the approval and the merge: the merge is bound to the commit that was approved.
    world.say(MAINTAINER, issue, "/publish").await;
    let head = world.pulls().await.remove(0).head;
    let maintainer = world.local.person(&crate::world::login_of(MAINTAINER));
    maintainer
        .push_file(None, &head, "content/faq/bicycles.mdx", b"other", "sneak")
        .await
        .unwrap();
    world.work().await;
    assert_eq!(world.pulls().await[0].state, PullState::Open);
    assert_eq!(world.published("content/faq/bicycles.mdx"), None);
}

#[tokio::test]
async fn a_conflict_is_handed_back_and_a_retry_mends_it() {
    let world = World::new(GOOD, &[]).await;
    let issue = world.open(REQUESTER, BODY).await;
    world.work().await;
    let main = lightsout_forge::BranchName::new("main").unwrap();
    let maintainer = world.local.person(&crate::world::login_of(MAINTAINER));
    maintainer
        .push_file(None, &main, "content/faq/bicycles.mdx", b"mine", "by hand")
        .await
        .unwrap();
    world.say(MAINTAINER, issue, "/publish").await;
    world.work().await;
    let conflicts = |reasons: Vec<Reason>| {
        reasons
            .iter()
            .filter(|r| **r == Reason::MergeConflict)
            .count()
    };
    assert_eq!(conflicts(world.reasons()), 1);
    assert!(world.is_waiting(issue).await);
    world.work().await;
    assert_eq!(conflicts(world.reasons()), 0);
    world.say(REQUESTER, issue, "/retry").await;
    world.work().await;
    world.say(MAINTAINER, issue, "/publish").await;
    world.work().await;
    assert!(world.reasons().contains(&Reason::Published));
}

#[tokio::test]
async fn a_closed_request_whose_closing_nobody_heard_of_leaves_nothing_open() {
    let world = World::new(GOOD, &[]).await;
    let issue = world.open(REQUESTER, BODY).await;
    world.work().await;
    let requester = world.local.person(&crate::world::login_of(REQUESTER));
    requester.close(None, issue).await.unwrap();
    while let Some(event) = world.local.next().await.unwrap() {
        world.local.done(&event.id).await.unwrap();
    }
    world.work().await;
    assert_eq!(world.pulls().await[0].state, PullState::Closed);
    assert!(world.reasons().contains(&Reason::Cancelled));
    world.changes();
    world.work().await;
    assert_eq!(world.changes(), 0);
}

#[tokio::test]
async fn what_no_gate_has_seen_is_checked_before_it_is_approved() {
    let world = World::new(GOOD, &[]).await;
    let issue = world.open(REQUESTER, BODY).await;
    world.work().await;
    let head = world.pulls().await.remove(0).head;
    let maintainer = world.local.person(&crate::world::login_of(MAINTAINER));
    maintainer
        .push_file(None, &head, "content/faq/bicycles.mdx", b"other", "better")
        .await
        .unwrap();
    world.say(MAINTAINER, issue, "/publish").await;
    world.work().await;
    assert!(world.reasons().contains(&Reason::Checking));
    assert!(!world.reasons().contains(&Reason::Approved));
    assert_eq!(world.published("content/faq/bicycles.mdx"), None);
    world.say(MAINTAINER, issue, "/publish").await;
    world.work().await;
    assert!(world.reasons().contains(&Reason::Published));
}
