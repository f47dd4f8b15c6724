//! What GitHub tells when a workflow has failed: its event, and its log.

use std::fs;
use std::process::Command;

use anyhow::Result;
use lightsout_testkit::{HttpServer, Reply};
use serde_json::{Value, json};

use super::act::Ran;
use super::hub::{REPOSITORY, repository};
use super::world::World;
use crate::e2e::rest::Rest;
use crate::process;

/// The workflow that hears of it.
pub(super) const HEALER: &str = "cms-ci-healer.yml";

/// What is told of a run of the site's gates that failed at the commit of a pull request, for a branch.
pub(super) fn failure(pull: &Value, branch: &Value) -> Value {
    json!({
        "action": "completed",
        "workflow_run": {
            "id": run_of(pull), "name": "CI", "conclusion": "failure", "event": "pull_request", "status": "completed",
            "head_branch": branch, "head_sha": pull["head"]["sha"],
            "head_repository": { "full_name": REPOSITORY },
            "pull_requests": [{ "number": pull["number"] }],
        },
        "repository": repository(),
        "sender": { "login": "mira-fern", "id": 5, "type": "User" },
    })
}

/// The number of the run: one for each pull request is enough here.
fn run_of(pull: &Value) -> u64 {
    4700 + pull["number"].as_u64().unwrap_or_default()
}

impl World<'_> {
    /// Tells that the site's gates failed on a pull request, with this log.
    pub(super) fn heal(&mut self, pull: &Value, log: &str) -> Result<Ran> {
        // The forge here keeps no logs of runs, so they are put in its place; everything else is passed on.
        let archive = self.archive(log)?;
        let rest = Rest::at(&self.hub.url);
        let logs = format!("/actions/runs/{}/logs", run_of(pull));
        let relay = HttpServer::start(move |asked| {
            if asked.path.ends_with(&logs) {
                return Reply::text(302, "text/plain", "").with("location", "/logs.zip");
            }
            if asked.path == "/logs.zip" {
                let headers = vec![("content-type".to_owned(), "application/zip".to_owned())];
                let body = archive.clone();
                return Reply::Answer {
                    status: 200,
                    headers,
                    body,
                };
            }
            rest.forward(asked).unwrap_or(Reply::Cut)
        })?;
        let told = failure(pull, &pull["head"]["ref"]);
        self.trigger_at("workflow_run", &told, HEALER, Some(&relay.url()))
    }

    /// The archive that GitHub would make of a log.
    fn archive(&self, log: &str) -> Result<Vec<u8>> {
        let folder = self.dir.join("logs");
        fs::create_dir_all(folder.join("gates"))?;
        let stamp = |line: &str| format!("2026-01-01T10:00:00.0000000Z {line}\n");
        let stamped: String = log.lines().map(stamp).collect();
        fs::write(folder.join("gates/1_Gate content.txt"), stamped)?;
        let archive = self.dir.join("logs.zip");
        let mut zip = Command::new("python3");
        zip.current_dir(&folder).args(["-m", "zipfile", "-c"]);
        process::read(zip.arg(&archive).arg("gates"))?;
        Ok(fs::read(archive)?)
    }
}
