//! What another job handed on, believed only as far as it was looked at.
//!
//! Whoever runs an agent, or code that an agent wrote, may hand on anything. So a folder that arrives holds the files
//! that are named and nothing else, each an ordinary file within its bound, and what they say is held against what is
//! known otherwise.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use serde::de::DeserializeOwned;

/// Why something that arrived is not believed, in a sentence without its period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Doubt(pub(crate) String);

impl Doubt {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

/// Reads a whole file that must be an ordinary one; none when there is none.
pub(crate) fn read_plain(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, Doubt> {
    let Some(file) = open_plain(path, limit)? else {
        return Ok(None);
    };
    let name = name(path);
    let mut bytes = Vec::new();
    match file.take(limit + 1).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() as u64 > limit => Err(too_large(&name, limit)),
        Ok(_) => Ok(Some(bytes)),
        Err(error) => Err(Doubt::new(format!("`{name}` cannot be read: {error}"))),
    }
}

/// Opens a file that must be an ordinary one of a bounded size; none when there is none.
pub(crate) fn open_plain(path: &Path, limit: u64) -> Result<Option<File>, Doubt> {
    let name = name(path);
    let doubt = |error: std::io::Error| Doubt::new(format!("`{name}` cannot be read: {error}"));
    let meta = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(doubt)?,
    };
    if !meta.is_file() {
        return Err(Doubt::new(format!("`{name}` is no ordinary file")));
    }
    if meta.len() > limit {
        return Err(too_large(&name, limit));
    }
    File::open(path).map(Some).map_err(doubt)
}

/// Reads a file as JSON of exactly one shape; none when there is none.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path, limit: u64) -> Result<Option<T>, Doubt> {
    let Some(bytes) = read_plain(path, limit)? else {
        return Ok(None);
    };
    serde_json::from_slice(&bytes).map(Some).map_err(|error| {
        Doubt::new(format!(
            "`{}` is not what it should be: {error}",
            name(path)
        ))
    })
}

/// Sees that a folder holds ordinary files of these names and nothing else. Says whether it is there.
pub(crate) fn plain_folder(dir: &Path, names: &[&str]) -> Result<bool, Doubt> {
    let doubt =
        |error: std::io::Error| Doubt::new(format!("`{}` cannot be read: {error}", name(dir)));
    let meta = match fs::symlink_metadata(dir) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        other => other.map_err(doubt)?,
    };
    if !meta.is_dir() {
        return Err(Doubt::new(format!("`{}` is no folder", name(dir))));
    }
    let mut is_empty = true;
    for entry in fs::read_dir(dir).map_err(doubt)? {
        let entry = entry.map_err(doubt)?;
        is_empty = false;
        let found = entry.file_name().to_string_lossy().into_owned();
        if !names.contains(&found.as_str()) {
            let found = shown(&found);
            return Err(Doubt::new(format!(
                "it holds `{found}`, which is none of its files"
            )));
        }
        if !entry.file_type().map_err(doubt)?.is_file() {
            return Err(Doubt::new(format!("`{found}` is no ordinary file")));
        }
    }
    Ok(!is_empty)
}

/// A text that a stranger chose, within bounds and without anything that a reader would obey.
pub(crate) fn shown(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() || c == '`' { '?' } else { c })
        .take(200)
        .collect()
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    shown(&name.to_string_lossy())
}

fn too_large(name: &str, limit: u64) -> Doubt {
    Doubt::new(format!("`{name}` has over {limit} bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_holds_its_own_ordinary_files_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("work");
        assert_eq!(plain_folder(&folder, &["a"]), Ok(false));
        fs::create_dir(&folder).unwrap();
        assert_eq!(plain_folder(&folder, &["a"]), Ok(false));
        fs::write(folder.join("a"), "1").unwrap();
        assert_eq!(plain_folder(&folder, &["a"]), Ok(true));
        fs::write(folder.join("b\n"), "1").unwrap();
        let Err(Doubt(why)) = plain_folder(&folder, &["a"]) else {
            panic!("a stranger's file passes");
        };
        assert_eq!(why, "it holds `b?`, which is none of its files");
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&folder, &link).unwrap();
        assert!(plain_folder(&link, &["a", "b\n"]).is_err());
    }

    #[test]
    fn only_an_ordinary_file_within_its_bound_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        assert_eq!(read_plain(&file, 3), Ok(None));
        fs::write(&file, "abc").unwrap();
        assert_eq!(read_plain(&file, 3), Ok(Some(b"abc".to_vec())));
        assert!(read_plain(&file, 2).is_err());
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert!(read_plain(&link, 3).is_err());
        assert!(read_plain(dir.path(), 3).is_err());
    }
}
