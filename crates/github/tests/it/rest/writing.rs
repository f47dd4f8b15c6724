use std::sync::Mutex;

use lightsout_forge::{
    Action, CheckState, CloseReason, Ensured, Forge, ForgeError, IssueState, Label, Number, Thread,
    status_labels,
};
use lightsout_testkit::Reply;
use serde_json::{Value, json};

use super::{
    BOT, OWN, WORKFLOW, body, branch, comment, issue, key, not_found, ok, on_issue, pull, sha,
    waiting, world,
};

#[tokio::test]
async fn labels_are_asked_for_once_and_known_afterwards() {
    let world = world(|asked| match asked.line().as_str() {
        "GET /repos/acme/site/issues/7" => ok(&issue(7, 0)),
        "POST /repos/acme/site/issues/7/labels" => ok(
            &json!([{"name": "cms-faq"}, body(asked)["labels"][0].as_str().map(|name| json!({"name": name}))]),
        ),
        "DELETE /repos/acme/site/issues/7/labels/cms-faq" => {
            ok(&json!([{"name": "cms-bot-waiting"}]))
        }
        _ => not_found(),
    });
    let add = Action::EnsureLabel {
        on: on_issue(),
        label: waiting(),
    };
    let remove = |label: &str| Action::EnsureNoLabel {
        on: on_issue(),
        label: Label::new(label).unwrap(),
    };
    assert_eq!(world.github.ensure(&add).await.unwrap(), Ensured::Changed);
    assert_eq!(world.github.ensure(&add).await.unwrap(), Ensured::NotNeeded);
    assert_eq!(
        world.github.ensure(&remove("cms-faq")).await.unwrap(),
        Ensured::Changed
    );
    assert_eq!(
        world.github.ensure(&remove("cms-faq")).await.unwrap(),
        Ensured::NotNeeded
    );
    // Somebody took it off by hand.
    assert_eq!(
        world
            .github
            .ensure(&remove("cms-bot-waiting"))
            .await
            .unwrap(),
        Ensured::NotNeeded
    );
    assert_eq!(world.github.calls().total(), 4, "{}", world.github.calls());
}

/// A repository in which labels look so when they are put on, and that answers so when one is to look different.
fn looking(color: &'static str, description: Value, edited: Reply) -> super::World {
    world(move |asked| match asked.line().as_str() {
        "GET /repos/acme/site/issues/7" => ok(&issue(7, 0)),
        "POST /repos/acme/site/issues/7/labels" => ok(&json!([
            {"name": "cms-faq", "color": "ededed", "description": null},
            {"name": "Cms-Bot-Waiting", "color": color, "description": description},
        ])),
        line if line.starts_with("PATCH /repos/acme/site/labels/") => edited.clone(),
        _ => not_found(),
    })
}

#[tokio::test]
async fn a_label_that_github_had_to_make_gets_its_look() {
    let add = Action::EnsureLabel {
        on: on_issue(),
        label: waiting(),
    };
    // Whether it could be given its look or not, it is on.
    for edited in [ok(&json!({})), Reply::json(403, &json!({"message": "No"}))] {
        let world = looking("ededed", Value::Null, edited);
        assert_eq!(world.github.ensure(&add).await.unwrap(), Ensured::Changed);
        let asked = world.server.asked();
        let last = asked.last().unwrap();
        assert_eq!(
            (asked.len(), last.line().as_str()),
            (3, "PATCH /repos/acme/site/labels/cms-bot-waiting")
        );
        let spec = status_labels().remove(0);
        assert_eq!(
            (&spec.label, body(last)),
            (
                &waiting(),
                json!({"color": spec.color, "description": spec.description})
            )
        );
    }
    // What somebody has made to look like something stays as it is, and costs no call.
    for (color, description) in [
        ("fbca04", Value::Null),
        ("ededed", json!("Ask a person")),
        ("0000ff", json!("")),
    ] {
        let world = looking(color, description, not_found());
        assert_eq!(world.github.ensure(&add).await.unwrap(), Ensured::Changed);
        assert_eq!(world.server.asked().len(), 2);
    }
}

