//! What a package manager installed for a site's base branch, laid beside a commit that gates run on.
//!
//! A gate works in a tree of its own, so that nothing it does reaches another one's. What was installed is copied and not
//! linked, for the same reason; where the file system can, a copy shares its blocks until it is written to.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::symlink;
use std::path::{Component, Path, PathBuf};

use lightsout_taxonomy::PackageManager;

use crate::EngineError;

/// What npm, pnpm and Yarn leave in a checkout.
const IN_CHECKOUT: [&str; 4] = ["node_modules", ".pnp.cjs", ".pnp.loader.mjs", ".yarn"];
/// What Cargo leaves in its home, without what it is configured by or logged in with.
const IN_CARGO_HOME: [&str; 2] = ["registry", "git"];

/// Where the dependencies of a site's base branch were installed.
#[derive(Debug, Clone)]
pub struct Installed {
    /// A checkout of the base branch.
    pub checkout: PathBuf,
    /// Cargo's home.
    pub cargo_home: Option<PathBuf>,
}

impl Installed {
    /// Copies what there is into a fresh tree, and into the home of the gates that run in it. What the commit holds itself
    /// stays as it is.
    pub(crate) fn lay(
        &self,
        manager: PackageManager,
        tree: &Path,
        home: &Path,
    ) -> Result<(), EngineError> {
        let copied = match manager {
            PackageManager::Npm | PackageManager::Pnpm | PackageManager::Yarn => {
                Copying::new(&self.checkout, tree).and_then(|copying| copying.found(Path::new("")))
            }
            PackageManager::Cargo => self.cargo_home.iter().try_for_each(|from| {
                let copying = Copying::new(from, &home.join(".cargo"))?;
                IN_CARGO_HOME
                    .iter()
                    .try_for_each(|name| copying.all(Path::new(name)))
            }),
            PackageManager::None => Ok(()),
        };
        copied.map_err(EngineError::disk(
            "copying dependencies from",
            &self.checkout,
        ))
    }
}

/// From which folder into which; paths below are relative to both.
struct Copying {
    from: PathBuf,
    into: PathBuf,
}

impl Copying {
    fn new(from: &Path, into: &Path) -> io::Result<Self> {
        Ok(Self {
            from: std::path::absolute(from)?,
            into: std::path::absolute(into)?,
        })
    }

    /// Copies what is called as in [`IN_CHECKOUT`], at any depth.
    fn found(&self, folder: &Path) -> io::Result<()> {
        for entry in fs::read_dir(self.from.join(folder))? {
            let entry = entry?;
            let name = entry.file_name();
            let path = folder.join(&name);
            if name == ".git" {
                continue;
            }
            if IN_CHECKOUT.iter().any(|known| name == *known) {
                self.all(&path)?;
            } else if entry.file_type()?.is_dir() {
                self.found(&path)?;
            }
        }
        Ok(())
    }

    /// Copies a file, a link or a folder with all that is in it, but for what is there already.
    fn all(&self, path: &Path) -> io::Result<()> {
        let (from, into) = (self.from.join(path), self.into.join(path));
        let kind = match fs::symlink_metadata(&from) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            other => other?.file_type(),
        };
        let there = fs::symlink_metadata(&into);
        if kind.is_dir() {
            if there.is_ok_and(|there| !there.is_dir()) {
                return Ok(());
            }
            fs::create_dir_all(&into)?;
            for entry in fs::read_dir(&from)? {
                self.all(&path.join(entry?.file_name()))?;
            }
            return Ok(());
        }
        if there.is_ok() {
            return Ok(());
        }
        if let Some(folder) = into.parent() {
            fs::create_dir_all(folder)?;
        }
        if kind.is_symlink() {
            symlink(self.moved(&from, fs::read_link(&from)?), into)
        } else {
            fs::copy(from, into).map(drop)
        }
    }

    /// Where the copy of a link leads: within what is copied to the copy's own file, and else to the same place as before.
    fn moved(&self, link: &Path, target: PathBuf) -> PathBuf {
        // Links are met in real folders only, and so the folder above is the one that is spelled.
        let whole = link.parent().unwrap_or(link).join(&target);
        match plain(&whole).strip_prefix(&self.from) {
            Ok(_) if target.is_relative() => target,
            Ok(inside) => self.into.join(inside),
            Err(_) => whole,
        }
    }
}

