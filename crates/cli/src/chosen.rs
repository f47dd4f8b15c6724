//! Which agent does the work, and the key it needs.

use anyhow::Context as _;
use lightsout_agents::{
    Agent, ClaudeAgent, ClaudeSettings, CodexAgent, CommandAgent, ModelAccess, ModelKey, Spending,
    TemplateAgent,
};
use lightsout_engine::Hired;
use lightsout_ledger::Nanodollars;
use lightsout_taxonomy::{AgentKind, CommandCost, Factory};

use crate::failure::Mendable;

/// What one run of a paid agent is taken to cost at most where `factory.toml` sets no `run_usd`, in US dollars.
const RUN_DOLLARS: u64 = 5;

/// The agent that does the work.
pub(crate) struct Chosen {
    pub(crate) agent: Box<dyn Agent>,
    /// The most that one run of it can cost; this much is reserved before it starts.
    pub(crate) run_price: Nanodollars,
}

/// The agent that was asked for, else the one that `factory.toml` names.
pub(crate) async fn choose(factory: &Factory, asked: Option<&str>) -> anyhow::Result<Chosen> {
    let settings = &factory.agent;
    let Terms { hired, run_price } = terms(factory, asked)?;
    let (kind, line) = kind_of(factory, asked)?;
    let model = model_of(factory, kind);
    match kind {
        AgentKind::Template => {
            let program = std::env::current_exe().context("finding this program")?;
            let agent = Box::new(TemplateAgent::new(program));
            Ok(Chosen { agent, run_price })
        }
        AgentKind::Command => {
            let command = match line {
                Some(line) => CommandAgent::parse(line)?,
                None => CommandAgent::new(settings.command.clone())?,
            };
            let agent = Box::new(command.costing(hired.spending));
            Ok(Chosen { agent, run_price })
        }
        AgentKind::Claude => {
            let access = access("Claude Code", &["ANTHROPIC_API_KEY"], "ANTHROPIC_BASE_URL")?;
            let settings = ClaudeSettings {
                model,
                max_turns: settings.max_turns,
                budget_usd: Some(dollars(run_price)),
            };
            let program = ClaudeAgent::PROGRAM.find().await?;
            let agent = Box::new(ClaudeAgent::new(program, settings, access));
            Ok(Chosen { agent, run_price })
        }
        AgentKind::Codex => {
            let keys = ["CODEX_API_KEY", "OPENAI_API_KEY"];
            let access = access("Codex", &keys, "OPENAI_BASE_URL")?;
            let program = CodexAgent::PROGRAM.find().await?;
            let agent = Box::new(CodexAgent::new(program, model, access));
            Ok(Chosen { agent, run_price })
        }
    }
}

/// The terms of an agent: what others than itself must know of it. No key and no program is needed to tell.
pub(crate) struct Terms {
    pub(crate) hired: Hired,
    /// The most that one run of it can cost.
    pub(crate) run_price: Nanodollars,
}

/// The terms of the agent that was asked for, else of the one that `factory.toml` names.
pub(crate) fn terms(factory: &Factory, asked: Option<&str>) -> anyhow::Result<Terms> {
    let (kind, _) = kind_of(factory, asked)?;
    let paid = factory.budget.run;
    let paid = paid.unwrap_or(Nanodollars::from_dollars(RUN_DOLLARS));
    let (spending, run_price) = match (kind, factory.agent.cost) {
        (AgentKind::Template, _) | (AgentKind::Command, CommandCost::Nothing) => {
            (Spending::Nothing, Nanodollars::ZERO)
        }
        (AgentKind::Command, CommandCost::Unknown) => (Spending::Unknown, Nanodollars::ZERO),
        (AgentKind::Claude | AgentKind::Codex, _) => {
            (Spending::Model(model_of(factory, kind)), paid)
        }
    };
    Ok(Terms {
        hired: Hired {
            name: kind.name().to_owned(),
            spending,
        },
        run_price,
    })
}

/// Which kind of agent is meant, and its command line where one was asked for.
fn kind_of<'a>(
    factory: &Factory,
    asked: Option<&'a str>,
) -> anyhow::Result<(AgentKind, Option<&'a str>)> {
    Ok(match asked {
        None => (factory.agent.kind, None),
        Some("template") => (AgentKind::Template, None),
        Some("claude") => (AgentKind::Claude, None),
        Some("codex") => (AgentKind::Codex, None),
        Some(asked) => {
            let Some(line) = asked.strip_prefix("command:") else {
                return Err(Mendable::error(
                    format!("there is no agent `{asked}`"),
                    "the agents are `template`, `claude`, `codex` and `command:PROGRAM ARGUMENTS`",
                ));
            };
            (AgentKind::Command, Some(line))
        }
    })
}

/// A model that is named for one program is none of another's.
fn model_of(factory: &Factory, kind: AgentKind) -> String {
    if factory.agent.kind == kind {
        factory.agent.model.clone()
    } else {
        kind.default_model().to_owned()
    }
}

/// Reads the key of a model and its address from our own environment; only the agent gets them.
fn access(program: &str, keys: &[&str], url: &str) -> anyhow::Result<ModelAccess> {
    let read = |name: &&str| std::env::var(name).ok();
    let key = keys.iter().find_map(|name| ModelKey::new(&read(name)?));
    let Some(key) = key else {
        return Err(Mendable::error(
            format!("{program} needs the key of a model, and none is set"),
            format!(
                "set `{}`; `--agent template` works without a model",
                keys.join("` or `")
            ),
        ));
    };
    let base_url = read(&url).filter(|url| !url.trim().is_empty());
    Ok(ModelAccess { key, base_url })
}

/// An amount as a program reads it, such as `1.5`.
fn dollars(amount: Nanodollars) -> String {
    const DOLLAR: u64 = 1_000_000_000;
    format!("{}.{:09}", amount.0 / DOLLAR, amount.0 % DOLLAR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_written_exactly() {
        assert_eq!(dollars(Nanodollars::from_dollars(5)), "5.000000000");
        assert_eq!(dollars(Nanodollars(1_050_000_000)), "1.050000000");
    }
}
