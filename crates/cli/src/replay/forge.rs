//! Whether an end state still holds on a forge.

use std::collections::BTreeSet;

use lightsout_forge::{
    Action, Forge, ForgeError, IssueState, Label, PullRequest, PullState, Thread,
};

/// Says what is there instead, when an end state does not hold.
pub(super) async fn differs(
    forge: &dyn Forge,
    action: &Action,
) -> Result<Option<String>, ForgeError> {
    let holds = |holds: bool, found: &str| Ok((!holds).then(|| found.to_owned()));
    match action {
        Action::EnsureLabel { on, label } => {
            let there = labels(forge, on).await?.contains(label);
            holds(there, "the label is not there")
        }
        Action::EnsureNoLabel { on, label } => {
            let there = labels(forge, on).await?.contains(label);
            holds(!there, "the label is there")
        }
        Action::UpsertComment { on, key, body } => {
            let on = match on {
                Thread::Issue(number) => Some(*number),
                Thread::PullOf(head) => newest(forge, head.as_str()).await?.map(|pull| pull.number),
            };
            let Some(on) = on else {
                return holds(false, "the pull request is not there");
            };
            let comments = forge.comments(on).await?;
            let Some(found) = comments.iter().find(|one| key.marks(&one.body)) else {
                return holds(false, "the comment is not there");
            };
            let text = found.body.split_once('\n').map_or("", |(_, text)| text);
            holds(text == body, "the comment says something else")
        }
        Action::EnsureBranch { branch, at, .. } => match forge.branch(branch).await? {
            Some(found) if found == *at => Ok(None),
            Some(found) => Ok(Some(format!("the branch is at {found}"))),
            None => holds(false, "the branch is not there"),
        },
        Action::EnsureNoBranch { branch } => {
            let there = forge.branch(branch).await?.is_some();
            holds(!there, "the branch is there")
        }
        Action::EnsurePullRequest { head, .. } => {
            let pull = newest(forge, head.as_str()).await?;
            let open = pull.is_some_and(|pull| pull.state == PullState::Open);
            holds(open, "no pull request of it is open")
        }
        Action::EnsureNoPullRequest { head } => {
            let pulls = forge.pull_requests(head.as_str()).await?;
            let open = |pull: &PullRequest| pull.head == *head && pull.state == PullState::Open;
            holds(!pulls.iter().any(open), "a pull request of it is open")
        }
        Action::EnsureStatus {
            sha,
            context,
            state,
            ..
        } => {
            let statuses = forge.statuses(sha).await?;
            let there = statuses
                .iter()
                .any(|one| one.context == *context && one.state == *state);
            holds(there, "the commit has no such status")
        }
        Action::Merge { branch, .. } => {
            let pull = newest(forge, branch.as_str()).await?;
            let merged = pull.is_some_and(|pull| pull.state == PullState::Merged);
            holds(merged, "it is not merged")
        }
        Action::CloseIssue { issue, .. } => {
            let closed = forge.issue(*issue).await?.state == IssueState::Closed;
            holds(closed, "the issue is open")
        }
        Action::EnsureIssue { key, state, .. } => {
            let found = forge.keyed_issue(key).await?;
            let there = found.is_some_and(|issue| issue.state == *state);
            holds(there, "no such issue is in that state")
        }
    }
}

async fn labels(forge: &dyn Forge, on: &Thread) -> Result<BTreeSet<Label>, ForgeError> {
    Ok(match on {
        Thread::Issue(number) => forge.issue(*number).await?.labels,
        Thread::PullOf(head) => newest(forge, head.as_str())
            .await?
            .map(|pull| pull.labels)
            .unwrap_or_default(),
    })
}

/// The newest pull request of exactly this branch.
async fn newest(forge: &dyn Forge, head: &str) -> Result<Option<PullRequest>, ForgeError> {
    let pulls = forge.pull_requests(head).await?;
    Ok(pulls
        .into_iter()
        .filter(|pull| pull.head.as_str() == head)
        .max_by_key(|pull| pull.number))
}
