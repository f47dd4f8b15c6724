//! Secrets in the hands of every verb that holds them, while whoever is asked says them back.

use std::fs;
use std::process::Output;

use serde_json::Value;

use crate::hub::{Bot, Echo, Hub, has_secret};
use crate::payloads::{deployed, failed, labeled, pull_opened, told};
use crate::stderr;

/// A verb with what it is about.
type Call = (Vec<&'static str>, Option<(&'static str, Value)>);

/// A request in review, and the event that it was opened.
fn in_review() -> (Hub, Value) {
    let hub = Hub::new();
    hub.open("FAQ: bicycles");
    let opened = told("opened", &hub.issue(1));
    hub.fine(&["triage"], Some(("issues", &opened)));
    for words in [&["agent", "run"][..], &["gate"], &["settle"]] {
        hub.fine(words, None);
    }
    (hub, opened)
}

/// The same with every verb that holds credentials, and a run to be settled.
fn every_verb() -> (Hub, Vec<Call>) {
    let (hub, opened) = in_review();
    let pull = &hub.pulls()[0];
    let published = hub.say("ada", 2, "/publish");
    let of_pull = |payload| Some(("pull_request", payload));
    let calls = vec![
        (vec!["triage", "--out", "other"], Some(("issues", opened))),
        (vec!["publish"], Some(("issue_comment", published))),
        (vec!["publish"], of_pull(labeled(pull))),
        (vec!["settle"], None),
        (vec!["heal"], Some(("workflow_run", failed(pull)))),
        (vec!["review"], of_pull(pull_opened(pull))),
        (vec!["preview"], Some(("deployment_status", deployed(pull)))),
        (vec!["stale"], None),
        (vec!["spend"], None),
        (vec!["canary"], None),
    ];
    (hub, calls)
}

fn json(status: u16) -> Echo {
    let page = false;
    Echo { status, page }
}

fn page(status: u16) -> Echo {
    let page = true;
    Echo { status, page }
}

#[test]
fn no_refusal_brings_a_secret_out() {
    let (hub, calls) = every_verb();
    for (bot, echoes) in [
        (Bot::Token, &[json(401)][..]),
        (Bot::Token, &[page(502), json(403)]),
        (Bot::App, &[json(403)]),
        (Bot::Token, &[page(404)]),
        (Bot::Token, &[json(200)]),
    ] {
        hub.echo(echoes);
        for (words, event) in &calls {
            let event = event.as_ref().map(|(name, payload)| (*name, payload));
            // What was printed is looked at there.
            let output = hub.job_by(bot, words, event);
            let told = stderr(&output);
            // What does not exist may be nothing to do.
            if ![200, 404].contains(&echoes[0].status) {
                assert_eq!(output.status.code(), Some(1), "{words:?}: {told}");
                assert!(told.contains("error: "), "{words:?}: {told}");
            }
        }
    }
    assert_eq!(hub.leaks(), None);
    assert!(!hub.sends_secret());
}

const LEDGER: &str = "lightsout/*";
const CHANGES: &str = "claude/*";

/// Runs a job whose pushes to some branches are refused, and sees that it does not say by what credential; gives its end.
fn is_refused(
    hub: &Hub,
    bot: Bot,
    branches: &str,
    words: &[&str],
    event: Option<(&str, &Value)>,
) -> Output {
    hub.refuse_pushes(branches);
    // What was printed is looked at there.
    let output = hub.job_by(bot, words, event);
    hub.refuse_pushes("nobody");
    let told = stderr(&output);
    assert!(
        told.contains("not with [hidden] x-access-token:[hidden]"),
        "{words:?}: {told}"
    );
    output
}

#[test]
fn no_push_that_is_refused_brings_a_secret_out() {
    let hub = Hub::new();
    hub.open("FAQ: bicycles");
    let opened = told("opened", &hub.issue(1));
    let opened = Some(("issues", &opened));
    let fails = |bot, branches, words: &[&str], event| {
        let output = is_refused(&hub, bot, branches, words, event);
        assert_eq!(output.status.code(), Some(1), "{words:?}");
    };
    fails(Bot::Token, LEDGER, &["triage"], opened);
    hub.fine(&["triage"], opened);
    hub.fine(&["agent", "run"], None);
    hub.fine(&["gate"], None);
    fails(Bot::Token, LEDGER, &["settle"], None);
    // The ledger is the workflow's, and a change is the bot's.
    for bot in [Bot::Token, Bot::App] {
        fails(bot, CHANGES, &["settle"], None);
    }
    hub.fine(&["settle"], None);
    hub.check_out();
    let pull = &hub.pulls()[0];
    let (failed, opened) = (failed(pull), pull_opened(pull));
    let failed = Some(("workflow_run", &failed));
    let logs = concat!(env!("CARGO_MANIFEST_DIR"), "/../runlog/tests/data/run.zip");
    let heal = ["heal", "--out", "heal", "--logs", logs];
    fails(Bot::Token, LEDGER, &heal, failed);
    let opened = Some(("pull_request", &opened));
    fails(Bot::Token, LEDGER, &["review", "--out", "review"], opened);
    // The template agent, which uses no model, is handed no canary.
    let canary = ["canary", "--out", "canary", "--agent", "command:true"];
    fails(Bot::Token, LEDGER, &canary, None);
    assert_eq!(hub.leaks(), None);
    assert!(!hub.sends_secret());
}

/// A later sweep looks at such a request again, so the job does not fail; it says what is left, once.
#[test]
fn no_deletion_that_is_refused_brings_a_secret_out() {
    for (verb, who, on, command) in [
        ("publish", "ada", 2, "/publish"),
        ("triage", "robin", 1, "/cancel"),
    ] {
        let (hub, _) = in_review();
        let said = hub.say(who, on, command);
        let said = Some(("issue_comment", &said));
        let words = [verb, "--out", "other"];
        fs::write(hub.path("summary.md"), "").unwrap();
        let output = is_refused(&hub, Bot::Token, CHANGES, &words, said);
        assert_eq!(output.status.code(), Some(0), "{verb}");
        let summary = fs::read_to_string(hub.path("summary.md")).unwrap();
        let told = stderr(&output);
        for text in [&summary, &told] {
            let mut lines = text.lines().filter(|line| line.contains("not done: "));
            let line = lines.next().unwrap_or_else(|| panic!("{verb}: {text}"));
            let why = "not done: the forge refused deleting ";
            assert!(line.contains(why), "{verb}: {line}");
            let times = line.matches("refused").count();
            assert_eq!(times, 1, "{verb}: it is said {times} times: {line}");
        }
        assert_eq!(hub.leaks(), None);
        assert!(!hub.sends_secret());
    }
}

#[test]
fn a_secret_that_is_written_is_found() {
    let hub = Hub::new();
    assert_eq!(hub.leaks(), None);
    let key = include_str!("../../../github/tests/it/app-key.pem");
    for secret in [
        "token: planted-1",
        key.lines().nth(2).unwrap(),
        "Basic eC1hY2Nlc3MtdG9rZW46cGxhbnRlZC1ib3QtODhiYg==",
    ] {
        assert!(has_secret(secret.as_bytes()), "{secret}");
        let file = hub.path("checkout/deep");
        std::fs::write(&file, secret).unwrap();
        assert_eq!(hub.leaks(), Some(file.clone()));
        std::fs::remove_file(file).unwrap();
    }
}
