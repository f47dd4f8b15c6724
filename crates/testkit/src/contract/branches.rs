//! Branches and pull requests.

use lightsout_forge::{Action, EventKind, ForgeError, IssueState, Label, PullState};

use super::{
    Work, World, branch, changes, events, is_bot, main, mira, on_pull, propose, raised, robin,
    same, to_branch, to_pull,
};

const HEAD: &str = "claude/issue-1-remote";

pub(super) async fn a_branch_is_where_it_shall_be(world: &dyn World) {
    let forge = world.forge();
    let base = main(forge).await;
    assert_eq!(forge.branch(&branch(HEAD)).await.unwrap(), None);
    let first = world.work(&base, "content/faq/a.mdx", "a").await;
    changes(forge, &to_branch(HEAD, &first)).await;
    assert_eq!(
        forge.branch(&branch(HEAD)).await.unwrap(),
        Some(first.at.clone())
    );
    // Another attempt starts from the base again: the branch moves aside, not only forward.
    let second = world.work(&base, "content/faq/a.mdx", "b").await;
    changes(forge, &to_branch(HEAD, &second)).await;
    assert_eq!(forge.branch(&branch(HEAD)).await.unwrap(), Some(second.at));
    changes(forge, &to_branch(HEAD, &first)).await;
    changes(
        forge,
        &Action::EnsureNoBranch {
            branch: branch(HEAD),
        },
    )
    .await;
    assert_eq!(forge.branch(&branch(HEAD)).await.unwrap(), None);
    assert_eq!(main(forge).await, base);
}

pub(super) async fn a_bundle_without_the_commit_is_refused(world: &dyn World) {
    let forge = world.forge();
    let base = main(forge).await;
    let work = world.work(&base, "content/faq/a.mdx", "a").await;
    let other = world.work(&base, "content/faq/b.mdx", "b").await;
    let mixed = Work {
        at: work.at,
        bundle: other.bundle,
    };
    let refused = forge.ensure(&to_branch(HEAD, &mixed)).await;
    assert!(
        matches!(refused, Err(ForgeError::Refused { .. })),
        "{refused:?}"
    );
    assert_eq!(forge.branch(&branch(HEAD)).await.unwrap(), None);
}

pub(super) async fn the_bot_opens_one_pull_request_and_raises_events(world: &dyn World) {
    let forge = world.forge();
    let issue = world.open_issue(&robin(), "One", "", &[]).await;
    let base = main(forge).await;
    let first = world.work(&base, "content/faq/a.mdx", "a").await;
    forge.ensure(&to_branch(HEAD, &first)).await.unwrap();
    events(world).await;
    changes(forge, &to_pull(HEAD, "Add a", "body")).await;
    changes(forge, &to_pull(HEAD, "Add a page", "body")).await;
    let pulls = forge.pull_requests("claude/issue-1-").await.unwrap();
    assert_eq!(pulls.len(), 1);
    let open = forge.open_pull_requests("claude/").await.unwrap();
    assert_eq!(open, pulls);
    assert_eq!(forge.open_pull_requests("fix/").await.unwrap(), []);
    assert_eq!(forge.pull_requests("claude/issue-11-").await.unwrap(), []);
    let pull = pulls[0].number;
    assert!(pull > issue, "issues and pull requests count in one row");
    assert_eq!(forge.pull_request(pull).await.unwrap(), pulls[0]);
    assert_eq!(
        (pulls[0].title.as_str(), &pulls[0].head_sha),
        ("Add a page", &first.at)
    );
    assert_eq!(
        (pulls[0].state, pulls[0].base.as_str()),
        (PullState::Open, "main")
    );
    assert!(matches!(
        forge.issue(pull).await,
        Err(ForgeError::NotFound { .. })
    ));
    assert!(
        forge
            .open_issues()
            .await
            .unwrap()
            .iter()
            .all(|issue| issue.number != pull)
    );

    let second = world.work(&first.at, "content/faq/a.mdx", "b").await;
    changes(forge, &to_branch(HEAD, &second)).await;
    assert_eq!(forge.pull_request(pull).await.unwrap().head_sha, second.at);
    let on = on_pull(HEAD);
    let label = Label::approved();
    let approve = Action::EnsureLabel {
        on: on.clone(),
        label: label.clone(),
    };
    changes(forge, &approve).await;
    // Shown by the workflow's credential: no event.
    let shown = Label::bot_generated();
    changes(forge, &Action::EnsureLabel { on, label: shown }).await;
    let comment = world.comment(&mira(), pull, "/publish").await;
    let head = second.at;
    let on_pull_request = true;
    let expected = [
        EventKind::PullOpened { pull },
        EventKind::PullSynchronized { pull, head },
        EventKind::PullLabeled { pull, label },
        EventKind::CommentCreated {
            on: pull,
            on_pull_request,
            comment,
        },
    ];
    if let Some(raised) = events(world).await {
        let by_bot = &raised[..raised.len() - 1];
        assert!(by_bot.iter().all(|event| is_bot(&event.actor)));
        let kinds: Vec<_> = raised.into_iter().map(|event| event.kind).collect();
        assert_eq!(kinds, expected);
    }
    assert_eq!(forge.issue(issue).await.unwrap().state, IssueState::Open);
}

