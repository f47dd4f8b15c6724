//! The eleven workflows.

mod chain;
mod checks;
mod chores;
mod repairs;
mod requests;

use lightsout_taxonomy::{AgentKind, Factory};

use crate::trust::{Area, Broker, Permission, Secret};
use crate::{Guard, Label, Step, Value, Workflow};

/// What all of them are made from.
struct Set<'s> {
    factory: &'s Factory,
}

/// Makes the eleven workflows of a factory.
pub fn workflows(factory: &Factory) -> Vec<Workflow> {
    let set = Set { factory };
    vec![
        set.process(),
        set.clarify(),
        set.heal(),
        set.review(),
        set.publish(),
        set.preview(),
        set.spend(),
        set.stale(),
        set.canary(),
        set.ci(),
        set.pr_checks(),
    ]
}

/// What the workflow that works on requests is called; the healer listens to it by this name.
const PROCESS: &str = "CMS — Process content request";

impl Set<'_> {
    /// A person did it: no program, no account of the factory.
    fn by_person(&self) -> Vec<Guard> {
        let mut parts = vec![Guard::is_not("sender.type", "Bot")];
        // Those that end so are programs to GitHub, too.
        let accounts = self
            .factory
            .bots
            .iter()
            .filter(|login| !login.ends_with("[bot]"));
        parts.extend(accounts.map(|login| Guard::is_not("sender.login", login)));
        parts
    }

    /// The issue carries the label of a content type: one of these.
    fn is_request(&self) -> Vec<Guard> {
        let types = self.factory.types.iter();
        let label = types.filter_map(|kind| Label::new(&kind.label).ok());
        let labelled = |label| Guard::Labelled {
            list: "issue.labels",
            label,
        };
        label.map(labelled).collect()
    }

    /// How many minutes the agent may take, and the runner around it.
    fn agent_minutes(&self) -> u64 {
        self.factory.agent.minutes.saturating_add(15).min(350)
    }

    /// How many minutes the gates may take: each runs on the commit, and on the base when it failed.
    fn gate_minutes(&self) -> u64 {
        let seconds: u64 = self.factory.gates.iter().map(|gate| gate.seconds).sum();
        (seconds.saturating_mul(2) / 60).saturating_add(15).min(350)
    }

    /// A step of ours with the credentials, and what it reads besides.
    fn trusted(&self, verb: crate::Trusted) -> Step<Broker> {
        Step::<Broker>::lightsout(verb)
            .env("LIGHTSOUT_BASE", Value::text(&self.factory.base))
            .env("CMS_BOT_ENABLED", Value::variable("CMS_BOT_ENABLED"))
            .env(
                "DAILY_SPEND_THRESHOLD_USD",
                Value::variable("DAILY_SPEND_THRESHOLD_USD"),
            )
            .env("LIGHTSOUT_APP_ID", Value::variable("LIGHTSOUT_APP_ID"))
            .secret(&Secret::WORKFLOW_TOKEN)
            .secret(&Secret::BOT_TOKEN)
            .secret(&Secret::APP_KEY)
    }

    /// The key of the agent's model, if it has one.
    fn model_key(&self) -> Option<Secret<crate::Untrusted>> {
        match self.factory.agent.kind {
            AgentKind::Claude => Some(Secret::ANTHROPIC_KEY),
            AgentKind::Codex => Some(Secret::OPENAI_KEY),
            AgentKind::Template | AgentKind::Command => None,
        }
    }

    /// The package of the agent's program, at the version that is checked.
    fn agent_package(&self) -> Option<&'static str> {
        match self.factory.agent.kind {
            AgentKind::Claude => Some(CLAUDE_CODE),
            AgentKind::Codex => Some(CODEX),
            AgentKind::Template | AgentKind::Command => None,
        }
    }
}

/// The programs of agents, at the versions that the end-to-end checks run.
pub const CLAUDE_CODE: &str = "@anthropic-ai/claude-code@2.1.330";
/// See [`CLAUDE_CODE`].
pub const CODEX: &str = "@openai/codex@0.169.0";

/// What decides and settles for requests needs.
fn request_permissions() -> [Permission<Broker>; 5] {
    [
        Permission::read(Area::Checks, "whether a commit is green"),
        Permission::write(Area::Contents, "branches of changes, and the ledger's"),
        Permission::write(Area::Issues, "labels and comments of requests"),
        Permission::write(Area::PullRequests, "the pull requests of requests"),
        Permission::write(Area::Statuses, "the result of the gates"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_agents_programs_are_those_that_are_checked() {
        let pins = include_str!("../../../../xtask/agents/package.json");
        let pins: serde_json::Value = serde_json::from_str(pins).expect("JSON");
        for package in [CLAUDE_CODE, CODEX] {
            let (name, version) = package.rsplit_once('@').expect("a version");
            assert_eq!(pins["dependencies"][name], version);
        }
    }
}
