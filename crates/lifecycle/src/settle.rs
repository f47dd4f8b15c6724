//! From what a run did to a plan.

use lightsout_forge::{Action, IssueState, Label, Sha, Thread};

use crate::decide::repair::{gates_failed, gates_passed, is_green};
use crate::decide::{Next, ask, check, give_up, remember};
use crate::{Facts, Plan, Reason, RunEnd, RunReport, Snapshot, State, ready_key, texts};

/// Settles a run: opens its pull request, or hands the work to a person. Never silence.
///
/// Total and deterministic, like [`decide`](crate::decide). A report of a run that is no longer the one in progress
/// is ignored, so a late or doubled report does nothing. The kill switch is not asked: what a run that was allowed to
/// start has brought is not lost when somebody turns it meanwhile.
pub fn settle(report: &RunReport, facts: &impl Facts) -> Plan {
    facts.settle(report)
}

/// Settles a run of a request.
pub(crate) fn request(report: &RunReport, snapshot: &Snapshot) -> Plan {
    let current = snapshot.record.run.as_ref();
    let Some(mark) = current.filter(|mark| mark.id == report.run) else {
        return Plan::ignore(Reason::AlreadyHandled);
    };
    if snapshot.is_merged() || snapshot.issue.state == IssueState::Closed {
        return dropped(report, snapshot);
    }
    if let Some(commit) = &mark.checks {
        return checked(report, snapshot, commit);
    }
    match &report.end {
        RunEnd::Ready {
            gates,
            head,
            bundle,
            ..
        } if gates.iter().all(is_green) => {
            let push = Action::EnsureBranch {
                branch: report.branch.clone(),
                at: head.clone(),
                bundle: bundle.clone(),
            };
            in_review(report, snapshot, head, push)
        }
        RunEnd::Ready { .. } => handed_back(report, snapshot, Reason::GatesFailed),
        RunEnd::Waiting { .. } => handed_back(report, snapshot, Reason::AgentAsks),
        RunEnd::NothingCommitted { .. } => handed_back(report, snapshot, Reason::NothingCommitted),
        RunEnd::NoSignal { .. } => handed_back(report, snapshot, Reason::AgentSilent),
        RunEnd::AgentFailed { .. } => handed_back(report, snapshot, Reason::AgentFailed),
        RunEnd::OutsideLane { .. } => handed_back(report, snapshot, Reason::OutsideLane),
        RunEnd::PictureRefused { .. } => handed_back(report, snapshot, Reason::PictureRefused),
        // No request starts such a run; whatever sent its report, the request is not left hanging.
        RunEnd::Reviewed { .. } | RunEnd::Recited { .. } => {
            handed_back(report, snapshot, Reason::AgentSilent)
        }
    }
}

/// Settles the check of a commit that somebody pushed: nothing is pushed, and what counts is said of that commit alone.
fn checked(report: &RunReport, snapshot: &Snapshot, commit: &Sha) -> Plan {
    if !check::is_head(snapshot, commit) {
        return check::outdated(snapshot);
    }
    let reason = match &report.end {
        RunEnd::Ready { gates, head, .. } if head == commit => {
            if gates.iter().all(is_green) {
                return shown(report, snapshot, commit);
            }
            Reason::GatesFailed
        }
        RunEnd::OutsideLane { .. } => Reason::OutsideLane,
        // Whatever else its report says, the gates have not seen the commit.
        _ => return handed_back(report, snapshot, Reason::GatesMissing),
    };
    let mut plan = handed_back(report, snapshot, reason);
    plan.actions.insert(0, gates_failed(commit));
    plan
}

/// The commit is in the pull request already: it is shown as ready, and can be approved from then on.
fn shown(report: &RunReport, snapshot: &Snapshot, head: &Sha) -> Plan {
    let mut actions = vec![gates_passed(head)];
    actions.extend(ready(report, snapshot, head));
    Plan::act(Reason::InReview, actions)
}

/// The pull request first, the waiting label off second, the record last: a run is in progress until all of it is done.
fn in_review(report: &RunReport, snapshot: &Snapshot, head: &Sha, push: Action) -> Plan {
    let mut actions = vec![
        push,
        gates_passed(head),
        Action::EnsurePullRequest {
            head: report.branch.clone(),
            base: report.base_branch.clone(),
            title: title(&snapshot.issue.title),
            body: texts::pull_request_body(report, &snapshot.requester.login),
        },
        Action::EnsureLabel {
            on: Thread::PullOf(report.branch.clone()),
            label: Label::bot_generated(),
        },
    ];
    actions.extend(ready(report, snapshot, head));
    Plan::act(Reason::InReview, actions)
}

/// Shows a commit as ready, once its pull request exists.
fn ready(report: &RunReport, snapshot: &Snapshot, head: &Sha) -> [Action; 3] {
    let next = Next {
        state: State::InReview,
        reason: Reason::InReview,
    };
    [
        Action::UpsertComment {
            on: Thread::PullOf(report.branch.clone()),
            key: ready_key(head),
            body: texts::ready(&snapshot.requester.login, head),
        },
        Action::EnsureNoLabel {
            on: Thread::Issue(snapshot.issue.number),
            label: Label::waiting(),
        },
        remember(snapshot, next, |record| {
            record.run = None;
            record.base = Some(report.base.clone());
            record.head = Some(head.clone());
            record.spent = report.spent;
        }),
    ]
}

fn title(issue_title: &str) -> String {
    let line = texts::one_line(issue_title, 200);
    if line.is_empty() {
        "Request".to_owned()
    } else {
        line
    }
}

fn handed_back(report: &RunReport, snapshot: &Snapshot, reason: Reason) -> Plan {
    let mut spent = snapshot.clone();
    spent.record.spent = report.spent;
    // What arrived while the agent was at work has not been read by it.
    spent.newest_answer = spent.record.last_answer;
    spent.comment = None;
    let key = format!("run-{}", report.run.0);
    ask(&spent, reason, &key, &texts::handed_back_request(report))
}

/// The request ended while the run was at work. Whoever closed it gave it up, and a pull request of an earlier run goes
/// with it: the record says that the request is cancelled, so nothing looks at it again.
fn dropped(report: &RunReport, snapshot: &Snapshot) -> Plan {
    let mut spent = snapshot.clone();
    spent.record.spent = report.spent;
    // What was said while the agent was at work is not answered by this.
    spent.comment = None;
    if !snapshot.is_merged() {
        let plan = give_up(&spent);
        return Plan::act(Reason::RequestGone, plan.actions);
    }
    let next = Next {
        state: snapshot.state(),
        reason: Reason::RequestGone,
    };
    let record = remember(&spent, next, |record| record.run = None);
    Plan::act(Reason::RequestGone, vec![record])
}
