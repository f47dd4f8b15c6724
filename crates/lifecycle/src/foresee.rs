//! What the record alone says of an event: enough, now and then, to read nothing else.

use lightsout_forge::EventKind;

use crate::{Command, Plan, Reason, Record, State};

/// The plan to do nothing, where the record tells that nothing can follow from an event; none when more must be read.
///
/// A form that sets a label is told of twice, and so is an approval that was merged at once. What comes second finds the
/// first at work, or done.
pub fn foreseen(event: &EventKind, record: &Record, run_alive: bool) -> Option<Plan> {
    let reason = match event {
        EventKind::IssueOpened { .. } | EventKind::IssueLabeled { .. }
            if record.run.is_some() && run_alive =>
        {
            Reason::RunInProgress
        }
        EventKind::PullOpened { .. }
        | EventKind::PullSynchronized { .. }
        | EventKind::PullLabeled { .. }
        | EventKind::StatusChanged { .. }
            if record.state == State::Published =>
        {
            Reason::AlreadyPublished
        }
        _ => return None,
    };
    Some(Plan::ignore(reason))
}

/// Whether a command is answered without asking what the requester may do: it is about the pull request as it is.
pub fn asks_nothing_of_the_requester(command: Command) -> bool {
    match command {
        Command::Publish => true,
        Command::Cancel | Command::Retry | Command::Accept | Command::Status => false,
    }
}
