use std::time::Duration;

use lightsout_git::{GitError, Mode, NewFile, Repo};

use crate::{author, file, fixture};

#[test]
fn the_same_arguments_make_the_same_commit_everywhere() {
    let fixture = fixture();
    assert_eq!(
        fixture.first, "79788f45048f165c267118ddd23f51fbeabd4126",
        "a commit depends on something that was not given"
    );
}

#[test]
fn a_commit_says_who_made_it_from_what() {
    let fixture = fixture();
    let (repo, first) = (&fixture.repo, fixture.first.as_str());
    let message = "two lines\n\nand: a third\n";
    let new = [file("content/faq/a.mdx", "two")];
    let second = repo.commit_files(Some(first), &new, message, &author(7));
    let second = second.unwrap();
    let facts = repo.facts(&second).unwrap();
    assert_eq!(
        (&facts.author, facts.message.as_str()),
        (&author(7), message.trim_end())
    );
    assert_eq!(facts.parents, [first]);
    assert_eq!(facts.tree.len(), 40);
    assert_eq!(repo.facts(first).unwrap().parents, Vec::<String>::new());
    assert!(repo.facts(&"1".repeat(40)).is_err());
    assert!(repo.facts("main").is_err());
}

#[test]
fn files_are_written_removed_and_read() {
    let fixture = fixture();
    let (repo, first) = (&fixture.repo, fixture.first.as_str());
    let gone = NewFile {
        path: "content/pages/about.mdx",
        bytes: None,
    };
    let new = [
        file("content/faq/a.mdx", "two\r\n"),
        file("content/faq/z [x]*.mdx", "z"),
        gone,
    ];
    let second = repo
        .commit_files(Some(first), &new, "second", &author(1))
        .unwrap();
    assert_eq!(
        repo.list(&second, "").unwrap(),
        [".gitignore", "content/faq/a.mdx", "content/faq/z [x]*.mdx"]
    );
    assert_eq!(repo.list(&second, "content/faq").unwrap().len(), 2);
    let paths: Vec<_> = repo.paths(&second).unwrap().into_iter().collect();
    assert_eq!(paths, repo.list(&second, "").unwrap());
    assert_eq!(repo.list(&second, "content/f").unwrap().len(), 0);
    let read = |path| repo.read_file(&second, path, 5);
    assert_eq!(
        read("content/faq/a.mdx").unwrap().unwrap(),
        b"two\r\n",
        "line ends stay"
    );
    assert_eq!(read("content/pages/about.mdx").unwrap(), None);
    assert!(matches!(
        read(".gitignore"),
        Err(GitError::TooLarge { limit: 5, .. })
    ));
    assert!(matches!(read("content"), Err(GitError::NotAFile { .. })));
    assert_eq!(
        repo.entry(&second, "content").unwrap().unwrap().mode,
        Mode::Folder
    );
    assert_eq!(
        repo.entry(&second, "content/faq/z*.mdx").unwrap(),
        None,
        "no pattern matching"
    );
    assert!(repo.is_ancestor(first, &second).unwrap());
    assert!(!repo.is_ancestor(&second, first).unwrap());
}

#[test]
fn texts_that_could_be_options_or_leave_the_repository_are_refused() {
    let fixture = fixture();
    let (repo, first) = (&fixture.repo, fixture.first.as_str());
    for name in [
        "--help",
        "-x",
        "a..b",
        "a b",
        "HEAD^{tree}",
        "main:content",
        "@{-1}",
        "",
        "a\nb",
    ] {
        assert!(
            matches!(repo.rev(name), Err(GitError::BadName { .. })),
            "{name}"
        );
    }
    for path in [
        "../x",
        "/etc/passwd",
        ".git/config",
        "a/.GIT/x",
        "a//b",
        "",
        "a\nb",
    ] {
        let refused = repo.commit_files(Some(first), &[file(path, "x")], "m", &author(1));
        assert!(matches!(refused, Err(GitError::BadName { .. })), "{path}");
    }
    assert!(
        repo.changes("main", first).is_err(),
        "only full names of commits"
    );
    assert!(repo.update_ref("HEAD", first, None).is_err());
    assert_eq!(repo.rev("absent").unwrap(), None);
    assert_eq!(repo.rev(&"0".repeat(40)).unwrap(), None);
}

#[test]
fn a_reference_moves_only_from_where_it_was() {
    let fixture = fixture();
    let (repo, first) = (&fixture.repo, fixture.first.as_str());
    let second = repo
        .commit_files(Some(first), &[file("x", "x")], "second", &author(1))
        .unwrap();
    let name = "refs/heads/main";
    let third = repo
        .commit_files(Some(first), &[file("y", "y")], "third", &author(1))
        .unwrap();
    assert!(matches!(
        repo.update_ref(name, &second, Some(&third)),
        Err(GitError::RefMoved { .. })
    ));
    assert!(matches!(
        repo.update_ref(name, &second, None),
        Err(GitError::RefMoved { .. })
    ));
    repo.update_ref(name, &second, Some(first)).unwrap();
    repo.update_ref(name, &second, Some(first)).unwrap();
    assert!(matches!(
        repo.delete_ref(name, Some(first)),
        Err(GitError::RefMoved { .. })
    ));
    assert!(repo.delete_ref(name, Some(&second)).unwrap());
    assert!(!repo.delete_ref(name, Some(&second)).unwrap());
}

