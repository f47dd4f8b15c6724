//! Programs that are driven: found on this machine, asked for their version, and laid out for a run.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use lightsout_skills::Reader;
use tokio::process::Command;

use crate::command::job;
use crate::home::lay_skills;
use crate::{AgentError, Job, Version, WorkOrder};

/// How long a program may take to say its version.
const PATIENCE: Duration = Duration::from_secs(20);

/// A program that is driven, and the versions whose flags and transcripts are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Driven {
    /// What it is called in the search path.
    pub name: &'static str,
    /// The oldest version.
    pub from: Version,
    /// The first version that is too new.
    pub below: Version,
    /// What installs one that works.
    pub hint: &'static str,
}

/// A driven program on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    path: PathBuf,
    /// Which version it is.
    pub version: Version,
}

impl Driven {
    /// Finds the program in the search path, and asks for its version.
    ///
    /// # Errors
    /// When it is not there, or of a version that is not known.
    pub async fn find(self) -> Result<Installed, AgentError> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let found = find_in(&path, self.name).ok_or_else(|| AgentError::NotStarted {
            program: self.name.to_owned(),
            why: "it is not in the search path".to_owned(),
            hint: self.hint,
        })?;
        self.at(found).await
    }

    /// Takes the program at this path, and asks for its version, with nothing of this process's environment.
    ///
    /// # Errors
    /// As [`Driven::find`].
    pub async fn at(self, path: PathBuf) -> Result<Installed, AgentError> {
        let name = path.display().to_string();
        let asked = Command::new(&path)
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
            hint: self.hint,
        };
        let output = match tokio::time::timeout(PATIENCE, asked).await {
            Err(_) => return Err(unstartable("it did not say its version".to_owned())),
            Ok(Err(error)) => return Err(unstartable(error.to_string())),
            Ok(Ok(output)) => output,
        };
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let found = match Version::find(&said) {
            Some(version) if self.has(version) => return Ok(Installed { path, version }),
            Some(version) => version.to_string(),
            None => said.trim().chars().take(60).collect(),
        };
        Err(AgentError::Version {
            program: name,
            found,
            from: self.from,
            below: self.below,
            hint: self.hint,
        })
    }

    fn has(self, version: Version) -> bool {
        self.from <= version && version < self.below
    }
}

impl Installed {
    /// Lays a run out: the skills where the program looks for them, and the prompt, with the files of the run, on standard
    /// input.
    pub(crate) fn job(
        &self,
        order: &WorkOrder,
        reader: Reader,
        arguments: Vec<OsString>,
    ) -> Result<Job, AgentError> {
        lay_skills(order, reader)?;
        let mut job = job(order, self.path.clone().into(), arguments);
        job.stdin = order.prompt_with_files().into_bytes();
        Ok(job)
    }
}

fn find_in(path: &OsStr, name: &str) -> Option<PathBuf> {
    std::env::split_paths(path)
        .map(|folder| folder.join(name))
        .find(|candidate| candidate.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_its_first_and_not_its_last() {
        let driven = Driven {
            name: "x",
            from: Version(2, 1, 0),
            below: Version(3, 0, 0),
            hint: "",
        };
        assert!(driven.has(Version(2, 1, 0)) && driven.has(Version(2, 99, 0)));
        assert!(!driven.has(Version(2, 0, 999)) && !driven.has(Version(3, 0, 0)));
    }
}
