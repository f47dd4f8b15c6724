//! Writing into a folder that somebody else may have prepared: atomic and contained.
//!
//! The folder is a checkout that an agent has worked in, so every name in it may be a trap. Each folder on the
//! way is opened relative to the one before without following links, so what was checked is what is used, also
//! when names are exchanged meanwhile. The bytes go into a new file in the last folder, reach the disk, and only
//! then take the name: a reader sees the old file or the new one, and a kill leaves at most a hidden temporary
//! file.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;

/// What [`write_contained`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// The file was not there before.
    Created,
    /// The file was there with other bytes.
    Replaced,
    /// The file was there with the same bytes; nothing was written.
    Unchanged,
}

/// Writes `bytes` to the file `relative` below `root`, making the folders that are missing.
///
/// `root` is trusted, `relative` and everything below `root` is not: the path must be plain names with `/`
/// between them, and no link or special file may stand on the way or at its end. When this fails, the file is
/// as it was, and neither a temporary file nor a folder made for it is left.
pub fn write_contained(root: &Path, relative: &str, bytes: &[u8]) -> Result<Written, WriteError> {
    let (folders, name) = components(relative)?;
    let mut walk = Walk::start(root, relative)?;
    let written = walk.descend(&folders).and_then(|()| walk.put(name, bytes));
    if written.is_err() {
        walk.undo();
    }
    written
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The path is not one that may be written.
    #[error(
        "`{path}` is not a path that may be written: {reason}; use plain names with `/` between them"
    )]
    Path {
        /// The path as given, with control characters escaped.
        path: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Something that is not a plain file or folder stands in the way.
    #[error("`{path}` is {found}, so nothing was written there; remove it and try again")]
    Obstacle {
        /// The part of the path that is in the way, relative to the root.
        path: String,
        /// What it is.
        found: &'static str,
    },
    /// The operating system refused.
    #[error("{doing} `{path}` failed: {source}; check free space and permissions, then try again")]
    Io {
        /// The path, relative to the root (or the root itself).
        path: String,
        /// What was being done.
        doing: &'static str,
        /// What the operating system said.
        source: io::Error,
    },
}

/// Splits a path into its folders and the file name, or refuses it.
fn components(relative: &str) -> Result<(Vec<&str>, &str), WriteError> {
    let refuse = |reason| WriteError::Path {
        path: relative.escape_debug().to_string(),
        reason,
    };
    if relative.starts_with('/') {
        return Err(refuse("it is absolute"));
    }
    let mut names: Vec<&str> = relative.split('/').collect();
    for name in &names {
        if let Some(reason) = unfit(name) {
            return Err(refuse(reason));
        }
    }
    let last = names.pop().ok_or_else(|| refuse("it is empty"))?;
    Ok((names, last))
}

/// Says why a name may not be part of a path.
fn unfit(name: &str) -> Option<&'static str> {
    match name {
        "" => return Some("a name in it is empty"),
        "." | ".." => return Some("it contains `.` or `..`"),
        _ => {}
    }
    if name.len() > 255 {
        return Some("a name in it is longer than 255 bytes");
    }
    if name.contains('\\') {
        return Some("it contains a backslash");
    }
    if name.chars().any(|c| c.is_control() || invisible(c)) {
        return Some("it contains a control or invisible character");
    }
    // Some file systems do not tell case, or know a short name, and git reads its folder under any of them.
    let lower = name.to_ascii_lowercase();
    if lower == ".git" || lower == "git~1" {
        return Some("it leads into the repository's own folder");
    }
    None
}

/// Tells characters that some file systems leave out when they compare names, and that no reader sees.
fn invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The way from the root to the folder of the file.
struct Walk<'a> {
    relative: &'a str,
    /// The folder reached so far.
    here: OwnedFd,
    /// Its path, relative to the root, for messages.
    path: String,
    /// Folders made on the way, each as its parent and its name, so that they can be taken back.
    made: Vec<(OwnedFd, String)>,
}

const FOLDER: OFlags = OFlags::DIRECTORY
    .union(OFlags::RDONLY)
    .union(OFlags::CLOEXEC);

impl<'a> Walk<'a> {
    fn start(root: &Path, relative: &'a str) -> Result<Self, WriteError> {
        let here = rustix::fs::open(root, FOLDER, Mode::empty()).map_err(|errno| {
            let path = root.display().to_string();
            io_error(path, "opening the folder", errno.into())
        })?;
        Ok(Self {
            relative,
            here,
            path: String::new(),
            made: Vec::new(),
        })
    }

    /// Goes down into each folder in turn.
    fn descend(&mut self, folders: &[&str]) -> Result<(), WriteError> {
        for name in folders {
            if !self.path.is_empty() {
                self.path.push('/');
            }
            self.path.push_str(name);
            let next = match self.enter(name) {
                Err(Errno::NOENT) => self.make(name)?,
                other => other.map_err(|errno| self.blocked(name, errno))?,
            };
            self.here = next;
        }
        Ok(())
    }

    fn enter(&self, name: &str) -> Result<OwnedFd, Errno> {
        rustix::fs::openat(&self.here, name, FOLDER | OFlags::NOFOLLOW, Mode::empty())
    }

    fn make(&mut self, name: &str) -> Result<OwnedFd, WriteError> {
        let failed = |errno: Errno| io_error(self.path.clone(), "making the folder", errno.into());
        match rustix::fs::mkdirat(&self.here, name, Mode::from_raw_mode(0o755)) {
            Ok(()) => {
                let parent = self
                    .here
                    .try_clone()
                    .map_err(|source| io_error(self.path.clone(), "making the folder", source))?;
                rustix::fs::fsync(&parent).map_err(failed)?;
                self.made.push((parent, name.to_owned()));
            }
            // Somebody else was quicker; whatever it is, opening it tells.
            Err(Errno::EXIST) => {}
            Err(errno) => return Err(failed(errno)),
        }
        self.enter(name).map_err(|errno| self.blocked(name, errno))
    }

