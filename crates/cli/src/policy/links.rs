//! Where an agent works, on this machine: folders, and what links lead to.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use lightsout_policy::Place;

use crate::failure::Mendable;

/// The folders that paths are seen from.
pub(super) struct Folders {
    start: String,
    home: Option<String>,
}

impl Folders {
    /// The folder that an agent is started in, and this user's home.
    pub(super) fn at(start: &Path) -> anyhow::Result<Self> {
        let absolute =
            std::path::absolute(start).with_context(|| format!("finding `{}`", start.display()))?;
        let Some(start) = absolute.to_str() else {
            return Err(Mendable::error(
                format!("`{}` is no text", absolute.display()),
                "rules are text, so the folder's name must be",
            ));
        };
        let home = std::env::home_dir().and_then(|home| home.to_str().map(ToOwned::to_owned));
        Ok(Self {
            start: follow(start),
            home: home.filter(|home| home.starts_with('/')),
        })
    }

    /// The place, with links followed on this disk.
    pub(super) fn place(&self) -> Place<'_> {
        Place {
            resolve: &follow,
            ..Place::without_links(&self.start, self.home.as_deref())
        }
    }
}

/// Follows the links of as much of a path as there is. A link that leads nowhere leads to what it names.
pub(super) fn follow(path: &str) -> String {
    let mut there = PathBuf::from(path);
    let mut rest = PathBuf::new();
    // A chain of links that lead nowhere may be a circle.
    for _ in 0..256 {
        if let Ok(real) = there.canonicalize() {
            return real
                .join(&rest)
                .to_string_lossy()
                .trim_end_matches('/')
                .to_owned();
        }
        if let Ok(target) = there.read_link() {
            there = there
                .parent()
                .map_or_else(PathBuf::new, Path::to_path_buf)
                .join(target);
            continue;
        }
        let Some(name) = there.file_name().map(ToOwned::to_owned) else {
            break;
        };
        rest = if rest.as_os_str().is_empty() {
            PathBuf::from(name)
        } else {
            Path::new(&name).join(&rest)
        };
        there.pop();
    }
    path.to_owned()
}
