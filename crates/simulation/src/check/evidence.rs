//! A world, read from the forge alone.

use std::collections::BTreeMap;

use lightsout_forge::{Account, Comment, Forge, Issue, Login, Number, PullRequest};
use lightsout_ledger::{Caps, Entry, LedgerStore};
use lightsout_lifecycle::factory_branch_prefix;
use lightsout_local::{Activity, Local};

use crate::cast::Granted;
use crate::faults::plain_key;
use crate::scene::Invocation;

/// A world as the forge shows it, and what its people know.
#[derive(Debug, Clone, Default)]
pub(crate) struct Evidence {
    pub(crate) issues: Vec<Issue>,
    pub(crate) pulls: Vec<PullRequest>,
    /// Of issues and pull requests.
    pub(crate) comments: BTreeMap<Number, Vec<Comment>>,
    pub(crate) log: Vec<Activity>,
    pub(crate) ledger: Vec<Entry>,
    pub(crate) caps: Caps,
    pub(crate) granted: Vec<Granted>,
    pub(crate) invocations: Vec<Invocation>,
    /// The accounts that `factory.toml` names as the factory's own.
    pub(crate) machines: Vec<Login>,
}

impl Evidence {
    /// Reads the forge.
    pub(crate) async fn read(local: &Local) -> anyhow::Result<Self> {
        let mut found = Self {
            issues: local.issues().await?,
            pulls: local.pull_requests_all().await?,
            log: local.activity().await?,
            ledger: LedgerStore::entries(local, None).await?,
            ..Self::default()
        };
        let issues = found.issues.iter().map(|issue| issue.number);
        let threads: Vec<Number> = issues
            .chain(found.pulls.iter().map(|pull| pull.number))
            .collect();
        for number in threads {
            let mut comments = local.comments(number).await?;
            for comment in &mut comments {
                comment.body = plain_key(&comment.body);
            }
            found.comments.insert(number, comments);
        }
        Ok(found)
    }

    pub(super) fn is_factory(account: &Account) -> bool {
        ["lightsout[bot]", "github-actions[bot]"].contains(&account.login.as_str())
    }

    pub(super) fn of(&self, number: Number) -> &[Comment] {
        self.comments.get(&number).map_or(&[], Vec::as_slice)
    }

    /// What the factory itself says on a thread.
    pub(super) fn told(&self, number: Number) -> impl Iterator<Item = &Comment> {
        self.of(number)
            .iter()
            .filter(|comment| Self::is_factory(&comment.author))
    }

    pub(super) fn pulls_of(&self, issue: Number) -> impl Iterator<Item = &PullRequest> {
        let prefix = factory_branch_prefix(issue);
        let own = move |pull: &&PullRequest| {
            pull.head.as_str().starts_with(&prefix) && Self::is_factory(&pull.author)
        };
        self.pulls.iter().filter(own)
    }
}
/// The newest status of each check of a pull request's head, before a line of the log.
pub(super) fn statuses_at(
    log: &[Activity],
    end: usize,
    pull: &PullRequest,
) -> BTreeMap<String, String> {
    let mut statuses = BTreeMap::new();
    for line in log
        .iter()
        .take(end)
        .filter(|line| line.what == "status_changed")
    {
        let Some((said, short)) = line.detail.rsplit_once(" at ") else {
            continue;
        };
        let Some((context, state)) = said.rsplit_once(": ") else {
            continue;
        };
        if short == pull.head_sha.short() {
            statuses.insert(context.to_owned(), state.to_owned());
        }
    }
    statuses
}
