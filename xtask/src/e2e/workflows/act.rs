//! The real `act`, which runs workflows on this machine, without containers.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use lightsout_workflows::{CLAUDE_CODE, FOLDER, Pin};
use serde_json::Value;

use super::hub::Hub;
use crate::process::{self, workspace};

/// The machine that jobs ask for; `act` takes this one.
const RUNNER: &str = "ubuntu-24.04=-self-hosted";
/// Too new for `act`'s schema of concurrency, which it does not keep anyway: jobs run one after the other here.
const TOO_NEW: &str = "queue: max";

/// What stands in the place of actions that cannot be fetched offline.
const STAND_INS: [(Pin, &str, &str); 4] = [
    (
        Pin::CHECKOUT,
        "clones from the forge on loopback",
        include_str!("stand_ins/checkout.yml"),
    ),
    (
        Pin::UPLOAD,
        "copies on disk",
        include_str!("stand_ins/upload-artifact.yml"),
    ),
    (
        Pin::DOWNLOAD,
        "copies on disk",
        include_str!("stand_ins/download-artifact.yml"),
    ),
    (
        Pin::NODE,
        "takes what is here, with an `npm` that links the pinned agent's program",
        include_str!("stand_ins/setup-node.yml"),
    ),
];

/// What a job came to; one that is not told of was skipped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Job {
    /// `success` or `failure`.
    pub(super) result: String,
    /// What its steps gave out.
    pub(super) outputs: BTreeMap<String, String>,
}

/// A run of one workflow: its jobs by name.
#[derive(Debug, Clone)]
pub(super) struct Ran {
    pub(super) file: String,
    pub(super) jobs: BTreeMap<String, Job>,
    /// What was printed.
    pub(super) log: String,
}

impl Ran {
    /// What a job gave out, or nothing.
    pub(super) fn output(&self, job: &str, name: &str) -> &str {
        let job = self.jobs.get(job);
        job.and_then(|job| job.outputs.get(name))
            .map_or("", String::as_str)
    }

    /// What the programs of a job printed.
    pub(super) fn printed(&self, job: &str) -> String {
        let lines = self.log.lines();
        let lines = lines.filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines
            .filter(|line| line["jobID"] == job && line["raw_output"] == true)
            .filter_map(|line| line["msg"].as_str().map(str::to_owned))
            .collect()
    }
}

/// `act` with its stand-ins, and a folder with the workflows.
pub(super) struct Act {
    program: PathBuf,
    dir: PathBuf,
    runs: u64,
}

/// What a run is started with.
pub(super) struct Start<'s> {
    pub(super) event: &'s str,
    pub(super) payload: &'s Path,
    pub(super) file: &'s str,
    /// The kill switch.
    pub(super) switch: &'s str,
    /// Where the API is.
    pub(super) api: &'s str,
    /// The agent's model: its address and key.
    pub(super) model: Option<(&'s str, &'s str)>,
}

/// What every site needs of this machine.
pub(super) struct Installed {
    /// `act` itself.
    act: PathBuf,
    /// The pinned agent's program.
    claude: PathBuf,
}

impl Installed {
    /// Installs the program once, pinned by hash.
    pub(super) fn new(claude: &Path) -> Result<Self> {
        let packages = workspace().join("target/ci-tools/act");
        if !packages.join("bin/act").exists() {
            process::run(
                Command::new("python3")
                    .env("PIP_ROOT_USER_ACTION", "ignore")
                    .args(["-m", "pip", "install", "--quiet"])
                    .args(["--disable-pip-version-check", "--require-hashes"])
                    .args(["--no-deps", "--upgrade", "--target"])
                    .arg(&packages)
                    .arg("--requirement")
                    .arg(workspace().join("xtask/python/act.txt")),
            )?;
        }
        for (pin, what, _) in STAND_INS {
            println!("workflows: in the place of {}: {what}", pin.action);
        }
        Ok(Self {
            act: packages.join("bin/act"),
            claude: claude.to_owned(),
        })
    }
}

impl Act {
    /// Lays its folder out.
    pub(super) fn new(dir: &Path, installed: &Installed) -> Result<Self> {
        let store = dir.join("artifacts").display().to_string();
        for (pin, _, text) in STAND_INS {
            let folder = stand_in(dir, pin);
            fs::create_dir_all(&folder)?;
            fs::write(folder.join("action.yml"), text.replace("{store}", &store))?;
        }
        let npm = include_str!("stand_ins/npm.sh");
        let npm = npm.replace("{package}", CLAUDE_CODE);
        let claude = installed.claude.display().to_string();
        fs::write(
            stand_in(dir, Pin::NODE).join("npm"),
            npm.replace("{program}", &claude),
        )?;
        fs::create_dir_all(dir.join("home"))?;
        Ok(Self {
            program: installed.act.clone(),
            dir: dir.to_owned(),
            runs: 100,
        })
    }

