//! A run's stages on disk: each is a file that is there whole or not at all.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::EngineError;
use crate::arrival::{Doubt, read_json};

/// Reads a stage, if it was finished.
pub(crate) fn load<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, EngineError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(EngineError::disk("reading", path)(error)),
    };
    match serde_json::from_slice(&bytes) {
        Ok(stage) => Ok(Some(stage)),
        Err(error) => Err(EngineError::Damaged {
            path: path.to_owned(),
            why: error.to_string(),
        }),
    }
}

/// Reads a stage that may have come from elsewhere: an ordinary file within a bound.
pub(crate) fn load_bounded<T: DeserializeOwned>(
    path: &Path,
    limit: u64,
) -> Result<Option<T>, EngineError> {
    read_json(path, limit).map_err(|Doubt(why)| EngineError::Damaged {
        path: path.to_owned(),
        why,
    })
}

/// Writes a finished stage: a temporary file beside it, on the disk, then renamed.
pub(crate) fn save<T: Serialize>(path: &Path, stage: &T) -> Result<(), EngineError> {
    let json = serde_json::to_vec_pretty(stage).unwrap_or_default();
    let write = || {
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(&json)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        File::open(folder)?.sync_all()
    };
    write().map_err(EngineError::disk("writing", path))
}

/// Makes a folder to be handed on, and clears away what a kill has left half written in it: whoever is handed a folder
/// believes none that holds more than its own files.
pub(crate) fn begin(dir: &Path) -> Result<(), EngineError> {
    let begin = || {
        fs::create_dir_all(dir)?;
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            if !entry.file_name().as_encoded_bytes().starts_with(UNFINISHED) {
                continue;
            }
            if entry.file_type()?.is_dir() {
                fs::remove_dir_all(entry.path())?;
            } else {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    };
    begin().map_err(EngineError::disk("making", dir))
}

/// How the name of a temporary file or folder begins.
const UNFINISHED: &[u8] = b".tmp";

/// The number of the first of `NAME-1`, `NAME-2` … that is not there yet.
pub(crate) fn next(dir: &Path, name: &str) -> u32 {
    (1..u32::MAX)
        .find(|number| !dir.join(format!("{name}-{number}")).exists())
        .unwrap_or(u32::MAX)
}

/// The first of `NAME-1`, `NAME-2` … that is not there yet.
pub(crate) fn fresh(dir: &Path, name: &str) -> PathBuf {
    dir.join(format!("{name}-{}", next(dir, name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_is_whole_or_not_there() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("order.json");
        assert_eq!(load::<Vec<u32>>(&path).unwrap(), None);
        save(&path, &vec![1, 2]).unwrap();
        save(&path, &vec![3]).unwrap();
        assert_eq!(load::<Vec<u32>>(&path).unwrap(), Some(vec![3]));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        fs::write(&path, "[1,").unwrap();
        assert!(matches!(
            load::<Vec<u32>>(&path),
            Err(EngineError::Damaged { .. })
        ));
    }

    #[test]
    fn what_a_kill_left_half_written_is_cleared_away() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("work");
        begin(&path).unwrap();
        // As a kill leaves them: nobody is there to remove them.
        let file = tempfile::NamedTempFile::new_in(&path).unwrap();
        let (_, _file) = file.keep().unwrap();
        let folder = tempfile::tempdir_in(&path).unwrap().keep();
        fs::write(folder.join("bundle"), "half").unwrap();
        fs::write(path.join("transcript"), "READY").unwrap();
        begin(&path).unwrap();
        let left: Vec<_> = fs::read_dir(&path).unwrap().flatten().collect();
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].file_name(), "transcript");
    }
}
