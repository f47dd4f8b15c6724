//! A small GitHub: issues, comments, labels, pull requests, statuses and merging over HTTP, with the real git beside it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lightsout_forge::status_labels;
use lightsout_testkit::{Asked, GitServer, HttpServer, Reply};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{lightsout, stderr, stdout};

/// The private key of an App that does not exist.
const APP_KEY: &str = include_str!("../../../github/tests/it/app-key.pem");
/// What everything begins with that it has signed.
const SIGNED: &str = "eyJhbGciOiJSUzI1NiI";
const WORKFLOW: &str = "planted-workflow-77aa";
const BOT: &str = "planted-bot-88bb";
/// The account of the workflow's own token.
const OWN: &str = "github-actions[bot]";
/// The account of the bot credential.
pub(crate) const OWN_BOT: &str = "acme-factory";
const BODY: &str = "### Question\n\nCan I bring my bicycle into the hall?\n\n### Answer\n\nYes, you can bring it in. There are 12 hooks in the hall.\n";

/// What is on it.
#[derive(Default)]
struct State {
    /// Issues, and pull requests seen as such.
    issues: BTreeMap<u64, Value>,
    pulls: BTreeMap<u64, Value>,
    comments: BTreeMap<u64, Value>,
    statuses: BTreeMap<String, Vec<Value>>,
    /// The labels of the repository, by their names.
    labels: BTreeMap<String, Value>,
    clock: u64,
    /// Answer this many writes, then none: before the effect of the next, or after it.
    fault: Option<(usize, bool)>,
    /// Whether that has come, and whoever asked is to be ended.
    reached: bool,
    /// What every call is answered with, one after the other, the last one for ever.
    echoes: Vec<Echo>,
    /// What every call of somebody is answered with.
    always: Option<(Asker, Reply)>,
}

/// A GitHub with one repository, and a checkout of it.
pub(crate) struct Hub {
    dir: TempDir,
    api: HttpServer,
    git: GitServer,
    state: Arc<Mutex<State>>,
}

