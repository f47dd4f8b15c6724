//! Commit statuses, which the emulator does not keep.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::{Answer, Hub, REPOSITORY, WORKFLOW};

impl Hub {
    /// What stands on a commit: the newest of each name.
    pub(in super::super) fn statuses(&self, sha: &str) -> BTreeMap<String, String> {
        let state = self.state();
        let statuses = state.statuses.get(sha).into_iter().flatten();
        let pair = |status: &Value| (status["context"].to_string(), status["state"].to_string());
        statuses.map(pair).collect()
    }

    pub(super) fn set_status(&self, sha: &str, body: &Value) -> Result<Answer> {
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

    pub(super) fn combined(&self, sha: &str) -> Result<Answer> {
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
}

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
