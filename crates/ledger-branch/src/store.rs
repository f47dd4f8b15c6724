//! The store: fetch, decide, commit, push, and again when somebody was faster.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use lightsout_git::{GitError, NewFile, Remote, RemoteError, Repo, Signature};
use lightsout_ledger::{
    Ask, Bill, Books, Caps, Entry, LedgerError, LedgerStore, Reservation, fold, lacking,
};
use tokio::sync::Mutex;

use crate::{BranchError, lines};

/// The file that holds the ledger.
pub const FILE: &str = "ledger.jsonl";

/// What people find beside it.
const README: &str = "# Ledger\n\n\
    What the factory of this repository reserved and spent, a JSON object for each entry in `ledger.jsonl`.\n\
    Lines are only added, by the factory; a line that is changed or taken away makes it stop spending.\n";

/// The largest ledger, in bytes; an entry takes a few hundred.
const LARGEST: u64 = 256 << 20;
/// How often a line is tried to be added while others are faster.
const ATTEMPTS: u32 = 40;
/// How often the network may be away in one call.
const AWAY: u32 = 3;
/// How long the first wait is at most; each is up to twice the one before.
const FIRST_WAIT: Duration = Duration::from_millis(50);
/// How often waits double.
const DOUBLINGS: u32 = 5;

/// Where the branch was when it was last fetched, whatever it held.
const FETCHED: &str = "refs/lightsout/ledger/fetched";
/// Where the branch was when it was last taken for good.
const SEEN: &str = "refs/lightsout/ledger/seen";

/// A ledger on a branch of a remote repository.
#[derive(Debug)]
pub struct BranchLedger {
    place: Arc<Place>,
    /// One call of this process at a time; other processes are met at the branch.
    turn: Mutex<()>,
}

#[derive(Debug)]
struct Place {
    remote: Remote,
    repo: Repo,
    branch: String,
}

/// The branch as it was read.
struct View {
    at: Option<String>,
    text: Vec<u8>,
    entries: Vec<Entry>,
}

impl BranchLedger {
    /// Keeps the ledger on `branch` of `remote`. `repo` is a bare repository of our own that the objects pass through; it
    /// also remembers where the branch was. The branch is made with the first line.
    pub fn new(remote: Remote, repo: Repo, branch: &str) -> Self {
        let branch = branch.to_owned();
        Self {
            place: Arc::new(Place {
                remote,
                repo,
                branch,
            }),
            turn: Mutex::new(()),
        }
    }

    /// Reads the branch, lets `decide` decide, and appends the line it gives; again, when the branch has moved meanwhile.
    async fn append<T: Send>(
        &self,
        decide: impl Fn(&Books) -> Result<(T, Option<Entry>), LedgerError> + Send,
    ) -> Result<T, LedgerError> {
        let decide = move |entries: &[Entry]| {
            let (result, line) = decide(&fold(entries))?;
            Ok((result, line.into_iter().collect()))
        };
        self.append_all(decide).await
    }

    /// The same with any number of lines, which are added together or not at all.
    async fn append_all<T: Send>(
        &self,
        decide: impl Fn(&[Entry]) -> Result<(T, Vec<Entry>), LedgerError> + Send,
    ) -> Result<T, LedgerError> {
        let _turn = self.turn.lock().await;
        let mut away = 0;
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                wait(attempt).await;
            }
            let view = match self.run(Place::view).await {
                Err(error) if may_pass(&error, &mut away) => continue,
                view => view.map_err(|error| error.when("read"))?,
            };
            let (result, lines) = decide(&view.entries)?;
            if lines.is_empty() {
                return Ok(result);
            }
            match self.run(move |place| place.push(&view, &lines)).await {
                Ok(()) => return Ok(result),
                // Whether it was done shows when the branch is read again.
                Err(error) if may_pass(&error, &mut away) => {}
                Err(error) => return Err(error.when("written")),
            }
        }
        let branch = self.place.branch.clone();
        let attempts = ATTEMPTS;
        Err(BranchError::Busy { branch, attempts }.when("written"))
    }

    /// Runs git where it may block.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Place) -> Result<T, BranchError> + Send + 'static,
    ) -> Result<T, BranchError> {
        let place = Arc::clone(&self.place);
        let done = tokio::task::spawn_blocking(move || work(&place)).await;
        done.unwrap_or_else(|_| {
            let branch = self.place.branch.clone();
            Err(BranchError::CutOff { branch })
        })
    }
}

#[async_trait]
impl LedgerStore for BranchLedger {
    async fn entries(&self, issue: Option<u64>) -> Result<Vec<Entry>, LedgerError> {
        let _turn = self.turn.lock().await;
        let mut away = 0;
        let mut found = self.run(Place::view).await;
        for attempt in 1..ATTEMPTS {
            match &found {
                Err(error) if may_pass(error, &mut away) => {
                    wait(attempt).await;
                    found = self.run(Place::view).await;
                }
                _ => break,
            }
        }
        let mut entries = found.map_err(|error| error.when("read"))?.entries;
        entries.retain(|entry| issue.is_none_or(|issue| entry.issue == issue));
        Ok(entries)
    }

    async fn reserve(&self, ask: &Ask, caps: &Caps) -> Result<Reservation, LedgerError> {
        self.append(|books| books.reserve(ask, caps)).await
    }

