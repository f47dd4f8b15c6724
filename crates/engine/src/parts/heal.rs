//! A workflow run that failed, and the pull request whose commit it ran on.

use lightsout_forge::{BranchName, Event, Number, PullRequest, WorkflowRun};
use lightsout_lifecycle::{
    AnyFacts, HealCaps, HealFacts, HealRecord, RunId, RunOrder, fingerprint,
};
use lightsout_taxonomy::Factory;

use crate::commission::{Ground, Material};
use crate::part::Part;
use crate::rest::is_own;
use crate::{Engine, EngineError};

/// How the failure came to be known.
enum Known<'a> {
    /// A workflow run ended.
    Run {
        run: &'a WorkflowRun,
        log: &'a str,
        failure: &'a str,
    },
    /// A healing is to be settled.
    Order {
        order: &'a RunOrder,
        workflow: &'a str,
    },
}

/// A failure on a pull request.
pub(crate) struct HealPart<'a> {
    known: Known<'a>,
    seen: Option<(HealFacts, Event)>,
}

impl<'a> HealPart<'a> {
    pub(crate) fn of(run: &'a WorkflowRun, log: &'a str, failure: &'a str) -> Self {
        let known = Known::Run { run, log, failure };
        Self { known, seen: None }
    }

    pub(crate) fn of_order(order: &'a RunOrder, workflow: &'a str) -> Self {
        let known = Known::Order { order, workflow };
        Self { known, seen: None }
    }

    fn workflow(&self) -> &'a str {
        match self.known {
            Known::Run { run, .. } => &run.workflow,
            Known::Order { workflow, .. } => workflow,
        }
    }

    fn log(&self) -> &'a str {
        match self.known {
            Known::Run { log, .. } => log,
            Known::Order { .. } => "",
        }
    }

    fn fingerprint(&self) -> String {
        match self.known {
            Known::Run { failure, .. } => fingerprint(failure),
            // Only whether to begin depends on it.
            Known::Order { .. } => String::new(),
        }
    }

    fn run_id(&self) -> RunId {
        match self.known {
            Known::Run { run, .. } => RunId(format!("heal-{}", run.id)),
            Known::Order { order, .. } => order.id.clone(),
        }
    }

    /// Finds the root: the open pull request of the branch, or whichever a healing was ordered for.
    async fn root(
        &self,
        engine: &Engine<'_>,
        factory: &Factory,
    ) -> Result<Option<PullRequest>, EngineError> {
        match self.known {
            Known::Run { run, .. } => {
                let branch = run.branch.as_str();
                let pulls = engine.ports.forge.open_pull_requests(branch).await?;
                let mut of_branch = pulls.into_iter();
                Ok(of_branch.find(|pull| pull.head == run.branch && !pull.from_fork))
            }
            Known::Order { order, .. } => engine.pull_of_order(factory, order).await,
        }
    }

    fn branch(&self, root: Option<&PullRequest>) -> BranchName {
        match (&self.known, root) {
            (Known::Run { run, .. }, _) => run.branch.clone(),
            (Known::Order { .. }, Some(root)) => root.head.clone(),
            (Known::Order { order, .. }, None) => order.branch.clone(),
        }
    }
}

impl Part for HealPart<'_> {
    type Facts = HealFacts;

    fn number(&self) -> Number {
        let root = self
            .seen
            .as_ref()
            .and_then(|(facts, _)| facts.pull.as_ref());
        root.map_or(Number(0), |root| root.number)
    }

    fn title(&self) -> &str {
        self.workflow()
    }

    async fn read(&mut self, engine: &Engine<'_>, event: &Event) -> Result<HealFacts, EngineError> {
        let factory = engine.factory()?;
        let root = self.root(engine, &factory).await?;
        let (mut record, mut request) = (HealRecord::default(), None);
        if let Some(root) = &root {
            let comments = engine.ports.forge.comments(root.number).await?;
            record = HealRecord::find(&comments, |login| is_own(&factory, login));
            request = engine.request_behind(&factory, root).await?;
        }
        let charged = match (&request, &root) {
            (Some((issue, _)), _) => *issue,
            (None, Some(root)) => root.number,
            (None, None) => Number(0),
        };
        let run = self.run_id();
        let from_fork = match self.known {
            Known::Run { run, .. } => run.from_fork,
            Known::Order { .. } => root.as_ref().is_some_and(|root| root.from_fork),
        };
        let facts = HealFacts {
            enabled: engine.settings.enabled,
            workflow: self.workflow().to_owned(),
            branch: self.branch(root.as_ref()),
            same_repository: !from_fork,
            fingerprint: self.fingerprint(),
            caps: HealCaps {
                per_pull: factory.heal.per_pull,
                per_fingerprint: factory.heal.per_failure,
            },
            run_alive: engine.is_paid_and_alive(charged, &run).await?,
            budget_refusal: engine.refusal(charged, &run.0, &factory).await?,
            watched: factory.heal.workflows,
            pull: root,
            request,
            record,
        };
        self.seen = Some((facts.clone(), event.clone()));
        Ok(facts)
    }

    fn any(facts: HealFacts) -> AnyFacts {
        AnyFacts::Heal(Box::new(facts))
    }

    async fn ground(
        &self,
        engine: &Engine<'_>,
        _: &RunOrder,
    ) -> Result<Option<Ground>, EngineError> {
        let Some((facts, event)) = &self.seen else {
            return Ok(None);
        };
        let Some(root) = &facts.pull else {
            return Ok(None);
        };
        let (rules, factory) = engine.base()?;
        Ok(Some(Ground {
            material: Material::Failure {
                pull: root.number,
                workflow: self.workflow().to_owned(),
                log: self.log().to_owned(),
                given: engine.given_behind(facts.request.as_ref(), event).await?,
            },
            subject: self.workflow().to_owned(),
            factory,
            rules,
        }))
    }
}
