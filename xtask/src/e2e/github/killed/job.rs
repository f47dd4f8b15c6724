//! One job of a workflow: a process that gets the event, the environment and the credentials that Actions would give it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use super::super::hub::{BOT, WORKFLOW, When, kill_tree};
use super::world::{SAID, World};

/// The longest that one job may take.
const PATIENCE: Duration = Duration::from_mins(2);
/// The key of a model, which an agent's job may hold.
pub(super) const MODEL_KEY: &str = "planted-model-key";

/// What a job is told of: the event's name and its payload.
pub(super) type Told = Option<(&'static str, Value)>;

/// What people, or machines, do to a world; gives what a job is told of it.
pub(super) type Happens = fn(&World) -> Result<Told>;

/// How the bot says who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bot {
    Token,
    App,
}

/// One job of a chain.
pub(super) struct Job {
    /// What the table calls it.
    pub(super) verb: &'static str,
    pub(super) words: Vec<String>,
    /// Lets people do what leads to it; gives the event.
    pub(super) event: Option<Happens>,
    /// What it must come to when nothing happens to it: the `reason`, or how a run ended.
    pub(super) expected: &'static str,
    /// What a day may cost, in dollars.
    pub(super) threshold: Option<&'static str>,
}

/// How a job ended.
pub(super) struct Ran {
    pub(super) status: ExitStatus,
    /// What it printed as JSON, if it did.
    pub(super) told: Value,
    pub(super) stderr: String,
    /// What it changed, or tried to, in order.
    pub(super) writes: Vec<String>,
    /// Whether it was killed where it was to be.
    pub(super) killed: bool,
}

impl Job {
    /// Lets happen what leads to it; gives what it is told. Unless it goes on with a run of ours, another of GitHub's begins.
    pub(super) fn told(&self, world: &World) -> Result<Told> {
        if self.folder("--run").is_none() {
            world.begin_run();
        }
        self.event.map_or(Ok(None), |event| event(world))
    }

    /// The folder that a word of it names.
    fn folder(&self, option: &str) -> Option<&str> {
        let at = self.words.iter().position(|word| word == option)?;
        self.words.get(at + 1).map(String::as_str)
    }

    /// Runs it, and sees that it comes to what it must.
    pub(super) fn fine(&self, world: &World, bot: Bot, told: &Told) -> Result<Ran> {
        let ran = self.run(world, bot, told, None)?;
        ensure!(
            ran.status.success(),
            "{} ended with {}:\n{}",
            self.verb,
            ran.status,
            ran.stderr
        );
        let came = ["reason", "end", "verdict"];
        let came = came.iter().find_map(|name| ran.told[name].as_str());
        ensure!(
            self.expected.is_empty() || came == Some(self.expected),
            "{} came to {came:?}, not to `{}`:\n{}",
            self.verb,
            self.expected,
            ran.stderr
        );
        Ok(ran)
    }

    /// Runs it, and kills it at one of its writes.
    pub(super) fn run(
        &self,
        world: &World,
        bot: Bot,
        told: &Told,
        kill: Option<(usize, When)>,
    ) -> Result<Ran> {
        let said = said(world.path())?;
        let mut command = self.command(world, bot, told)?;
        command
            .stdin(Stdio::null())
            .stdout(File::create(said.join("out"))?)
            .stderr(File::create(said.join("err"))?);
        let mut child = world.hub.trap.lay(kill, || {
            let child = command.spawn().context("starting a job")?;
            let id = child.id();
            Ok((child, id))
        })?;
        let start = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if start.elapsed() > PATIENCE {
                kill_tree(child.id());
                child.wait()?;
                bail!("{} does not end", self.verb);
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let left = self.folder("--out");
        if let Some(left) = left.filter(|left| status.success() && world.path().join(left).exists())
        {
            world.upload(left)?;
        }
        let (writes, killed) = world.hub.trap.seen();
        Ok(Ran {
            status,
            told: serde_json::from_slice(&fs::read(said.join("out"))?).unwrap_or_default(),
            stderr: fs::read_to_string(said.join("err"))?,
            writes,
            killed,
        })
    }

    fn command(&self, world: &World, bot: Bot, told: &Told) -> Result<Command> {
        let (dir, url, run) = (world.path(), world.front.url(), world.run());
        let mut command = Command::new(&world.program);
        command
            .current_dir(dir)
            .args(&self.words)
            .args(["--format", "json"])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", dir)
            .env("CMS_BOT_ENABLED", "true")
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_RUN_ID", run.id.to_string())
            .env("GITHUB_RUN_ATTEMPT", run.attempt.to_string())
            .env("GITHUB_REPOSITORY", "acme/site")
            .env("GITHUB_API_URL", &url)
            .env("GITHUB_SERVER_URL", &url)
            .env("GITHUB_REF_NAME", "main")
            .env("GITHUB_WORKSPACE", dir.join("checkout"))
            .env("GITHUB_OUTPUT", dir.join("outputs"))
            .env("GITHUB_STEP_SUMMARY", dir.join("summary.md"))
            .env("RUNNER_TEMP", dir.join(format!("runner-{}", self.words[0])));
        if let Some((name, payload)) = told {
            let file = dir.join("event.json");
            fs::write(&file, payload.to_string())?;
            command
                .env("GITHUB_EVENT_NAME", name)
                .env("GITHUB_EVENT_PATH", file);
        }
        if let Some(threshold) = self.threshold {
            command.env("DAILY_SPEND_THRESHOLD_USD", threshold);
        }
        match self.words[0].as_str() {
            "agent" => {
                command.env("ANTHROPIC_API_KEY", MODEL_KEY);
            }
            "gate" => {}
            _ => hold(&mut command, bot)?,
        }
        Ok(command)
    }
}

/// Gives a job everything that is legal in it.
fn hold(command: &mut Command, bot: Bot) -> Result<()> {
    command
        .env("GITHUB_TOKEN", WORKFLOW)
        .env("ANTHROPIC_API_KEY", MODEL_KEY)
        .env("FAL_KEY", "planted-picture-key")
        .env("ACTIONS_RUNTIME_TOKEN", "planted-runtime-token");
    match bot {
        Bot::Token => command.env("LIGHTSOUT_BOT_TOKEN", BOT),
        Bot::App => command
            .env("LIGHTSOUT_APP_ID", "12")
            .env("LIGHTSOUT_APP_KEY", fs::read_to_string(app_key())?),
    };
    Ok(())
}

/// A private key that no App has.
pub(super) fn app_key() -> PathBuf {
    crate::process::workspace().join("crates/github/tests/it/app-key.pem")
}

/// A fresh folder for what a job prints.
fn said(dir: &Path) -> Result<PathBuf> {
    let all = dir.join(SAID);
    fs::create_dir_all(&all)?;
    let folder = all.join(fs::read_dir(&all)?.count().to_string());
    fs::create_dir(&folder)?;
    Ok(folder)
}
