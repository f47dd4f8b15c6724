use std::path::{Path, PathBuf};

use lightsout_git::{Pushed, Remote, RemoteError, Repo};
use lightsout_testkit::{GitFault, GitServer};

use crate::{author, file, fixture};

/// Recognisable wherever it turns up.
const TOKEN: &str = "planted-token-7f3a";
const RECEIVE: &str = "/git-receive-pack";
const BRANCH: &str = "claude/issue-1-x";

/// A forge over HTTP with one commit on `main`, and a repository of ours that knows it.
struct World {
    ours: crate::Fixture,
    theirs: Repo,
    server: GitServer,
    remote: Remote,
}

fn world() -> World {
    let ours = fixture();
    let root = ours.dir.path().join("forge");
    std::fs::create_dir_all(root.join("acme")).unwrap();
    let theirs = Repo::init_bare(&root.join("acme/site.git"), "main").unwrap();
    theirs
        .fetch_from(&ours.repo, "refs/heads/main", "refs/heads/main")
        .unwrap();
    let server = GitServer::start(&root, Some(TOKEN)).unwrap();
    let remote = to(&server, Some(TOKEN));
    World {
        ours,
        theirs,
        server,
        remote,
    }
}

fn to(server: &GitServer, token: Option<&str>) -> Remote {
    let url = format!("{}/acme/site.git", server.url());
    Remote::new(&url, token.map(Into::into)).unwrap()
}

impl World {
    fn commit(&self, text: &str) -> String {
        let files = [file("content/faq/a.mdx", text)];
        let repo = &self.ours.repo;
        repo.commit_files(Some(&self.ours.first), &files, text, &author(1))
            .unwrap()
    }

    fn push(&self, at: &str, expected: Option<&str>) -> Result<Pushed, RemoteError> {
        self.remote.push(&self.ours.repo, at, BRANCH, expected)
    }

    fn at(&self) -> Option<String> {
        self.theirs.rev(&format!("refs/heads/{BRANCH}")).unwrap()
    }
}

#[test]
fn a_push_moves_a_branch_from_where_it_was_said_to_be_and_from_nowhere_else() {
    let world = world();
    let (one, two) = (world.commit("one"), world.commit("two"));
    assert_eq!(world.remote.branch(BRANCH).unwrap(), None);
    assert_eq!(world.push(&one, None).unwrap(), Pushed::Done);
    assert_eq!(world.push(&one, None).unwrap(), Pushed::UpToDate);
    assert_eq!(world.remote.branch(BRANCH).unwrap(), Some(one.clone()));
    // It moves aside too, when that is what was seen.
    for wrong in [None, Some(two.as_str()), Some(world.ours.first.as_str())] {
        let other = world.commit("three");
        let moved = world.push(&other, wrong);
        assert!(
            matches!(&moved, Err(RemoteError::Moved { found, .. }) if found.as_ref() == Some(&one)),
            "{wrong:?}: {moved:?}"
        );
    }
    assert_eq!(world.push(&two, Some(&one)).unwrap(), Pushed::Done);
    assert_eq!(world.at(), Some(two.clone()));
    let stale = world.remote.delete(&world.ours.repo, BRANCH, &one);
    assert!(matches!(stale, Err(RemoteError::Moved { .. })), "{stale:?}");
    let delete = || world.remote.delete(&world.ours.repo, BRANCH, &two);
    assert_eq!(delete().unwrap(), Pushed::Done);
    assert_eq!(delete().unwrap(), Pushed::UpToDate);
    assert_eq!(world.at(), None);
}

#[test]
fn what_is_there_is_fetched() {
    let world = world();
    let pushed = world.commit("one");
    world.push(&pushed, None).unwrap();
    let fresh = Repo::init_bare(&world.ours.dir.path().join("fresh.git"), "main").unwrap();
    let fetch = |branch: &str| world.remote.fetch(&fresh, branch, "refs/remote/x");
    assert_eq!(fetch("claude/none").unwrap(), None);
    assert_eq!(fetch(BRANCH).unwrap(), Some(pushed.clone()));
    assert_eq!(fetch("main").unwrap(), Some(world.ours.first.clone()));

    let shallow = Repo::init_bare(&world.ours.dir.path().join("shallow.git"), "main").unwrap();
    world.remote.fetch_commit(&shallow, &pushed).unwrap();
    assert_eq!(shallow.rev(&pushed).unwrap(), Some(pushed.clone()));
    assert_eq!(shallow.rev(&world.ours.first).unwrap(), None);
    assert_eq!(shallow.refs("refs/").unwrap(), []);
    let before = world.server.requests().len();
    world.remote.fetch_commit(&shallow, &pushed).unwrap();
    assert_eq!(world.server.requests().len(), before, "it is there already");
    let missing = world.remote.fetch_commit(&shallow, &"1".repeat(40));
    assert!(
        matches!(missing, Err(RemoteError::Refused { .. })),
        "{missing:?}"
    );
}

