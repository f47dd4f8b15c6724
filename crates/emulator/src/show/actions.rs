//! Workflow runs and deployments.

use lightsout_local::{Deployed, DeployedStatus, EndedRun};
use serde_json::{Value, json};

use super::{View, extend, id, node, time};

impl View {
    pub(crate) fn run(&self, ended: &EndedRun, head_commit: &Value) -> Value {
        let run = &ended.run;
        let url = self.api(format!("/actions/runs/{}", run.id));
        let workflow = id("workflow", &ended.path);
        let mut shown = json!({
            "id": run.id, "name": run.workflow, "node_id": node("WFR", run.id), "path": ended.path,
            "check_suite_id": run.id, "check_suite_node_id": node("CS", run.id), "head_branch": run.branch,
            "head_sha": run.sha, "run_number": run.id, "run_attempt": 1, "event": ended.event,
            "status": "completed", "conclusion": ended.conclusion, "workflow_id": workflow, "url": url,
            "html_url": self.page(format!("/actions/runs/{}", run.id)), "pull_requests": [],
            "created_at": time(ended.at), "updated_at": time(ended.at), "run_started_at": time(ended.at),
        });
        let more = json!({
            "actor": self.user(&ended.by), "triggering_actor": self.user(&ended.by),
            "jobs_url": format!("{url}/jobs"), "logs_url": format!("{url}/logs"),
            "check_suite_url": self.api(format!("/check-suites/{}", run.id)),
            "artifacts_url": format!("{url}/artifacts"), "cancel_url": format!("{url}/cancel"),
            "rerun_url": format!("{url}/rerun"), "previous_attempt_url": null,
            "workflow_url": self.api(format!("/actions/workflows/{workflow}")), "head_commit": head_commit,
            "repository": self.short_repository(), "head_repository": self.short_repository(),
            "display_title": run.workflow, "referenced_workflows": [],
        });
        extend(&mut shown, more);
        shown
    }

    /// The workflow of a run, as the event of its end shows it.
    pub(crate) fn workflow(&self, ended: &EndedRun) -> Value {
        let id = id("workflow", &ended.path);
        let url = self.api(format!("/actions/workflows/{id}"));
        json!({
            "id": id, "node_id": node("W", id), "name": ended.run.workflow, "path": ended.path,
            "state": "active", "created_at": time(self.since), "updated_at": time(self.since), "url": url,
            "html_url": self.page(format!("/blob/{}/{}", self.default_branch, ended.path)),
            "badge_url": self.page("/badge.svg"),
        })
    }

    /// All of a run, seen as its one job.
    pub(crate) fn job(&self, ended: &EndedRun) -> Value {
        let run = &ended.run;
        let url = self.api(format!("/actions/jobs/{}", run.id));
        json!({
            "id": run.id, "run_id": run.id, "run_url": self.api(format!("/actions/runs/{}", run.id)),
            "run_attempt": 1, "node_id": node("J", run.id), "head_sha": run.sha, "url": url,
            "html_url": self.page(format!("/actions/runs/{}/job/{}", run.id, run.id)),
            "status": "completed", "conclusion": ended.conclusion, "created_at": time(ended.at),
            "started_at": time(ended.at), "completed_at": time(ended.at), "name": run.workflow, "steps": [],
            "check_run_url": self.api(format!("/check-runs/{}", run.id)), "labels": [], "runner_id": null,
            "runner_name": null, "runner_group_id": null, "runner_group_name": null,
            "workflow_name": run.workflow, "head_branch": run.branch,
        })
    }

    pub(crate) fn deployment(&self, one: &Deployed) -> Value {
        let url = self.api(format!("/deployments/{}", one.id));
        json!({
            "url": url, "id": one.id, "node_id": node("DE", one.id), "sha": one.sha, "ref": one.on,
            "task": "deploy", "payload": {}, "original_environment": one.environment,
            "environment": one.environment, "description": null, "creator": self.user(&one.by),
            "created_at": time(one.at), "updated_at": time(one.at),
            "statuses_url": format!("{url}/statuses"), "repository_url": self.api(""),
            "transient_environment": false, "production_environment": false,
            "performed_via_github_app": null,
        })
    }

    pub(crate) fn deployment_status(&self, of: &Deployed, one: &DeployedStatus) -> Value {
        let deployment = self.api(format!("/deployments/{}", of.id));
        let mut shown = json!({
            "url": format!("{deployment}/statuses/{}", one.id), "id": one.id,
            "node_id": node("DES", one.id), "state": one.state, "creator": self.user(&one.by),
            "description": one.description, "environment": of.environment,
            "target_url": one.url.clone().unwrap_or_default(), "created_at": time(one.at), "updated_at": time(one.at),
            "deployment_url": deployment, "repository_url": self.api(""), "performed_via_github_app": null,
        });
        if let Some(url) = &one.url {
            shown["environment_url"] = json!(url);
        }
        shown
    }
}