/// An absolute path without `.` and `..`, as it is spelled.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn folders() -> (tempfile::TempDir, PathBuf, PathBuf, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let in_it = |name| dir.path().join(name);
        let (checkout, tree, home) = (in_it("checkout"), in_it("tree"), in_it("home"));
        for folder in [&checkout, &tree, &home] {
            fs::create_dir_all(folder).unwrap();
        }
        (dir, checkout, tree, home)
    }

    #[test]
    fn what_was_installed_is_copied_and_nothing_else() {
        let (_dir, checkout, tree, home) = folders();
        write(&checkout.join("node_modules/a/index.js"), "a");
        write(&checkout.join("packages/b/node_modules/c/index.js"), "c");
        symlink("../../packages/b", checkout.join("node_modules/a/b")).unwrap();
        write(&checkout.join(".pnp.cjs"), "theirs");
        write(&checkout.join(".git/node_modules/x"), "x");
        write(&checkout.join("run/run.json"), "{}");
        write(&tree.join(".pnp.cjs"), "of the commit");
        let installed = Installed {
            checkout: checkout.clone(),
            cargo_home: None,
        };
        installed.lay(PackageManager::Pnpm, &tree, &home).unwrap();
        let read = |path: &str| fs::read_to_string(tree.join(path)).unwrap();
        assert_eq!(read("node_modules/a/index.js"), "a");
        assert_eq!(read("packages/b/node_modules/c/index.js"), "c");
        assert_eq!(read(".pnp.cjs"), "of the commit");
        let link = fs::read_link(tree.join("node_modules/a/b")).unwrap();
        assert_eq!(link, Path::new("../../packages/b"));
        assert!(!tree.join(".git").exists() && !tree.join("run").exists());
        fs::write(tree.join("node_modules/a/index.js"), "evil").unwrap();
        let own = fs::read_to_string(checkout.join("node_modules/a/index.js")).unwrap();
        assert_eq!(own, "a", "a gate reaches what others use");
    }

    #[test]
    fn a_link_leads_to_the_copy_or_to_where_it_led() {
        let (dir, checkout, tree, home) = folders();
        write(&dir.path().join("store/a/index.js"), "stored");
        write(&checkout.join("packages/b/index.js"), "checkout");
        write(&tree.join("packages/b/index.js"), "commit");
        fs::create_dir_all(checkout.join("node_modules")).unwrap();
        let link = |target: &Path, name: &str| {
            symlink(target, checkout.join("node_modules").join(name)).unwrap();
        };
        link(&dir.path().join("store/a"), "outside");
        link(Path::new("../../store/a"), "outside-relative");
        link(&checkout.join("./packages/x/../b"), "inside");
        link(Path::new("../packages/b"), "inside-relative");
        let installed = Installed {
            checkout,
            cargo_home: None,
        };
        // The tree lies deeper than the checkout does.
        let deeper = dir.path().join("runs/1/tree");
        fs::create_dir_all(deeper.parent().unwrap()).unwrap();
        fs::rename(&tree, &deeper).unwrap();
        installed.lay(PackageManager::Pnpm, &deeper, &home).unwrap();
        for (name, wanted) in [
            ("outside", "stored"),
            ("outside-relative", "stored"),
            ("inside", "commit"),
            ("inside-relative", "commit"),
        ] {
            let path = deeper.join("node_modules").join(name).join("index.js");
            assert_eq!(fs::read_to_string(path).unwrap(), wanted, "{name}");
        }
    }

    #[test]
    fn of_cargos_home_only_what_it_fetched_is_taken() {
        let (_dir, checkout, tree, home) = folders();
        let cargo = checkout.join("cargo");
        write(&cargo.join("registry/cache/a.crate"), "a");
        write(&cargo.join("credentials.toml"), "secret");
        let installed = Installed {
            checkout,
            cargo_home: Some(cargo),
        };
        installed.lay(PackageManager::Cargo, &tree, &home).unwrap();
        assert!(home.join(".cargo/registry/cache/a.crate").is_file());
        assert!(!home.join(".cargo/credentials.toml").exists());
        assert_eq!(fs::read_dir(&tree).unwrap().count(), 0);
    }
}
