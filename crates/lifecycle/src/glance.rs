//! Seeing from afar that a request needs no closer look.
//!
//! A sweep that reads every open request whole costs a handful of calls for each. A list of the issues, of the open pull
//! requests and of what was said of late costs a handful for all of them, and shows of most that nothing is to be done.

use chrono::{DateTime, TimeDelta, Utc};
use lightsout_forge::{Comment, Issue, IssueState, Label, Login, Number, PullRequest};

use crate::{Approval, Command, Record, State, status_key};

/// How long a pull request may lie untouched.
pub(crate) const UNTOUCHED: TimeDelta = TimeDelta::days(7);

/// What lists of the whole repository show of one request.
#[derive(Debug, Clone)]
pub struct Glance<'a> {
    /// The time.
    pub now: DateTime<Utc>,
    /// The issue.
    pub issue: &'a Issue,
    /// What the factory remembers, if that was seen.
    pub record: Option<Record>,
    /// Whether something was said that the record does not show as dealt with.
    pub unheard: bool,
    /// The factory's open pull requests for it.
    pub pulls: Vec<&'a PullRequest>,
    /// Whether an approval was seen.
    pub approved: bool,
}

impl<'a> Glance<'a> {
    /// Looks at an issue, the factory's open pull requests for it, and what was said on either since `since`.
    ///
    /// Of an issue that nobody has touched since then, nothing can have been missed; of any other the record must be among
    /// what was said.
    pub fn of(
        now: DateTime<Utc>,
        since: DateTime<Utc>,
        issue: &'a Issue,
        pulls: Vec<&'a PullRequest>,
        said: &[&Comment],
        is_own: impl Fn(&Login) -> bool,
    ) -> Self {
        let own = |comment: &&&Comment| is_own(&comment.author.login);
        let mine: Vec<Comment> = said.iter().filter(own).copied().cloned().collect();
        let key = status_key();
        let shown = mine.iter().any(|comment| key.marks(&comment.body));
        let record = if shown {
            Some(Record::find(&mine, &is_own))
        } else if issue.updated_at < since {
            Some(Record {
                state: State::Waiting,
                ..Record::default()
            })
        } else {
            None
        };
        let others = said.iter().filter(|comment| !is_own(&comment.author.login));
        let unheard = |comment: &&Comment| match (&record, Command::find(&comment.body)) {
            (None, _) => true,
            (Some(record), Some(_)) => comment.id > record.last_command,
            (Some(record), None) => comment.id > record.last_answer,
        };
        Self {
            now,
            unheard: others.copied().any(|comment| unheard(&comment)),
            approved: Approval::find(&mine, &is_own).is_some(),
            issue,
            record,
            pulls,
        }
    }

    /// Whether a sweep would do nothing. What is not sure needs a closer look.
    ///
    /// One that was merged by hand while it waited is not told apart from one that waits: it is closed when somebody
    /// says anything, unless the forge has closed it already.
    pub fn is_at_rest(&self) -> bool {
        let Some(record) = &self.record else {
            return false;
        };
        if self.unheard || record.run.is_some() || self.issue.state != IssueState::Open {
            return false;
        }
        match self.pulls.as_slice() {
            [] => {
                let waiting = self.issue.labels.contains(&Label::waiting());
                waiting && record.state == State::Waiting
            }
            [pull] => {
                let labeled = pull.labels.contains(&Label::approved());
                let untouched = self.now.signed_duration_since(pull.updated_at);
                !self.approved && !labeled && untouched < UNTOUCHED
            }
            _ => false,
        }
    }
}

