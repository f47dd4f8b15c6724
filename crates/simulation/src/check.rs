//! What must hold of a world: the rules, and what is found when one is broken.

mod always;
mod evidence;
mod rest;
#[cfg(test)]
mod tests;

use std::fmt;

use lightsout_forge::Number;

pub(crate) use always::{always, is_spent};
pub(crate) use evidence::Evidence;
pub(crate) use rest::resting;

/// The rules that a world can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Every request that was filed was dealt with.
    Lost,
    /// Every request ends published, cancelled, refused, or waits for a person who was told.
    Stranded,
    /// At most one pull request of the factory is open for a request.
    DoublePull,
    /// Nothing is merged without the approval of exactly that commit, by somebody who may push, with green checks.
    UnapprovedMerge,
    /// What was spent, written down or not, stays under every cap.
    OverCap,
    /// The waiting label goes only once the pull request exists.
    LabelTooEarly,
    /// A comment of one key is there once.
    DoubledComment,
    /// Neither a machine nor a factory that is switched off lets an agent work.
    StartedByNobody,
    /// Once everything works again, the engine does its work, and then has nothing left to do.
    Restless,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 9] = [
        Self::Lost,
        Self::Stranded,
        Self::DoublePull,
        Self::UnapprovedMerge,
        Self::OverCap,
        Self::LabelTooEarly,
        Self::DoubledComment,
        Self::StartedByNobody,
        Self::Restless,
    ];

    /// What breaking it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Stranded => "stranded",
            Self::DoublePull => "double pull requests",
            Self::UnapprovedMerge => "unapproved merges",
            Self::OverCap => "spend over cap",
            Self::LabelTooEarly => "waiting label too early",
            Self::DoubledComment => "doubled comments",
            Self::StartedByNobody => "started by nobody",
            Self::Restless => "restless",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A rule that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which rule.
    pub rule: Rule,
    /// The request, where it is about one.
    pub issue: Option<Number>,
    /// What was found.
    pub what: String,
}

impl Finding {
    pub(crate) fn new(
        rule: Rule,
        issue: impl Into<Option<Number>>,
        what: impl Into<String>,
    ) -> Self {
        Self {
            rule,
            issue: issue.into(),
            what: what.into(),
        }
    }
}

/// How a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// Its change is merged.
    Published,
    /// Its issue is closed.
    Cancelled,
    /// Its labels name no one type, and somebody was told.
    Refused,
    /// Somebody was asked.
    Waiting,
    /// Its pull request waits for a person.
    InReview,
    /// It is no request of ours: it has no type, or a machine filed it.
    Ignored,
}
