//! Reading the repository.

use chrono::{DateTime, SecondsFormat, Utc};
use lightsout_forge::{
    BranchName, CheckState, Comment, CommentKey, ForgeError, Issue, IssueState, Login, Number,
    Permission, PullRequest, Sha, Status,
};
use serde::Deserialize;

use crate::GitHub;
use crate::attachment::Origin;
use crate::github::{issue_name, not_found};
use crate::payload::{Delivery, PayloadError, Source, model};
use crate::rest::Call;
use crate::seen::{PullList, SeenIssue};

/// The most that one page holds.
const PER_PAGE: &str = "100";

/// How many statuses and check runs a commit may have.
const MOST_STATUSES: usize = 2_000;
const ISSUES: &str = "/repos/{owner}/{repo}/issues";
pub(crate) const ISSUE: &str = "/repos/{owner}/{repo}/issues/{issue_number}";
const COMMENTS: &str = "/repos/{owner}/{repo}/issues/{issue_number}/comments";
const PULLS: &str = "/repos/{owner}/{repo}/pulls";
pub(crate) const PULL: &str = "/repos/{owner}/{repo}/pulls/{pull_number}";

/// Reads a part of an answer with the functions that read payloads.
pub(crate) fn read<T>(
    what: &str,
    reading: impl FnOnce(&Source<'_>) -> Result<T, PayloadError>,
) -> Result<T, ForgeError> {
    let delivery = Delivery {
        event: "answer",
        id: "",
        received: Utc::now(),
    };
    let source = Source {
        delivery: &delivery,
    };
    reading(&source).map_err(|error| ForgeError::Transient {
        what: what.to_owned(),
        why: error
            .to_string()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned(),
    })
}

/// Reads an issue, or a pull request seen as one.
pub(crate) fn seen_issue(issue: &model::Issue) -> Result<SeenIssue, ForgeError> {
    let shown = read("reading an issue", |source| source.issue(issue))?;
    Ok(SeenIssue {
        issue: shown.issue,
        is_pull: shown.is_pull_request,
        comments: issue.comments.unwrap_or(u64::MAX),
    })
}

pub(crate) fn seen_comment(comment: &model::Comment, on: Number) -> Result<Comment, ForgeError> {
    read("reading a comment", |source| source.comment(comment, on))
}

pub(crate) fn seen_pull(pull: &model::PullRequest) -> Result<Option<PullRequest>, ForgeError> {
    read("reading a pull request", |source| source.pull(pull))
}

#[derive(Deserialize)]
struct CombinedStatus {
    #[serde(default)]
    statuses: Vec<CommitStatus>,
}

#[derive(Deserialize)]
struct CommitStatus {
    context: String,
    state: String,
    description: Option<String>,
}

#[derive(Deserialize)]
struct CheckRuns {
    #[serde(default)]
    check_runs: Vec<CheckRun>,
}

#[derive(Deserialize)]
struct CheckRun {
    name: String,
    status: Option<String>,
    conclusion: Option<String>,
    output: Option<CheckOutput>,
}

#[derive(Deserialize)]
struct CheckOutput {
    title: Option<String>,
}

#[derive(Deserialize)]
struct Collaborator {
    permission: String,
}

impl GitHub {
    /// Reads an issue, or a pull request seen as one, with the addresses of what is attached to it.
    pub(crate) async fn any_issue(&self, number: Number) -> Result<SeenIssue, ForgeError> {
        if let Some(seen) = self.seen().issue(number) {
            return Ok(seen);
        }
        let call = Call::get(ISSUE, &[&number.0.to_string()]).full();
        let issue: model::Issue = self.workflow().json(&call, &issue_name(number)).await?;
        let seen = seen_issue(&issue)?;
        if seen.issue.number != number {
            // It leads to another repository.
            return Err(not_found(issue_name(number)));
        }
        self.keep_links(issue.body_html.as_deref(), Origin::Issue(number));
        self.seen().put_issue(seen.clone());
        Ok(seen)
    }

    pub(crate) async fn read_issue(&self, number: Number) -> Result<Issue, ForgeError> {
        let seen = self.any_issue(number).await?;
        if seen.is_pull {
            return Err(not_found(issue_name(number)));
        }
        Ok(seen.issue)
    }

    pub(crate) async fn read_open_issues(&self) -> Result<Vec<Issue>, ForgeError> {
        let call = Call::get(ISSUES, &[])
            .query("state", "open")
            .query("sort", "created")
            .query("direction", "asc")
            .query("per_page", PER_PAGE);
        let mut found = Vec::new();
        let take = |issue: model::Issue| {
            found.push(seen_issue(&issue)?);
            Ok(true)
        };
        self.workflow().list(&call, "the open issues", take).await?;
        let mut seen = self.seen();
        let mut issues = Vec::new();
        for issue in found {
            seen.put_issue(issue.clone());
            if !issue.is_pull && issue.issue.state == IssueState::Open {
                issues.push(issue.issue);
            }
        }
        issues.sort_by_key(|issue| issue.number);
        issues.dedup_by_key(|issue| issue.number);
        Ok(issues)
    }

    /// Finds the newest issue of a key among those that the factory's accounts have opened.
    pub(crate) async fn read_keyed_issue(
        &self,
        key: &CommentKey,
    ) -> Result<Option<Issue>, ForgeError> {
        let mut newest: Option<Issue> = None;
        for login in &self.settings().own {
            let call = Call::get(ISSUES, &[])
                .query("state", "all")
                .query("creator", login.as_str())
                .query("sort", "created")
                .query("direction", "desc")
                .query("per_page", PER_PAGE);
            let mut found = None;
            let take = |issue: model::Issue| {
                let is_key = key.marks(issue.body.as_deref().unwrap_or_default());
                if is_key && issue.pull_request.is_none() {
                    let issue = seen_issue(&issue)?.issue;
                    if issue.author.login == *login {
                        found = Some(issue);
                    }
                }
                Ok(found.is_none())
            };
            let what = format!("the issues of {login}");
            match self.workflow().list(&call, &what, take).await {
                // There is no such account on this server.
                Ok(()) | Err(ForgeError::NotFound { .. }) => {}
                Err(ForgeError::Refused { why, .. }) if why.contains("HTTP 422") => {}
                Err(error) => return Err(error),
            }
            newest = newest
                .into_iter()
                .chain(found)
                .max_by_key(|issue| issue.number);
        }
        Ok(newest)
    }

    pub(crate) async fn read_comments(&self, on: Number) -> Result<Vec<Comment>, ForgeError> {
        if let Some(comments) = self.seen().comments(on) {
            return Ok(comments);
        }
        let call = Call::get(COMMENTS, &[&on.0.to_string()])
            .full()
            .query("per_page", PER_PAGE);
        let mut comments = Vec::new();
        let take = |comment: model::Comment| {
            let seen = seen_comment(&comment, on)?;
            self.keep_links(comment.body_html.as_deref(), Origin::Comment(seen.id));
            comments.push(seen);
            Ok(true)
        };
        let what = format!("the comments of {on}");
        self.workflow().list(&call, &what, take).await?;
        comments.sort_by_key(|comment| comment.id);
        comments.dedup_by_key(|comment| comment.id);
        self.seen().put_comments(on, comments.clone());
        Ok(comments)
    }

    pub(crate) async fn read_recent_comments(
        &self,
        since: DateTime<Utc>,
    ) -> Result<Vec<Comment>, ForgeError> {
        let call = Call::get("/repos/{owner}/{repo}/issues/comments", &[])
            .query("since", since.to_rfc3339_opts(SecondsFormat::Secs, true))
            .query("sort", "created")
            .query("direction", "asc")
            .query("per_page", PER_PAGE);
        let mut comments = Vec::new();
        let take = |comment: model::Comment| {
            let url = comment.issue_url.as_deref().unwrap_or_default();
            // One whose place cannot be read is none that anybody could answer.
            if let Some(Ok(on)) = url.rsplit('/').next().map(str::parse) {
                comments.push(seen_comment(&comment, Number(on))?);
            }
            Ok(true)
        };
        self.workflow()
            .list(&call, "the comments of late", take)
            .await?;
        comments.sort_by_key(|comment| comment.id);
        comments.dedup_by_key(|comment| comment.id);
        Ok(comments)
    }

    pub(crate) async fn read_pull(&self, number: Number) -> Result<PullRequest, ForgeError> {
        if let Some(pull) = self.seen().pull(number) {
            return Ok(pull);
        }
        self.fresh_pull(number).await.map(|(pull, _)| pull)
    }

    /// Reads a pull request as it is at this moment, and whether it merges cleanly, if GitHub knows by now.
    pub(crate) async fn fresh_pull(
        &self,
        number: Number,
    ) -> Result<(PullRequest, Option<bool>), ForgeError> {
        let what = format!("the pull request {number}");
        let call = Call::get(PULL, &[&number.0.to_string()]);
        let read: model::PullRequest = self.workflow().json(&call, &what).await?;
        let pull = seen_pull(&read)?.filter(|pull| pull.number == number);
        let pull = pull.ok_or_else(|| not_found(what))?;
        self.seen().put_pull(&pull);
        Ok((pull, read.mergeable))
    }

    /// Lists pull requests, the oldest first.
    pub(crate) async fn read_pulls(&self, list: PullList) -> Result<Vec<PullRequest>, ForgeError> {
        if let Some(pulls) = self.seen().pulls(&list) {
            return Ok(pulls);
        }
        let (state, oldest) = match &list {
            PullList::Open(_) => ("open", None),
            PullList::Any(prefix) | PullList::Of(prefix) => ("all", newer_than(prefix)),
        };
        let call = Call::get(PULLS, &[])
            .query("state", state)
            .query("sort", "created")
            .query("direction", "desc")
            .query("per_page", PER_PAGE);
        let mut pulls = Vec::new();
        let take = |pull: model::PullRequest| {
            let number = pull.number.unwrap_or_default();
            if oldest.is_some_and(|oldest| number < oldest) {
                return Ok(false);
            }
            if let Some(pull) = seen_pull(&pull)?.filter(|pull| list.holds(pull)) {
                pulls.push(pull);
            }
            Ok(true)
        };
        self.workflow()
            .list(&call, "the pull requests", take)
            .await?;
        pulls.sort_by_key(|pull| pull.number);
        pulls.dedup_by_key(|pull| pull.number);
        self.seen().put_pulls(list, pulls.clone());
        Ok(pulls)
    }

    /// Finds the newest pull request from a branch of this repository.
    pub(crate) async fn pull_of(
        &self,
        branch: &BranchName,
    ) -> Result<Option<PullRequest>, ForgeError> {
        let list = PullList::Of(branch.to_string());
        if let Some(pulls) = self.seen().pulls(&list) {
            return Ok(newest_of(pulls, branch));
        }
        let head = format!("{}:{branch}", self.settings().repository.owner);
        let call = Call::get(PULLS, &[])
            .query("state", "all")
            .query("head", head)
            .query("sort", "created")
            .query("direction", "desc")
            .query("per_page", PER_PAGE);
        let mut pulls = Vec::new();
        let take = |pull: model::PullRequest| {
            pulls.extend(seen_pull(&pull)?.filter(|pull| list.holds(pull)));
            Ok(true)
        };
        let what = format!("the pull requests of `{branch}`");
        self.workflow().list(&call, &what, take).await?;
        self.seen().put_pulls(list, pulls.clone());
        Ok(newest_of(pulls, branch))
    }

    /// Reads commit statuses and check runs alike: people see both in one list.
    pub(crate) async fn read_statuses(&self, sha: &Sha) -> Result<Vec<Status>, ForgeError> {
        if let Some(statuses) = self.seen().statuses(sha) {
            return Ok(statuses);
        }
        let what = format!("the commit `{sha}`");
        let by = self.workflow();
        let call = Call::get(
            "/repos/{owner}/{repo}/commits/{ref}/status",
            &[sha.as_str()],
        );
        let call = call.query("per_page", PER_PAGE);
        let mut said = Vec::new();
        let take = |page: CombinedStatus| {
            said.extend(page.statuses.into_iter().map(CommitStatus::into_status));
            not_too_many(&said, &what)
        };
        by.pages(&call, &what, take).await?;
        let call = Call::get(
            "/repos/{owner}/{repo}/commits/{ref}/check-runs",
            &[sha.as_str()],
        );
        let call = call.query("per_page", PER_PAGE);
        let take = |page: CheckRuns| {
            said.extend(page.check_runs.into_iter().map(CheckRun::into_status));
            not_too_many(&said, &what)
        };
        by.pages(&call, &what, take).await?;
        let mut statuses: Vec<Status> = Vec::new();
        for status in said {
            match statuses
                .iter_mut()
                .find(|old| old.context == status.context)
            {
                // Two that have one name: the worse one counts.
                Some(old) if badness(status.state) > badness(old.state) => *old = status,
                Some(_) => {}
                None => statuses.push(status),
            }
        }
        self.seen().put_statuses(sha, statuses.clone());
        Ok(statuses)
    }

    pub(crate) async fn read_permission(&self, login: &Login) -> Result<Permission, ForgeError> {
        if let Some(permission) = self.seen().permission(login) {
            return Ok(permission);
        }
        let route = "/repos/{owner}/{repo}/collaborators/{username}/permission";
        let call = Call::get(route, &[login.as_str()]);
        let what = format!("the permission of {login}");
        let permission = match self.workflow().json::<Collaborator>(&call, &what).await {
            Ok(found) => match found.permission.as_str() {
                "admin" => Permission::Admin,
                "write" | "maintain" => Permission::Write,
                "read" | "triage" => Permission::Read,
                // What is not known allows nothing.
                _ => Permission::None,
            },
            Err(ForgeError::NotFound { .. }) => Permission::None,
            Err(error) => return Err(error),
        };
        self.seen().put_permission(login, permission);
        Ok(permission)
    }

    /// Asks git, which costs no REST call.
    pub(crate) async fn read_branch(&self, branch: &BranchName) -> Result<Option<Sha>, ForgeError> {
        let what = format!("reading the branch `{branch}`");
        let name = branch.to_string();
        let by = self.workflow();
        let at = by.git(&what, move |remote, _| remote.branch(&name)).await?;
        let Some(at) = at else { return Ok(None) };
        let at = Sha::new(&at).map_err(|error| ForgeError::Transient {
            what,
            why: error.to_string(),
        })?;
        Ok(Some(at))
    }
}

/// The number of the issue in a branch's name, such as 7 in `claude/issue-7-`. Its pull requests came after it.
fn newer_than(prefix: &str) -> Option<u64> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let mut parts = prefix.split('-').peekable();
    while let Some(part) = parts.next() {
        let ends = part.rsplit('/').next() == Some("issue");
        if let Some(number) = parts.peek().filter(|number| ends && digits(number)) {
            // Digits at the very end may go on.
            return (!prefix.ends_with(*number))
                .then(|| number.parse().ok())
                .flatten();
        }
    }
    None
}