#[test]
fn without_the_credential_nothing_is_read_and_nothing_is_said_of_it() {
    let world = world();
    let commit = world.commit("one");
    for token in [None, Some("another-planted-token")] {
        let remote = to(&world.server, token);
        let read = remote.branch("main");
        let written = remote.push(&world.ours.repo, &commit, BRANCH, None);
        for refused in [read.map(|_| ()), written.map(|_| ())] {
            let error = refused.unwrap_err();
            assert!(
                matches!(error, RemoteError::Unauthorised { .. }),
                "{error:?}"
            );
            let said = format!("{error} {error:?} {remote:?}");
            assert!(!said.contains("planted"), "{said}");
        }
    }
    assert_eq!(world.at(), None);
    let lost = Remote::new(
        &format!("{}/acme/none.git", world.server.url()),
        Some(TOKEN.into()),
    );
    let lost = lost.unwrap().branch("main");
    assert!(
        matches!(lost, Err(RemoteError::Unauthorised { .. })),
        "{lost:?}"
    );
}

#[test]
fn the_server_says_why_it_refuses() {
    let world = world();
    let hook = world.theirs.path().join("hooks/pre-receive");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    script(
        &hook,
        "echo 'workflow files need another permission' >&2; exit 1",
    );
    let refused = world.push(&world.commit("one"), None);
    let Err(RemoteError::Refused { why, .. }) = refused else {
        panic!("{refused:?}");
    };
    assert!(
        why.contains("workflow files need another permission"),
        "{why}"
    );
    assert_eq!(world.at(), None);
}

#[test]
fn a_server_that_is_down_is_told_from_one_that_refuses() {
    let world = world();
    let one = world.commit("one");
    for (part, fault) in [
        ("info/refs", GitFault::Status(502)),
        ("info/refs", GitFault::Status(429)),
        ("info/refs", GitFault::CutBefore),
        (RECEIVE, GitFault::Status(502)),
        (RECEIVE, GitFault::CutBefore),
    ] {
        world.server.fail(part, fault.clone());
        if fault == GitFault::CutBefore {
            // What breaks once is sent again by the library for HTTP.
            world.server.fail(part, fault.clone());
        }
        let down = world.push(&one, None);
        assert!(
            matches!(down, Err(RemoteError::Unreachable { .. })),
            "{part} {fault:?}: {down:?}"
        );
        assert_eq!(world.at(), None);
    }
    world.server.fail("info/refs", GitFault::Status(403));
    let forbidden = world.push(&one, None);
    assert!(
        matches!(forbidden, Err(RemoteError::Unauthorised { .. })),
        "{forbidden:?}"
    );
    assert_eq!(world.push(&one, None).unwrap(), Pushed::Done);
    let nobody = Remote::new("http://127.0.0.1:1/acme/site.git", None).unwrap();
    let nobody = nobody.branch("main");
    assert!(
        matches!(nobody, Err(RemoteError::Unreachable { .. })),
        "{nobody:?}"
    );
}

#[test]
fn a_push_whose_answer_is_lost_is_read_back() {
    let world = world();
    let (one, two) = (world.commit("one"), world.commit("two"));
    // Once, and the library for HTTP sends the same again; twice, and git gives up.
    for times in 1..=2 {
        let lose = || (0..times).for_each(|_| world.server.fail(RECEIVE, GitFault::CutAfter));
        lose();
        assert_eq!(world.push(&one, None).unwrap(), Pushed::Done);
        assert_eq!(world.at(), Some(one.clone()));
        lose();
        assert_eq!(world.push(&two, Some(&one)).unwrap(), Pushed::Done);
        lose();
        let gone = world.remote.delete(&world.ours.repo, BRANCH, &two);
        assert_eq!(gone.unwrap(), Pushed::Done);
    }
}

