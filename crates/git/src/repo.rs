//! A bare repository of ours: making it, opening it, its references.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::GitError;
use crate::command::Git;

/// A bare repository that only this program writes.
#[derive(Debug, Clone)]
pub struct Repo {
    pub(crate) git_dir: PathBuf,
}

impl Repo {
    /// Makes a bare repository with no commit, or finishes one that was half made. Whoever makes the same one at the same
    /// time, in this process or another, waits.
    pub fn init_bare(path: &Path, default_branch: &str) -> Result<Self, GitError> {
        let _turn = turn(path)?;
        Self::init(path, default_branch)
    }

    fn init(path: &Path, default_branch: &str) -> Result<Self, GitError> {
        ref_name(default_branch)?;
        if path.join("HEAD").is_file() && path.join("config").metadata().is_ok_and(|m| m.len() == 0)
        {
            // Git died while it wrote the configuration, and would take an empty one for finished.
            fs::remove_file(path.join("config"))
                .map_err(GitError::io("repairing the repository"))?;
        }
        Git::plain(&[
            "init",
            "--quiet",
            "--bare",
            "--template=",
            "--object-format=sha1",
        ])
        .arg(format!("--initial-branch={default_branch}"))
        .arg("--")
        .arg(path)
        .run()?;
        Self::open_bare(path)
    }

    /// Makes or opens a bare repository that no other process uses at this moment, whatever a killed one has left of it.
    pub fn take_over(path: &Path, default_branch: &str) -> Result<Self, GitError> {
        // Not before it is our turn: the locks of whoever makes it now are no orphans.
        let _turn = turn(path)?;
        remove_locks(path, ORPHAN_GRACE)?;
        Self::init(path, default_branch)
    }

    /// Opens a bare repository.
    pub fn open_bare(path: &Path) -> Result<Self, GitError> {
        let refused = |what| GitError::Refused {
            path: path.to_owned(),
            what,
        };
        if !path.join("HEAD").is_file() || !path.join("objects").is_dir() {
            return Err(refused("no bare git repository"));
        }
        let git_dir = path
            .canonicalize()
            .map_err(GitError::io(format!("opening `{}`", path.display())))?;
        Ok(Self { git_dir })
    }

    /// Opens the repository of a checkout of ours, or a bare one. Nothing is ever read from the checkout's files.
    pub fn open_checkout(path: &Path) -> Result<Self, GitError> {
        let inner = path.join(".git");
        if inner.is_dir() {
            Self::open_bare(&inner)
        } else {
            Self::open_bare(path)
        }
    }

    /// The folder it lies in, absolute.
    pub fn path(&self) -> &Path {
        &self.git_dir
    }

    /// Says which commit a full reference name (`refs/heads/main`), a full SHA or a branch name stands for.
    pub fn rev(&self, name: &str) -> Result<Option<String>, GitError> {
        ref_name(name)?;
        if let Some(sha) = self.loose_ref(name) {
            return Ok(Some(sha));
        }
        if self.is_no_ref(name) {
            return Ok(None);
        }
        self.resolve(&format!("{name}^{{commit}}"), is_sha(name))
    }

    /// Says which commit a commit was made on; a first commit, and one that is not there, has none.
    pub fn parent(&self, commit: &str) -> Result<Option<String>, GitError> {
        self.resolve(&format!("{}^1", sha(commit)?), true)
    }

    fn resolve(&self, what: &str, may_be_missing: bool) -> Result<Option<String>, GitError> {
        let git = self.git(&["rev-parse", "--verify", "--quiet", "--end-of-options"]);
        let git = git.arg(what);
        let command = git.name();
        let output = git.output()?;
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        match (output.code, is_sha(&text)) {
            (0, true) => Ok(Some(text)),
            (1, _) if text.is_empty() => Ok(None),
            // A full SHA of an object that is missing or no commit.
            (128, _) if may_be_missing => Ok(None),
            _ => Err(output.failed(command)),
        }
    }

