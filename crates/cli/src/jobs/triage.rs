//! `lightsout triage` and `lightsout publish`: from an event to what is done about it, and to a run.

use lightsout_engine::{About, issue_of_branch};
use lightsout_forge::{Event, Forge, Number};
use lightsout_github::{Facts, Reading};
use lightsout_lifecycle::request_of_body;

use super::happened::read_payload;
use super::job::Job;
use super::place::Placed;
use super::told::ignored;
use crate::args::{Happened, Publish, Triage};
use crate::failure::{Done, Mendable};
use crate::look;

pub(crate) fn triage(args: &Triage) -> anyhow::Result<Done> {
    decide("triage", args)
}

pub(crate) fn publish(args: &Publish) -> anyhow::Result<Done> {
    let args = Triage {
        happened: args.happened.clone(),
        at: args.at.clone(),
        out: args.out.clone(),
        agent: args.agent.clone(),
        dry_run: args.dry_run,
    };
    decide("publish", &args)
}

fn decide(verb: &'static str, args: &Triage) -> anyhow::Result<Done> {
    let read = read_happened(&args.happened)?;
    if let Happening::Ignored { code, sentence } = &read {
        ignored(verb, code, sentence, args.at.format)?;
        return Ok(Done::Fine);
    }
    let work = async |placed: Placed<'_>| {
        let (event, known) = event(read, &args.happened, placed.forge).await?;
        let about = About::Request(known);
        Ok(placed
            .engine
            .deal(about, &event, &placed.hired, &args.out)
            .await?)
    };
    let job = Job {
        verb,
        at: &args.at,
        out: &args.out,
        agent: args.agent.as_deref(),
        dry_run: args.dry_run,
    };
    job.run(work)
}

/// What has happened, as far as that is known without a forge.
enum Happening {
    Event {
        event: Box<Event>,
        /// The request that the payload shows it to be about, where asking for that can be saved.
        known: Option<Number>,
    },
    /// Nothing has; a request is to be looked at.
    Look(Number),
    Ignored {
        code: &'static str,
        sentence: String,
    },
}

fn read_happened(happened: &Happened) -> anyhow::Result<Happening> {
    if let Some(issue) = happened.issue {
        return Ok(Happening::Look(Number(issue)));
    }
    let (event, payload) = (happened.event.as_ref(), happened.payload.as_ref());
    Ok(
        match read_payload(event, payload, ", or `--issue NUMBER`")? {
            Reading::Event { event, facts } => Happening::Event {
                event: Box::new(event),
                known: request_shown(&facts),
            },
            Reading::Ignored(why) => Happening::Ignored {
                code: why.code(),
                sentence: why.to_string(),
            },
        },
    )
}

/// The request whose pull request a payload shows, by its branch or by the marker in its text. A stranger's may show a
/// wrong one, of which nothing then comes: the request is read, and what the event says of it is not believed.
fn request_shown(facts: &Facts) -> Option<Number> {
    if let Some(pull) = &facts.pull {
        return issue_of_branch(pull.head.as_str()).filter(|_| !pull.from_fork);
    }
    let shown = facts.issue.as_ref().filter(|shown| shown.is_pull_request)?;
    request_of_body(&shown.issue.body)
}

async fn event(
    happening: Happening,
    happened: &Happened,
    forge: &dyn Forge,
) -> anyhow::Result<(Event, Option<Number>)> {
    match happening {
        Happening::Event { event, known } => Ok((*event, known)),
        Happening::Look(issue) => {
            let event = look::event(forge, issue, happened.comment).await?;
            Ok((event, None))
        }
        Happening::Ignored { sentence, .. } => {
            Err(Mendable::error(sentence, "nothing is to be done"))
        }
    }
}