#[test]
fn a_squash_is_one_commit_and_a_conflict_names_its_paths() {
    let fixture = fixture();
    let (repo, first) = (&fixture.repo, fixture.first.as_str());
    let make = |parent: &str, path, text| {
        repo.commit_files(Some(parent), &[file(path, text)], text, &author(1))
            .unwrap()
    };
    let base = make(first, "content/faq/b.mdx", "b\n");
    let one = make(first, "content/faq/c.mdx", "c\n");
    let two = make(&one, "content/faq/c.mdx", "c and more\n");
    let squashed = repo
        .squash(&base, &two, "Add c\n\nbody\0", &author(2))
        .unwrap();
    assert_eq!(
        repo.squash(&base, &two, "Add c\n\nbody\0", &author(2))
            .unwrap(),
        squashed
    );
    let paths: Vec<_> = repo
        .changes(&base, &squashed)
        .unwrap()
        .into_iter()
        .map(|c| c.path)
        .collect();
    assert_eq!(paths, ["content/faq/c.mdx"]);
    assert!(!repo.is_ancestor(&one, &squashed).unwrap());
    let ours = make(first, "content/faq/a.mdx", "ours\n");
    let theirs = make(first, "content/faq/a.mdx", "theirs\n");
    match repo.squash(&ours, &theirs, "x", &author(2)) {
        Err(GitError::Conflict { paths }) => assert_eq!(paths, ["content/faq/a.mdx"]),
        other => panic!("{other:?}"),
    }
    repo.update_ref("refs/heads/main", &squashed, Some(first))
        .unwrap();
    repo.fsck().unwrap();
}

#[test]
fn locks_of_a_killed_git_are_removed() {
    let fixture = fixture();
    let (repo, first) = (&fixture.repo, fixture.first.as_str());
    let second = repo
        .commit_files(Some(first), &[file("x", "x")], "second", &author(1))
        .unwrap();
    std::fs::write(repo.path().join("refs/heads/main.lock"), "").unwrap();
    assert!(matches!(
        repo.update_ref("refs/heads/main", &second, Some(first)),
        Err(GitError::Failed { .. })
    ));
    assert_eq!(repo.remove_stale_locks(Duration::ZERO).unwrap(), 1);
    repo.update_ref("refs/heads/main", &second, Some(first))
        .unwrap();
}

#[test]
fn a_repository_is_taken_over_from_a_git_that_was_killed() {
    let fixture = fixture();
    let path = fixture.repo.path();
    for lock in ["config.lock", "HEAD.lock", "refs/heads/main.lock"] {
        std::fs::write(path.join(lock), "").unwrap();
    }
    assert!(matches!(
        Repo::init_bare(path, "main"),
        Err(GitError::Failed { .. })
    ));
    let repo = Repo::take_over(path, "main").unwrap();
    let first = fixture.first.as_str();
    repo.delete_ref("refs/heads/main", Some(first)).unwrap();
    let fresh = fixture.dir.path().join("fresh");
    std::fs::create_dir(&fresh).unwrap();
    std::fs::write(fresh.join("HEAD.lock"), "").unwrap();
    Repo::take_over(&fresh, "main").unwrap().fsck().unwrap();
}

#[test]
fn making_a_repository_twice_is_making_it_once() {
    let fixture = fixture();
    let again = Repo::init_bare(fixture.repo.path(), "main").unwrap();
    assert_eq!(
        again.rev("refs/heads/main").unwrap().as_deref(),
        Some(fixture.first.as_str())
    );
    assert!(matches!(
        Repo::open_bare(&fixture.dir.path().join("none")),
        Err(GitError::Refused { .. })
    ));
}

#[test]
fn a_commit_knows_what_it_was_made_on() {
    let fixture = fixture();
    let (repo, first) = (&fixture.repo, fixture.first.as_str());
    let second = repo
        .commit_files(Some(first), &[], "nothing", &author(1))
        .unwrap();
    assert_eq!(repo.parent(&second).unwrap().as_deref(), Some(first));
    assert_eq!(repo.parent(first).unwrap(), None);
    assert_eq!(repo.parent(&"0".repeat(40)).unwrap(), None);
    assert!(repo.parent("HEAD").is_err());
}

#[test]
fn a_reference_is_found_wherever_git_keeps_it() {
    let fixture = fixture();
    let repo = &fixture.repo;
    let (name, other) = ("refs/heads/a/b", "refs/heads/a/c");
    assert_eq!(repo.rev(name).unwrap(), None);
    repo.update_ref(name, &fixture.first, None).unwrap();
    assert_eq!(repo.rev(name).unwrap().as_ref(), Some(&fixture.first));
    let packed = std::process::Command::new("git")
        .arg("--git-dir")
        .arg(repo.path())
        .args(["pack-refs", "--all", "--prune"])
        .status()
        .unwrap();
    assert!(packed.success() && !repo.path().join(name).exists());
    assert_eq!(repo.rev(name).unwrap().as_ref(), Some(&fixture.first));
    assert_eq!(repo.rev(other).unwrap(), None);
    assert_eq!(repo.rev("refs/heads/a").unwrap(), None);
}
