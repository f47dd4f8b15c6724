//! Requests that come in: refused, asked about, or started.

use lightsout_forge::{Action, BranchName, CommentKey, IssueState, Label, Thread};

use super::steps::{Next, ask, handled_command, remember};
use super::{Nudge, check};
use crate::trace::applies;
use crate::{Intake, Plan, Reason, Role, RunId, RunMark, RunOrder, Snapshot, State, texts};

/// How often one run is taken up again before a person is asked to look.
const MAX_TRIES: u32 = 10;

/// Decides what becomes of a request that has no finished work yet.
pub(crate) fn consider(snapshot: &Snapshot, nudge: Nudge) -> Plan {
    if applies(
        Reason::IssueClosed,
        snapshot.issue.state == IssueState::Closed,
    ) {
        return Plan::ignore(Reason::IssueClosed);
    }
    if applies(
        Reason::ByMachine,
        snapshot.requester.is_machine() && snapshot.record.accepted_by.is_none(),
    ) {
        return Plan::ignore(Reason::ByMachine);
    }
    if applies(Reason::NotARequest, snapshot.intake == Intake::NotARequest) {
        return Plan::ignore(Reason::NotARequest);
    }
    if applies(Reason::AlreadyPublished, snapshot.is_merged()) {
        return Plan::ignore(Reason::AlreadyPublished);
    }
    if snapshot.record.run.is_some() {
        return take_up(snapshot);
    }
    if applies(
        Reason::PullRequestOpen,
        nudge == Nudge::No && snapshot.open_pull().is_some(),
    ) {
        return Plan::ignore(Reason::PullRequestOpen);
    }
    if applies(
        Reason::WaitingByHand,
        nudge == Nudge::No && snapshot.is_waiting() && snapshot.record.state == State::New,
    ) {
        return waiting_by_hand(snapshot);
    }
    if applies(
        Reason::AlreadyWaiting,
        nudge == Nudge::No && (snapshot.is_waiting() || is_refused(snapshot)),
    ) {
        return Plan::ignore(Reason::AlreadyWaiting);
    }
    start_or_ask(snapshot)
}

/// Nobody was asked and still the label is there: the status comment says how it goes on.
fn waiting_by_hand(snapshot: &Snapshot) -> Plan {
    let next = Next {
        state: State::Waiting,
        reason: Reason::WaitingByHand,
    };
    Plan::act(next.reason, vec![remember(snapshot, next, |_| {})])
}

/// Whether the refusal that stands is the one that would be given again.
fn is_refused(snapshot: &Snapshot) -> bool {
    let reason = match snapshot.intake {
        Intake::SeveralTypes { .. } => Reason::SeveralTypes,
        Intake::UnknownType { .. } => Reason::UnknownType,
        Intake::NotARequest | Intake::Incomplete { .. } | Intake::Complete { .. } => return false,
    };
    snapshot.record.state == State::Refused && snapshot.record.reason == reason.code()
}

/// Refuses, asks or starts, whatever was asked before.
pub(crate) fn start_or_ask(snapshot: &Snapshot) -> Plan {
    match &snapshot.intake {
        Intake::NotARequest => Plan::ignore(Reason::NotARequest),
        Intake::SeveralTypes { labels, valid } => {
            refuse(snapshot, Reason::SeveralTypes, labels, valid)
        }
        Intake::UnknownType { labels, valid } => {
            refuse(snapshot, Reason::UnknownType, labels, valid)
        }
        _ if applies(Reason::AwaitsAcceptance, !snapshot.is_admitted()) => ask(
            snapshot,
            Reason::AwaitsAcceptance,
            "acceptance",
            "Thank you for it. Somebody who may push comments `/accept` to let the factory work on it.",
        ),
        Intake::Incomplete { questions, .. } => {
            let key = format!("ask-{}", snapshot.newest_answer.0);
            ask(snapshot, Reason::FieldsMissing, &key, questions)
        }
        Intake::Complete { kind, slug } => within_budget(snapshot, kind, slug),
    }
}

