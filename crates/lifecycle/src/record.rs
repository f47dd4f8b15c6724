//! What the factory remembers of a request, kept on the forge in the status comment.

use chrono::{DateTime, Utc};
use lightsout_forge::{BranchName, Comment, CommentId, CommentKey, Login, Sha};
use lightsout_ledger::Nanodollars;
use serde::{Deserialize, Serialize};

use crate::block;

/// The state of a request, derived from what the forge shows.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing has happened yet.
    #[default]
    New,
    /// It is no request that can be worked on: two types, or an unknown one.
    Refused,
    /// A person was asked something.
    Waiting,
    /// An agent is at work.
    Working,
    /// A pull request is open.
    InReview,
    /// A person approved the head commit.
    Approved,
    /// The change is merged.
    Published,
    /// It was given up.
    Cancelled,
}

impl State {
    /// Every state, in the order in which a request usually meets them.
    pub const ALL: [Self; 8] = [
        Self::New,
        Self::Refused,
        Self::Waiting,
        Self::Working,
        Self::InReview,
        Self::Approved,
        Self::Published,
        Self::Cancelled,
    ];

    /// The word for people and for JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Refused => "refused",
            Self::Waiting => "waiting",
            Self::Working => "working",
            Self::InReview => "in_review",
            Self::Approved => "approved",
            Self::Published => "published",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Names one run: `{issue}-{attempt}`, the same whenever that run is taken up again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub String);

/// A run that was started and has not been settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunMark {
    /// Which run.
    pub id: RunId,
    /// When it was started first.
    pub started_at: DateTime<Utc>,
    /// How often it has been started; a run that keeps dying is handed back.
    pub tries: u32,
    /// The commit that it only puts through the gates; none where an agent works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checks: Option<Sha>,
}

/// The machine-readable block of the status comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Record {
    /// The state when the comment was last written.
    pub state: State,
    /// The reason's code when it was last written.
    pub reason: String,
    /// How many runs have been started.
    pub attempt: u32,
    /// The newest answer that a run or a question took into account.
    pub last_answer: CommentId,
    /// The newest command that has been dealt with.
    pub last_command: CommentId,
    /// Who let a request from outside in.
    pub accepted_by: Option<Login>,
    /// The run in progress.
    pub run: Option<RunMark>,
    /// The branch of every attempt.
    pub branch: Option<BranchName>,
    /// The commit the last run started from.
    pub base: Option<Sha>,
    /// The commit the last run ended with.
    pub head: Option<Sha>,
    /// What all runs of this request cost so far, in nano-dollars.
    pub spent: Nanodollars,
}

/// The key of the status comment.
pub fn status_key() -> CommentKey {
    CommentKey::new("status")
}

const BLOCK: &str = "record";

impl Record {
    /// The hidden line that carries the record.
    pub fn block(&self) -> String {
        block::write(BLOCK, self)
    }

    /// Reads the record out of the factory's own comments. A missing or damaged one is an empty record: the forge's
    /// labels and pull requests still say enough to go on.
    pub fn find(comments: &[Comment], is_own: impl Fn(&Login) -> bool) -> Self {
        let key = status_key();
        comments
            .iter()
            .filter(|comment| is_own(&comment.author.login) && key.marks(&comment.body))
            .find_map(|comment| block::read(BLOCK, &comment.body))
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lightsout_forge::{Account, AccountKind, Number};

    fn comment(author: &str, body: String) -> Comment {
        Comment {
            id: CommentId(1),
            on: Number(1),
            author: Account {
                login: Login::new(author).unwrap(),
                kind: AccountKind::User,
            },
            body,
            created_at: DateTime::UNIX_EPOCH,
        }
    }

    fn sample() -> Record {
        Record {
            attempt: 2,
            reason: "a --> b\n".into(),
            spent: Nanodollars(7),
            ..Record::default()
        }
    }

    #[test]
    fn reads_back_what_it_wrote() {
        let body = format!("{}\n{}\ntext", status_key().marker(), sample().block());
        let own = |login: &Login| login.as_str() == "lightsout[bot]";
        let found = Record::find(&[comment("lightsout[bot]", body)], own);
        assert_eq!(found, sample());
    }

    #[test]
    fn believes_nobody_else() {
        let body = format!("{}\n{}", status_key().marker(), sample().block());
        let own = |login: &Login| login.as_str() == "lightsout[bot]";
        assert_eq!(
            Record::find(&[comment("mallory", body)], own),
            Record::default()
        );
    }

    #[test]
    fn a_damaged_block_is_an_empty_record() {
        for bad in [
            "",
            "<!-- lightsout:record {\"attempt\":-1} -->",
            "<!-- lightsout:record {",
        ] {
            let body = format!("{}\n{bad}", status_key().marker());
            assert_eq!(
                Record::find(&[comment("b", body)], |_| true),
                Record::default()
            );
        }
    }

    #[test]
    fn a_state_has_the_same_word_for_people_and_for_json() {
        for state in State::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.name());
        }
    }
}
