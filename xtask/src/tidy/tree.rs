//! The work tree as the checks see it: paths and texts, nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::process;

/// The files that git keeps or would keep.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tree {
    texts: BTreeMap<String, String>,
    /// Every file and folder, files that are no text among them.
    paths: BTreeSet<String>,
}

impl Tree {
    /// Reads the work tree at `root`.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let arguments = [
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ];
        let list = process::read(Command::new("git").current_dir(root).args(arguments))?;
        let mut tree = Self::default();
        for path in list.split('\0').filter(|path| !path.is_empty()) {
            // A file that is gone from the work tree is listed until it is gone from the index too.
            if let Ok(bytes) = std::fs::read(root.join(path)) {
                tree.add(path, String::from_utf8(bytes).ok());
            }
        }
        Ok(tree)
    }

    /// Makes a tree of texts, for tests of checks.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let mut tree = Self::default();
        for (path, text) in files {
            tree.add(path, Some((*text).to_owned()));
        }
        tree
    }

    fn add(&mut self, path: &str, text: Option<String>) {
        for (slash, _) in path.match_indices('/') {
            self.paths.insert(path[..slash].to_owned());
        }
        self.paths.insert(path.to_owned());
        if let Some(text) = text {
            self.texts.insert(path.to_owned(), text);
        }
    }

    /// Returns every text file, by path.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Returns the text of one file.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// Says whether there is a file or folder of this path; a final slash asks for a folder all the same.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.paths.contains(path.trim_end_matches('/'))
    }

    /// Returns the number of text files.
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }
}

/// Says whether a path has this extension, in lower case.
pub(crate) fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|found| found == extension)
}
