//! Sweeping where no run can be done: what a plan only performs is performed, and a run is asked for elsewhere.

use lightsout_forge::{Dispatcher, Event, EventId, EventKind, Issue, Number};
use lightsout_lifecycle::{Execution, Reason, decide};

use crate::part::{Part, RequestPart, Stop};
use crate::{Engine, EngineError};

/// What a sweep came to.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Swept {
    /// How many requests had to be looked at closely.
    pub looked_at: usize,
    /// Of which something was done, and why.
    pub acted: Vec<(Number, Reason)>,
    /// Of which a run is due, which was asked for.
    pub taken_up: Vec<(Number, Reason)>,
}

impl Engine<'_> {
    /// Looks once at every request that is not at its end, and does what is due. A run is asked of `elsewhere`, and begun
    /// by whoever does it; without one, what would be done is only told.
    ///
    /// # Errors
    /// When the forge, git, the disk or the ledger fails; sweeping again goes on from there.
    pub async fn sweep_apart(
        &self,
        elsewhere: Option<&dyn Dispatcher>,
    ) -> Result<Swept, EngineError> {
        let mut swept = Swept::default();
        for issue in self.unfinished().await? {
            swept.looked_at += 1;
            self.look_after(&issue, elsewhere, &mut swept).await?;
        }
        Ok(swept)
    }

    async fn look_after(
        &self,
        issue: &Issue,
        elsewhere: Option<&dyn Dispatcher>,
        swept: &mut Swept,
    ) -> Result<(), EngineError> {
        let number = issue.number;
        let event = self.sweep_of(issue);
        let mut part = RequestPart::of(number);
        let plan = decide(&event, &part.read(self, &event).await?);
        if plan.is_empty() {
            return Ok(());
        }
        if plan.run.is_some() {
            swept.taken_up.push((number, plan.reason));
            if let Some(elsewhere) = elsewhere {
                elsewhere.take_up(number).await?;
            }
            return Ok(());
        }
        swept.acted.push((number, plan.reason));
        if elsewhere.is_some() {
            let mut execution = Execution::of(event);
            // The world may have moved since: a run that is due now is found by the next sweep.
            let stop = self.drive(&mut part, &mut execution, &mut None).await?;
            if let Stop::Run(order) = stop {
                self.let_go(&order.id)?;
            }
        }
        Ok(())
    }

    /// The event that asks whether a request needs a push.
    pub(crate) fn sweep_of(&self, issue: &Issue) -> Event {
        let now = (self.ports.clock)();
        let number = issue.number;
        Event {
            id: EventId(format!("sweep-{}-{}", number.0, now.timestamp_millis())),
            at: now,
            actor: issue.author.clone(),
            kind: EventKind::Sweep { issue: number },
        }
    }
}
