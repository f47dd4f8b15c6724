//! The loop: events in, plans out, until nothing is left to do.

use std::collections::{BTreeSet, HashMap};
use std::sync::Mutex;
use std::time::Duration;

use chrono::{DateTime, Utc};
use lightsout_agents::Agent;
use lightsout_forge::{Event, EventKind, Forge, ForgeError, Inbox, Issue, Number, PullRequest};
use lightsout_ledger::{LedgerStore, Nanodollars};
use lightsout_lifecycle::{Ended, Execution, REQUEST_BRANCHES, Snapshot};

use crate::part::{Part, RequestPart, Stop};
use crate::{Bench, EngineError};

/// How many rounds of sweeping one call of [`Engine::work`] makes at most; a request that is still restless then is
/// left for the next call, so that no fault can spin for ever.
const MAX_ROUNDS: u32 = 50;

/// What the engine drives.
pub struct Ports<'a> {
    /// Where the requests live.
    pub forge: &'a dyn Forge,
    /// Where money is written down.
    pub ledger: &'a dyn LedgerStore,
    /// What time it is.
    pub clock: &'a (dyn Fn() -> DateTime<Utc> + Send + Sync),
}

/// What is set once for the life of an engine.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The kill switch: whether `CMS_BOT_ENABLED` equals `true`.
    pub enabled: bool,
    /// The base branch; the one place a `factory.toml` is read from.
    pub base: String,
    /// The most that one run of this agent can cost; nothing for an agent without a model.
    pub run_price: Nanodollars,
    /// What a day may cost before people are told.
    pub spend_threshold: Nanodollars,
    /// How long a run that was handed out counts as alive: the time of the agent, of the gates and of whatever is between
    /// them. None where one process does everything, so that a run it does not work on is dead.
    pub lease: Option<Duration>,
    /// Whether everything is only decided: nothing is performed, booked, commissioned or written down.
    pub dry_run: bool,
    /// How long to wait before each further try of an action that may work later.
    pub pauses: Vec<Duration>,
}

impl Settings {
    /// Settings with the usual pauses and threshold, for an agent that costs nothing.
    pub fn new(enabled: bool, base: &str) -> Self {
        Self {
            enabled,
            base: base.to_owned(),
            run_price: Nanodollars::ZERO,
            spend_threshold: Nanodollars::from_dollars(50),
            lease: None,
            dry_run: false,
            pauses: [50, 300, 1500].map(Duration::from_millis).to_vec(),
        }
    }
}

/// The factory at work on one repository.
pub struct Engine<'a> {
    pub(crate) ports: Ports<'a>,
    pub(crate) settings: Settings,
    pub(crate) bench: Bench<'a>,
    /// What is wrong with an attachment, by its link; `None` when nothing is. An attachment never changes.
    pub(crate) photographs: Mutex<HashMap<String, Option<String>>>,
}

impl<'a> Engine<'a> {
    /// Puts a forge and a ledger to a bench.
    pub fn new(ports: Ports<'a>, settings: Settings, bench: Bench<'a>) -> Self {
        Self {
            ports,
            settings,
            bench,
            photographs: Mutex::default(),
        }
    }

