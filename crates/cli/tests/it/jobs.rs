//! The jobs of a workflow, each a process of its own over folders that they hand on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::{json, lightsout, stderr, stdout};

/// A factory after the demo, with one request that nobody has looked at, and a folder for the jobs.
struct Jobs {
    dir: TempDir,
    issue: u64,
}

impl Jobs {
    fn new(title: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let factory = dir.path().join("factory");
        json(&factory, &["demo", "--quiet"]);
        let words = [
            "local",
            "issue",
            "--by",
            "mira-fern",
            "--label",
            "cms-faq",
            "--title",
            title,
            "--field",
            "question=Can I bring my bicycle in?",
            "--field",
            "answer=Yes. There are 12 hooks in the hall.",
        ];
        let opened = json(&factory, &words);
        let issue = opened["number"].as_u64().unwrap();
        Self { dir, issue }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A job, in Actions' surroundings.
    fn command(&self, words: &[&str]) -> Command {
        let mut command = lightsout();
        command
            .current_dir(self.dir.path())
            .args(words)
            .args(["--dir", "factory"])
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_OUTPUT", self.path("outputs"))
            .env("GITHUB_STEP_SUMMARY", self.path("summary.md"))
            .env("RUNNER_TEMP", self.path("runner"));
        command
    }

    fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    fn fine(&self, words: &[&str]) -> Value {
        let output = self.run(&[words, &["--format", "json"]].concat());
        assert!(output.status.success(), "{words:?}: {}", stderr(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn triage(&self) -> Value {
        let issue = self.issue.to_string();
        self.fine(&["triage", "--issue", &issue])
    }

    /// What people see of the request.
    fn shown(&self) -> Value {
        let issue = self.issue.to_string();
        let thread = json(&self.path("factory"), &["local", "show", &issue]);
        let list = json(&self.path("factory"), &["local", "list"]);
        let requests = list["requests"].as_array().unwrap();
        let find = |request: &&Value| request["issue"] == self.issue;
        let request = requests.iter().find(find).unwrap();
        let comments = thread["comments"].as_array().unwrap().len();
        serde_json::json!({
            "state": request["state"], "pull_request": request["pull_request"],
            "labels": thread["issue"]["labels"], "comments": comments, "files": request["files"],
        })
    }
}

#[test]
fn a_request_goes_from_job_to_job_and_each_may_run_twice() {
    let jobs = Jobs::new("FAQ: bicycles");
    let dry = jobs.fine(&["triage", "--issue", &jobs.issue.to_string(), "--dry-run"]);
    assert_eq!(dry["reason"], "started");
    assert!(!jobs.path("run").exists() && !jobs.path("outputs").exists());

    let first = jobs.triage();
    assert_eq!(
        (&first["reason"], &first["run"]),
        (&"started".into(), &true.into())
    );
    let again = jobs.triage();
    assert_eq!(again["reason"], "run-in-progress");
    assert_eq!(
        (&again["run"], &again["run_digest"]),
        (&true.into(), &first["run_digest"])
    );
    for _ in 0..2 {
        let worked = jobs.fine(&["agent", "run"]);
        assert_eq!(
            (&worked["end"], &worked["check"]),
            (&"commit".into(), &true.into())
        );
    }
    for _ in 0..2 {
        assert_eq!(jobs.fine(&["gate"])["passed"], true);
    }
    let digest = first["run_digest"].as_str().unwrap();
    let dry = jobs.fine(&["settle", "--run-digest", digest, "--dry-run"]);
    assert_eq!(dry["reason"], "in-review");
    assert_eq!(jobs.shown()["state"], "working");
    let settled = jobs.fine(&["settle", "--run-digest", digest]);
    assert_eq!(settled["reason"], "in-review");
    let shown = jobs.shown();
    assert_eq!(shown["state"], "in_review");
    let again = jobs.fine(&["settle", "--run-digest", digest]);
    assert_eq!(
        (&again["reason"], &again["acted"]),
        (&"already-handled".into(), &false.into())
    );
    assert_eq!(jobs.shown(), shown);

    let other = jobs.run(&["settle", "--run-digest", "00"]);
    assert_eq!(other.status.code(), Some(1));
    assert!(stderr(&other).contains("handed out"), "{}", stderr(&other));
    publish(&jobs, &shown);
}

fn publish(jobs: &Jobs, shown: &Value) {
    let pull = shown["pull_request"].as_u64().unwrap().to_string();
    let words = [
        "local",
        "comment",
        &pull,
        "--by",
        "ada-gatekeeper",
        "--body",
        "/publish",
    ];
    let said = json(&jobs.path("factory"), &words);
    let payload = serde_json::json!({
        "action": "created",
        "issue": {"number": shown["pull_request"], "pull_request": {}},
        "comment": {"id": said["comment"], "body": "/publish", "user": {"login": "ada-gatekeeper"}},
        "sender": {"login": "ada-gatekeeper"},
    });
    fs::write(jobs.path("event.json"), payload.to_string()).unwrap();
    let mut reasons = Vec::new();
    for _ in 0..2 {
        let output = jobs
            .command(&["publish", "--format", "json"])
            .env("GITHUB_EVENT_NAME", "issue_comment")
            .env("GITHUB_EVENT_PATH", jobs.path("event.json"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        reasons.push(told["reason"].as_str().unwrap().to_owned());
    }
    jobs.fine(&["publish", "--issue", &jobs.issue.to_string()]);
    assert_eq!(jobs.shown()["state"], "published", "{reasons:?}");
    assert_eq!(reasons[0], "merging");
}

/// Lets a job run for a while, and kills it.
fn killed(jobs: &Jobs, words: &[&str], after: Duration) {
    let mut child = jobs
        .command(words)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(after);
    let _ = child.kill();
    child.wait().unwrap();
}

/// What a kill at just the wrong moment leaves in a folder that is handed on.
fn half_written(jobs: &Jobs, folder: &str) {
    fs::create_dir_all(jobs.path(folder).join(".tmpA1b2C3")).unwrap();
}

#[test]
fn a_job_that_was_killed_is_called_again() {
    let jobs = Jobs::new("FAQ: bicycles");
    let issue = jobs.issue.to_string();
    for after in [20, 60, 120, 200] {
        let after = Duration::from_millis(after);
        killed(&jobs, &["triage", "--issue", &issue], after);
    }
    assert_eq!(jobs.triage()["run"], true);
    half_written(&jobs, "work");
    for after in [30, 90, 200, 400] {
        killed(&jobs, &["agent", "run"], Duration::from_millis(after));
    }
    assert_eq!(jobs.fine(&["agent", "run"])["end"], "commit");
    half_written(&jobs, "gates");
    for after in [30, 90, 200, 400] {
        killed(&jobs, &["gate"], Duration::from_millis(after));
    }
    assert_eq!(jobs.fine(&["gate"])["passed"], true);
    for after in [20, 60, 120, 200] {
        killed(&jobs, &["settle"], Duration::from_millis(after));
    }
    jobs.fine(&["settle"]);
    let shown = jobs.shown();
    assert_eq!(shown["state"], "in_review");
    // The status, and nothing that was said twice.
    assert_eq!(shown["comments"], 1);
    assert_eq!(shown["files"].as_array().unwrap().len(), 1);
}

#[test]
fn jobs_that_run_agents_refuse_what_they_must_not_hold() {
    let jobs = Jobs::new("FAQ: bicycles");
    jobs.triage();
    for (words, name) in [
        (&["agent", "run"][..], "GITHUB_TOKEN"),
        (&["agent", "run"], "GH_TOKEN"),
        (&["agent", "run"], "LIGHTSOUT_BOT_TOKEN"),
        (&["agent", "run"], "LIGHTSOUT_APP_KEY"),
        (&["gate"], "GITHUB_TOKEN"),
        (&["gate"], "ANTHROPIC_API_KEY"),
        (&["gate"], "OPENAI_API_KEY"),
        (&["gate"], "FAL_KEY"),
    ] {
        let output = jobs
            .command(words)
            .env(name, "planted-7f3a")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{words:?} {name}");
        let told = stderr(&output);
        assert!(told.contains(name) && !told.contains("planted"), "{told}");
        assert!(!jobs.path("work").exists() && !jobs.path("gates").exists());
    }
    // An empty one is a secret that does not exist.
    let output = jobs
        .command(&["agent", "run"])
        .env("GITHUB_TOKEN", "")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
}

/// Every file below a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if entry.file_type().unwrap().is_dir() {
            files(&entry.path(), found);
        } else {
            found.push(entry.path());
        }
    }
}

#[test]
fn no_secret_is_written_anywhere() {
    const TOKENS: &[&str] = &[
        "GITHUB_TOKEN",
        "LIGHTSOUT_BOT_TOKEN",
        "LIGHTSOUT_APP_KEY",
        "LIGHTSOUT_APP_ID",
    ];
    const KEYS: &[&str] = &["ANTHROPIC_API_KEY", "OPENAI_API_KEY", "CODEX_API_KEY"];
    let jobs = Jobs::new("FAQ: bicycles");
    let secret = |name: &str| format!("planted-{name}-5e0b91");
    let issue = jobs.issue.to_string();
    let mut printed = Vec::new();
    let mut call = |words: &[&str], held: &[&[&str]]| {
        let mut command = jobs.command(words);
        for name in held.concat() {
            command.env(name, secret(name));
        }
        let output = command.output().unwrap();
        assert!(output.status.success(), "{words:?}: {}", stderr(&output));
        printed.extend([stdout(&output), stderr(&output)]);
    };
    // Each job with everything that is legal in it, and more where it refuses nothing.
    call(&["triage", "--issue", &issue], &[TOKENS, KEYS]);
    call(&["agent", "run"], &[KEYS]);
    call(&["gate"], &[]);
    call(&["settle", "--dry-run"], &[TOKENS, KEYS]);
    call(&["settle"], &[TOKENS, KEYS]);
    call(&["publish", "--issue", &issue], &[TOKENS, KEYS]);
    let mut all = Vec::new();
    files(jobs.dir.path(), &mut all);
    assert!(all.iter().any(|path| path.ends_with("journal.jsonl")));
    assert!(all.iter().any(|path| path.ends_with("outputs")));
    assert!(all.iter().any(|path| path.ends_with("summary.md")));
    assert!(all.iter().any(|path| path.ends_with("work/transcript")));
    for path in all {
        let bytes = fs::read(&path).unwrap_or_default();
        let held = bytes.windows(8).any(|window| window == b"planted-");
        assert!(!held, "{}", path.display());
    }
    let printed = printed.concat();
    assert!(!printed.contains("planted-"), "{printed}");
}

#[test]
fn what_people_write_commands_no_runner() {
    let title = "::set-output name=run::x ##[set-output name=run]y";
    let jobs = Jobs::new(title);
    let issue = jobs.issue.to_string();
    let mut printed = Vec::new();
    for words in [
        &["triage", "--issue", &issue][..],
        &["agent", "run"],
        &["gate"],
        &["settle", "--dry-run", "--format", "json"],
        &["settle"],
    ] {
        let output = jobs.run(words);
        assert!(output.status.success(), "{}", stderr(&output));
        printed.extend([stdout(&output), stderr(&output)]);
    }
    let printed = printed.concat();
    assert!(
        printed.contains("set-output"),
        "the title is told somewhere: {printed}"
    );
    let ours = ["::error ", "::warning ", "::notice "];
    for line in printed.lines() {
        let line = line.trim_start();
        let command = line.starts_with("::") && !ours.iter().any(|one| line.starts_with(one));
        assert!(!command && !line.contains("##["), "{line}");
    }
    // Outputs are names and values between lines that nobody guesses.
    let outputs = fs::read_to_string(jobs.path("outputs")).unwrap();
    let mut lines = outputs.lines();
    while let Some(line) = lines.next() {
        let (name, delimiter) = line.split_once("<<").unwrap();
        assert!(
            delimiter.starts_with("lightsout-") && !name.contains(' '),
            "{line}"
        );
        assert!(lines.any(|line| line == delimiter));
    }
}

#[test]
fn an_event_of_others_and_no_event_are_told_apart() {
    let jobs = Jobs::new("FAQ: bicycles");
    fs::write(jobs.path("event.json"), r#"{"action":"edited"}"#).unwrap();
    let told = jobs.fine(&["triage", "--event", "issues", "--payload", "event.json"]);
    assert_eq!(
        (&told["reason"], &told["run"]),
        (&"action-not-listened-to".into(), &false.into())
    );
    let output = jobs.run(&["triage"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("hint"), "{}", stderr(&output));
    for words in [&["agent", "run"][..], &["gate"], &["settle"]] {
        let output = jobs.run(words);
        assert_eq!(output.status.code(), Some(1), "{words:?}");
        assert!(
            stderr(&output).contains("holds no run"),
            "{}",
            stderr(&output)
        );
    }
}

#[test]
fn a_gate_that_fails_is_told_and_ends_with_a_person() {
    let jobs = Jobs::new("FAQ: bicycles");
    let issue = jobs.issue.to_string();
    // An agent that leaves its lane.
    let agent =
        "command:sh -c 'echo x > stray.txt; git add . && git commit -qm stray && echo READY'";
    assert_eq!(
        jobs.fine(&["triage", "--issue", &issue, "--agent", agent])["run"],
        true
    );
    let other = jobs.run(&["agent", "run"]);
    assert_eq!(other.status.code(), Some(1), "another agent than was hired");
    assert_eq!(
        jobs.fine(&["agent", "run", "--agent", agent])["end"],
        "commit"
    );
    let output = jobs.run(&["gate"]);
    assert!(output.status.success());
    assert!(
        stdout(&output).contains("stray.txt is outside the lane"),
        "{}",
        stdout(&output)
    );
    assert!(
        stderr(&output).contains("::warning title="),
        "{}",
        stderr(&output)
    );
    assert_eq!(jobs.fine(&["settle"])["reason"], "outside-lane");
    assert_eq!(jobs.shown()["state"], "waiting");
    let summary = fs::read_to_string(jobs.path("summary.md")).unwrap();
    assert!(summary.contains("Lightsout · gate"), "{summary}");
}
