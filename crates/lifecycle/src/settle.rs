//! From what a run did to a plan.

use lightsout_forge::{Action, IssueState, Label, Sha, Thread};

use crate::decide::repair::{gates_passed, is_green};
use crate::decide::{Next, ask, give_up, remember};
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
    let current = snapshot.record.run.as_ref().map(|mark| &mark.id);
    if current != Some(&report.run) {
        return Plan::ignore(Reason::AlreadyHandled);
    }
    if snapshot.is_merged() || snapshot.issue.state == IssueState::Closed {
        return dropped(report, snapshot);
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

/// The pull request first, the waiting label off second, the record last: a run is in progress until all of it is done.
fn in_review(report: &RunReport, snapshot: &Snapshot, head: &Sha, push: Action) -> Plan {
    let issue = snapshot.issue.number;
    let next = Next {
        state: State::InReview,
        reason: Reason::InReview,
    };
    let actions = vec![
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
        Action::UpsertComment {
            on: Thread::PullOf(report.branch.clone()),
            key: ready_key(head),
            body: texts::ready(&snapshot.requester.login, head),
        },
        Action::EnsureNoLabel {
            on: Thread::Issue(issue),
            label: Label::waiting(),
        },
        remember(snapshot, next, |record| {
            record.run = None;
            record.base = Some(report.base.clone());
            record.head = Some(head.clone());
            record.spent = report.spent;
        }),
    ];
    Plan::act(Reason::InReview, actions)
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
