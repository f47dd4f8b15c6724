//! Secrets in the hands of every verb that holds them, while whoever is asked says them back.

use serde_json::Value;

use crate::hub::{Bot, Echo, Hub, deployed, failed, has_secret, labeled, pull_opened, told};
use crate::stderr;

/// A verb with what it is about.
type Call = (Vec<&'static str>, Option<(&'static str, Value)>);

/// A request in review, every verb that holds credentials, and a run to be settled.
fn every_verb() -> (Hub, Vec<Call>) {
    let hub = Hub::new();
    hub.open("FAQ: bicycles");
    let opened = told("opened", &hub.issue(1));
    hub.fine(&["triage"], Some(("issues", &opened)));
    for words in [&["agent", "run"][..], &["gate"], &["settle"]] {
        hub.fine(words, None);
    }
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

#[test]
fn no_push_that_is_refused_brings_a_secret_out() {
    let hub = Hub::new();
    hub.open("FAQ: bicycles");
    hub.refuse_pushes();
    let opened = told("opened", &hub.issue(1));
    for bot in [Bot::Token, Bot::App] {
        let output = hub.job_by(bot, &["triage"], Some(("issues", &opened)));
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(
            told.contains("not with") && told.contains("[hidden]"),
            "{told}"
        );
    }
    assert_eq!(hub.leaks(), None);
    assert!(!hub.sends_secret());
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
