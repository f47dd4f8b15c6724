//! What is wrong on purpose, in the workflows themselves.

use anyhow::{Result, ensure};

use super::faq;
use crate::e2e::workflows::expect::{gave, only};
use crate::e2e::workflows::world::World;

/// Slips in the workflow of requests: each must end otherwise than it should.
pub(super) fn planted(world: &mut World<'_>) -> Result<()> {
    let half = "### Question\n\nIs there a swing?\n";
    let asks = "      vars.CMS_BOT_ENABLED == 'true' &&\n      needs.triage.outputs.run == 'true'";
    let unasked = "      vars.CMS_BOT_ENABLED == 'true'";
    let ran = world.planted((asks, unasked), "FAQ: swings", half)?;
    ensure!(
        only(&ran, &["triage"]).is_err(),
        "nobody sees a job that asks nothing"
    );

    let kept = ("persist-credentials: false", "persist-credentials: true");
    let ran = world.planted(kept, "FAQ: slides", half)?;
    ensure!(
        only(&ran, &["triage"]).is_err(),
        "nobody sees a credential that is left behind"
    );

    let agent = "run: lightsout agent run --run run --out work\n        env:\n";
    let token = format!("{agent}          GITHUB_TOKEN: ${{{{ github.token }}}}\n");
    let ran = world.planted((agent, &token), "FAQ: sand", &faq("Is there sand?"))?;
    let told = ran.jobs.get("agent").map(|job| job.result.as_str());
    ensure!(
        told == Some("failure"),
        "an agent runs beside a token: {told:?}"
    );
    ensure!(ran.log.contains("its environment holds `GITHUB_TOKEN`"));
    gave(&ran, "settle", "reason", "agent-failed")?;
    println!("workflows: 3 slips were planted and seen");
    Ok(())
}
