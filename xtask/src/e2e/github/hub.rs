//! What stands between the adapter and the emulator, and fills in what the emulator lacks of GitHub.
//!
//! Commits live in a real bare repository behind the real `git http-backend`; after each push the emulator is given the
//! same objects, under the same names. Statuses, merging, what a pull request's branch does to it, closing words and
//! entity tags are made here. Each request is judged by GitHub's description, and each answer that is made here.

mod app;
mod commits;
mod emulated;
mod pulls;
mod statuses;
mod trap;

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lightsout_git::Repo;
use lightsout_testkit::{Asked, Reply};
use serde_json::{Value, json};

use super::description::{Book, Description, Operation};
use crate::e2e::rest::Rest;

pub(super) use emulated::{Emulated, Write};
pub(super) use trap::{Meets, Trap, When, kill_tree};

pub(super) const REPOSITORY: &str = "/repos/acme/site";
pub(super) const WORKFLOW: &str = "planted-workflow-token";
pub(super) const BOT: &str = "planted-bot-token";
/// The token of the one who owns the repository.
pub(super) const OWNER: &str = "as-acme";

/// One GitHub.
pub(super) struct Hub {
    pub(super) emulator: Emulated,
    pub(super) git: Rest,
    pub(super) bare: Repo,
    pub(super) description: Arc<Description>,
    pub(super) book: Arc<Mutex<Book>>,
    pub(super) state: Mutex<State>,
    /// Who is killed, and where.
    pub(super) trap: Trap,
}

/// What the emulator does not keep.
#[derive(Debug, Default, Clone)]
pub(super) struct State {
    /// By commit, the oldest first.
    statuses: HashMap<String, Vec<Value>>,
    /// Where the head of a pull request was seen last.
    heads: HashMap<u64, String>,
    /// The commit that a pull request was merged as.
    merged: HashMap<u64, String>,
    known: Vec<String>,
    pub(super) files: HashMap<String, Vec<u8>>,
    /// What workflows were started with.
    pub(super) dispatched: Vec<Value>,
    /// Whether the hidden marks of comments are lost on the way: a mistake that is planted.
    pub(super) unmarked: bool,
}

/// An answer, and whether it was made here.
struct Answer {
    status: u16,
    body: Value,
    faked: bool,
    link: Option<String>,
    location: Option<String>,
}

impl Answer {
    fn faked(status: u16, body: Value) -> Self {
        Self {
            status,
            body,
            faked: true,
            link: None,
            location: None,
        }
    }

    fn emulated(body: Value) -> Self {
        Self {
            faked: false,
            ..Self::faked(200, body)
        }
    }

    fn said(status: u16, message: &str) -> Self {
        let body = json!({ "message": message, "documentation_url": "https://docs.github.com/rest", "status": status.to_string() });
        Self::faked(status, body)
    }

    fn invalid(error: &Value) -> Self {
        let mut body = json!({ "message": "Validation Failed", "documentation_url": "https://docs.github.com/rest" });
        body["errors"] = json!([error]);
        Self::faked(422, body)
    }

    fn text(&self) -> String {
        if matches!(self.status, 204 | 302) {
            String::new()
        } else {
            self.body.to_string()
        }
    }
}

impl Hub {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn answer(&self, asked: &Asked) -> Reply {
        let meets = self.trap.meets(self.write_of(asked));
        if meets == Meets::Gone {
            return Reply::Cut;
        }
        if meets == Meets::Its(When::Before) {
            self.trap.spring();
            return Reply::Cut;
        }
        let reply = self.try_answer(asked).unwrap_or_else(|error| {
            self.book()
                .wrong
                .push(format!("{}: {error:#}", asked.line()));
            Reply::json(500, &json!({ "message": format!("{error:#}") }))
        });
        if meets == Meets::Its(When::After) {
            self.trap.spring();
            return Reply::Cut;
        }
        reply
    }

    /// What a request changes, by its route or by the branch that is pushed; none when it only reads.
    fn write_of(&self, asked: &Asked) -> Option<String> {
        if asked.method == "GET" {
            return None;
        }
        if asked.path.starts_with("/acme/") {
            let pushes = asked.path.ends_with("/git-receive-pack");
            return pushes.then(|| commits::pushed(&asked.body)).flatten();
        }
        let operation = self.description.operation(&asked.method, &asked.path)?;
        let route = operation.path.trim_start_matches("/repos/{owner}/{repo}");
        Some(format!("{} {route}", asked.method))
    }

