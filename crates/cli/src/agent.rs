//! `lightsout agent`: being an agent, and seeing what one is told.

use lightsout_forge::{Forge as _, ForgeError, Number};
use lightsout_policy::Role;

use crate::args::{Agent, AgentPrompt, AgentVerb, Format};
use crate::factory::{block_on, open, prompt};
use crate::failure::{Done, Mendable};
use crate::jobs;
use crate::output::{print, print_json};

pub(crate) fn run(args: &Agent) -> anyhow::Result<Done> {
    match &args.verb {
        AgentVerb::Template => {
            let said = lightsout_agents::template::main_here()?;
            print(&said)?;
            Ok(Done::Fine)
        }
        AgentVerb::Prompt(args) => block_on(show(args)),
        AgentVerb::Run(args) => jobs::work(args),
    }
}

async fn show(args: &AgentPrompt) -> anyhow::Result<Done> {
    let local = open(&args.dir).await?;
    if let Err(ForgeError::NotFound { .. }) = local.issue(Number(args.issue)).await {
        return Err(Mendable::error(
            format!("there is no issue {}", args.issue),
            "`lightsout local list` shows the requests",
        ));
    }
    let role = Role::ALL
        .into_iter()
        .find(|role| role.name() == args.role)
        .unwrap_or(Role::Author);
    let Some(prompt) = prompt(&local, Number(args.issue), role).await? else {
        return Err(Mendable::error(
            format!("issue {} gives an agent nothing to work on", args.issue),
            format!(
                "it is no request, or not complete yet: `lightsout local show {}`",
                args.issue
            ),
        ));
    };
    match args.format {
        Format::Json => print_json(&prompt)?,
        Format::Text => print(&prompt.text)?,
    }
    Ok(Done::Fine)
}
