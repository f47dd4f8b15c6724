//! Statuses and check runs: what programs say of commits.

use chrono::{DateTime, Utc};
use lightsout_forge::{CheckState, Sha, Status};
use lightsout_local::{Acting, CheckRun};
use serde::Deserialize;
use serde_json::Value;

use crate::answer::{Answer, Answered};
use crate::ask::Ask;
use crate::place::{Place, number};

#[derive(Debug, Deserialize)]
struct NewStatus {
    state: Option<String>,
    context: Option<String>,
    description: Option<String>,
    target_url: Option<String>,
}

#[derive(Debug, Deserialize)]
struct WrittenRun {
    name: Option<String>,
    head_sha: Option<String>,
    status: Option<String>,
    conclusion: Option<String>,
    details_url: Option<String>,
    started_at: Option<DateTime<Utc>>,
    completed_at: Option<DateTime<Utc>>,
    output: Option<Output>,
}

#[derive(Debug, Deserialize)]
struct Output {
    title: Option<String>,
    summary: Option<String>,
}

const STATUSES: &[&str] = &["queued", "in_progress", "completed"];
const CONCLUSIONS: &[&str] = &[
    "success",
    "failure",
    "neutral",
    "cancelled",
    "skipped",
    "timed_out",
    "action_required",
];
/// The longest description of a status, in characters.
const DESCRIPTION: usize = 140;

impl Place {
    async fn existing(&self, name: &str) -> Result<Sha, Answer> {
        let found = self.commit(name).await?;
        found.ok_or_else(|| Answer::said(422, &format!("No commit found for SHA: {name}")))
    }

    pub(crate) async fn combined_status(&self, name: &str) -> Answered {
        let sha = self.commit(name).await?.ok_or_else(Answer::not_found)?;
        let said = self.local.said_statuses(&sha).await?;
        Ok(Answer::ok(&self.view(false).await?.combined(&sha, &said)))
    }

    pub(crate) async fn list_statuses(&self, ask: &Ask, name: &str) -> Answered {
        let sha = self.existing(name).await?;
        let view = self.view(false).await?;
        let said = self.local.said_statuses(&sha).await?;
        let shown: Vec<Value> = said.iter().map(|one| view.status(&sha, one)).collect();
        Ok(Answer::page(ask, &self.origin, &shown))
    }

    pub(crate) async fn say_status(&self, ask: &Ask, by: &Acting<'_>, name: &str) -> Answered {
        let new: NewStatus = ask.json()?;
        let sha = self.existing(name).await?;
        let state = match new.state.as_deref() {
            Some("pending") => CheckState::Pending,
            Some("success") => CheckState::Success,
            Some("failure") => CheckState::Failure,
            Some("error") => CheckState::Error,
            _ => return Err(Answer::invalid("Status", "state", "invalid")),
        };
        let description = new.description.unwrap_or_default();
        if description.chars().count() > DESCRIPTION {
            let why = format!("description is too long (maximum is {DESCRIPTION} characters)");
            return Err(Answer::custom("Status", &why));
        }
        let status = Status {
            context: new.context.unwrap_or_else(|| "default".to_owned()),
            state,
            description,
        };
        by.say_status(&sha, &status, new.target_url.as_deref())
            .await?;
        let said = self.local.said_statuses(&sha).await?;
        let said = said.iter().find(|one| one.status.context == status.context);
        let said = said.ok_or_else(Answer::not_found)?;
        Ok(Answer::created(&self.view(false).await?.status(&sha, said)))
    }

    pub(crate) async fn list_check_runs(&self, ask: &Ask, name: &str) -> Answered {
        let sha = self.existing(name).await?;
        let view = self.view(false).await?;
        let runs = self.local.check_runs(&sha).await?;
        let runs = runs.iter().filter(|run| {
            ask.param("check_name").is_none_or(|name| run.name == name)
                && ask
                    .param("status")
                    .is_none_or(|status| run.status == status)
        });
        let shown: Vec<Value> = runs.map(|run| view.check_run(run)).collect();
        Ok(Answer::counted(ask, &self.origin, "check_runs", &shown))
    }

    pub(crate) async fn get_check_run(&self, id: &str) -> Answered {
        let run = self.local.check_run(number(id)?.0).await?;
        Ok(Answer::ok(&self.view(false).await?.check_run(&run)))
    }

    pub(crate) async fn make_check_run(&self, ask: &Ask, by: &Acting<'_>) -> Answered {
        let written: WrittenRun = ask.json()?;
        let missing = |field| Answer::invalid("CheckRun", field, "missing_field");
        let sha = written
            .head_sha
            .as_deref()
            .ok_or_else(|| missing("head_sha"))?;
        let run = CheckRun {
            id: 0,
            sha: self.existing(sha).await?,
            name: written.name.clone().ok_or_else(|| missing("name"))?,
            status: "queued".to_owned(),
            conclusion: None,
            title: None,
            summary: None,
            details_url: None,
            started_at: self.local.now(),
            completed_at: None,
        };
        let id = by
            .write_check_run(&changed(run, written, self.local.now())?)
            .await?;
        let run = self.local.check_run(id).await?;
        Ok(Answer::created(&self.view(false).await?.check_run(&run)))
    }

    pub(crate) async fn edit_check_run(&self, ask: &Ask, by: &Acting<'_>, id: &str) -> Answered {
        let run = self.local.check_run(number(id)?.0).await?;
        let id = by
            .write_check_run(&changed(run, ask.json()?, self.local.now())?)
            .await?;
        let run = self.local.check_run(id).await?;
        Ok(Answer::ok(&self.view(false).await?.check_run(&run)))
    }
}

/// A check run as it is after it was written; a conclusion ends it.
fn changed(mut run: CheckRun, written: WrittenRun, now: DateTime<Utc>) -> Result<CheckRun, Answer> {
    let invalid = |field| Answer::invalid("CheckRun", field, "invalid");
    if let Some(name) = written.name {
        run.name = name;
    }
    if let Some(status) = written.status {
        if !STATUSES.contains(&status.as_str()) {
            return Err(invalid("status"));
        }
        run.status = status;
    }
    if let Some(conclusion) = written.conclusion {
        if !CONCLUSIONS.contains(&conclusion.as_str()) {
            return Err(invalid("conclusion"));
        }
        "completed".clone_into(&mut run.status);
        run.conclusion = Some(conclusion);
    }
    if run.status == "completed" {
        if run.conclusion.is_none() {
            return Err(Answer::invalid("CheckRun", "conclusion", "missing_field"));
        }
        let ended = written.completed_at.or(run.completed_at);
        run.completed_at = Some(ended.unwrap_or(now));
    } else {
        run.conclusion = None;
        run.completed_at = None;
    }
    if let Some(output) = written.output {
        run.title = output.title;
        run.summary = output.summary;
    }
    run.details_url = written.details_url.or(run.details_url);
    run.started_at = written.started_at.unwrap_or(run.started_at);
    Ok(run)
}