    /// Lists references under a prefix such as `refs/heads/`, with where they point.
    pub fn refs(&self, prefix: &str) -> Result<Vec<(String, String)>, GitError> {
        ref_name(prefix.trim_end_matches('/'))?;
        let git = self.git(&["for-each-ref", "--format=%(objectname) %(refname)"]);
        let text = git.arg("--").arg(prefix).line()?;
        let pairs = text.lines().filter_map(|line| line.split_once(' '));
        Ok(pairs
            .map(|(sha, name)| (name.to_owned(), sha.to_owned()))
            .collect())
    }

    /// Whether `ancestor` is `descendant` or one of its ancestors.
    pub fn is_ancestor(&self, ancestor: &str, descendant: &str) -> Result<bool, GitError> {
        let (ancestor, descendant) = (sha(ancestor)?, sha(descendant)?);
        let git = self.git(&["merge-base", "--is-ancestor", ancestor, descendant]);
        let command = git.name();
        let output = git.output()?;
        match output.code {
            0 => Ok(true),
            1 => Ok(false),
            _ => Err(output.failed(command)),
        }
    }

    /// Says where two histories parted; none when they never were one.
    pub fn merge_base(&self, one: &str, other: &str) -> Result<Option<String>, GitError> {
        let git = self.git(&["merge-base", sha(one)?, sha(other)?]);
        let command = git.name();
        let output = git.output()?;
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        match output.code {
            0 if is_sha(&text) => Ok(Some(text)),
            1 => Ok(None),
            _ => Err(output.failed(command)),
        }
    }

    /// Moves a reference from `old` to `new` at once, or not at all; `old` is nothing for one that shall not exist yet.
    ///
    /// # Errors
    /// [`GitError::RefMoved`] when it is elsewhere. A reference that is at `new` already is fine.
    pub fn update_ref(&self, name: &str, new: &str, old: Option<&str>) -> Result<(), GitError> {
        full_ref(name)?;
        let before = old.map_or(Ok(ZERO), sha)?;
        let git = self.git(&["update-ref", "--no-deref", "--", name, sha(new)?, before]);
        match git.run() {
            Ok(_) => Ok(()),
            Err(error) => match self.rev(name)? {
                Some(found) if found == new => Ok(()),
                found if found.as_deref() == old => Err(error),
                found => Err(moved(name, old, found)),
            },
        }
    }

    /// Deletes a reference; with `old`, only when it points there. Gives whether there was anything to delete.
    pub fn delete_ref(&self, name: &str, old: Option<&str>) -> Result<bool, GitError> {
        full_ref(name)?;
        let Some(found) = self.rev(name)? else {
            return Ok(false);
        };
        if old.is_some_and(|old| old != found) {
            return Err(moved(name, old, Some(found)));
        }
        let git = self.git(&["update-ref", "--no-deref", "-d", "--", name, &found]);
        match git.run() {
            Ok(_) => Ok(true),
            Err(error) => match self.rev(name)? {
                None => Ok(true),
                still if still.as_deref() == Some(&found) => Err(error),
                elsewhere => Err(moved(name, old, elsewhere)),
            },
        }
    }

    /// Removes the lock files that a killed git left behind. To be called only while nobody else may write; a git
    /// that outlived its parent gets `grace` to end by itself.
    pub fn remove_stale_locks(&self, grace: Duration) -> Result<usize, GitError> {
        remove_locks(&self.git_dir, grace)
    }

    /// Checks every object and link (`git fsck --full --strict`).
    pub fn fsck(&self) -> Result<(), GitError> {
        self.git(&[
            "fsck",
            "--full",
            "--strict",
            "--no-dangling",
            "--no-progress",
        ])
        .run()
        .map(|_| ())
    }

    pub(crate) fn git(&self, args: &[&str]) -> Git {
        Git::bare(&self.git_dir, args)
    }

