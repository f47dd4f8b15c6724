//! Working folders of our own repository: for gates and for pictures that trusted code draws.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::Git;
use crate::repo::sha;
use crate::{GitError, Repo, Signature};

/// A working folder of a [`Repo`], at a commit, on no branch. Its files may come from an agent; its `.git` is ours.
#[derive(Debug)]
pub struct Worktree {
    repo: Repo,
    path: PathBuf,
    git_dir: PathBuf,
}

impl Repo {
    /// Makes a working folder at a commit. `into` must not exist.
    pub fn worktree_add(&self, into: &Path, at: &str) -> Result<Worktree, GitError> {
        let git = self.git(&["worktree", "add", "--quiet", "--detach", "--force", "--"]);
        git.arg(into).arg(sha(at)?).run()?;
        let path = into
            .canonicalize()
            .map_err(GitError::io("opening a working folder"))?;
        let git_dir = Git::within(&path, &["rev-parse", "--absolute-git-dir"]).line()?;
        Ok(Worktree {
            repo: self.clone(),
            path,
            git_dir: git_dir.into(),
        })
    }

    /// Writes the files of a commit into a folder that becomes no repository at all: for programs that are not
    /// trusted. `into` is made when it is missing; files that are there already are overwritten.
    pub fn export(&self, into: &Path, at: &str) -> Result<(), GitError> {
        fs::create_dir_all(into).map_err(GitError::io(format!("making `{}`", into.display())))?;
        let into = into
            .canonicalize()
            .map_err(GitError::io("opening a folder"))?;
        let scratch = tempfile::tempdir().map_err(GitError::io("making a temporary folder"))?;
        let index = scratch.path().join("index");
        let git = self.git(&["read-tree", sha(at)?]);
        git.env("GIT_INDEX_FILE", &index).run()?;
        let git = Git::tree(
            &self.git_dir,
            &into,
            &["checkout-index", "--all", "--force"],
        );
        git.env("GIT_INDEX_FILE", &index).run().map(|_| ())
    }

    /// Forgets the working folders whose folder is gone, as a killed process leaves them.
    pub fn worktree_prune(&self) -> Result<(), GitError> {
        if !self.git_dir.join("worktrees").exists() {
            return Ok(());
        }
        self.git(&["worktree", "prune", "--expire=now"])
            .run()
            .map(|_| ())
    }
}

impl Worktree {
    /// Where it lies, absolute.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Commits everything in the folder on top of where it is, ignored files too, and gives the commit; when nothing
    /// changed, gives the commit it is at.
    pub fn commit_all(&self, message: &str, author: &Signature) -> Result<String, GitError> {
        let head = self
            .git(&["rev-parse", "--verify", "HEAD^{commit}"])
            .line()?;
        let before = self.git(&["rev-parse", "--verify", "HEAD^{tree}"]).line()?;
        self.git(&["add", "--all", "--force", "--", "."]).run()?;
        let tree = self.git(&["write-tree"]).line()?;
        if tree == before {
            return Ok(head);
        }
        let commit = self.repo.commit_tree(&tree, Some(&head), message, author)?;
        self.git(&["update-ref", "--no-deref", "HEAD", &commit, &head])
            .run()?;
        Ok(commit)
    }

    /// Removes the folder and what the repository knows of it.
    pub fn remove(self) -> Result<(), GitError> {
        // Not by git, which believes the `.git` in the folder, and that may have been replaced.
        fs::remove_dir_all(&self.path)
            .map_err(GitError::io(format!("removing `{}`", self.path.display())))?;
        self.repo.worktree_prune()
    }

    /// A command in this folder, told where its repository is: a `.git` file that a program has replaced is not read.
    fn git(&self, args: &[&str]) -> Git {
        Git::tree(&self.git_dir, &self.path, args)
    }
}
