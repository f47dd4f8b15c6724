//! What of this process's environment reaches an agent: nothing.

use std::fs;
use std::process::Command;
use std::time::Duration;

use lightsout_agents::{Agent as _, CommandAgent, End, Limits, WorkOrder};

/// The variables an agent may have, and no others.
const ALLOWED: [&str; 19] = [
    "PATH",
    "HOME",
    "TMPDIR",
    "LANG",
    "LIGHTSOUT_REQUEST",
    "LIGHTSOUT_MEDIA",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_GLOBAL",
    "GIT_TERMINAL_PROMPT",
    "GIT_AUTHOR_NAME",
    "GIT_AUTHOR_EMAIL",
    "GIT_AUTHOR_DATE",
    "GIT_COMMITTER_NAME",
    "GIT_COMMITTER_EMAIL",
    "GIT_COMMITTER_DATE",
    // What finds the processes of a run again.
    "LIGHTSOUT_JOB",
    // A shell adds these to its own.
    "PWD",
    "SHLVL",
    "_",
];

#[tokio::test]
async fn an_agent_sees_only_what_it_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for name in ["tree", "home", "scratch", "bin"] {
        fs::create_dir(at(name)).unwrap();
    }
    let order = WorkOrder {
        tree: at("tree"),
        request_file: at("request.json"),
        media_file: at("media.json"),
        transcript: at("transcript"),
        home: at("home"),
        scratch: at("scratch"),
        bin: at("bin"),
        prompt: "do it".to_owned(),
        skills: Vec::new(),
        rules: lightsout_agents::Rules::default(),
        limits: Limits {
            wall: Duration::from_secs(30),
            stall: None,
            output: 1 << 20,
        },
        identity: ("Agent".to_owned(), "agent@factory.invalid".to_owned()),
        when: 1_700_000_000,
    };
    let agent = CommandAgent::parse("sh -c 'env; cat; pwd; echo READY'").unwrap();
    let finished = agent.run(&order).await.unwrap();
    assert_eq!(finished.end, End::Exited(0));
    let printed = fs::read_to_string(&order.transcript).unwrap();
    assert!(printed.contains("do it"), "the prompt is on standard input");
    assert!(
        printed.contains(&order.tree.display().to_string()),
        "it works in the clone"
    );
    assert!(!printed.contains("hunter2"), "{printed}");
    let variables = printed.lines().filter_map(|line| line.split_once('='));
    for (name, value) in variables {
        assert!(ALLOWED.contains(&name), "`{name}` arrived: {value}");
    }
    for expected in [
        format!("PATH={}:", order.bin.display()),
        format!("HOME={}", order.home.display()),
        format!("TMPDIR={}", order.scratch.display()),
        "LANG=C.UTF-8".to_owned(),
        "GIT_AUTHOR_NAME=Agent".to_owned(),
        "GIT_COMMITTER_DATE=@1700000000 +0000".to_owned(),
        format!("LIGHTSOUT_REQUEST={}", order.request_file.display()),
        format!("LIGHTSOUT_MEDIA={}", order.media_file.display()),
    ] {
        assert!(
            printed.contains(&expected),
            "{expected} is missing in {printed}"
        );
    }
}

/// Runs the test above in a process whose environment is full of secrets.
#[test]
fn planted_secrets_do_not_arrive() {
    let mut planted = Command::new(std::env::current_exe().unwrap());
    planted.args([
        "--exact",
        "environment::an_agent_sees_only_what_it_is_given",
    ]);
    for name in [
        "ANTHROPIC_API_KEY",
        "OPENAI_API_KEY",
        "GITHUB_TOKEN",
        "GH_TOKEN",
        "FAL_KEY",
        "BOT_TOKEN",
        "SSH_AUTH_SOCK",
        "GIT_ASKPASS",
        "GIT_SSH_COMMAND",
        "GIT_CONFIG_COUNT",
        "GIT_CONFIG_KEY_0",
        "GIT_CONFIG_VALUE_0",
        "LD_PRELOAD_X",
        "CARGO_REGISTRY_TOKEN",
        "NPM_TOKEN",
        "AWS_SECRET_ACCESS_KEY",
        "HTTPS_PROXY",
        "XDG_CONFIG_HOME",
        "ACTIONS_RUNTIME_TOKEN",
        "LIGHTSOUT_BOT_TOKEN",
    ] {
        planted.env(name, "hunter2");
    }
    let output = planted.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("1 passed"),
        "the test has another name: {said}"
    );
}

#[test]
fn command_lines_are_split_without_a_shell() {
    assert!(CommandAgent::parse("prog 'one arg' \"two args\" $HOME").is_ok());
    for line in ["", "   ", "prog 'open", "''"] {
        let error = CommandAgent::parse(line).unwrap_err();
        assert!(error.to_string().contains("hint:"), "{error}");
    }
}
