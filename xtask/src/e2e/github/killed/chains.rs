//! The chains of jobs that are played: every verb of Actions mode, each where its workflow calls it.

use std::fs;

use anyhow::Result;
use tempfile::TempDir;

use super::events;
use super::job::{Bot, Happens, Job};
use super::world::World;
use crate::process::workspace;

/// Where a chain begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// In a repository in which nothing has happened.
    Fresh,
    /// With one request whose pull request waits for `/publish`.
    InReview,
}

/// Jobs that follow from one another.
pub(super) struct Chain {
    pub(super) name: &'static str,
    pub(super) start: Start,
    /// What else there is before the first job.
    pub(super) before: Option<fn(&World) -> Result<()>>,
    pub(super) bot: Bot,
    pub(super) jobs: Vec<Job>,
}

/// Programs that stand for agents.
pub(super) struct Agents(TempDir);

const FINDS: &str = r#"cat <<'END'
```json
{"findings":[{"severity":"must_fix","path":"content/faq/hours.mdx","text":"It says fife."}]}
```
READY
END
"#;
const MENDS: &str = r#"for page in content/faq/*.mdx; do printf 'More.\n' >> "$page"; done
git add content && git commit -qm mend
echo READY
"#;
const RECITES: &str = r#"printf '```json\n{"phrases":{'
comma=
for file in "$1"/*/SKILL.md; do
  name=$(basename "$(dirname "$file")")
  phrase=$(sed -n 's/^Canary phrase: `\(.*\)`$/\1/p' "$file")
  printf '%s"%s":"%s"' "$comma" "$name" "$phrase"
  comma=,
done
printf '}}\n```\nREADY\n'
"#;

impl Agents {
    pub(super) fn new() -> Result<Self> {
        let dir = tempfile::tempdir()?;
        for (name, script) in [("finds", FINDS), ("mends", MENDS), ("recites", RECITES)] {
            fs::write(dir.path().join(name), script)?;
        }
        Ok(Self(dir))
    }

    /// What `--agent` is told.
    fn named(&self, name: &str) -> String {
        let skills = workspace().join("skills");
        let script = self.0.path().join(name);
        format!("command:sh {} {}", script.display(), skills.display())
    }
}

fn job(verb: &'static str, words: &[&str], event: Option<Happens>, expected: &'static str) -> Job {
    Job {
        verb,
        words: words.iter().map(|word| (*word).to_owned()).collect(),
        event,
        expected,
        threshold: None,
    }
}

/// The jobs that do a run which lies in a folder, and leave what follows it in another.
fn run(settle: &'static str, from: &str, agent: Option<&str>, expected: &'static str) -> [Job; 3] {
    let [work, gates, next] = ["work", "gates", "next"].map(|part| format!("{from}-{part}"));
    let mut agent_words = vec!["agent", "run", "--run", from, "--out", &work];
    agent_words.extend(agent.iter().flat_map(|agent| ["--agent", *agent]));
    let gate = ["gate", "--run", from, "--work", &work, "--out", &gates];
    let settled = [
        "settle", "--run", from, "--work", &work, "--gates", &gates, "--out", &next,
    ];
    [
        job("agent run", &agent_words, None, ""),
        job("gate", &gate, None, ""),
        job(settle, &settled, None, expected),
    ]
}

/// From an issue to a pull request that waits.
pub(super) fn until_review() -> Vec<Job> {
    let opened = ["triage", "--out", "run"];
    let mut jobs = vec![
        job("triage", &opened, Some(events::opened), "started"),
        job("triage", &opened, Some(events::labelled), "run-in-progress"),
    ];
    jobs.extend(run("settle", "run", None, "in-review"));
    jobs
}

/// Every chain.
pub(super) fn all(agents: &Agents) -> Vec<Chain> {
    vec![
        request(),
        answered(),
        cancelled(),
        review(agents),
        heal(agents),
        preview(),
        canary(agents),
        spend(),
        stale(),
    ]
}

fn request() -> Chain {
    let publish = ["publish", "--out", "published"];
    let mut jobs = until_review();
    jobs.extend([
        job("publish", &publish, Some(events::publishes), "merging"),
        job("publish", &publish, Some(events::approved), ""),
        job("stale", &["stale"], None, ""),
    ]);
    Chain {
        name: "a request, from opened to merged",
        start: Start::Fresh,
        before: None,
        bot: Bot::Token,
        jobs,
    }
}

fn answered() -> Chain {
    let triage = ["triage", "--out", "run"];
    let mut jobs = vec![
        job(
            "triage",
            &triage,
            Some(events::opened_lacking),
            "fields-missing",
        ),
        job("triage", &triage, Some(events::answers), "started"),
    ];
    jobs.extend(run("settle", "run", None, "in-review"));
    Chain {
        name: "a request that lacks something",
        start: Start::Fresh,
        before: None,
        bot: Bot::App,
        jobs,
    }
}

fn cancelled() -> Chain {
    let triage = ["triage", "--out", "cancelled"];
    Chain {
        name: "a request that is given up",
        start: Start::InReview,
        before: None,
        bot: Bot::Token,
        jobs: vec![job("triage", &triage, Some(events::cancels), "cancelled")],
    }
}

fn review(agents: &Agents) -> Chain {
    let (finds, mends) = (agents.named("finds"), agents.named("mends"));
    let review = ["review", "--out", "review", "--agent", &finds];
    let mut jobs = vec![job(
        "review",
        &review,
        Some(events::pull_opened),
        "reviewing",
    )];
    jobs.extend(run(
        "settle of a review",
        "review",
        Some(&finds),
        "fixing-review",
    ));
    jobs.extend(run(
        "settle of a fix",
        "review-next",
        Some(&mends),
        "review-fixed",
    ));
    Chain {
        name: "a review and its fix",
        start: Start::Fresh,
        before: Some(events::proposes),
        bot: Bot::Token,
        jobs,
    }
}

fn heal(agents: &Agents) -> Chain {
    let mends = agents.named("mends");
    let heal = ["heal", "--out", "heal", "--agent", &mends];
    let mut jobs = vec![job("heal", &heal, Some(events::failed), "healing")];
    jobs.extend(run("settle of a mending", "heal", Some(&mends), "healed"));
    Chain {
        name: "a failure and its mending",
        start: Start::InReview,
        before: Some(events::checked_out),
        bot: Bot::App,
        jobs,
    }
}

fn preview() -> Chain {
    let told = "preview-told";
    Chain {
        name: "a preview",
        start: Start::InReview,
        before: None,
        bot: Bot::Token,
        jobs: vec![
            job("preview", &["preview"], Some(events::deploying), told),
            job("preview", &["preview"], Some(events::deployment_done), told),
        ],
    }
}

fn canary(agents: &Agents) -> Chain {
    let recites = agents.named("recites");
    let canary = ["canary", "--out", "canary", "--agent", &recites];
    let mut jobs = vec![job("canary", &canary, None, "canary-started")];
    jobs.extend(run(
        "settle of a canary",
        "canary",
        Some(&recites),
        "canary-passed",
    ));
    Chain {
        name: "a canary",
        start: Start::Fresh,
        before: None,
        bot: Bot::Token,
        jobs,
    }
}

fn spend() -> Chain {
    let mut under = job("spend", &["spend"], None, "spend-back-under");
    under.threshold = Some("1000");
    Chain {
        name: "a dear day",
        start: Start::Fresh,
        before: Some(events::spent),
        bot: Bot::Token,
        jobs: vec![job("spend", &["spend"], None, "spend-over"), under],
    }
}

fn stale() -> Chain {
    Chain {
        name: "what nobody touches",
        start: Start::InReview,
        before: Some(events::lies),
        bot: Bot::Token,
        jobs: vec![job("stale", &["stale"], None, "")],
    }
}
