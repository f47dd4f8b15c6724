//! What a thread comes to: which comments answer for the request, which one is spoken of, which pull request counts.

use lightsout_forge::{Chore, CommentId, EventKind, Login, PullRequest, PullState};

use crate::{CommentFacts, Record};

impl CommentFacts {
    /// Whether this answers for the request of `requester`: no command, on the issue, by somebody who may.
    pub fn is_answer(&self, requester: &Login) -> bool {
        let may = self.author.login == *requester || self.author.is_member();
        may && !self.author.is_machine() && self.command.is_none() && !self.on_pull_request
    }

    /// Whether a person wrote it and nobody has dealt with it.
    fn is_open(&self, record: &Record, requester: &Login) -> bool {
        match self.command {
            Some(_) => !self.author.is_machine() && self.id > record.last_command,
            None => self.is_answer(requester) && self.id > record.last_answer,
        }
    }
}

/// The newest answer of a thread; 0 when there is none.
pub fn newest_answer(thread: &[CommentFacts], requester: &Login) -> CommentId {
    let answers = thread.iter().filter(|said| said.is_answer(requester));
    answers.map(|said| said.id).max().unwrap_or_default()
}

/// The comment that an event speaks of; for a sweep, the oldest command that nobody has dealt with, or else the
/// oldest such answer.
///
/// Commands are dealt with in the order in which they were given, whatever the order in which they are heard of: the
/// record holds the newest one that was dealt with, so a command that is passed by would never be answered.
pub fn spoken_of(
    event: &EventKind,
    thread: &[CommentFacts],
    record: &Record,
    requester: &Login,
) -> Option<CommentFacts> {
    let open = |said: &&CommentFacts| said.is_open(record, requester);
    let said = match event {
        EventKind::CommentCreated { comment, .. } => {
            let named = thread.iter().find(|said| said.id == *comment)?;
            let commands = thread.iter().filter(|said| said.command.is_some());
            let oldest = commands.filter(open).min_by_key(|said| said.id);
            named.command.and(oldest).or(Some(named))
        }
        EventKind::Sweep { .. }
        | EventKind::Tick {
            chore: Chore::Stale,
        }
        | EventKind::Dispatch {
            chore: Chore::Stale,
        } => {
            // A command before an answer: while the request does not wait, an answer stays open and stands in nobody's way.
            let open = thread.iter().filter(open);
            open.min_by_key(|said| (said.command.is_none(), said.id))
        }
        _ => None,
    };
    said.cloned()
}

/// The pull request that counts among the factory's own of one request, given the oldest first: an open one before any
/// other, the newest otherwise.
pub fn newest_pull(mut pulls: Vec<PullRequest>) -> Option<PullRequest> {
    let open = pulls.iter().rposition(|pull| pull.state == PullState::Open);
    let newest = open.or(pulls.len().checked_sub(1))?;
    Some(pulls.swap_remove(newest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Command;
    use crate::decide::tests::{approved, person};
    use lightsout_forge::{Number, Permission};

    fn said(id: u64, by: &str, permission: Permission, command: Option<Command>) -> CommentFacts {
        CommentFacts {
            id: CommentId(id),
            author: person(by, permission),
            command,
            on_pull_request: false,
        }
    }

    #[test]
    fn who_answers_and_who_does_not() {
        let mira = Login::new("mira").unwrap();
        let mut bot = said(5, "mira", Permission::Read, None);
        bot.author.own = true;
        let mut elsewhere = said(6, "mira", Permission::Read, None);
        elsewhere.on_pull_request = true;
        let thread = [
            said(1, "mira", Permission::None, None),
            said(2, "bo", Permission::Read, None),
            said(3, "stranger", Permission::None, None),
            said(4, "mira", Permission::Read, Some(Command::Retry)),
            bot,
            elsewhere,
        ];
        let answers: Vec<u64> = thread
            .iter()
            .filter(|said| said.is_answer(&mira))
            .map(|said| said.id.0)
            .collect();
        assert_eq!(answers, [1, 2]);
        assert_eq!(newest_answer(&thread, &mira), CommentId(2));
        assert_eq!(newest_answer(&[], &mira), CommentId(0));
    }

    #[test]
    fn a_sweep_speaks_of_the_oldest_that_is_open() {
        let mira = Login::new("mira").unwrap();
        let thread = [
            said(1, "mira", Permission::Read, None),
            said(2, "mira", Permission::Read, Some(Command::Retry)),
            said(3, "mira", Permission::Read, None),
        ];
        let sweep = EventKind::Sweep { issue: Number(7) };
        let oldest = |answer: u64, command: u64| {
            let record = Record {
                last_answer: CommentId(answer),
                last_command: CommentId(command),
                ..Record::default()
            };
            spoken_of(&sweep, &thread, &record, &mira).map(|said| said.id.0)
        };
        assert_eq!(oldest(0, 0), Some(2), "a command before an older answer");
        assert_eq!(oldest(0, 2), Some(1));
        assert_eq!(oldest(1, 2), Some(3));
        assert_eq!(oldest(3, 2), None);
        let opened = EventKind::IssueOpened { issue: Number(7) };
        assert_eq!(spoken_of(&opened, &thread, &Record::default(), &mira), None);
    }

    #[test]
    fn a_command_that_was_heard_of_too_early_waits_for_the_older_one() {
        let mira = Login::new("mira").unwrap();
        let thread = [
            said(1, "mira", Permission::Read, Some(Command::Cancel)),
            said(2, "mira", Permission::Read, None),
            said(3, "mira", Permission::Read, Some(Command::Status)),
        ];
        let heard = |comment: u64, last_command: u64| {
            let kind = EventKind::CommentCreated {
                on: Number(7),
                on_pull_request: false,
                comment: CommentId(comment),
            };
            let record = Record {
                last_command: CommentId(last_command),
                ..Record::default()
            };
            spoken_of(&kind, &thread, &record, &mira).map(|said| said.id.0)
        };
        assert_eq!(heard(3, 0), Some(1));
        assert_eq!(heard(1, 1), Some(3));
        assert_eq!(
            heard(3, 3),
            Some(3),
            "one that was dealt with is still named"
        );
        assert_eq!(heard(2, 0), Some(2));
        assert_eq!(heard(4, 0), None);
    }

    #[test]
    fn an_open_pull_request_counts_before_a_newer_one() {
        let pull = approved('b').pull.unwrap().pull;
        let of = |number: u64, state| PullRequest {
            number: Number(number),
            state,
            ..pull.clone()
        };
        let newest = |pulls: Vec<PullRequest>| newest_pull(pulls).map(|pull| pull.number.0);
        assert_eq!(newest(vec![]), None);
        let pulls = vec![of(1, PullState::Open), of(2, PullState::Closed)];
        assert_eq!(newest(pulls), Some(1));
        let pulls = vec![of(1, PullState::Closed), of(2, PullState::Merged)];
        assert_eq!(newest(pulls), Some(2));
    }
}
