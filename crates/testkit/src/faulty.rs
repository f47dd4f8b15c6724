//! A forge that fails, or stands still, when it is told to.

use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use lightsout_forge::{
    Action, BranchName, Comment, CommentKey, Ensured, Event, EventId, Forge, ForgeError, Inbox,
    Issue, Login, Number, Permission, PullRequest, Sha, Status,
};
use tokio::sync::Notify;

/// When to fail, counting actions from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The n-th action is not done: the network was gone.
    Before(usize),
    /// The n-th action is done, but its answer is lost: the network went, or the process was killed.
    After(usize),
}

impl Fault {
    fn at(self) -> usize {
        match self {
            Self::Before(n) | Self::After(n) => n,
        }
    }
}

/// A forge around another one, which it reaches through a reference or an `Arc`: from its fault on, every action fails with [`ForgeError::Transient`], as if the
/// process had died there. Reading goes on, so that a test can look.
#[derive(Debug)]
pub struct FaultyForge<F> {
    inner: F,
    fault: Fault,
    seen: AtomicUsize,
    pause: Option<Pause>,
}

/// A place to stand still at: before the n-th call of any kind, reading included.
#[derive(Debug)]
struct Pause {
    at: usize,
    called: AtomicUsize,
    reached: Notify,
    go_on: Notify,
}

impl<F> FaultyForge<F> {
    /// Wraps a forge.
    pub fn new(inner: F, fault: Fault) -> Self {
        Self {
            inner,
            fault,
            seen: AtomicUsize::new(0),
            pause: None,
        }
    }

    /// Wraps a forge that never fails, and stands still before the n-th call, so that others may do something meanwhile:
    /// see [`FaultyForge::reached`] and [`FaultyForge::go_on`].
    pub fn pausing(inner: F, at: usize) -> Self {
        Self {
            pause: Some(Pause {
                at,
                called: AtomicUsize::new(0),
                reached: Notify::new(),
                go_on: Notify::new(),
            }),
            ..Self::new(inner, Fault::Before(usize::MAX))
        }
    }

    /// Waits until somebody stands still here; for ever, if nobody is to.
    pub async fn reached(&self) {
        match &self.pause {
            Some(pause) => pause.reached.notified().await,
            None => std::future::pending().await,
        }
    }

    /// Lets whoever stands still here go on.
    pub fn go_on(&self) {
        if let Some(pause) = &self.pause {
            pause.go_on.notify_one();
        }
    }

    /// Counts a call, and stands still where that was asked for.
    async fn turn(&self) {
        let Some(pause) = &self.pause else { return };
        if pause.called.fetch_add(1, Ordering::SeqCst) == pause.at {
            pause.reached.notify_one();
            pause.go_on.notified().await;
        }
    }

    /// The forge inside, which never fails.
    pub fn inner(&self) -> &F {
        &self.inner
    }

    /// How many actions were asked for.
    pub fn seen(&self) -> usize {
        self.seen.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl<F> Forge for FaultyForge<F>
where
    F: Deref<Target: Forge> + Send + Sync,
{
    async fn issue(&self, number: Number) -> Result<Issue, ForgeError> {
        self.turn().await;
        self.inner.issue(number).await
    }

    async fn open_issues(&self) -> Result<Vec<Issue>, ForgeError> {
        self.turn().await;
        self.inner.open_issues().await
    }

    async fn keyed_issue(&self, key: &CommentKey) -> Result<Option<Issue>, ForgeError> {
        self.turn().await;
        self.inner.keyed_issue(key).await
    }

    async fn comments(&self, on: Number) -> Result<Vec<Comment>, ForgeError> {
        self.turn().await;
        self.inner.comments(on).await
    }

    async fn recent_comments(&self, since: DateTime<Utc>) -> Result<Vec<Comment>, ForgeError> {
        self.turn().await;
        self.inner.recent_comments(since).await
    }

    async fn pull_request(&self, number: Number) -> Result<PullRequest, ForgeError> {
        self.turn().await;
        self.inner.pull_request(number).await
    }

    async fn pull_requests(&self, prefix: &str) -> Result<Vec<PullRequest>, ForgeError> {
        self.turn().await;
        self.inner.pull_requests(prefix).await
    }

    async fn open_pull_requests(&self, prefix: &str) -> Result<Vec<PullRequest>, ForgeError> {
        self.turn().await;
        self.inner.open_pull_requests(prefix).await
    }

    async fn statuses(&self, sha: &Sha) -> Result<Vec<Status>, ForgeError> {
        self.turn().await;
        self.inner.statuses(sha).await
    }

    async fn permission(&self, login: &Login) -> Result<Permission, ForgeError> {
        self.turn().await;
        self.inner.permission(login).await
    }

    async fn branch(&self, branch: &BranchName) -> Result<Option<Sha>, ForgeError> {
        self.turn().await;
        self.inner.branch(branch).await
    }

    async fn attachment(&self, url: &str, limit: u64) -> Result<Vec<u8>, ForgeError> {
        self.turn().await;
        self.inner.attachment(url, limit).await
    }

    async fn ensure(&self, action: &Action) -> Result<Ensured, ForgeError> {
        self.turn().await;
        let number = self.seen.fetch_add(1, Ordering::SeqCst);
        let at = self.fault.at();
        if number < at {
            return self.inner.ensure(action).await;
        }
        if number == at && matches!(self.fault, Fault::After(_)) {
            self.inner.ensure(action).await?;
        }
        Err(ForgeError::Transient {
            what: action.name().to_owned(),
            why: format!("the test's fault: {:?}", self.fault),
        })
    }
}

#[async_trait]
impl<F> Inbox for FaultyForge<F>
where
    F: Deref<Target: Inbox> + Send + Sync,
{
    async fn next(&self) -> Result<Option<Event>, ForgeError> {
        self.inner.next().await
    }

    async fn done(&self, id: &EventId) -> Result<(), ForgeError> {
        self.inner.done(id).await
    }
}
