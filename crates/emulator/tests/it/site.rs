use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use lightsout_emulator::{Options, Server, Tokens};
use lightsout_forge::{BranchName, Login, Permission};
use lightsout_github::{BotCredential, GitHub, Repository, Settings, WorkflowToken};
use lightsout_local::Local;
use lightsout_testkit::VirtualClock;
use reqwest::Method;
use serde_json::Value;
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// A forge in a folder, served as `acme/site`.
pub(crate) struct Site {
    pub(crate) dir: Arc<TempDir>,
    pub(crate) url: String,
    pub(crate) tokens: Tokens,
    pub(crate) client: reqwest::Client,
    serving: JoinHandle<()>,
}

pub(crate) fn login(name: &str) -> Login {
    Login::new(name).unwrap()
}

impl Site {
    /// A fresh forge, in which `ada` may do everything, `mira` may write and `robin` may read.
    pub(crate) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let site = [("content/pages/about.mdx".to_owned(), b"about\n".to_vec())];
        let clock = VirtualClock::default().as_fn();
        let local = Local::create(&dir.path().join("factory"), &site, clock)
            .await
            .unwrap();
        for (who, may) in [
            ("ada", Permission::Admin),
            ("mira", Permission::Write),
            ("robin", Permission::Read),
        ] {
            local.set_permission(&login(who), may).await.unwrap();
        }
        Self::serve(Arc::new(dir), local).await
    }

    pub(crate) async fn serve(dir: Arc<TempDir>, local: Local) -> Self {
        // What asks the server could speak TLS as well, and wants to know by what.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let options = Options {
            address: ([127, 0, 0, 1], 0).into(),
            repository: "acme/site".to_owned(),
            tokens: dir.path().join("serve.env"),
            events: dir.path().join("events"),
        };
        let server = Server::start(local, &options, Box::new(|_| {}))
            .await
            .unwrap();
        let (url, tokens) = (server.url().to_owned(), server.tokens());
        let serving = tokio::spawn(async move { match server.serve().await {} });
        Self {
            dir,
            url,
            tokens,
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            serving,
        }
    }

    /// Ends the server, whatever it is doing, lets something be done to the forge, and starts it again.
    pub(crate) async fn again(mut self, between: impl AsyncFnOnce(&Local)) -> Self {
        self.serving.abort();
        let _ = (&mut self.serving).await;
        let dir = Arc::clone(&self.dir);
        drop(self);
        // Connections that are still open hold the forge for a moment.
        for _ in 0..100 {
            let folder = dir.path().join("factory");
            if let Ok(local) = Local::open(&folder, VirtualClock::default().as_fn()).await {
                between(&local).await;
                return Self::serve(dir, local).await;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the forge is never given back");
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The adapter for GitHub, as a workflow has it.
    pub(crate) fn github(&self) -> GitHub {
        let repository = Repository::new("acme/site").unwrap();
        let workshop = self.path("workshop.git");
        let main = BranchName::new("main").unwrap();
        let mut settings = Settings::new(repository, &self.url, &self.url, workshop, main).unwrap();
        settings.own = vec![login("github-actions[bot]"), login("lightsout[bot]")];
        settings.patience = Duration::from_secs(5);
        GitHub::new(
            settings,
            WorkflowToken::new(self.tokens.workflow().into()),
            BotCredential::Token(self.tokens.bot().into()),
        )
        .unwrap()
    }

    pub(crate) fn token(&self, who: &str) -> &str {
        match who {
            "workflow" => self.tokens.workflow(),
            "bot" => self.tokens.bot(),
            person => self.tokens.person(&login(person)).unwrap(),
        }
    }

    /// Asks as somebody; gives the status and the JSON that comes back.
    pub(crate) async fn ask(
        &self,
        who: &str,
        method: &str,
        path: &str,
        body: &Value,
    ) -> (u16, Value) {
        let url = format!("{}/repos/acme/site{path}", self.url);
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self
            .client
            .request(method, url)
            .bearer_auth(self.token(who));
        if !body.is_null() {
            request = request.json(body);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let body = response.bytes().await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    /// Asks as somebody for what has to succeed.
    pub(crate) async fn done(&self, who: &str, method: &str, path: &str, body: &Value) -> Value {
        let (status, answer) = self.ask(who, method, path, body).await;
        assert!(status < 300, "{method} {path}: {status} {answer}");
        answer
    }

    /// The events so far: the name of each file without its number, and what it says happened.
    pub(crate) fn events(&self) -> Vec<(String, Value)> {
        let mut names: Vec<String> = fs::read_dir(self.path("events"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let read = |name: String| {
            let text = fs::read_to_string(self.path("events").join(&name)).unwrap();
            let event = name[9..].trim_end_matches(".json").to_owned();
            (event, serde_json::from_str(&text).unwrap())
        };
        names.into_iter().map(read).collect()
    }

    /// The events so far as `issues/opened`.
    pub(crate) fn happened(&self) -> Vec<String> {
        let name = |(event, payload): (String, Value)| match payload["action"].as_str() {
            Some(action) => format!("{event}/{action}"),
            None => event,
        };
        self.events().into_iter().map(name).collect()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
