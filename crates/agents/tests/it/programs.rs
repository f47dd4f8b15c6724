//! How Claude Code and Codex are started, seen by programs that stand in for them.

use std::fs;
use std::path::PathBuf;

use lightsout_agents::{
    Agent, AgentError, ClaudeAgent, CodexAgent, End, ModelKey, Spending, Version,
};

use crate::stage::{KEY, Stage, access, settings};

#[tokio::test]
async fn claude_is_started_without_a_person_and_with_its_rules() {
    let stage = Stage::new("2.1.330 (Claude Code)", "{\"type\":\"result\"}\n");
    let access = access(Some("http://127.0.0.1:9"));
    assert!(!format!("{access:?}").contains(KEY));
    let program = ClaudeAgent::PROGRAM.at(stage.at("program")).await.unwrap();
    assert_eq!(program.version, Version(2, 1, 330));
    let agent = ClaudeAgent::new(program, settings(), access);
    assert_eq!(
        agent.spending(),
        Spending::Model("claude-sonnet-4-6".to_owned())
    );
    let finished = agent.run(&stage.order()).await.unwrap();
    assert_eq!(finished.end, End::Exited(0), "{}", finished.stderr_tail);
    assert_eq!(stage.read("transcript"), "{\"type\":\"result\"}\n");

    let arguments = stage.read("arguments");
    for words in [
        "--permission-mode\ndontAsk\n",
        "--setting-sources\nuser\n",
        "--strict-mcp-config\n",
        "--max-turns\n7\n",
        "--max-budget-usd\n1.5\n",
        "--model\nclaude-sonnet-4-6\n",
        "--allowedTools\nEdit(content/faq/**)\n",
        "--disallowedTools\nBash(gh:*)\n",
    ] {
        assert!(
            arguments.contains(words),
            "{words} is missing:\n{arguments}"
        );
    }
    let media = format!("Edit(/{})\n", stage.at("media/media.json").display());
    assert!(arguments.contains(&media), "{arguments}");
    assert!(!arguments.contains(KEY) && !arguments.contains("Write the page"));
    let environment = stage.read("environment");
    assert!(environment.contains("ANTHROPIC_BASE_URL=http://127.0.0.1:9\n"));
    assert_eq!(environment.matches(KEY).count(), 1, "{environment}");
    assert!(
        stage
            .read("stdin")
            .starts_with("Write the page; `$(touch pwned)`.")
    );
    assert!(stage.read("stdin").contains("media/media.json"));
    assert!(
        stage
            .at("home/.claude/skills/content-engine/SKILL.md")
            .is_file()
    );
    assert_eq!(fs::read_dir(stage.at("tree")).unwrap().count(), 0);
}

#[tokio::test]
async fn codex_is_started_in_its_own_sandbox() {
    let stage = Stage::new("codex-cli 0.169.0", "{\"type\":\"turn.completed\"}\n");
    let program = CodexAgent::PROGRAM.at(stage.at("program")).await.unwrap();
    let agent = CodexAgent::new(program, "gpt-5".to_owned(), access(None));
    agent.run(&stage.order()).await.unwrap();
    let arguments = stage.read("arguments");
    for words in [
        "exec\n--json\n",
        "--sandbox\nworkspace-write\n",
        "--ignore-user-config\n",
        "--ignore-rules\n",
        "base_url=\"https://api.openai.com/v1\"",
        "sandbox_workspace_write.network_access=false\n",
        "shell_environment_policy.exclude=[\"LIGHTSOUT_MODEL_KEY\"]\n",
        "approval_policy=\"never\"\n",
        "allow_login_shell=false\n",
    ] {
        assert!(
            arguments.contains(words),
            "{words} is missing:\n{arguments}"
        );
    }
    assert!(arguments.ends_with("-\n") && !arguments.contains(KEY));
    assert_eq!(stage.read("environment").matches(KEY).count(), 1);
    assert!(
        stage
            .at("home/.agents/skills/content-engine/SKILL.md")
            .is_file()
    );
}

#[tokio::test]
async fn a_version_that_is_not_known_is_refused_with_what_was_found_and_wanted() {
    for said in ["1.0.88 (Claude Code)", "3.0.0 (Claude Code)", "hello"] {
        let stage = Stage::new(said, "");
        let program = ClaudeAgent::PROGRAM.at(stage.at("program"));
        let error = program.await.unwrap_err();
        assert!(matches!(error, AgentError::Version { .. }), "{error}");
        let text = error.to_string();
        let found = said.split(' ').next().unwrap();
        assert!(text.contains(found) && text.contains("2.1.300"), "{text}");
        assert!(text.contains("npm install"), "{text}");
    }
    let missing = PathBuf::from("/nonexistent/codex");
    let error = CodexAgent::PROGRAM.at(missing).await;
    assert!(matches!(error, Err(AgentError::NotStarted { .. })));
}

#[test]
fn a_key_of_nothing_is_none() {
    assert_eq!(ModelKey::new("  \n"), None);
    assert_eq!(format!("{:?}", ModelKey::new("a").unwrap()), "ModelKey(…)");
}