#[tokio::test]
async fn each_action_brings_its_own_credential() {
    let world = world(|asked| match asked.line().as_str() {
        "GET /repos/acme/site/issues/7" => ok(&issue(7, 0)),
        "POST /repos/acme/site/issues/7/comments" => {
            Reply::json(201, &comment(1, OWN, body(asked)["body"].as_str().unwrap()))
        }
        line if line.starts_with("GET /repos/acme/site/pulls?") => ok(&json!([])),
        "POST /repos/acme/site/pulls" => Reply::json(201, &pull(9, "claude/issue-7-x", "open")),
        line if line.starts_with("POST /repos/acme/site/issues/") => ok(&json!([])),
        line if line.ends_with("per_page=100") => ok(&json!({"statuses": [], "check_runs": []})),
        "PATCH /repos/acme/site/issues/7" => {
            let mut closed = issue(7, 0);
            closed["state"] = json!("closed");
            ok(&closed)
        }
        _ => Reply::json(201, &json!({})),
    });
    let head = branch("claude/issue-7-x");
    let label = |on: Thread, label: Label| Action::EnsureLabel { on, label };
    let actions = [
        (label(on_issue(), waiting()), WORKFLOW),
        (label(on_issue(), Label::approved()), BOT),
        (
            Action::UpsertComment {
                on: on_issue(),
                key: key(),
                body: "x".repeat(60_000),
            },
            WORKFLOW,
        ),
        (
            Action::EnsurePullRequest {
                head: head.clone(),
                base: branch("main"),
                title: "Add".to_owned(),
                body: "b".to_owned(),
            },
            BOT,
        ),
        (
            Action::EnsureStatus {
                sha: sha(),
                context: "lightsout/gates".to_owned(),
                state: CheckState::Success,
                description: "y".repeat(500),
            },
            WORKFLOW,
        ),
        (
            Action::CloseIssue {
                issue: Number(7),
                reason: CloseReason::NotPlanned,
            },
            WORKFLOW,
        ),
    ];
    for (action, token) in actions {
        assert_eq!(
            world.github.ensure(&action).await.unwrap(),
            Ensured::Changed,
            "{action:?}"
        );
        let asked = world.server.asked();
        let last = asked.last().unwrap();
        assert_ne!(last.method, "GET", "{action:?}");
        assert_eq!(
            last.header("authorization"),
            Some(format!("Bearer {token}").as_str()),
            "{action:?}"
        );
        if let Action::EnsureStatus { .. } = action {
            assert_eq!(body(last)["description"].as_str().unwrap().len(), 140);
        }
        if let Action::UpsertComment { .. } = action {
            assert_eq!(
                body(last)["body"].as_str().unwrap().len(),
                60_000 + key().marker().len() + 1
            );
        }
        if let Action::CloseIssue { .. } = action {
            assert_eq!(
                body(last),
                json!({"state": "closed", "state_reason": "not_planned"})
            );
        }
    }
    for asked in world
        .server
        .asked()
        .iter()
        .filter(|asked| asked.method == "GET")
    {
        assert_eq!(
            asked.header("authorization"),
            Some(format!("Bearer {WORKFLOW}").as_str())
        );
    }
    let said = format!("{:?} {}", world.github, world.github.calls());
    assert!(!said.contains("planted"), "{said}");
}

#[tokio::test]
async fn a_comment_is_edited_in_place_and_made_again_when_somebody_deleted_it() {
    let world = world(|asked| match asked.line().as_str() {
        "GET /repos/acme/site/issues/7" => ok(&issue(7, 2)),
        line if line.starts_with("GET /repos/acme/site/issues/7/comments") => {
            let text = format!("{}\nold", key().marker());
            ok(&json!([comment(1, "robin", &text), comment(2, OWN, &text)]))
        }
        "PATCH /repos/acme/site/issues/comments/2"
            if body(asked)["body"].to_string().contains("gone") =>
        {
            not_found()
        }
        "PATCH /repos/acme/site/issues/comments/2" => {
            ok(&comment(2, OWN, body(asked)["body"].as_str().unwrap()))
        }
        "POST /repos/acme/site/issues/7/comments" => {
            Reply::json(201, &comment(3, OWN, body(asked)["body"].as_str().unwrap()))
        }
        _ => not_found(),
    });
    let say = |text: &str| Action::UpsertComment {
        on: on_issue(),
        key: key(),
        body: text.to_owned(),
    };
    assert_eq!(
        world.github.ensure(&say("old")).await.unwrap(),
        Ensured::NotNeeded
    );
    assert_eq!(
        world.github.ensure(&say("new")).await.unwrap(),
        Ensured::Changed
    );
    assert_eq!(
        world.github.ensure(&say("new")).await.unwrap(),
        Ensured::NotNeeded
    );
    assert_eq!(world.github.calls().total(), 3, "{}", world.github.calls());
    assert_eq!(
        world.github.ensure(&say("gone")).await.unwrap(),
        Ensured::Changed
    );
}

