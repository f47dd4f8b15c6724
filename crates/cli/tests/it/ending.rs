//! How a job ends when GitHub says no or nothing, and what it says to do.

use std::process::Output;

use lightsout_testkit::Reply;
use serde_json::json;

use crate::hub::{Asker, Bot, Hub};
use crate::payloads::told;
use crate::{lightsout, stderr};

/// A request that a job may look at.
fn hub() -> Hub {
    let hub = Hub::new();
    hub.open("FAQ: bicycles");
    hub
}

fn said(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({ "message": message }))
}

fn triage(hub: &Hub) -> Output {
    let opened = told("opened", &hub.issue(1));
    hub.job(&["triage"], Some(("issues", &opened)))
}

/// Sees that a job ended with 1 and said these words.
fn ended(output: &Output, words: &[&str]) {
    let told = stderr(output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    for word in words {
        assert!(told.contains(word), "{word}: {told}");
    }
}

#[test]
fn a_refused_token_is_the_users_to_mend() {
    let hub = hub();
    hub.always(Asker::Anybody, said(401, "Bad credentials"));
    let words = [
        "the workflow's own token",
        "Bad credentials",
        "hint: `GITHUB_TOKEN`",
    ];
    ended(&triage(&hub), &words);
    hub.always(Asker::Anybody, said(403, "Resource not accessible"));
    ended(&triage(&hub), &["Resource not accessible (HTTP 403)"]);
    hub.always(Asker::Anybody, said(404, "Not Found"));
    ended(&triage(&hub), &["does not exist"]);
}

#[test]
fn a_bot_that_is_refused_ends_the_job_and_the_next_one_goes_on() {
    for (bot, reply, words) in [
        (Bot::Token, said(401, "Bad credentials"), "Bad credentials"),
        (Bot::App, said(404, "Not Found"), "`12` is not installed on"),
        (Bot::App, said(401, "No such key"), "`12`: No such key"),
    ] {
        let hub = hub();
        assert!(triage(&hub).status.success());
        hub.fine(&["agent", "run"], None);
        hub.fine(&["gate"], None);
        hub.always(Asker::Bot, reply);
        let hint = "hint: `LIGHTSOUT_BOT_TOKEN`";
        let settled = hub.job_by(bot, &["settle"], None);
        ended(&settled, &["the bot's credential", words, hint]);
        assert_eq!(hub.pulls().len(), 0);
        hub.mend();
        hub.fine(&["settle"], None);
        assert_eq!(hub.pulls().len(), 1);
    }
}

#[test]
fn a_limit_is_said_with_how_long_it_lasts() {
    let hub = hub();
    let limit = said(403, "You have exceeded a secondary rate limit");
    hub.always(Asker::Anybody, limit.with("retry-after", "3600"));
    let words = ["rate limit", "3600 s", "hint: run it again later"];
    ended(&triage(&hub), &words);
}

#[test]
fn a_github_that_is_away_is_no_fault_of_ours() {
    let page = Reply::text(502, "text/html", "<html>");
    std::thread::scope(|scope| {
        for (reply, why) in [(page, "HTTP 502"), (Reply::Cut, "the connection broke")] {
            scope.spawn(move || {
                let hub = hub();
                hub.always(Asker::Anybody, reply);
                ended(&triage(&hub), &[why, "hint: run it again later"]);
            });
        }
    });
}

#[test]
fn an_answer_that_makes_no_sense_is_not_blamed_on_anybody() {
    let hub = hub();
    hub.always(Asker::Anybody, Reply::json(200, &json!({"a": 1})));
    let output = triage(&hub);
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(70), "{told}");
    assert!(told.contains("has no `issue.number`"), "{told}");
}

#[test]
fn a_machine_without_git_is_the_users_to_mend() {
    let dir = tempfile::tempdir().unwrap();
    let mut demo = lightsout();
    demo.current_dir(dir.path()).env("PATH", dir.path());
    let output = demo.args(["demo", "--dir", "site"]).output().unwrap();
    ended(&output, &["git is not installed"]);
}

#[test]
fn a_folder_that_is_no_checkout_is_named() {
    let dir = tempfile::tempdir().unwrap();
    for checkout in ["", "nowhere"] {
        let folder = dir.path().join(checkout);
        let mut job = lightsout();
        job.current_dir(dir.path())
            .args(["gate", "--state", "state", "--checkout"])
            .arg(&folder);
        let named = format!("`{}` is no checkout of a git repository", folder.display());
        ended(&job.output().unwrap(), &[&named, "hint: `--checkout`"]);
        assert!(!dir.path().join("state").exists());
    }
}
