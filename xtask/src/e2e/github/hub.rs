//! What stands between the adapter and the emulator, and fills in what the emulator lacks of GitHub.
//!
//! Commits live in a real bare repository behind the real `git http-backend`; after each push the emulator is given the
//! same objects, under the same names. Statuses, merging, what a pull request's branch does to it, closing words and
//! entity tags are made here. Each request is judged by GitHub's description, and each answer that is made here.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lightsout_git::{Repo, Signature};
use lightsout_testkit::{Asked, Reply};
use serde_json::{Value, json};

use super::description::{Book, Description, Operation};
use crate::e2e::rest::Rest;
use crate::process;

pub(super) const REPOSITORY: &str = "/repos/acme/site";
pub(super) const WORKFLOW: &str = "planted-workflow-token";
pub(super) const BOT: &str = "planted-bot-token";

/// One GitHub.
pub(super) struct Hub {
    pub(super) emulator: Rest,
    pub(super) git: Rest,
    pub(super) bare: Repo,
    pub(super) description: Arc<Description>,
    pub(super) book: Arc<Mutex<Book>>,
    pub(super) state: Mutex<State>,
}

/// What the emulator does not keep.
#[derive(Debug, Default)]
pub(super) struct State {
    /// By commit, the oldest first.
    statuses: HashMap<String, Vec<Value>>,
    /// Where the head of a pull request was seen last.
    heads: HashMap<u64, String>,
    /// The commit that a pull request was merged as.
    merged: HashMap<u64, String>,
    known: Vec<String>,
    pub(super) files: HashMap<String, Vec<u8>>,
}

/// An answer, and whether it was made here.
struct Answer {
    status: u16,
    body: Value,
    faked: bool,
    link: Option<String>,
}