    /// Whether a full reference is certainly not there: it has no file, and no other place where git keeps references
    /// exists.
    fn is_no_ref(&self, name: &str) -> bool {
        let missing = |path: &str| {
            let found = fs::symlink_metadata(self.git_dir.join(path));
            found.is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
        };
        // The file first: whoever packs references writes the other places before the file goes.
        full_ref(name).is_ok() && [name, "packed-refs", "reftable"].into_iter().all(missing)
    }

    /// Reads a reference without a process, when it lies in a file of its own. Anything unusual is left to git.
    fn loose_ref(&self, name: &str) -> Option<String> {
        full_ref(name).ok()?;
        let text = fs::read_to_string(self.git_dir.join(name)).ok()?;
        let text = text.strip_suffix('\n')?;
        is_sha(text).then(|| text.to_owned())
    }
}

/// How long a git that outlived its killed parent may still write.
const ORPHAN_GRACE: Duration = Duration::from_secs(1);

/// What git writes for "no object".
pub(crate) const ZERO: &str = "0000000000000000000000000000000000000000";

fn moved(name: &str, expected: Option<&str>, found: Option<String>) -> GitError {
    GitError::RefMoved {
        name: name.to_owned(),
        expected: expected.map(str::to_owned),
        found,
    }
}

fn bad(kind: &'static str, text: &str) -> GitError {
    GitError::BadName {
        kind,
        text: text.chars().take(80).collect(),
    }
}

pub(crate) fn is_sha(text: &str) -> bool {
    text.len() == 40
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// Takes a full SHA only: no abbreviation, no name that an agent could have made.
pub(crate) fn sha(text: &str) -> Result<&str, GitError> {
    if is_sha(text) {
        Ok(text)
    } else {
        Err(bad("full commit SHA in lower case", text))
    }
}

/// Takes what may name a reference or a commit, without any of git's operators, and never an option.
pub(crate) fn ref_name(text: &str) -> Result<&str, GitError> {
    let fits = |c: char| !c.is_control() && !" ~^:?*[\\".contains(c);
    let part = |p: &str| !p.is_empty() && !p.starts_with('.') && p.strip_suffix(".lock").is_none();
    let ok = !text.starts_with('-')
        && text.len() <= 300
        && text.chars().all(fits)
        && !text.contains("..")
        && !text.contains("@{")
        && text != "@"
        && text.split('/').all(part);
    if ok {
        Ok(text)
    } else {
        Err(bad("reference name", text))
    }
}

/// Takes a full reference name, such as `refs/heads/main`.
pub(crate) fn full_ref(text: &str) -> Result<&str, GitError> {
    if text.starts_with("refs/") {
        ref_name(text)
    } else {
        Err(bad("full reference name", text))
    }
}

/// Waits until nobody else makes a repository in a folder; the others wait while the file is open. Where folders cannot be
/// locked, as on some network file systems, nobody waits.
fn turn(path: &Path) -> Result<Option<File>, GitError> {
    fs::create_dir_all(path).map_err(GitError::io(format!("making `{}`", path.display())))?;
    let folder = File::open(path).ok();
    Ok(folder.filter(|folder| folder.lock().is_ok()))
}

fn remove_locks(git_dir: &Path, grace: Duration) -> Result<usize, GitError> {
    let until = Instant::now() + grace;
    loop {
        let mut locks = Vec::new();
        find_locks(git_dir, 0, &mut locks);
        if locks.is_empty() || Instant::now() >= until {
            for lock in &locks {
                match fs::remove_file(lock) {
                    Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                        return Err(GitError::io("removing a stale lock file")(e));
                    }
                    _ => {}
                }
            }
            return Ok(locks.len());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Finds `*.lock` where git puts them: at the top and under `refs` and `worktrees`.
fn find_locks(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let is_dir = entry.file_type().is_ok_and(|t| t.is_dir());
        if is_dir && depth < 12 && (depth > 0 || name == "refs" || name == "worktrees") {
            find_locks(&path, depth + 1, found);
        } else if !is_dir && path.extension().is_some_and(|e| e == "lock") {
            found.push(path);
        }
    }
}
