//! Which open requests a sweep must look at closely, told from lists of the whole repository.

use chrono::TimeDelta;
use lightsout_forge::{Comment, Issue, Label, Login, PullRequest};
use lightsout_lifecycle::Glance;
use lightsout_taxonomy::{Classification, Factory, classify};

use crate::engine::issue_of_branch;
use crate::{Engine, EngineError};

/// How far back the comments are listed. A pull request goes stale sooner, so none that matters is older.
const LATELY: TimeDelta = TimeDelta::days(14);

impl Engine<'_> {
    /// Keeps the issues of which the lists do not show that a sweep would leave them alone.
    pub(crate) async fn restless(
        &self,
        mut issues: Vec<Issue>,
        pulls: &[PullRequest],
    ) -> Result<Vec<Issue>, EngineError> {
        if issues.is_empty() {
            return Ok(issues);
        }
        let factory = self.factory()?;
        let now = (self.ports.clock)();
        let since = now - LATELY;
        let said = self.ports.forge.recent_comments(since).await?;
        let is_own = |login: &Login| is_own(&factory, login);
        issues.retain(|issue| {
            let of_issue = |pull: &&PullRequest| {
                issue_of_branch(pull.head.as_str()) == Some(issue.number)
                    && is_own(&pull.author.login)
            };
            let pulls: Vec<&PullRequest> = pulls.iter().filter(of_issue).collect();
            let on = |comment: &&Comment| {
                comment.on == issue.number || pulls.iter().any(|pull| pull.number == comment.on)
            };
            let said: Vec<&Comment> = said.iter().filter(on).collect();
            let ours = said.iter().any(|comment| is_own(&comment.author.login));
            if pulls.is_empty() && !ours && is_nothing(&factory, issue) {
                return false;
            }
            !Glance::of(now, since, issue, pulls, &said, is_own).is_at_rest()
        });
        Ok(issues)
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
