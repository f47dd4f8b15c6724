//! Real agent programs, at pinned versions: installed from npm once, into `target/agents`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::process::{self, workspace};

/// The versions are pinned here, with their checksums.
const PINNED: &[&str] = &["package.json", "package-lock.json"];

/// A folder to be put first in a search path: it holds `claude` and `codex`, and nothing else.
#[derive(Debug, Clone)]
pub(crate) struct Programs {
    pub(crate) bin: PathBuf,
}

/// Installs the programs, unless these very versions are there; two calls at once do it once.
///
/// Their own packages are small scripts that look for the package of the system at hand, which holds a ready binary.
/// No script of any package is run: the binaries are linked as they are.
pub(crate) fn install() -> Result<Programs> {
    let pins = workspace().join("xtask/agents");
    let folder = process::metadata()?
        .target_directory
        .into_std_path_buf()
        .join("agents");
    fs::create_dir_all(&folder)?;
    let lock = File::create(folder.join("lock"))?;
    lock.lock().context("waiting for another installation")?;

    let done = folder.join("installed");
    let wanted = fs::read_to_string(pins.join("package-lock.json"))?;
    let bin = folder.join("bin");
    if fs::read_to_string(&done).is_ok_and(|installed| installed == wanted) {
        return Ok(Programs { bin });
    }
    for pinned in PINNED {
        fs::copy(pins.join(pinned), folder.join(pinned))?;
    }
    process::run(Command::new("npm").current_dir(&folder).args([
        "ci",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--loglevel=error",
    ]))?;
    if bin.exists() {
        fs::remove_dir_all(&bin)?;
    }
    fs::create_dir(&bin)?;
    for name in ["claude", "codex"] {
        let found = find(&folder.join("node_modules"), name)?
            .with_context(|| format!("no package for this system holds `{name}`"))?;
        std::os::unix::fs::symlink(&found, bin.join(name))?;
        let version = process::read(Command::new(&found).arg("--version"))?;
        ensure!(!version.trim().is_empty(), "`{name}` says no version");
        println!("{name}: {}", version.trim());
    }
    fs::write(done, wanted)?;
    Ok(Programs { bin })
}

/// Finds the binary of that name, which is the largest file of it: others are scripts that look for it.
fn find(folder: &Path, name: &str) -> Result<Option<PathBuf>> {
    let mut found: Option<(u64, PathBuf)> = None;
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() && entry.file_name() == name {
                let size = entry.metadata()?.len();
                if found.as_ref().is_none_or(|(largest, _)| size > *largest) {
                    found = Some((size, entry.path()));
                }
            }
        }
    }
    Ok(found.map(|(_, path)| path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_file_of_a_name_is_found() {
        let outer = tempfile::tempdir().expect("a folder");
        for (path, text) in [
            ("a/codex", "#!"),
            ("a/b/codex", "a binary"),
            ("codex.js", "a script, longer"),
        ] {
            let path = outer.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        let found = find(outer.path(), "codex").expect("readable");
        assert_eq!(found, Some(outer.path().join("a/b/codex")));
        assert_eq!(find(outer.path(), "claude").expect("readable"), None);
    }
}
