//! Yesterday's spend, when somebody asks about it.

use lightsout_forge::{Event, Number};
use lightsout_lifecycle::{AnyFacts, RunOrder, SpendFacts};

use crate::commission::Ground;
use crate::part::Part;
use crate::{Engine, EngineError};

/// Yesterday's spend against the threshold.
pub(crate) struct SpendPart;

impl Part for SpendPart {
    type Facts = SpendFacts;

    fn number(&self) -> Number {
        Number(0)
    }

    fn title(&self) -> &'static str {
        "yesterday's spend"
    }

    async fn read(
        &mut self,
        engine: &Engine<'_>,
        event: &Event,
    ) -> Result<SpendFacts, EngineError> {
        let today = event.at.date_naive();
        engine.spend_facts(today.pred_opt().unwrap_or(today)).await
    }

    fn any(facts: SpendFacts) -> AnyFacts {
        AnyFacts::Spend(facts)
    }

    async fn ground(&self, _: &Engine<'_>, _: &RunOrder) -> Result<Option<Ground>, EngineError> {
        Ok(None)
    }
}
