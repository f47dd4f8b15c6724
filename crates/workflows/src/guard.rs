//! Guards: what stands in an `if:`, as a tree that is written for GitHub and can be asked here.
//!
//! A guard looks only at the payload and only saves minutes. What is done is decided by `lightsout`, which looks at the
//! repository.

use lightsout_forge::Label;
use serde_json::Value;

/// What a guard is asked about.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'f> {
    /// The event's name, such as `issue_comment`.
    pub event: &'f str,
    /// Its payload.
    pub payload: &'f Value,
    /// The repository, as `owner/name`.
    pub repository: &'f str,
    /// The repository's variables, by name.
    pub vars: &'f Value,
    /// The jobs before, as the context `needs` holds them.
    pub needs: &'f Value,
    /// The steps before, as the context `steps` holds them.
    pub steps: &'f Value,
    /// Whether all jobs or steps before went well.
    pub success: bool,
    /// Whether the run was cancelled.
    pub cancelled: bool,
}

/// A condition.
///
/// Texts are compared without regard to case, as GitHub does. Every text here is a constant of ours: not empty, and no
/// number, for which GitHub compares in another way.
///
/// ```
/// use lightsout_forge::Label;
/// use lightsout_workflows::Guard;
///
/// let guard = Guard::All(vec![
///     Guard::Enabled,
///     Guard::Labelled { list: "issue.labels", label: Label::waiting() },
/// ]);
/// assert_eq!(
///     guard.to_string(),
///     "vars.CMS_BOT_ENABLED == 'true' && contains(github.event.issue.labels.*.name, 'cms-bot-waiting')",
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guard {
    /// The kill switch is on.
    Enabled,
    /// Also when a job before failed or was cancelled; without it all of them must have gone well.
    Always,
    /// Also when a job before failed or was skipped, but not when the run was cancelled.
    NotCancelled,
    /// The event has this name.
    Event(&'static str),
    /// A part of the payload is this text.
    Is(&'static str, String),
    /// A part of the payload begins with this text; one that is missing begins with none.
    Begins(&'static str, String),
    /// A part of the payload is missing.
    Missing(&'static str),
    /// A part of the payload names this very repository.
    IsHere(&'static str),
    /// A list of the payload holds this label, whole: no part of a name counts.
    Labelled {
        /// Where the list is.
        list: &'static str,
        /// The label.
        label: Label,
    },
    /// A job before gave `true` out under this name.
    Output {
        /// The job.
        job: &'static str,
        /// The name.
        name: &'static str,
    },
    /// A step before, of the same job, gave `true` out under this name.
    StepOutput {
        /// The step.
        step: &'static str,
        /// The name.
        name: &'static str,
    },
    /// Not.
    Not(Box<Self>),
    /// Each of them.
    All(Vec<Self>),
    /// At least one of them.
    Any(Vec<Self>),
}

impl Guard {
    /// Part of the payload is another text, or missing.
    pub fn is_not(at: &'static str, text: &str) -> Self {
        !Self::Is(at, text.to_owned())
    }

    /// Whether the job runs; a failed job before keeps it from running, unless it says [`Guard::Always`].
    pub fn admits(&self, facts: &Facts<'_>) -> bool {
        (facts.success || self.asks_status()) && self.holds(facts)
    }

    fn asks_status(&self) -> bool {
        match self {
            Self::Always | Self::NotCancelled => true,
            Self::Not(inner) => inner.asks_status(),
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::asks_status),
            _ => false,
        }
    }

    fn holds(&self, facts: &Facts<'_>) -> bool {
        let part = |at: &str| {
            at.split('.')
                .try_fold(facts.payload, |value, key| value.get(key))
        };
        let text = |at: &str| part(at).and_then(Value::as_str);
        match self {
            Self::Enabled => same(facts.vars.get(SWITCH).and_then(Value::as_str), "true"),
            Self::Always => true,
            Self::NotCancelled => !facts.cancelled,
            Self::Event(name) => same(Some(facts.event), name),
            Self::Is(at, wanted) => same(text(at), wanted),
            Self::Begins(at, wanted) => text(at)
                .and_then(|text| text.get(..wanted.len()))
                .is_some_and(|start| start.eq_ignore_ascii_case(wanted)),
            Self::Missing(at) => part(at).is_none_or(Value::is_null),
            Self::IsHere(at) => same(text(at), facts.repository),
            Self::Labelled { list, label } => {
                part(list).and_then(Value::as_array).is_some_and(|labels| {
                    let name = |label: &Value| {
                        label.get("name").and_then(Value::as_str).map(str::to_owned)
                    };
                    labels
                        .iter()
                        .any(|one| same(name(one).as_deref(), label.as_str()))
                })
            }
            Self::Output { job, name } => {
                let output = facts
                    .needs
                    .get(job)
                    .and_then(|job| job.get("outputs")?.get(name));
                same(output.and_then(Value::as_str), "true")
            }
            Self::StepOutput { step, name } => {
                let output = facts
                    .steps
                    .get(step)
                    .and_then(|step| step.get("outputs")?.get(name));
                same(output.and_then(Value::as_str), "true")
            }
            Self::Not(inner) => !inner.holds(facts),
            Self::All(parts) => parts.iter().all(|part| part.holds(facts)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(facts)),
        }
    }

    /// The lines of an `if:`: broken after operators where one would be too long.
    pub(crate) fn lines(&self) -> Vec<String> {
        let (parts, operator) = match self {
            Self::All(parts) => (parts, " &&"),
            Self::Any(parts) => (parts, " ||"),
            _ => return vec![self.to_string()],
        };
        let mut lines: Vec<String> = Vec::new();
        for part in parts {
            if let Some(before) = lines.last_mut() {
                before.push_str(operator);
            }
            let whole = part.inner();
            if whole.len() <= LINE {
                lines.push(whole);
                continue;
            }
            let first = lines.len();
            lines.extend(part.lines());
            if let Some(line) = lines.get_mut(first) {
                line.insert(0, '(');
            }
            if let Some(line) = lines.last_mut() {
                line.push(')');
            }
        }
        lines
    }

    /// Written so that it can stand between operators.
    fn inner(&self) -> String {
        match self {
            Self::All(parts) | Self::Any(parts) if parts.len() > 1 => format!("({self})"),
            _ => self.to_string(),
        }
    }
}

/// The opposite.
impl std::ops::Not for Guard {
    type Output = Self;

    fn not(self) -> Self {
        Self::Not(Box::new(self))
    }
}

/// The variable that must be `true`, or nothing starts.
pub(crate) const SWITCH: &str = "CMS_BOT_ENABLED";

/// How long a line may get before it is broken.
const LINE: usize = 90;

fn same(text: Option<&str>, wanted: &str) -> bool {
    text.is_some_and(|text| text.eq_ignore_ascii_case(wanted))
}

/// A text as a literal.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Writes the expression.
impl std::fmt::Display for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let joined = |parts: &[Self], operator: &str| {
            let parts: Vec<String> = parts.iter().map(Self::inner).collect();
            parts.join(operator)
        };
        match self {
            Self::Enabled => write!(f, "vars.{SWITCH} == 'true'"),
            Self::Always => f.write_str("always()"),
            Self::NotCancelled => f.write_str("!cancelled()"),
            Self::Event(name) => write!(f, "github.event_name == {}", quoted(name)),
            Self::Is(at, text) => write!(f, "github.event.{at} == {}", quoted(text)),
            Self::Begins(at, text) => {
                write!(f, "startsWith(github.event.{at}, {})", quoted(text))
            }
            Self::Missing(at) => write!(f, "!github.event.{at}"),
            Self::IsHere(at) => write!(f, "github.event.{at} == github.repository"),
            Self::Labelled { list, label } => {
                let label = quoted(label.as_str());
                write!(f, "contains(github.event.{list}.*.name, {label})")
            }
            Self::Output { job, name } => write!(f, "needs.{job}.outputs.{name} == 'true'"),
            Self::StepOutput { step, name } => write!(f, "steps.{step}.outputs.{name} == 'true'"),
            Self::Not(inner) => match &**inner {
                Self::Is(at, text) => write!(f, "github.event.{at} != {}", quoted(text)),
                other @ (Self::Begins(..) | Self::Labelled { .. }) => write!(f, "!{other}"),
                other => write!(f, "!({other})"),
            },
            Self::All(parts) => f.write_str(&joined(parts, " && ")),
            Self::Any(parts) => f.write_str(&joined(parts, " || ")),
        }
    }
}
