//! Whose a run is: a run that another process works on is alive for a time, and one that was left half handed out here
//! is not.

use std::fs;
use std::path::PathBuf;

use lightsout_lifecycle::{RunId, RunMark};

use crate::stages::{load, save};
use crate::{Engine, EngineError};

const CLAIM_FILE: &str = "claimed.json";

impl Engine<'_> {
    /// Whether a run in progress may still be alive somewhere. Without a lease one process does everything, so a run that
    /// is not being worked on here is dead.
    pub(crate) fn is_alive(&self, mark: Option<&RunMark>) -> bool {
        mark.is_some_and(|mark| self.is_alive_since(&mark.id, mark.started_at))
    }

    /// The same for a run that is known by its name and its beginning.
    pub(crate) fn is_alive_since(
        &self,
        run: &RunId,
        started: chrono::DateTime<chrono::Utc>,
    ) -> bool {
        let Some(lease) = self.settings.lease else {
            return false;
        };
        let age = (self.ports.clock)() - started;
        let over = age.to_std().is_ok_and(|age| age > lease);
        !over && !self.claim_file(run).exists()
    }

    /// Notes that a run is about to be handed out here. Until it is, it is nobody else's.
    pub(crate) fn claim(&self, run: &RunId) -> Result<(), EngineError> {
        let path = self.claim_file(run);
        if self.settings.lease.is_none() || path.exists() {
            return Ok(());
        }
        let folder = self.bench.workshop.run_dir(run);
        fs::create_dir_all(&folder).map_err(EngineError::disk("making", folder))?;
        save(&path, &None::<u32>)
    }

    /// Says which try a run is handed out as: the one that was begun here, or `next`.
    pub(crate) fn claimed_try(&self, run: &RunId, next: u32) -> Result<u32, EngineError> {
        let path = self.claim_file(run);
        if let Some(Some(begun)) = load::<Option<u32>>(&path)? {
            return Ok(begun);
        }
        if self.settings.lease.is_some() {
            save(&path, &Some(next))?;
        }
        Ok(next)
    }

    /// Notes that a run has been handed out whole.
    pub(crate) fn let_go(&self, run: &RunId) -> Result<(), EngineError> {
        let path = self.claim_file(run);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(EngineError::disk("removing", path)(error))
            }
            _ => Ok(()),
        }
    }

    fn claim_file(&self, run: &RunId) -> PathBuf {
        self.bench.workshop.run_dir(run).join(CLAIM_FILE)
    }
}
