//! Which versions of a program are driven.

use std::ffi::OsStr;
use std::fmt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use crate::AgentError;

/// How long a program may take to say its version.
const PATIENCE: Duration = Duration::from_secs(20);

/// A version of three numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32, pub u32, pub u32);

impl Version {
    /// Finds the first version in what a program printed, such as `codex-cli 0.169.0`.
    pub fn find(text: &str) -> Option<Self> {
        text.split(|c: char| !(c.is_ascii_digit() || c == '.'))
            .find_map(Self::read)
    }

    fn read(text: &str) -> Option<Self> {
        let mut numbers = text.split('.').map(|number| number.parse().ok());
        Some(Self(numbers.next()??, numbers.next()??, numbers.next()??))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// The versions of a program that are driven: their flags and transcripts are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    /// The oldest.
    pub(crate) from: Version,
    /// The first that is too new.
    pub(crate) below: Version,
    /// What installs one.
    pub(crate) hint: &'static str,
}

impl Range {
    fn has(self, version: Version) -> bool {
        self.from <= version && version < self.below
    }
}

/// Asks a program for its version, with nothing of this process's environment, and refuses one that is not known.
pub(crate) async fn check(program: &Path, range: Range) -> Result<Version, AgentError> {
    let name = program.display().to_string();
    let asked = Command::new(program)
        .arg("--version")
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", "/nonexistent")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let unstartable = |why: String| AgentError::NotStarted {
        program: name.clone(),
        why,
        hint: range.hint,
    };
    let output = match tokio::time::timeout(PATIENCE, asked).await {
        Err(_) => return Err(unstartable("it did not say its version".to_owned())),
        Ok(Err(error)) => return Err(unstartable(error.to_string())),
        Ok(Ok(output)) => output,
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let wrong = |found: String| AgentError::Version {
        program: name.clone(),
        found,
        from: range.from,
        below: range.below,
        hint: range.hint,
    };
    match Version::find(&said) {
        Some(version) if range.has(version) => Ok(version),
        Some(version) => Err(wrong(version.to_string())),
        None => Err(wrong(said.trim().chars().take(60).collect())),
    }
}

/// Looks a program up in this process's search path.
pub(crate) fn find(name: &str, hint: &'static str) -> Result<std::path::PathBuf, AgentError> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    find_in(&path, name).ok_or_else(|| AgentError::NotStarted {
        program: name.to_owned(),
        why: "it is not in the search path".to_owned(),
        hint,
    })
}

fn find_in(path: &OsStr, name: &str) -> Option<std::path::PathBuf> {
    std::env::split_paths(path)
        .map(|folder| folder.join(name))
        .find(|candidate| candidate.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_print() {
        assert_eq!(
            Version::find("2.1.330 (Claude Code)"),
            Some(Version(2, 1, 330))
        );
        assert_eq!(
            Version::find("codex-cli 0.169.0\n"),
            Some(Version(0, 169, 0))
        );
        assert_eq!(
            Version::find("x1 v10.20.30-beta.4"),
            Some(Version(10, 20, 30))
        );
        for none in ["", "claude", "1.2", "a.b.c", "1..2", "99999999999.1.1"] {
            assert_eq!(Version::find(none), None, "{none}");
        }
    }

    #[test]
    fn a_range_has_its_first_and_not_its_last() {
        let range = Range {
            from: Version(2, 1, 0),
            below: Version(3, 0, 0),
            hint: "",
        };
        assert!(range.has(Version(2, 1, 0)) && range.has(Version(2, 99, 0)));
        assert!(!range.has(Version(2, 0, 999)) && !range.has(Version(3, 0, 0)));
    }
}
