//! Workflow runs: their logs, what starts them, and the repository's variables.

use std::path::Path;

use lightsout_forge::{BranchName, ForgeError, PullRequest, Sha};
use reqwest::header::LOCATION;
use serde::Deserialize;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use url::Url;

use crate::GitHub;
use crate::attachment::broken;
use crate::payload::model;
use crate::read::seen_pull;
use crate::rest::{Call, Failure};
use crate::settings::is_private;

/// How many addresses an archive may lead through.
const HOPS: u32 = 5;

#[derive(Deserialize)]
struct Variable {
    value: String,
}

impl GitHub {
    /// Lists the pull requests that hold a commit.
    ///
    /// # Errors
    /// [`ForgeError::NotFound`] when there is no such commit.
    pub async fn pulls_of(&self, sha: &Sha) -> Result<Vec<PullRequest>, ForgeError> {
        let route = "/repos/{owner}/{repo}/commits/{commit_sha}/pulls";
        let call = Call::get(route, &[sha.as_str()]).query("per_page", "100");
        let mut pulls = Vec::new();
        let take = |pull: model::PullRequest| {
            pulls.extend(seen_pull(&pull)?);
            Ok(true)
        };
        let what = format!("the commit `{sha}`");
        match self.workflow().list(&call, &what, take).await {
            Err(ForgeError::Refused { why, .. }) if why.contains("No commit found") => {
                Err(ForgeError::NotFound { what })
            }
            listed => listed.map(|()| pulls),
        }
    }

    /// Reads one of the repository's variables.
    pub async fn variable(&self, name: &str) -> Result<Option<String>, ForgeError> {
        let route = "/repos/{owner}/{repo}/actions/variables/{name}";
        let what = format!("the variable `{name}`");
        let call = Call::get(route, &[name]);
        match self.workflow().json::<Variable>(&call, &what).await {
            Ok(found) => Ok(Some(found.value)),
            Err(ForgeError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Starts a workflow, named by its file, on a branch. It is never asked for twice: a lost answer is an error.
    pub async fn dispatch(
        &self,
        workflow: &str,
        on: &BranchName,
        inputs: &[(&str, &str)],
    ) -> Result<(), ForgeError> {
        let inputs: serde_json::Map<_, _> = inputs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), json!(value)))
            .collect();
        let body = json!({ "ref": on, "inputs": inputs });
        let route = "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches";
        let started = self
            .workflow()
            .call(&Call::post(route, &[workflow], body))
            .await;
        started
            .map(|_| ())
            .map_err(|failure| failure.into_error(&format!("the workflow `{workflow}`")))
    }

    pub(crate) async fn download_logs(
        &self,
        run: u64,
        into: &Path,
        limit: u64,
    ) -> Result<(), ForgeError> {
        let what = format!("the logs of the run {run}");
        let route = "/repos/{owner}/{repo}/actions/runs/{run_id}/logs";
        let call = Call::get(route, &[&run.to_string()]).elsewhere();
        let answer = self.workflow().call(&call).await;
        let answer = answer.map_err(|failure| failure.into_error(&what))?;
        let to = answer.next.and_then(|to| Url::parse(&to).ok());
        let to = to.ok_or_else(|| ForgeError::Transient {
            what: what.clone(),
            why: "GitHub does not say where they are".to_owned(),
        })?;
        let file = tokio::fs::File::create_new(into).await;
        let file = file.map_err(|error| of_disk(&what, &error))?;
        let downloaded = self.download(to, file, limit).await;
        if downloaded.is_err() {
            // A part of an archive is of no use to anybody.
            let _ = tokio::fs::remove_file(into).await;
        }
        downloaded.map_err(|failure| failure.into_error(&what))
    }

    /// Writes what lies at an address into a file. The address was given by GitHub; no credential goes there.
    async fn download(
        &self,
        mut url: Url,
        mut file: tokio::fs::File,
        limit: u64,
    ) -> Result<(), Failure> {
        for _ in 0..=HOPS {
            if !is_private(&url) {
                return Err(Failure::Refused(
                    "they lie at an address without TLS".to_owned(),
                ));
            }
            let response = self.api.elsewhere.get(url.clone()).send();
            // The time is for each piece: an archive may be large.
            let timeout = self.settings().timeout;
            let late = |_| Failure::Lost(format!("nothing came within {timeout:?}"));
            let response = tokio::time::timeout(timeout, response)
                .await
                .map_err(late)?;
            let mut response = response.map_err(|error| broken(&error))?;
            let status = response.status();
            if status.is_redirection() {
                let to = response
                    .headers()
                    .get(LOCATION)
                    .and_then(|to| to.to_str().ok());
                let to = to.and_then(|to| url.join(to).ok());
                url = to.ok_or_else(|| Failure::Refused("they lead nowhere".to_owned()))?;
                continue;
            }
            if !status.is_success() {
                let why = format!("HTTP {}", status.as_u16());
                return Err(Failure::Said { status, why });
            }
            let mut left = limit;
            loop {
                let piece = tokio::time::timeout(timeout, response.chunk()).await;
                let piece = piece.map_err(late)?.map_err(|error| broken(&error))?;
                let Some(piece) = piece else { break };
                let more = u64::try_from(piece.len()).unwrap_or(u64::MAX);
                left = left.checked_sub(more).ok_or_else(|| {
                    Failure::Refused(format!("they are larger than {limit} bytes"))
                })?;
                let written = file.write_all(&piece).await;
                written.map_err(|error| Failure::NotDone(error.to_string()))?;
            }
            let flushed = file.flush().await;
            return flushed.map_err(|error| Failure::NotDone(error.to_string()));
        }
        Err(Failure::Refused(
            "they lead from one address to the next".to_owned(),
        ))
    }
}

fn of_disk(what: &str, error: &std::io::Error) -> ForgeError {
    ForgeError::Transient {
        what: what.to_owned(),
        why: error.to_string(),
    }
}
