//! An agent of the worst kind: it does as the dice say, in this process, and commits with git itself.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use async_trait::async_trait;
use lightsout_agents::{Agent, AgentError, End, Finished, Request, Spending, WorkOrder};
use lightsout_forge::Number;
use lightsout_ledger::{Bill, PriceBook, RunId};

use crate::faults::Faulty;
use crate::scene::{Invocation, lock};

/// The model it says it uses; what that costs is estimated from the prompt.
const MODEL: &str = "claude-sonnet-4-6";
/// A file that the gate of the simulated site does not like.
pub(crate) const DISLIKED: &str = "content/faq/disliked.mdx";

/// What it does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    Good,
    Asks,
    AsksWithCommit,
    ReadyWithoutCommit,
    CommitWithoutWord,
    Crashes,
    TooSlow,
    OutsideItsLane,
    Protected,
    FailsTheGate,
    NeverStarts,
}

const BAD: &[(u32, Mood)] = &[
    (8, Mood::Asks),
    (3, Mood::AsksWithCommit),
    (4, Mood::ReadyWithoutCommit),
    (4, Mood::CommitWithoutWord),
    (5, Mood::Crashes),
    (2, Mood::TooSlow),
    (4, Mood::OutsideItsLane),
    (2, Mood::Protected),
    (6, Mood::FailsTheGate),
    (3, Mood::NeverStarts),
];

/// The agent, as the engine reaches it: through the same weather as every other port.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scripted<'w>(pub(crate) Faulty<'w>);

#[async_trait]
impl Agent for Scripted<'_> {
    fn name(&self) -> &'static str {
        "scripted"
    }

    fn spending(&self) -> Spending {
        Spending::Model(MODEL.to_owned())
    }

    async fn run(&self, order: &WorkOrder) -> Result<Finished, AgentError> {
        let lost = || AgentError::Lost {
            program: "scripted".to_owned(),
            source: std::io::Error::other("the weather"),
        };
        self.0
            .through("agent", async { self.work(order) }, lost)
            .await
    }
}

impl Scripted<'_> {
    fn work(&self, order: &WorkOrder) -> Result<Finished, AgentError> {
        let scene = self.0.scene;
        let mood = {
            let bad = scene.weather().bad_runs;
            let mut dice = scene.dice();
            if dice.per_mille(bad) {
                dice.weighted(BAD)
            } else {
                Mood::Good
            }
        };
        if mood == Mood::NeverStarts {
            scene.fault("agent cannot start", "agent");
            return Err(AgentError::NotStarted {
                program: "scripted".to_owned(),
                why: "the weather".to_owned(),
                hint: "wait",
            });
        }
        let request: Request = read(&order.request_file)?;
        let chars = order.prompt.chars().count();
        let bill = Bill::of_estimate(MODEL, chars, &PriceBook::builtin());
        lock(&scene.invocations).push(Invocation {
            issue: Number(request.issue),
            run: run_of(order),
            at: scene.clock.now(),
            cost: bill.cost.known(),
            enabled: scene.is_enabled(),
        });
        scene.tell(|| format!("      agent on #{}: {mood:?}", request.issue));
        scene.pass(20);
        let page = request
            .page
            .unwrap_or_else(|| "content/faq/page.mdx".to_owned());
        let text = format!(
            "---\ntype: \"cms-faq\"\n---\n\nVersion {}.\n",
            scene.nonce()
        );
        let (files, words): (Vec<&str>, &str) = match mood {
            Mood::Good => (vec![&page], "Written.\n\nREADY"),
            Mood::Asks => (vec![], "Which hall is meant?\n\nWAITING"),
            Mood::AsksWithCommit => (vec![&page], "Which hall is meant?\n\nWAITING"),
            Mood::ReadyWithoutCommit => (vec![], "All done.\n\nREADY"),
            Mood::CommitWithoutWord => (vec![&page], "All done, and READY to go."),
            Mood::Crashes => (vec![&page], "READY"),
            Mood::TooSlow | Mood::NeverStarts => (vec![], "Thinking"),
            Mood::OutsideItsLane => (vec![&page, "content/insights/x.mdx"], "READY"),
            Mood::Protected => (vec!["AGENTS.md"], "READY"),
            Mood::FailsTheGate => (vec![&page, DISLIKED], "READY"),
        };
        if !files.is_empty() {
            commit(order, &files, &text)?;
        }
        fs::write(&order.transcript, words).map_err(disk("writing", &order.transcript))?;
        Ok(Finished {
            end: match mood {
                Mood::Crashes => End::Exited(3),
                Mood::TooSlow => End::TimedOut,
                _ => End::Exited(0),
            },
            elapsed: Duration::from_secs(1),
            stdout: order.transcript.clone(),
            stderr_tail: if mood == Mood::Crashes {
                "out of tokens".to_owned()
            } else {
                String::new()
            },
        })
    }
}

/// The run, as its folder is called: `RUN/try-N/transcript`.
fn run_of(order: &WorkOrder) -> RunId {
    let folder = order
        .transcript
        .ancestors()
        .nth(2)
        .and_then(Path::file_name);
    RunId::new(folder.unwrap_or_default().to_string_lossy())
}

fn read(path: &Path) -> Result<Request, AgentError> {
    let bytes = fs::read(path).map_err(disk("reading", path))?;
    serde_json::from_slice(&bytes).map_err(|error| disk("reading", path)(error.into()))
}

/// Commits files on the clone's branch, in one process.
fn commit(order: &WorkOrder, files: &[&str], text: &str) -> Result<(), AgentError> {
    let head = order.tree.join(".git/HEAD");
    let branch = fs::read_to_string(&head).map_err(disk("reading", &head))?;
    let branch = branch.trim().trim_start_matches("ref: ");
    let (name, email) = &order.identity;
    let mut stream = format!(
        "commit {branch}\ncommitter {name} <{email}> {} +0000\ndata 5\nWrite\nfrom {branch}^0\n",
        order.when
    );
    for file in files {
        let size = text.len();
        let _ = write!(stream, "M 100644 inline {file}\ndata {size}\n{text}\n");
    }
    let mut child = Command::new("git")
        .args(["-c", "fastimport.unpackLimit=0", "fast-import", "--quiet"])
        .current_dir(&order.tree)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs([
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(disk("starting git in", &order.tree))?;
    let mut pipe = child.stdin.take();
    let written = pipe
        .as_mut()
        .map_or(Ok(()), |pipe| pipe.write_all(stream.as_bytes()));
    drop(pipe);
    let ended = written.and_then(|()| child.wait());
    let ended = ended.and_then(|status| {
        let failed = || std::io::Error::other(format!("git fast-import ended with {status}"));
        status.success().then_some(()).ok_or_else(failed)
    });
    ended.map_err(disk("committing in", &order.tree))
}

fn disk(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> AgentError {
    let path = path.to_owned();
    move |source| AgentError::Disk {
        doing,
        path,
        source,
    }
}
