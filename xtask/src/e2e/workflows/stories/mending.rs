//! What fails at first: a workflow on a pull request.

use std::fs;
use std::process::Command;

use anyhow::{Result, ensure};
use lightsout_testkit::{HttpServer, Reply};
use serde_json::{Value, json};

use super::repository;
use crate::e2e::rest::Rest;
use crate::e2e::workflows::act::Ran;
use crate::e2e::workflows::hub::REPOSITORY;
use crate::e2e::workflows::world::{World, gave, only};
use crate::process;

const HEALER: &str = "cms-ci-healer.yml";

/// The template agent mends nothing: what it could not do is told to people.
pub(super) fn unmended(world: &mut World<'_>) -> Result<()> {
    let (_, pull) = world.in_review()?;
    let own = failure(&pull, "fix/ci-healer-1-abc");
    only(&world.trigger("workflow_run", &own, HEALER)?, &[])?;
    let log = "content/faq/is-there-a-place-for-skis.mdx:3: error: a rack too many\n";
    let ran = world.heal(&pull, log)?;
    only(&ran, &["logs", "agent", "settle"])?;
    gave(&ran, "logs", "run", "true")?;
    gave(&ran, "logs", "role", "healer")?;
    gave(&ran, "settle", "reason", "healer-failed")?;
    ensure!(world.deliver()?.is_empty());
    Ok(())
}

/// What is told of a run of the site's gates that failed on a pull request, or on another branch at its commit.
fn failure(pull: &Value, branch: &str) -> Value {
    json!({
        "action": "completed",
        "workflow_run": {
            "id": 4711, "name": "CI", "conclusion": "failure", "event": "pull_request", "status": "completed",
            "head_branch": branch, "head_sha": pull["head"]["sha"],
            "head_repository": { "full_name": REPOSITORY },
            "pull_requests": [{ "number": pull["number"] }],
        },
        "repository": repository(),
        "sender": { "login": "mira-fern", "id": 5, "type": "User" },
    })
}

impl World<'_> {
    /// Tells that the site's gates failed on a pull request, with this log.
    fn heal(&mut self, pull: &Value, log: &str) -> Result<Ran> {
        // The forge here keeps no logs of runs, so they are put in its place; everything else is passed on.
        let logs = self.logs(log)?;
        let rest = Rest::at(&self.hub.url);
        let relay = HttpServer::start(move |asked| {
            if asked.path.ends_with("/actions/runs/4711/logs") {
                return Reply::text(302, "text/plain", "").with("location", "/logs.zip");
            }
            if asked.path == "/logs.zip" {
                let headers = vec![("content-type".to_owned(), "application/zip".to_owned())];
                let body = logs.clone();
                return Reply::Answer {
                    status: 200,
                    headers,
                    body,
                };
            }
            rest.forward(asked).unwrap_or(Reply::Cut)
        })?;
        let branch = pull["head"]["ref"].as_str().unwrap_or_default();
        let told = failure(pull, branch);
        self.trigger_at("workflow_run", &told, HEALER, Some(&relay.url()))
    }

    /// The archive that GitHub would make of a log.
    fn logs(&self, text: &str) -> Result<Vec<u8>> {
        let folder = self.dir.join("logs");
        fs::create_dir_all(folder.join("gates"))?;
        let stamp = |line: &str| format!("2026-01-01T10:00:00.0000000Z {line}\n");
        let stamped: String = text.lines().map(stamp).collect();
        fs::write(folder.join("gates/1_Gate content.txt"), stamped)?;
        let archive = self.dir.join("logs.zip");
        let mut zip = Command::new("python3");
        zip.current_dir(&folder).args(["-m", "zipfile", "-c"]);
        process::read(zip.arg(&archive).arg("gates"))?;
        Ok(fs::read(archive)?)
    }
}
