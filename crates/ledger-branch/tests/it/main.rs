//! What this crate promises, over the real `git http-backend`.

#![expect(clippy::unwrap_used, reason = "in a test, a failure is a panic")]

/// What goes wrong on the way, and on the branch.
mod faults;
/// Killed at any moment, called again.
mod kill;
/// The contract, and many writers at once.
mod store;

use std::path::Path;

use chrono::{DateTime, Utc};
use lightsout_git::{NewFile, Remote, Repo, Signature};
use lightsout_ledger::{Ask, Caps, Entry, EntryId, LedgerStore as _, Nanodollars, RunId};
use lightsout_ledger_branch::{BranchLedger, FILE};
use lightsout_testkit::GitServer;
use tempfile::TempDir;

const TOKEN: &str = "planted-token-51c0";
const BRANCH: &str = "lightsout/ledger";

/// A forge, and a ledger on it.
struct World {
    ledger: BranchLedger,
    theirs: Repo,
    server: GitServer,
    dir: TempDir,
}

fn world() -> World {
    let dir = tempfile::tempdir().unwrap();
    let theirs = Repo::init_bare(&dir.path().join("forge/acme/site.git"), "main").unwrap();
    let server = GitServer::start(&dir.path().join("forge"), Some(TOKEN)).unwrap();
    let ledger = writer(&server.url(), &dir.path().join("ours.git"));
    World {
        ledger,
        theirs,
        server,
        dir,
    }
}

/// A ledger that somebody else has, with a repository of their own.
fn writer(server: &str, repo: &Path) -> BranchLedger {
    let remote = Remote::new(&format!("{server}/acme/site.git"), Some(TOKEN.into())).unwrap();
    // To make one that is there already takes a lock, for which git does not wait.
    let repo = Repo::open_bare(repo).or_else(|_| Repo::init_bare(repo, "main"));
    BranchLedger::new(remote, repo.unwrap(), BRANCH)
}

impl World {
    fn writer(&self, name: &str) -> BranchLedger {
        writer(&self.server.url(), &self.dir.path().join(name))
    }

    fn at(&self) -> Option<String> {
        self.theirs.rev(&format!("refs/heads/{BRANCH}")).unwrap()
    }

    fn text(&self) -> String {
        let file = self
            .theirs
            .read_file(&self.at().unwrap(), FILE, 1 << 20)
            .unwrap();
        String::from_utf8(file.unwrap()).unwrap()
    }

    /// Puts another text on the branch, on top of what is there or of nothing.
    fn put(&self, parent: Option<&str>, text: &str) {
        let file = NewFile {
            path: FILE,
            bytes: Some(text.as_bytes()),
        };
        let robin = Signature {
            name: "Robin".to_owned(),
            email: "robin@example.com".to_owned(),
            when: 1_700_000_000,
        };
        let commit = self
            .theirs
            .commit_files(parent, &[file], "by hand", &robin)
            .unwrap();
        let name = format!("refs/heads/{BRANCH}");
        self.theirs
            .update_ref(&name, &commit, self.at().as_deref())
            .unwrap();
    }
}

fn at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_442_000, 0).unwrap()
}

fn ask(id: &str, amount: u64) -> Ask {
    Ask {
        id: EntryId::new(id),
        issue: 4,
        run: RunId::new("run-1"),
        at: at(),
        amount: Nanodollars(amount),
    }
}

fn ids(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.id.as_str()).collect()
}

async fn reserve(ledger: &BranchLedger, id: &str) {
    ledger.reserve(&ask(id, 1), &Caps::default()).await.unwrap();
}
