use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use crate::site::Site;

#[tokio::test]
async fn whoever_starts_again_finds_everything_and_the_same_tokens() {
    let site = Site::new().await;
    site.done("robin", "POST", "/issues", &json!({ "title": "One" }))
        .await;
    let (tokens, happened) = (site.tokens.clone(), site.happened());
    let events = site.path("events");
    // As if it had been ended before the files were written.
    let site = site
        .again(async |local| {
            for file in fs::read_dir(&events).unwrap() {
                fs::remove_file(file.unwrap().path()).unwrap();
            }
            fs::write(events.join(".event-half"), "{").unwrap();
            local.set_setting("rehearsal.told", "0").await.unwrap();
        })
        .await;
    assert_eq!(site.tokens.workflow(), tokens.workflow());
    assert_eq!(
        site.tokens.person(&crate::site::login("mira")),
        tokens.person(&crate::site::login("mira"))
    );
    let shown = site
        .done("robin", "GET", "/issues/1", &serde_json::Value::Null)
        .await;
    assert_eq!(shown["title"], "One");
    assert_eq!(happened, ["issues/opened"]);
    assert_eq!(site.happened(), happened);
    let comments = "/issues/1/comments";
    let said = json!({ "body": "x" });
    site.done("mira", "POST", comments, &said).await;
    assert_eq!(site.happened(), ["issues/opened", "issue_comment/created"]);
    let file = site.path("serve.env");
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let text = fs::read_to_string(&file).unwrap();
    assert!(
        text.contains(&format!("GITHUB_API_URL={}\n", site.url)),
        "{text}"
    );
    assert!(text.contains("GITHUB_REPOSITORY=acme/site\n"), "{text}");
}
