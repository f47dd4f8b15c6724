//! The table of calls: `crates/policy/tests/measured.toml`.

use anyhow::{Context, Result};
use lightsout_policy::{RuleList, Tool};
use serde::Deserialize;

use crate::process::workspace;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    group: Vec<Group>,
}

/// Calls under one list of rules.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Group {
    pub(super) name: String,
    #[serde(default = "bash")]
    pub(super) tool: Tool,
    #[serde(default)]
    pub(super) allow: String,
    #[serde(default)]
    pub(super) deny: String,
    #[serde(default)]
    allowed: Vec<String>,
    #[serde(default)]
    refused: Vec<String>,
    #[serde(default)]
    pub(super) stricter: Vec<Stricter>,
}

/// Calls that the program allows and we refuse.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stricter {
    /// Why ours is the stricter verdict.
    pub(super) why: String,
    pub(super) calls: Vec<String>,
}

/// Where in the table a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listed {
    Allowed,
    Refused,
    Stricter,
}

fn bash() -> Tool {
    Tool::Bash
}

impl Group {
    pub(super) fn rules(&self) -> Result<RuleList> {
        RuleList::parse(&self.allow, &self.deny)
            .with_context(|| format!("the rules of `{}`", self.name))
    }

    /// Every call, with where it stands.
    pub(super) fn calls(&self) -> Vec<(&str, Listed)> {
        let mut all: Vec<(&str, Listed)> = Vec::new();
        all.extend(
            self.allowed
                .iter()
                .map(|call| (call.as_str(), Listed::Allowed)),
        );
        all.extend(
            self.refused
                .iter()
                .map(|call| (call.as_str(), Listed::Refused)),
        );
        let stricter = self.stricter.iter().flat_map(|listed| &listed.calls);
        all.extend(stricter.map(|call| (call.as_str(), Listed::Stricter)));
        all
    }
}

/// Reads the table.
pub(super) fn read() -> Result<Vec<Group>> {
    let path = workspace().join("crates/policy/tests/measured.toml");
    let text =
        std::fs::read_to_string(&path).with_context(|| format!("reading `{}`", path.display()))?;
    let table: Table = toml::from_str(&text).context("the table of calls")?;
    Ok(table.group)
}
