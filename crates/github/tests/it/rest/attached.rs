use lightsout_forge::{Dispatcher as _, Forge, ForgeError, Number, RunLogs};
use lightsout_testkit::{HttpServer, Reply};
use serde_json::json;

use super::{issue, not_found, ok, sha, world};

const ID: &str = "6f1c9b1e-2f5d-4d7e-9d55-0b1d2c3e4f5a";

fn bytes(body: &[u8]) -> Reply {
    Reply::Answer {
        status: 200,
        headers: Vec::new(),
        body: body.to_vec(),
    }
}

#[tokio::test]
async fn a_picture_comes_by_its_signed_address_without_any_credential() {
    let world = world(|asked| {
        let host = format!("http://{}", asked.header("host").unwrap());
        match asked.path.as_str() {
            "/repos/acme/site/issues/7" => {
                let mut issue = issue(7, 0);
                issue["body_html"] = json!(format!(
                    "<p><img src=\"{host}/private/12/34-{ID}.jpg?jwt=signed&amp;v=1\" alt='x'></p>"
                ));
                ok(&issue)
            }
            path if path.starts_with("/private/12/34-") && path.ends_with("?jwt=signed&v=1") => {
                bytes(b"a picture")
            }
            _ => not_found(),
        }
    });
    let url = format!("{}/user-attachments/assets/{ID}", world.server.url());
    let unsigned = world.github.attachment(&url, 100).await;
    assert!(
        matches!(unsigned, Err(ForgeError::NotFound { .. })),
        "{unsigned:?}"
    );
    world.github.issue(Number(7)).await.unwrap();
    assert_eq!(
        world.github.attachment(&url, 9).await.unwrap(),
        b"a picture"
    );
    let refused = world.github.attachment(&url, 8).await;
    assert!(
        matches!(refused, Err(ForgeError::Refused { .. })),
        "{refused:?}"
    );
    for asked in world.server.asked() {
        let to_the_api = asked.path.starts_with("/repos/");
        assert_eq!(
            asked.header("authorization").is_some(),
            to_the_api,
            "{}",
            asked.line()
        );
    }
    assert_eq!(
        world.github.calls().total(),
        1,
        "pictures are no REST calls"
    );
}

#[tokio::test]
async fn a_plain_address_is_followed_within_githubs_hosts_only() {
    let elsewhere = HttpServer::start(|_| bytes(b"secret of the inner network")).unwrap();
    let inner = elsewhere.url();
    let world = world(move |asked| match asked.path.as_str() {
        "/public" => Reply::text(302, "text/plain", "").with("location", "/there"),
        "/there" => bytes(b"here"),
        "/inner" => Reply::text(302, "text/plain", "").with("location", &inner),
        "/round" => Reply::text(302, "text/plain", "").with("location", "/round"),
        _ => not_found(),
    });
    let at = |path: &str| format!("{}{path}", world.server.url());
    assert_eq!(
        world.github.attachment(&at("/public"), 100).await.unwrap(),
        b"here"
    );
    for bad in [
        at("/inner"),
        at("/round"),
        elsewhere.url(),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "https://github.com.evil.example/x".to_owned(),
        "https://user:password@github.com/x".to_owned(),
        "https://github.com:8443/x".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        let refused = world.github.attachment(&bad, 100).await;
        assert!(
            matches!(refused, Err(ForgeError::Refused { .. })),
            "{bad}: {refused:?}"
        );
    }
    assert_eq!(elsewhere.asked(), []);
}

