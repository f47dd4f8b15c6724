//! Merging.

use lightsout_forge::{
    Action, CheckState, EventKind, Forge, ForgeError, IssueState, PullState, Sha,
};

use super::{World, branch, changes, events, main, propose, raised, robin, to_branch};

const HEAD: &str = "claude/issue-1-remote";

fn merge(name: &str, head: &Sha) -> Action {
    Action::Merge {
        branch: branch(name),
        head: head.clone(),
        title: "Add a page".to_owned(),
        message: "Asked for in the issue.".to_owned(),
    }
}

fn status(sha: &Sha, context: &str, state: CheckState) -> Action {
    Action::EnsureStatus {
        sha: sha.clone(),
        context: context.to_owned(),
        state,
        description: "3 gates".to_owned(),
    }
}

fn green(sha: &Sha) -> Action {
    status(sha, "lightsout/gates", CheckState::Success)
}

async fn is_refused(forge: &dyn Forge, action: &Action) {
    let answer = forge.ensure(action).await;
    assert!(
        matches!(answer, Err(ForgeError::Refused { .. })),
        "{action:?}: {answer:?}"
    );
}

pub(super) async fn a_green_pull_request_is_merged_once(world: &dyn World) {
    let forge = world.forge();
    let base = main(forge).await;
    let first = world.work(&base, "content/faq/a.mdx", "a").await;
    forge.ensure(&to_branch(HEAD, &first)).await.unwrap();
    let work = world.work(&first.at, "content/faq/b.mdx", "b").await;
    let pull = propose(forge, HEAD, &work, "").await;
    changes(forge, &green(&work.at)).await;
    events(world).await;
    changes(forge, &merge(HEAD, &work.at)).await;
    let merged = EventKind::PullClosed { pull, merged: true };
    raised(world, &[merged]).await;
    let read = forge.pull_request(pull).await.unwrap();
    let after = main(forge).await;
    assert_ne!(after, base);
    assert_eq!(
        (read.state, read.merge_sha),
        (PullState::Merged, Some(after.clone()))
    );
    // The branch stays until it is said to go, and the pull request stays merged then.
    assert_eq!(
        forge.branch(&branch(HEAD)).await.unwrap(),
        Some(work.at.clone())
    );
    changes(
        forge,
        &Action::EnsureNoBranch {
            branch: branch(HEAD),
        },
    )
    .await;
    assert_eq!(
        forge.ensure(&merge(HEAD, &work.at)).await.unwrap(),
        super::Ensured::NotNeeded
    );
    assert_eq!(
        forge.pull_request(pull).await.unwrap().state,
        PullState::Merged
    );
    assert_eq!(main(forge).await, after);
    raised(world, &[]).await;
}

pub(super) async fn only_the_approved_head_is_merged(world: &dyn World) {
    let forge = world.forge();
    let base = main(forge).await;
    let first = world.work(&base, "content/faq/a.mdx", "a").await;
    propose(forge, HEAD, &first, "").await;
    forge.ensure(&green(&first.at)).await.unwrap();
    let second = world.work(&first.at, "content/faq/a.mdx", "evil").await;
    forge.ensure(&to_branch(HEAD, &second)).await.unwrap();
    forge.ensure(&green(&second.at)).await.unwrap();
    let stale = forge.ensure(&merge(HEAD, &first.at)).await;
    assert!(matches!(stale, Err(ForgeError::Stale { .. })), "{stale:?}");
    let none = forge.ensure(&merge("claude/none", &first.at)).await;
    assert!(matches!(none, Err(ForgeError::NotFound { .. })), "{none:?}");
    assert_eq!(main(forge).await, base);
}

pub(super) async fn only_green_is_merged(world: &dyn World) {
    let forge = world.forge();
    let base = main(forge).await;
    let work = world.work(&base, "content/faq/a.mdx", "a").await;
    propose(forge, HEAD, &work, "").await;
    let merge = merge(HEAD, &work.at);
    is_refused(forge, &merge).await;
    let set = |context, state| status(&work.at, context, state);
    changes(forge, &set("ci/build", CheckState::Success)).await;
    is_refused(forge, &merge).await;
    for state in [CheckState::Pending, CheckState::Failure, CheckState::Error] {
        changes(forge, &set("lightsout/gates", state)).await;
        is_refused(forge, &merge).await;
    }
    changes(forge, &set("lightsout/gates", CheckState::Success)).await;
    changes(forge, &set("ci/build", CheckState::Failure)).await;
    is_refused(forge, &merge).await;
    changes(forge, &set("ci/build", CheckState::Success)).await;
    let states = forge.statuses(&work.at).await.unwrap();
    assert_eq!(
        states.len(),
        2,
        "only the newest of each context: {states:?}"
    );
    assert_eq!(main(forge).await, base);
    forge
        .ensure(&Action::EnsureNoPullRequest { head: branch(HEAD) })
        .await
        .unwrap();
    is_refused(forge, &merge).await;
    propose(forge, HEAD, &work, "").await;
    changes(forge, &merge).await;
}

pub(super) async fn a_conflict_is_said_and_changes_nothing(world: &dyn World) {
    let forge = world.forge();
    let base = main(forge).await;
    let ours = world.work(&base, "content/faq/a.mdx", "ours").await;
    let theirs = world.work(&base, "content/faq/a.mdx", "theirs").await;
    let beside = world.work(&base, "content/faq/b.mdx", "beside").await;
    let works = [
        ("claude/ours", &ours),
        ("claude/theirs", &theirs),
        ("claude/beside", &beside),
    ];
    for (name, work) in works {
        propose(forge, name, work, "").await;
        forge.ensure(&green(&work.at)).await.unwrap();
    }
    changes(forge, &merge("claude/ours", &ours.at)).await;
    let after = main(forge).await;
    let conflict = forge.ensure(&merge("claude/theirs", &theirs.at)).await;
    match conflict {
        Err(ForgeError::Conflict { branch: found }) => assert_eq!(found, branch("claude/theirs")),
        other => panic!("{other:?}"),
    }
    assert_eq!(main(forge).await, after);
    changes(forge, &merge("claude/beside", &beside.at)).await;
    assert_ne!(main(forge).await, after);
}

pub(super) async fn merging_closes_what_the_text_says(world: &dyn World) {
    let forge = world.forge();
    let closed = world.open_issue(&robin(), "One", "", &[]).await;
    let open = world.open_issue(&robin(), "Two", "", &[]).await;
    let work = world
        .work(&main(forge).await, "content/faq/a.mdx", "a")
        .await;
    let body = format!("Closes {closed}.\n\n> closes {open}");
    propose(forge, HEAD, &work, &body).await;
    forge.ensure(&green(&work.at)).await.unwrap();
    forge.ensure(&merge(HEAD, &work.at)).await.unwrap();
    assert_eq!(forge.issue(closed).await.unwrap().state, IssueState::Closed);
    assert_eq!(forge.issue(open).await.unwrap().state, IssueState::Open);
}
