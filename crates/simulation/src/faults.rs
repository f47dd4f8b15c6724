//! The ports of the engine, through weather: every call may fail, be done and yet fail, take long, or be the last thing
//! that the engine's process does.

use std::collections::BTreeSet;
use std::future::{Future, pending};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use lightsout_forge::{
    Action, BranchName, Comment, CommentKey, Ensured, Event, EventId, Forge, ForgeError, Inbox,
    Issue, Login, Number, Permission, PullRequest, Sha, Status,
};
use lightsout_ledger::{Ask, Bill, Caps, Entry, EntryId, LedgerError, LedgerStore, Reservation};
use lightsout_local::Local;

use crate::Without;
use crate::cast::Cast;
use crate::scene::{Scene, lock};

/// How likely faults are, each in a thousand calls or deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Weather {
    /// A call that fails, or succeeds and fails to say so.
    pub(crate) errors: u32,
    /// A call in which the process is killed, before or after it is done.
    pub(crate) kills: u32,
    /// A call that takes up to hours.
    pub(crate) slow: u32,
    /// A call during which somebody does something.
    pub(crate) meanwhile: u32,
    /// A delivery that is lost; as many are doubled, and three times as many are late.
    pub(crate) deliveries: u32,
    /// A run that goes wrong.
    pub(crate) bad_runs: u32,
}

impl Weather {
    /// Nothing goes wrong.
    pub(crate) const fn calm() -> Self {
        Self {
            errors: 0,
            kills: 0,
            slow: 0,
            meanwhile: 0,
            deliveries: 0,
            bad_runs: 0,
        }
    }

    /// From a breeze to a storm, by `strength` from 0 to 3.
    pub(crate) const fn of(strength: u32) -> Self {
        Self {
            errors: [0, 3, 8, 20][strength as usize % 4],
            kills: [0, 2, 5, 10][strength as usize % 4],
            slow: [2, 3, 5, 10][strength as usize % 4],
            meanwhile: [4, 8, 12, 12][strength as usize % 4],
            deliveries: [0, 40, 120, 250][strength as usize % 4],
            bad_runs: [150, 300, 400, 500][strength as usize % 4],
        }
    }
}

/// What goes wrong with one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Before,
    After,
    KillBefore,
    KillAfter,
    Slow,
    Meanwhile,
}

/// The forge, the inbox and the ledger as the engine reaches them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Faulty<'w> {
    pub(crate) local: &'w Local,
    pub(crate) scene: &'w Scene,
    pub(crate) cast: &'w Cast,
}

impl Faulty<'_> {
    fn throw(&self) -> Option<Fault> {
        let weather = self.scene.weather();
        let mut dice = self.scene.dice();
        let faults = [
            (weather.errors, [Fault::Before, Fault::After]),
            (weather.kills, [Fault::KillBefore, Fault::KillAfter]),
            (weather.slow, [Fault::Slow, Fault::Slow]),
            (weather.meanwhile, [Fault::Meanwhile, Fault::Meanwhile]),
        ];
        let found = faults
            .into_iter()
            .find(|(chance, _)| dice.per_mille(*chance));
        found.map(|(_, either)| dice.pick(&either))
    }

    /// Does one call, or not, or more.
    pub(crate) async fn through<T, E>(
        &self,
        name: &str,
        call: impl Future<Output = Result<T, E>> + Send,
        failed: impl FnOnce() -> E + Send,
    ) -> Result<T, E> {
        match self.throw() {
            None => call.await,
            Some(Fault::Before) => {
                self.scene.fault("error", name);
                Err(failed())
            }
            Some(Fault::After) => {
                let answer = call.await;
                self.scene.fault("answer lost", name);
                answer.and_then(|_| Err(failed()))
            }
            Some(Fault::KillBefore) => self.die("kill before", name).await,
            Some(Fault::KillAfter) => {
                let _ = call.await;
                self.die("kill after", name).await
            }
            Some(Fault::Slow) => {
                self.scene.fault("slow", name);
                self.scene.pass(300);
                call.await
            }
            Some(Fault::Meanwhile) => {
                self.scene.fault("meanwhile", name);
                self.cast.act(self.local, self.scene).await;
                call.await
            }
        }
    }

    /// The process is killed here: whoever waits for it drops everything it was about to do.
    async fn die<T>(&self, kind: &'static str, name: &str) -> T {
        self.scene.fault(kind, name);
        self.scene.killed.notify_one();
        pending().await
    }

    async fn read<T>(
        &self,
        name: &'static str,
        call: impl Future<Output = Result<T, ForgeError>> + Send,
    ) -> Result<T, ForgeError> {
        self.through(name, call, || transient(name)).await
    }

    async fn book<T>(
        &self,
        name: &'static str,
        call: impl Future<Output = Result<T, LedgerError>> + Send,
    ) -> Result<T, LedgerError> {
        let failed = || LedgerError::Store {
            doing: name,
            source: "the disk is elsewhere".into(),
        };
        self.through(name, call, failed).await
    }

    /// Brings what the forge has raised under way: some of it is lost, some doubled.
    async fn collect(&self) -> Result<(), ForgeError> {
        let chance = self.scene.weather().deliveries;
        while let Some(event) = self.local.next().await? {
            let (lost, doubled) = {
                let mut dice = self.scene.dice();
                (dice.per_mille(chance), dice.per_mille(chance))
            };
            if lost {
                self.scene.fault("lost delivery", event.kind.name());
            } else {
                if doubled {
                    self.scene.fault("doubled delivery", event.kind.name());
                    lock(&self.scene.deliveries).push(event.clone());
                }
                lock(&self.scene.deliveries).push(event.clone());
            }
            self.local.done(&event.id).await?;
        }
        Ok(())
    }
}

