//! What this crate promises, on real folders.

#![expect(clippy::unwrap_used, reason = "in a test, a failure is a panic")]

/// The contract that every forge keeps.
mod contract;
/// The folder: made, opened, locked, repaired.
mod folder;
/// Killed at any moment, started again.
mod kill;
/// The ledger in the folder.
mod ledger;
/// What people may do, and do once.
mod people;

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use lightsout_forge::{BranchName, CommentId, Forge, Inbox, Label, Login, Number, Permission, Sha};
use lightsout_git::{NewFile, Repo, Signature};
use lightsout_local::Local;
use lightsout_testkit::VirtualClock;
use lightsout_testkit::contract::{Work, World};
use tempfile::TempDir;

/// A fresh forge in a folder of its own, with people in it.
struct Fixture {
    local: Local,
    dir: TempDir,
    works: AtomicUsize,
}

fn login(name: &str) -> Login {
    Login::new(name).unwrap()
}

fn branch(name: &str) -> BranchName {
    BranchName::new(name).unwrap()
}

async fn fixture() -> Fixture {
    let dir = tempfile::tempdir().unwrap();
    let local = make(&dir.path().join("factory")).await;
    Fixture {
        local,
        dir,
        works: AtomicUsize::new(0),
    }
}

async fn make(dir: &Path) -> Local {
    let site = [("content/pages/about.mdx".to_owned(), b"about\n".to_vec())];
    let local = Local::create(dir, &site, VirtualClock::default().as_fn())
        .await
        .unwrap();
    local
        .set_permission(&login("mira"), Permission::Write)
        .await
        .unwrap();
    local
        .set_permission(&login("robin"), Permission::Read)
        .await
        .unwrap();
    local
}

/// Commits one file on top of a commit, in a copy of the repository, and bundles it up.
fn work(local: &Local, scratch: &Path, on: &Sha, path: &str, text: &str) -> Work {
    let copy = scratch.join("copy.git");
    copy_folder(local.repo().path(), &copy);
    let repo = Repo::open_bare(&copy).unwrap();
    let author = Signature {
        name: "Agent".to_owned(),
        email: "agent@example.com".to_owned(),
        when: 1_772_442_000,
    };
    let bytes = Some(text.as_bytes());
    let at = repo
        .commit_files(
            Some(on.as_str()),
            &[NewFile { path, bytes }],
            "work",
            &author,
        )
        .unwrap();
    repo.update_ref("refs/heads/agent-work", &at, None).unwrap();
    let bundle = scratch.join("work.bundle");
    repo.bundle(on.as_str(), "refs/heads/agent-work", &bundle)
        .unwrap();
    fs::remove_dir_all(&copy).unwrap();
    Work {
        at: Sha::new(&at).unwrap(),
        bundle,
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[async_trait]
impl World for Fixture {
    fn forge(&self) -> &dyn Forge {
        &self.local
    }

    fn inbox(&self) -> Option<&dyn Inbox> {
        Some(&self.local)
    }

    async fn open_issue(&self, who: &Login, title: &str, body: &str, labels: &[Label]) -> Number {
        self.local
            .person(who)
            .open_issue(None, title, body, labels)
            .await
            .unwrap()
    }

    async fn comment(&self, who: &Login, on: Number, body: &str) -> CommentId {
        self.local
            .person(who)
            .comment(None, on, body)
            .await
            .unwrap()
    }

    async fn add_label(&self, who: &Login, on: Number, label: &Label) {
        self.local
            .person(who)
            .add_label(None, on, label)
            .await
            .unwrap();
    }

    async fn close(&self, who: &Login, on: Number) {
        self.local.person(who).close(None, on).await.unwrap();
    }

    async fn reopen(&self, who: &Login, on: Number) {
        self.local.person(who).reopen(None, on).await.unwrap();
    }

    async fn attach(&self, who: &Login, file_name: &str, bytes: &[u8]) -> String {
        self.local
            .person(who)
            .attach(file_name, bytes)
            .await
            .unwrap()
    }

    async fn set_permission(&self, who: &Login, permission: Permission) {
        self.local.set_permission(who, permission).await.unwrap();
    }

    async fn work(&self, on: &Sha, path: &str, text: &str) -> Work {
        let number = self.works.fetch_add(1, Ordering::SeqCst);
        let scratch = self.dir.path().join(format!("work-{number}"));
        fs::create_dir(&scratch).unwrap();
        work(&self.local, &scratch, on, path, text)
    }
}
