//! What GitHub does between an event and a run: finds the workflows that listen, and starts them.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use lightsout_taxonomy::Factory;
use lightsout_workflows::{Trigger, Workflow, workflows};
use serde_json::Value;

use super::act::{Act, Installed, Ran, Start};
use super::expect::Told;
use super::hub::{Event, Hub};
use crate::e2e::forge::Program;
use crate::process;

/// What `factory.toml` of the demo's site gets besides: jobs take the program from a file of the repository.
const PROGRAM: &str = "\n[lightsout]\nfrom = \"path\"\npath = \"tools/lightsout\"\n";

/// Nothing that is wrong: every file has it.
const RIGHT: (&str, &str) = ("jobs:", "jobs:");

/// Files whose runs need the commit of a pull request, which this forge does not keep after a merge as GitHub does.
const OF_THE_SITE: [&str; 2] = ["ci.yml", "pr-checks.yml"];

/// A repository with its workflows, and the runner.
pub(super) struct World<'w> {
    pub(super) hub: Hub,
    act: Act,
    program: &'w Program,
    pub(super) dir: PathBuf,
    workflows: Vec<Workflow>,
    /// The agent's model: its address and key.
    pub(super) model: Option<(String, &'static str)>,
    /// The kill switch.
    pub(super) switch: &'static str,
    /// What ran so far and was not printed.
    pub(super) said: String,
}

impl<'w> World<'w> {
    /// Starts a forge in a folder, with the workflows of an agent.
    pub(super) fn start(
        program: &'w Program,
        dir: &Path,
        installed: &Installed,
        agent: &str,
    ) -> Result<Self> {
        fs::create_dir_all(dir)?;
        let hub = Hub::start(program, &dir.join("factory"))?;
        let mut world = Self {
            act: Act::new(dir, installed)?,
            hub,
            program,
            dir: dir.to_owned(),
            workflows: Vec::new(),
            model: None,
            switch: "true",
            said: String::new(),
        };
        world.install(agent)?;
        Ok(world)
    }

    /// Lets a person put the workflows of an agent into the repository, as adopters do.
    fn install(&mut self, agent: &str) -> Result<()> {
        let clone = self.dir.join("clone");
        let (scheme, host) = self.hub.url.split_once("://").context("no address")?;
        let token = self.hub.token("ada-gatekeeper")?;
        let repository = super::hub::REPOSITORY;
        let url = format!("{scheme}://ada-gatekeeper:{token}@{host}/{repository}.git");
        process::read(git(&self.dir).args(["clone", "--quiet", &url]).arg(&clone))?;
        let config = clone.join("factory.toml");
        let kind = |agent: &str| format!("kind = \"{agent}\"");
        let text = fs::read_to_string(&config)?.replace(&kind("template"), &kind(agent)) + PROGRAM;
        fs::write(&config, &text)?;
        // A file of the repository that is the program under test: what the action installs is this one.
        let tool = clone.join("tools/lightsout");
        fs::create_dir_all(clone.join("tools"))?;
        let path = self.program.path().display();
        fs::write(&tool, format!("#!/bin/sh\nexec '{path}' \"$@\"\n"))?;
        let mut render = Command::new(self.program.path());
        render.current_dir(&clone).args(["workflows", "render"]);
        process::read(&mut render)?;
        process::read(git(&clone).args(["add", "--all"]))?;
        process::read(git(&clone).args(["commit", "--quiet", "--message", "Workflows"]))?;
        process::read(git(&clone).args(["push", "--quiet", "origin", "HEAD:main"]))?;
        let factory = Factory::parse("factory.toml", &text);
        let factory = factory.map_err(|complaints| anyhow::anyhow!("{complaints:?}"))?;
        self.workflows = workflows(&factory);
        self.act.take(&clone, RIGHT)?;
        // What was pushed starts nothing here that a story is about.
        self.hub.events().map(drop)
    }

    /// Lets a person propose a file on a branch of their own, and says the pull request's number.
    pub(super) fn propose(&self, branch: &str, path: &str, text: &str) -> Result<u64> {
        let clone = self.dir.join("clone");
        let file = clone.join(path);
        process::read(git(&clone).args(["fetch", "--quiet", "origin", "main"]))?;
        process::read(git(&clone).args(["checkout", "--quiet", "-B", branch, "origin/main"]))?;
        fs::write(&file, text)?;
        process::read(git(&clone).args(["add", "--all"]))?;
        process::read(git(&clone).args(["commit", "--quiet", "--message", branch]))?;
        process::read(git(&clone).args(["push", "--quiet", "origin", branch]))?;
        self.hub.propose("ada-gatekeeper", branch, branch)
    }

    /// Does something while something is wrong in the workflows.
    pub(super) fn with_slip<T>(
        &mut self,
        slip: (&str, &str),
        act: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        self.act.take(&self.dir.join("clone"), slip)?;
        let done = act(self);
        // What is left to tell belongs to what was wrong.
        self.hub.events()?;
        self.act.take(&self.dir.join("clone"), RIGHT)?;
        done
    }