    /// Does what the clock asks for, deals with every waiting event, then sweeps the open requests, until a whole sweep
    /// finds nothing to do.
    ///
    /// An event is marked as done only after everything it led to is done, so a kill loses none.
    ///
    /// # Errors
    /// When the forge, git, the disk or the ledger fails; calling again goes on from there.
    pub async fn work(&self, inbox: &dyn Inbox, agent: &dyn Agent) -> Result<(), EngineError> {
        self.look_at_spend().await?;
        for _ in 0..MAX_ROUNDS {
            while let Some(event) = inbox.next().await? {
                self.handle(&event, agent).await?;
                inbox.done(&event.id).await?;
            }
            if !self.sweep(agent).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Looks at every request that is not at its end; says whether anything was done.
    async fn sweep(&self, agent: &dyn Agent) -> Result<bool, EngineError> {
        let mut busy = false;
        for issue in self.unfinished().await? {
            let event = self.sweep_of(&issue);
            busy |= self.handle(&event, agent).await?;
        }
        Ok(busy)
    }

    /// The open issues that are not seen to be at rest, and the closed ones whose end nobody may have heard of: their pull
    /// request is open, or is on its way as far as the record knows.
    pub(crate) async fn unfinished(&self) -> Result<Vec<Issue>, EngineError> {
        let open = self.ports.forge.open_issues().await?;
        let numbers: BTreeSet<Number> = open.iter().map(|issue| issue.number).collect();
        let lately = self.lately().await?;
        let mut issues = lately.restless(open);
        for number in lately.on_their_way().difference(&numbers) {
            match self.ports.forge.issue(*number).await {
                Ok(issue) => issues.push(issue),
                // A branch that only looks like one of a request.
                Err(ForgeError::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(issues)
    }

    /// Deals with one event to its end, runs and all; says whether anything was to be done. Doing it twice is the same as
    /// doing it once.
    ///
    /// # Errors
    /// As [`Engine::work`].
    pub async fn handle(&self, event: &Event, agent: &dyn Agent) -> Result<bool, EngineError> {
        let Some(issue) = self.request_of(event).await? else {
            return Ok(false);
        };
        self.see_through(&mut RequestPart::of(issue), event, agent)
            .await
    }

    /// Deals with one event about one part of the world, runs and all.
    pub(crate) async fn see_through<P: Part>(
        &self,
        part: &mut P,
        event: &Event,
        agent: &dyn Agent,
    ) -> Result<bool, EngineError> {
        let mut execution = Execution::of(event.clone());
        let mut last = None;
        loop {
            match self.drive(part, &mut execution, &mut last).await? {
                Stop::Run(order) => execution.ran(self.run(&order, part, agent).await?),
                // A run that was made was not for nothing; a sweep settles it.
                Stop::Done(ended) => {
                    return Ok(matches!(ended, Ended::Acted | Ended::Unsettled));
                }
            }
        }
    }

    /// Reads what a decision about `event` would look at, and does nothing; none when it speaks of no request.
    ///
    /// # Errors
    /// As [`Engine::work`].
    pub async fn look(&self, event: &Event) -> Result<Option<Snapshot>, EngineError> {
        match self.request_of(event).await? {
            Some(issue) => Ok(Some(self.view(issue, event).await?.snapshot)),
            None => Ok(None),
        }
    }

    /// Finds the request an event speaks of, if it speaks of one.
    pub(crate) async fn request_of(&self, event: &Event) -> Result<Option<Number>, EngineError> {
        let pull = match &event.kind {
            EventKind::IssueOpened { issue }
            | EventKind::IssueReopened { issue }
            | EventKind::IssueLabeled { issue, .. }
            | EventKind::IssueClosed { issue }
            | EventKind::Sweep { issue } => return Ok(Some(*issue)),
            EventKind::CommentCreated {
                on,
                on_pull_request: false,
                ..
            } => return Ok(Some(*on)),
            EventKind::CommentCreated { on, .. } => *on,
            EventKind::PullOpened { pull }
            | EventKind::PullSynchronized { pull, .. }
            | EventKind::PullLabeled { pull, .. }
            | EventKind::PullClosed { pull, .. } => *pull,
            EventKind::StatusChanged { sha, .. } => {
                let pulls = self.open_pulls().await?;
                let pull = pulls.into_iter().rev().find(|pull| pull.head_sha == *sha);
                return Ok(pull.and_then(|pull| issue_of_branch(pull.head.as_str())));
            }
            _ => return Ok(None),
        };
        match self.ports.forge.pull_request(pull).await {
            Ok(pull) => Ok(issue_of_branch(pull.head.as_str())),
            Err(ForgeError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The open pull requests whose branches look like those of requests.
    pub(crate) async fn open_pulls(&self) -> Result<Vec<PullRequest>, EngineError> {
        Ok(self
            .ports
            .forge
            .open_pull_requests(REQUEST_BRANCHES)
            .await?)
    }
}

/// Reads the request's number out of a branch of the factory; `claude/issue-4-x` is of #4 and never of #40.
pub fn issue_of_branch(branch: &str) -> Option<Number> {
    let (number, slug) = branch.strip_prefix(REQUEST_BRANCHES)?.split_once('-')?;
    let plain = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    if !plain || slug.is_empty() {
        return None;
    }
    number.parse().ok().map(Number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lightsout_lifecycle::factory_branch_prefix;

    #[test]
    fn a_branch_belongs_to_one_request_or_none() {
        assert_eq!(issue_of_branch("claude/issue-4-faq"), Some(Number(4)));
        assert_eq!(issue_of_branch("claude/issue-40-faq"), Some(Number(40)));
        for other in [
            "main",
            "claude/issue-4",
            "claude/issue--x",
            "claude/issue-4x-y",
            "xclaude/issue-4-y",
            "claude/issue-+4-y",
        ] {
            assert_eq!(issue_of_branch(other), None, "{other}");
        }
        assert!(factory_branch_prefix(Number(4)).starts_with(REQUEST_BRANCHES));
    }
}
