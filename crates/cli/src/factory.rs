//! A factory in a folder: the local forge, the agent, and the engine between them.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use chrono::Utc;
use lightsout_engine::{Bench, Engine, Observer, Ports, Prompt, Settings, Silent};
use lightsout_forge::Number;
use lightsout_ledger::{MoneyError, Nanodollars};
use lightsout_local::{Clock, Local, LocalError};
use lightsout_policy::Role;
use lightsout_taxonomy::Factory;

use crate::chosen::choose;
use crate::failure::Mendable;

/// The name of the kill switch.
const SWITCH: &str = "CMS_BOT_ENABLED";
/// The name of the sum that a day may cost before people are told, in dollars.
const THRESHOLD: &str = "DAILY_SPEND_THRESHOLD_USD";
/// The largest `factory.toml`, in bytes.
const MAX_CONFIG: u64 = 1 << 20;

/// Does asynchronous work to its end, on this thread.
pub(crate) fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("starting the runtime")?
        .block_on(work)
}

/// The time, for a forge.
pub(crate) fn clock() -> Clock {
    Arc::new(Utc::now)
}

/// Opens the factory of a folder.
pub(crate) async fn open(dir: &Path) -> anyhow::Result<Local> {
    match Local::open(dir, clock()).await {
        Err(LocalError::NotAFactory { dir }) => Err(Mendable::error(
            format!("`{}` holds no factory", dir.display()),
            "`lightsout demo` makes one; `--dir` names another folder",
        )),
        other => Ok(other?),
    }
}

/// Lets the factory work until nothing is left to do.
pub(crate) async fn work(
    local: &Local,
    agent: Option<&str>,
    observer: &dyn Observer,
) -> anyhow::Result<()> {
    lay_bin(local.dir())?;
    let chosen = choose(&configuration(local)?, agent).await?;
    let mut settings = settings(local).await?;
    settings.run_price = chosen.run_price;
    with_engine(local, settings, observer, async |engine| {
        Ok(engine.work(local, chosen.agent.as_ref()).await?)
    })
    .await
}

/// What is set for the engine of a factory, but for what a run may cost.
pub(crate) async fn settings(local: &Local) -> anyhow::Result<Settings> {
    let enabled = is_enabled(local).await?;
    let mut settings = Settings::new(enabled, local.default_branch().as_str());
    if let Some(threshold) = spend_threshold()? {
        settings.spend_threshold = threshold;
    }
    Ok(settings)
}

/// Puts the engine of a factory together, for as long as it is of use.
pub(crate) async fn with_engine<T>(
    local: &Local,
    settings: Settings,
    observer: &dyn Observer,
    then: impl AsyncFnOnce(&Engine<'_>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let clock = Utc::now;
    let ports = Ports {
        forge: local,
        ledger: local,
        clock: &clock,
    };
    let bench = Bench::open(observer, local.dir(), &local.dir().join("site.git"))?;
    then(&Engine::new(ports, settings, bench)).await
}

/// Renders what an agent would be told about an issue.
pub(crate) async fn prompt(
    local: &Local,
    issue: Number,
    role: Role,
) -> anyhow::Result<Option<Prompt>> {
    let settings = Settings::new(true, local.default_branch().as_str());
    with_engine(local, settings, &Silent, async |engine| {
        Ok(engine.prompt(issue, role).await?)
    })
    .await
}

/// The kill switch: the environment decides, and where it says nothing the factory's own setting, made on with it.
async fn is_enabled(local: &Local) -> anyhow::Result<bool> {
    if let Some(on) = is_switched_on() {
        return Ok(on);
    }
    let setting = local.get_setting(SWITCH).await?;
    Ok(setting.is_some_and(|value| value == "true"))
}

/// What a day may cost before people are told, if the environment says so.
pub(crate) fn spend_threshold() -> anyhow::Result<Option<Nanodollars>> {
    // Empty is what a variable of a repository is that nobody has set.
    let Some(value) = std::env::var_os(THRESHOLD).filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    let text = value.to_string_lossy();
    match text.parse() {
        Ok(threshold) => Ok(Some(threshold)),
        Err(error) => {
            let error: MoneyError = error;
            Err(Mendable::error(
                format!("`{THRESHOLD}` is `{text}`: {error}"),
                "write dollars as a decimal number, such as `50` or `2.50`",
            ))
        }
    }
}

/// What the environment says of the kill switch, if it says anything.
pub(crate) fn is_switched_on() -> Option<bool> {
    std::env::var_os(SWITCH).map(|value| value == "true")
}

/// Turns the kill switch of a new factory on.
pub(crate) async fn enable(local: &Local) -> anyhow::Result<()> {
    if local.get_setting(SWITCH).await?.is_none() {
        local.set_setting(SWITCH, "true").await?;
    }
    Ok(())
}

/// Reads `factory.toml` on the published branch.
pub(crate) fn configuration(local: &Local) -> anyhow::Result<Factory> {
    let head = format!("refs/heads/{}", local.default_branch());
    let Some(at) = local.repo().rev(&head)? else {
        return Ok(Factory::builtin());
    };
    let Some(bytes) = local.repo().read_file(&at, "factory.toml", MAX_CONFIG)? else {
        return Ok(Factory::builtin());
    };
    Factory::parse("factory.toml", &String::from_utf8_lossy(&bytes)).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Mendable::error(
            format!("`factory.toml` is broken:\n{}", lines.join("\n")),
            "mend it on the published branch",
        )
    })
}

/// Puts `lightsout` itself where agents and gates find it, and nothing else of this machine's.
pub(crate) fn lay_bin(dir: &Path) -> anyhow::Result<()> {
    let bin = dir.join("bin");
    let link = bin.join("lightsout");
    let program = std::env::current_exe().context("finding this program")?;
    if fs::read_link(&link).is_ok_and(|target| target == program) {
        return Ok(());
    }
    fs::create_dir_all(&bin).with_context(|| format!("making `{}`", bin.display()))?;
    if fs::symlink_metadata(&link).is_ok() {
        fs::remove_file(&link).with_context(|| format!("replacing `{}`", link.display()))?;
    }
    std::os::unix::fs::symlink(&program, &link)
        .with_context(|| format!("linking `{}`", link.display()))
}
