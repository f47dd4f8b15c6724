//! Events: what the forge's log tells, as webhook payloads in a folder.
//!
//! The log is written in the transaction of what it tells of; files follow. How far they are is written down after they
//! are there, so a server that was killed in between writes some of them again, under the same names.

use std::fs;
use std::io::Write as _;

use lightsout_forge::{Account, CommentId, Credential, DeploymentState, EventKind, Number, Sha};
use lightsout_local::{Happening, LocalError};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::place::Place;
use crate::show::{View, state, time};

/// The setting that says how far the folder is.
const TOLD: &str = "rehearsal.told";
/// What the names of files begin with that are not whole yet.
const UNFINISHED: &str = ".event-";
/// How many lines of the log are read at once.
const LINES: u32 = 200;

/// Whether something starts workflows: everything does but what is done with the workflow's own token, and of that a
/// dispatch does, and a run that ends, which is nobody's doing.
fn raises(happening: &Happening) -> bool {
    let always = matches!(
        happening.line.what.as_str(),
        "workflow_dispatch" | "repository_dispatch" | "workflow_completed"
    );
    always || happening.line.credential != Some(Credential::Workflow)
}

impl Place {
    /// Skips what happened before there was a folder, and removes what somebody who was killed had half written.
    pub(crate) async fn begin_telling(&self) -> Result<(), LocalError> {
        for file in fs::read_dir(&self.events).into_iter().flatten().flatten() {
            if file.file_name().to_string_lossy().starts_with(UNFINISHED) {
                // One that stays is in nobody's way.
                let _ = fs::remove_file(file.path());
            }
        }
        if self.local.get_setting(TOLD).await?.is_none() {
            let last = self
                .local
                .activity()
                .await?
                .last()
                .map_or(0, |line| line.seq);
            self.local.set_setting(TOLD, &last.to_string()).await?;
        }
        Ok(())
    }

    /// Writes the events that are not written yet. What cannot be written now is written after the next request.
    pub(crate) async fn tell(&self) {
        if let Err(answer) = self.try_to_tell().await {
            let why = String::from_utf8_lossy(&answer.body).into_owned();
            (self.log)(&format!("events cannot be written: {why}"));
        }
    }

    async fn try_to_tell(&self) -> Result<(), Answer> {
        loop {
            let told = self.local.get_setting(TOLD).await?.unwrap_or_default();
            let told: u64 = told.parse().unwrap_or_default();
            let happenings = self.local.happenings(told, LINES).await?;
            let Some(last) = happenings.last().map(|one| one.line.seq) else {
                return Ok(());
            };
            let view = self.view(false).await?;
            for happening in happenings.iter().filter(|one| raises(one)) {
                if let Some((name, payload)) = self.payload(&view, happening).await? {
                    let written = self.write_event(happening.line.seq, name, &payload);
                    written.map_err(|error| Answer::said(500, &error.to_string()))?;
                }
            }
            self.local.set_setting(TOLD, &last.to_string()).await?;
        }
    }

    /// Writes one file, whole or not at all.
    fn write_event(&self, seq: u64, name: &str, payload: &Value) -> std::io::Result<()> {
        let mut file = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempfile_in(&self.events)?;
        serde_json::to_writer_pretty(&mut file, payload)?;
        file.write_all(b"\n")?;
        let path = self.events.join(format!("{seq:08}-{name}.json"));
        file.persist(&path)?;
        fs::File::open(&self.events)?.sync_all()
    }

