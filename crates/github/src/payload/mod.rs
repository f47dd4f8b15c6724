//! From a payload to an event.

mod chore;
mod error;
mod facts;
pub(crate) mod model;

use std::fmt::Display;

use chrono::{DateTime, Utc};
use lightsout_forge::{
    Account, AccountKind, CheckState, Conclusion, DeploymentState, Event, EventId, EventKind,
    Label, Login, Number,
};
use serde::de::DeserializeOwned;

pub(crate) use chore::REQUESTS_FILE;
use chore::{chore_of, takes_up_requests};
pub use error::PayloadError;
pub use facts::{Facts, ShownIssue};
pub use model::Association;

/// The largest payload GitHub delivers, in bytes.
pub const MAX_PAYLOAD: usize = 25 << 20;

/// What comes with a payload, outside of it.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// The event's name: the header `X-GitHub-Event`, or `GITHUB_EVENT_NAME` in Actions.
    pub event: &'a str,
    /// Which delivery: the header `X-GitHub-Delivery`, the same on every redelivery.
    pub id: &'a str,
    /// When it arrived, for payloads that do not say when it happened.
    pub received: DateTime<Utc>,
}

/// What a payload comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// Something the factory listens to.
    Event {
        /// What happened.
        event: Event,
        /// What the payload shows besides.
        facts: Box<Facts>,
    },
    /// Something it does not listen to.
    Ignored(Ignored),
}

/// Why a payload is none of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ignored {
    /// The factory does not listen to events of this name.
    Event {
        /// The name, cut to 64 characters.
        event: String,
    },
    /// It listens to the event, and not to this that happened.
    Action {
        /// The event's name.
        event: String,
        /// What happened, cut to 64 characters; empty when the payload does not say.
        action: String,
    },
    /// A label that no label of the factory could be.
    Label,
    /// A workflow that does none of the factory's chores.
    Workflow,
}

impl Ignored {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Event { .. } => "event-not-listened-to",
            Self::Action { .. } => "action-not-listened-to",
            Self::Label => "label-of-others",
            Self::Workflow => "workflow-of-others",
        }
    }
}

impl Display for Ignored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Event { event } => {
                write!(f, "The factory does not listen to `{event}` events.")
            }
            Self::Action { event, action } if action.is_empty() => {
                write!(f, "The `{event}` payload does not say what happened.")
            }
            Self::Action { event, action } => {
                write!(
                    f,
                    "The factory does nothing when `{event}` says `{action}`."
                )
            }
            Self::Label => f.write_str("The label cannot be one of the factory's."),
            Self::Workflow => f.write_str("The workflow does none of the factory's chores."),
        }
    }
}

/// The events that the factory listens to, each with what may happen; no list where the payload has no `action`.
pub const LISTENED: &[(&str, &[&str])] = &[
    ("issues", &["opened", "reopened", "labeled", "closed"]),
    // An edited comment is not read again: what was answered to it stands below it.
    ("issue_comment", &["created"]),
    (
        "pull_request",
        &["opened", "reopened", "synchronize", "labeled", "closed"],
    ),
    ("status", &[]),
    ("workflow_run", &["completed"]),
    ("deployment_status", &["created"]),
    ("schedule", &[]),
    ("workflow_dispatch", &[]),
];

/// How much is said of what is wrong with a field, in characters.
const LONGEST_WHY: usize = 200;

/// Who acts when the clock does.
const CLOCK: &str = "github-actions[bot]";

/// Reads a payload.
///
/// ```
/// use chrono::DateTime;
/// use lightsout_forge::{EventKind, Number};
/// use lightsout_github::{Delivery, Reading, read};
///
/// let delivery = Delivery { event: "issues", id: "1", received: DateTime::UNIX_EPOCH };
/// let body = br#"{"action": "opened", "issue": {"number": 7}, "sender": {"login": "mira-fern"}}"#;
/// let Ok(Reading::Event { event, .. }) = read(&delivery, body) else { panic!() };
/// assert_eq!(event.kind, EventKind::IssueOpened { issue: Number(7) });
/// ```
///
/// # Errors
/// When it is no JSON, too large, or lacks what its event cannot do without.
pub fn read(delivery: &Delivery<'_>, body: &[u8]) -> Result<Reading, PayloadError> {
    if body.len() > MAX_PAYLOAD {
        return Err(PayloadError::TooLarge {
            bytes: body.len(),
            limit: MAX_PAYLOAD,
        });
    }
    let source = Source { delivery };
    // An editor on Windows may have put a byte order mark before it.
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let head: model::Head = source.parse(body)?;
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(source.shape(".", &"it is a list, and should be an object"));
    }
    let action = head.action.as_deref().unwrap_or_default();
    let Some((_, actions)) = LISTENED.iter().find(|(name, _)| *name == delivery.event) else {
        let event = short(delivery.event);
        return Ok(Reading::Ignored(Ignored::Event { event }));
    };
    if !actions.is_empty() && !actions.contains(&action) {
        return Ok(Reading::Ignored(Ignored::Action {
            event: short(delivery.event),
            action: short(action),
        }));
    }
    source.event(&source.parse(body)?)
}