/// The requests whose record, among what was said, shows a pull request on its way, although they may be closed: whoever
/// merged or closed one may have been killed before it was written down.
pub fn on_their_way(said: &[Comment], is_own: impl Fn(&Login) -> bool) -> Vec<Number> {
    let key = status_key();
    let on_its_way = |comment: &&Comment| {
        is_own(&comment.author.login)
            && key.marks(&comment.body)
            && matches!(
                Record::find(std::slice::from_ref(*comment), &is_own).state,
                State::InReview | State::Approved
            )
    };
    said.iter()
        .filter(on_its_way)
        .map(|comment| comment.on)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::tests::{approved, comment, in_review, world};
    use crate::{block, texts};
    use lightsout_forge::{Account, AccountKind, CommentId};

    fn own(login: &Login) -> bool {
        login.as_str() == "lightsout[bot]"
    }

    fn status(record: &Record) -> Comment {
        let body = format!(
            "{}\n{}",
            status_key().marker(),
            block::write("record", record)
        );
        comment(&body)
    }

    fn said(id: u64, by: &str, body: &str) -> Comment {
        let author = Account {
            login: Login::new(by).unwrap(),
            kind: AccountKind::User,
        };
        Comment {
            id: CommentId(id),
            author,
            ..comment(body)
        }
    }

    fn rests(issue: &Issue, pulls: Vec<&PullRequest>, comments: &[Comment]) -> bool {
        let since = issue.updated_at - TimeDelta::days(1);
        let comments: Vec<&Comment> = comments.iter().collect();
        Glance::of(issue.updated_at, since, issue, pulls, &comments, own).is_at_rest()
    }

    #[test]
    fn what_the_record_has_heard_leaves_it_at_rest() {
        let mut issue = world().issue;
        issue.labels.insert(Label::waiting());
        let record = Record {
            state: State::Waiting,
            last_answer: CommentId(5),
            last_command: CommentId(6),
            ..Record::default()
        };
        let heard = [
            status(&record),
            said(5, "mira", "Yes."),
            said(6, "mira", "/status"),
        ];
        assert!(rests(&issue, vec![], &heard));
        let answer = [status(&record), said(7, "mira", "No.")];
        assert!(!rests(&issue, vec![], &answer));
        let command = [status(&record), said(7, "mira", "/retry")];
        assert!(!rests(&issue, vec![], &command));
        assert!(
            !rests(&issue, vec![], &[]),
            "touched, and by whom is not seen"
        );
        let forged = [said(1, "mira", &status(&record).body)];
        assert!(!rests(&issue, vec![], &forged));
    }

    #[test]
    fn a_record_tells_of_a_pull_request_on_its_way() {
        let of = |state| {
            let record = Record {
                state,
                ..Record::default()
            };
            on_their_way(&[status(&record)], own).len()
        };
        let on_their_way_now = State::ALL.into_iter().filter(|state| of(*state) == 1);
        assert_eq!(
            on_their_way_now.collect::<Vec<_>>(),
            [State::InReview, State::Approved]
        );
        let approved = Record {
            state: State::Approved,
            ..Record::default()
        };
        let forged = said(1, "mira", &status(&approved).body);
        assert_eq!(on_their_way(&[forged], own), []);
    }

    #[test]
    fn an_issue_that_nobody_has_touched_waits_on() {
        let mut issue = world().issue;
        issue.labels.insert(Label::waiting());
        let later = issue.updated_at + TimeDelta::days(30);
        let rests = |issue: &Issue| {
            Glance::of(later, later - TimeDelta::days(14), issue, vec![], &[], own).is_at_rest()
        };
        assert!(rests(&issue));
        issue.labels.remove(&Label::waiting());
        assert!(!rests(&issue), "nobody was told anything");
    }

    #[test]
    fn an_approval_in_the_thread_is_seen() {
        let snapshot = in_review();
        let facts = snapshot.pull.as_ref().unwrap();
        let record = status(&snapshot.record);
        assert!(rests(
            &snapshot.issue,
            vec![&facts.pull],
            std::slice::from_ref(&record)
        ));
        let approval = approved('b').pull.and_then(|facts| facts.approval).unwrap();
        let key = crate::approval_key().marker();
        let shown = comment(&format!("{key}\n{}", texts::approval(&approval)));
        assert!(!rests(&snapshot.issue, vec![&facts.pull], &[record, shown]));
    }
}