    /// The name of the event and its payload; nothing for what GitHub tells nobody, or tells with something else.
    async fn payload(
        &self,
        view: &View,
        happening: &Happening,
    ) -> Result<Option<(&'static str, Value)>, Answer> {
        let told = Told {
            place: self,
            view,
            sender: &happening.line.actor,
        };
        let on = happening.line.on.unwrap_or(Number(0));
        let about = happening.about.clone().unwrap_or_default();
        Ok(Some(match &happening.event {
            Some(event) => return told.event(event, &about).await,
            None => match happening.line.what.as_str() {
                "issue_edited" => {
                    let mut payload = told.issue("edited", on).await?;
                    payload["changes"] = json!({});
                    ("issues", payload)
                }
                "issue_unlabeled" => (
                    "issues",
                    told.labeled("unlabeled", on, &about["label"]).await?,
                ),
                "pull_edited" => {
                    let mut payload = told.pull("edited", on).await?;
                    payload["changes"] = json!({});
                    ("pull_request", payload)
                }
                "pull_reopened" => ("pull_request", told.pull("reopened", on).await?),
                "pull_unlabeled" => {
                    let mut payload = told.pull("unlabeled", on).await?;
                    payload["label"] = told.label(&about["label"]);
                    ("pull_request", payload)
                }
                "comment_edited" => {
                    let id = CommentId(about["comment"].as_u64().unwrap_or_default());
                    let mut payload = told.comment("edited", on, id).await?;
                    payload["changes"] = json!({ "body": { "from": about["from"] } });
                    ("issue_comment", payload)
                }
                "branch_moved" | "branch_deleted" => ("push", told.push(&about)?),
                "workflow_dispatch" => ("workflow_dispatch", told.workflow_dispatch(&about)),
                "repository_dispatch" => ("repository_dispatch", told.repository_dispatch(&about)),
                _ => return Ok(None),
            },
        }))
    }
}

/// One event, on its way into a payload.
struct Told<'a> {
    place: &'a Place,
    view: &'a View,
    sender: &'a Account,
}

