//! One run on this machine: its stages in a row, in one folder. A stage that is on disk is never done again.

use std::fs;
use std::path::Path;

use lightsout_agents::{Agent, AgentError};
use lightsout_ledger::Reservation;
use lightsout_lifecycle::{RunEnd, RunOrder, RunReport};
use lightsout_taxonomy::Factory;

use crate::arrival::Doubt;
use crate::check::Found;
use crate::part::Part;
use crate::stages::{load, next, save};
use crate::work::{Work, believe_work, find_worked};
use crate::{Commission, Engine, EngineError, Hired};

impl Engine<'_> {
    /// Does a run, or goes on with it where it was cut off.
    pub(crate) async fn run<P: Part>(
        &self,
        order: &RunOrder,
        part: &P,
        agent: &dyn Agent,
    ) -> Result<RunReport, EngineError> {
        let dir = self.bench.workshop.run_dir(&order.id);
        fs::create_dir_all(&dir).map_err(EngineError::disk("making", &dir))?;
        let reported = dir.join("report.json");
        if let Some(report) = load(&reported)? {
            return Ok(report);
        }
        let hired = Hired::of(agent);
        let mut commission = self.commission(order, part, &hired, 1, &dir).await?;
        let worked = find_worked(&dir)?;
        commission.tried = match &worked {
            Some(worked) => worked.tried,
            None => next(&dir, "try"),
        };
        let factory = self.bench.prepare(&commission)?;
        let report = match self.reserve(order, &factory, commission.tried).await? {
            Err(how) => self.report(&commission, refused(how), None).await?,
            Ok(reservation) => {
                if worked.is_none() {
                    self.let_work(agent, &commission, &factory, &dir, reservation.as_ref())
                        .await?;
                }
                self.finish(&commission, &factory, &dir, reservation.as_ref())
                    .await?
            }
        };
        save(&reported, &report)?;
        Ok(report)
    }

    async fn let_work(
        &self,
        agent: &dyn Agent,
        commission: &Commission,
        factory: &Factory,
        dir: &Path,
        reservation: Option<&Reservation>,
    ) -> Result<(), EngineError> {
        match self.bench.let_work(agent, commission, factory, dir).await {
            Err(error @ EngineError::Agent(AgentError::NotStarted { .. })) => {
                if let Some(reservation) = reservation {
                    let now = (self.ports.clock)();
                    self.ports.ledger.release(reservation, now).await?;
                }
                Err(error)
            }
            other => other,
        }
    }

    /// Books what the agent used before anything else happens, then looks at what it left.
    async fn finish(
        &self,
        commission: &Commission,
        factory: &Factory,
        dir: &Path,
        reservation: Option<&Reservation>,
    ) -> Result<RunReport, EngineError> {
        let work = own_work(dir, commission)?;
        self.book(commission, &work.outcome, reservation).await?;
        let found = Found {
            run: dir,
            work: dir,
            done: Some(&work),
        };
        self.bench.judge(commission, factory, &found, dir).await?;
        let end = self.bench.verdict(commission, factory, &work, dir)?;
        self.report(commission, end, Some(&work)).await
    }
}

/// Reads the work of a run that was done in this very folder.
fn own_work(dir: &Path, commission: &Commission) -> Result<Work, EngineError> {
    let damaged = |why| EngineError::Damaged {
        path: dir.to_owned(),
        why,
    };
    believe_work(dir, commission)
        .map_err(|Doubt(why)| damaged(why))?
        .ok_or_else(|| damaged("the agent's work is gone".to_owned()))
}

/// The end of a run that nobody could make anything of.
pub(crate) fn refused(how: String) -> RunEnd {
    RunEnd::AgentFailed {
        how,
        tail: String::new(),
    }
}
