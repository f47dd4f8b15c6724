//! What is due for the whole repository, whatever its requests do.

use chrono::{Days, NaiveDate};
use lightsout_forge::{Account, AccountKind, Chore, Event, EventId, EventKind, Login, Number};
use lightsout_ledger::{Scope, fold};
use lightsout_lifecycle::{
    AnyFacts, IssueSpend, OwnIssue, Question, SpendFacts, decide, spend_key,
};

use crate::journal::{Basis, JournalLine};
use crate::{Engine, EngineError, Progress};

impl Engine<'_> {
    /// Holds yesterday's spend against the threshold. It may be asked any number of times a day: an alert that stands is
    /// left alone.
    pub(crate) async fn look_at_spend(&self) -> Result<(), EngineError> {
        let chore = Chore::Spend;
        let at = (self.ports.clock)();
        let Some(day) = at.date_naive().checked_sub_days(Days::new(1)) else {
            return Ok(());
        };
        let facts = self.spend_facts(day).await?;
        let event = Event {
            id: EventId(format!("spend-{day}")),
            at,
            actor: clockwork()?,
            kind: EventKind::Tick { chore },
        };
        let plan = decide(&event, &facts);
        if plan.is_empty() {
            return Ok(());
        }
        self.note(|at| JournalLine::Chore {
            at,
            chore,
            on: Some(event),
            reason: plan.reason,
            from: Some(Box::new(Basis {
                question: Question::Decide,
                facts: AnyFacts::Spend(facts),
                plan: plan.clone(),
            })),
        })?;
        self.bench
            .observer
            .saw(&Progress::Chore { chore, plan: &plan });
        for action in &plan.actions {
            self.ensure(action).await?;
        }
        Ok(())
    }

    pub(crate) async fn spend_facts(&self, day: NaiveDate) -> Result<SpendFacts, EngineError> {
        let books = fold(&self.ports.ledger.entries(None).await?);
        let that_day = books.balance(Scope::Day(day));
        let by_issue = books.by_issue(Scope::Day(day)).into_iter();
        let issues = by_issue.map(|(issue, balance)| IssueSpend {
            issue: Number(issue),
            spent: balance.spent,
        });
        let alert = self.ports.forge.keyed_issue(&spend_key()).await?;
        Ok(SpendFacts {
            enabled: self.settings.enabled,
            day,
            spent: that_day.spent,
            counted: that_day.committed,
            issues: issues.collect(),
            threshold: self.settings.spend_threshold,
            alert: alert.map(|issue| OwnIssue {
                state: issue.state,
                body: issue.body,
            }),
        })
    }
}

/// Who does what the clock asks for.
pub(crate) fn clockwork() -> Result<Account, EngineError> {
    let login =
        Login::new("lightsout[bot]").map_err(|error| lightsout_forge::ForgeError::Refused {
            what: "the clock's name".to_owned(),
            why: error.to_string(),
        })?;
    Ok(Account {
        login,
        kind: AccountKind::Bot,
    })
}
