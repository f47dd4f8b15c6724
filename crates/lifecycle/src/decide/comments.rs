//! Comments: commands and answers.

use lightsout_forge::{Action, CommentKey, IssueState, Label, Thread};

use super::steps::{Next, note, remember};
use super::{Nudge, check, intake, pulls};
use crate::trace::{applies, found};
use crate::{
    Approval, Command, CommentFacts, Intake, Plan, PullFacts, Reason, Snapshot, State,
    approval_key, texts,
};

pub(crate) fn on_comment(snapshot: &Snapshot) -> Plan {
    let Some(comment) = &snapshot.comment else {
        return Plan::ignore(Reason::NothingToDo);
    };
    if applies(Reason::ByMachine, comment.author.is_machine()) {
        return Plan::ignore(Reason::ByMachine);
    }
    if applies(
        Reason::NotARequest,
        snapshot.intake == Intake::NotARequest && snapshot.pull.is_none(),
    ) {
        return Plan::ignore(Reason::NotARequest);
    }
    match comment.command {
        Some(command)
            if applies(
                Reason::AlreadyHandled,
                comment.id <= snapshot.record.last_command,
            ) =>
        {
            handled(snapshot, comment, command)
        }
        Some(command) => on_command(snapshot, comment, command),
        None if applies(Reason::PullRequestComment, comment.on_pull_request) => {
            Plan::ignore(Reason::PullRequestComment)
        }
        None => on_answer(snapshot, comment),
    }
}

/// A command that was dealt with is not done again. What a crash left undone of it is.
fn handled(snapshot: &Snapshot, comment: &CommentFacts, command: Command) -> Plan {
    let nothing = Plan::ignore(Reason::AlreadyHandled);
    let accepted = snapshot.record.accepted_by.as_ref() == Some(&comment.author.login);
    if command == Command::Accept && accepted {
        return run_of_it(snapshot);
    }
    let plan = on_command(snapshot, comment, command);
    match (command, plan.reason) {
        // Also the check that it led to, when whoever was to hand it out was killed.
        (Command::Publish, Reason::Published | Reason::Resumed) => plan,
        (Command::Publish, Reason::Approved) => {
            pulls::left_of_approval(snapshot).unwrap_or(nothing)
        }
        (Command::Retry, Reason::Resumed) => run_of_it(snapshot),
        _ => nothing,
    }
}

/// The run that a comment led to, when whoever was to hand it out was killed.
fn run_of_it(snapshot: &Snapshot) -> Plan {
    let plan = intake::consider(snapshot, Nudge::No);
    match plan.reason {
        Reason::Resumed => plan,
        _ => Plan::ignore(Reason::AlreadyHandled),
    }
}

fn on_answer(snapshot: &Snapshot, comment: &CommentFacts) -> Plan {
    if applies(Reason::IssueClosed, is_closed(snapshot)) {
        return Plan::ignore(Reason::IssueClosed);
    }
    if applies(Reason::NotWaiting, !snapshot.is_waiting()) {
        return Plan::ignore(Reason::NotWaiting);
    }
    if applies(
        Reason::AlreadyHandled,
        comment.id <= snapshot.record.last_answer,
    ) {
        return run_of_it(snapshot);
    }
    if applies(
        Reason::MayNotAnswer,
        comment.author.login != snapshot.requester.login && !comment.author.is_member(),
    ) {
        return Plan::ignore(Reason::MayNotAnswer);
    }
    intake::consider(snapshot, Nudge::Yes)
}

fn on_command(snapshot: &Snapshot, comment: &CommentFacts, command: Command) -> Plan {
    if let Some(reason) = refusal(snapshot, comment, command) {
        return reply(snapshot, comment, command, reason);
    }
    match command {
        Command::Publish => publish(snapshot, comment),
        Command::Cancel => cancel(snapshot, comment),
        Command::Retry => retry(snapshot, comment),
        Command::Accept => accept(snapshot, comment),
        Command::Status => {
            let text = texts::status_reply(&comment.author.login, snapshot);
            answer(snapshot, comment, Reason::StatusAsked, text)
        }
    }
}

/// Why somebody may not give a command, if so.
fn refusal(snapshot: &Snapshot, comment: &CommentFacts, command: Command) -> Option<Reason> {
    let author = &comment.author;
    let is_requester = author.login == snapshot.requester.login;
    match command {
        Command::Publish if applies(Reason::PublishNeedsWrite, !author.may_write()) => {
            Some(Reason::PublishNeedsWrite)
        }
        Command::Cancel
            if applies(
                Reason::CancelNotAllowed,
                !is_requester && !author.may_write(),
            ) =>
        {
            Some(Reason::CancelNotAllowed)
        }
        Command::Retry
            if applies(
                Reason::RetryNotAllowed,
                !is_requester && !author.may_write(),
            ) =>
        {
            Some(Reason::RetryNotAllowed)
        }
        Command::Accept if applies(Reason::AcceptNeedsWrite, !author.may_write()) => {
            Some(Reason::AcceptNeedsWrite)
        }
        Command::Publish | Command::Cancel | Command::Retry | Command::Accept | Command::Status => {
            None
        }
    }
}