    async fn settle(
        &self,
        reservation: &Reservation,
        bill: &Bill,
        at: DateTime<Utc>,
    ) -> Result<(), LedgerError> {
        self.append(|books| Ok(((), books.settle(reservation, bill, at)?)))
            .await
    }

    async fn add(&self, lines: &[Entry]) -> Result<usize, LedgerError> {
        self.append_all(|entries| {
            let new = lacking(entries, lines);
            Ok((new.len(), new))
        })
        .await
    }

    async fn release(
        &self,
        reservation: &Reservation,
        at: DateTime<Utc>,
    ) -> Result<(), LedgerError> {
        self.append(|books| Ok(((), books.release(reservation, at)?)))
            .await
    }
}

impl Place {
    /// Fetches the branch and reads it.
    fn view(&self) -> Result<View, BranchError> {
        let at = self.remote.fetch(&self.repo, &self.branch, FETCHED)?;
        if let Err(error) = self.take(at.as_deref()) {
            return Err(self.confirmed(error, at)?);
        }
        let text = match &at {
            Some(at) => self.repo.read_file(at, FILE, LARGEST)?.unwrap_or_default(),
            None => Vec::new(),
        };
        let entries = lines::read(&self.branch, &text)?;
        Ok(View { at, text, entries })
    }

    /// Remembers where the branch is, unless something seen before is not on it any more.
    fn take(&self, at: Option<&str>) -> Result<(), BranchError> {
        let seen = self.repo.rev(SEEN)?;
        let (seen, at) = match (seen, at) {
            (seen, Some(at)) if seen.as_deref() == Some(at) => return Ok(()),
            (None, None) => return Ok(()),
            (None, Some(at)) => return self.remember(at, None),
            (Some(seen), at) => (seen, at),
        };
        match at {
            Some(at) if self.repo.is_ancestor(&seen, at)? => self.remember(at, Some(&seen)),
            found => Err(BranchError::Rewritten {
                branch: self.branch.clone(),
                seen,
                found: found.map(str::to_owned),
                reference: SEEN.to_owned(),
            }),
        }
    }

    /// A fetch of another process may have moved what was fetched back to where the branch was before, so the branch
    /// itself is asked before anybody is told that it was rewritten.
    fn confirmed(
        &self,
        error: BranchError,
        at: Option<String>,
    ) -> Result<BranchError, BranchError> {
        let BranchError::Rewritten { .. } = &error else {
            return Ok(error);
        };
        let found = self.remote.branch(&self.branch)?;
        if found == at {
            return Ok(error);
        }
        Ok(RemoteError::Moved {
            url: self.remote.url().to_owned(),
            branch: self.branch.clone(),
            expected: at,
            found,
        }
        .into())
    }

    /// Another process may have seen more in the meantime; then it is for that one to remember.
    fn remember(&self, at: &str, before: Option<&str>) -> Result<(), BranchError> {
        match self.repo.update_ref(SEEN, at, before) {
            Err(GitError::RefMoved { .. }) => Ok(()),
            other => Ok(other?),
        }
    }

    /// Commits some more lines on top of what was read, and moves the branch there if it is still where it was.
    fn push(&self, view: &View, lines: &[Entry]) -> Result<(), BranchError> {
        let Some(last) = lines.last() else {
            return Ok(());
        };
        let mut text = view.text.clone();
        for line in lines {
            lines::append(&mut text, line)?;
        }
        let file = |path, bytes| NewFile {
            path,
            bytes: Some(bytes),
        };
        let mut files = vec![file(FILE, &text[..])];
        if view.at.is_none() {
            files.push(file("README.md", README.as_bytes()));
        }
        let author = Signature {
            name: "Lightsout".to_owned(),
            email: "lightsout@factory.invalid".to_owned(),
            when: last.at.timestamp(),
        };
        // No workflow has anything to do for a line of the ledger.
        let message = match lines {
            [one] => format!("ledger: issue {}\n\n[skip ci]\n", one.issue),
            many => format!("ledger: {} lines\n\n[skip ci]\n", many.len()),
        };
        let at = view.at.as_deref();
        let commit = self.repo.commit_files(at, &files, &message, &author)?;
        self.remote.push(&self.repo, &commit, &self.branch, at)?;
        self.take(Some(&commit))
    }
}

/// Whether to try again: always when the branch has moved, there or here, and a few times in a call when the network is
/// away or another process holds a reference of ours.
fn may_pass(error: &BranchError, away: &mut u32) -> bool {
    let locked = match error {
        BranchError::Remote(RemoteError::Moved { .. }) => return true,
        BranchError::Remote(RemoteError::Unreachable { .. }) => "",
        BranchError::Remote(RemoteError::Git(GitError::Failed { stderr, .. }))
        | BranchError::Git(GitError::Failed { stderr, .. })
            if stderr.contains("cannot lock ref") =>
        {
            stderr
        }
        _ => return false,
    };
    if locked.contains("but expected") {
        return true;
    }
    *away += 1;
    *away < AWAY
}

/// Waits a while that differs from process to process, so that two that met do not meet again.
async fn wait(attempt: u32) {
    let longest = FIRST_WAIT * 2_u32.pow((attempt - 1).min(DOUBLINGS));
    let longest = u64::try_from(longest.as_millis()).unwrap_or(u64::MAX);
    tokio::time::sleep(Duration::from_millis(fastrand::u64(..=longest))).await;
}