fn newest_of(pulls: Vec<PullRequest>, branch: &BranchName) -> Option<PullRequest> {
    let of = pulls
        .into_iter()
        .filter(|pull| pull.head == *branch && !pull.from_fork);
    of.max_by_key(|pull| pull.number)
}

/// Goes on as long as it is not absurd: whoever may write checks could otherwise make this read for ever.
fn not_too_many(said: &[Status], what: &str) -> Result<bool, ForgeError> {
    if said.len() <= MOST_STATUSES {
        return Ok(true);
    }
    Err(ForgeError::Refused {
        what: what.to_owned(),
        why: format!(
            "it has more than {MOST_STATUSES} checks; hint: delete those that nobody needs"
        ),
    })
}

fn badness(state: CheckState) -> u8 {
    match state {
        CheckState::Success => 0,
        CheckState::Pending => 1,
        CheckState::Failure => 2,
        CheckState::Error => 3,
    }
}

impl CommitStatus {
    fn into_status(self) -> Status {
        Status {
            context: self.context,
            state: match self.state.as_str() {
                "success" => CheckState::Success,
                "pending" => CheckState::Pending,
                "failure" => CheckState::Failure,
                _ => CheckState::Error,
            },
            description: self.description.unwrap_or_default(),
        }
    }
}

impl CheckRun {
    fn into_status(self) -> Status {
        let conclusion = self.conclusion.unwrap_or_default();
        let state = match (self.status.as_deref(), conclusion.as_str()) {
            (Some("completed"), "success" | "neutral" | "skipped") => CheckState::Success,
            (Some("completed"), "failure" | "timed_out" | "cancelled" | "action_required") => {
                CheckState::Failure
            }
            (Some("completed"), _) => CheckState::Error,
            _ => CheckState::Pending,
        };
        Status {
            context: self.name,
            state,
            description: self
                .output
                .and_then(|output| output.title)
                .unwrap_or(conclusion),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_of_a_request_says_how_far_back_to_look() {
        assert_eq!(newer_than("claude/issue-7-"), Some(7));
        assert_eq!(newer_than("claude/issue-7-remote-9"), Some(7));
        for prefix in [
            "claude/",
            "",
            "claude/issue-",
            "claude/issue-7",
            "fix/ci-healer-1-abc",
            "issue-x-7-",
        ] {
            assert_eq!(newer_than(prefix), None, "{prefix}");
        }
    }
}
