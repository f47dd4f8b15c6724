//! What Codex can hold of a list: settings and rules for how commands begin.

use std::fmt::Write as _;

use serde::Serialize;

use crate::pattern::{self, Pattern};
use crate::rule::{Rule, RuleList};

/// A list in Codex's own forms, with what none of them can say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CodexPolicy {
    /// Lines of `config.toml`.
    pub config: String,
    /// Lines of a `.rules` file, which `codex execpolicy check` reads.
    pub rules: String,
    /// Rules that Codex has no form for: they do not hold there.
    pub not_held: Vec<String>,
}

impl RuleList {
    /// Renders what Codex can hold of this list.
    ///
    /// Codex has a sandbox instead of an allow-list: what lies in its folder may be written, everything else may not,
    /// and there is no network. Its rules forbid commands by how they begin; where they are read, a rule to deny such as
    /// `Bash(gh:*)` becomes one of them. Everything else is in [`CodexPolicy::not_held`], lanes above all.
    pub fn to_codex(&self) -> CodexPolicy {
        let mut rules = String::new();
        let mut not_held = Vec::new();
        for rule in self.deny.iter().chain(&self.ask) {
            match forbidden(rule) {
                Some(words) => {
                    let list: Vec<String> = words.iter().map(|word| quoted(word)).collect();
                    let list = list.join(", ");
                    let _ = writeln!(
                        rules,
                        "prefix_rule(pattern = [{list}], decision = \"forbidden\")"
                    );
                }
                None => not_held.push(rule.to_string()),
            }
        }
        for rule in &self.allow {
            // Reading is always allowed; what else is allowed there is everything that is not forbidden.
            if rule.as_str() != "Read" {
                not_held.push(rule.to_string());
            }
        }
        let writes = self
            .allow
            .iter()
            .any(|rule| matches!(rule.tool(), "Edit" | "Write"));
        let config = if writes {
            "approval_policy = \"never\"\nsandbox_mode = \"workspace-write\"\n\n[sandbox_workspace_write]\nnetwork_access = false\n"
        } else {
            "approval_policy = \"never\"\nsandbox_mode = \"read-only\"\n"
        };
        CodexPolicy {
            config: config.to_owned(),
            rules,
            not_held,
        }
    }
}

/// The words of a rule that forbids by how a command begins.
fn forbidden(rule: &Rule) -> Option<Vec<String>> {
    let Pattern::Prefix(prefix) = pattern::of_rule(rule)? else {
        return None;
    };
    let words: Vec<String> = prefix.split(' ').map(ToOwned::to_owned).collect();
    let plain = |word: &String| !word.is_empty() && !word.contains(['"', '\\', '\'']);
    words.iter().all(plain).then_some(words)
}

fn quoted(word: &str) -> String {
    format!("\"{word}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_codex_cannot_say_is_said_to_be_missing() {
        let list = RuleList::parse(
            "Read,Edit(content/**),Bash(git add:*)",
            "Bash(git push:*),WebFetch,Bash(rm -rf x)",
        )
        .unwrap();
        let codex = list.to_codex();
        assert_eq!(
            codex.rules,
            "prefix_rule(pattern = [\"git\", \"push\"], decision = \"forbidden\")\n"
        );
        assert_eq!(
            codex.not_held,
            [
                "WebFetch",
                "Bash(rm -rf x)",
                "Edit(content/**)",
                "Bash(git add:*)"
            ]
        );
        assert!(codex.config.contains("workspace-write"));
        let reader = RuleList::parse("Read", "").unwrap().to_codex();
        assert!(reader.config.contains("read-only"));
    }
}
