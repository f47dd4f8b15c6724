//! `cargo xtask e2e agents`: the real Claude Code and the real Codex against a scripted model.
//!
//! Both get the same requests. The model's words are the script's; everything else is real: the programs, their tools and
//! refusals, git, and the factory around them.

mod demo;
mod kind;
mod scenarios;

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use lightsout_testkit::model::ModelServer;
use serde_json::Value;

use super::forge::Program;
use super::programs::{self, Programs};
use crate::process;
use kind::KEY;
use scenarios::{CHILD, End, GATE, Scenario, mark};

pub(crate) use demo::run as demo;
pub(crate) use kind::Kind;

/// What `gh` says when it reached somebody.
const REACHED: &str = "gh reached the network";
/// What `gh` says when it did not.
const HELD: &str = "gh was refused the network";
/// The child that a scenario leaves behind.
const LEFT_BEHIND: &str = "7654321";

/// Runs the check.
pub(crate) fn run(program: &Program) -> Result<()> {
    let programs = programs::install()?;
    let since = Instant::now();
    let mut batches: Vec<(Kind, Vec<Scenario>)> = Vec::new();
    for kind in [Kind::Claude, Kind::Codex] {
        let long = scenarios::long(kind);
        batches.extend(long.into_iter().map(|one| (kind, vec![one])));
        batches.push((kind, scenarios::quick(kind)));
    }
    let results: Vec<Result<Vec<Line>>> = thread::scope(|scope| {
        let started: Vec<_> = batches
            .into_iter()
            .map(|(kind, scenarios)| {
                let programs = &programs;
                scope.spawn(move || batch(program, programs, kind, &scenarios))
            })
            .collect();
        let ended = started.into_iter().map(thread::ScopedJoinHandle::join);
        ended
            .map(|result| result.unwrap_or_else(|_| Err(anyhow!("a batch panicked"))))
            .collect()
    });
    let mut complaints = Vec::new();
    let mut requests = 0;
    for result in results {
        for line in result? {
            requests += 1;
            println!("{line}", line = line.text);
            complaints.extend(line.complaints);
        }
    }
    println!(
        "{requests} requests in {:.0} s",
        since.elapsed().as_secs_f64()
    );
    ensure!(complaints.is_empty(), "{}", complaints.join("\n"));
    Ok(())
}

/// How one request ended.
struct Line {
    text: String,
    complaints: Vec<String>,
}

/// Makes a factory, files the requests, lets the program work, and reads how each ended.
fn batch(
    program: &Program,
    programs: &Programs,
    kind: Kind,
    scenarios: &[Scenario],
) -> Result<Vec<Line>> {
    let outer = tempfile::tempdir()?;
    let folder = outer.path().join("factory");
    program.demo_to_the_end(&folder)?;
    let minutes = scenarios.iter().map(|one| one.minutes).max();
    tighten(&folder, outer.path(), minutes.unwrap_or_default())?;
    let script = scenarios.iter().flat_map(|one| one.script.clone());
    let server = ModelServer::start(script.collect())?;
    let factory = Factory {
        program,
        path: path(programs, outer.path(), &server)?,
        kind,
        folder: &folder,
        server: &server,
    };
    let mut issues = Vec::new();
    for scenario in scenarios {
        issues.push(factory.file(scenario)?);
    }
    let doomed = scenarios.iter().find(|one| one.killed);
    thread::scope(|scope| {
        let killer = doomed.map(|one| scope.spawn(|| kill_when_asked(&server, one.name)));
        factory.work()?;
        match killer.map(thread::ScopedJoinHandle::join) {
            Some(Ok(result)) => result,
            Some(Err(_)) => bail!("the killer panicked"),
            None => Ok(()),
        }
    })?;
    let mut questions = Vec::new();
    for (scenario, issue) in scenarios.iter().zip(&issues) {
        if let Some(reply) = scenario.reply {
            questions.push((*issue, factory.last_word(*issue)?));
            factory.local(&[
                "comment",
                &issue.to_string(),
                "--by",
                "mira-fern",
                "--body",
                reply,
            ])?;
        }
    }
    if !questions.is_empty() {
        factory.work()?;
    }
    let mut lines = Vec::new();
    for (scenario, issue) in scenarios.iter().zip(issues) {
        let question = questions.iter().find(|(asked, _)| *asked == issue);
        lines.push(factory.judge(scenario, issue, question.map(|(_, text)| text.as_str()))?);
    }
    if let Some(last) = lines.last_mut() {
        last.complaints.extend(factory.left_behind()?);
    }
    Ok(lines)
}