    /// Explains why a folder could not be entered.
    fn blocked(&self, name: &str, errno: Errno) -> WriteError {
        match rustix::fs::statat(&self.here, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) if FileType::from_raw_mode(stat.st_mode) != FileType::Directory => {
                WriteError::Obstacle {
                    path: self.path.clone(),
                    found: describe(FileType::from_raw_mode(stat.st_mode)),
                }
            }
            _ => io_error(self.path.clone(), "opening the folder", errno.into()),
        }
    }

    /// Puts the bytes under their name in the folder reached.
    fn put(&self, name: &str, bytes: &[u8]) -> Result<Written, WriteError> {
        let written = match self.present(name, bytes)? {
            Some(true) => return Ok(Written::Unchanged),
            Some(false) => Written::Replaced,
            None => Written::Created,
        };
        let (temporary, file) = self.temporary()?;
        let moved = Self::fill(file, bytes).and_then(|()| {
            Ok(rustix::fs::renameat(
                &self.here, &temporary, &self.here, name,
            )?)
        });
        if let Err(source) = moved {
            // The first failure is the one to report.
            let _ = rustix::fs::unlinkat(&self.here, &temporary, AtFlags::empty());
            return Err(self.failed("writing", source));
        }
        rustix::fs::fsync(&self.here).map_err(|errno| self.failed("writing", errno.into()))?;
        Ok(written)
    }

    /// Tells whether a file of that name is there, and with these bytes; refuses anything but a plain file.
    fn present(&self, name: &str, bytes: &[u8]) -> Result<Option<bool>, WriteError> {
        let stat = match rustix::fs::statat(&self.here, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => stat,
            Err(Errno::NOENT) => return Ok(None),
            Err(errno) => return Err(self.failed("reading", errno.into())),
        };
        let kind = FileType::from_raw_mode(stat.st_mode);
        if kind != FileType::RegularFile {
            return Err(WriteError::Obstacle {
                path: self.relative.to_owned(),
                found: describe(kind),
            });
        }
        if u64::try_from(stat.st_size).ok() != u64::try_from(bytes.len()).ok() {
            return Ok(Some(false));
        }
        // Non-blocking, in case a pipe has taken the name since.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&self.here, name, flags, Mode::empty())
            .map_err(|errno| self.failed("reading", errno.into()))?;
        let mut there = Vec::with_capacity(bytes.len());
        let limit = u64::try_from(bytes.len())
            .unwrap_or(u64::MAX)
            .saturating_add(1);
        File::from(file)
            .take(limit)
            .read_to_end(&mut there)
            .map_err(|source| self.failed("reading", source))?;
        Ok(Some(there == bytes))
    }

    /// Makes a new, empty file beside the one wanted.
    fn temporary(&self) -> Result<(String, File), WriteError> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        const TRIES: u32 = 64;
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut last = Errno::EXIST;
        for _ in 0..TRIES {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let name = format!(".lightsout-{}-{count}.tmp", process::id());
            match rustix::fs::openat(&self.here, &name, flags, Mode::from_raw_mode(0o644)) {
                Ok(file) => return Ok((name, File::from(file))),
                Err(Errno::EXIST) => {}
                Err(errno) => {
                    last = errno;
                    break;
                }
            }
        }
        Err(self.failed("writing", last.into()))
    }

    fn fill(mut file: File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)?;
        file.sync_all()
    }

    /// Takes back the folders that were made, innermost first, as far as they are empty.
    fn undo(&mut self) {
        while let Some((parent, name)) = self.made.pop() {
            let _ = rustix::fs::unlinkat(&parent, &name, AtFlags::REMOVEDIR);
        }
    }

    fn failed(&self, doing: &'static str, source: io::Error) -> WriteError {
        io_error(self.relative.to_owned(), doing, source)
    }
}

fn io_error(path: String, doing: &'static str, source: io::Error) -> WriteError {
    WriteError::Io {
        path,
        doing,
        source,
    }
}

fn describe(kind: FileType) -> &'static str {
    match kind {
        FileType::RegularFile => "a file where a folder should be",
        FileType::Directory => "a folder where a file should be",
        FileType::Symlink => "a symbolic link",
        FileType::Fifo => "a named pipe",
        FileType::Socket => "a socket",
        FileType::CharacterDevice | FileType::BlockDevice => "a device",
        FileType::Unknown => "a special file",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_plain_names() {
        assert_eq!(components("a.png").unwrap(), (vec![], "a.png"));
        assert_eq!(
            components("public/images/Zoë b.png").unwrap(),
            (vec!["public", "images"], "Zoë b.png")
        );
        for bad in [
            "",
            "/",
            "/a",
            "a/",
            "a//b",
            "./a",
            "a/.",
            "..",
            "a/../b",
            "a\\b",
            "a\0b",
            "a\nb",
            ".git",
            ".GIT/hooks/x",
            "a/.git/config",
            "git~1/x",
            ".g\u{200c}it/x",
        ] {
            let error = components(bad).unwrap_err();
            assert!(matches!(error, WriteError::Path { .. }), "{bad:?}");
            assert!(!error.to_string().contains('\0'), "{bad:?}");
        }
        assert!(components(&"x".repeat(256)).is_err());
        components(".github/x").unwrap();
    }
}
