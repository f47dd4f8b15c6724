//! A pull request that may be reviewed, and what was found when it was.

use lightsout_forge::{CommentKey, Event, EventKind, ForgeError, Number, Permission, PullRequest};
use lightsout_lifecycle::{
    AnyFacts, Finding, Person, ReviewFacts, ReviewRecord, Role, RunOrder, Severity,
};
use lightsout_taxonomy::Factory;

use crate::commission::{Ground, Material};
use crate::part::Part;
use crate::rest::is_own;
use crate::{Engine, EngineError};

/// Which pull request is meant.
enum Meant<'a> {
    Pull(Number),
    OfOrder(&'a RunOrder),
}

/// A pull request under review.
pub(crate) struct ReviewPart<'a> {
    meant: Meant<'a>,
    /// What a review has just found.
    found: Vec<Finding>,
    seen: Option<(ReviewFacts, Event)>,
}

impl<'a> ReviewPart<'a> {
    pub(crate) fn of_event(event: &Event) -> Option<Self> {
        let pull = match &event.kind {
            EventKind::PullOpened { pull } | EventKind::PullSynchronized { pull, .. } => *pull,
            _ => return None,
        };
        Some(Self {
            meant: Meant::Pull(pull),
            found: Vec::new(),
            seen: None,
        })
    }

    pub(crate) fn of_order(order: &'a RunOrder, found: Vec<Finding>) -> Self {
        Self {
            meant: Meant::OfOrder(order),
            found,
            seen: None,
        }
    }

    async fn pull(
        &self,
        engine: &Engine<'_>,
        factory: &Factory,
    ) -> Result<PullRequest, EngineError> {
        let (found, what) = match &self.meant {
            Meant::Pull(number) => (engine.find_pull(*number).await?, number.to_string()),
            Meant::OfOrder(order) => {
                let found = engine.pull_of_order(factory, order).await?;
                (found, format!("the pull request of run {}", order.id.0))
            }
        };
        found.ok_or_else(|| ForgeError::NotFound { what }.into())
    }

    /// What the review of this head found, from its report or, when that is gone, as it was told on the pull request.
    async fn findings(
        &self,
        engine: &Engine<'_>,
        facts: &ReviewFacts,
    ) -> Result<Vec<Finding>, EngineError> {
        if !self.found.is_empty() {
            return Ok(self.found.clone());
        }
        let factory = engine.factory()?;
        let head = facts.pull.head_sha.short();
        let key = CommentKey::new(&format!("review-{head}"));
        let said = engine.ports.forge.comments(facts.pull.number).await?;
        let told = said
            .into_iter()
            .find(|said| is_own(&factory, &said.author.login) && key.marks(&said.body));
        let whole = |body: String| Finding {
            severity: Severity::MustFix,
            path: None,
            line: None,
            text: body,
        };
        Ok(told.map(|said| whole(said.body)).into_iter().collect())
    }
}

impl Part for ReviewPart<'_> {
    type Facts = ReviewFacts;

    fn number(&self) -> Number {
        match (&self.seen, &self.meant) {
            (Some((facts, _)), _) => facts.pull.number,
            (None, Meant::Pull(number)) => *number,
            (None, Meant::OfOrder(order)) => order.issue,
        }
    }

    fn title(&self) -> &str {
        let seen = self.seen.as_ref();
        seen.map_or("", |(facts, _)| facts.pull.title.as_str())
    }

    async fn read(
        &mut self,
        engine: &Engine<'_>,
        event: &Event,
    ) -> Result<ReviewFacts, EngineError> {
        let factory = engine.factory()?;
        let pull = self.pull(engine, &factory).await?;
        let request = engine.request_behind(&factory, &pull).await?;
        let charged = request.as_ref().map_or(pull.number, |(issue, _)| *issue);
        let comments = engine.ports.forge.comments(pull.number).await?;
        let record = ReviewRecord::find(&comments, |login| is_own(&factory, login));
        let run_alive = match &record.run {
            Some(run) => engine.is_paid_and_alive(charged, &run.id).await?,
            None => false,
        };
        let name = format!("review-{}", pull.number.0);
        let facts = ReviewFacts {
            enabled: engine.settings.enabled,
            author: Person {
                own: is_own(&factory, &pull.author.login),
                login: pull.author.login.clone(),
                kind: pull.author.kind,
                // What its author may do changes nothing about a review, so nobody is asked.
                permission: Permission::None,
            },
            same_repository: !pull.from_fork,
            budget_refusal: engine.refusal(charged, &name, &factory).await?,
            pull,
            request,
            record,
            run_alive,
        };
        self.seen = Some((facts.clone(), event.clone()));
        Ok(facts)
    }

    fn any(facts: ReviewFacts) -> AnyFacts {
        AnyFacts::Review(Box::new(facts))
    }

    async fn ground(
        &self,
        engine: &Engine<'_>,
        order: &RunOrder,
    ) -> Result<Option<Ground>, EngineError> {
        let Some((facts, event)) = &self.seen else {
            return Ok(None);
        };
        let given = engine.given_behind(facts.request.as_ref(), event).await?;
        let pull = &facts.pull;
        let material = if order.role == Role::Fixer {
            Material::Findings {
                pull: pull.number,
                findings: self.findings(engine, facts).await?,
                given,
            }
        } else {
            Material::Change {
                pull: pull.number,
                title: pull.title.clone(),
                body: pull.body.clone(),
                given,
            }
        };
        let (rules, factory) = engine.base()?;
        Ok(Some(Ground {
            material,
            subject: String::new(),
            factory,
            rules,
        }))
    }
}
