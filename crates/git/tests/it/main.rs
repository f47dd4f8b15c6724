//! What this crate promises, against the real git program.

#![expect(clippy::unwrap_used, reason = "in a test, a failure is a panic")]

/// Clones for agents, and taking commits back out of hostile ones.
mod agents;
/// Bundles.
mod bundles;
/// Making commits, merging them, moving references.
mod commits;
/// Working folders and exports.
mod folders;
/// Repositories over HTTP.
mod remotes;
/// Histories that are cut off.
mod shallow;

use std::path::Path;
use std::process::Command;

use lightsout_git::{NewFile, Repo, Signature};
use tempfile::TempDir;

/// A repository with one commit on `main`.
struct Fixture {
    dir: TempDir,
    repo: Repo,
    first: String,
}

fn fixture() -> Fixture {
    let dir = tempfile::tempdir().unwrap();
    let repo = Repo::init_bare(&dir.path().join("site.git"), "main").unwrap();
    let files = [
        file("content/faq/a.mdx", "one\n"),
        file("content/pages/about.mdx", "about\n"),
        file(".gitignore", "*.png\n"),
    ];
    let first = repo
        .commit_files(None, &files, "first", &author(0))
        .unwrap();
    repo.update_ref("refs/heads/main", &first, None).unwrap();
    Fixture { dir, repo, first }
}

fn file<'a>(path: &'a str, text: &'a str) -> NewFile<'a> {
    NewFile {
        path,
        bytes: Some(text.as_bytes()),
    }
}

fn author(when: i64) -> Signature {
    Signature {
        name: "Robin".to_owned(),
        email: "robin@example.com".to_owned(),
        when: 1_700_000_000 + when,
    }
}

/// Git as an agent would call it, in its own clone.
fn agent(folder: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .args(args)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "git {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
