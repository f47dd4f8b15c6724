use lightsout_forge::{ForgeError, RunLogs as _};
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

#[tokio::test]
async fn a_run_that_ends_is_told_and_its_logs_are_where_github_keeps_them() {
    let site = Site::new().await;
    let main = site
        .done("mira", "GET", "/git/ref/heads/main", &Value::Null)
        .await;
    let sha = main["object"]["sha"].as_str().unwrap();
    let query = format!("name=CI&head_branch=main&head_sha={sha}&conclusion=failure");
    let url = format!("{}/_rehearsal/runs?{query}", site.url);
    let told = site
        .client
        .post(url)
        .bearer_auth(site.token("workflow"))
        .body("an archive");
    let told: Value = told.send().await.unwrap().json().await.unwrap();
    assert_eq!(told["conclusion"], "failure", "{told}");
    assert_eq!(site.happened(), ["workflow_run/completed"]);
    let run = told["id"].as_u64().unwrap();
    let into = site.path("logs.zip");
    let github = site.github();
    github.run_logs(run, &into, 100).await.unwrap();
    assert_eq!(std::fs::read(&into).unwrap(), b"an archive");
    let missing = github.run_logs(4711, &site.path("none.zip"), 100).await;
    assert!(
        matches!(missing, Err(ForgeError::NotFound { .. })),
        "{missing:?}"
    );
    // Whoever was not led there finds nothing.
    let guessed = format!("{}/_rehearsal/logs/{run}/0000", site.url);
    let guessed = site.client.get(guessed).send().await.unwrap();
    assert_eq!(guessed.status(), 404);
}

#[tokio::test]
async fn somebody_elses_bot_deploys() {
    let site = Site::new().await;
    let permit = json!({ "permission": "push" });
    site.done("ada", "PUT", "/collaborators/vercel%5Bbot%5D", &permit)
        .await;
    let file = std::fs::read_to_string(site.path("serve.env")).unwrap();
    let token = file
        .lines()
        .find_map(|line| line.strip_prefix("TOKEN_VERCEL_BOT="));
    let token = token.unwrap();
    let post = async |path: &str, body: Value| {
        let url = format!("{}/repos/acme/site{path}", site.url);
        let answer = site
            .client
            .post(url)
            .bearer_auth(token)
            .json(&body)
            .send()
            .await
            .unwrap();
        answer.json::<Value>().await.unwrap()
    };
    let made = post(
        "/deployments",
        json!({ "ref": "main", "environment": "Preview" }),
    )
    .await;
    let statuses = format!("/deployments/{}/statuses", made["id"]);
    let done = json!({ "state": "success", "environment_url": "https://site.example/" });
    post(&statuses, done).await;
    post(&statuses, json!({ "state": "inactive" })).await;
    assert_eq!(site.happened(), ["deployment_status/created"]);
    let (_, payload) = site.events().pop().unwrap();
    assert_eq!(payload["deployment_status"]["creator"]["type"], "Bot");
    assert_eq!(
        payload["deployment_status"]["environment_url"],
        "https://site.example/"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_tells_who_pushed_what() {
    let site = Site::new().await;
    let work = site.path("work");
    let git = |words: &[&str]| {
        let mut git = std::process::Command::new("git");
        git.args(["-c", "user.name=A", "-c", "user.email=a@example.com"]);
        let done = git
            .arg("-C")
            .arg(site.path(""))
            .args(words)
            .output()
            .unwrap();
        assert!(done.status.success(), "{words:?}: {done:?}");
    };
    let address = |who: &str| {
        let with = format!("//x:{}@", site.token(who));
        format!("{}/acme/site.git", site.url.replace("//", &with))
    };
    let folder = work.display().to_string();
    git(&["clone", "-q", &address("mira"), &folder]);
    std::fs::write(work.join("new.txt"), "new").unwrap();
    git(&["-C", &folder, "add", "."]);
    git(&["-C", &folder, "commit", "-qm", "A new file"]);
    git(&[
        "-C",
        &folder,
        "push",
        "-q",
        &address("workflow"),
        "HEAD:refs/heads/silent",
    ]);
    assert_eq!(site.happened(), [""; 0]);
    git(&[
        "-C",
        &folder,
        "push",
        "-q",
        &address("mira"),
        "HEAD:refs/heads/told",
    ]);
    git(&[
        "-C",
        &folder,
        "push",
        "-q",
        &address("mira"),
        ":refs/heads/told",
    ]);
    let events = site.events();
    let payloads: Vec<&Value> = events.iter().map(|(_, payload)| payload).collect();
    assert_eq!(site.happened(), ["push", "push"]);
    assert_eq!(payloads[0]["ref"], "refs/heads/told");
    assert_eq!(payloads[0]["head_commit"]["added"], json!(["new.txt"]));
    assert_eq!(payloads[0]["head_commit"]["message"], "A new file");
    assert_eq!(
        (&payloads[0]["created"], &payloads[1]["deleted"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(payloads[0]["sender"]["login"], "mira");
    // Whoever may only read does not push.
    let mut push = std::process::Command::new("git");
    push.args([
        "-C",
        &folder,
        "push",
        "-q",
        &address("robin"),
        "HEAD:refs/heads/no",
    ]);
    assert!(!push.output().unwrap().status.success());
    let (status, _) = site
        .ask("mira", "GET", "/git/ref/heads/no", &Value::Null)
        .await;
    assert_eq!(status, 404);
}
