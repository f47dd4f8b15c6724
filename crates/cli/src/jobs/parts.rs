//! `lightsout heal`, `review`, `preview`, `spend` and `canary`: an event is put to a part of the world that is no request.

use chrono::Utc;
use lightsout_engine::{About, Settled};
use lightsout_forge::{Account, AccountKind, Chore, Event, EventId, EventKind, Login};
use lightsout_github::{Delivery, Facts, Reading, read};

use super::diary::Diary;
use super::failure_log::failure_log;
use super::place::{Manner, Placed, with_engine};
use super::told::{self, Told};
use crate::actions::{self, Outputs};
use crate::args::{Canary, Format, HealJob, Preview, Review, Spend, Where};
use crate::factory::block_on;
use crate::failure::{Done, Mendable};
use crate::input::read_input;

pub(crate) fn heal(args: &HealJob) -> anyhow::Result<Done> {
    let Some((event, facts)) = happened("heal", &args.told, args.at.format)? else {
        return Ok(Done::Fine);
    };
    let Some(run) = facts.run else {
        return Err(other_event("heal", "workflow_run"));
    };
    let work = async |placed: Placed<'_>| {
        let failure = failure_log(&placed, &run, &event, args.logs.as_deref()).await?;
        let about = About::Failure {
            run: &run,
            log: &failure.log,
            failure: &failure.name,
        };
        let (hired, out) = (&placed.hired, &args.handed.out);
        Ok(placed.engine.deal(about, &event, hired, out).await?)
    };
    let manner = Manner {
        agent: args.handed.agent.as_deref(),
        dry_run: args.dry.dry_run,
    };
    let job = Job {
        verb: "heal",
        at: &args.at,
        out: &args.handed.out,
    };
    block_on(job.run(manner, work))
}

pub(crate) fn review(args: &Review) -> anyhow::Result<Done> {
    let Some((event, _)) = happened("review", &args.told, args.at.format)? else {
        return Ok(Done::Fine);
    };
    let work = async |placed: Placed<'_>| {
        let (hired, out) = (&placed.hired, &args.handed.out);
        Ok(placed
            .engine
            .deal(About::Review, &event, hired, out)
            .await?)
    };
    let manner = Manner {
        agent: args.handed.agent.as_deref(),
        dry_run: args.dry.dry_run,
    };
    let job = Job {
        verb: "review",
        at: &args.at,
        out: &args.handed.out,
    };
    block_on(job.run(manner, work))
}

pub(crate) fn preview(args: &Preview) -> anyhow::Result<Done> {
    let Some((event, facts)) = happened("preview", &args.told, args.at.format)? else {
        return Ok(Done::Fine);
    };
    let Some(said) = facts.deployment else {
        return Err(other_event("preview", "deployment_status"));
    };
    let about = About::Deployment(&said);
    only_performs("preview", &args.at, args.dry.dry_run, about, &event)
}

pub(crate) fn spend(args: &Spend) -> anyhow::Result<Done> {
    let event = due(Chore::Spend)?;
    only_performs("spend", &args.at, args.dry.dry_run, About::Spend, &event)
}

pub(crate) fn canary(args: &Canary) -> anyhow::Result<Done> {
    let event = due(Chore::Canary)?;
    let work = async |placed: Placed<'_>| {
        let about = About::Canary {
            model: &placed.model,
        };
        let (hired, out) = (&placed.hired, &args.handed.out);
        Ok(placed.engine.deal(about, &event, hired, out).await?)
    };
    let manner = Manner {
        agent: args.handed.agent.as_deref(),
        dry_run: args.dry.dry_run,
    };
    let job = Job {
        verb: "canary",
        at: &args.at,
        out: &args.handed.out,
    };
    block_on(job.run(manner, work))
}

/// Deals with what never leads to a run.
fn only_performs(
    verb: &'static str,
    at: &Where,
    dry_run: bool,
    about: About<'_>,
    event: &Event,
) -> anyhow::Result<Done> {
    let out = std::path::Path::new("run");
    let work =
        async |placed: Placed<'_>| Ok(placed.engine.deal(about, event, &placed.hired, out).await?);
    let manner = Manner {
        agent: None,
        dry_run,
    };
    block_on(Job { verb, at, out }.run(manner, work))
}

/// One job, whatever it deals with.
struct Job<'a> {
    verb: &'static str,
    at: &'a Where,
    out: &'a std::path::Path,
}

impl Job<'_> {
    async fn run(
        &self,
        manner: Manner<'_>,
        work: impl AsyncFnOnce(Placed<'_>) -> anyhow::Result<Settled>,
    ) -> anyhow::Result<Done> {
        let diary = Diary::new();
        let dry_run = manner.dry_run;
        let settled = with_engine(self.at, manner, &diary, work).await?;
        let told = Told {
            verb: self.verb,
            settled: &settled,
            out: self.out,
            done: diary.done(),
            dry_run,
        };
        told.tell(Outputs::default(), self.at.format)?;
        Ok(Done::Fine)
    }
}

/// Reads what has happened; nothing when the factory does not listen to it, which is told.
fn happened(
    verb: &str,
    given: &crate::args::Told,
    format: Format,
) -> anyhow::Result<Option<(Event, Facts)>> {
    let named = given.event.clone().zip(given.payload.clone());
    let Some((name, file)) = named.or_else(actions::event) else {
        return Err(Mendable::error(
            "no event is named",
            "give `--event NAME --payload FILE`; Actions sets `GITHUB_EVENT_NAME` and `GITHUB_EVENT_PATH`",
        ));
    };
    let body = read_input(&file)?;
    let delivery = Delivery {
        event: &name,
        id: &actions::delivery(),
        received: Utc::now(),
    };
    match read(&delivery, &body)? {
        Reading::Event { event, facts } => Ok(Some((event, *facts))),
        Reading::Ignored(why) => {
            told::ignored(verb, why.code(), &why.to_string(), format)?;
            Ok(None)
        }
    }
}

fn other_event(verb: &str, wanted: &str) -> anyhow::Error {
    Mendable::error(
        format!("`lightsout {verb}` deals with `{wanted}` events, and this is none of a branch"),
        format!("give it the payload of a `{wanted}` event"),
    )
}

/// A chore that is due because somebody calls for it.
fn due(chore: Chore) -> anyhow::Result<Event> {
    Ok(Event {
        id: EventId(actions::delivery()),
        at: Utc::now(),
        actor: Account {
            login: Login::new("lightsout[bot]")?,
            kind: AccountKind::Bot,
        },
        kind: EventKind::Dispatch { chore },
    })
}
