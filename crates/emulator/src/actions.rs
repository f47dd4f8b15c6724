//! Workflow runs and deployments.
//!
//! On GitHub its own machines make runs. Here whoever plays them tells of a run that ended, on a path that is no part of
//! GitHub's API.

use lightsout_forge::{BranchName, Conclusion, DeploymentState, WorkflowRun};
use lightsout_local::{Acting, Deployed, DeployedStatus, EndedRun, LocalError};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Answer, Answered};
use crate::ask::Ask;
use crate::place::{Place, number};
use crate::show::View;

#[derive(Debug, Deserialize)]
struct ToldRun {
    name: String,
    path: Option<String>,
    event: Option<String>,
    head_branch: String,
    head_sha: String,
    conclusion: Conclusion,
}

#[derive(Debug, Deserialize)]
struct NewDeployment {
    #[serde(rename = "ref")]
    on: Option<String>,
    environment: Option<String>,
}

#[derive(Debug, Deserialize)]
struct NewDeploymentStatus {
    state: Option<String>,
    description: Option<String>,
    environment_url: Option<String>,
    target_url: Option<String>,
}

impl Place {
    /// Takes a run that ended: as JSON, or as the archive of its logs with the rest in the query.
    pub(crate) async fn tell_run(&self, ask: &Ask, by: &Acting<'_>) -> Answered {
        let is_json = ask.param("name").is_none();
        let told: ToldRun = if is_json {
            ask.json()?
        } else {
            ask.query_as()?
        };
        let logs = (!is_json && !ask.body.is_empty()).then_some(&ask.body[..]);
        let wrong = |field| Answer::invalid("WorkflowRun", field, "invalid");
        let sha = self.commit(&told.head_sha).await?;
        let run = EndedRun {
            run: WorkflowRun {
                id: 0,
                workflow: told.name,
                branch: BranchName::new(&told.head_branch).map_err(|_| wrong("head_branch"))?,
                sha: sha.ok_or_else(|| wrong("head_sha"))?,
                from_fork: false,
            },
            path: told
                .path
                .unwrap_or_else(|| ".github/workflows/ci.yml".to_owned()),
            event: told.event.unwrap_or_else(|| "pull_request".to_owned()),
            conclusion: told.conclusion,
            by: by.account().clone(),
            at: self.local.now(),
        };
        let _writing = self.writing.lock().await;
        let id = by.tell_run(&run, logs).await?;
        self.tell().await;
        Ok(Answer::created(&self.show_run(id).await?))
    }

    pub(crate) async fn show_run(&self, id: u64) -> Result<Value, Answer> {
        let found = self.local.ended_runs().await?;
        let found = found.into_iter().find(|one| one.run.id == id);
        let found = found.ok_or_else(Answer::not_found)?;
        self.run(&self.view(false).await?, &found)
    }

    pub(crate) fn run(&self, view: &View, ended: &EndedRun) -> Result<Value, Answer> {
        let sha = &ended.run.sha;
        let facts = self.local.repo().facts(sha.as_str());
        let head = View::short_commit(sha, &facts.map_err(LocalError::from)?);
        Ok(view.run(ended, &head))
    }

    pub(crate) async fn get_run(&self, id: &str) -> Answered {
        Ok(Answer::ok(&self.show_run(number(id)?.0).await?))
    }

    pub(crate) async fn list_runs(&self, ask: &Ask) -> Answered {
        let view = self.view(false).await?;
        let runs = self.local.ended_runs().await?;
        let runs = runs.iter().filter(|one| {
            ask.param("branch")
                .is_none_or(|branch| one.run.branch.as_str() == branch)
                && ask
                    .param("head_sha")
                    .is_none_or(|sha| one.run.sha.as_str() == sha)
                && ask.param("event").is_none_or(|event| one.event == event)
        });
        let shown: Result<Vec<Value>, Answer> = runs.map(|one| self.run(&view, one)).collect();
        Ok(Answer::counted(ask, &self.origin, "workflow_runs", &shown?))
    }

