//! The adopter's gates [Q1], [Q3]: the base branch's commands on the run's commit, in a throw-away tree.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lightsout_agents::{End, Finished, Job, Limits, gate_environment, run_job};
use lightsout_lifecycle::{Gate, GateOutcome};
use lightsout_taxonomy::{Factory, GateSettings, PackageManager};

use crate::EngineError;
use crate::bench::Bench;
use crate::stages::fresh;

/// The most a gate may print, in bytes.
const MAX_OUTPUT: u64 = 16 << 20;
/// How much of what a gate printed last is kept, in bytes.
const TAIL: u64 = 4_000;

/// The gates of a factory, each with its name and its command, in their order; the lane is the first.
pub(crate) fn names(factory: &Factory) -> Vec<(String, String)> {
    let lane = ("lane".to_owned(), "built in".to_owned());
    let gates = factory.gates.iter();
    let gates = gates.map(|gate| (gate.name.clone(), gate.run.join(" ")));
    std::iter::once(lane).chain(gates).collect()
}

impl Bench<'_> {
    /// Runs every gate on `head`; what fails is run on `base` too, so that an old failure is known as one.
    ///
    /// The commands come from the base commit's `factory.toml`. The tree is no repository, and since the lane lets no
    /// protected path through, those are the base's in it.
    pub(crate) async fn gates(
        &self,
        factory: &Factory,
        base: &str,
        head: &str,
        dir: &Path,
    ) -> Result<Vec<Gate>, EngineError> {
        let mut outcomes = vec![GateOutcome::Passed];
        let manager = factory.site.manager;
        let tree = self.lay_out(dir, head, manager)?;
        for settings in &factory.gates {
            outcomes.push(match self.gate(settings, manager, &tree, dir).await? {
                None => GateOutcome::Passed,
                Some(tail) => {
                    let before = self.lay_out(dir, base, manager)?;
                    match self.gate(settings, manager, &before, dir).await? {
                        None => GateOutcome::Failed { tail },
                        Some(_) => GateOutcome::FailedBefore { tail },
                    }
                }
            });
        }
        let gates = names(factory).into_iter().zip(outcomes);
        Ok(gates
            .map(|((name, command), outcome)| Gate {
                name,
                command,
                outcome,
            })
            .collect())
    }

    /// Lays out the files of a commit in a fresh folder, with what was installed for them: a gate that a
    /// killed process left may still write to its own.
    fn lay_out(
        &self,
        dir: &Path,
        at: &str,
        manager: PackageManager,
    ) -> Result<PathBuf, EngineError> {
        let into = fresh(dir, "gates");
        for folder in ["home", "scratch"] {
            let folder = into.join(folder);
            fs::create_dir_all(&folder).map_err(EngineError::disk("making", folder))?;
        }
        let tree = into.join("tree");
        self.workshop.repo.export(&tree, at)?;
        if let Some(installed) = &self.installed {
            installed.lay(manager, &tree, &into.join("home"))?;
        }
        Ok(tree)
    }

    /// Runs one gate; gives its last lines when it fails.
    async fn gate(
        &self,
        settings: &GateSettings,
        manager: PackageManager,
        tree: &Path,
        dir: &Path,
    ) -> Result<Option<String>, EngineError> {
        let beside = tree.parent().unwrap_or(tree);
        let output = dir.join(format!("gate-{}.txt", plain(&settings.name)));
        let Some((program, arguments)) = settings.run.split_first() else {
            return Ok(None);
        };
        let mut environment: BTreeMap<_, _> = gate_environment(
            &self.workshop.bin(),
            &beside.join("home"),
            &beside.join("scratch"),
        );
        environment.extend(settled(manager));
        let finished = run_job(&Job {
            program: program.into(),
            arguments: arguments.iter().map(Into::into).collect(),
            folder: tree.to_owned(),
            environment,
            stdin: Vec::new(),
            stdout: output,
            limits: Limits {
                wall: Duration::from_secs(settings.seconds),
                stall: None,
                output: MAX_OUTPUT,
            },
        })
        .await?;
        match finished.end {
            End::Exited(0) => Ok(None),
            _ => Ok(Some(tail(&finished)?)),
        }
    }
}

/// The variables that keep a package manager from installing again what was laid beside the commit.
///
/// pnpm 11 and newer look whether everything is installed before they run anything, take a copy for something else, since
/// it lies elsewhere, and install it anew: with its scripts, and over the network.
fn settled(manager: PackageManager) -> Option<(&'static str, OsString)> {
    match manager {
        PackageManager::Pnpm => Some(("pnpm_config_verify_deps_before_run", "false".into())),
        PackageManager::Npm
        | PackageManager::Yarn
        | PackageManager::Cargo
        | PackageManager::None => None,
    }
}

fn plain(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .take(60)
        .collect()
}

/// The last of what a gate printed, and how it ended.
fn tail(finished: &Finished) -> Result<String, EngineError> {
    let bytes =
        fs::read(&finished.stdout).map_err(EngineError::disk("reading", &finished.stdout))?;
    let from = bytes
        .len()
        .saturating_sub(usize::try_from(TAIL).unwrap_or(usize::MAX));
    let mut text = String::from_utf8_lossy(&bytes[from..]).into_owned();
    text.push_str(&finished.stderr_tail);
    let how = match finished.end {
        End::Exited(code) => format!("exit status {code}"),
        End::Signalled(signal) => format!("ended by signal {signal}"),
        End::TimedOut | End::Stalled => "ended for taking too long".to_owned(),
        End::TooMuchOutput => "ended for printing too much".to_owned(),
    };
    Ok(format!("{}\n{how}", text.trim_end()))
}
