//! One job that puts an event to the rules: in its place, with what it did told in the end.

use std::path::Path;

use lightsout_engine::Settled;

use super::diary::Diary;
use super::place::{Manner, Placed, with_engine};
use super::told::Told;
use crate::actions::Outputs;
use crate::args::Where;
use crate::factory::block_on;
use crate::failure::Done;

/// What a job is called, where it works, and where it leaves a run that follows.
pub(super) struct Job<'a> {
    pub(super) verb: &'static str,
    pub(super) at: &'a Where,
    pub(super) out: &'a Path,
    /// The agent that was asked for.
    pub(super) agent: Option<&'a str>,
    pub(super) dry_run: bool,
}

/// What a job came to.
pub(super) struct Came {
    pub(super) settled: Settled,
    /// What was done, in lines.
    pub(super) done: Vec<String>,
}

impl Job<'_> {
    /// Does it, and tells what came of it.
    pub(super) fn run(
        &self,
        work: impl AsyncFnOnce(Placed<'_>) -> anyhow::Result<Settled>,
    ) -> anyhow::Result<Done> {
        self.tell(self.settle(work)?)
    }

    /// Does it, and tells nobody yet.
    pub(super) fn settle(
        &self,
        work: impl AsyncFnOnce(Placed<'_>) -> anyhow::Result<Settled>,
    ) -> anyhow::Result<Came> {
        let diary = Diary::new();
        let manner = Manner {
            agent: self.agent,
            dry_run: self.dry_run,
        };
        let settled = block_on(with_engine(self.at, manner, &diary, work))?;
        let done = diary.done();
        Ok(Came { settled, done })
    }

    /// Tells what came of it.
    pub(super) fn tell(&self, came: Came) -> anyhow::Result<Done> {
        let told = Told {
            verb: self.verb,
            settled: &came.settled,
            out: self.out,
            done: came.done,
            dry_run: self.dry_run,
        };
        told.tell(Outputs::default(), self.at.format)?;
        Ok(Done::Fine)
    }
}
