use std::fs;

use lightsout_git::{GitError, Repo};

use crate::{author, file, fixture};

#[test]
fn a_bundle_carries_commits_to_a_repository_that_knows_its_base() {
    let fixture = fixture();
    let (repo, first) = (&fixture.repo, fixture.first.as_str());
    let new = repo
        .commit_files(
            Some(first),
            &[file("content/faq/b.mdx", "b\n")],
            "b",
            &author(1),
        )
        .unwrap();
    repo.update_ref("refs/heads/work", &new, None).unwrap();
    let out = fixture.dir.path().join("work.bundle");
    repo.bundle(first, "refs/heads/work", &out).unwrap();

    let other = Repo::init_bare(&fixture.dir.path().join("other.git"), "main").unwrap();
    let unknown = other.import_bundle(&out);
    assert!(
        matches!(unknown, Err(GitError::NotFound { .. })),
        "{unknown:?}"
    );
    let files = [
        file("content/faq/a.mdx", "one\n"),
        file("content/pages/about.mdx", "about\n"),
        file(".gitignore", "*.png\n"),
    ];
    assert_eq!(
        other
            .commit_files(None, &files, "first", &author(0))
            .unwrap(),
        first
    );
    other.import_bundle(&out).unwrap();
    other.import_bundle(&out).unwrap();
    assert_eq!(other.rev(&new).unwrap(), Some(new.clone()));
    assert_eq!(
        other.refs("refs/").unwrap(),
        [],
        "importing moves no reference"
    );
    other.update_ref("refs/heads/main", &new, None).unwrap();
    other.fsck().unwrap();
}

#[test]
fn an_empty_bundle_is_not_written() {
    let fixture = fixture();
    let out = fixture.dir.path().join("empty.bundle");
    let nothing = fixture.repo.bundle(&fixture.first, "refs/heads/main", &out);
    assert!(
        matches!(nothing, Err(GitError::NothingNew { .. })),
        "{nothing:?}"
    );
    assert!(!out.exists());
}

#[test]
fn what_is_no_bundle_is_refused() {
    let fixture = fixture();
    let (repo, first) = (&fixture.repo, fixture.first.as_str());
    let new = repo
        .commit_files(Some(first), &[file("b", "b\n")], "b", &author(1))
        .unwrap();
    repo.update_ref("refs/heads/work", &new, None).unwrap();
    let path = fixture.dir.path().join("x.bundle");
    repo.bundle(first, "refs/heads/work", &path).unwrap();
    let whole = fs::read(&path).unwrap();
    let mut flipped = whole.clone();
    let last = flipped.len() - 30;
    flipped[last] ^= 0x40;
    for bytes in [
        &b""[..],
        b"# v2 git bundle\n",
        b"hello\n\n",
        &whole[..whole.len() - 5],
        &flipped,
    ] {
        fs::write(&path, bytes).unwrap();
        assert!(repo.import_bundle(&path).is_err());
    }
    assert!(
        repo.import_bundle(&fixture.dir.path().join("absent"))
            .is_err()
    );
}
