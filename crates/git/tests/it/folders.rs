use std::fs;
use std::sync::Barrier;
use std::thread;

use lightsout_git::{GitError, Repo};

use crate::{author, fixture};

#[test]
fn a_repository_that_is_made_by_several_at_once_is_made_once() {
    type Make = fn(&std::path::Path, &str) -> Result<Repo, GitError>;
    let makes: [Make; 2] = [Repo::init_bare, Repo::take_over];
    for round in 0..10 {
        let dir = tempfile::tempdir().unwrap();
        let (path, start) = (dir.path().join("deep/site.git"), Barrier::new(8));
        thread::scope(|scope| {
            for make in makes.iter().cycle().take(8) {
                scope.spawn(|| {
                    start.wait();
                    let made = make(&path, "main");
                    assert!(made.is_ok(), "round {round}: {made:?}");
                });
            }
        });
        Repo::open_bare(&path).unwrap().fsck().unwrap();
    }
}

#[test]
fn a_working_folder_commits_everything_even_what_is_ignored() {
    let fixture = fixture();
    let tree = fixture
        .repo
        .worktree_add(&fixture.dir.path().join("tree"), &fixture.first)
        .unwrap();
    assert_eq!(
        tree.commit_all("nothing", &author(1)).unwrap(),
        fixture.first
    );
    fs::create_dir_all(tree.path().join("public/images")).unwrap();
    fs::write(tree.path().join("public/images/x.png"), b"\x89PNG").unwrap();
    // A program that ran in the folder may have replaced this.
    fs::write(tree.path().join(".git"), "gitdir: /nonexistent\n").unwrap();
    let commit = tree.commit_all("draw", &author(1)).unwrap();
    assert_eq!(tree.commit_all("draw", &author(1)).unwrap(), commit);
    let changes = fixture.repo.changes(&fixture.first, &commit).unwrap();
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].path, "public/images/x.png");
    tree.remove().unwrap();
    assert!(!fixture.dir.path().join("tree").exists());
    assert!(fixture.repo.is_ancestor(&fixture.first, &commit).unwrap());
}

#[test]
fn a_working_folder_whose_owner_was_killed_is_forgotten() {
    let fixture = fixture();
    let into = fixture.dir.path().join("tree");
    fixture.repo.worktree_add(&into, &fixture.first).unwrap();
    fs::remove_dir_all(&into).unwrap();
    fixture.repo.worktree_add(&into, &fixture.first).unwrap();
    fs::remove_dir_all(&into).unwrap();
    fixture.repo.worktree_prune().unwrap();
    assert!(fs::read_dir(fixture.repo.path().join("worktrees")).map_or(0, Iterator::count) == 0);
}

#[test]
fn an_export_is_no_repository() {
    let fixture = fixture();
    let into = fixture.dir.path().join("plain");
    fixture.repo.export(&into, &fixture.first).unwrap();
    assert_eq!(
        fs::read_to_string(into.join("content/faq/a.mdx")).unwrap(),
        "one\n"
    );
    assert!(!into.join(".git").exists());
    assert!(!fixture.repo.path().join("index").exists());
}