/// One payload on its way to being understood.
pub(crate) struct Source<'a> {
    pub(crate) delivery: &'a Delivery<'a>,
}

impl Source<'_> {
    fn parse<T: DeserializeOwned>(&self, body: &[u8]) -> Result<T, PayloadError> {
        let mut json = serde_json::Deserializer::from_slice(body);
        let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let at = error.path().to_string();
            let inner = error.into_inner();
            if inner.is_data() {
                self.shape(&at, &inner)
            } else {
                PayloadError::NotJson {
                    why: inner.to_string(),
                }
            }
        })?;
        json.end().map_err(|error| PayloadError::NotJson {
            why: error.to_string(),
        })?;
        Ok(value)
    }

    fn event(&self, body: &model::Body) -> Result<Reading, PayloadError> {
        let sender = self.sender(body)?;
        let facts = self.facts(body, sender.clone())?;
        let kind = match self.delivery.event {
            "issues" => self.issues(body, &facts)?,
            "issue_comment" => Some(self.issue_comment(&facts)?),
            "pull_request" => self.pull_request(body)?,
            "status" => Some(self.status(body)?),
            "workflow_run" => Some(self.workflow_run(body)?),
            "deployment_status" => Some(self.deployment_status(body)?),
            _ => match self.chore(body)? {
                Some(kind) => Some(kind),
                None => return Ok(Reading::Ignored(Ignored::Workflow)),
            },
        };
        let Some(kind) = kind else {
            return Ok(Reading::Ignored(Ignored::Label));
        };
        let event = Event {
            id: EventId(self.delivery.id.to_owned()),
            at: self.happened(body, &facts),
            actor: sender,
            kind,
        };
        let facts = Box::new(facts);
        Ok(Reading::Event { event, facts })
    }

    fn issues(&self, body: &model::Body, facts: &Facts) -> Result<Option<EventKind>, PayloadError> {
        let issue = self.need(facts.issue.as_ref(), "issue")?.issue.number;
        Ok(match body.action.as_deref() {
            Some("opened") => Some(EventKind::IssueOpened { issue }),
            Some("reopened") => Some(EventKind::IssueReopened { issue }),
            Some("closed") => Some(EventKind::IssueClosed { issue }),
            _ => self
                .label(body)?
                .map(|label| EventKind::IssueLabeled { issue, label }),
        })
    }

    fn issue_comment(&self, facts: &Facts) -> Result<EventKind, PayloadError> {
        let on = self.need(facts.issue.as_ref(), "issue")?;
        Ok(EventKind::CommentCreated {
            on: on.issue.number,
            on_pull_request: on.is_pull_request,
            comment: self.need(facts.comment.as_ref(), "comment")?.id,
        })
    }

    fn pull_request(&self, body: &model::Body) -> Result<Option<EventKind>, PayloadError> {
        let shown = self.need(body.pull_request.as_ref(), "pull_request")?;
        let pull = Number(self.need(shown.number, "pull_request.number")?);
        let head = shown.head.as_ref().and_then(|head| head.sha.as_deref());
        Ok(match body.action.as_deref() {
            Some("opened" | "reopened") => Some(EventKind::PullOpened { pull }),
            Some("synchronize") => Some(EventKind::PullSynchronized {
                pull,
                head: self.sha(head, "pull_request.head.sha")?,
            }),
            Some("closed") => Some(EventKind::PullClosed {
                pull,
                merged: shown.merged == Some(true),
            }),
            _ => self
                .label(body)?
                .map(|label| EventKind::PullLabeled { pull, label }),
        })
    }

    fn status(&self, body: &model::Body) -> Result<EventKind, PayloadError> {
        let state = self.need(body.state.as_deref(), "state")?;
        Ok(EventKind::StatusChanged {
            sha: self.sha(body.sha.as_deref(), "sha")?,
            context: self.text(
                Some(self.need(body.context.as_deref(), "context")?),
                "context",
            )?,
            state: self.word::<CheckState>(state, "state")?,
        })
    }

    fn workflow_run(&self, body: &model::Body) -> Result<EventKind, PayloadError> {
        let run = self.need(body.workflow_run.as_ref(), "workflow_run")?;
        // Now and then a run is over before GitHub knows how it ended.
        let conclusion = run.conclusion.as_deref().unwrap_or("neutral");
        Ok(EventKind::WorkflowCompleted {
            run: self.need(run.id, "workflow_run.id")?,
            sha: self.sha(run.head_sha.as_deref(), "workflow_run.head_sha")?,
            conclusion: self.word::<Conclusion>(conclusion, "workflow_run.conclusion")?,
        })
    }

    fn deployment_status(&self, body: &model::Body) -> Result<EventKind, PayloadError> {
        let status = self.need(body.deployment_status.as_ref(), "deployment_status")?;
        let deployment = self.need(body.deployment.as_ref(), "deployment")?;
        let state = self.need(status.state.as_deref(), "deployment_status.state")?;
        Ok(EventKind::DeploymentStatus {
            deployment: self.need(deployment.id, "deployment.id")?,
            sha: self.sha(deployment.sha.as_deref(), "deployment.sha")?,
            state: self.word::<DeploymentState>(state, "deployment_status.state")?,
        })
    }

    /// Finds what a workflow is to do that the clock or somebody started, by the name of its file: a chore, or a look at
    /// one request.
    fn chore(&self, body: &model::Body) -> Result<Option<EventKind>, PayloadError> {
        let path = self.need(body.workflow.as_deref(), "workflow")?;
        if self.delivery.event == "workflow_dispatch" && takes_up_requests(path) {
            let inputs = body.inputs.as_ref();
            let issue = inputs.and_then(|inputs| inputs.issue.as_deref());
            let issue = self.need(issue, "inputs.issue")?.trim();
            let number = issue.strip_prefix('#').unwrap_or(issue).parse();
            let number = number.map_err(|error| self.shape("inputs.issue", &error))?;
            return Ok(Some(EventKind::Sweep {
                issue: Number(number),
            }));
        }
        Ok(chore_of(path).map(|chore| match self.delivery.event {
            "schedule" => EventKind::Tick { chore },
            _ => EventKind::Dispatch { chore },
        }))
    }

    /// Reads a word of a closed list, which the forge's own type spells as GitHub does.
    fn word<T: DeserializeOwned>(&self, word: &str, at: &'static str) -> Result<T, PayloadError> {
        serde_json::from_value(word.into()).map_err(|error| self.shape(at, &error))
    }

    /// Who did it; nobody stands behind the clock.
    fn sender(&self, body: &model::Body) -> Result<Account, PayloadError> {
        if let ("schedule", None, Ok(login)) =
            (self.delivery.event, &body.sender, Login::new(CLOCK))
        {
            let kind = AccountKind::Bot;
            return Ok(Account { login, kind });
        }
        self.account(body.sender.as_ref(), "sender.login")
    }

    fn label(&self, body: &model::Body) -> Result<Option<Label>, PayloadError> {
        let label = self.need(body.label.as_ref(), "label")?;
        Ok(Label::new(self.need(label.name.as_deref(), "label.name")?).ok())
    }

    /// When it happened, as far as the payload tells.
    fn happened(&self, body: &model::Body, facts: &Facts) -> DateTime<Utc> {
        let comment = facts.comment.as_ref().map(|comment| comment.created_at);
        let pull = body.pull_request.as_ref().and_then(|pull| pull.updated_at);
        let issue = facts.issue.as_ref().map(|shown| shown.issue.updated_at);
        let run = body.workflow_run.as_ref().and_then(|run| run.updated_at);
        let deployed = body
            .deployment_status
            .as_ref()
            .and_then(|status| status.created_at);
        let known = comment
            .or(pull)
            .or(issue)
            .or(run)
            .or(deployed)
            .or(body.created_at);
        known.unwrap_or(self.delivery.received)
    }

    fn need<T>(&self, value: Option<T>, at: &'static str) -> Result<T, PayloadError> {
        value.ok_or_else(|| PayloadError::Missing {
            event: short(self.delivery.event),
            at,
        })
    }

    fn shape(&self, at: &str, why: &dyn Display) -> PayloadError {
        PayloadError::Shape {
            event: short(self.delivery.event),
            at: line(at, LONGEST_WHY),
            // It may quote the value, which can be anything and of any length.
            why: line(&why.to_string(), LONGEST_WHY),
        }
    }
}

/// A word of a stranger, cut to 64 characters and without anything a terminal would obey.
fn short(text: &str) -> String {
    line(text, 64)
}

/// A text of a stranger on one line, cut, and without anything a terminal would obey.
fn line(text: &str, limit: usize) -> String {
    let letters = text.chars().take(limit);
    letters
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}