    /// Lays the workflows of a repository out for `act`, with `wrong` in the place of `right`, which may be the same.
    pub(super) fn take(&self, repository: &Path, (right, wrong): (&str, &str)) -> Result<()> {
        let into = self.dir.join("workflows").join(FOLDER);
        fs::create_dir_all(&into)?;
        let mut planted = false;
        for entry in fs::read_dir(repository.join(FOLDER))? {
            let entry = entry?;
            let text = fs::read_to_string(entry.path())?;
            let known = |line: &&str| !line.trim_start().starts_with(TOO_NEW);
            let lines: Vec<&str> = text.lines().filter(known).collect();
            let text = lines.join("\n");
            planted |= text.contains(right);
            fs::write(into.join(entry.file_name()), text.replace(right, wrong))?;
        }
        ensure!(planted, "`{right}` is in no file");
        Ok(())
    }

    /// Runs one workflow for an event.
    pub(super) fn run(&mut self, hub: &Hub, start: &Start<'_>) -> Result<Ran> {
        self.runs += 1;
        let mut command = Command::new(&self.program);
        command
            .current_dir(self.dir.join("workflows"))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.dir.join("home"))
            .args([start.event, "--json", "--no-skip-checkout"])
            .args(["--no-cache-server", "--platform", RUNNER, "--eventpath"])
            .arg(start.payload)
            .args(["--workflows", &format!("{FOLDER}/{}", start.file)])
            .args(["--var", &format!("CMS_BOT_ENABLED={}", start.switch)])
            .arg("--secret-file")
            .arg(self.secrets(hub, start)?);
        for (name, value) in [
            ("GITHUB_API_URL", start.api),
            ("GITHUB_SERVER_URL", &hub.url),
            ("GITHUB_REPOSITORY", super::hub::REPOSITORY),
            ("GITHUB_RUN_ID", &self.runs.to_string()),
            ("ANTHROPIC_BASE_URL", start.model.map_or("", |(url, _)| url)),
        ] {
            command.args(["--env", &format!("{name}={value}")]);
        }
        for (pin, ..) in STAND_INS {
            let folder = stand_in(&self.dir, pin);
            let instead = format!("{}@{}={}", pin.action, pin.sha, folder.display());
            command.args(["--local-repository", &instead]);
        }
        let output = process::output(&mut command)?;
        let log = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        let jobs = jobs(&log);
        let failed = jobs.values().any(|job| job.result != "success");
        ensure!(
            output.status.success() || failed,
            "`act` did not run `{}`:\n{log}",
            start.file
        );
        Ok(Ran {
            file: start.file.to_owned(),
            jobs,
            log,
        })
    }

    /// The secrets, in a file: a host's jobs would inherit them from the environment.
    fn secrets(&self, hub: &Hub, start: &Start<'_>) -> Result<PathBuf> {
        let mut secrets = format!(
            "GITHUB_TOKEN={}\nLIGHTSOUT_BOT_TOKEN={}\n",
            hub.workflow, hub.bot
        );
        if let Some((_, key)) = start.model {
            secrets.extend(["ANTHROPIC_API_KEY=", key, "\n"]);
        }
        let file = self.dir.join("secrets");
        fs::write(&file, secrets).context("writing secrets")?;
        Ok(file)
    }
}

fn stand_in(dir: &Path, pin: Pin) -> PathBuf {
    dir.join("stand-ins").join(pin.action.replace('/', "-"))
}

/// Reads what `act` prints, one JSON object on each line.
fn jobs(log: &str) -> BTreeMap<String, Job> {
    let mut jobs: BTreeMap<String, Job> = BTreeMap::new();
    for line in log.lines() {
        let Ok(line) = serde_json::from_str::<Value>(line) else {
            continue;
        };
        let Some(id) = line["jobID"].as_str() else {
            continue;
        };
        let text = |key: &str| line[key].as_str().map(str::to_owned);
        if let Some(result) = text("jobResult") {
            jobs.entry(id.to_owned()).or_default().result = result;
        }
        if line["command"] == "set-output"
            && let (Some(name), Some(value)) = (text("name"), text("arg"))
        {
            let job = jobs.entry(id.to_owned()).or_default();
            job.outputs.insert(name, value);
        }
    }
    jobs
}