#[test]
fn a_credential_follows_no_redirect() {
    let world = world();
    let elsewhere = GitServer::start(&world.ours.dir.path().join("forge"), None).unwrap();
    world
        .server
        .fail("info/refs", GitFault::Redirect(elsewhere.url()));
    let moved = world.remote.branch("main");
    assert!(
        matches!(&moved, Err(RemoteError::Refused { why, .. }) if why.contains("renamed")),
        "{moved:?}"
    );
    assert_eq!(elsewhere.requests(), Vec::<String>::new());
}

#[test]
fn the_credential_is_in_the_environment_of_git_and_nowhere_else() {
    let world = world();
    // Every program called `git` on the way here notes how it was called.
    let bin = world.ours.dir.path().join("bin");
    let seen = world.ours.dir.path().join("seen");
    std::fs::create_dir_all(&bin).unwrap();
    let real = which("git");
    let note = format!(
        "echo \"$@\" >> '{}'\nexec '{}' \"$@\"",
        seen.display(),
        real.display()
    );
    script(&bin.join("git"), &note);
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    // A process of its own, since the environment of this one is shared by all tests.
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "remotes::pushes_for_another_test", "--nocapture"])
        .env("PATH", path)
        .env("PUSH_FROM", world.ours.repo.path())
        .env("PUSH_TO", world.remote.url())
        .env("PUSH_COMMIT", world.commit("one"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(world.at().is_some(), "it was really pushed");
    let calls = std::fs::read_to_string(&seen).unwrap();
    assert!(calls.contains("push --porcelain"), "{calls}");
    for secret in [TOKEN, "cGxhbnRlZ", "Authorization"] {
        assert!(!calls.contains(secret), "{calls}");
    }
    for entry in walk(world.ours.repo.path()) {
        let bytes = std::fs::read(&entry).unwrap();
        let found = bytes.windows(TOKEN.len()).any(|w| w == TOKEN.as_bytes());
        assert!(!found, "{}", entry.display());
    }
}

/// Not a test of its own: the test before runs it with another `git` in its `PATH`.
#[test]
fn pushes_for_another_test() {
    let Ok(from) = std::env::var("PUSH_FROM") else {
        return;
    };
    let repo = Repo::open_bare(Path::new(&from)).unwrap();
    let remote = Remote::new(&std::env::var("PUSH_TO").unwrap(), Some(TOKEN.into())).unwrap();
    let commit = std::env::var("PUSH_COMMIT").unwrap();
    remote.push(&repo, &commit, BRANCH, None).unwrap();
}

#[test]
fn a_path_is_a_remote_too() {
    let world = world();
    let path = world.theirs.path().to_str().unwrap();
    let remote = Remote::new(path, None).unwrap();
    let one = world.commit("one");
    assert_eq!(
        remote.push(&world.ours.repo, &one, BRANCH, None).unwrap(),
        Pushed::Done
    );
    let moved = remote.push(&world.ours.repo, &world.commit("two"), BRANCH, None);
    assert!(matches!(moved, Err(RemoteError::Moved { .. })), "{moved:?}");
    assert_eq!(remote.branch(BRANCH).unwrap(), Some(one));
}

#[test]
fn addresses_that_could_give_a_secret_away_are_refused() {
    let secret = || Some(TOKEN.into());
    for bad in [
        "https://user:planted@forge.example/a.git",
        "https://forge.example/a.git?token=planted",
        "https:///a.git",
        "ssh://forge.example/a.git",
        "ext::sh -c planted",
        "relative/path.git",
        "-u",
        "",
    ] {
        let error = Remote::new(bad, None).unwrap_err().to_string();
        assert!(!error.contains("user:planted"), "{error}");
    }
    assert!(Remote::new("http://forge.example/a.git", secret()).is_err());
    assert!(Remote::new("http://localhost.forge.example/a.git", secret()).is_err());
    assert!(Remote::new("/srv/a.git", secret()).is_err());
    assert!(Remote::new("https://forge.example/a.git", secret()).is_ok());
    assert!(Remote::new("http://forge.example/a.git", None).is_ok());
}

fn script(path: &Path, text: &str) {
    std::fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
}

fn which(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    let mut folders = std::env::split_paths(&path).map(|folder| folder.join(program));
    folders.find(|file| file.is_file()).unwrap()
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(walk(&path));
        } else {
            files.push(path);
        }
    }
    files
}
