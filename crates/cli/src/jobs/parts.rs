//! `lightsout heal`, `review`, `preview`, `spend` and `canary`: an event is put to a part of the world that is no request.

use chrono::Utc;
use lightsout_engine::About;
use lightsout_forge::{Account, AccountKind, Chore, Event, EventId, EventKind, Login};
use lightsout_github::{Facts, Reading};

use lightsout_taxonomy::AgentKind;

use super::failure_log::failure_log;
use super::happened::read_payload;
use super::job::Job;
use super::place::Placed;
use super::told;
use crate::actions;
use crate::args::{Canary, DryRun, Format, HandedOut, HealJob, Preview, Review, Spend, Where};
use crate::failure::{Done, Mendable};

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
    hands_out("heal", &args.at, &args.handed, args.dry).run(work)
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
    hands_out("review", &args.at, &args.handed, args.dry).run(work)
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
            reads: placed.hired.name != AgentKind::Template.name(),
        };
        let (hired, out) = (&placed.hired, &args.handed.out);
        Ok(placed.engine.deal(about, &event, hired, out).await?)
    };
    hands_out("canary", &args.at, &args.handed, args.dry).run(work)
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
    let job = Job {
        verb,
        at,
        out,
        agent: None,
        dry_run,
    };
    job.run(work)
}

/// A job that may hand a run out.
fn hands_out<'a>(verb: &'static str, at: &'a Where, handed: &'a HandedOut, dry: DryRun) -> Job<'a> {
    Job {
        verb,
        at,
        out: &handed.out,
        agent: handed.agent.as_deref(),
        dry_run: dry.dry_run,
    }
}

/// Reads what has happened; nothing when the factory does not listen to it, which is told.
fn happened(
    verb: &str,
    given: &crate::args::Told,
    format: Format,
) -> anyhow::Result<Option<(Event, Facts)>> {
    match read_payload(given.event.as_ref(), given.payload.as_ref(), "")? {
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