    fn try_answer(&self, asked: &Asked) -> Result<Reply> {
        if asked.path.starts_with("/acme/site.git/") {
            return self.push_or_fetch(asked);
        }
        if asked.path.starts_with("/user-attachments/") || asked.path.starts_with("/archives/") {
            let file = self.state().files.get(&asked.path).cloned();
            return Ok(match file {
                Some(body) => Reply::Answer {
                    status: 200,
                    headers: Vec::new(),
                    body,
                },
                None => Reply::text(404, "text/html", "<html>Not Found</html>"),
            });
        }
        let token = asked
            .header("authorization")
            .and_then(|header| header.strip_prefix("Bearer "));
        let Some(token) = token.filter(|token| app::may_call(token, &asked.path)) else {
            return Ok(Reply::json(401, &json!({ "message": "Bad credentials" })));
        };
        let operation = self.description.operation(&asked.method, &asked.path);
        let operation = operation.context("GitHub describes no such operation")?;
        let name = format!("{} {}", asked.method, operation.path);
        self.description
            .request(&operation, &asked.path, &asked.body)?;
        *self.book().requests.entry(name.clone()).or_default() += 1;
        let answer = self.act(asked, &operation, token)?;
        let text = answer.text();
        let judged = self
            .description
            .answer(&operation, answer.status, text.as_bytes());
        if answer.faked {
            judged.with_context(|| format!("the answer of {name}"))?;
            *self.book().faked.entry(name).or_default() += 1;
        } else {
            let mut book = self.book();
            let counts = book.emulated.entry(name).or_default();
            counts.0 += 1;
            counts.1 += u32::from(judged.is_err());
        }
        Ok(sent(asked, &answer, &text))
    }

    /// Lets git in, to whoever has the credential.
    fn push_or_fetch(&self, asked: &Asked) -> Result<Reply> {
        let encoded = |token| STANDARD.encode(format!("x-access-token:{token}"));
        let header = asked
            .header("authorization")
            .and_then(|header| header.strip_prefix("Basic "));
        if ![WORKFLOW, BOT]
            .into_iter()
            .any(|token| header == Some(encoded(token).as_str()))
        {
            return Ok(
                Reply::text(401, "text/plain", "").with("www-authenticate", "Basic realm=\"git\"")
            );
        }
        let reply = self.git.forward(asked)?;
        if asked.method == "POST" && asked.path.ends_with("/git-receive-pack") {
            self.follow()?;
        }
        Ok(reply)
    }

    fn act(&self, asked: &Asked, operation: &Operation, token: &str) -> Result<Answer> {
        let parts: Vec<&str> = asked
            .path
            .split('?')
            .next()
            .unwrap_or_default()
            .split('/')
            .collect();
        let body: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
        let route = operation.path.trim_start_matches("/repos/{owner}/{repo}");
        // What raises an event is the bot's alone, and the rest is the workflow's.
        let by = match (operation.method.as_str(), route) {
            ("post", "/pulls") | ("put", "/pulls/{pull_number}/merge") => Some(BOT),
            ("patch", "/pulls/{pull_number}")
            | ("get", "/installation")
            | (
                "post",
                "/issues/{issue_number}/labels"
                | "/app/installations/{installation_id}/access_tokens",
            ) => None,
            _ => Some(WORKFLOW),
        };
        if by.is_some_and(|by| by != token) {
            return Ok(Answer::said(403, "Resource not accessible by this token"));
        }
        match (operation.method.as_str(), route) {
            ("post", "/statuses/{sha}") => {
                self.set_status(parts.last().copied().unwrap_or_default(), &body)
            }
            ("get", "/commits/{ref}/status") => self.combined(parts[5]),
            ("put", "/pulls/{pull_number}/merge") => self.merge(parts[5].parse()?, &body),
            ("get", "/commits/{commit_sha}/pulls") => {
                let mut pulls = self.pulls()?;
                pulls.retain(|pull| pull["head"]["sha"] == parts[5]);
                Ok(Answer::faked(200, Value::Array(pulls)))
            }
            ("get", "/issues/{issue_number}") => Ok(match self.issue(parts[5])? {
                Some(issue) => Answer::emulated(issue),
                None => Answer::said(404, "Not Found"),
            }),
            // The emulator takes the last word for the number of an issue.
            ("get", "/issues/comments") => self.all_comments(&asked.path),
            ("get", "/actions/runs/{run_id}/logs") => {
                let host = asked.header("host").unwrap_or_default();
                let mut answer = Answer::faked(302, Value::Null);
                answer.location = Some(format!("http://{host}/archives/{}", parts[6]));
                Ok(answer)
            }
            ("post", "/actions/workflows/{workflow_id}/dispatches") => {
                self.state().dispatched.push(body);
                Ok(Answer::faked(204, Value::Null))
            }
            ("get", "/installation") => Ok(app::installation()),
            ("post", "/app/installations/{installation_id}/access_tokens") => Ok(app::minted()),
            ("post", "/pulls") => match self.refused_pull(&body)? {
                Some(refused) => Ok(refused),
                None => self.forward(asked, token),
            },
            _ => self.forward(asked, token),
        }
    }