fn refuse(snapshot: &Snapshot, reason: Reason, labels: &[String], valid: &str) -> Plan {
    let next = Next {
        state: State::Refused,
        reason,
    };
    let explanation = Action::UpsertComment {
        on: Thread::Issue(snapshot.issue.number),
        key: CommentKey::new("refused"),
        body: texts::ask(
            &snapshot.requester.login,
            reason,
            &texts::refusal(labels, valid),
        ),
    };
    let record = remember(snapshot, next, |record| {
        record.run = None;
        record.last_answer = record.last_answer.max(snapshot.newest_answer);
        if let Some(command) = handled_command(snapshot) {
            record.last_command = record.last_command.max(command);
        }
    });
    Plan::act(reason, vec![explanation, record])
}

fn within_budget(snapshot: &Snapshot, kind: &Label, slug: &str) -> Plan {
    if applies(Reason::BudgetReached, snapshot.budget_refusal.is_some())
        && let Some(why) = &snapshot.budget_refusal
    {
        let key = format!("budget-{}", snapshot.record.attempt);
        return ask(snapshot, Reason::BudgetReached, &key, why);
    }
    let named = texts::factory_branch(snapshot.issue.number, slug);
    match snapshot.branch().cloned().map_or(named, Ok) {
        Ok(branch) => start(snapshot, kind, branch),
        Err(error) => ask(
            snapshot,
            Reason::FieldsMissing,
            "branch",
            &texts::fenced(&error.to_string(), 300),
        ),
    }
}

fn start(snapshot: &Snapshot, kind: &Label, branch: BranchName) -> Plan {
    let attempt = snapshot.record.attempt + 1;
    let id = RunId(format!("{}-{attempt}", snapshot.issue.number.0));
    let mark = RunMark {
        id: id.clone(),
        started_at: snapshot.now,
        tries: 1,
        checks: None,
    };
    run(snapshot, Reason::Started, kind, attempt, branch, mark)
}

/// Takes up a run that was started: leaves it alone while it lives, starts it again once it is dead.
pub(crate) fn take_up(snapshot: &Snapshot) -> Plan {
    let record = &snapshot.record;
    let (Some(mark), false) = (&record.run, snapshot.run_alive) else {
        return Plan::ignore(Reason::RunInProgress);
    };
    if applies(Reason::RunKeepsDying, mark.tries >= MAX_TRIES) {
        let key = format!("run-{}", mark.id.0);
        return ask(
            snapshot,
            Reason::RunKeepsDying,
            &key,
            "Look at the machine it ran on before you `/retry`.",
        );
    }
    if let Some(checked) = &mark.checks
        && !check::is_head(snapshot, checked)
    {
        return check::outdated(snapshot);
    }
    // A request whose labels were changed under a running agent is judged afresh. A check asks for its type alone.
    let kind = match &snapshot.intake {
        Intake::Complete { kind, .. } => Some(kind),
        other => other.kind().filter(|_| mark.checks.is_some()),
    };
    let (Some(kind), Some(branch)) = (kind, &record.branch) else {
        return start_or_ask(snapshot);
    };
    let mark = RunMark {
        tries: mark.tries + 1,
        ..mark.clone()
    };
    run(
        snapshot,
        Reason::Resumed,
        kind,
        record.attempt,
        branch.clone(),
        mark,
    )
}

pub(crate) fn run(
    snapshot: &Snapshot,
    reason: Reason,
    kind: &Label,
    attempt: u32,
    branch: BranchName,
    mark: RunMark,
) -> Plan {
    let next = Next {
        state: State::Working,
        reason,
    };
    let order = RunOrder {
        id: mark.id.clone(),
        role: match mark.checks {
            Some(_) => Role::Checker,
            None => Role::Author,
        },
        issue: snapshot.issue.number,
        kind: Some(kind.clone()),
        attempt,
        branch: branch.clone(),
        at: mark.checks.clone(),
    };
    let record = remember(snapshot, next, |record| {
        record.attempt = attempt;
        record.run = Some(mark);
        record.branch = Some(branch);
        record.last_answer = record.last_answer.max(snapshot.newest_answer);
        if let Some(command) = handled_command(snapshot) {
            record.last_command = record.last_command.max(command);
        }
    });
    Plan {
        reason,
        actions: vec![record],
        run: Some(order),
    }
}