impl Answer {
    fn faked(status: u16, body: Value) -> Self {
        Self {
            status,
            body,
            faked: true,
            link: None,
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
}

impl Hub {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn answer(&self, asked: &Asked) -> Reply {
        self.try_answer(asked).unwrap_or_else(|error| {
            self.book()
                .wrong
                .push(format!("{}: {error:#}", asked.line()));
            Reply::json(500, &json!({ "message": format!("{error:#}") }))
        })
    }

    fn try_answer(&self, asked: &Asked) -> Result<Reply> {
        if asked.path.starts_with("/acme/site.git/") {
            let encoded = |token| STANDARD.encode(format!("x-access-token:{token}"));
            let header = asked
                .header("authorization")
                .and_then(|header| header.strip_prefix("Basic "));
            if ![WORKFLOW, BOT]
                .into_iter()
                .any(|token| header == Some(encoded(token).as_str()))
            {
                return Ok(Reply::text(401, "text/plain", "")
                    .with("www-authenticate", "Basic realm=\"git\""));
            }
            let reply = self.git.forward(asked)?;
            if asked.method == "POST" && asked.path.ends_with("/git-receive-pack") {
                self.follow()?;
            }
            return Ok(reply);
        }
        if asked.path.starts_with("/user-attachments/") {
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
        let Some(token @ (WORKFLOW | BOT)) = token else {
            return Ok(Reply::json(401, &json!({ "message": "Bad credentials" })));
        };
        let operation = self.description.operation(&asked.method, &asked.path);
        let operation = operation.context("GitHub describes no such operation")?;
        let name = format!("{} {}", asked.method, operation.path);
        self.description
            .request(&operation, &asked.path, &asked.body)?;
        *self.book().requests.entry(name.clone()).or_default() += 1;
        let answer = self.act(asked, &operation, token)?;
        let text = if answer.status == 204 {
            String::new()
        } else {
            answer.body.to_string()
        };
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
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let tag = format!("\"{:x}\"", hasher.finish());
        if asked.method == "GET" && answer.status == 200 {
            if asked.header("if-none-match") == Some(tag.as_str()) {
                return Ok(Reply::text(304, "application/json", "").with("etag", &tag));
            }
            let reply = Reply::json(200, &answer.body).with("etag", &tag);
            return Ok(match answer.link {
                Some(link) => {
                    let here = format!("http://{}", asked.header("host").unwrap_or_default());
                    reply.with("link", &link.replace(self.emulator.url(), &here))
                }
                None => reply,
            });
        }
        Ok(Reply::text(answer.status, "application/json", &text))
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
            ("post", "/issues/{issue_number}/labels") | ("patch", "/pulls/{pull_number}") => None,
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
            // The emulator takes the last word for the number of an issue.
            ("get", "/issues/comments") => self.all_comments(&asked.path),
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
        Ok(Answer {
            status,
            body: answer,
            faked: false,
            link: headers.get("link").cloned(),
        })
    }

    /// Says of a pull request what its branch makes of it.
    fn mend(&self, pull: &mut Value) {
        let Some(number) = pull["number"].as_u64() else {
            return;
        };
        let branch = pull["head"]["ref"].as_str().unwrap_or_default();
        let at = self
            .bare
            .rev(&format!("refs/heads/{branch}"))
            .ok()
            .flatten();
        let mut state = self.state();
        if let (Some(at), "open") = (at, pull["state"].as_str().unwrap_or_default()) {
            state.heads.insert(number, at);
        }
        if let Some(head) = state.heads.get(&number) {
            pull["head"]["sha"] = json!(head);
        }
        if let Some(merged) = state.merged.get(&number) {
            pull["merge_commit_sha"] = json!(merged);
        }
        if pull["state"] == "open" && pull.get("mergeable").is_some() {
            let clean = pull["head"]["sha"]
                .as_str()
                .and_then(|head| self.squash(head, "x", "").ok().flatten());
            pull["mergeable"] = json!(clean.is_some());
        }
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
        let mut answer = Answer::faked(200, Value::Array(all));
        answer.faked = false;
        Ok(answer)
    }

    /// Every pull request, as GitHub would show it.
    fn pulls(&self) -> Result<Vec<Value>> {
        let path = format!("{REPOSITORY}/pulls?state=all&per_page=100");
        let (_, _, pulls) = self.emulator.call("GET", &path, WORKFLOW, None)?;
        let Value::Array(mut pulls) = pulls else {
            anyhow::bail!("no list of pull requests")
        };
        for pull in &mut pulls {
            self.mend(pull);
        }
        Ok(pulls)
    }

    fn refused_pull(&self, body: &Value) -> Result<Option<Answer>> {
        let (head, base) = (
            body["head"].as_str().unwrap_or_default(),
            body["base"].as_str().unwrap_or_default(),
        );
        let Some(at) = self.bare.rev(&format!("refs/heads/{head}"))? else {
            let error = json!({ "resource": "PullRequest", "field": "head", "code": "invalid" });
            return Ok(Some(Answer::invalid(&error)));
        };
        let custom = |message: String| {
            Answer::invalid(
                &json!({ "resource": "PullRequest", "code": "custom", "message": message }),
            )
        };
        let onto = self
            .bare
            .rev(&format!("refs/heads/{base}"))?
            .context("no base branch")?;
        if self.bare.is_ancestor(&at, &onto)? {
            return Ok(Some(custom(format!(
                "No commits between {base} and {head}"
            ))));
        }
        let open = self
            .pulls()?
            .into_iter()
            .any(|pull| pull["head"]["ref"] == head && pull["state"] == "open");
        Ok(open.then(|| custom(format!("A pull request already exists for acme:{head}."))))
    }

    fn set_status(&self, sha: &str, body: &Value) -> Result<Answer> {
        if self.bare.rev(sha)?.is_none() {
            return Ok(Answer::said(
                422,
                &format!("No commit found for SHA: {sha}"),
            ));
        }
        let (_, _, user) =
            self.emulator
                .call("GET", "/users/github-actions%5Bbot%5D", WORKFLOW, None)?;
        let mut state = self.state();
        let statuses = state.statuses.entry(sha.to_owned()).or_default();
        let url = format!("https://api.github.com{REPOSITORY}/statuses/{sha}");
        let status = json!({
            "url": url, "avatar_url": user["avatar_url"], "id": statuses.len() + 1, "node_id": "S_1",
            "state": body["state"], "description": body["description"], "target_url": null,
            "context": body["context"], "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
            "creator": simple(&user),
        });
        statuses.push(status.clone());
        Ok(Answer::faked(201, status))
    }

    fn combined(&self, sha: &str) -> Result<Answer> {
        let (_, _, mut repository) = self.emulator.call("GET", REPOSITORY, WORKFLOW, None)?;
        repository["owner"] = simple(&repository["owner"]);
        let mut newest: Vec<Value> = Vec::new();
        for status in self.state().statuses.get(sha).into_iter().flatten() {
            newest.retain(|old| old["context"] != status["context"]);
            let mut status = status.clone();
            status
                .as_object_mut()
                .context("a status")?
                .remove("creator");
            newest.push(status);
        }
        let state = |wanted: &str| newest.iter().any(|status| status["state"] == wanted);
        let all = if state("failure") || state("error") {
            "failure"
        } else if state("pending") || newest.is_empty() {
            "pending"
        } else {
            "success"
        };
        let url = format!("https://api.github.com{REPOSITORY}/commits/{sha}");
        let body = json!({
            "state": all, "statuses": newest, "sha": sha, "total_count": newest.len(),
            "repository": repository, "commit_url": url, "url": format!("{url}/status"),
        });
        Ok(Answer::faked(200, body))
    }

    /// Merges as GitHub does, with real commits.
    fn merge(&self, number: u64, body: &Value) -> Result<Answer> {
        let pull = self
            .pulls()?
            .into_iter()
            .find(|pull| pull["number"] == number);
        let Some(pull) = pull else {
            return Ok(Answer::said(404, "Not Found"));
        };
        let head = pull["head"]["sha"].as_str().unwrap_or_default();
        if pull["state"] != "open" {
            return Ok(Answer::said(405, "Pull Request is not mergeable"));
        }
        if body["sha"] != head {
            return Ok(Answer::said(
                409,
                "Head branch was modified. Review and try the merge again.",
            ));
        }
        let text = |name: &str| body[name].as_str().unwrap_or_default();
        let Some(commit) = self.squash(head, text("commit_title"), text("commit_message"))? else {
            return Ok(Answer::said(405, "Pull Request is not mergeable"));
        };
        let main = self.bare.rev("refs/heads/main")?;
        self.bare
            .update_ref("refs/heads/main", &commit, main.as_deref())?;
        let mut on_emulator = body.clone();
        // It knows the head that it was opened with.
        on_emulator.as_object_mut().context("a body")?.remove("sha");
        let path = format!("{REPOSITORY}/pulls/{number}/merge");
        let (status, _, _) = self.emulator.call(
            "PUT",
            &path,
            BOT,
            Some(on_emulator.to_string().into_bytes()),
        )?;
        ensure!(status == 200, "the emulator answers {status} to a merge");
        self.state().merged.insert(number, commit.clone());
        self.follow()?;
        for issue in closed_by(pull["body"].as_str().unwrap_or_default()) {
            let path = format!("{REPOSITORY}/issues/{issue}");
            let closed = json!({ "state": "closed" }).to_string().into_bytes();
            self.emulator.call("PATCH", &path, BOT, Some(closed))?;
        }
        let merged =
            json!({ "sha": commit, "merged": true, "message": "Pull Request successfully merged" });
        Ok(Answer::faked(200, merged))
    }

    /// The commit that merging would make; none when both sides touch the same lines.
    fn squash(&self, head: &str, title: &str, message: &str) -> Result<Option<String>> {
        let main = self.bare.rev("refs/heads/main")?.context("no main")?;
        let author = Signature {
            name: "lightsout[bot]".to_owned(),
            email: "bot@forge.example".to_owned(),
            when: 1_700_000_000,
        };
        match self
            .bare
            .squash(&main, head, &format!("{title}\n\n{message}"), &author)
        {
            Ok(commit) => Ok(Some(commit)),
            Err(lightsout_git::GitError::Conflict { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives the emulator what git has: commits, branches, and what a branch that is gone does to its pull request.
    pub(super) fn follow(&self) -> Result<()> {
        let ours: HashMap<String, String> = self.bare.refs("refs/heads/")?.into_iter().collect();
        for commit in git(
            self.bare.path(),
            &["rev-list", "--reverse", "--topo-order", "--all"],
        )?
        .lines()
        {
            self.give(commit)?;
        }
        let path = format!("{REPOSITORY}/git/matching-refs/heads");
        let (_, _, theirs) = self.emulator.call("GET", &path, WORKFLOW, None)?;
        let theirs: HashMap<String, String> = theirs
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|one| {
                Some((
                    one["ref"].as_str()?.to_owned(),
                    one["object"]["sha"].as_str()?.to_owned(),
                ))
            })
            .collect();
        for (name, at) in &ours {
            let (method, path, body) = match theirs.get(name) {
                Some(there) if there == at => continue,
                Some(_) => (
                    "PATCH",
                    format!("{REPOSITORY}/git/{name}"),
                    json!({ "sha": at, "force": true }),
                ),
                None => (
                    "POST",
                    format!("{REPOSITORY}/git/refs"),
                    json!({ "ref": name, "sha": at }),
                ),
            };
            let (status, _, said) =
                self.emulator
                    .call(method, &path, OWNER, Some(body.to_string().into_bytes()))?;
            ensure!(status < 300, "moving {name}: {status} {said}");
        }
        for name in theirs.keys().filter(|name| !ours.contains_key(*name)) {
            self.emulator
                .call("DELETE", &format!("{REPOSITORY}/git/{name}"), OWNER, None)?;
            for pull in self.pulls()? {
                if pull["state"] == "open"
                    && format!(
                        "refs/heads/{}",
                        pull["head"]["ref"].as_str().unwrap_or_default()
                    ) == *name
                {
                    let path = format!("{REPOSITORY}/pulls/{}", pull["number"]);
                    let closed = json!({ "state": "closed" }).to_string().into_bytes();
                    self.emulator.call("PATCH", &path, OWNER, Some(closed))?;
                }
            }
        }
        // The heads of open ones are noted while their branches are there.
        self.pulls().map(|_| ())
    }

    /// Gives the emulator one commit, under the very same name.
    fn give(&self, commit: &str) -> Result<()> {
        if self.state().known.iter().any(|known| known == commit) {
            return Ok(());
        }
        let dir = self.bare.path();
        let mut tree = Vec::new();
        for line in git(dir, &["ls-tree", "-r", commit])?.lines() {
            let (head, path) = line.split_once('\t').context("a tree")?;
            let words: Vec<&str> = head.split(' ').collect();
            let content = git(dir, &["cat-file", "blob", words[2]])?;
            tree.push(
                json!({ "path": path, "mode": words[0], "type": "blob", "content": content }),
            );
        }
        let post = |path: &str, body: &Value| -> Result<String> {
            let path = format!("{REPOSITORY}/git/{path}");
            let (status, _, made) =
                self.emulator
                    .call("POST", &path, OWNER, Some(body.to_string().into_bytes()))?;
            ensure!(status == 201, "{path}: {status} {made}");
            Ok(made["sha"].as_str().unwrap_or_default().to_owned())
        };
        let tree = post("trees", &json!({ "tree": tree }))?;
        let format = "--format=%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B";
        let shown = git(dir, &["show", "--no-patch", format, commit])?;
        let fields: Vec<&str> = shown.splitn(8, '\0').collect();
        ensure!(fields.len() == 8, "a commit has {} fields", fields.len());
        let parents: Vec<&str> = fields[0].split_whitespace().collect();
        let who = |at: usize| json!({ "name": fields[at], "email": fields[at + 1], "date": fields[at + 2] });
        let made = post(
            "commits",
            &json!({
                "message": fields[7].trim_end(), "tree": tree, "parents": parents,
                "author": who(1), "committer": who(4),
            }),
        )?;
        ensure!(made == commit, "the emulator calls {commit} {made}");
        self.state().known.push(commit.to_owned());
        Ok(())
    }
}

pub(super) const OWNER: &str = "as-acme";

/// The user as GitHub shows one beside other things.
fn simple(user: &Value) -> Value {
    let mut user = user.clone();
    if let Some(fields) = user.as_object_mut() {
        fields.retain(|name, _| {
            [
                "login",
                "id",
                "node_id",
                "gravatar_id",
                "type",
                "site_admin",
            ]
            .contains(&name.as_str())
                || name.ends_with("url")
        });
        fields.remove("blog");
    }
    user
}

/// The issues that a text closes (GitHub's words, outside quotes).
fn closed_by(body: &str) -> Vec<u64> {
    let lines = body
        .lines()
        .filter(|line| !line.trim_start().starts_with('>'));
    let mut found = Vec::new();
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        for pair in words.windows(2) {
            let word = pair[0].to_lowercase();
            let number = pair[1]
                .strip_prefix('#')
                .map(|n| n.trim_end_matches(|c: char| !c.is_ascii_digit()));
            if ["close", "closes", "closed", "fix", "fixes", "fixed"]
                .contains(&word.trim_end_matches(':'))
            {
                found.extend(number.and_then(|number| number.parse::<u64>().ok()));
            }
        }
    }
    found
}

fn git(dir: &Path, args: &[&str]) -> Result<String> {
    process::read(Command::new("git").arg("--git-dir").arg(dir).args(args))
}
