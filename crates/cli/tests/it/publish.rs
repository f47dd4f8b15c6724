use std::time::Duration;

use serde_json::Value;

use crate::hub::Hub;
use crate::payloads::told;

/// A request whose pull request is in review, with a check of somebody else's that is still running.
fn in_review() -> (Hub, String) {
    let hub = Hub::new();
    hub.open("FAQ: bicycles");
    hub.fine(
        &["triage"],
        Some(("issues", &told("opened", &hub.issue(1)))),
    );
    for words in [&["agent", "run"][..], &["gate"], &["settle"]] {
        hub.fine(words, None);
    }
    let head = hub.pulls()[0]["head"]["sha"].as_str().unwrap().to_owned();
    hub.check(&head, "pending");
    (hub, head)
}

fn publish(hub: &Hub, minutes: &str) -> Value {
    let comment = hub.say("ada", 2, "/publish");
    let event = Some(("issue_comment", &comment));
    hub.fine(&["publish", "--wait", minutes], event)
}

#[test]
fn publish_waits_for_checks_that_turn_green() {
    let (hub, head) = in_review();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !hub.pulls()[0]["labels"].to_string().contains("approved") {
                std::thread::sleep(Duration::from_millis(50));
            }
            std::thread::sleep(Duration::from_secs(2));
            hub.check(&head, "success");
        });
        let said = publish(&hub, "1");
        assert_eq!(said["reason"], "merging", "{said}");
    });
    assert_eq!(hub.pulls()[0]["merged"], true);
}

#[test]
fn publish_waits_no_longer_than_it_is_told_to() {
    let (hub, _) = in_review();
    let said = publish(&hub, "0");
    assert_eq!(said["reason"], "checks-pending", "{said}");
    assert_eq!(hub.pulls()[0]["merged"], false);
}
