//! `cargo xtask e2e rehearsal`: `lightsout local serve`, held against what GitHub says of itself.
//!
//! Each answer of a tour through every route, and of a whole request's life, is judged by GitHub's description of its
//! API; each event by the JSON Schemas of `@octokit/webhooks-schemas`. Mistakes are planted in both.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail, ensure};
use lightsout_testkit::HttpServer;
use serde_json::{Value, json};

use super::description::{Description, judge};
use super::emulator;
use super::judge::Judge;
use super::life::Life;
use super::tour;
use crate::e2e::forge::Program;
use crate::e2e::node;
use crate::e2e::rest::Rest;

const REPOSITORY: &str = "acme/site";

/// Runs the check.
pub(crate) fn run(program: &Program) -> Result<()> {
    let installed = emulator::install()?;
    let description = Arc::new(Description::load(&installed.description)?);
    let schemas = node::install()?.join("node_modules/@octokit/webhooks-schemas/schema.json");
    let _ = rustls::crypto::ring::default_provider().install_default();
    let home = tempfile::tempdir()?;
    let folder = home.path().join("factory");
    program.demo_to_the_end(&folder)?;
    let served = Served::start(program, &folder)?;
    let judge = Arc::new(Judge::new(&description, &served.url));
    let front = Arc::clone(&judge);
    let front = HttpServer::start(move |asked| front.answer(asked))?;
    let rest = Rest::at(&front.url());
    let life = Life {
        program,
        rest: rest.clone(),
        repository: REPOSITORY.to_owned(),
        home: home.path(),
        events: &folder.join("events"),
        tokens: [
            served.known("GITHUB_TOKEN")?,
            served.known("LIGHTSOUT_BOT_TOKEN")?,
            served.known("TOKEN_ADA_GATEKEEPER")?,
        ],
    };
    let lived = life.propose().and_then(|proposed| {
        tour::take(&rest, REPOSITORY, |name| served.known(name))?;
        life.publish(&proposed)
    });
    judge.finish()?;
    lived?;
    events(&folder.join("events"), &schemas)
}

/// The program, serving; it is killed when this is dropped.
struct Served {
    child: Child,
    url: String,
    env_file: PathBuf,
}

impl Served {
    fn start(program: &Program, folder: &Path) -> Result<Self> {
        let mut command = Command::new(program.path());
        command
            .args([
                "local",
                "serve",
                "--format",
                "json",
                "--quiet",
                "--addr",
                "127.0.0.1:0",
            ])
            .args(["--repository", REPOSITORY, "--dir"])
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let mut child = command.spawn().context("starting the server")?;
        let out = child.stdout.take().context("a pipe")?;
        let mut text = String::new();
        for line in BufReader::new(out).lines() {
            let line = line?;
            text.push_str(&line);
            if line == "}" {
                break;
            }
        }
        let said: Value = serde_json::from_str(&text).context("the server says where it is")?;
        let word = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
        Ok(Self {
            child,
            url: word("url"),
            env_file: word("env_file").into(),
        })
    }

    /// What the file of the tokens says.
    fn known(&self, name: &str) -> Result<String> {
        let text = fs::read_to_string(&self.env_file)?;
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{name}=")));
        line.map(str::to_owned)
            .with_context(|| format!("`{name}` is not known"))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Judges the events of the folder.
fn events(folder: &Path, schemas: &Path) -> Result<()> {
    let schemas: Value = serde_json::from_slice(&fs::read(schemas)?)?;
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut caught = 0;
    let mut files: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|file| file.map(|file| file.path()))
        .collect::<Result<_, _>>()?;
    files.sort();
    for file in files {
        let name = file
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let (_, event) = name
            .split_once('-')
            .context("a file of an event has a number")?;
        let payload: Value = serde_json::from_slice(&fs::read(&file)?)?;
        let mut schema = schemas.clone();
        let action = payload["action"].as_str().unwrap_or_default();
        let of_action = format!("{event}${action}");
        let definition = match schemas["definitions"].get(&of_action) {
            Some(_) => of_action,
            None => format!("{event}$event"),
        };
        schema["$ref"] = json!(format!("#/definitions/{definition}"));
        for unwanted in ["oneOf", "anyOf"] {
            schema
                .as_object_mut()
                .context("a schema")?
                .shift_remove(unwanted);
        }
        let validator = jsonschema::options().build(&schema);
        let validator = validator.map_err(|error| anyhow::anyhow!("{event}: {error}"))?;
        if let Err(error) = judge(&validator, &payload) {
            wrong.push(format!("{name} ({}): {error:#}", payload["action"]));
        }
        for field in ["repository", "sender"] {
            let mut broken = payload.clone();
            broken[field] = json!("planted");
            ensure!(
                judge(&validator, &broken).is_err(),
                "{name}: a mistake in `{field}` is not caught"
            );
            caught += 1;
        }
        let action = payload["action"].as_str().unwrap_or("-");
        *counts.entry(format!("{event}/{action}")).or_default() += 1;
    }
    for wrong in &wrong {
        println!("wrong: {wrong}");
    }
    println!("events: {counts:?}; {caught} planted mistakes were caught");
    if !wrong.is_empty() {
        bail!("{} events are not as GitHub writes them", wrong.len());
    }
    Ok(())
}