pub(super) async fn a_pull_request_needs_commits(world: &dyn World) {
    let forge = world.forge();
    let nothing = forge.ensure(&to_pull(HEAD, "x", "")).await;
    assert!(
        matches!(nothing, Err(ForgeError::NotFound { .. })),
        "{nothing:?}"
    );
    let lost = forge
        .ensure(&Action::EnsureLabel {
            on: on_pull(HEAD),
            label: Label::bot_generated(),
        })
        .await;
    assert!(matches!(lost, Err(ForgeError::NotFound { .. })), "{lost:?}");
    let base = main(forge).await;
    let work = world.work(&base, "content/faq/a.mdx", "a").await;
    let same_as_main = Work { at: base, ..work };
    forge.ensure(&to_branch(HEAD, &same_as_main)).await.unwrap();
    let empty = forge.ensure(&to_pull(HEAD, "x", "")).await;
    assert!(
        matches!(empty, Err(ForgeError::Refused { .. })),
        "{empty:?}"
    );
}

pub(super) async fn a_closed_pull_request_makes_room_for_the_next(world: &dyn World) {
    let forge = world.forge();
    let work = world
        .work(&main(forge).await, "content/faq/a.mdx", "a")
        .await;
    let first = propose(forge, HEAD, &work, "").await;
    let head = branch(HEAD);
    events(world).await;
    changes(forge, &Action::EnsureNoPullRequest { head: head.clone() }).await;
    // Closing is the workflow's, and raises nothing.
    raised(world, &[]).await;
    assert_eq!(
        forge.pull_request(first).await.unwrap().state,
        PullState::Closed
    );
    let second = propose(forge, HEAD, &work, "").await;
    assert_ne!(first, second);
    let open = forge.open_pull_requests(HEAD).await.unwrap();
    assert_eq!(open.len(), 1, "{open:?}");
    assert_eq!(open[0].number, second);
    world.close(&mira(), second).await;
    let closed = EventKind::PullClosed {
        pull: second,
        merged: false,
    };
    raised(world, &[EventKind::PullOpened { pull: second }, closed]).await;
    same(forge, &Action::EnsureNoPullRequest { head }).await;
}

pub(super) async fn deleting_a_branch_closes_its_pull_request(world: &dyn World) {
    let forge = world.forge();
    let work = world
        .work(&main(forge).await, "content/faq/a.mdx", "a")
        .await;
    let pull = propose(forge, HEAD, &work, "").await;
    changes(
        forge,
        &Action::EnsureNoBranch {
            branch: branch(HEAD),
        },
    )
    .await;
    let pull = forge.pull_request(pull).await.unwrap();
    assert_eq!((pull.state, pull.head_sha), (PullState::Closed, work.at));
}
