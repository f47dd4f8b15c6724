//! Pull requests: approvals, merges, and what becomes of a request when its pull request ends.

use lightsout_forge::{
    Action, CheckState, CloseReason, CommentKey, IssueState, Label, PullState, Thread,
};

use super::stale;
use super::steps::{Next, ask, handled_command, remember};
use crate::trace::{applies, found};
use crate::{Approval, Command, Plan, PullFacts, Reason, Snapshot, State, approval_key, texts};

/// Compares the approval with the head commit, the label and the checks, and does what is due: nothing, the merge, or
/// taking back what no longer holds.
pub(crate) fn approval_due(snapshot: &Snapshot) -> Plan {
    if snapshot.is_merged() {
        return tidy_up(snapshot);
    }
    if applies(
        Reason::IssueClosed,
        snapshot.issue.state == IssueState::Closed,
    ) {
        return Plan::ignore(Reason::IssueClosed);
    }
    let Some(facts) = found(Reason::NotOurPullRequest, snapshot.open_pull()) else {
        return Plan::ignore(Reason::NotOurPullRequest);
    };
    let labeled = facts.pull.labels.contains(&Label::approved());
    match (&facts.approval, facts.standing_approval()) {
        (_, Some(_)) if !labeled && facts.checks() != CheckState::Success => show_approval(facts),
        (_, Some(approval)) => merge_if_green(snapshot, facts, approval),
        (Some(stale), None) => void(snapshot, facts, stale),
        (None, None) if labeled => unapproved_label(facts),
        (None, None) => Plan::ignore(Reason::NothingToDo),
    }
}

/// The label of an approval that stands, when a crash has left it out; its event merges.
pub(crate) fn left_of_approval(snapshot: &Snapshot) -> Option<Plan> {
    let facts = snapshot.open_pull()?;
    facts.standing_approval()?;
    let labeled = facts.pull.labels.contains(&Label::approved());
    (!labeled).then(|| show_approval(facts))
}

/// Sets the label that a crash between the record and the label has left out, or that somebody took off.
fn show_approval(facts: &PullFacts) -> Plan {
    let label = Action::EnsureLabel {
        on: Thread::PullOf(facts.pull.head.clone()),
        label: Label::approved(),
    };
    Plan::act(Reason::Approved, vec![label])
}

fn merge_if_green(snapshot: &Snapshot, facts: &PullFacts, approval: &Approval) -> Plan {
    match facts.checks() {
        CheckState::Success => merge(snapshot, facts, approval),
        CheckState::Pending if facts.has_gates() => Plan::ignore(Reason::ChecksPending),
        // The run makes it anew.
        CheckState::Pending | CheckState::Failure | CheckState::Error
            if snapshot.record.run.is_some() =>
        {
            Plan::ignore(Reason::RunInProgress)
        }
        CheckState::Pending | CheckState::Failure | CheckState::Error if snapshot.is_waiting() => {
            Plan::ignore(Reason::AlreadyWaiting)
        }
        // Only a run's own commit has them, so waiting would be for ever.
        CheckState::Pending => ask(
            snapshot,
            Reason::GatesMissing,
            &format!("ungated-{}", facts.pull.head_sha.short()),
            "Comment `/publish` again: the gates run on it, and no agent is paid. `/retry` does the whole work again.",
        ),
        CheckState::Failure | CheckState::Error => {
            let key = format!("red-{}", facts.pull.head_sha.short());
            let red: Vec<String> = facts
                .statuses
                .iter()
                .filter(|status| matches!(status.state, CheckState::Failure | CheckState::Error))
                .map(|status| {
                    format!(
                        "- {}: {}",
                        texts::code(&status.context),
                        texts::code(&status.description)
                    )
                })
                .collect();
            ask(snapshot, Reason::ChecksRed, &key, &red.join("\n"))
        }
    }
}

