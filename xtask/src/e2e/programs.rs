//! Real agent programs, at pinned versions: installed from npm once, into `target/agents`.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::files;
use crate::process::{self, workspace};

/// The versions are pinned here, with their checksums.
const PINNED: &[&str] = &["package.json", "package-lock.json"];

/// A folder to be put first in a search path: it holds `claude` and `codex`, and nothing else.
#[derive(Debug, Clone)]
pub(crate) struct Programs {
    pub(crate) bin: PathBuf,
}

impl Programs {
    /// A search path with the programs first, then these folders, then what is in ours.
    pub(crate) fn path(&self, also: &[&Path]) -> OsString {
        let mut path = self.bin.clone().into_os_string();
        let ours = std::env::var_os("PATH").unwrap_or_default();
        let also = also.iter().map(|folder| folder.as_os_str());
        for folder in also.chain([ours.as_os_str()]) {
            path.push(":");
            path.push(folder);
        }
        path
    }
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
    let of_name = |path: &PathBuf| path.file_name().is_some_and(|own| own == name);
    for path in files::below(folder)?.into_iter().filter(of_name) {
        let size = path.metadata()?.len();
        if found.as_ref().is_none_or(|(largest, _)| size > *largest) {
            found = Some((size, path));
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