    /// Lets the emulator answer, and mends what it does not know.
    fn forward(&self, asked: &Asked, token: &str) -> Result<Answer> {
        let body = (!asked.body.is_empty()).then(|| asked.body.clone());
        let (status, headers, mut answer) =
            self.emulator
                .call(&asked.method, &asked.path, token, body)?;
        if asked.path.contains("/pulls") {
            match &mut answer {
                Value::Array(pulls) => pulls.iter_mut().for_each(|pull| self.mend(pull)),
                pull => self.mend(pull),
            }
        }
        if asked.path.ends_with("/permission") {
            let word = match answer["permission"].as_str() {
                Some("push") => "write",
                Some("pull") => "read",
                Some(other) => other,
                None => "none",
            };
            answer["permission"] = json!(word);
        }
        if asked.method == "GET" && self.state().unmarked {
            unmark(&mut answer);
        }
        let here = format!("http://{}", asked.header("host").unwrap_or_default());
        let link = headers.get("link");
        Ok(Answer {
            status,
            body: answer,
            faked: false,
            link: link.map(|link| link.replace(self.emulator.url(), &here)),
            location: None,
        })
    }

    /// The comments of every issue and pull request that were written since, as the query says.
    fn all_comments(&self, path: &str) -> Result<Answer> {
        let since = path
            .split(['?', '&'])
            .find_map(|pair| pair.strip_prefix("since="));
        let since = since.unwrap_or_default().replace("%3A", ":");
        let mut all = Vec::new();
        for number in 1.. {
            let path = format!("{REPOSITORY}/issues/{number}/comments?per_page=100");
            let (status, _, comments) = self.emulator.call("GET", &path, WORKFLOW, None)?;
            if status != 200 {
                break;
            }
            all.extend(comments.as_array().cloned().unwrap_or_default());
        }
        all.retain(|comment| {
            comment["updated_at"]
                .as_str()
                .is_some_and(|at| at >= since.as_str())
        });
        Ok(Answer::emulated(Value::Array(all)))
    }
}

/// An answer on its way, with an entity tag where something is read.
fn sent(asked: &Asked, answer: &Answer, text: &str) -> Reply {
    if asked.method != "GET" || answer.status != 200 {
        let reply = Reply::text(answer.status, "application/json", text);
        return match &answer.location {
            Some(location) => reply.with("location", location),
            None => reply,
        };
    }
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let tag = format!("\"{:x}\"", hasher.finish());
    if asked.header("if-none-match") == Some(tag.as_str()) {
        return Reply::text(304, "application/json", "").with("etag", &tag);
    }
    let reply = Reply::json(200, &answer.body).with("etag", &tag);
    match &answer.link {
        Some(link) => reply.with("link", link),
        None => reply,
    }
}

/// Takes the hidden marks out of what is read.
fn unmark(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(unmark),
        Value::Object(fields) => {
            if let Some(Value::String(body)) = fields.get_mut("body") {
                *body = body.replace("<!-- lightsout:", "<!-- ");
            }
        }
        _ => {}
    }
}
