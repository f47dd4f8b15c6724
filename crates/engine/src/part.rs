//! One part of the world on its way through its rules: read, decide, perform, until a run is due or all is done.

use lightsout_agents::{Request, RequestMedia};
use lightsout_forge::{Event, EventKind, Number};
use lightsout_lifecycle::{
    AnyFacts, Ended, Execution, Facts, MAX_DECISIONS, Plan, Role, RunOrder, Snapshot, Step,
};

use crate::commission::{Given, Ground, Material};
use crate::journal::{Basis, JournalLine};
use crate::read::{View, Whom, Work};
use crate::{Engine, EngineError, Progress};

/// A part of the world that has rules of its own, as the engine deals with it.
pub(crate) trait Part {
    /// What its rules look at.
    type Facts: Facts + Clone;

    /// What its lines in the journal are filed under.
    fn number(&self) -> Number;

    /// What people call it, as it was read last.
    fn title(&self) -> &str;

    /// Reads it afresh.
    async fn read(
        &mut self,
        engine: &Engine<'_>,
        event: &Event,
    ) -> Result<Self::Facts, EngineError>;

    /// Its facts, as the journal keeps them.
    fn any(facts: Self::Facts) -> AnyFacts;

    /// What a run of it is made from, as it was read last; none when there is nothing to work on any more.
    async fn ground(
        &self,
        engine: &Engine<'_>,
        order: &RunOrder,
    ) -> Result<Option<Ground>, EngineError>;
}

/// Where dealing with an event has come to.
#[derive(Debug)]
pub(crate) enum Stop {
    /// This run is due.
    Run(RunOrder),
    /// Nothing more is due.
    Done(Ended),
}

impl Engine<'_> {
    /// Goes on with an execution until a run is due or it has ended.
    pub(crate) async fn drive<P: Part>(
        &self,
        part: &mut P,
        execution: &mut Execution<P::Facts>,
        last: &mut Option<Plan>,
    ) -> Result<Stop, EngineError> {
        loop {
            match execution.step() {
                Step::Read => {
                    *last = Some(self.read_for(part, execution).await?);
                    if self.settings.dry_run {
                        return Ok(Stop::Done(Ended::Quiet));
                    }
                }
                Step::Ensure(action) => {
                    let answer = self.perform(part.number(), action).await?;
                    execution.answered(answer);
                }
                Step::Run(order) => return Ok(Stop::Run(order.clone())),
                Step::Done(Ended::Restless) => {
                    return Err(EngineError::Restless {
                        event: execution.event().id.clone(),
                        times: MAX_DECISIONS,
                    });
                }
                Step::Done(ended) => return Ok(Stop::Done(ended)),
            }
        }
    }

    /// Reads the world for an execution and writes down what follows.
    async fn read_for<P: Part>(
        &self,
        part: &mut P,
        execution: &mut Execution<P::Facts>,
    ) -> Result<Plan, EngineError> {
        let facts = part.read(self, execution.event()).await?;
        let question = execution.question(&facts);
        let plan = execution.saw(&facts);
        if self.settings.dry_run {
            return Ok(plan);
        }
        if let Some(order) = &plan.run {
            self.claim(&order.id)?;
        }
        let event = execution.event();
        if plan.is_empty() && is_sweep(event) {
            return Ok(plan);
        }
        self.bench.workshop.journal.write(&JournalLine::Decided {
            at: (self.ports.clock)(),
            issue: part.number(),
            on: event.clone(),
            reason: plan.reason,
            from: Some(Box::new(Basis {
                question,
                facts: P::any(facts),
                plan: plan.clone(),
            })),
        })?;
        self.bench.observer.saw(&Progress::Decided {
            issue: part.number(),
            title: part.title(),
            event,
            plan: &plan,
        });
        Ok(plan)
    }
}

fn is_sweep(event: &Event) -> bool {
    matches!(event.kind, EventKind::Sweep { .. })
}

/// A request.
pub(crate) struct RequestPart {
    issue: Number,
    whom: Whom,
    view: Option<View>,
}

impl RequestPart {
    pub(crate) fn of(issue: Number) -> Self {
        Self {
            issue,
            whom: Whom::Concerned,
            view: None,
        }
    }

    /// A request of which a run is settled.
    pub(crate) fn settled(issue: Number) -> Self {
        Self {
            whom: Whom::Nobody,
            ..Self::of(issue)
        }
    }
}

impl Part for RequestPart {
    type Facts = Snapshot;

    fn number(&self) -> Number {
        self.issue
    }

    fn title(&self) -> &str {
        let view = self.view.as_ref();
        view.map_or("", |view| view.snapshot.issue.title.as_str())
    }

    async fn read(&mut self, engine: &Engine<'_>, event: &Event) -> Result<Snapshot, EngineError> {
        let view = engine.view_with(self.issue, event, self.whom).await?;
        let snapshot = view.snapshot.clone();
        self.view = Some(view);
        Ok(snapshot)
    }

    fn any(facts: Snapshot) -> AnyFacts {
        AnyFacts::Request(Box::new(facts))
    }

    async fn ground(
        &self,
        _: &Engine<'_>,
        order: &RunOrder,
    ) -> Result<Option<Ground>, EngineError> {
        Ok(self.view.as_ref().and_then(|view| {
            let given = given(self.issue, view);
            Some(Ground {
                material: match order.role {
                    Role::Checker => Material::Pushed(given),
                    _ => Material::Request(given?),
                },
                subject: String::new(),
                factory: view.factory.clone(),
                rules: view.base.clone(),
            })
        }))
    }
}

/// A request as an agent is given it; none when it is not complete.
pub(crate) fn given(issue: Number, view: &View) -> Option<Given> {
    let work = view.work.as_ref()?;
    Some(Given {
        request: request(issue, view, work),
        thread: work.thread.clone(),
    })
}

/// What the agent is given, as data.
pub(crate) fn request(issue: Number, view: &View, work: &Work) -> Request {
    let lane = view.factory.lane_for(&work.kind, &work.fields);
    Request {
        issue: issue.0,
        kind: work.kind.label.clone(),
        title: view.snapshot.issue.title.clone(),
        slug: work.slug.as_str().to_owned(),
        page: work.kind.page_for(&work.slug),
        fields: work.fields.clone(),
        media: work.kind.media_for(&work.fields).map(|media| RequestMedia {
            kind: media.kind,
            path: media.path_for(&work.slug),
        }),
        lane: lane.patterns().to_vec(),
        requester: view.snapshot.requester.login.to_string(),
    }
}
