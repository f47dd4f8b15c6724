//! What is said of commits.

use lightsout_forge::{CheckState, Sha};
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

impl View {
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
