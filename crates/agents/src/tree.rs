//! Reading and writing files of a clone without ever leaving it.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use lightsout_taxonomy::is_repository_path;

/// The largest file that is read or written, in bytes.
const LARGEST: u64 = 1 << 20;

/// Why a file of the clone was not touched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TreeError {
    /// The path is none of a file in the repository.
    #[error("`{0}` is no path inside the repository")]
    NotAPath(String),
    /// A part of the path is a link or no folder, or its end is no ordinary file.
    #[error("`{0}` is, or leads through, something else than folders and an ordinary file")]
    NotOrdinary(String),
    /// The file is too large.
    #[error("`{0}` has more than {LARGEST} bytes")]
    TooLarge(String),
    /// The file is not text.
    #[error("`{0}` is not UTF-8 text")]
    NotText(String),
    /// The system said no.
    #[error("`{path}` could not be {doing}")]
    Disk {
        /// The path in the repository.
        path: String,
        /// What was being done: `read`, `written`, `listed`.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

/// A clone to work in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tree<'a> {
    root: &'a Path,
}

impl<'a> Tree<'a> {
    pub(crate) fn new(root: &'a Path) -> Self {
        Self { root }
    }

    pub(crate) fn root(&self) -> &'a Path {
        self.root
    }

    /// Reads a text file, or gives `None` if there is none.
    pub(crate) fn read(&self, path: &str) -> Result<Option<String>, TreeError> {
        let full = self.checked(path)?;
        let disk = |source| TreeError::Disk {
            path: path.to_owned(),
            doing: "read",
            source,
        };
        let file = match File::open(full) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(disk(error)),
        };
        let mut bytes = Vec::new();
        file.take(LARGEST + 1)
            .read_to_end(&mut bytes)
            .map_err(disk)?;
        if bytes.len() as u64 > LARGEST {
            return Err(TreeError::TooLarge(path.to_owned()));
        }
        String::from_utf8(bytes)
            .map(Some)
            .map_err(|_| TreeError::NotText(path.to_owned()))
    }

    /// Writes a text file and the folders above it. The file appears whole or not at all.
    pub(crate) fn write(&self, path: &str, text: &str) -> Result<(), TreeError> {
        if text.len() as u64 > LARGEST {
            return Err(TreeError::TooLarge(path.to_owned()));
        }
        let full = self.checked(path)?;
        let disk = |source| TreeError::Disk {
            path: path.to_owned(),
            doing: "written",
            source,
        };
        let folder = full.parent().unwrap_or(self.root);
        fs::create_dir_all(folder).map_err(disk)?;
        // A rename replaces a link that is put there meanwhile; it does not follow it.
        let temporary = folder.join(format!(".lightsout-{}.tmp", std::process::id()));
        let mut file = File::create_new(&temporary).map_err(disk)?;
        let written = file
            .write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .and_then(|()| fs::rename(&temporary, &full));
        if written.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        written.map_err(disk)
    }

    /// Lists the names of the ordinary files in a folder, sorted.
    pub(crate) fn list(&self, folder: &str) -> Result<Vec<String>, TreeError> {
        let disk = |source| TreeError::Disk {
            path: folder.to_owned(),
            doing: "listed",
            source,
        };
        let full = self.root.join(folder);
        self.no_links(folder)?;
        let entries = match fs::read_dir(full) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(disk(error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(disk)?;
            if entry.file_type().map_err(disk)?.is_file() {
                names.extend(entry.file_name().into_string());
            }
        }
        names.sort();
        Ok(names)
    }

    /// Returns where a file lies, if nothing on the way or at the end could lead elsewhere.
    fn checked(&self, path: &str) -> Result<PathBuf, TreeError> {
        let is_git = path
            .split('/')
            .any(|part| part.eq_ignore_ascii_case(".git"));
        if is_git || !is_repository_path(path) {
            return Err(TreeError::NotAPath(path.to_owned()));
        }
        self.no_links(path)?;
        let full = self.root.join(path);
        match fs::symlink_metadata(&full) {
            Ok(found) if !found.is_file() => Err(TreeError::NotOrdinary(path.to_owned())),
            _ => Ok(full),
        }
    }

    /// Refuses a path of which any part is a link, or any part but the last is no folder.
    fn no_links(&self, path: &str) -> Result<(), TreeError> {
        let mut part_path = self.root.to_path_buf();
        let mut parts = path.split('/').peekable();
        while let Some(part) = parts.next() {
            part_path.push(part);
            let Ok(found) = fs::symlink_metadata(&part_path) else {
                return Ok(());
            };
            if found.is_symlink() || (parts.peek().is_some() && !found.is_dir()) {
                return Err(TreeError::NotOrdinary(path.to_owned()));
            }
        }
        Ok(())
    }
}
