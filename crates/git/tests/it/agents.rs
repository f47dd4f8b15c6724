use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use lightsout_git::{GitError, Mode, Repo, Status};

use crate::{Fixture, agent, author, fixture};

const NAME: &str = "An \"Agent\" \\ of #1; here";
const INTO: &str = "refs/lightsout/runs/1";

fn clone(fixture: &Fixture) -> PathBuf {
    let into = fixture.dir.path().join("clone");
    let branch = "claude/issue-4-remote-work";
    let at = &fixture.first;
    fixture
        .repo
        .clone_throwaway(&into, branch, at, NAME, "agent@example.com")
        .unwrap();
    into
}

#[test]
fn a_clone_leads_nowhere() {
    let fixture = fixture();
    let clone = clone(&fixture);
    assert_eq!(
        fs::read_to_string(clone.join("content/faq/a.mdx")).unwrap(),
        "one\n"
    );
    assert_eq!(agent(&clone, &["rev-parse", "HEAD"]), fixture.first);
    assert_eq!(
        agent(&clone, &["branch", "--show-current"]),
        "claude/issue-4-remote-work"
    );
    assert_eq!(agent(&clone, &["remote"]), "");
    assert_eq!(agent(&clone, &["config", "user.name"]), NAME);
    assert_eq!(agent(&clone, &["status", "--porcelain"]), "");
    assert!(!clone.join(".git/objects/info/alternates").exists());
    assert!(!clone.join(".git/hooks").exists());
    let mut texts = Vec::new();
    for name in ["config", "FETCH_HEAD", "logs/HEAD"] {
        texts.push(fs::read_to_string(clone.join(".git").join(name)).unwrap_or_default());
    }
    assert!(!texts.concat().contains("site.git"), "{texts:?}");
}

#[test]
fn only_the_history_of_the_base_is_in_a_clone() {
    let fixture = fixture();
    let secret = [crate::file("secret", "other request\n")];
    let other = fixture
        .repo
        .commit_files(Some(&fixture.first), &secret, "x", &crate::author(1))
        .unwrap();
    fixture
        .repo
        .update_ref("refs/heads/other", &other, None)
        .unwrap();
    let clone = clone(&fixture);
    let all = agent(
        &clone,
        &["cat-file", "--batch-all-objects", "--batch-check"],
    );
    assert!(all.contains(&fixture.first) && !all.contains(&other));
}

#[test]
fn every_kind_of_change_is_seen_as_it_is() {
    let fixture = fixture();
    let clone = clone(&fixture);
    fs::write(clone.join("content/faq/b.mdx"), "four").unwrap();
    fs::remove_file(clone.join("content/pages/about.mdx")).unwrap();
    fs::write(clone.join("content/faq/a.mdx"), "changed\n").unwrap();
    agent(&clone, &["add", "-A"]);
    let link = agent_object(&clone, "../../../etc/passwd");
    for (mode, object, path) in [
        ("120000", &link, "content/faq/link"),
        ("100755", &link, "content/faq/run.sh"),
        ("160000", &fixture.first, "content/faq/module"),
    ] {
        agent(
            &clone,
            &["update-index", "--add", "--cacheinfo", mode, object, path],
        );
    }
    agent(&clone, &["commit", "-q", "-m", "work"]);
    let head = fixture.repo.fetch_untrusted(&clone, "HEAD", INTO).unwrap();
    assert_eq!(
        fixture.repo.rev(INTO).unwrap().as_deref(),
        Some(head.as_str())
    );
    let changes = fixture.repo.changes(&fixture.first, &head).unwrap();
    let seen: Vec<_> = changes
        .iter()
        .map(|c| {
            (
                c.path.as_str(),
                c.status,
                c.new.as_ref().map(|e| (e.mode, e.size)),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("content/faq/a.mdx", Status::Modified, Some((Mode::File, 8))),
            ("content/faq/b.mdx", Status::Added, Some((Mode::File, 4))),
            ("content/faq/link", Status::Added, Some((Mode::Symlink, 19))),
            (
                "content/faq/module",
                Status::Added,
                Some((Mode::Submodule, 0))
            ),
            (
                "content/faq/run.sh",
                Status::Added,
                Some((Mode::Executable, 19))
            ),
            ("content/pages/about.mdx", Status::Deleted, None),
        ]
    );
    assert_eq!(changes[0].old.as_ref().unwrap().size, 4);
    let on_path = fixture
        .repo
        .link_on_path(&head, "content/faq/link/x")
        .unwrap();
    assert_eq!(on_path.as_deref(), Some("content/faq/link"));
    assert_eq!(
        fixture
            .repo
            .link_on_path(&head, "content/faq/b.mdx")
            .unwrap(),
        None
    );
    assert!(matches!(
        fixture.repo.read_file(&head, "content/faq/link", 100),
        Err(GitError::NotAFile { .. })
    ));
}

fn agent_object(clone: &std::path::Path, text: &str) -> String {
    fs::write(clone.join(".git/blob"), text).unwrap();
    agent(clone, &["hash-object", "-w", "--no-filters", ".git/blob"])
}

#[test]
fn a_hostile_configuration_runs_nothing() {
    let fixture = fixture();
    let clone = clone(&fixture);
    fs::write(clone.join("content/faq/b.mdx"), "b\n").unwrap();
    agent(&clone, &["add", "-A"]);
    agent(&clone, &["commit", "-q", "-m", "work"]);
    let trap = fixture.dir.path().join("sprung");
    let touch = format!("touch {}", trap.display());
    for key in [
        "core.fsmonitor",
        "core.sshCommand",
        "core.pager",
        "core.alternateRefsCommand",
        "core.gitProxy",
        "uploadpack.packObjectsHook",
        "credential.helper",
        "filter.x.clean",
        "diff.external",
    ] {
        agent(&clone, &["config", key, &touch]);
    }
    agent(&clone, &["config", "core.hooksPath", "hooks"]);
    for hook in [
        "post-checkout",
        "reference-transaction",
        "pre-auto-gc",
        "post-index-change",
    ] {
        for folder in [clone.join("hooks"), clone.join(".git/hooks")] {
            fs::create_dir_all(&folder).unwrap();
            let path = folder.join(hook);
            fs::write(&path, format!("#!/bin/sh\n{touch}\n")).unwrap();
            #[cfg(unix)]
            fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755))
                .unwrap();
        }
    }
    fixture.repo.fetch_untrusted(&clone, "HEAD", INTO).unwrap();
    assert!(!trap.exists(), "something of the hostile repository ran");
    // The traps are real: git run inside springs one.
    let _ = std::process::Command::new("git")
        .current_dir(&clone)
        .arg("status")
        .output();
    assert!(trap.exists(), "the traps of this test are blunt");
}

