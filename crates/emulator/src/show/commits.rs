//! What is said of commits.

use chrono::DateTime;
use lightsout_forge::{CheckState, Sha};
use lightsout_git::{Change, CommitFacts, Status};
use lightsout_local::{CheckRun, SaidStatus};
use serde_json::{Value, json};

use super::{View, node, time};

pub(crate) fn state(state: CheckState) -> &'static str {
    match state {
        CheckState::Pending => "pending",
        CheckState::Success => "success",
        CheckState::Failure => "failure",
        CheckState::Error => "error",
    }
}

/// A time of git as GitHub writes it.
fn at(seconds: i64) -> String {
    time(DateTime::from_timestamp(seconds, 0).unwrap_or_default())
}

impl View {
    /// A commit as the API shows it. Accounts are not looked for behind what it says of who made it.
    pub(crate) fn commit(&self, sha: &Sha, facts: &CommitFacts) -> Value {
        let by = json!({
            "name": facts.author.name, "email": facts.author.email, "date": at(facts.author.when),
        });
        let git = |kind: &str, sha: &str| self.api(format!("/git/{kind}s/{sha}"));
        let url = self.api(format!("/commits/{sha}"));
        let parents = facts.parents.iter().map(|parent| {
            json!({
                "sha": parent, "url": self.api(format!("/commits/{parent}")),
                "html_url": self.page(format!("/commit/{parent}")),
            })
        });
        json!({
            "sha": sha, "node_id": node("C", sha), "url": url, "comments_url": format!("{url}/comments"),
            "html_url": self.page(format!("/commit/{sha}")), "author": null, "committer": null,
            "parents": parents.collect::<Vec<_>>(),
            "commit": {
                "author": by, "committer": by, "message": facts.message, "comment_count": 0,
                "url": git("commit", sha.as_str()),
                "tree": { "sha": facts.tree, "url": git("tree", &facts.tree) },
                "verification": {
                    "verified": false, "reason": "unsigned", "signature": null, "payload": null,
                    "verified_at": null,
                },
            },
        })
    }

    /// A commit as events show it in short.
    pub(crate) fn short_commit(sha: &Sha, facts: &CommitFacts) -> Value {
        let by = json!({ "name": facts.author.name, "email": facts.author.email });
        json!({
            "id": sha, "tree_id": facts.tree, "message": facts.message, "timestamp": at(facts.author.when),
            "author": by, "committer": by,
        })
    }

    /// A commit as the event of a push shows it, with what it changed.
    pub(crate) fn pushed_commit(
        &self,
        sha: &Sha,
        facts: &CommitFacts,
        changes: &[Change],
    ) -> Value {
        let mut shown = Self::short_commit(sha, facts);
        let of = |wanted: &[Status]| -> Value {
            let found = changes.iter().filter(|one| wanted.contains(&one.status));
            found.map(|one| json!(one.path)).collect()
        };
        shown["distinct"] = json!(true);
        shown["url"] = json!(self.page(format!("/commit/{sha}")));
        shown["added"] = of(&[Status::Added]);
        shown["removed"] = of(&[Status::Deleted]);
        shown["modified"] = of(&[Status::Modified, Status::TypeChanged]);
        shown
    }

    /// A status as lists within another answer show it.
    pub(crate) fn short_status(&self, sha: &Sha, said: &SaidStatus) -> Value {
        let user = self.user(&said.author);
        json!({
            "url": self.api(format!("/statuses/{sha}")), "avatar_url": user["avatar_url"], "id": said.id,
            "node_id": node("SC", said.id), "state": state(said.status.state),
            "description": said.status.description, "target_url": said.target_url,
            "context": said.status.context, "created_at": time(said.at), "updated_at": time(said.at),
        })
    }

    pub(crate) fn status(&self, sha: &Sha, said: &SaidStatus) -> Value {
        let mut shown = self.short_status(sha, said);
        shown["creator"] = self.user(&said.author);
        shown
    }

    /// Everything that statuses say of a commit; check runs are no part of it, as on GitHub.
    pub(crate) fn combined(&self, sha: &Sha, all: &[SaidStatus]) -> Value {
        let is = |wanted: &[CheckState]| all.iter().any(|said| wanted.contains(&said.status.state));
        let overall = if is(&[CheckState::Failure, CheckState::Error]) {
            "failure"
        } else if all.is_empty() || is(&[CheckState::Pending]) {
            "pending"
        } else {
            "success"
        };
        let url = self.api(format!("/commits/{sha}"));
        let statuses: Vec<Value> = all
            .iter()
            .map(|said| self.short_status(sha, said))
            .collect();
        json!({
            "state": overall, "statuses": statuses, "sha": sha, "total_count": all.len(),
            "repository": self.repository(), "commit_url": url, "url": format!("{url}/status"),
        })
    }

    pub(crate) fn check_run(&self, run: &CheckRun) -> Value {
        let url = self.api(format!("/check-runs/{}", run.id));
        json!({
            "id": run.id, "node_id": node("CR", run.id), "head_sha": run.sha, "external_id": "", "url": url,
            "html_url": self.page(format!("/runs/{}", run.id)), "details_url": run.details_url,
            "status": run.status, "conclusion": run.conclusion, "started_at": time(run.started_at),
            "completed_at": run.completed_at.map(time), "name": run.name, "check_suite": null, "app": null,
            "pull_requests": [],
            "output": {
                "title": run.title, "summary": run.summary, "text": null, "annotations_count": 0,
                "annotations_url": format!("{url}/annotations"),
            },
        })
    }
}