fn transient(what: &str) -> ForgeError {
    ForgeError::Transient {
        what: what.to_owned(),
        why: "the weather".to_owned(),
    }
}

#[async_trait]
impl Inbox for Faulty<'_> {
    async fn next(&self) -> Result<Option<Event>, ForgeError> {
        self.read("inbox", async { Ok(()) }).await?;
        self.collect().await?;
        let chance = self.scene.weather().deliveries;
        let waiting = u32::try_from(lock(&self.scene.deliveries).len()).unwrap_or(u32::MAX);
        if waiting == 0 {
            return Ok(None);
        }
        let place = {
            let mut dice = self.scene.dice();
            if dice.per_mille(chance) {
                // Everything that is under way comes later.
                return Ok(None);
            }
            if dice.per_mille(chance.saturating_mul(3)) {
                dice.below(waiting) as usize
            } else {
                0
            }
        };
        if place > 0 {
            self.scene.fault("reordered delivery", "inbox");
        }
        Ok(lock(&self.scene.deliveries).get(place).cloned())
    }

    async fn done(&self, id: &EventId) -> Result<(), ForgeError> {
        let take = async {
            let mut deliveries = lock(&self.scene.deliveries);
            if let Some(place) = deliveries.iter().position(|event| event.id == *id) {
                deliveries.remove(place);
            }
            Ok(())
        };
        self.read("done", take).await
    }
}

#[async_trait]
impl Forge for Faulty<'_> {
    async fn issue(&self, number: Number) -> Result<Issue, ForgeError> {
        self.read("issue", self.local.issue(number)).await
    }

    async fn open_issues(&self) -> Result<Vec<Issue>, ForgeError> {
        if self.scene.without == Some(Without::Sweep) {
            return Ok(Vec::new());
        }
        self.read("open_issues", self.local.open_issues()).await
    }

    async fn keyed_issue(&self, key: &CommentKey) -> Result<Option<Issue>, ForgeError> {
        self.read("keyed_issue", self.local.keyed_issue(key)).await
    }

    async fn comments(&self, on: Number) -> Result<Vec<Comment>, ForgeError> {
        let mut comments = self.read("comments", self.local.comments(on)).await?;
        if self.scene.without == Some(Without::Keys) {
            newest_of_each_key(&mut comments);
        }
        Ok(comments)
    }

    async fn recent_comments(&self, since: DateTime<Utc>) -> Result<Vec<Comment>, ForgeError> {
        let comments = self.local.recent_comments(since);
        let mut comments = self.read("recent_comments", comments).await?;
        if self.scene.without == Some(Without::Keys) {
            newest_of_each_key(&mut comments);
        }
        Ok(comments)
    }

    async fn pull_request(&self, number: Number) -> Result<PullRequest, ForgeError> {
        self.read("pull_request", self.local.pull_request(number))
            .await
    }

    async fn pull_requests(&self, prefix: &str) -> Result<Vec<PullRequest>, ForgeError> {
        self.read("pull_requests", self.local.pull_requests(prefix))
            .await
    }

    async fn open_pull_requests(&self, prefix: &str) -> Result<Vec<PullRequest>, ForgeError> {
        self.read("open_pull_requests", self.local.open_pull_requests(prefix))
            .await
    }

    async fn statuses(&self, sha: &Sha) -> Result<Vec<Status>, ForgeError> {
        self.read("statuses", self.local.statuses(sha)).await
    }

    async fn permission(&self, login: &Login) -> Result<Permission, ForgeError> {
        self.read("permission", self.local.permission(login)).await
    }

    async fn branch(&self, branch: &BranchName) -> Result<Option<Sha>, ForgeError> {
        self.read("branch", self.local.branch(branch)).await
    }

    async fn attachment(&self, url: &str, limit: u64) -> Result<Vec<u8>, ForgeError> {
        self.read("attachment", self.local.attachment(url, limit))
            .await
    }

    async fn ensure(&self, action: &Action) -> Result<Ensured, ForgeError> {
        let name = action.name();
        let action = match (self.scene.without, action) {
            (Some(Without::Keys), Action::UpsertComment { on, key, body }) => {
                Action::UpsertComment {
                    on: on.clone(),
                    key: fresh_key(key, self.scene.nonce()),
                    body: body.clone(),
                }
            }
            _ => action.clone(),
        };
        self.through(name, self.local.ensure(&action), || transient(name))
            .await
    }
}

