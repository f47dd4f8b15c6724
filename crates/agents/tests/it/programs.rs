//! How Claude Code and Codex are started, seen by programs that stand in for them.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::Duration;

use lightsout_agents::{
    Agent, AgentError, ClaudeAgent, ClaudeSettings, CodexAgent, End, Limits, ModelAccess, ModelKey,
    Rules, Spending, Version, WorkOrder,
};
use tempfile::TempDir;

const KEY: &str = "sk-hunter2";

/// A folder with a stand-in, which notes how it is started and prints a transcript.
struct Stage {
    folder: TempDir,
}

impl Stage {
    fn new(version: &str, transcript: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["tree", "home", "scratch", "bin", "media"] {
            fs::create_dir(at(name)).unwrap();
        }
        fs::write(at("said"), transcript).unwrap();
        let noted = folder.path().display();
        let script = format!(
            "#!/bin/sh\nif [ \"$1\" = --version ]; then echo '{version}'; exit 0; fi\n\
             for word in \"$@\"; do printf '%s\\n' \"$word\"; done > {noted}/arguments\n\
             env > {noted}/environment\ncat > {noted}/stdin\ncat {noted}/said\n"
        );
        fs::write(at("program"), script).unwrap();
        fs::set_permissions(at("program"), fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.at(name)).unwrap()
    }

    fn order(&self) -> WorkOrder {
        WorkOrder {
            tree: self.at("tree"),
            request_file: self.at("request.json"),
            media_file: self.at("media/media.json"),
            transcript: self.at("transcript"),
            home: self.at("home"),
            scratch: self.at("scratch"),
            bin: self.at("bin"),
            prompt: "Write the page; `$(touch pwned)`.".to_owned(),
            skills: vec!["content-engine".to_owned(), "of-the-site".to_owned()],
            rules: Rules {
                allow: vec!["Edit(content/faq/**)".to_owned()],
                deny: vec!["Bash(gh:*)".to_owned()],
            },
            limits: Limits {
                wall: Duration::from_secs(30),
                stall: None,
                output: 1 << 20,
            },
            identity: ("Agent".to_owned(), "agent@factory.invalid".to_owned()),
            when: 1_700_000_000,
        }
    }
}

fn access(base_url: Option<&str>) -> ModelAccess {
    ModelAccess {
        key: ModelKey::new(KEY).unwrap(),
        base_url: base_url.map(ToOwned::to_owned),
    }
}

fn settings() -> ClaudeSettings {
    ClaudeSettings {
        model: "claude-sonnet-4-6".to_owned(),
        max_turns: 7,
        budget_usd: Some("1.5".to_owned()),
    }
}

#[tokio::test]
async fn claude_is_started_without_a_person_and_with_its_rules() {
    let stage = Stage::new("2.1.330 (Claude Code)", "{\"type\":\"result\"}\n");
    let access = access(Some("http://127.0.0.1:9"));
    assert!(!format!("{access:?}").contains(KEY));
    let agent = ClaudeAgent::at(stage.at("program"), settings(), access)
        .await
        .unwrap();
    assert_eq!(agent.version, Version(2, 1, 330));
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
    let agent = CodexAgent::at(stage.at("program"), "gpt-5".to_owned(), access(None))
        .await
        .unwrap();
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
        let error = ClaudeAgent::at(stage.at("program"), settings(), access(None))
            .await
            .unwrap_err();
        assert!(matches!(error, AgentError::Version { .. }), "{error}");
        let text = error.to_string();
        let found = said.split(' ').next().unwrap();
        assert!(text.contains(found) && text.contains("2.1.300"), "{text}");
        assert!(text.contains("npm install"), "{text}");
    }
    let missing = PathBuf::from("/nonexistent/codex");
    let error = CodexAgent::at(missing, "gpt-5".to_owned(), access(None)).await;
    assert!(matches!(error, Err(AgentError::NotStarted { .. })));
}

#[test]
fn a_key_of_nothing_is_none() {
    assert_eq!(ModelKey::new("  \n"), None);
    assert_eq!(format!("{:?}", ModelKey::new("a").unwrap()), "ModelKey(…)");
}