/// A search path with the real programs, with a `gh` that says whether it was run and reached anybody, and with a gate
/// that leaves a child behind.
fn path(programs: &Programs, outer: &Path, server: &ModelServer) -> Result<OsString> {
    let bin = outer.join("bin");
    fs::create_dir(&bin)?;
    let somebody = server
        .url()
        .replace("http://", "/dev/tcp/")
        .replace("127.0.0.1:", "127.0.0.1/");
    let reach = format!(
        "if (exec 3<>{somebody}) 2> /dev/null; then echo '{REACHED}'; else echo '{HELD}'; fi"
    );
    let leave = format!("if [ -e content/faq/forked-child.mdx ]; then {CHILD}; fi");
    for (name, script) in [("gh", reach), (GATE, leave)] {
        fs::write(bin.join(name), format!("#!/bin/bash\n{script}\n"))?;
        fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755))?;
    }
    Ok(programs.path(&[&bin]))
}

/// Gives the factory short limits and a gate more, in a commit on its base branch as its owner would make one.
fn tighten(folder: &Path, outer: &Path, minutes: u64) -> Result<()> {
    let clone = outer.join("owner");
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.arg("-C").arg(&clone);
        command.args([
            "-c",
            "user.name=Owner",
            "-c",
            "user.email=owner@example.org",
        ]);
        process::read(command.args(arguments))
    };
    process::read(
        Command::new("git")
            .args(["clone", "--quiet"])
            .arg(folder.join("site.git"))
            .arg(&clone),
    )?;
    let path = clone.join("factory.toml");
    let text = fs::read_to_string(&path)?;
    let limits =
        format!("kind = \"template\"\nminutes = {minutes}\nstall_minutes = 1\nmax_turns = 12\n");
    let gate = format!("\n[[gates]]\nname = \"{GATE}\"\nrun = \"{GATE}\"\n");
    ensure!(
        text.contains("kind = \"template\"\n"),
        "the example's `factory.toml` has another shape"
    );
    fs::write(
        &path,
        text.replace("kind = \"template\"\n", &limits) + &gate,
    )?;
    git(&["commit", "--quiet", "--all", "--message", "Short limits"])?;
    git(&["push", "--quiet", "origin", "HEAD:main"])?;
    Ok(())
}

/// Kills the agent program as soon as it asks its model about this request.
fn kill_when_asked(server: &ModelServer, conversation: &str) -> Result<()> {
    let deadline = Instant::now() + Duration::from_mins(3);
    while server.exchanges_of(conversation).is_empty() {
        ensure!(
            Instant::now() < deadline,
            "`{conversation}` never asked its model"
        );
        thread::sleep(Duration::from_millis(50));
    }
    for entry in fs::read_dir("/proc")? {
        let path = entry?.path();
        let read = |name: &str| fs::read(path.join(name)).unwrap_or_default();
        let has = |bytes: &[u8]| {
            let url = server.url();
            bytes
                .windows(url.len())
                .any(|window| window == url.as_bytes())
        };
        let words = read("cmdline");
        let own = words.split(|byte| *byte == 0).next().unwrap_or_default();
        let agent = own.ends_with(b"/claude") || own.ends_with(b"/codex");
        if agent && (has(&words) || has(&read("environ"))) {
            let pid = path.file_name().unwrap_or_default();
            process::run(Command::new("kill").arg("-KILL").arg(pid))?;
            return Ok(());
        }
    }
    bail!("no process of the agent was found")
}

/// A factory at work with one real program.
struct Factory<'a> {
    program: &'a Program,
    /// Where the agent finds its programs.
    path: OsString,
    kind: Kind,
    folder: &'a Path,
    server: &'a ModelServer,
}

