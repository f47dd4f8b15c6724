//! What the factory is doing, told as it happens, and where the time went.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use lightsout_engine::{Observer, Progress, Stage};
use lightsout_forge::{Action, Ensured, EventKind, Number};
use lightsout_lifecycle::Decision;

use crate::output::{say, short};

/// Tells whoever watches, or only counts.
#[derive(Debug)]
pub(crate) struct Narrator {
    aloud: bool,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    stages: BTreeMap<Stage, Duration>,
    requests: BTreeMap<Number, Duration>,
    current: Option<Number>,
}

impl Narrator {
    pub(crate) fn new(aloud: bool) -> Self {
        Self {
            aloud,
            seen: Mutex::default(),
        }
    }

    /// Says a line of the story itself.
    pub(crate) fn tell(&self, line: &str) {
        if self.aloud {
            say(line);
        }
    }

    /// Says what somebody wrote, set off from the story.
    pub(crate) fn tell_quoted(&self, text: &str) {
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            self.tell(&format!("    │ {}", short(line, 110)));
        }
    }

    /// How long each stage took in all, the longest first.
    pub(crate) fn stages(&self) -> Vec<(Stage, Duration)> {
        let mut stages: Vec<_> = self
            .seen
            .lock()
            .map(|seen| {
                seen.stages
                    .iter()
                    .map(|(stage, time)| (*stage, *time))
                    .collect()
            })
            .unwrap_or_default();
        stages.sort_by_key(|(_, time)| std::cmp::Reverse(*time));
        stages
    }

    /// How long was worked on a request.
    pub(crate) fn spent_on(&self, issue: Number) -> Duration {
        self.seen
            .lock()
            .ok()
            .and_then(|seen| seen.requests.get(&issue).copied())
            .unwrap_or_default()
    }

    fn decided(&self, progress: &Progress<'_>) {
        let Progress::Decided {
            issue,
            title,
            event,
            plan,
        } = progress
        else {
            return;
        };
        if let Ok(mut seen) = self.seen.lock() {
            seen.current = Some(*issue);
        }
        let mark = match plan.decision() {
            Decision::Ignore => return,
            Decision::Refuse => "✗",
            Decision::Ask => "?",
            Decision::Start => "▶",
            Decision::Notify => "·",
            Decision::Approve | Decision::Merge => "✓",
            Decision::Cancel => "–",
        };
        let by = match event.kind {
            EventKind::Sweep { .. } => String::new(),
            _ => format!(" ({})", event.actor.login),
        };
        self.tell(&format!(
            "{mark} {issue} {}{by}: {}",
            short(title, 48),
            plan.reason.sentence()
        ));
    }
}

impl Observer for Narrator {
    fn saw(&self, progress: &Progress<'_>) {
        match progress {
            Progress::Decided { .. } => self.decided(progress),
            Progress::Acted {
                action: Action::EnsurePullRequest { head, .. },
                ensured: Ensured::Changed,
                ..
            } => self.tell(&format!("    opened a pull request from {head}")),
            Progress::Acted {
                action: Action::Merge { head, .. },
                ensured: Ensured::Changed,
                ..
            } => self.tell(&format!("    merged {}", head.short())),
            Progress::Acted {
                action: Action::UpsertComment { key, body, .. },
                ensured: Ensured::Changed,
                ..
            } if key.as_str().starts_with("ask-") => self.tell_quoted(body),
            Progress::Acted { .. } => {}
            Progress::Began { run, stage } => {
                if matches!(stage, Stage::Agent | Stage::Gates) {
                    self.tell(&format!("    run {}: {}", run.0, stage.name()));
                }
            }
            Progress::Took { stage, time } => {
                if let Ok(mut seen) = self.seen.lock() {
                    *seen.stages.entry(*stage).or_default() += *time;
                    if let Some(current) = seen.current {
                        *seen.requests.entry(current).or_default() += *time;
                    }
                }
            }
            Progress::Chore { plan, .. } => {
                self.tell(&format!("· {}", plan.reason.sentence()));
            }
            Progress::Refused { issue, why } => {
                self.tell(&format!("    {issue}: not done: {why}"));
            }
        }
    }
}
