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

/// The comment that an event speaks of; for a sweep, the oldest one that nobody has dealt with.
pub fn spoken_of(
    event: &EventKind,
    thread: &[CommentFacts],
    record: &Record,
    requester: &Login,
) -> Option<CommentFacts> {
    let said = match event {
        EventKind::CommentCreated { comment, .. } => thread.iter().find(|said| said.id == *comment),
        EventKind::Sweep { .. }
        | EventKind::Tick {
            chore: Chore::Stale,
        }
        | EventKind::Dispatch {
            chore: Chore::Stale,
        } => thread
            .iter()
            .filter(|said| said.is_open(record, requester))
            .min_by_key(|said| said.id),
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
        assert_eq!(oldest(0, 0), Some(1));
        assert_eq!(oldest(1, 0), Some(2));
        assert_eq!(oldest(1, 2), Some(3));
        assert_eq!(oldest(3, 2), None);
        let opened = EventKind::IssueOpened { issue: Number(7) };
        assert_eq!(spoken_of(&opened, &thread, &Record::default(), &mira), None);
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