impl Factory<'_> {
    fn local(&self, arguments: &[&str]) -> Result<String> {
        process::read(&mut self.program.local(self.folder, arguments))
    }

    /// Files a request, and returns its number.
    fn file(&self, scenario: &Scenario) -> Result<u64> {
        let question = format!("question=Is this {}?", mark(scenario.name));
        let answer = format!(
            "answer=Yes. There are 12 hooks in the hall. {}",
            scenario.answer
        );
        let title = format!("FAQ: {}", scenario.name);
        let text = self.local(&[
            "issue",
            "--by",
            "mira-fern",
            "--label",
            "cms-faq",
            "--title",
            &title,
            "--field",
            &question,
            "--field",
            &answer,
            "--format",
            "json",
        ])?;
        let value: Value = serde_json::from_str(&text)?;
        value["number"]
            .as_u64()
            .with_context(|| format!("no number in {text}"))
    }

    /// Lets the program work until nothing is left to do.
    fn work(&self) -> Result<()> {
        let mut command = self.program.local(self.folder, &["run", "--quiet"]);
        self.kind.equip(&mut command, &self.path, self.server);
        process::read(&mut command).map(drop)
    }

    fn thread(&self, number: u64) -> Result<Value> {
        let text = self.local(&["show", &number.to_string(), "--format", "json"])?;
        serde_json::from_str(&text).context("a thread is no JSON")
    }

    /// What was said last on an issue.
    fn last_word(&self, issue: u64) -> Result<String> {
        let thread = self.thread(issue)?;
        let comments = thread["comments"].as_array().context("no comments")?;
        let last = comments.last().and_then(|comment| comment["body"].as_str());
        Ok(last.unwrap_or_default().to_owned())
    }

    fn judge(&self, scenario: &Scenario, issue: u64, question: Option<&str>) -> Result<Line> {
        let list: Value = serde_json::from_str(&self.local(&["list", "--format", "json"])?)?;
        let requests = list["requests"].as_array().context("no list")?;
        let found = requests
            .iter()
            .find(|one| one["issue"].as_u64() == Some(issue))
            .context("a request is gone")?;
        let (state, pull) = (&found["state"], found["pull_request"].as_u64());
        let said = self.last_word(issue)?;
        let exchanges = self.server.exchanges();
        let asked: Vec<_> = exchanges
            .iter()
            .filter(|exchange| exchange.prompt().contains(&mark(scenario.name)))
            .collect();
        let name = format!("{} {}", self.kind.name(), scenario.name);
        let mut complaints = Vec::new();
        let mut text = format!("{name:<28}");
        match scenario.end {
            End::PullRequest => {
                if state != "in_review" || pull.is_none() {
                    complaints.push(format!("{name}: no pull request, but {state}:\n{said}"));
                }
                let _ = write!(text, "pull request #{}", pull.unwrap_or_default());
            }
            End::HandedBack(words) => {
                if state != "waiting" || pull.is_some() || !said.contains(words) {
                    complaints.push(format!(
                        "{name}: `{words}` is not what is said, {state} {pull:?}:\n{said}"
                    ));
                }
                let how = said.trim_end().lines().last().unwrap_or_default();
                if !how.contains("omment") {
                    complaints.push(format!("{name}: nobody is told how to go on:\n{said}"));
                }
                let first = said.lines().find(|line| line.starts_with('@'));
                let _ = write!(text, "handed back: {} … {how}", first.unwrap_or_default());
            }
        }
        if let Some(question) = question {
            if !question.contains("How many hooks are there?") {
                complaints.push(format!("{name}: the question was not asked:\n{question}"));
            }
            text.push_str(", after `How many hooks are there?` was asked and answered");
        }
        if let Some(seen) = scenario.seen {
            let results = asked.iter().flat_map(|exchange| exchange.tool_results());
            let results: Vec<String> = results.map(|result| result.text).collect();
            if results.iter().any(|text| text.contains(REACHED)) {
                complaints.push(format!("{name}: `gh` reached the network"));
            }
            match results.iter().find(|text| text.contains(seen.words)) {
                Some(result) => {
                    // The line that says it, not what the program puts around it.
                    let line = result.lines().find(|line| line.contains(seen.words));
                    let short: String = line.unwrap_or_default().chars().take(90).collect();
                    let _ = write!(text, "; {}: {short}", seen.shows);
                }
                None => complaints.push(format!("{name}: not so: {}: {results:?}", seen.shows)),
            }
        }
        if asked.is_empty() || asked.iter().any(|one| one.key.as_deref() != Some(KEY)) {
            complaints.push(format!("{name}: the model was not asked with the key"));
        }
        if asked.iter().any(|one| one.body.to_string().contains(KEY)) {
            complaints.push(format!("{name}: the key is in what the model was sent"));
        }
        Ok(Line { text, complaints })
    }

    /// What must not be there once everything has ended.
    fn left_behind(&self) -> Result<Vec<String>> {
        let mut complaints = self.server.surprises();
        let list = process::read(Command::new("ps").args(["-eo", "args"]))?;
        if list
            .lines()
            .any(|line| line.starts_with("sleep") && line.contains(LEFT_BEHIND))
        {
            complaints.push("a child of the agent outlived it".to_owned());
        }
        if Path::new("/tmp/lightsout-pwned").exists() {
            complaints.push("the agent's git configuration or hook was obeyed".to_owned());
        }
        Ok(complaints)
    }
}
