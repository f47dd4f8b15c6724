//! `lightsout triage` and `lightsout publish`: from an event to what is done about it, and to a run.

use std::time::Duration;

use lightsout_engine::{About, issue_of_branch};
use lightsout_forge::{Event, EventKind, Forge, Number};
use lightsout_github::{Facts, Reading};
use lightsout_lifecycle::{Reason, request_of_body};

use super::happened::read_payload;
use super::job::{Came, Job};
use super::place::Placed;
use super::told::ignored;
use crate::args::{Deciding, Happened, Publish, Triage};
use crate::failure::{Done, Mendable};
use crate::look;
use crate::output::say;

pub(crate) fn triage(args: &Triage) -> anyhow::Result<Done> {
    decide("triage", &args.deciding, Duration::ZERO)
}

pub(crate) fn publish(args: &Publish) -> anyhow::Result<Done> {
    let wait = Duration::from_mins(args.wait.into());
    decide("publish", &args.deciding, wait)
}

fn decide(verb: &'static str, args: &Deciding, wait: Duration) -> anyhow::Result<Done> {
    let read = read_happened(&args.happened)?;
    if let Happening::Ignored { code, sentence } = &read {
        ignored(verb, code, sentence, args.at.format)?;
        return Ok(Done::Fine);
    }
    let job = Job {
        verb,
        at: &args.at,
        out: &args.out,
        agent: args.agent.as_deref(),
        dry_run: args.dry_run,
    };
    let request = read.request();
    let mut came = deal(&job, read, args)?;
    if let Some(request) = request.filter(|_| !args.dry_run) {
        for pause in pauses(wait) {
            if came.settled.reason() != Some(Reason::ChecksPending) {
                break;
            }
            let seconds = pause.as_secs();
            say(&format!("checks are pending; looking again in {seconds} s"));
            std::thread::sleep(pause);
            let mut done = came.done;
            came = deal(&job, Happening::Look(request), args)?;
            done.append(&mut came.done);
            came.done = done;
        }
    }
    job.tell(came)
}

/// How long to pause before each further look, so that all together they take no longer than `wait`: soon at first, and
/// then once a minute.
fn pauses(wait: Duration) -> impl Iterator<Item = Duration> {
    let mut left = wait;
    let mut next = Duration::from_secs(5);
    std::iter::from_fn(move || {
        let pause = next.min(left);
        left -= pause;
        next = (next * 2).min(Duration::from_mins(1));
        (!pause.is_zero()).then_some(pause)
    })
}

fn deal(job: &Job<'_>, read: Happening, args: &Deciding) -> anyhow::Result<Came> {
    job.settle(async |placed: Placed<'_>| {
        let (event, known) = event(read, &args.happened, placed.forge).await?;
        let about = About::Request(known);
        Ok(placed
            .engine
            .deal(about, &event, &placed.hired, &args.out)
            .await?)
    })
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

impl Happening {
    /// The request that it is about, as far as that shows.
    fn request(&self) -> Option<Number> {
        match self {
            Self::Look(issue) => Some(*issue),
            Self::Event { event, known } => known.or(match event.kind {
                EventKind::CommentCreated {
                    on,
                    on_pull_request: false,
                    ..
                } => Some(on),
                _ => None,
            }),
            Self::Ignored { .. } => None,
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_again_takes_no_longer_than_was_asked_for() {
        let seconds = |wait| -> Vec<u64> {
            let pauses = pauses(Duration::from_secs(wait));
            pauses.map(|pause| pause.as_secs()).collect()
        };
        assert_eq!(seconds(0), [0; 0]);
        assert_eq!(seconds(7), [5, 2]);
        assert_eq!(seconds(200), [5, 10, 20, 40, 60, 60, 5]);
    }
}
