//! The money of a run: put aside before anybody works, and booked as soon as it is known what was used.

use lightsout_agents::Spending;
use lightsout_forge::Number;
use lightsout_ledger::{
    Ask, Bill, EntryId, LedgerError, PriceBook, Reservation, RunId as LedgerRun,
};
use lightsout_lifecycle::{Role, RunOrder};
use lightsout_signal::{Format, Outcome};
use lightsout_taxonomy::Factory;

use crate::read::caps;
use crate::{Commission, Engine, EngineError};

impl Engine<'_> {
    /// Reserves the most one try of the run can cost, which is nothing where no agent works; says why when a cap refuses.
    /// Reserving twice is reserving once.
    pub(crate) async fn reserve(
        &self,
        order: &RunOrder,
        factory: &Factory,
        tried: u32,
    ) -> Result<Result<Option<Reservation>, String>, EngineError> {
        if order.role == Role::Checker {
            return Ok(Ok(None));
        }
        let ask = Ask {
            id: reservation(order, tried),
            issue: order.issue.0,
            run: LedgerRun::new(&order.id.0),
            at: (self.ports.clock)(),
            amount: self.settings.run_price,
        };
        match self.ports.ledger.reserve(&ask, &caps(factory)).await {
            Ok(reservation) => Ok(Ok(Some(reservation))),
            Err(LedgerError::Cap(reached)) => Ok(Err(reached.to_string())),
            Err(error) => Err(error.into()),
        }
    }

    /// The first try of a run that no money was ever put aside for.
    pub(crate) async fn untried(&self, order: &RunOrder) -> Result<u32, EngineError> {
        let entries = self.ports.ledger.entries(Some(order.issue.0)).await?;
        let known = |tried: &u32| {
            let id = reservation(order, *tried);
            entries.iter().any(|entry| entry.id == id)
        };
        Ok((1..u32::MAX)
            .find(|tried| !known(tried))
            .unwrap_or(u32::MAX))
    }

    /// Writes down what a try really cost.
    pub(crate) async fn book(
        &self,
        commission: &Commission,
        outcome: &Outcome,
        reservation: Option<&Reservation>,
    ) -> Result<(), EngineError> {
        let Some(reservation) = reservation else {
            return Ok(());
        };
        let bill = bill(outcome, commission);
        let now = (self.ports.clock)();
        Ok(self.ports.ledger.settle(reservation, &bill, now).await?)
    }

    /// The price tag of everything that was charged to a number.
    pub(crate) async fn price_tag(
        &self,
        issue: Number,
    ) -> Result<lightsout_ledger::PriceTag, EngineError> {
        let entries = self.ports.ledger.entries(Some(issue.0)).await?;
        Ok(lightsout_ledger::PriceTag::of_issue(issue.0, &entries))
    }
}

/// A try that was cut off has spent nobody knows how much, so what was reserved for it stays reserved, and the next one
/// asks under a name of its own.
fn reservation(order: &RunOrder, tried: u32) -> EntryId {
    EntryId::new(match tried {
        0 | 1 => format!("run-{}", order.id.0),
        _ => format!("run-{}-try-{tried}", order.id.0),
    })
}

fn bill(outcome: &Outcome, commission: &Commission) -> Bill {
    let book = PriceBook::builtin();
    let spending = &commission.hired.spending;
    if !outcome.models.is_empty() {
        let mut models = outcome.models.clone();
        // Codex's events name no model: it is the one that was asked for.
        if let (Format::CodexLines, Spending::Model(asked)) = (outcome.format, spending) {
            for used in &mut models {
                used.model.clone_from(asked);
            }
        }
        return Bill::of_models(models, &book);
    }
    match spending {
        Spending::Nothing => Bill::no_model(),
        Spending::Model(model) => {
            Bill::of_estimate(model, commission.prompt.chars().count(), &book)
        }
        Spending::Unknown => Bill::unknown(),
    }
}
