use serde_json::{Value, json};

use crate::site::Site;

#[tokio::test]
async fn strangers_see_nothing_and_wrong_tokens_are_refused() {
    let site = Site::new().await;
    let get = async |token: Option<&str>, path: &str| {
        let mut request = site.client.get(format!("{}{path}", site.url));
        if let Some(token) = token {
            request = request.header("authorization", token);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json::<Value>().await.unwrap_or_default())
    };
    let issues = "/repos/acme/site/issues";
    assert_eq!(get(None, issues).await.0, 404);
    for wrong in ["Bearer nobody", "token x", "Basic !!!", "x", "Bearer "] {
        let (status, answer) = get(Some(wrong), issues).await;
        assert_eq!(
            (status, &answer["message"]),
            (401, &json!("Bad credentials")),
            "{wrong}"
        );
    }
    let good = format!("Bearer {}", site.tokens.workflow());
    assert_eq!(get(Some(&good), issues).await.0, 200);
    assert_eq!(
        get(Some(&good), "/api/v3/repos/ACME/Site/issues").await.0,
        200
    );
    assert_eq!(get(Some(&good), "/repos/acme/other/issues").await.0, 404);
    let git = "/acme/site.git/info/refs?service=git-upload-pack";
    assert_eq!(get(None, git).await.0, 401);
    assert_eq!(get(Some("Basic bm9ib2R5Om5vYm9keQ=="), git).await.0, 401);
}

#[tokio::test]
async fn people_may_do_what_they_may() {
    let site = Site::new().await;
    let made = site
        .done("robin", "POST", "/issues", &json!({ "title": "One" }))
        .await;
    let on = made["number"].as_u64().unwrap();
    let labels = format!("/issues/{on}/labels");
    let wanted = json!({ "labels": ["x"] });
    assert_eq!(site.ask("robin", "POST", &labels, &wanted).await.0, 403);
    assert_eq!(site.ask("mira", "POST", &labels, &wanted).await.0, 200);
    let permit = json!({ "permission": "admin" });
    assert_eq!(
        site.ask("mira", "PUT", "/collaborators/mira", &permit)
            .await
            .0,
        403
    );
    assert_eq!(
        site.ask("bot", "PUT", "/collaborators/mira", &permit)
            .await
            .0,
        403
    );
    let pull = json!({ "title": "x", "head": "y", "base": "main" });
    let (status, answer) = site.ask("workflow", "POST", "/pulls", &pull).await;
    assert_eq!(status, 403, "{answer}");
    assert_eq!(site.ask("bot", "POST", "/pulls", &pull).await.0, 422);
}

#[tokio::test]
async fn garbage_is_refused_clearly() {
    let site = Site::new().await;
    let token = site.token("mira").to_owned();
    let send = async |method: &str, path: &str, body: Vec<u8>| {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let url = format!("{}{path}", site.url);
        let request = site
            .client
            .request(method, url)
            .bearer_auth(&token)
            .body(body);
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json::<Value>().await.unwrap_or_default())
    };
    let issues = "/repos/acme/site/issues";
    for (body, status) in [
        (&b"{"[..], 400),
        (b"\xff\xfe", 400),
        (b"[]", 400),
        (b"7", 400),
        (br#"{"title": []}"#, 422),
        (br#"{"title": ""}"#, 422),
        (br#"{"body": "x"}"#, 422),
        (br#"{"title": "x", "labels": ["a,b"]}"#, 422),
        (br#"{"title": "x", "labels": 7}"#, 422),
    ] {
        let (found, answer) = send("POST", issues, body.to_vec()).await;
        assert_eq!(found, status, "{body:?} {answer}");
        assert!(answer["message"].is_string() && answer["documentation_url"].is_string());
    }
    let long = json!({ "title": "x", "body": "y".repeat(70_000) });
    assert_eq!(
        send("POST", issues, long.to_string().into_bytes()).await.0,
        422
    );
    assert_eq!(send("POST", issues, vec![b' '; 10 << 20]).await.0, 413);
    let deep = "[".repeat(100_000).into_bytes();
    assert_eq!(send("POST", issues, deep).await.0, 400);
    for (method, path) in [
        ("DELETE", "/repos/acme/site/issues"),
        ("PUT", "/repos/acme/site"),
        ("GET", "/repos/acme/site/issues/0"),
        ("GET", "/repos/acme/site/issues/-1"),
        ("GET", "/repos/acme/site/issues/99999999999999999999"),
        ("GET", "/repos/acme/site/issues/..%2f..%2fetc"),
        ("GET", "/repos/acme/site/commits/..%2f..%2fHEAD/status"),
        ("GET", "/repos/acme/site/commits/--help/status"),
        ("GET", "/repos/acme/site/git/ref/heads/..%2f..%2fconfig"),
        ("GET", "/acme/site.git/config"),
        ("GET", "/acme/site.git/..%2fserve.env"),
        ("GET", "/acme/site.git/objects/info/packs"),
        ("GET", "/user-attachments/files/..%2f..%2f/forge.sqlite"),
        (
            "GET",
            "/user-attachments/files/01234567-89ab-cdef-0123-456789abcdef/..%2fforge.sqlite",
        ),
        ("GET", "//"),
        ("PROPFIND", "/"),
    ] {
        let (status, answer) = send(method, path, Vec::new()).await;
        assert!(
            (400..500).contains(&status),
            "{method} {path}: {status} {answer}"
        );
    }
    let (status, answer) = send("GET", "/repos/acme/site/projects", Vec::new()).await;
    assert_eq!(
        (status, &answer["message"]),
        (
            404,
            &json!("Not rehearsed here: GET /repos/acme/site/projects")
        )
    );
    assert_eq!(send("GET", "/repos/acme/site/%ff", Vec::new()).await.0, 400);
    // Whatever came, it still serves.
    assert_eq!(send("GET", issues, Vec::new()).await, (200, json!([])));
}

#[tokio::test]
async fn lists_come_in_pages_and_are_not_sent_twice() {
    let site = Site::new().await;
    for number in 1..=5 {
        let body = json!({ "title": format!("Issue {number}") });
        site.done("robin", "POST", "/issues", &body).await;
    }
    let url = format!(
        "{}/repos/acme/site/issues?per_page=2&direction=asc",
        site.url
    );
    let mut next = Some(url.clone());
    let mut seen = Vec::new();
    while let Some(url) = next {
        let answer = site
            .client
            .get(url)
            .bearer_auth(site.token("robin"))
            .send()
            .await
            .unwrap();
        let links = answer
            .headers()
            .get("link")
            .map(|link| link.to_str().unwrap().to_owned());
        let find = |links: String| {
            let next = links
                .split(", ")
                .find(|link| link.ends_with("rel=\"next\""))?;
            Some(next.split(['<', '>']).nth(1)?.to_owned())
        };
        next = links.and_then(find);
        let page: Vec<Value> = answer.json().await.unwrap();
        assert!(page.len() <= 2);
        seen.extend(page.iter().map(|issue| issue["number"].as_u64().unwrap()));
    }
    assert_eq!(seen, [1, 2, 3, 4, 5]);
    let get = || site.client.get(&url).bearer_auth(site.token("robin"));
    let tag = get().send().await.unwrap().headers()["etag"].clone();
    let again = get().header("if-none-match", &tag).send().await.unwrap();
    assert_eq!(again.status(), 304);
    let edit = json!({ "title": "Another" });
    site.done("robin", "PATCH", "/issues/1", &edit).await;
    let again = get().header("if-none-match", &tag).send().await.unwrap();
    assert_eq!(again.status(), 200);
}
