//! The engine's own folder and repository, where agents' commits are looked at before the forge sees them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use lightsout_git::{GitError, Repo, Signature};
use lightsout_lifecycle::RunId;
use lightsout_taxonomy::{ConfigError, Factory};

use crate::EngineError;
use crate::journal::Journal;

const BASE_REF: &str = "refs/forge/base";
/// A configuration is text that people write; a megabyte of it is an accident.
const CONFIG_LIMIT: u64 = 1 << 20;

/// The engine's folder: `workshop.git`, `runs/`, `journal.jsonl`, `bin/`.
#[derive(Debug)]
pub(crate) struct Workshop {
    dir: PathBuf,
    /// The workshop's own repository.
    pub(crate) repo: Repo,
    origin: Repo,
    /// The configuration of the base commit it was last read at; a commit never changes.
    configured: Mutex<Option<(String, Factory)>>,
    /// The paths of the commit they were last listed at.
    listed: Mutex<Option<(String, BTreeSet<String>)>>,
    /// What was decided and done.
    pub(crate) journal: Journal,
}

impl Workshop {
    /// Opens the folder, making what is missing; `origin` is the forge's repository, or a checkout of it, on this machine.
    pub(crate) fn open(dir: &Path, origin: &Path) -> Result<Self, EngineError> {
        fs::create_dir_all(dir.join("runs")).map_err(EngineError::disk("making", dir))?;
        let repo = Repo::take_over(&dir.join("workshop.git"), "workshop")?;
        repo.worktree_prune()?;
        Ok(Self {
            dir: dir.to_owned(),
            repo,
            origin: Repo::open_checkout(origin)?,
            configured: Mutex::default(),
            listed: Mutex::default(),
            journal: Journal::at(&dir.join("journal.jsonl"))?,
        })
    }

    /// The folder of a run.
    pub(crate) fn run_dir(&self, run: &RunId) -> PathBuf {
        self.dir.join("runs").join(&run.0)
    }

    /// The folder that holds `lightsout` itself, put first in the path of agents and gates.
    pub(crate) fn bin(&self) -> PathBuf {
        self.dir.join("bin")
    }

    /// Reads the base branch afresh; gives its commit.
    pub(crate) fn refresh(&self, branch: &str) -> Result<String, EngineError> {
        // A checkout of another branch knows this one as its remote's.
        let names = ["refs/heads", "refs/remotes/origin"].map(|kind| format!("{kind}/{branch}"));
        let mut found = None;
        for name in names {
            if let Some(at) = self.origin.rev(&name)? {
                found = Some((name, at));
                break;
            }
        }
        let Some((name, at)) = found else {
            return Err(EngineError::NoBase {
                branch: branch.to_owned(),
            });
        };
        if self.repo.rev(BASE_REF)?.as_ref() == Some(&at) {
            return Ok(at);
        }
        Ok(self.repo.fetch_from(&self.origin, &name, BASE_REF)?)
    }

    /// Brings a commit in, wherever it lies in the forge's repository.
    pub(crate) fn obtain(&self, at: &str) -> Result<(), EngineError> {
        if self.repo.rev(at)?.is_some() {
            return Ok(());
        }
        let name = format!("refs/forge/at/{at}");
        match self.repo.fetch_commit(&self.origin, at, &name) {
            Err(GitError::Failed { .. } | GitError::NotFound { .. }) => {
                Err(EngineError::NoCommit { at: at.to_owned() })
            }
            other => Ok(other?),
        }
    }

    /// Reads `factory.toml` at a commit; a repository without one has the built-in factory.
    pub(crate) fn configuration(&self, at: &str, branch: &str) -> Result<Factory, EngineError> {
        let mut known = self
            .configured
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match &*known {
            Some((commit, factory)) if commit == at => Ok(factory.clone()),
            _ => {
                let factory = self.read_configuration(at, branch)?;
                *known = Some((at.to_owned(), factory.clone()));
                Ok(factory)
            }
        }
    }

    /// Whether a commit holds a path; every path of the commit is listed at once, since a name is looked for at each
    /// decision.
    pub(crate) fn holds(&self, at: &str, path: &str) -> Result<bool, EngineError> {
        let mut known = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        match &*known {
            Some((commit, paths)) if commit == at => Ok(paths.contains(path)),
            _ => {
                let paths = self.repo.paths(at)?;
                let found = paths.contains(path);
                *known = Some((at.to_owned(), paths));
                Ok(found)
            }
        }
    }

    fn read_configuration(&self, at: &str, branch: &str) -> Result<Factory, EngineError> {
        let Some(bytes) = self.repo.read_file(at, "factory.toml", CONFIG_LIMIT)? else {
            return Ok(Factory::builtin());
        };
        let broken = |complaints| EngineError::Configuration {
            branch: branch.to_owned(),
            complaints,
        };
        let text = String::from_utf8(bytes)
            .map_err(|error| broken(format!("it is no UTF-8 text: {error}")))?;
        Factory::parse("factory.toml", &text).map_err(|errors| {
            let lines: Vec<_> = errors.iter().map(ConfigError::to_string).collect();
            broken(lines.join("\n"))
        })
    }

    /// The reference that keeps a run's commit alive.
    pub(crate) fn run_ref(run: &RunId, what: &str) -> String {
        format!("refs/runs/{}/{what}", run.0)
    }

    /// Who signs commits that the factory itself makes.
    pub(crate) fn signature(when: i64) -> Signature {
        Signature {
            name: "Lightsout".to_owned(),
            email: "lightsout@factory.invalid".to_owned(),
            when,
        }
    }
}