#[test]
fn a_clone_that_is_something_else_is_refused() {
    let fixture = fixture();
    let clone = clone(&fixture);
    fs::rename(clone.join(".git"), clone.join("moved")).unwrap();
    fs::write(
        clone.join(".git"),
        format!("gitdir: {}\n", fixture.repo.path().display()),
    )
    .unwrap();
    let refused = fixture.repo.fetch_untrusted(&clone, "HEAD", INTO);
    assert!(
        matches!(refused, Err(GitError::Refused { .. })),
        "{refused:?}"
    );
    fs::remove_file(clone.join(".git")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(fixture.repo.path(), clone.join(".git")).unwrap();
    let refused = fixture.repo.fetch_untrusted(&clone, "HEAD", INTO);
    assert!(
        matches!(refused, Err(GitError::Refused { .. })),
        "{refused:?}"
    );
    assert_eq!(fixture.repo.rev(INTO).unwrap(), None);
}

#[test]
fn objects_that_no_git_would_make_are_refused() {
    let fixture = fixture();
    let clone = clone(&fixture);
    let blob = agent_object(&clone, "x");
    for name in [".git", "..", ".GIT"] {
        fs::write(clone.join(".git/tree"), raw_tree(name, &blob)).unwrap();
        let tree = agent(
            &clone,
            &[
                "hash-object",
                "-w",
                "-t",
                "tree",
                "--literally",
                ".git/tree",
            ],
        );
        let commit = agent(&clone, &["commit-tree", &tree, "-p", "HEAD", "-m", "evil"]);
        agent(&clone, &["update-ref", "HEAD", &commit]);
        let refused = fixture.repo.fetch_untrusted(&clone, "HEAD", INTO);
        assert!(
            matches!(refused, Err(GitError::Failed { .. })),
            "{name}: {refused:?}"
        );
        assert_eq!(fixture.repo.rev(INTO).unwrap(), None);
        agent(&clone, &["update-ref", "HEAD", &fixture.first]);
    }
}

fn raw_tree(name: &str, blob: &str) -> Vec<u8> {
    let mut tree = format!("100644 {name}\0").into_bytes();
    tree.extend((0..20).map(|i| u8::from_str_radix(&blob[2 * i..2 * i + 2], 16).unwrap()));
    tree
}

#[test]
fn a_path_that_is_no_utf8_is_an_error_value() {
    let fixture = fixture();
    let clone = clone(&fixture);
    let blob = agent_object(&clone, "x");
    let mut tree = b"100644 caf\xe9\0".to_vec();
    tree.extend((0..20).map(|i| u8::from_str_radix(&blob[2 * i..2 * i + 2], 16).unwrap()));
    fs::write(clone.join(".git/tree"), tree).unwrap();
    let tree = agent(&clone, &["hash-object", "-w", "-t", "tree", ".git/tree"]);
    let commit = agent(&clone, &["commit-tree", &tree, "-p", "HEAD", "-m", "latin"]);
    agent(&clone, &["update-ref", "HEAD", &commit]);
    let head = fixture.repo.fetch_untrusted(&clone, "HEAD", INTO).unwrap();
    let changes = fixture.repo.changes(&fixture.first, &head);
    assert!(
        matches!(changes, Err(GitError::NotUtf8 { .. })),
        "{changes:?}"
    );
}

/// A process that was killed may leave a git behind that holds the reference a moment longer.
#[test]
fn a_fetch_waits_for_who_moves_the_reference_too() {
    let fixture = fixture();
    let other = Repo::init_bare(&fixture.dir.path().join("other.git"), "main").unwrap();
    let lock = fixture.dir.path().join("other.git/refs/forge/base.lock");
    fs::create_dir_all(lock.parent().unwrap()).unwrap();
    fs::write(&lock, "").unwrap();
    let fetch = || other.fetch_from(&fixture.repo, "refs/heads/main", "refs/forge/base");
    let freed = thread::scope(|scope| {
        let fetched = scope.spawn(fetch);
        thread::sleep(Duration::from_millis(300));
        fs::remove_file(&lock).unwrap();
        fetched.join().unwrap()
    });
    assert_eq!(freed.unwrap(), fixture.first);

    // One that nobody gives back is a failure, and said.
    fs::write(&lock, "").unwrap();
    let newer = fixture
        .repo
        .commit_files(Some(&fixture.first), &[], "second", &author(1));
    let newer = newer.unwrap();
    let main = "refs/heads/main";
    fixture
        .repo
        .update_ref(main, &newer, Some(&fixture.first))
        .unwrap();
    let error = fetch().unwrap_err();
    assert!(error.to_string().contains("cannot lock ref"), "{error}");
}
