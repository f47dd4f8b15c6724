//! `lightsout triage` and `lightsout publish`: from an event to what is done about it, and to a run.

use chrono::Utc;
use lightsout_forge::{Event, Forge, Number};
use lightsout_github::{Delivery, Reading, read};

use super::diary::Diary;
use super::place::{Manner, Placed, with_engine};
use super::told::Told;
use crate::actions::{self, Outputs, Summary};
use crate::args::{Format, Happened, Publish, Triage};
use crate::factory::block_on;
use crate::failure::{Done, Mendable};
use crate::input::read_input;
use crate::look;
use crate::output::{print, print_json};

pub(crate) fn triage(args: &Triage) -> anyhow::Result<Done> {
    block_on(decide("triage", args))
}

pub(crate) fn publish(args: &Publish) -> anyhow::Result<Done> {
    let args = Triage {
        happened: args.happened.clone(),
        at: args.at.clone(),
        out: args.out.clone(),
        agent: args.agent.clone(),
        dry_run: args.dry_run,
    };
    block_on(decide("publish", &args))
}

async fn decide(verb: &'static str, args: &Triage) -> anyhow::Result<Done> {
    let read = read_happened(&args.happened)?;
    if let Happening::Ignored { code, sentence } = &read {
        ignored(verb, code, sentence, args.at.format)?;
        return Ok(Done::Fine);
    }
    let diary = Diary::new();
    let manner = Manner {
        agent: args.agent.as_deref(),
        dry_run: args.dry_run,
    };
    let work = async |placed: Placed<'_>| {
        let event = event(read, &args.happened, placed.forge).await?;
        Ok(placed
            .engine
            .triage(&event, &placed.hired, &args.out)
            .await?)
    };
    let settled = with_engine(&args.at, manner, &diary, work).await?;
    let told = Told {
        verb,
        settled: &settled,
        out: &args.out,
        done: diary.done(),
        dry_run: args.dry_run,
    };
    told.tell(Outputs::default(), args.at.format)?;
    Ok(Done::Fine)
}

/// What has happened, as far as that is known without a forge.
enum Happening {
    Event(Box<Event>),
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
    let given = happened.event.clone().zip(happened.payload.clone());
    let Some((name, file)) = given.or_else(actions::event) else {
        return Err(Mendable::error(
            "no event is named",
            "give `--event NAME --payload FILE`, or `--issue NUMBER`; Actions sets `GITHUB_EVENT_NAME` and `GITHUB_EVENT_PATH`",
        ));
    };
    let body = read_input(&file)?;
    let delivery = Delivery {
        event: &name,
        id: &actions::delivery(),
        received: Utc::now(),
    };
    Ok(match read(&delivery, &body)? {
        Reading::Event { event, .. } => Happening::Event(Box::new(event)),
        Reading::Ignored(why) => Happening::Ignored {
            code: why.code(),
            sentence: why.to_string(),
        },
    })
}

async fn event(
    happening: Happening,
    happened: &Happened,
    forge: &dyn Forge,
) -> anyhow::Result<Event> {
    match happening {
        Happening::Event(event) => Ok(*event),
        Happening::Look(issue) => look::event(forge, issue, happened.comment).await,
        Happening::Ignored { sentence, .. } => {
            Err(Mendable::error(sentence, "nothing is to be done"))
        }
    }
}

/// Tells that an event is none of the factory's.
fn ignored(verb: &str, code: &str, sentence: &str, format: Format) -> anyhow::Result<()> {
    let mut outputs = Outputs::default();
    outputs.set("reason", code);
    outputs.set("sentence", sentence);
    outputs.set("acted", false);
    outputs.set("run", false);
    outputs.write()?;
    let mut summary = Summary::new(verb, "💤", "The factory does not listen to this event.");
    summary.table(&[("reason", code.to_owned()), ("why", sentence.to_owned())]);
    summary.write()?;
    match format {
        Format::Json => print_json(&outputs),
        Format::Text => print(&format!("{code}: {sentence}\n")),
    }
}