#[async_trait]
impl LedgerStore for Faulty<'_> {
    async fn entries(&self, issue: Option<u64>) -> Result<Vec<Entry>, LedgerError> {
        self.book("read", self.local.entries(issue)).await
    }

    async fn reserve(&self, ask: &Ask, caps: &Caps) -> Result<Reservation, LedgerError> {
        let mut ask = ask.clone();
        if self.scene.without == Some(Without::Keys) {
            ask.id = EntryId::new(format!("{}-n{}", ask.id, self.scene.nonce()));
        }
        self.book("written", self.local.reserve(&ask, caps)).await
    }

    async fn settle(
        &self,
        reservation: &Reservation,
        bill: &Bill,
        at: DateTime<Utc>,
    ) -> Result<(), LedgerError> {
        self.book("written", self.local.settle(reservation, bill, at))
            .await
    }

    async fn add(&self, lines: &[Entry]) -> Result<usize, LedgerError> {
        self.book("written", self.local.add(lines)).await
    }

    async fn release(
        &self,
        reservation: &Reservation,
        at: DateTime<Utc>,
    ) -> Result<(), LedgerError> {
        self.book("written", self.local.release(reservation, at))
            .await
    }
}

/// The key as a forge without keys takes it: as if no comment had it yet.
fn fresh_key(key: &CommentKey, nonce: u64) -> CommentKey {
    CommentKey::new(&format!("{}-n{nonce}", key.as_str()))
}

/// Takes what [`fresh_key`] added out of a comment's first line, so that it reads as a comment of the plain key.
pub(crate) fn plain_key(body: &str) -> String {
    const END: &str = " -->";
    let (line, rest) = body.split_once('\n').unwrap_or((body, ""));
    let plain = line
        .strip_prefix("<!-- lightsout:key=")
        .and_then(|marker| marker.strip_suffix(END))
        .and_then(|key| key.rsplit_once("-n"))
        .filter(|(_, nonce)| !nonce.is_empty() && nonce.bytes().all(|b| b.is_ascii_digit()));
    match plain {
        Some((key, _)) => format!("{}\n{rest}", CommentKey::new(key).marker()),
        None => body.to_owned(),
    }
}

/// Leaves the newest comment of each key, as a reader does who knows that there may be several.
fn newest_of_each_key(comments: &mut Vec<Comment>) {
    let mut seen = BTreeSet::new();
    let mut kept = Vec::new();
    for mut comment in comments.drain(..).rev() {
        let plain = plain_key(&comment.body);
        let key = plain.lines().next().unwrap_or_default().to_owned();
        if plain == comment.body || seen.insert(key) {
            comment.body = plain;
            kept.push(comment);
        }
    }
    kept.reverse();
    *comments = kept;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_told_apart_and_read_back() {
        let key = CommentKey::new("status");
        let sent = format!("{}\nhello\nyou", fresh_key(&key, 12).marker());
        assert!(!key.marks(&sent));
        assert_eq!(plain_key(&sent), format!("{}\nhello\nyou", key.marker()));
        for other in ["hello", "<!-- lightsout:key=a-nb -->\nx", ""] {
            assert_eq!(plain_key(other), other);
        }
    }
}
