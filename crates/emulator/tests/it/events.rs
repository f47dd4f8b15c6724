use serde_json::{Value, json};

use crate::site::Site;

async fn issue(site: &Site) -> u64 {
    let body = json!({ "title": "FAQ: bicycles", "body": "May I?", "labels": ["cms-faq"] });
    let made = site.done("robin", "POST", "/issues", &body).await;
    made["number"].as_u64().unwrap()
}

#[tokio::test]
async fn what_the_workflow_does_raises_nothing_but_a_dispatch() {
    let site = Site::new().await;
    let on = issue(&site).await;
    assert_eq!(site.happened(), ["issues/opened", "issues/labeled"]);
    let comments = format!("/issues/{on}/comments");
    let labels = format!("/issues/{on}/labels");
    site.done(
        "workflow",
        "POST",
        &comments,
        &json!({ "body": "Which photo?" }),
    )
    .await;
    site.done(
        "workflow",
        "POST",
        &labels,
        &json!({ "labels": ["cms-bot-waiting"] }),
    )
    .await;
    site.done(
        "workflow",
        "PATCH",
        &format!("/issues/{on}"),
        &json!({ "state": "closed" }),
    )
    .await;
    assert_eq!(site.happened().len(), 2, "{:?}", site.happened());

    let dispatch = "/actions/workflows/cms.yml/dispatches";
    let body = json!({ "ref": "main", "inputs": { "issue": on.to_string() } });
    let (status, answer) = site.ask("workflow", "POST", dispatch, &body).await;
    assert_eq!((status, answer), (204, Value::Null));
    let events = site.events();
    let (name, payload) = events.last().unwrap();
    assert_eq!(name, "workflow_dispatch");
    assert_eq!(payload["inputs"]["issue"], on.to_string());
    assert_eq!(payload["workflow"], ".github/workflows/cms.yml");
    assert_eq!(payload["sender"]["login"], "github-actions[bot]");
    let body = json!({ "event_type": "go", "client_payload": { "n": 1 } });
    site.done("workflow", "POST", "/dispatches", &body).await;
    assert_eq!(site.happened().last().unwrap(), "repository_dispatch/go");

    site.done(
        "bot",
        "POST",
        &labels,
        &json!({ "labels": ["cms-approved"] }),
    )
    .await;
    let (_, payload) = site.events().pop().unwrap();
    assert_eq!(
        (&payload["action"], &payload["label"]["name"]),
        (&json!("labeled"), &json!("cms-approved"))
    );
    assert_eq!(payload["sender"]["type"], "Bot");
    site.done("mira", "POST", &comments, &json!({ "body": "/publish" }))
        .await;
    let (name, payload) = site.events().pop().unwrap();
    assert_eq!(
        (name.as_str(), &payload["comment"]["body"]),
        ("issue_comment", &json!("/publish"))
    );
    assert_eq!(payload["comment"]["author_association"], "COLLABORATOR");
    let all = site.happened().len();
    assert_eq!(all, 6);
    // Reading, and asking for what is so already, tells nobody anything.
    site.done("mira", "GET", "/issues", &Value::Null).await;
    site.done(
        "mira",
        "POST",
        &labels,
        &json!({ "labels": ["cms-approved"] }),
    )
    .await;
    assert_eq!(site.happened().len(), all);
}
