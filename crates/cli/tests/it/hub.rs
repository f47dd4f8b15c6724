//! A checkout of a repository on a small GitHub, and the jobs that run in it: over HTTP, with the real git beside it.

mod api;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lightsout_forge::status_labels;
use lightsout_testkit::{Asked, GitServer, HttpServer, Reply};
use serde_json::{Value, json};
use tempfile::TempDir;

use api::{APP_KEY, BOT, OWN, State, WORKFLOW, is_write};
pub(crate) use api::{Asker, Echo, OWN_BOT, git, has_secret, user};

use crate::{lightsout, stderr, stdout};

const BODY: &str = "### Question\n\nCan I bring my bicycle into the hall?\n\n### Answer\n\nYes, you can bring it in. There are 12 hooks in the hall.\n";

/// A GitHub with one repository, and a checkout of it.
pub(crate) struct Hub {
    dir: TempDir,
    api: HttpServer,
    git: GitServer,
    state: Arc<Mutex<State>>,
}

/// How a job says who the bot is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bot {
    Token,
    App,
}

impl Hub {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (made, served) = (dir.path().join("made"), dir.path().join("served/acme"));
        fs::create_dir_all(&made).unwrap();
        fs::create_dir_all(&served).unwrap();
        git(&made, &["init", "-q", "-b", "main"]);
        let config = format!("[factory]\nname = \"Example\"\nbots = [\"{OWN}\", \"{OWN_BOT}\"]\n");
        fs::write(made.join("factory.toml"), config).unwrap();
        git(&made, &["add", "."]);
        git(&made, &["commit", "-qm", "first"]);
        let repo = served.join("site.git");
        let (from, to) = (made.display().to_string(), repo.display().to_string());
        git(dir.path(), &["clone", "-q", "--bare", &from, &to]);
        let url = format!("file://{to}");
        git(dir.path(), &["clone", "-q", "--depth=1", &url, "checkout"]);
        let git = GitServer::start(&dir.path().join("served"), None).unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let (seen, at) = (Arc::clone(&state), repo);
        let api = HttpServer::start(move |asked| {
            let mut state = seen.lock().unwrap();
            if let Some((_, reply)) = state.always.as_ref().filter(|(who, _)| who.asks(asked)) {
                return reply.clone();
            }
            if let Some(echo) = state.echoes.first().copied() {
                if state.echoes.len() > 1 {
                    state.echoes.remove(0);
                }
                return echo.answer(asked);
            }
            if is_write(asked) {
                match &mut state.fault {
                    Some((0, after)) => {
                        let after = *after;
                        state.fault = None;
                        if after {
                            state.answer(asked, &at);
                        }
                        state.reached = true;
                        return Reply::Silence(Duration::from_secs(30));
                    }
                    Some((left, _)) => *left -= 1,
                    None => {}
                }
            }
            state.answer(asked, &at)
        });
        Self {
            dir,
            api: api.unwrap(),
            git,
            state,
        }
    }

    /// Gives the repository the labels that a factory needs.
    pub(crate) fn label(&self) {
        let mut state = self.state.lock().unwrap();
        for spec in status_labels() {
            let (name, color) = (spec.label.as_str(), spec.color);
            let label = json!({"name": name, "color": color, "description": spec.description});
            state.labels.insert(name.to_owned(), label);
        }
    }

    /// The labels of the repository.
    pub(crate) fn labels(&self) -> BTreeMap<String, Value> {
        self.state.lock().unwrap().labels.clone()
    }

    pub(crate) fn open(&self, title: &str) -> u64 {
        let mut state = self.state.lock().unwrap();
        state.open("robin", title, BODY, &["cms-faq"])
    }

    /// Lets somebody comment; gives the payload of the event.
    pub(crate) fn say(&self, by: &str, on: u64, body: &str) -> Value {
        let mut state = self.state.lock().unwrap();
        let comment = state.comment(by, on, body);
        json!({
            "action": "created", "issue": state.issues[&on], "comment": comment, "sender": user(by),
        })
    }

    /// Makes a request one that waits for its answer, as the factory would.
    pub(crate) fn wait(&self, number: u64) {
        let mut state = self.state.lock().unwrap();
        let record = r#"{"state":"waiting","reason":"fields-missing"}"#;
        let body =
            format!("<!-- lightsout:key=status -->\n<!-- lightsout:record {record} -->\nWaiting.");
        state.comment(OWN, number, &body);
        let issue = state.issues.get_mut(&number).unwrap();
        let labels = issue["labels"].as_array_mut().unwrap();
        labels.push(json!({"name": "cms-bot-waiting"}));
    }

    pub(crate) fn issue(&self, number: u64) -> Value {
        self.state.lock().unwrap().issues[&number].clone()
    }

    /// The pull requests, the oldest first.
    pub(crate) fn pulls(&self) -> Vec<Value> {
        let state = self.state.lock().unwrap();
        let repo = self.path("served/acme/site.git");
        state
            .pulls
            .keys()
            .map(|number| state.pull(*number, &repo))
            .collect()
    }

    /// Everything that people see, without times and commits.
    pub(crate) fn shown(&self) -> Value {
        let state = self.state.lock().unwrap();
        let comments: Vec<Value> = state
            .comments
            .values()
            .map(|comment| {
                let body = comment["body"].as_str().unwrap();
                let key = body.lines().next().unwrap().split("ready-").next();
                json!({"on": comment["issue_url"], "key": key})
            })
            .collect();
        let issues: Vec<Value> = state
            .issues
            .values()
            .map(|issue| json!([issue["number"], issue["state"], issue["labels"]]))
            .collect();
        let merged: Vec<&Value> = state.pulls.values().map(|pull| &pull["merged"]).collect();
        json!({"comments": comments, "issues": issues, "merged": merged})
    }

    /// Says what somebody else's check of a commit has come to.
    pub(crate) fn check(&self, sha: &str, came_to: &str) {
        let status = json!({"context": "site/build", "state": came_to, "description": ""});
        let mut state = self.state.lock().unwrap();
        let of = state.statuses.entry(sha.to_owned()).or_default();
        of.retain(|status| status["context"] != "site/build");
        of.push(status);
    }

    /// Lets the job be killed that does the write after `writes` others; with or without its effect.
    pub(crate) fn kill_at(&self, writes: usize, after: bool) {
        self.state.lock().unwrap().fault = Some((writes, after));
    }

    /// Whether nothing was killed.
    pub(crate) fn is_unhurt(&self) -> bool {
        self.state.lock().unwrap().fault.take().is_some()
    }

    pub(crate) fn lines_of_ledger(&self) -> usize {
        let repo = self.path("served/acme/site.git");
        let branch = "refs/heads/lightsout/ledger";
        let files = git(&repo, &["ls-tree", "-r", "--name-only", branch]);
        let read = |file: &str| git(&repo, &["show", &format!("{branch}:{file}")]);
        files.lines().map(|file| read(file).lines().count()).sum()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A file that was written and holds a secret, if there is one.
    pub(crate) fn leaks(&self) -> Option<PathBuf> {
        let mut folders = vec![self.dir.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().flatten() {
                if entry.file_type().unwrap().is_dir() {
                    folders.push(entry.path());
                } else if has_secret(&fs::read(entry.path()).unwrap_or_default()) {
                    return Some(entry.path());
                }
            }
        }
        None
    }

    /// How many REST calls were made, and which.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.api.asked().iter().map(Asked::line).collect()
    }

    /// Lets every call be answered so.
    pub(crate) fn echo(&self, echoes: &[Echo]) {
        self.state.lock().unwrap().echoes = echoes.to_vec();
    }

    /// Lets every call of somebody be answered so.
    pub(crate) fn always(&self, who: Asker, reply: Reply) {
        self.state.lock().unwrap().always = Some((who, reply));
    }

    /// Lets everybody be answered as they should be.
    pub(crate) fn mend(&self) {
        self.state.lock().unwrap().always = None;
    }

    /// Lets every push to some branches be refused, such as `lightsout/*`, by a server that says the credential back.
    pub(crate) fn refuse_pushes(&self, branches: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let hooks = self.path("served/acme/site.git/hooks");
        fs::create_dir_all(&hooks).unwrap();
        let hook = hooks.join("pre-receive");
        let script = format!(
            "#!/bin/sh\nwhile read -r old new name; do case $name in refs/heads/{branches})\n\
             echo not with \"$GIT_SERVER_WAS_SENT\" >&2; exit 1;; esac; done\n"
        );
        fs::write(&hook, script).unwrap();
        fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Brings the checkout up to date, with every branch.
    pub(crate) fn check_out(&self) {
        let all = "+refs/heads/*:refs/remotes/origin/*";
        let fetch = ["fetch", "-q", "--depth=100", "origin", all];
        git(&self.path("checkout"), &fetch);
    }

    /// Whether anything that was sent holds a secret outside its header.
    pub(crate) fn sends_secret(&self) -> bool {
        let asked = self.api.asked();
        asked
            .iter()
            .any(|asked| has_secret(&asked.body) || has_secret(asked.path.as_bytes()))
    }

    /// A job, about an event.
    pub(crate) fn job(&self, words: &[&str], event: Option<(&str, &Value)>) -> Output {
        self.job_by(Bot::Token, words, event)
    }

    /// The same with a credential of some kind.
    pub(crate) fn job_by(&self, bot: Bot, words: &[&str], event: Option<(&str, &Value)>) -> Output {
        let mut command = lightsout();
        command
            .current_dir(self.dir.path())
            .args(words)
            .args(["--format", "json"])
            .env("CMS_BOT_ENABLED", "true")
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_OUTPUT", self.path("outputs"))
            .env("GITHUB_STEP_SUMMARY", self.path("summary.md"))
            .env("GITHUB_REPOSITORY", "acme/site")
            .env("GITHUB_API_URL", self.api.url())
            .env("GITHUB_SERVER_URL", self.git.url())
            .env("GITHUB_REF_NAME", "main")
            .env("GITHUB_WORKSPACE", self.path("checkout"))
            .env("RUNNER_TEMP", self.path(&format!("runner-{}", words[0])));
        if let Some((name, payload)) = event {
            fs::write(self.path("event.json"), payload.to_string()).unwrap();
            command
                .env("GITHUB_EVENT_NAME", name)
                .env("GITHUB_EVENT_PATH", self.path("event.json"));
        }
        if !matches!(words[0], "agent" | "gate") {
            command.env("GITHUB_TOKEN", WORKFLOW);
            match bot {
                Bot::Token => command.env("LIGHTSOUT_BOT_TOKEN", BOT),
                Bot::App => command
                    .env("LIGHTSOUT_APP_ID", "12")
                    .env("LIGHTSOUT_APP_KEY", APP_KEY),
            };
        }
        let output = self.run(&mut command);
        assert!(!has_secret(&output.stdout) && !has_secret(&output.stderr));
        output
    }

    /// Runs a job, and ends it where it was to be cut off.
    fn run(&self, command: &mut Command) -> Output {
        let pipes = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pipes.spawn().unwrap();
        loop {
            if std::mem::take(&mut self.state.lock().unwrap().reached) {
                child.kill().unwrap();
            }
            if child.try_wait().unwrap().is_some() {
                return child.wait_with_output().unwrap();
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    pub(crate) fn fine(&self, words: &[&str], event: Option<(&str, &Value)>) -> Value {
        let output = self.job(words, event);
        assert!(output.status.success(), "{words:?}: {}", stderr(&output));
        serde_json::from_str(&stdout(&output)).unwrap()
    }
}
