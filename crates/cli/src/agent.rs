//! `lightsout agent template`: the agent that needs no model.

use crate::args::{Agent, AgentVerb};
use crate::failure::Done;
use crate::output::print;

pub(crate) fn run(args: &Agent) -> anyhow::Result<Done> {
    match args.verb {
        AgentVerb::Template => {
            let said = lightsout_agents::template::main_here()?;
            print(&said)?;
            Ok(Done::Fine)
        }
    }
}
