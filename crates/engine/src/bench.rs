//! The bench: where an agent's commits are made, taken over and checked, far from forge, ledger and credentials.

use std::path::Path;
use std::time::Instant;

use lightsout_taxonomy::Factory;

use crate::workshop::Workshop;
use crate::{Commission, EngineError, Installed, Observer, Progress, Stage};

/// What the stages of a run need that touch no forge: a repository of their own, and whoever watches.
///
/// A job that lets an agent work, or runs what it wrote, holds a bench and no [`Engine`](crate::Engine): there is no
/// forge and no ledger in it to be misled.
pub struct Bench<'a> {
    pub(crate) observer: &'a dyn Observer,
    pub(crate) workshop: Workshop,
    /// What gates find beside the commit, besides what is in it.
    pub(crate) installed: Option<Installed>,
}

impl<'a> Bench<'a> {
    /// Opens the bench's folder `dir`; `origin` is a bare repository or a checkout on this machine.
    ///
    /// # Errors
    /// When the folder or the repository cannot be opened.
    pub fn open(
        observer: &'a dyn Observer,
        dir: &Path,
        origin: &Path,
    ) -> Result<Self, EngineError> {
        Ok(Self {
            observer,
            workshop: Workshop::open(dir, origin)?,
            installed: None,
        })
    }

    /// Lays what a package manager installed beside each commit that gates run on.
    #[must_use]
    pub fn with_installed(mut self, installed: Installed) -> Self {
        self.installed = Some(installed);
        self
    }

    /// Reads the factory that a run was commissioned under.
    ///
    /// # Errors
    /// When a commit of it is not to be had, or its rules do not come from the base branch.
    pub fn factory(&self, commission: &Commission) -> Result<Factory, EngineError> {
        self.prepare(commission)
    }

    /// Reads the factory of the base branch as it is now.
    ///
    /// # Errors
    /// When there is no such branch, or its `factory.toml` is broken.
    pub fn base_factory(&self, base: &str) -> Result<Factory, EngineError> {
        let at = self.workshop.refresh(base)?;
        self.workshop.configuration(&at, base)
    }

    /// Brings the commits of a run in, and reads the factory that it was commissioned under.
    ///
    /// # Errors
    /// When a commit is not to be had, or `factory.toml` does not come from the base branch.
    pub(crate) fn prepare(&self, commission: &Commission) -> Result<Factory, EngineError> {
        let into = commission.into.as_str();
        let tip = self.workshop.refresh(into)?;
        self.workshop.obtain(commission.rules.as_str())?;
        self.workshop.obtain(commission.base.as_str())?;
        if let Some(at) = &commission.order.at {
            self.workshop.obtain(at.as_str())?;
        }
        let rules = commission.rules.as_str();
        if !self.workshop.repo.is_ancestor(rules, &tip)? {
            return Err(EngineError::ForeignRules {
                at: rules.to_owned(),
                branch: into.to_owned(),
            });
        }
        self.workshop.configuration(rules, into)
    }

    /// Says that a stage of a run begins.
    pub(crate) fn began(&self, commission: &Commission, stage: Stage) {
        let run = &commission.order.id;
        self.observer.saw(&Progress::Began { run, stage });
    }

    /// Says how long a stage took.
    pub(crate) fn took(&self, stage: Stage, since: Instant) {
        let time = since.elapsed();
        self.observer.saw(&Progress::Took { stage, time });
    }
}