#[tokio::test]
async fn a_locked_conversation_is_refused_in_githubs_words() {
    let world = world(|asked| match asked.method.as_str() {
        "GET" => ok(&issue(7, 0)),
        _ => Reply::json(
            403,
            &json!({"message": "Unable to create comment because issue is locked."}),
        ),
    });
    let say = Action::UpsertComment {
        on: on_issue(),
        key: key(),
        body: "x".to_owned(),
    };
    let refused = world.github.ensure(&say).await;
    assert!(
        matches!(&refused, Err(ForgeError::Refused { why, .. }) if why.contains("locked")),
        "{refused:?}"
    );
    assert_eq!(world.github.calls().total(), 2, "it is not asked again");
}

#[tokio::test]
async fn an_issue_that_shall_be_closed_gets_its_text_with_its_state() {
    let bodies = Mutex::new(Vec::new());
    let world = world(move |asked| {
        if asked.method == "GET" {
            return ok(&json!([]));
        }
        bodies.lock().unwrap().push(body(asked));
        let mut made = issue(4, 0);
        made["user"]["login"] = json!(OWN);
        for (name, value) in body(asked).as_object().unwrap() {
            made[name] = value.clone();
        }
        let description = Value::Null;
        made["labels"] =
            json!([{"name": "ops-cost-alert", "color": "ededed", "description": description}]);
        Reply::json(201, &made)
    });
    let wanted = Action::EnsureIssue {
        key: key(),
        title: "Spend".to_owned(),
        body: "$51".to_owned(),
        labels: [Label::cost_alert()].into(),
        state: IssueState::Closed,
    };
    assert_eq!(
        world.github.ensure(&wanted).await.unwrap(),
        Ensured::Changed
    );
    let asked = world.server.asked();
    let writes: Vec<_> = asked.iter().filter(|asked| asked.method != "GET").collect();
    assert_eq!(writes.len(), 3);
    assert_eq!(body(writes[0])["body"], json!(key().marker()));
    assert!(writes[1].path.ends_with("/site/labels/ops-cost-alert"));
    assert_eq!(
        body(writes[2]),
        json!({"title": "Spend", "body": format!("{}\n$51", key().marker()), "state": "closed"})
    );
}

#[tokio::test]
async fn why_a_pull_request_cannot_be_opened_is_told_apart() {
    let world = world(|asked| {
        let head = body(asked)["head"].as_str().unwrap_or_default().to_owned();
        let error = |error: serde_json::Value| {
            Reply::json(
                422,
                &json!({"message": "Validation Failed", "errors": [error]}),
            )
        };
        match (asked.method.as_str(), head.as_str()) {
            ("GET", _) if asked.path.contains("there") && asked.path.contains("again") => {
                ok(&json!([pull(9, "there-again", "open")]))
            }
            ("GET", _) => ok(&json!([])),
            (_, "gone") => {
                error(json!({"resource": "PullRequest", "field": "head", "code": "invalid"}))
            }
            (_, "same") => error(json!({"message": "No commits between main and same"})),
            _ => error(json!({"message": "A pull request already exists for acme:there."})),
        }
    });
    let open = |head: &str| Action::EnsurePullRequest {
        head: branch(head),
        base: branch("main"),
        title: "Add".to_owned(),
        body: "b".to_owned(),
    };
    let gone = world.github.ensure(&open("gone")).await;
    assert!(matches!(gone, Err(ForgeError::NotFound { .. })), "{gone:?}");
    for head in ["same", "there"] {
        let refused = world.github.ensure(&open(head)).await;
        assert!(
            matches!(refused, Err(ForgeError::Refused { .. })),
            "{head}: {refused:?}"
        );
    }
    assert_eq!(
        world.github.ensure(&open("there-again")).await.unwrap(),
        Ensured::NotNeeded
    );
}