impl Told<'_> {
    /// What every payload has.
    fn with(&self, mut payload: Value) -> Value {
        payload["repository"] = self.view.repository();
        payload["sender"] = self.view.user(self.sender);
        payload
    }

    async fn event(
        &self,
        event: &EventKind,
        about: &Value,
    ) -> Result<Option<(&'static str, Value)>, Answer> {
        Ok(Some(match event {
            EventKind::IssueOpened { issue } => ("issues", self.issue("opened", *issue).await?),
            EventKind::IssueReopened { issue } => ("issues", self.issue("reopened", *issue).await?),
            EventKind::IssueClosed { issue } => ("issues", self.issue("closed", *issue).await?),
            EventKind::IssueLabeled { issue, label } => (
                "issues",
                self.labeled("labeled", *issue, &json!(label)).await?,
            ),
            EventKind::CommentCreated { on, comment, .. } => (
                "issue_comment",
                self.comment("created", *on, *comment).await?,
            ),
            EventKind::PullOpened { pull } => ("pull_request", self.pull("opened", *pull).await?),
            EventKind::PullClosed { pull, .. } => {
                ("pull_request", self.pull("closed", *pull).await?)
            }
            EventKind::PullSynchronized { pull, head } => {
                let mut payload = self.pull("synchronize", *pull).await?;
                payload["before"] = about["before"].clone();
                payload["after"] = json!(head);
                ("pull_request", payload)
            }
            EventKind::PullLabeled { pull, label } => {
                let mut payload = self.pull("labeled", *pull).await?;
                payload["label"] = self.view.label(label);
                ("pull_request", payload)
            }
            EventKind::StatusChanged { sha, context, .. } => match self.status(sha, context).await?
            {
                Some(payload) => ("status", payload),
                None => return Ok(None),
            },
            EventKind::WorkflowCompleted { run, .. } => ("workflow_run", self.run(*run).await?),
            EventKind::DeploymentStatus {
                state: DeploymentState::Inactive,
                ..
            } => return Ok(None),
            EventKind::DeploymentStatus { deployment, .. } => {
                let id = about["id"].as_u64().unwrap_or_default();
                ("deployment_status", self.deployed(*deployment, id).await?)
            }
            _ => return Ok(None),
        }))
    }

    async fn run(&self, id: u64) -> Result<Value, Answer> {
        let runs = self.place.local.ended_runs().await?;
        let run = runs.iter().find(|one| one.run.id == id);
        let run = run.ok_or_else(Answer::not_found)?;
        Ok(self.with(json!({
            "action": "completed", "workflow_run": self.place.run(self.view, run)?, "workflow": self.view.workflow(run),
        })))
    }

    async fn deployed(&self, deployment: u64, status: u64) -> Result<Value, Answer> {
        let local = &self.place.local;
        let of = local.deployment(deployment).await?;
        let all = local.deployment_statuses(deployment).await?;
        let status = all.iter().find(|one| one.id == status);
        let status = status.ok_or_else(Answer::not_found)?;
        Ok(self.with(json!({
            "action": "created", "deployment_status": self.view.deployment_status(&of, status),
            "deployment": self.view.deployment(&of),
        })))
    }

    async fn issue(&self, action: &str, on: Number) -> Result<Value, Answer> {
        let issue = self.place.show_thread(self.view, on).await?;
        Ok(self.with(json!({ "action": action, "issue": issue })))
    }

    async fn labeled(&self, action: &str, on: Number, label: &Value) -> Result<Value, Answer> {
        let mut payload = self.issue(action, on).await?;
        payload["label"] = self.label(label);
        Ok(payload)
    }

    fn label(&self, label: &Value) -> Value {
        let label = serde_json::from_value(label.clone());
        label.map_or(Value::Null, |label| self.view.label(&label))
    }

    async fn comment(&self, action: &str, on: Number, id: CommentId) -> Result<Value, Answer> {
        let remark = self.place.local.remark(id).await?;
        let mut payload = self.issue(action, on).await?;
        payload["comment"] = self.view.comment(&remark);
        Ok(payload)
    }

    async fn pull(&self, action: &str, on: Number) -> Result<Value, Answer> {
        let pull = self.place.show_pull(self.view, on).await?;
        Ok(self.with(json!({ "action": action, "number": on, "pull_request": pull })))
    }

    fn push(&self, about: &Value) -> Result<Value, Answer> {
        let sha = |value: &Value| value.as_str().and_then(|text| Sha::new(text).ok());
        let (before, after) = (sha(&about["before"]), sha(&about["after"]));
        let shown = |sha: &Option<Sha>| match sha {
            Some(sha) => json!(sha),
            None => json!("0".repeat(40)),
        };
        let forced = match (&before, &after) {
            (Some(before), Some(after)) => {
                let repo = self.place.local.repo();
                let forward = repo.is_ancestor(before.as_str(), after.as_str());
                !forward.map_err(LocalError::from)?
            }
            _ => false,
        };
        let head = match &after {
            Some(after) => self.pushed(before.as_ref(), after)?,
            None => Value::Null,
        };
        let sender = self.view.user(self.sender);
        Ok(self.with(json!({
            "ref": format!("refs/heads/{}", about["branch"].as_str().unwrap_or_default()),
            "before": shown(&before), "after": shown(&after), "created": before.is_none(),
            "deleted": after.is_none(), "forced": forced, "base_ref": null,
            "compare": self.view.page("/compare"), "head_commit": head,
            "commits": after.iter().map(|_| head.clone()).collect::<Vec<_>>(),
            "pusher": { "name": sender["login"], "email": "nobody@forge.localhost" },
        })))
    }

    /// The newest commit of a push, with all that the push changed.
    fn pushed(&self, before: Option<&Sha>, after: &Sha) -> Result<Value, Answer> {
        let repo = self.place.local.repo();
        let facts = repo.facts(after.as_str()).map_err(LocalError::from)?;
        let since = before
            .map(Sha::as_str)
            .or(facts.parents.first().map(String::as_str));
        let changes = match since {
            Some(since) => repo
                .changes(since, after.as_str())
                .map_err(LocalError::from)?,
            None => Vec::new(),
        };
        Ok(self.view.pushed_commit(after, &facts, &changes))
    }

    fn workflow_dispatch(&self, about: &Value) -> Value {
        self.with(json!({
            "inputs": about["inputs"], "ref": about["ref"], "workflow": about["workflow"],
        }))
    }

    fn repository_dispatch(&self, about: &Value) -> Value {
        self.with(json!({
            "action": about["event_type"], "branch": self.view.default_branch,
            "client_payload": about["client_payload"],
            "installation": { "id": 1, "node_id": "I_1" },
        }))
    }

    async fn status(&self, sha: &Sha, context: &str) -> Result<Option<Value>, Answer> {
        let said = self.place.local.said_statuses(sha).await?;
        let Some(said) = said.iter().find(|one| one.status.context == context) else {
            return Ok(None);
        };
        let mut commit = self.place.show_commit(self.view, sha)?;
        if let Some(verification) = commit["commit"]["verification"].as_object_mut() {
            // The API has it, and events do not.
            verification.shift_remove("verified_at");
        }
        Ok(Some(self.with(json!({
            "id": said.id, "sha": sha, "name": self.view.full_name(), "target_url": said.target_url,
            "context": context, "description": said.status.description, "state": state(said.status.state),
            "branches": [], "commit": commit, "avatar_url": null, "created_at": time(said.at), "updated_at": time(said.at),
        }))))
    }
}
