//! What Claude Code sends to a `PreToolUse` hook, and what is answered.

use serde::Deserialize;
use serde_json::Value;

use crate::judge::judge;
use crate::paths::Place;
use crate::rule::RuleList;
use crate::verdict::{Call, Verdict};

/// A question to the hook. Keys that are not named here are ignored: the program adds new ones.
#[derive(Clone, Debug, Deserialize)]
pub struct HookInput {
    /// The event; only `PreToolUse` is answered.
    pub hook_event_name: String,
    /// The folder the shell stands in.
    pub cwd: String,
    /// The tool that is to be used.
    pub tool_name: String,
    /// What it is given.
    pub tool_input: Value,
}

/// Why a question cannot be answered. The hook then refuses the call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HookError {
    /// The input is not what the program sends.
    #[error("the hook's input is not what Claude Code sends: {0}")]
    Shape(String),
    /// The event is another one.
    #[error("the hook is there for `PreToolUse`, and was asked about `{0}`")]
    Event(String),
    /// The tool's input lacks what is judged.
    #[error("the input of `{tool}` has no text `{key}`")]
    Key {
        /// The tool.
        tool: String,
        /// The key.
        key: &'static str,
    },
}

/// Tools that touch nothing but the program's own state.
const HARMLESS: &[&str] = &[
    "TodoWrite",
    "TaskOutput",
    "BashOutput",
    "KillShell",
    "ExitPlanMode",
    "ToolSearch",
];

impl HookInput {
    /// Reads what stands on the hook's standard input.
    ///
    /// # Errors
    /// When it is no question about a tool.
    pub fn parse(text: &[u8]) -> Result<Self, HookError> {
        let input: Self =
            serde_json::from_slice(text).map_err(|error| HookError::Shape(error.to_string()))?;
        if input.hook_event_name != "PreToolUse" {
            return Err(HookError::Event(input.hook_event_name));
        }
        Ok(input)
    }

    /// Judges the call.
    ///
    /// A tool that is not judged here, such as one of an MCP server, is refused unless a rule allows it by its name.
    ///
    /// # Errors
    /// When the tool's input lacks what is judged.
    pub fn judge(&self, place: &Place<'_>, rules: &RuleList) -> Result<Verdict, HookError> {
        let text = |key: &'static str| {
            self.tool_input[key]
                .as_str()
                .map(ToOwned::to_owned)
                .ok_or_else(|| HookError::Key {
                    tool: self.tool_name.clone(),
                    key,
                })
        };
        let folder = || Ok(text("path").unwrap_or_else(|_| self.cwd.clone()));
        let call = match self.tool_name.as_str() {
            "Bash" => Call::Bash(text("command")?),
            "Write" => Call::Write(text("file_path")?),
            "Edit" | "MultiEdit" => Call::Edit(text("file_path")?),
            "NotebookEdit" => Call::Edit(text("notebook_path")?),
            "Read" => Call::Read(text("file_path")?),
            "Glob" | "Grep" => Call::Read(folder()?),
            name => return Ok(by_name(name, rules)),
        };
        Ok(judge(&call, place, rules))
    }
}

fn by_name(name: &str, rules: &RuleList) -> Verdict {
    let closes = |pattern: &str| pattern == name || crate::pattern::matches_wildcard(pattern, name);
    let mut refusing = rules.deny.iter().chain(&rules.ask);
    if let Some(rule) = refusing.find(|rule| closes(rule.tool())) {
        return Verdict::refused(Some(rule.as_str()), Some(name), "a rule denies the tool");
    }
    if HARMLESS.contains(&name) {
        return Verdict::allowed(
            None,
            None,
            "the tool touches nothing but the program's own state",
        );
    }
    let opens = |rule: &&crate::rule::Rule| rule.tool() == name && rule.specifier().is_none();
    match rules.allow.iter().find(opens) {
        Some(rule) => Verdict::allowed(Some(rule.as_str()), None, "a rule allows the tool"),
        None => Verdict::refused(
            None,
            Some(name),
            "the tool is not judged, and no rule allows it by its name",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(tool: &str, input: &str) -> Result<Verdict, HookError> {
        let text = format!(
            r#"{{"session_id":"s","transcript_path":"/t","cwd":"/site","permission_mode":"default",
                "hook_event_name":"PreToolUse","tool_name":"{tool}","tool_input":{input},"tool_use_id":"u"}}"#
        );
        let rules = RuleList::parse(
            "Edit(content/**),Bash(git add:*),mcp__notes__read",
            "WebFetch",
        )
        .unwrap();
        let place = Place::without_links("/site", None);
        HookInput::parse(text.as_bytes())?.judge(&place, &rules)
    }

    #[test]
    fn each_tool_is_judged_by_what_it_is_given() {
        for (tool, input, allowed) in [
            ("Bash", r#"{"command":"git add ."}"#, true),
            ("Bash", r#"{"command":"git push"}"#, false),
            (
                "Write",
                r#"{"file_path":"/site/content/a","content":"x"}"#,
                true,
            ),
            (
                "Edit",
                r#"{"file_path":"/site/b","old_string":"x","new_string":"y"}"#,
                false,
            ),
            (
                "NotebookEdit",
                r#"{"notebook_path":"/site/content/a.ipynb"}"#,
                true,
            ),
            ("Read", r#"{"file_path":"/site/b"}"#, true),
            ("Read", r#"{"file_path":"/etc/passwd"}"#, false),
            ("Grep", r#"{"pattern":"x"}"#, true),
            ("Glob", r#"{"pattern":"x","path":"/etc"}"#, false),
            ("TodoWrite", r#"{"todos":[]}"#, true),
            ("WebFetch", r#"{"url":"https://example.com"}"#, false),
            ("WebSearch", r#"{"query":"x"}"#, false),
            ("mcp__notes__read", "{}", true),
            ("mcp__notes__write", "{}", false),
        ] {
            assert_eq!(
                ask(tool, input).unwrap().is_allowed(),
                allowed,
                "{tool} {input}"
            );
        }
    }

    #[test]
    fn what_cannot_be_judged_is_an_error() {
        assert!(matches!(
            ask("Bash", r#"{"command":7}"#),
            Err(HookError::Key { key: "command", .. })
        ));
        assert!(matches!(HookInput::parse(b"{"), Err(HookError::Shape(_))));
        let other = br#"{"cwd":"/","hook_event_name":"Stop","tool_name":"x","tool_input":{}}"#;
        assert!(matches!(HookInput::parse(other), Err(HookError::Event(_))));
    }
}