fn merge(snapshot: &Snapshot, facts: &PullFacts, approval: &Approval) -> Plan {
    let pull = &facts.pull;
    let mut actions = vec![
        // Only a crash between the record and the label leaves this to do.
        Action::EnsureLabel {
            on: Thread::PullOf(pull.head.clone()),
            label: Label::approved(),
        },
        Action::Merge {
            branch: pull.head.clone(),
            head: approval.sha.clone(),
            title: format!("{} ({})", pull.title, pull.number),
            message: format!(
                "Closes {}\n\nApproved-by: {} at {}",
                snapshot.issue.number, approval.by, approval.sha
            ),
        },
    ];
    actions.extend(published(snapshot, facts));
    Plan::act(Reason::Merging, actions)
}

/// What is true once a change is merged. The waiting label goes now at the latest: the pull request exists.
fn published(snapshot: &Snapshot, facts: &PullFacts) -> Vec<Action> {
    let issue = snapshot.issue.number;
    let next = Next {
        state: State::Published,
        reason: Reason::Published,
    };
    vec![
        Action::CloseIssue {
            issue,
            reason: CloseReason::Completed,
        },
        Action::EnsureNoLabel {
            on: Thread::Issue(issue),
            label: Label::waiting(),
        },
        Action::EnsureNoBranch {
            branch: facts.pull.head.clone(),
        },
        remember(snapshot, next, |record| {
            record.run = None;
            if let Some(comment) = &snapshot.comment
                && comment.command == Some(Command::Publish)
            {
                record.last_command = record.last_command.max(comment.id);
            }
        }),
    ]
}

fn void(snapshot: &Snapshot, facts: &PullFacts, stale: &Approval) -> Plan {
    let on = Thread::PullOf(facts.pull.head.clone());
    let mut actions = vec![
        Action::UpsertComment {
            on: on.clone(),
            key: approval_key(),
            body: texts::approval_voided(stale),
        },
        Action::EnsureNoLabel {
            on,
            label: Label::approved(),
        },
    ];
    if snapshot.record.state == State::Approved {
        let next = Next {
            state: State::InReview,
            reason: Reason::ApprovalVoided,
        };
        actions.push(remember(snapshot, next, |_| {}));
    }
    Plan::act(Reason::ApprovalVoided, actions)
}

fn unapproved_label(facts: &PullFacts) -> Plan {
    let on = Thread::PullOf(facts.pull.head.clone());
    let actions = vec![
        Action::UpsertComment {
            on: on.clone(),
            key: CommentKey::new("label-without-approval"),
            body: texts::label_without_approval(),
        },
        Action::EnsureNoLabel {
            on,
            label: Label::approved(),
        },
    ];
    Plan::act(Reason::LabelWithoutApproval, actions)
}

/// Decides after the merge of `snapshot`'s pull request met a conflict: the request is handed back, unless a run is making
/// it anew already, and the approval is void, or the next sweep would try the same merge again.
pub fn merge_conflict(snapshot: &Snapshot) -> Plan {
    let Some(facts) = found(Reason::NotOurPullRequest, snapshot.pull.as_ref()) else {
        return Plan::ignore(Reason::NotOurPullRequest);
    };
    let mut plan = Plan::act(Reason::MergeConflict, Vec::new());
    if snapshot.record.run.is_none() {
        plan = ask(
            snapshot,
            Reason::MergeConflict,
            &format!("conflict-{}", facts.pull.head_sha.short()),
            "Comment `/retry`: the work is done again on top of what is there now.",
        );
    }
    let on = Thread::PullOf(facts.pull.head.clone());
    plan.actions.push(Action::UpsertComment {
        on: on.clone(),
        key: approval_key(),
        body: texts::approval_met_conflict(),
    });
    plan.actions.push(Action::EnsureNoLabel {
        on,
        label: Label::approved(),
    });
    plan
}