    pub(crate) async fn list_jobs(&self, ask: &Ask, id: &str) -> Answered {
        let id = number(id)?.0;
        let runs = self.local.ended_runs().await?;
        let run = runs.iter().find(|one| one.run.id == id);
        let job = self
            .view(false)
            .await?
            .job(run.ok_or_else(Answer::not_found)?);
        Ok(Answer::counted(ask, &self.origin, "jobs", &[job]))
    }

    /// Leads to the logs: to an address of this server that says by itself that whoever knows it may read.
    pub(crate) async fn logs(&self, id: &str) -> Answered {
        let id = number(id)?.0;
        self.local.logs_of_run(id).await?;
        let pass = self.tokens().pass(&format!("logs/{id}"));
        let to = format!("{}/_rehearsal/logs/{id}/{pass}", self.origin);
        Ok(Answer::empty(302).with("location", &to))
    }

    /// The archive itself, for whoever was led there.
    pub(crate) async fn archive(&self, id: &str, pass: &str) -> Answered {
        if !self.tokens().is_pass(&format!("logs/{id}"), pass) {
            return Err(Answer::not_found());
        }
        let mut answer = Answer::empty(200).with("content-type", "application/zip");
        answer.body = self.local.logs_of_run(number(id)?.0).await?.into();
        Ok(answer)
    }

    pub(crate) async fn list_deployments(&self, ask: &Ask) -> Answered {
        let view = self.view(false).await?;
        let all = self.local.deployments().await?;
        let all = all.iter().filter(|one| {
            ask.param("sha").is_none_or(|sha| one.sha.as_str() == sha)
                && ask
                    .param("environment")
                    .is_none_or(|to| one.environment == to)
        });
        let shown: Vec<Value> = all.map(|one| view.deployment(one)).collect();
        Ok(Answer::page(ask, &self.origin, &shown))
    }

    pub(crate) async fn get_deployment(&self, id: &str) -> Answered {
        let one = self.local.deployment(number(id)?.0).await?;
        Ok(Answer::ok(&self.view(false).await?.deployment(&one)))
    }

    pub(crate) async fn deploy(&self, ask: &Ask, by: &Acting<'_>) -> Answered {
        let new: NewDeployment = ask.json()?;
        let on = new
            .on
            .ok_or_else(|| Answer::invalid("Deployment", "ref", "missing_field"))?;
        let sha = self.commit(&on).await?;
        let sha = sha.ok_or_else(|| Answer::said(422, &format!("No ref found for: {on}")))?;
        let new = Deployed {
            id: 0,
            sha,
            on,
            environment: new.environment.unwrap_or_else(|| "production".to_owned()),
            by: by.account().clone(),
            at: self.local.now(),
        };
        let id = by.deploy(&new).await?;
        let made = self.local.deployment(id).await?;
        Ok(Answer::created(&self.view(false).await?.deployment(&made)))
    }

    pub(crate) async fn list_deployment_statuses(&self, ask: &Ask, id: &str) -> Answered {
        let of = self.local.deployment(number(id)?.0).await?;
        let view = self.view(false).await?;
        let all = self.local.deployment_statuses(of.id).await?;
        let shown: Vec<Value> = all
            .iter()
            .map(|one| view.deployment_status(&of, one))
            .collect();
        Ok(Answer::page(ask, &self.origin, &shown))
    }

    pub(crate) async fn say_deployment(&self, ask: &Ask, by: &Acting<'_>, id: &str) -> Answered {
        let of = self.local.deployment(number(id)?.0).await?;
        let new: NewDeploymentStatus = ask.json()?;
        let state = serde_json::from_value::<DeploymentState>(json!(new.state));
        let said = DeployedStatus {
            id: 0,
            deployment: of.id,
            state: state.map_err(|_| Answer::invalid("DeploymentStatus", "state", "invalid"))?,
            description: new.description.unwrap_or_default(),
            url: new.environment_url.or(new.target_url),
            by: by.account().clone(),
            at: self.local.now(),
        };
        let id = by.say_deployment(&said).await?;
        let all = self.local.deployment_statuses(of.id).await?;
        let made = all
            .iter()
            .find(|one| one.id == id)
            .ok_or_else(Answer::not_found)?;
        Ok(Answer::created(
            &self.view(false).await?.deployment_status(&of, made),
        ))
    }
}
