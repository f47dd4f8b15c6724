//! What a commit changes, seen as git sees it: modes and objects, nothing followed, nothing guessed.

use crate::command::Git;
use crate::repo::{ZERO, is_sha, sha};
use crate::{GitError, Repo};

/// What kind of thing a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// A regular file (`100644`).
    File,
    /// A file that may be executed (`100755`).
    Executable,
    /// A symbolic link (`120000`); its content is where it points.
    Symlink,
    /// A submodule (`160000`).
    Submodule,
    /// A folder (`040000`).
    Folder,
    /// Something git no longer writes.
    Other(u32),
}

impl Mode {
    /// Reads a mode as git prints it; nothing for `000000`.
    fn parse(text: &str) -> Option<Self> {
        match u32::from_str_radix(text, 8).ok()? {
            0 => None,
            0o100_644 => Some(Self::File),
            0o100_755 => Some(Self::Executable),
            0o120_000 => Some(Self::Symlink),
            0o160_000 => Some(Self::Submodule),
            0o040_000 => Some(Self::Folder),
            other => Some(Self::Other(other)),
        }
    }

    /// The mode as git prints it.
    pub fn octal(self) -> String {
        let bits = match self {
            Self::File => 0o100_644,
            Self::Executable => 0o100_755,
            Self::Symlink => 0o120_000,
            Self::Submodule => 0o160_000,
            Self::Folder => 0o040_000,
            Self::Other(bits) => bits,
        };
        format!("{bits:06o}")
    }
}

/// One path at one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What kind of thing it is.
    pub mode: Mode,
    /// The object's name; for a submodule, a commit of another repository.
    pub object: String,
    /// Its size in bytes; 0 for folders and submodules.
    pub size: u64,
}

/// What happened to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// It is new.
    Added,
    /// Its content or mode changed.
    Modified,
    /// It is gone.
    Deleted,
    /// It became another kind of thing, such as a file that is a link now.
    TypeChanged,
}

/// One changed path. A rename is a deletion and an addition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The path, with `/` between folders.
    pub path: String,
    /// What happened.
    pub status: Status,
    /// What was there.
    pub old: Option<Entry>,
    /// What is there now.
    pub new: Option<Entry>,
}

impl Repo {
    /// Lists what changes between the trees of two commits, by path.
    ///
    /// # Errors
    /// [`GitError::NotUtf8`] when a changed path is no UTF-8: no lane can hold it.
    pub fn changes(&self, base: &str, head: &str) -> Result<Vec<Change>, GitError> {
        let git = self.git(&[
            "diff-tree",
            "-r",
            "-z",
            "--raw",
            "--no-renames",
            "--no-ext-diff",
            "--no-textconv",
            "--ignore-submodules=none",
            "--abbrev=40",
            sha(base)?,
            sha(head)?,
        ]);
        let command = git.name();
        let raw = git.run()?;
        let unexpected = |what: &str| GitError::Unexpected {
            command: command.clone(),
            what: what.chars().take(200).collect(),
        };
        let mut changes = Vec::new();
        let mut fields = raw.split(|b| *b == 0).filter(|field| !field.is_empty());
        while let Some(head) = fields.next() {
            let head = String::from_utf8_lossy(head);
            let path = utf8(fields.next().ok_or_else(|| unexpected(&head))?)?;
            changes.push(parse_change(&head, path).ok_or_else(|| unexpected(&head))?);
        }
        self.fill_sizes(&mut changes)?;
        Ok(changes)
    }

    /// Writes the difference between two commits as a patch for people, at most `limit` bytes of it; what is no text is
    /// only named.
    pub fn patch(&self, base: &str, head: &str, limit: usize) -> Result<String, GitError> {
        let git = self.git(&[
            "diff-tree",
            "-r",
            "-p",
            "--no-renames",
            "--no-ext-diff",
            "--no-textconv",
            "--no-color",
            "--ignore-submodules=none",
            sha(base)?,
            sha(head)?,
        ]);
        let mut patch = git.run()?;
        patch.truncate(limit);
        Ok(String::from_utf8_lossy(&patch).into_owned())
    }

    fn fill_sizes(&self, changes: &mut [Change]) -> Result<(), GitError> {
        let mut entries: Vec<&mut Entry> = changes
            .iter_mut()
            .flat_map(|change| [change.old.as_mut(), change.new.as_mut()])
            .flatten()
            .filter(|entry| entry.mode != Mode::Submodule)
            .collect();
        if entries.is_empty() {
            return Ok(());
        }
        let wanted: String = entries
            .iter()
            .flat_map(|e| [e.object.as_str(), "\n"])
            .collect();
        let git: Git = self.git(&["cat-file", "--batch-check=%(objectname) %(objectsize)"]);
        let command = git.name();
        let text = git.stdin(wanted.into_bytes()).line()?;
        let mut lines = text.lines();
        for entry in &mut entries {
            let line = lines.next().unwrap_or_default();
            let size = line
                .strip_prefix(entry.object.as_str())
                .and_then(|size| size.trim().parse().ok());
            entry.size = size.ok_or_else(|| GitError::Unexpected {
                command: command.clone(),
                what: line.to_owned(),
            })?;
        }
        Ok(())
    }
}

/// Reads `:100644 100755 <sha> <sha> M`.
fn parse_change(head: &str, path: String) -> Option<Change> {
    let mut words = head.strip_prefix(':')?.split(' ');
    let (old_mode, new_mode) = (words.next()?, words.next()?);
    let (old_object, new_object) = (words.next()?, words.next()?);
    let status = match words.next()?.chars().next()? {
        'A' => Status::Added,
        'M' => Status::Modified,
        'D' => Status::Deleted,
        'T' => Status::TypeChanged,
        _ => return None,
    };
    let entry = |mode: &str, object: &str| {
        let mode = Mode::parse(mode)?;
        Some(Entry {
            mode,
            object: object.to_owned(),
            size: 0,
        })
    };
    if !is_sha(old_object) || !is_sha(new_object) || words.next().is_some() {
        return None;
    }
    let (old, new) = (entry(old_mode, old_object), entry(new_mode, new_object));
    debug_assert!(old.is_some() || old_object == ZERO);
    Some(Change {
        path,
        status,
        old,
        new,
    })
}

/// Reads `100644 blob <sha> 12`, as `ls-tree -l` prints it before the path.
pub(crate) fn parse_entry(text: &str) -> Option<Entry> {
    let mut words = text.split(' ').filter(|word| !word.is_empty());
    let mode = Mode::parse(words.next()?)?;
    let _kind = words.next()?;
    let object = words.next()?.to_owned();
    let size = match words.next()? {
        "-" => 0,
        size => size.parse().ok()?,
    };
    Some(Entry { mode, object, size })
}

pub(crate) fn utf8(bytes: &[u8]) -> Result<String, GitError> {
    String::from_utf8(bytes.to_vec()).map_err(|_| GitError::NotUtf8 {
        lossy: String::from_utf8_lossy(bytes).into_owned(),
    })
}