fn git(folder: &Path, words: &[&str]) -> String {
    let mut git = Command::new("git");
    git.current_dir(folder)
        .args(["-c", "user.name=A", "-c", "user.email=a@example.com"])
        .args(words);
    let output = git.output().unwrap();
    assert!(output.status.success(), "{words:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

pub(crate) fn user(login: &str) -> Value {
    let kind = if login.ends_with("[bot]") {
        "Bot"
    } else {
        "User"
    };
    json!({"login": login, "type": kind})
}

/// Whether a text holds what was planted: a token, one as git sends it, or a line of the key.
pub(crate) fn has_secret(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let encoded = [WORKFLOW, BOT].map(|token| STANDARD.encode(format!("x-access-token:{token}")));
    let mut lines = APP_KEY.lines().filter(|line| !line.starts_with("---"));
    text.contains("planted-")
        || text.contains(SIGNED)
        || encoded.iter().any(|token| text.contains(token))
        || lines.any(|line| text.contains(line))
}

/// How a job says who the bot is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bot {
    Token,
    App,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asker {
    Anybody,
    Bot,
}

impl Asker {
    fn asks(self, asked: &Asked) -> bool {
        let sent = asked.header("authorization").unwrap_or_default();
        self == Self::Anybody || sent.contains(BOT) || sent.contains(SIGNED)
    }
}

/// An answer that says back what it was sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Echo {
    pub(crate) status: u16,
    /// A page of some machine in between, and no JSON.
    pub(crate) page: bool,
}

impl Echo {
    fn answer(self, asked: &Asked) -> Reply {
        let sent = asked.header("authorization").unwrap_or_default();
        if self.page {
            let page = format!("<html><body>No: {sent}</body></html>");
            return Reply::text(self.status, "text/html", &page);
        }
        let errors = json!([{"message": sent, "field": sent, "code": sent}]);
        let said = json!({"message": format!("not with {sent}"), "errors": errors});
        Reply::json(self.status, &said)
    }
}

fn is_write(asked: &Asked) -> bool {
    asked.method != "GET"
}

impl State {
    fn now(&mut self) -> String {
        self.clock += 1;
        format!(
            "2026-03-01T{:02}:{:02}:00Z",
            self.clock / 60,
            self.clock % 60
        )
    }

    fn touch(&mut self, number: u64) {
        let now = self.now();
        for things in [&mut self.issues, &mut self.pulls] {
            if let Some(thing) = things.get_mut(&number) {
                thing["updated_at"] = json!(now);
            }
        }
    }

    fn open(&mut self, by: &str, title: &str, body: &str, labels: &[&str]) -> u64 {
        let number = self.issues.len() as u64 + 1;
        let labels: Vec<Value> = labels.iter().map(|name| json!({"name": name})).collect();
        let now = self.now();
        let issue = json!({
            "number": number, "title": title, "body": body, "state": "open", "labels": labels,
            "user": user(by), "comments": 0, "created_at": now, "updated_at": now,
        });
        self.issues.insert(number, issue);
        number
    }

    fn comment(&mut self, by: &str, on: u64, body: &str) -> Value {
        let id = 1000 + self.comments.len() as u64;
        let now = self.now();
        let comment = json!({
            "id": id, "body": body, "user": user(by), "created_at": now, "updated_at": now,
            "issue_url": format!("https://api.github.com/repos/acme/site/issues/{on}"),
        });
        self.comments.insert(id, comment.clone());
        let count = self.issues[&on]["comments"].as_u64().unwrap() + 1;
        self.issues.get_mut(&on).unwrap()["comments"] = json!(count);
        self.touch(on);
        comment
    }

    fn on(&self, number: &str) -> Vec<Value> {
        let end = format!("/issues/{number}");
        let comments = self.comments.values();
        let of = |comment: &&Value| comment["issue_url"].as_str().unwrap().ends_with(&end);
        comments.filter(of).cloned().collect()
    }

    /// The pull request as it is, at the commit where its branch is.
    fn pull(&self, number: u64, repo: &Path) -> Value {
        let mut pull = self.pulls[&number].clone();
        pull["labels"] = self.issues[&number]["labels"].clone();
        let branch = pull["head"]["ref"].as_str().unwrap();
        if pull["merged"] == false && pull["state"] == "open" {
            pull["head"]["sha"] = json!(git(repo, &["rev-parse", &format!("refs/heads/{branch}")]));
        }
        pull
    }

    /// What an App is told: where it is installed, and the token for there.
    fn let_in(asked: &Asked) -> Reply {
        match (asked.method.as_str(), asked.path.as_str()) {
            ("GET", "/repos/acme/site/installation") => Reply::json(200, &json!({"id": 9})),
            ("POST", "/app/installations/9/access_tokens") => {
                let token = json!({"token": BOT, "expires_at": "2100-01-01T00:00:00Z"});
                Reply::json(201, &token)
            }
            _ => Reply::json(404, &json!({"message": "Not Found"})),
        }
    }

    #[expect(clippy::too_many_lines, reason = "a few lines for each route")]
    fn answer(&mut self, asked: &Asked, repo: &Path) -> Reply {
        let by = match asked.header("authorization").unwrap_or_default() {
            token if token.contains(WORKFLOW) => OWN,
            token if token.contains(BOT) => OWN_BOT,
            signed if signed.contains(SIGNED) => return Self::let_in(asked),
            _ => return Reply::json(401, &json!({"message": "Bad credentials"})),
        };
        let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
        let parts: Vec<&str> = path
            .trim_start_matches("/repos/acme/site/")
            .split('/')
            .collect();
        let body: Value = serde_json::from_slice(&asked.body).unwrap_or(Value::Null);
        let number = |text: &str| text.parse::<u64>().unwrap_or(0);
        match (asked.method.as_str(), parts.as_slice()) {
            ("GET", ["issues"]) => {
                let open = |issue: &&Value| issue["state"] == "open";
                Reply::json(200, &self.issues.values().filter(open).cloned().collect())
            }
            ("GET", ["issues", "comments"]) => {
                Reply::json(200, &self.comments.values().cloned().collect())
            }
            ("GET", ["issues", n]) => found(self.issues.get(&number(n))),
            ("GET", ["issues", n, "comments"]) => Reply::json(200, &self.on(n).into()),
            ("POST", ["issues", n, "comments"]) => {
                let comment = self.comment(by, number(n), body["body"].as_str().unwrap());
                Reply::json(201, &comment)
            }
            ("PATCH", ["issues", "comments", id]) => {
                let now = self.now();
                let comment = self.comments.get_mut(&number(id)).unwrap();
                comment["body"] = body["body"].clone();
                comment["updated_at"] = json!(now);
                Reply::json(200, comment)
            }
            ("POST", ["issues", n, "labels"]) => {
                let issue = self.issues.get_mut(&number(n)).unwrap();
                let labels = issue["labels"].as_array_mut().unwrap();
                for name in body["labels"].as_array().unwrap() {
                    if !labels.iter().any(|label| label["name"] == *name) {
                        labels.push(json!({"name": name}));
                    }
                }
                let looks = labels.iter().map(|label| {
                    let name = label["name"].as_str().unwrap();
                    let made = || json!({"name": name, "color": "ededed", "description": null});
                    self.labels
                        .entry(name.to_owned())
                        .or_insert_with(made)
                        .clone()
                });
                Reply::json(200, &looks.collect())
            }
            ("PATCH", ["labels", name]) => {
                let label = self.labels.get_mut(*name).unwrap();
                label["color"] = body["color"].clone();
                label["description"] = body["description"].clone();
                Reply::json(200, label)
            }
            ("DELETE", ["issues", n, "labels", name]) => {
                let issue = self.issues.get_mut(&number(n)).unwrap();
                let labels = issue["labels"].as_array_mut().unwrap();
                labels.retain(|label| label["name"] != *name);
                Reply::json(200, &issue["labels"].clone())
            }
            ("POST", ["issues"]) => {
                let (title, text) = (body["title"].as_str().unwrap(), body["body"].as_str());
                let number = self.open(by, title, text.unwrap_or_default(), &[]);
                Reply::json(201, &self.issues[&number])
            }
            ("PATCH", ["pulls", n]) => {
                let mut pull = self.pull(number(n), repo);
                pull["state"] = body["state"].clone();
                self.pulls.insert(number(n), pull.clone());
                Reply::json(200, &pull)
            }
            ("PATCH", ["issues", n]) => {
                let issue = self.issues.get_mut(&number(n)).unwrap();
                issue["state"] = body["state"].clone();
                Reply::json(200, &issue.clone())
            }
            ("GET", ["pulls"]) => {
                let head = query
                    .split('&')
                    .find_map(|part| part.strip_prefix("head=acme%3A"));
                let head = head.map(|head| head.replace("%2F", "/"));
                let all = query.contains("state=all");
                let numbers: Vec<u64> = self.pulls.keys().rev().copied().collect();
                let pulls = numbers.into_iter().map(|number| self.pull(number, repo));
                let of = |pull: &Value| {
                    (all || pull["state"] == "open")
                        && head
                            .as_ref()
                            .is_none_or(|head| pull["head"]["ref"] == **head)
                };
                Reply::json(200, &pulls.filter(of).collect())
            }
            ("GET", ["pulls", n]) => Reply::json(200, &self.pull(number(n), repo)),
            ("POST", ["pulls"]) => {
                let (title, text) = (body["title"].as_str().unwrap(), body["body"].as_str());
                let number = self.open(by, title, text.unwrap_or_default(), &[]);
                let of = json!({"full_name": "acme/site"});
                let now = self.now();
                let pull = json!({
                    "number": number, "title": title, "body": text, "state": "open", "merged": false,
                    "user": user(by), "merge_commit_sha": null, "updated_at": now,
                    "head": {"ref": body["head"], "sha": "", "repo": of},
                    "base": {"ref": body["base"], "sha": "0".repeat(40), "repo": of},
                });
                self.issues.get_mut(&number).unwrap()["pull_request"] = json!({});
                self.pulls.insert(number, pull);
                Reply::json(201, &self.pull(number, repo))
            }
            ("PUT", ["pulls", n, "merge"]) => self.merge(number(n), &body, repo),
            ("GET", ["commits", sha, "status"]) => {
                let statuses = self.statuses.get(*sha).cloned().unwrap_or_default();
                Reply::json(200, &json!({"state": "success", "statuses": statuses}))
            }
            ("GET", ["commits", _, "check-runs"]) => Reply::json(200, &json!({"check_runs": []})),
            ("POST", ["statuses", sha]) => {
                let of = self.statuses.entry((*sha).to_owned()).or_default();
                of.retain(|status| status["context"] != body["context"]);
                of.push(body.clone());
                Reply::json(201, &body)
            }
            ("GET", ["collaborators", login, "permission"]) => {
                let permission = if *login == "ada" { "write" } else { "read" };
                Reply::json(
                    200,
                    &json!({"permission": permission, "role_name": permission}),
                )
            }
            ("POST", ["actions", "workflows", "cms.yml", "dispatches"]) => {
                Reply::text(204, "text/plain", "")
            }
            _ => Reply::json(404, &json!({"message": "Not Found"})),
        }
    }

    fn merge(&mut self, number: u64, body: &Value, repo: &Path) -> Reply {
        let pull = self.pull(number, repo);
        let head = pull["head"]["sha"].as_str().unwrap();
        if pull["state"] != "open" {
            return Reply::json(405, &json!({"message": "Pull Request is not mergeable"}));
        }
        if body["sha"] != head {
            return Reply::json(409, &json!({"message": "Head branch was modified."}));
        }
        let main = git(repo, &["rev-parse", "refs/heads/main"]);
        let message = format!("{}\n\n{}", body["commit_title"], body["commit_message"]);
        let tree = format!("{head}^{{tree}}");
        let merged = git(repo, &["commit-tree", &tree, "-p", &main, "-m", &message]);
        git(repo, &["update-ref", "refs/heads/main", &merged, &main]);
        let sha = json!(head);
        let pull = self.pulls.get_mut(&number).unwrap();
        pull["head"]["sha"] = sha;
        pull["state"] = json!("closed");
        pull["merged"] = json!(true);
        pull["merged_at"] = json!("2026-03-02T00:00:00Z");
        pull["merge_commit_sha"] = json!(merged);
        self.issues.get_mut(&number).unwrap()["state"] = json!("closed");
        // The message closes the request.
        let closes = body["commit_message"]
            .as_str()
            .unwrap()
            .lines()
            .next()
            .unwrap();
        let request = closes
            .strip_prefix("Closes #")
            .and_then(|text| text.parse::<u64>().ok());
        if let Some(issue) = request.and_then(|request| self.issues.get_mut(&request)) {
            issue["state"] = json!("closed");
        }
        Reply::json(200, &json!({"sha": merged, "merged": true}))
    }
}

fn found(thing: Option<&Value>) -> Reply {
    match thing {
        Some(thing) => Reply::json(200, thing),
        None => Reply::json(404, &json!({"message": "Not Found"})),
    }
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