fn reply(snapshot: &Snapshot, comment: &CommentFacts, command: Command, reason: Reason) -> Plan {
    let text = texts::reply(&comment.author.login, command, reason);
    answer(snapshot, comment, reason, text)
}

/// Answers where the command was given, and remembers that it was.
fn answer(snapshot: &Snapshot, comment: &CommentFacts, reason: Reason, body: String) -> Plan {
    let on = match snapshot.branch() {
        Some(branch) if comment.on_pull_request => Thread::PullOf(branch.clone()),
        _ => Thread::Issue(snapshot.issue.number),
    };
    let actions = vec![
        Action::UpsertComment {
            on,
            key: CommentKey::new(&format!("reply-{}", comment.id.0)),
            body,
        },
        note(snapshot, |record| record.last_command = comment.id),
    ];
    Plan::act(reason, actions)
}

fn publish(snapshot: &Snapshot, comment: &CommentFacts) -> Plan {
    if applies(Reason::AlreadyDone, snapshot.is_merged()) {
        let left = pulls::tidy_up(snapshot);
        if !left.is_empty() {
            return left;
        }
        return reply(snapshot, comment, Command::Publish, Reason::AlreadyDone);
    }
    let Some(facts) = found(Reason::NothingToPublish, snapshot.open_pull()) else {
        return reply(
            snapshot,
            comment,
            Command::Publish,
            Reason::NothingToPublish,
        );
    };
    if applies(Reason::IssueClosed, is_closed(snapshot)) {
        return reply(snapshot, comment, Command::Publish, Reason::IssueClosed);
    }
    let shown = facts.pull.labels.contains(&Label::approved());
    if applies(
        Reason::AlreadyDone,
        facts.standing_approval().is_some() && shown && snapshot.record.state == State::Approved,
    ) {
        return reply(snapshot, comment, Command::Publish, Reason::AlreadyDone);
    }
    // Nobody approves what the gates have not passed: they run first, and the commit is shown once they have.
    if applies(Reason::Checking, !facts.gates_are_green()) {
        let plan = check::begin(snapshot, facts);
        return told(snapshot, comment, Command::Publish, plan);
    }
    let unseen = facts.shown.is_none_or(|shown| comment.id <= shown);
    if applies(Reason::PublishedUnseen, unseen) {
        return reply(snapshot, comment, Command::Publish, Reason::PublishedUnseen);
    }
    approve(snapshot, comment, facts)
}

/// Records the approval of the present head. The label that shows it comes last: it is set with the bot credential, and
/// the event it raises does the merge.
fn approve(snapshot: &Snapshot, comment: &CommentFacts, facts: &PullFacts) -> Plan {
    let approval = facts.standing_approval().cloned().unwrap_or(Approval {
        by: comment.author.login.clone(),
        permission: comment.author.permission,
        sha: facts.pull.head_sha.clone(),
        at: snapshot.now,
    });
    let on = Thread::PullOf(facts.pull.head.clone());
    let next = Next {
        state: State::Approved,
        reason: Reason::Approved,
    };
    let actions = vec![
        Action::UpsertComment {
            on: on.clone(),
            key: approval_key(),
            body: texts::approval(&approval),
        },
        remember(snapshot, next, |record| record.last_command = comment.id),
        Action::EnsureLabel {
            on,
            label: Label::approved(),
        },
    ];
    Plan::act(Reason::Approved, actions)
}

fn cancel(snapshot: &Snapshot, comment: &CommentFacts) -> Plan {
    // A closed issue may still lack the rest of it, after a crash or when its closing was never told.
    if applies(
        Reason::AlreadyDone,
        snapshot.is_merged() || snapshot.record.state == State::Cancelled && is_closed(snapshot),
    ) {
        return reply(snapshot, comment, Command::Cancel, Reason::AlreadyDone);
    }
    pulls::give_up(snapshot)
}

fn is_closed(snapshot: &Snapshot) -> bool {
    snapshot.issue.state == IssueState::Closed
}

fn retry(snapshot: &Snapshot, comment: &CommentFacts) -> Plan {
    if applies(
        Reason::AlreadyDone,
        snapshot.is_merged() || is_closed(snapshot),
    ) {
        return reply(snapshot, comment, Command::Retry, Reason::AlreadyDone);
    }
    let plan = intake::consider(snapshot, Nudge::Yes);
    told(snapshot, comment, Command::Retry, plan)
}

fn accept(snapshot: &Snapshot, comment: &CommentFacts) -> Plan {
    if applies(Reason::AlreadyDone, snapshot.is_admitted()) {
        return reply(snapshot, comment, Command::Accept, Reason::AlreadyDone);
    }
    let mut admitted = snapshot.clone();
    admitted.record.accepted_by = Some(comment.author.login.clone());
    let plan = intake::consider(&admitted, Nudge::Yes);
    told(&admitted, comment, Command::Accept, plan)
}

/// A command that leads to nothing is answered with the reason, and so is dealt with.
fn told(snapshot: &Snapshot, comment: &CommentFacts, command: Command, plan: Plan) -> Plan {
    if plan.is_empty() {
        return reply(snapshot, comment, command, plan.reason);
    }
    plan
}
