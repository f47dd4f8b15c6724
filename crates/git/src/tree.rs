//! Reading the tree of a commit, and making commits from bytes, without a working folder.

use std::collections::BTreeSet;
use std::fs;

use crate::change::{parse_entry, utf8};
use crate::repo::sha;
use crate::{Entry, GitError, Mode, Repo, Signature};

/// A path of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeFile {
    /// The path, with `/` between folders.
    pub path: String,
    /// What is there.
    pub entry: Entry,
}

/// A file to put into a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewFile<'a> {
    /// The path, relative, with `/` between folders.
    pub path: &'a str,
    /// Its content; nothing removes the path.
    pub bytes: Option<&'a [u8]>,
}

impl Repo {
    /// Lists every path below a folder (`""` for all), at a commit. Folders are not listed; links are, not followed.
    pub fn tree(&self, rev: &str, under: &str) -> Result<Vec<TreeFile>, GitError> {
        let mut git = self.git(&["ls-tree", "-r", "-l", "-z", "--full-tree", sha(rev)?]);
        if !under.is_empty() {
            git = git
                .arg("--")
                .arg(format!("{}/", under.trim_end_matches('/')));
        }
        parse_tree(&git.name(), &git.run()?)
    }

    /// Lists the paths of the regular files below a folder (`""` for all), at a commit.
    pub fn list(&self, rev: &str, under: &str) -> Result<Vec<String>, GitError> {
        let files = self.tree(rev, under)?.into_iter();
        Ok(files
            .filter(|file| matches!(file.entry.mode, Mode::File | Mode::Executable))
            .map(|file| file.path)
            .collect())
    }

    /// Lists every path of a commit, of whatever kind, without looking at what lies there: one quick command. One that is
    /// no UTF-8 is listed as near to it as can be.
    pub fn paths(&self, rev: &str) -> Result<BTreeSet<String>, GitError> {
        let git = self.git(&[
            "ls-tree",
            "-r",
            "-z",
            "--name-only",
            "--full-tree",
            sha(rev)?,
        ]);
        let raw = git.run()?;
        let names = raw.split(|b| *b == 0).filter(|name| !name.is_empty());
        Ok(names
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .collect())
    }

    /// Says what stands at a path of a commit.
    pub fn entry(&self, rev: &str, path: &str) -> Result<Option<Entry>, GitError> {
        let git = self.git(&["ls-tree", "-l", "-z", "--full-tree", sha(rev)?, "--"]);
        let git = git.arg(tree_path(path)?);
        let files = parse_tree(&git.name(), &git.run()?)?;
        Ok(files
            .into_iter()
            .find(|file| file.path == path)
            .map(|file| file.entry))
    }

    /// Reads a regular file of a commit, at most `limit` bytes; nothing when the path does not exist.
    ///
    /// # Errors
    /// [`GitError::NotAFile`] for a link, a folder or a submodule, [`GitError::TooLarge`] beyond `limit`.
    pub fn read_file(
        &self,
        rev: &str,
        path: &str,
        limit: u64,
    ) -> Result<Option<Vec<u8>>, GitError> {
        let Some(entry) = self.entry(rev, path)? else {
            return Ok(None);
        };
        if !matches!(entry.mode, Mode::File | Mode::Executable) {
            return Err(GitError::NotAFile {
                path: path.to_owned(),
                mode: entry.mode.octal(),
            });
        }
        if entry.size > limit {
            return Err(GitError::TooLarge {
                what: format!("`{path}`"),
                limit,
            });
        }
        let git = self.git(&["cat-file", "blob", &entry.object]).limit(limit);
        git.run().map(Some)
    }

    /// Finds the first symbolic link or submodule among a path and the folders above it, at a commit.
    pub fn link_on_path(&self, rev: &str, path: &str) -> Result<Option<String>, GitError> {
        let path = tree_path(path)?;
        let mut git = self.git(&["ls-tree", "-l", "-z", "--full-tree", sha(rev)?, "--"]);
        for (at, _) in path.match_indices('/') {
            git = git.arg(&path[..at]);
        }
        git = git.arg(path);
        let files = parse_tree(&git.name(), &git.run()?)?;
        // Beside what was asked for, git lists what lies in the folders on the way.
        let on_path = |file: &TreeFile| {
            path.strip_prefix(file.path.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let is_link = |file: &TreeFile| matches!(file.entry.mode, Mode::Symlink | Mode::Submodule);
        let mut links = files
            .into_iter()
            .filter(|file| on_path(file) && is_link(file));
        Ok(links.next().map(|file| file.path))
    }

    /// Makes a commit on top of `parent` (nothing for a first commit) with some files written or removed. No
    /// reference moves. The same arguments give the same commit.
    pub fn commit_files(
        &self,
        parent: Option<&str>,
        files: &[NewFile<'_>],
        message: &str,
        author: &Signature,
    ) -> Result<String, GitError> {
        let scratch = tempfile::tempdir().map_err(GitError::io("making a temporary folder"))?;
        let index = scratch.path().join("index");
        if let Some(parent) = parent {
            let git = self.git(&["read-tree", sha(parent)?]);
            git.env("GIT_INDEX_FILE", &index).run()?;
        }
        let mut names = Vec::new();
        for (number, file) in files.iter().enumerate() {
            tree_path(file.path)?;
            let Some(bytes) = file.bytes else { continue };
            let name = scratch.path().join(format!("blob-{number}"));
            fs::write(&name, bytes).map_err(GitError::io("writing a temporary file"))?;
            names.push(name.to_string_lossy().into_owned() + "\n");
        }
        let git = self.git(&["hash-object", "-w", "--no-filters", "--stdin-paths"]);
        let objects = git.stdin(names.concat().into_bytes()).line()?;
        let mut objects = objects.lines();
        let mut lines = Vec::new();
        for file in files {
            let line = match file.bytes {
                Some(_) => format!("100644 {}\t", objects.next().unwrap_or_default()),
                None => format!("0 {}\t", crate::repo::ZERO),
            };
            lines.extend_from_slice(line.as_bytes());
            lines.extend_from_slice(file.path.as_bytes());
            lines.push(0);
        }
        let git = self.git(&["update-index", "-z", "--index-info"]);
        git.env("GIT_INDEX_FILE", &index).stdin(lines).run()?;
        let tree = self
            .git(&["write-tree"])
            .env("GIT_INDEX_FILE", &index)
            .line()?;
        self.commit_tree(&tree, parent, message, author)
    }
}

fn parse_tree(command: &str, raw: &[u8]) -> Result<Vec<TreeFile>, GitError> {
    let mut files = Vec::new();
    for record in raw.split(|b| *b == 0).filter(|record| !record.is_empty()) {
        let text = utf8(record)?;
        let unexpected = || GitError::Unexpected {
            command: command.to_owned(),
            what: text.chars().take(200).collect(),
        };
        let (head, path) = text.split_once('\t').ok_or_else(unexpected)?;
        files.push(TreeFile {
            path: path.to_owned(),
            entry: parse_entry(head).ok_or_else(unexpected)?,
        });
    }
    Ok(files)
}

/// Takes a path that a tree can hold: relative, no `.`, `..` or `.git`, no empty part.
fn tree_path(path: &str) -> Result<&str, GitError> {
    let part = |p: &str| !p.is_empty() && p != "." && p != ".." && !p.eq_ignore_ascii_case(".git");
    if path.split('/').all(part) && !path.contains(['\0', '\n']) {
        Ok(path)
    } else {
        Err(GitError::BadName {
            kind: "path inside a repository",
            text: path.chars().take(80).collect(),
        })
    }
}
