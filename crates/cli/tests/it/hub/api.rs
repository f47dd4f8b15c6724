//! What a small GitHub holds and answers: issues, comments, labels, pull requests, statuses, merging; and who asks it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lightsout_testkit::{Asked, Reply};
use serde_json::{Value, json};

/// The private key of an App that does not exist.
pub(super) const APP_KEY: &str = include_str!("../../../../github/tests/it/app-key.pem");
/// What everything begins with that it has signed.
const SIGNED: &str = "eyJhbGciOiJSUzI1NiI";
pub(super) const WORKFLOW: &str = "planted-workflow-77aa";
pub(super) const BOT: &str = "planted-bot-88bb";
/// The account of the workflow's own token.
pub(super) const OWN: &str = "github-actions[bot]";
/// The account of the bot credential.
pub(crate) const OWN_BOT: &str = "acme-factory";

/// What is on it.
#[derive(Default)]
pub(super) struct State {
    /// Issues, and pull requests seen as such.
    pub(super) issues: BTreeMap<u64, Value>,
    pub(super) pulls: BTreeMap<u64, Value>,
    pub(super) comments: BTreeMap<u64, Value>,
    pub(super) statuses: BTreeMap<String, Vec<Value>>,
    /// The labels of the repository, by their names.
    pub(super) labels: BTreeMap<String, Value>,
    clock: u64,
    /// Answer this many writes, then none: before the effect of the next, or after it.
    pub(super) fault: Option<(usize, bool)>,
    /// Whether that has come, and whoever asked is to be ended.
    pub(super) reached: bool,
    /// What every call is answered with, one after the other, the last one for ever.
    pub(super) echoes: Vec<Echo>,
    /// What every call of somebody is answered with.
    pub(super) always: Option<(Asker, Reply)>,
}

pub(crate) fn git(folder: &Path, words: &[&str]) -> String {
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

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asker {
    Anybody,
    Bot,
}

impl Asker {
    pub(super) fn asks(self, asked: &Asked) -> bool {
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
    pub(super) fn answer(self, asked: &Asked) -> Reply {
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

pub(super) fn is_write(asked: &Asked) -> bool {
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

    pub(super) fn open(&mut self, by: &str, title: &str, body: &str, labels: &[&str]) -> u64 {
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

    pub(super) fn comment(&mut self, by: &str, on: u64, body: &str) -> Value {
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
    pub(super) fn pull(&self, number: u64, repo: &Path) -> Value {
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
    pub(super) fn answer(&mut self, asked: &Asked, repo: &Path) -> Reply {
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