    /// Lets a person file a request, and runs the workflow of requests alone for it, with something wrong in it.
    pub(super) fn planted(&mut self, slip: (&str, &str), title: &str, body: &str) -> Result<Ran> {
        self.with_slip(slip, |world| {
            world.hub.open("mira-fern", title, body, &["cms-faq"])?;
            let events = world.hub.events()?;
            let opened = events.iter().find(|event| event.name == "issues");
            let path = opened.context("nothing was told")?.path.clone();
            world.run("issues", &path, "cms.yml", None)
        })
    }

    /// Delivers events, and those that follow from them, until there are none.
    pub(super) fn deliver(&mut self) -> Result<Vec<Told>> {
        let mut told = Vec::new();
        loop {
            let events = self.hub.events()?;
            if events.is_empty() {
                return Ok(told);
            }
            for event in events {
                for file in self.listening(&event)? {
                    let ran = self.run(&event.name, &event.path, file, None)?;
                    let action = event.payload["action"].as_str().unwrap_or_default();
                    told.push(Told {
                        event: format!("{} {action}", event.name).trim_end().to_owned(),
                        pull: event.payload["pull_request"]["number"].as_u64(),
                        ran,
                    });
                }
            }
        }
    }

    /// Runs one workflow for a payload of ours.
    pub(super) fn trigger(&mut self, event: &str, payload: &Value, file: &str) -> Result<Ran> {
        self.trigger_at(event, payload, file, None)
    }

    /// The same, where the API is elsewhere.
    pub(super) fn trigger_at(
        &mut self,
        event: &str,
        payload: &Value,
        file: &str,
        api: Option<&str>,
    ) -> Result<Ran> {
        let path = self.dir.join("payload.json");
        fs::write(&path, payload.to_string())?;
        let found = self.workflows.iter().find(|one| one.file == file);
        let file = found.context("no such file")?.file;
        self.run(event, &path, file, api)
    }

    fn run(&mut self, event: &str, payload: &Path, file: &str, api: Option<&str>) -> Result<Ran> {
        let api = api.unwrap_or(&self.hub.url);
        let start = Start {
            event,
            payload,
            file,
            switch: self.switch,
            api,
            model: self.model.as_ref().map(|(url, key)| (url.as_str(), *key)),
        };
        let ran = self.act.run(&self.hub, &start)?;
        let workflow = self.workflows.iter().find(|one| one.file == file);
        let jobs = workflow.map(|one| &one.jobs).into_iter().flatten();
        let said: Vec<String> = jobs
            .map(|job| match ran.jobs.get(job.id()) {
                None => format!("{} skipped", job.id()),
                Some(told) if told.result == "success" => job.id().to_owned(),
                Some(told) => format!("{} {}", job.id(), told.result),
            })
            .collect();
        let said = said.join(", ");
        let _ = writeln!(self.said, "workflows: {event:<17} → {file:<20} {said}");
        Ok(ran)
    }

    /// The files that listen to an event.
    fn listening(&self, event: &Event) -> Result<Vec<&'static str>> {
        let action = event.payload["action"].as_str().unwrap_or_default();
        let hears = |trigger: &Trigger| match trigger {
            Trigger::Event("pull_request", []) => {
                let default = ["opened", "synchronize", "reopened"];
                event.name == "pull_request" && default.contains(&action)
            }
            Trigger::Event(name, types) => {
                *name == event.name && (types.is_empty() || types.contains(&action))
            }
            Trigger::Push(branch, paths) => {
                let to = format!("refs/heads/{branch}");
                event.name == "push" && event.payload["ref"] == to && paths.is_empty()
            }
            Trigger::RunsOf(_) | Trigger::Clock(..) | Trigger::Hand | Trigger::HandForIssue => {
                false
            }
        };
        let mut files = Vec::new();
        for one in &self.workflows {
            let by_hand = event.name == "workflow_dispatch" && {
                let named = event.payload["workflow"].as_str().unwrap_or_default();
                named.ends_with(one.file)
            };
            let gone = event.name == "pull_request" && OF_THE_SITE.contains(&one.file) && {
                let number = &event.payload["number"];
                self.hub.get(&format!("/pulls/{number}"))?["state"] == "closed"
            };
            if (by_hand || one.triggers.iter().any(hears)) && !gone {
                files.push(one.file);
            }
        }
        Ok(files)
    }
}

/// git with nothing of this machine's own settings.
pub(super) fn git(folder: &Path) -> Command {
    let mut git = Command::new("git");
    git.arg("-C")
        .arg(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1");
    for role in ["AUTHOR", "COMMITTER"] {
        git.env(format!("GIT_{role}_NAME"), "Ada Gatekeeper")
            .env(format!("GIT_{role}_EMAIL"), "ada@example.invalid");
    }
    git
}
