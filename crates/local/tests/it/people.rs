use lightsout_forge::{EventKind, Forge, Inbox, Label, Permission};
use lightsout_local::LocalError;
use lightsout_testkit::contract::World;

use crate::{branch, fixture, login};

#[tokio::test]
async fn an_act_with_a_key_is_done_once() {
    let fixture = fixture().await;
    let local = &fixture.local;
    let (mira, robin) = (local.person(&login("mira")), local.person(&login("robin")));
    let issue = mira
        .open_issue(Some("demo-1"), "One", "", &[])
        .await
        .unwrap();
    assert_eq!(
        mira.open_issue(Some("demo-1"), "One", "", &[])
            .await
            .unwrap(),
        issue
    );
    let comment = mira.comment(Some("demo-2"), issue, "hello").await.unwrap();
    assert_eq!(
        mira.comment(Some("demo-2"), issue, "hello").await.unwrap(),
        comment
    );
    let pushed = mira
        .push_file(Some("demo-3"), &branch("feature"), "a.txt", b"a", "a")
        .await
        .unwrap();
    let again = mira
        .push_file(Some("demo-3"), &branch("feature"), "a.txt", b"a", "a")
        .await
        .unwrap();
    assert_eq!(pushed, again);
    mira.close(Some("demo-4"), issue).await.unwrap();
    robin.comment(None, issue, "why?").await.unwrap();
    mira.reopen(Some("demo-5"), issue).await.unwrap();
    mira.close(Some("demo-4"), issue).await.unwrap();
    assert_eq!(
        local.open_issues().await.unwrap().len(),
        1,
        "an old act is not done again"
    );
    let stolen = robin.comment(Some("demo-2"), issue, "x").await;
    assert!(
        matches!(stolen, Err(LocalError::KeyTaken { .. })),
        "{stolen:?}"
    );
    assert_eq!(local.comments(issue).await.unwrap().len(), 2);
}

#[tokio::test]
async fn what_needs_permission_needs_it() {
    let fixture = fixture().await;
    let local = &fixture.local;
    let robin = local.person(&login("robin"));
    let issue = local
        .person(&login("mira"))
        .open_issue(None, "One", "", &[])
        .await
        .unwrap();
    let before = local.activity().await.unwrap();
    let forbidden = |answer: Result<(), LocalError>| {
        assert!(
            matches!(answer, Err(LocalError::Forbidden { .. })),
            "{answer:?}"
        );
    };
    forbidden(robin.add_label(None, issue, &Label::approved()).await);
    forbidden(robin.remove_label(None, issue, &Label::approved()).await);
    forbidden(robin.close(None, issue).await);
    forbidden(
        robin
            .push_file(None, &branch("main"), "a", b"", "x")
            .await
            .map(|_| ()),
    );
    assert_eq!(local.activity().await.unwrap(), before);
    local
        .set_permission(&login("robin"), Permission::Write)
        .await
        .unwrap();
    robin.close(None, issue).await.unwrap();
}

#[tokio::test]
async fn what_github_would_refuse_is_refused() {
    let fixture = fixture().await;
    let local = &fixture.local;
    let mira = local.person(&login("mira"));
    let size = |answer: Result<(), LocalError>| {
        assert!(matches!(answer, Err(LocalError::Size { .. })), "{answer:?}");
    };
    size(mira.open_issue(None, " ", "", &[]).await.map(|_| ()));
    size(
        mira.open_issue(None, "x", &"ä".repeat(65_537), &[])
            .await
            .map(|_| ()),
    );
    let issue = mira
        .open_issue(None, "x", &"ä".repeat(65_536), &[])
        .await
        .unwrap();
    size(mira.comment(None, issue, "\n").await.map(|_| ()));
    size(
        mira.attach("x.jpg", &vec![0; (25 << 20) + 1])
            .await
            .map(|_| ()),
    );
    for n in 0..100 {
        mira.add_label(None, issue, &Label::new(&format!("label-{n}")).unwrap())
            .await
            .unwrap();
    }
    mira.add_label(None, issue, &Label::new("label-7").unwrap())
        .await
        .unwrap();
    size(
        mira.add_label(None, issue, &Label::new("label-100").unwrap())
            .await,
    );
    assert_eq!(local.issues().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_push_made_with_git_itself_is_noticed() {
    let fixture = fixture().await;
    let local = &fixture.local;
    let mira = local.person(&login("mira"));
    let main = local.branch(&branch("main")).await.unwrap().unwrap();
    let work = fixture.work(&main, "a.txt", "a").await;
    local
        .ensure(&lightsout_forge::Action::EnsureBranch {
            branch: branch("claude/x"),
            at: work.at.clone(),
            bundle: work.bundle,
        })
        .await
        .unwrap();
    local
        .ensure(&lightsout_forge::Action::EnsurePullRequest {
            head: branch("claude/x"),
            base: branch("main"),
            title: "x".to_owned(),
            body: String::new(),
        })
        .await
        .unwrap();
    let other = mira
        .push_file(None, &branch("feature"), "b.txt", b"b", "b")
        .await
        .unwrap();
    while let Some(event) = local.next().await.unwrap() {
        local.done(&event.id).await.unwrap();
    }
    let name = "refs/heads/claude/x";
    local
        .repo()
        .update_ref(name, other.as_str(), Some(work.at.as_str()))
        .unwrap();
    let event = local.next().await.unwrap().unwrap();
    assert!(matches!(event.kind, EventKind::PullSynchronized { head, .. } if head == other));
    assert_eq!(event.actor.login, login("git"));
}

#[tokio::test]
async fn the_log_tells_what_raised_an_event_and_what_did_not() {
    let fixture = fixture().await;
    let local = &fixture.local;
    let issue = local
        .person(&login("mira"))
        .open_issue(None, "One", "", &[])
        .await
        .unwrap();
    let on = lightsout_forge::Thread::Issue(issue);
    let label = Label::waiting();
    let waits = lightsout_forge::Action::EnsureLabel {
        on: on.clone(),
        label: label.clone(),
    };
    local.ensure(&waits).await.unwrap();
    local.ensure(&waits).await.unwrap();
    local
        .ensure(&lightsout_forge::Action::EnsureNoLabel { on, label })
        .await
        .unwrap();
    let lines: Vec<String> = local
        .activity()
        .await
        .unwrap()
        .into_iter()
        .map(|line| {
            format!(
                "{} {} {} {}",
                line.actor.login, line.what, line.detail, line.raised
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            "mira issue_opened One true",
            "github-actions[bot] issue_labeled cms-bot-waiting false",
            "github-actions[bot] issue_unlabeled cms-bot-waiting false",
        ]
    );
}
