use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use lightsout_forge::{CommentId, Forge, Inbox, Label, Login, Number, Permission, Sha};
use lightsout_git::{NewFile, Repo, Signature};
use lightsout_github::GitHub;
use lightsout_testkit::contract::{Work, World, forge_contract};
use serde_json::{Value, json};

use crate::site::Site;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_adapter_for_github_keeps_the_contract() {
    let contract = forge_contract(async || {
        let site = Site::new().await;
        Seen {
            github: site.github(),
            site,
            works: AtomicU32::new(0),
        }
    });
    Box::pin(contract).await;
}

/// The server, seen through the adapter.
struct Seen {
    site: Site,
    github: GitHub,
    works: AtomicU32,
}

impl Seen {
    async fn by(&self, who: &Login, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.site.done(who.as_str(), method, path, body).await;
        // Somebody else did it, and the adapter cannot know.
        self.github.forget();
        answer
    }
}

#[async_trait]
impl World for Seen {
    fn forge(&self) -> &dyn Forge {
        &self.github
    }

    fn inbox(&self) -> Option<&dyn Inbox> {
        None
    }

    async fn open_issue(&self, who: &Login, title: &str, body: &str, labels: &[Label]) -> Number {
        let body = json!({ "title": title, "body": body, "labels": labels });
        let made = self.by(who, "POST", "/issues", &body).await;
        Number(made["number"].as_u64().unwrap())
    }

    async fn comment(&self, who: &Login, on: Number, body: &str) -> CommentId {
        let path = format!("/issues/{}/comments", on.0);
        let made = self.by(who, "POST", &path, &json!({ "body": body })).await;
        CommentId(made["id"].as_u64().unwrap())
    }

    async fn add_label(&self, who: &Login, on: Number, label: &Label) {
        let path = format!("/issues/{}/labels", on.0);
        self.by(who, "POST", &path, &json!({ "labels": [label] }))
            .await;
    }

    async fn close(&self, who: &Login, on: Number) {
        let path = format!("/issues/{}", on.0);
        self.by(who, "PATCH", &path, &json!({ "state": "closed" }))
            .await;
    }

    async fn reopen(&self, who: &Login, on: Number) {
        let path = format!("/issues/{}", on.0);
        self.by(who, "PATCH", &path, &json!({ "state": "open" }))
            .await;
    }

    async fn attach(&self, who: &Login, file_name: &str, bytes: &[u8]) -> String {
        let name = file_name.replace(' ', "%20");
        let url = format!("{}/_rehearsal/attachments?name={name}", self.site.url);
        let request = self.site.client.post(url);
        let request = request.bearer_auth(self.site.token(who.as_str()));
        let answer = request.body(bytes.to_vec()).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        answer["url"].as_str().unwrap().to_owned()
    }

    async fn set_permission(&self, who: &Login, permission: Permission) {
        let path = format!("/collaborators/{who}");
        let word = match permission {
            Permission::None | Permission::Read => "pull",
            Permission::Write => "push",
            Permission::Admin => "admin",
        };
        let body = json!({ "permission": word });
        self.site.done("ada", "PUT", &path, &body).await;
        self.github.forget();
    }

    async fn work(&self, on: &Sha, path: &str, text: &str) -> Work {
        let number = self.works.fetch_add(1, Ordering::SeqCst);
        let agent = self.site.path(&format!("agent-{number}.git"));
        let agent = Repo::init_bare(&agent, "main").unwrap();
        let served = Repo::open_bare(&self.site.path("factory/site.git")).unwrap();
        for (name, _) in served.refs("refs/heads/").unwrap() {
            agent.fetch_from(&served, &name, &name).unwrap();
        }
        let author = Signature {
            name: "Agent".to_owned(),
            email: "agent@example.com".to_owned(),
            when: 1_700_000_000 + i64::from(number),
        };
        let file = NewFile {
            path,
            bytes: Some(text.as_bytes()),
        };
        let commit = agent
            .commit_files(Some(on.as_str()), &[file], "work", &author)
            .unwrap();
        agent.update_ref("refs/heads/work", &commit, None).unwrap();
        let bundle = self.site.path(&format!("work-{number}.bundle"));
        agent
            .bundle(on.as_str(), "refs/heads/work", &bundle)
            .unwrap();
        Work {
            at: Sha::new(&commit).unwrap(),
            bundle,
        }
    }
}

#[tokio::test]
async fn an_attachment_is_fetched_by_its_signed_address() {
    let site = Site::new().await;
    let seen = Seen {
        github: site.github(),
        site,
        works: AtomicU32::new(0),
    };
    let robin = Login::new("robin").unwrap();
    let plain = seen.attach(&robin, "photo.jpg", b"a photo").await;
    let on = seen
        .open_issue(&robin, "One", &format!("![me]({plain})"), &[])
        .await;
    let issue = seen.github.issue(on).await.unwrap();
    assert!(issue.body.contains(&plain), "{}", issue.body);
    assert_eq!(
        seen.github.attachment(&plain, 100).await.unwrap(),
        b"a photo"
    );
    let url = format!("{}/repos/acme/site/issues/{}", seen.site.url, on.0);
    let shown = seen
        .site
        .client
        .get(url)
        .bearer_auth(seen.site.token("robin"));
    let shown = shown.header("accept", "application/vnd.github.full+json");
    let shown: Value = shown.send().await.unwrap().json().await.unwrap();
    let html = shown["body_html"].as_str().unwrap();
    let signed = html.split('"').find(|part| part.contains("jwt=")).unwrap();
    let get = async |url: &str| seen.site.client.get(url).send().await.unwrap().status();
    assert_eq!(get(signed).await, 200);
    for forged in [
        format!("{plain}?jwt=x"),
        format!("{signed}0"),
        signed.replace("jwt=", "jwt=9"),
    ] {
        assert_eq!(get(&forged).await, 404, "{forged}");
    }
}
