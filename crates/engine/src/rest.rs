//! Which requests a sweep must look at closely, told from lists of the whole repository.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use lightsout_forge::{Comment, Issue, Label, Login, Number, PullRequest};
use lightsout_lifecycle::{Glance, on_their_way};
use lightsout_taxonomy::{Classification, Factory, classify};

use crate::engine::issue_of_branch;
use crate::{Engine, EngineError};

/// How far back the comments are listed. A pull request goes stale sooner, so none that matters is older.
const LATELY: TimeDelta = TimeDelta::days(14);

/// The open pull requests, and what was said of late, wherever.
pub(crate) struct Lately {
    factory: Factory,
    now: DateTime<Utc>,
    since: DateTime<Utc>,
    pulls: Vec<PullRequest>,
    said: Vec<Comment>,
}

impl Engine<'_> {
    pub(crate) async fn lately(&self) -> Result<Lately, EngineError> {
        let now = (self.ports.clock)();
        let since = now - LATELY;
        Ok(Lately {
            factory: self.factory()?,
            now,
            since,
            pulls: self.open_pulls().await?,
            said: self.ports.forge.recent_comments(since).await?,
        })
    }
}

impl Lately {
    /// Keeps the issues of which the lists do not show that a sweep would leave them alone.
    pub(crate) fn restless(&self, mut issues: Vec<Issue>) -> Vec<Issue> {
        issues.retain(|issue| !self.is_at_rest(issue));
        issues
    }

    /// The requests that have a pull request, or had one when somebody last wrote it down.
    pub(crate) fn on_their_way(&self) -> BTreeSet<Number> {
        let of_branch = |pull: &PullRequest| issue_of_branch(pull.head.as_str());
        let mut numbers: BTreeSet<Number> = self.pulls.iter().filter_map(of_branch).collect();
        numbers.extend(on_their_way(&self.said, |login| self.is_own(login)));
        numbers
    }

    fn is_at_rest(&self, issue: &Issue) -> bool {
        let is_own = |login: &Login| self.is_own(login);
        let of_issue = |pull: &&PullRequest| {
            issue_of_branch(pull.head.as_str()) == Some(issue.number) && is_own(&pull.author.login)
        };
        let pulls: Vec<&PullRequest> = self.pulls.iter().filter(of_issue).collect();
        let on = |comment: &&Comment| {
            comment.on == issue.number || pulls.iter().any(|pull| pull.number == comment.on)
        };
        let said: Vec<&Comment> = self.said.iter().filter(on).collect();
        let ours = said.iter().any(|comment| is_own(&comment.author.login));
        if pulls.is_empty() && !ours && is_nothing(&self.factory, issue) {
            return true;
        }
        Glance::of(self.now, self.since, issue, pulls, &said, is_own).is_at_rest()
    }

    fn is_own(&self, login: &Login) -> bool {
        is_own(&self.factory, login)
    }
}

/// Whether a login is one of the factory's own.
pub(crate) fn is_own(factory: &Factory, login: &Login) -> bool {
    let mut own = factory.bots.iter().filter_map(|bot| Login::new(bot).ok());
    own.any(|bot| bot == *login)
}

/// Whether the labels make it no request at all.
fn is_nothing(factory: &Factory, issue: &Issue) -> bool {
    let labels = issue.labels.iter().map(Label::as_str);
    classify(factory, labels) == Classification::NotARequest
        && !issue.labels.contains(&Label::waiting())
}