pub(crate) fn pull_closed(snapshot: &Snapshot) -> Plan {
    let Some(facts) = found(Reason::NotOurPullRequest, snapshot.pull.as_ref()) else {
        return Plan::ignore(Reason::NotOurPullRequest);
    };
    match facts.pull.state {
        PullState::Merged => Plan::act(Reason::Published, published(snapshot, facts)),
        PullState::Open => Plan::ignore(Reason::PullRequestOpen),
        PullState::Closed => hand_back(snapshot),
    }
}

fn hand_back(snapshot: &Snapshot) -> Plan {
    if applies(
        Reason::IssueClosed,
        snapshot.issue.state == IssueState::Closed,
    ) {
        return Plan::ignore(Reason::IssueClosed);
    }
    if applies(Reason::RunInProgress, snapshot.record.run.is_some()) {
        return Plan::ignore(Reason::RunInProgress);
    }
    if applies(Reason::AlreadyWaiting, snapshot.is_waiting()) {
        return Plan::ignore(Reason::AlreadyWaiting);
    }
    let key = format!("closed-{}", snapshot.record.attempt);
    ask(
        snapshot,
        Reason::PullRequestClosed,
        &key,
        "Say in a comment what should be different, or comment `/cancel`.",
    )
}

/// A person closed the issue: that gives the request up.
pub(crate) fn issue_closed(snapshot: &Snapshot) -> Plan {
    if snapshot.is_merged() {
        return tidy_up(snapshot);
    }
    if applies(
        Reason::NothingToDo,
        snapshot.issue.state == IssueState::Open,
    ) {
        return Plan::ignore(Reason::NothingToDo);
    }
    if snapshot.record.state == State::Cancelled {
        return Plan::ignore(Reason::IssueClosed);
    }
    let known = snapshot.record.attempt > 0 || snapshot.pull.is_some() || snapshot.is_waiting();
    if applies(Reason::IssueClosed, !known) {
        return Plan::ignore(Reason::IssueClosed);
    }
    give_up(snapshot)
}

/// Gives the request up: its pull request goes, its issue is closed. The waiting label stays on a closed issue, since
/// it is only ever taken off once a pull request exists.
pub(crate) fn give_up(snapshot: &Snapshot) -> Plan {
    let mut actions = Vec::new();
    if let Some(branch) = snapshot.branch() {
        actions.push(Action::EnsureNoPullRequest {
            head: branch.clone(),
        });
        actions.push(Action::EnsureNoBranch {
            branch: branch.clone(),
        });
    }
    let next = Next {
        state: State::Cancelled,
        reason: Reason::Cancelled,
    };
    actions.push(Action::CloseIssue {
        issue: snapshot.issue.number,
        reason: CloseReason::NotPlanned,
    });
    actions.push(remember(snapshot, next, |record| {
        record.run = None;
        if let Some(command) = handled_command(snapshot) {
            record.last_command = record.last_command.max(command);
        }
    }));
    Plan::act(Reason::Cancelled, actions)
}

/// Finishes what a crash or a lost delivery has left of a request that has, or had, a pull request.
pub(crate) fn tidy_up(snapshot: &Snapshot) -> Plan {
    let Some(facts) = found(Reason::IssueClosed, snapshot.pull.as_ref()) else {
        return Plan::ignore(Reason::IssueClosed);
    };
    match facts.pull.state {
        PullState::Merged
            if applies(
                Reason::AlreadyPublished,
                snapshot.record.state == State::Published,
            ) =>
        {
            Plan::ignore(Reason::AlreadyPublished)
        }
        PullState::Merged => Plan::act(Reason::Published, published(snapshot, facts)),
        _ if snapshot.issue.state == IssueState::Closed => {
            if snapshot.record.state == State::Cancelled {
                Plan::ignore(Reason::IssueClosed)
            } else {
                give_up(snapshot)
            }
        }
        PullState::Closed => hand_back(snapshot),
        PullState::Open => {
            let due = approval_due(snapshot);
            match stale::close(snapshot, facts) {
                Some(plan) if due.is_empty() => plan,
                _ => due,
            }
        }
    }
}