#[tokio::test]
async fn logs_are_downloaded_whole_or_not_at_all_and_without_the_credential() {
    let archive = vec![7; 300_000];
    let body = archive.clone();
    let storage = HttpServer::start(move |asked| match asked.path.as_str() {
        "/signed?sig=1" => bytes(&body),
        "/short" => Reply::Short(vec![7; 1000]),
        _ => not_found(),
    });
    let storage = storage.unwrap();
    let to = storage.url();
    let world = world(move |asked| {
        let leads = |path: &str| {
            Reply::text(302, "text/plain", "").with("location", &format!("{to}{path}"))
        };
        match asked.path.as_str() {
            "/repos/acme/site/actions/runs/1/logs" => leads("/signed?sig=1"),
            "/repos/acme/site/actions/runs/2/logs" => leads("/short"),
            "/repos/acme/site/actions/runs/3/logs" => {
                Reply::text(302, "text/plain", "").with("location", "http://plain.example/x")
            }
            "/repos/acme/site/actions/runs/4/logs" => Reply::json(410, &json!({"message": "Gone"})),
            _ => not_found(),
        }
    });
    let dir = tempfile::tempdir().unwrap();
    let into = dir.path().join("logs.zip");
    world.github.run_logs(1, &into, 300_000).await.unwrap();
    assert_eq!(std::fs::read(&into).unwrap(), archive);
    let again = world.github.run_logs(1, &into, 300_000).await;
    assert!(again.is_err(), "a file that is there is not written over");
    assert_eq!(std::fs::read(&into).unwrap(), archive);
    std::fs::remove_file(&into).unwrap();
    let large = world.github.run_logs(1, &into, 299_999).await;
    assert!(
        matches!(large, Err(ForgeError::Refused { .. })),
        "{large:?}"
    );
    let short = world.github.run_logs(2, &into, 300_000).await;
    assert!(
        matches!(short, Err(ForgeError::Unavailable { .. })),
        "{short:?}"
    );
    let plain = world.github.run_logs(3, &into, 300_000).await;
    assert!(
        matches!(plain, Err(ForgeError::Refused { .. })),
        "{plain:?}"
    );
    for gone in [4, 5] {
        let gone = world.github.run_logs(gone, &into, 300_000).await;
        assert!(matches!(gone, Err(ForgeError::NotFound { .. })), "{gone:?}");
    }
    assert!(!into.exists());
    for asked in storage.asked() {
        assert_eq!(asked.header("authorization"), None, "{}", asked.line());
    }
}

#[tokio::test]
async fn what_a_commit_belongs_to_variables_and_starting_a_workflow() {
    let world = world(|asked| match asked.line().as_str() {
        line if line.contains("/commits/") => {
            ok(&json!([super::pull(9, "claude/issue-7-x", "open")]))
        }
        "GET /repos/acme/site/actions/variables/CMS_BOT_ENABLED" => {
            ok(&json!({"name": "CMS_BOT_ENABLED", "value": "true"}))
        }
        "POST /repos/acme/site/actions/workflows/heal.yml/dispatches" => {
            Reply::text(204, "text/plain", "")
        }
        _ => not_found(),
    });
    let pulls = world.github.pulls_of(&sha()).await.unwrap();
    assert_eq!(pulls[0].number, Number(9));
    let enabled = world.github.variable("CMS_BOT_ENABLED").await.unwrap();
    assert_eq!(enabled.as_deref(), Some("true"));
    assert_eq!(world.github.variable("OTHER").await.unwrap(), None);
    let main = super::branch("main");
    world
        .github
        .dispatch("heal.yml", &main, &[("run", "12")])
        .await
        .unwrap();
    let asked = world.server.asked();
    let body = super::body(asked.last().unwrap());
    assert_eq!(body, json!({"ref": "main", "inputs": {"run": "12"}}));
    assert!(world.github.dispatch("none.yml", &main, &[]).await.is_err());
    let nowhere = world.github.take_up(Number(7)).await;
    assert!(
        matches!(nowhere, Err(ForgeError::NotFound { .. })),
        "{nowhere:?}"
    );
    let asked = world.server.asked();
    let started = asked.last().unwrap();
    assert!(
        started.line().ends_with("/workflows/cms.yml/dispatches"),
        "{}",
        started.line()
    );
    assert_eq!(super::body(started)["inputs"], json!({"issue": "7"}));
}
