//! What GitHub delivers of things on the hub.

use serde_json::{Value, json};

use crate::hub::{OWN_BOT, user};

/// The payload of an issue that was opened, or that got a label.
pub(crate) fn told(action: &str, issue: &Value) -> Value {
    json!({
        "action": action, "issue": issue, "sender": issue["user"], "label": {"name": "cms-faq"},
    })
}

/// The payload of a pull request that got the label of an approval.
pub(crate) fn labeled(pull: &Value) -> Value {
    json!({
        "action": "labeled", "pull_request": pull, "sender": user(OWN_BOT),
        "label": {"name": "cms-approved"},
    })
}

/// The payload of a pull request that was opened.
pub(crate) fn pull_opened(pull: &Value) -> Value {
    json!({"action": "opened", "pull_request": pull, "sender": user(OWN_BOT)})
}

/// The payload of a deployment of a pull request's head.
pub(crate) fn deployed(pull: &Value) -> Value {
    json!({
        "action": "created", "sender": user("vercel[bot]"),
        "deployment": {"id": 5, "sha": pull["head"]["sha"]},
        "deployment_status": {
            "state": "success", "creator": user("vercel[bot]"),
            "environment_url": "https://site-abc.vercel.app",
        },
    })
}

/// The payload of a workflow that failed on a pull request's head.
pub(crate) fn failed(pull: &Value) -> Value {
    json!({
        "action": "completed", "sender": user("robin"), "repository": {"full_name": "acme/site"},
        "workflow_run": {
            "id": 900, "name": "CI", "conclusion": "failure",
            "head_branch": pull["head"]["ref"], "head_sha": pull["head"]["sha"],
            "head_repository": {"full_name": "acme/site"},
        },
    })
}
