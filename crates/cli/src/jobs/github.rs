//! The factory of a repository on GitHub, as a job of its workflows finds it in its environment.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::Utc;
use lightsout_engine::{Bench, Engine, Observer, Ports, Settings};
use lightsout_forge::{BranchName, Login};
use lightsout_git::{Remote, Repo};
use lightsout_github::{App, BotCredential, GitHub, Repository, Settings as Reach, WorkflowToken};
use lightsout_ledger_branch::BranchLedger;
use lightsout_taxonomy::Factory;

use super::place::{Manner, Placed, State, lease};
use crate::actions::{self, variable};
use crate::args::{LEDGER_BRANCH, Where};
use crate::chosen::{Terms, terms};
use crate::factory::{is_switched_on, spend_threshold};
use crate::failure::Mendable;
use crate::output::say;

/// Puts an engine over GitHub together, for as long as it is of use.
pub(super) async fn with_github<T>(
    at: &Where,
    manner: Manner<'_>,
    observer: &dyn Observer,
    then: impl AsyncFnOnce(Placed<'_>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let checkout = checkout(at)?;
    let state = State::of(at.state.clone().or_else(actions::state), manner.dry_run)?;
    let base = base(at);
    let bench = Bench::open(observer, state.path(), &checkout)?;
    let factory = bench.base_factory(&base)?;
    let Terms { hired, run_price } = terms(&factory, manner.agent)?;
    let mut settings = Settings::new(is_switched_on().unwrap_or(false), &base);
    settings.run_price = run_price;
    settings.dry_run = manner.dry_run;
    // A workflow run is only tried again after it has ended, and with it whatever it had handed out.
    settings.lease = (actions::attempt() == 1).then(|| lease(&factory));
    if let Some(threshold) = spend_threshold()? {
        settings.spend_threshold = threshold;
    }
    let forge = forge(state.path(), &factory, &base)?;
    let ledger = ledger(state.path())?;
    let clock = Utc::now;
    let ports = Ports {
        forge: &forge,
        ledger: &ledger,
        clock: &clock,
    };
    let result = then(Placed {
        engine: &Engine::new(ports, settings, bench),
        forge: &forge,
        hired,
        model: factory.agent.model,
        logs: Some(&forge),
        dispatcher: &forge,
    })
    .await;
    // Also when it failed: that is when people want to know.
    say(&forge.calls().to_string());
    result
}

/// Where the repository is checked out.
pub(super) fn checkout(at: &Where) -> anyhow::Result<PathBuf> {
    let checkout = at.checkout.clone().or_else(actions::checkout);
    let checkout = checkout.ok_or_else(|| {
        Mendable::error(
            "no factory is named",
            "name a factory's folder with `--dir`, such as `--dir lightsout-demo`; in a workflow, `--checkout` or `GITHUB_WORKSPACE` names a checkout of the base branch",
        )
    })?;
    Repo::open_checkout(&checkout).map_err(|_| {
        Mendable::error(
            format!("`{}` is no checkout of a git repository", checkout.display()),
            "`--checkout` or `GITHUB_WORKSPACE` names the folder of a checkout of the base branch, with its `.git` folder in it",
        )
    })?;
    Ok(checkout)
}

/// The base branch: the one that a pull request goes to, or else the one that the workflow runs for, which is the
/// default branch for every event that is about no commit.
fn base(at: &Where) -> String {
    let known = at.base.clone();
    known
        .or_else(|| variable("LIGHTSOUT_BASE"))
        .or_else(|| variable("GITHUB_BASE_REF"))
        .or_else(|| variable("GITHUB_REF_NAME"))
        .unwrap_or_else(|| "main".to_owned())
}

fn needed(name: &str, what: &str) -> anyhow::Result<String> {
    variable(name).ok_or_else(|| {
        Mendable::error(
            format!("`{name}` is not set: {what}"),
            "docs/guide/actions.md names what each job needs; `--dir FOLDER` works without GitHub",
        )
    })
}

fn server() -> String {
    variable("GITHUB_SERVER_URL").unwrap_or_else(|| "https://github.com".to_owned())
}

fn forge(state: &Path, factory: &Factory, base: &str) -> anyhow::Result<GitHub> {
    let repository = Repository::new(&needed("GITHUB_REPOSITORY", "it names the repository")?)?;
    let api = variable("GITHUB_API_URL");
    let api = api.as_deref().unwrap_or("https://api.github.com");
    let branch = BranchName::new(base).with_context(|| format!("the base branch `{base}`"))?;
    let workshop = state.join("forge.git");
    Repo::take_over(&workshop, base)?;
    let mut reach = Reach::new(repository, api, &server(), workshop, branch)?;
    let own = factory.bots.iter();
    reach.own = own.filter_map(|login| Login::new(login).ok()).collect();
    let workflow = needed("GITHUB_TOKEN", "it is the workflow's own token")?;
    Ok(GitHub::new(
        reach,
        WorkflowToken::new(workflow.into()),
        bot()?,
    )?)
}

/// The credential for hand-offs that must raise an event.
fn bot() -> anyhow::Result<BotCredential> {
    if let (Some(id), Some(key)) = (variable("LIGHTSOUT_APP_ID"), variable("LIGHTSOUT_APP_KEY")) {
        return Ok(BotCredential::App(Box::new(App::new(&id, &key.into())?)));
    }
    let what = "it is the token of the bot's account, whose pull requests raise events; `LIGHTSOUT_APP_ID` and `LIGHTSOUT_APP_KEY` stand for it";
    let token = needed("LIGHTSOUT_BOT_TOKEN", what)?;
    Ok(BotCredential::Token(token.into()))
}

/// The ledger, on a branch of the repository itself.
fn ledger(state: &Path) -> anyhow::Result<BranchLedger> {
    let repository = needed("GITHUB_REPOSITORY", "it names the repository")?;
    let token = needed("GITHUB_TOKEN", "it is the workflow's own token")?;
    let url = format!("{}/{repository}.git", server().trim_end_matches('/'));
    let remote = Remote::new(&url, Some(token.into()))?;
    let repo = Repo::take_over(&state.join("ledger.git"), "main")?;
    Ok(BranchLedger::new(remote, repo, LEDGER_BRANCH))
}
