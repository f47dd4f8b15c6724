//! Where a job finds its forge, its ledger and its repository: the one place where the adapters of a job are chosen.

use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use chrono::Utc;
use lightsout_engine::{Bench, Engine, Hired, Installed, Observer, Ports};
use lightsout_forge::{Dispatcher, Forge, ForgeError, Number, RunLogs};
use lightsout_taxonomy::Factory;
use tempfile::TempDir;

use super::github::{checkout, with_github};
use crate::actions;
use crate::args::Where;
use crate::chosen::{Terms, terms};
use crate::factory::{configuration, open, settings};
use crate::failure::Mendable;
use crate::output::say;

/// What a run may take besides the agent and the gates: starting machines, handing folders on, waiting for a runner.
const SLACK: Duration = Duration::from_mins(30);

/// An engine in its place.
pub(super) struct Placed<'e> {
    pub(super) engine: &'e Engine<'e>,
    pub(super) forge: &'e dyn Forge,
    /// Who is to do the work.
    pub(super) hired: Hired,
    /// The model that `factory.toml` pins.
    pub(super) model: String,
    /// Where the logs of workflow runs are, if they are anywhere.
    pub(super) logs: Option<&'e dyn RunLogs>,
    /// Who is asked for runs that are not done here.
    pub(super) dispatcher: &'e dyn Dispatcher,
}

/// How an engine is to go about it.
pub(super) struct Manner<'a> {
    /// The agent that was asked for.
    pub(super) agent: Option<&'a str>,
    /// Whether it only looks.
    pub(super) dry_run: bool,
}

/// Puts an engine together, for as long as it is of use.
pub(super) async fn with_engine<T>(
    at: &Where,
    manner: Manner<'_>,
    observer: &dyn Observer,
    then: impl AsyncFnOnce(Placed<'_>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let Some(dir) = &at.dir else {
        return with_github(at, manner, observer, then).await;
    };
    let local = open(dir).await?;
    let factory = configuration(&local)?;
    let Terms { hired, run_price } = terms(&factory, manner.agent)?;
    let mut settings = settings(&local).await?;
    settings.run_price = run_price;
    settings.dry_run = manner.dry_run;
    // A workflow run is only tried again after it has ended, and with it whatever it had handed out.
    settings.lease = (actions::attempt() == 1).then(|| lease(&factory));
    let clock = Utc::now;
    let ports = Ports {
        forge: &local,
        ledger: &local,
        clock: &clock,
    };
    let state = at.state.clone().or_else(|| Some(dir.clone()));
    let state = State::of(state, manner.dry_run)?;
    let bench = Bench::open(observer, state.path(), &dir.join("site.git"))?;
    then(Placed {
        engine: &Engine::new(ports, settings, bench),
        forge: &local,
        hired,
        model: factory.agent.model,
        logs: None,
        dispatcher: &Later,
    })
    .await
}

/// Opens the bench of a job that has no forge. Gives the folder that it keeps its files in.
pub(super) fn bench<'o>(
    at: &Where,
    observer: &'o dyn Observer,
) -> anyhow::Result<(Bench<'o>, PathBuf)> {
    let (origin, own, installed) = if let (Some(dir), None) = (&at.dir, &at.checkout) {
        (dir.join("site.git"), Some(dir.clone()), None)
    } else {
        let checkout = checkout(at)?;
        let installed = Installed {
            checkout: checkout.clone(),
            cargo_home: actions::cargo_home(),
        };
        (checkout, actions::state(), Some(installed))
    };
    let state = at.state.clone().or(own);
    let state = std::path::absolute(state.ok_or_else(no_state)?)?;
    let mut bench = Bench::open(observer, &state, &origin)?;
    if let Some(installed) = installed {
        bench = bench.with_installed(installed);
    }
    Ok((bench, state))
}

fn no_state() -> anyhow::Error {
    Mendable::error(
        "there is no place for this job's own files",
        "name a folder with `--state`, or set `RUNNER_TEMP`",
    )
}

/// In a folder nobody else does runs: they are due the next time that somebody lets the factory work.
struct Later;

#[async_trait]
impl Dispatcher for Later {
    async fn take_up(&self, issue: Number) -> Result<(), ForgeError> {
        say(&format!("{issue} is due; next: lightsout local run"));
        Ok(())
    }
}

/// How long a run that was handed out counts as alive. Each gate may run twice: on the change, and on its base.
pub(super) fn lease(factory: &Factory) -> Duration {
    let agent = Duration::from_secs(factory.agent.minutes.saturating_mul(60));
    let gates: u64 = factory.gates.iter().map(|gate| gate.seconds).sum();
    agent + Duration::from_secs(gates.saturating_mul(2)) + SLACK
}

/// The folder of an engine's own files; one that only looks has one that is thrown away.
pub(super) enum State {
    Kept(PathBuf),
    Thrown(TempDir),
}

impl State {
    /// Takes the folder that was named, unless nothing shall be kept.
    pub(super) fn of(named: Option<PathBuf>, dry_run: bool) -> anyhow::Result<Self> {
        if dry_run {
            return Ok(Self::Thrown(tempfile::tempdir()?));
        }
        let kept = named.ok_or_else(no_state)?;
        Ok(Self::Kept(std::path::absolute(kept)?))
    }

    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Kept(path) => path,
            Self::Thrown(dir) => dir.path(),
        }
    }
}
