//! What others tell: the host of previews, and the clock.

use anyhow::{Result, ensure};
use serde_json::json;

use super::clock;
use crate::e2e::workflows::expect::{gave, only};
use crate::e2e::workflows::hub::repository;
use crate::e2e::workflows::world::World;

pub(super) fn preview(world: &mut World<'_>) -> Result<()> {
    let (issue, pull) = world.in_review()?;
    let said = |creator: &str, state: &str| {
        json!({
            "action": "created",
            "deployment": { "id": 1, "sha": pull["head"]["sha"], "ref": pull["head"]["ref"], "environment": "Preview" },
            "deployment_status": {
                "id": 2, "state": state, "environment": "Preview",
                "environment_url": "https://site-git-skis.vercel.app",
                "creator": { "login": creator, "id": 3, "type": "Bot" },
            },
            "repository": repository(), "sender": { "login": creator, "id": 3, "type": "Bot" },
        })
    };
    let before = world.hub.comments(issue)?.len();
    let ran = world.trigger(
        "deployment_status",
        &said("stranger[bot]", "success"),
        "vercel-preview.yml",
    )?;
    only(&ran, &[])?;
    for state in ["pending", "success", "success"] {
        let ran = world.trigger(
            "deployment_status",
            &said("vercel[bot]", state),
            "vercel-preview.yml",
        )?;
        only(&ran, &["preview"])?;
    }
    let comments = world.hub.comments(issue)?;
    ensure!(comments.len() == before + 1, "{comments:?}");
    let shown = comments
        .iter()
        .filter(|body| body.contains("https://site-git-skis.vercel.app"));
    ensure!(shown.count() == 1, "{comments:?}");
    Ok(())
}

pub(super) fn chores(world: &mut World<'_>) -> Result<()> {
    let ran = world.trigger("schedule", &clock("0 7 * * *"), "cms-spend-alert.yml")?;
    only(&ran, &["spend"])?;
    gave(&ran, "spend", "reason", "spend-under")
}
