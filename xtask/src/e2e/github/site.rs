//! A fresh GitHub for each check of the contract, and the people on it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use lightsout_forge::{BranchName, CommentId, Forge, Inbox, Label, Login, Number, Permission, Sha};
use lightsout_git::{NewFile, Repo, Signature};
use lightsout_github::{BotCredential, GitHub, Repository, Settings, WorkflowToken};
use lightsout_testkit::contract::{Work, World};
use lightsout_testkit::{GitServer, HttpServer};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::description::{Book, Description};
use super::emulator::{Emulator, Programs};
use super::hub::{BOT, Emulated, Hub, OWNER, REPOSITORY, Trap, WORKFLOW};
use crate::e2e::rest::Rest;

/// The owner, somebody who may write, somebody who may not, and the factory's two accounts.
pub(super) const USERS: &[&str] = &[
    "acme",
    "mira",
    "robin",
    "github-actions[bot]",
    "lightsout[bot]",
];

/// A repository on the emulator, seen through the adapter.
pub(super) struct Site {
    github: GitHub,
    hub: Arc<Hub>,
    works: AtomicU32,
    dir: TempDir,
    _servers: (HttpServer, GitServer, Emulator),
}

impl Site {
    pub(super) fn start(
        programs: &Programs,
        description: &Arc<Description>,
        book: &Arc<Mutex<Book>>,
    ) -> Result<Self> {
        let dir = tempfile::tempdir()?;
        let root = dir.path().join("forge");
        std::fs::create_dir_all(root.join("acme"))?;
        let bare = Repo::init_bare(&root.join("acme/site.git"), "main")?;
        let file = NewFile {
            path: "content/pages/about.mdx",
            bytes: Some(b"about\n"),
        };
        let first = bare.commit_files(None, &[file], "first", &signature(0))?;
        bare.update_ref("refs/heads/main", &first, None)?;
        let emulator = Emulator::start(programs, &seed(), dir.path())?;
        let git = GitServer::start(&root, None)?;
        let hub = Arc::new(Hub {
            emulator: Emulated::new(&emulator.url, "acme/site"),
            git: Rest::at(&git.url()),
            bare,
            description: Arc::clone(description),
            book: Arc::clone(book),
            state: Mutex::default(),
            trap: Trap::default(),
        });
        hub.follow()?;
        for (login, permission) in [
            ("mira", "push"),
            ("robin", "pull"),
            (USERS[3], "push"),
            (USERS[4], "push"),
        ] {
            permit(&hub, login, permission)?;
        }
        let served = Arc::clone(&hub);
        let front = HttpServer::start(move |asked| served.answer(asked))?;
        let url = front.url();
        let main = BranchName::new("main")?;
        let workshop = dir.path().join("workshop.git");
        let mut settings =
            Settings::new(Repository::new("acme/site")?, &url, &url, workshop, main)?;
        settings.own = vec![Login::new(USERS[3])?, Login::new(USERS[4])?];
        settings.patience = Duration::from_secs(5);
        let github = GitHub::new(
            settings,
            WorkflowToken::new(WORKFLOW.into()),
            BotCredential::Token(BOT.into()),
        )?;
        Ok(Self {
            github,
            hub,
            works: AtomicU32::new(0),
            dir,
            _servers: (front, git, emulator),
        })
    }

    /// Somebody does something on the emulator itself.
    fn by(&self, who: &Login, method: &str, path: &str, body: &Value) -> Value {
        let path = format!("{REPOSITORY}{path}");
        let body = Some(body.to_string().into_bytes());
        let done = self
            .hub
            .emulator
            .call(method, &path, &format!("as-{who}"), body);
        // Somebody else did it, and the adapter cannot know.
        self.github.forget();
        match done {
            Ok((status, _, answer)) if status < 300 => answer,
            other => panic!("{method} {path}: {other:?}"),
        }
    }

    fn is_pull(&self, number: Number) -> bool {
        let path = format!("{REPOSITORY}/pulls/{}", number.0);
        let found = self.hub.emulator.call("GET", &path, WORKFLOW, None);
        found.is_ok_and(|(status, _, _)| status == 200)
    }

    fn set_state(&self, who: &Login, on: Number, state: &str) {
        let kind = if self.is_pull(on) { "pulls" } else { "issues" };
        self.by(
            who,
            "PATCH",
            &format!("/{kind}/{}", on.0),
            &json!({ "state": state }),
        );
    }

    fn make_work(&self, on: &Sha, path: &str, text: &str) -> Result<Work> {
        let number = self.works.fetch_add(1, Ordering::SeqCst);
        let agent = Repo::init_bare(&self.dir.path().join(format!("agent-{number}.git")), "main")?;
        for (name, _) in self.hub.bare.refs("refs/heads/")? {
            agent.fetch_from(&self.hub.bare, &name, &name)?;
        }
        let file = NewFile {
            path,
            bytes: Some(text.as_bytes()),
        };
        let when = i64::from(number) + 1;
        let commit = agent.commit_files(Some(on.as_str()), &[file], "work", &signature(when))?;
        agent.update_ref("refs/heads/work", &commit, None)?;
        let bundle: PathBuf = self.dir.path().join(format!("work-{number}.bundle"));
        agent.bundle(on.as_str(), "refs/heads/work", &bundle)?;
        Ok(Work {
            at: Sha::new(&commit)?,
            bundle,
        })
    }
}

pub(super) fn signature(when: i64) -> Signature {
    Signature {
        name: "Agent".to_owned(),
        email: "agent@forge.example".to_owned(),
        when: 1_700_000_000 + when,
    }
}

pub(super) fn permit(hub: &Hub, login: &str, permission: &str) -> Result<()> {
    let path = format!(
        "{REPOSITORY}/collaborators/{}",
        login.replace('[', "%5B").replace(']', "%5D")
    );
    let body = json!({ "permission": permission }).to_string().into_bytes();
    let (status, _, said) = hub.emulator.call("PUT", &path, OWNER, Some(body))?;
    anyhow::ensure!(status < 300, "{login}: {status} {said}");
    Ok(())
}

pub(super) fn seed() -> Value {
    let mut tokens = serde_json::Map::new();
    for login in USERS {
        let name = match *login {
            "github-actions[bot]" => WORKFLOW.to_owned(),
            "lightsout[bot]" => BOT.to_owned(),
            login => format!("as-{login}"),
        };
        tokens.insert(name, json!({ "login": login, "scopes": ["repo"] }));
    }
    let users: Vec<Value> = USERS
        .iter()
        .map(|login| json!({ "login": login }))
        .collect();
    json!({
        "tokens": tokens,
        "github": {
            "users": users,
            "repos": [{ "owner": "acme", "name": "site", "auto_init": false }],
        },
    })
}

#[async_trait]
impl World for Site {
    fn forge(&self) -> &dyn Forge {
        &self.github
    }

    fn inbox(&self) -> Option<&dyn Inbox> {
        None
    }

    async fn open_issue(&self, who: &Login, title: &str, body: &str, labels: &[Label]) -> Number {
        let body = json!({ "title": title, "body": body, "labels": labels });
        let made = self.by(who, "POST", "/issues", &body);
        Number(made["number"].as_u64().unwrap_or_default())
    }

    async fn comment(&self, who: &Login, on: Number, body: &str) -> CommentId {
        let path = format!("/issues/{}/comments", on.0);
        let made = self.by(who, "POST", &path, &json!({ "body": body }));
        CommentId(made["id"].as_u64().unwrap_or_default())
    }

    async fn add_label(&self, who: &Login, on: Number, label: &Label) {
        let path = format!("/issues/{}/labels", on.0);
        self.by(who, "POST", &path, &json!({ "labels": [label] }));
    }

    async fn close(&self, who: &Login, on: Number) {
        self.set_state(who, on, "closed");
    }

    async fn reopen(&self, who: &Login, on: Number) {
        self.set_state(who, on, "open");
    }

    async fn attach(&self, _: &Login, file_name: &str, bytes: &[u8]) -> String {
        let path = format!("/user-attachments/files/1/{}", file_name.replace(' ', "-"));
        self.hub.state().files.insert(path.clone(), bytes.to_vec());
        format!("{}{path}", self._servers.0.url())
    }

    async fn set_permission(&self, who: &Login, permission: Permission) {
        let word = match permission {
            Permission::None | Permission::Read => "pull",
            Permission::Write => "push",
            Permission::Admin => "admin",
        };
        permit(&self.hub, who.as_str(), word).expect("a permission that can be set");
        self.github.forget();
    }

    async fn work(&self, on: &Sha, path: &str, text: &str) -> Work {
        self.make_work(on, path, text)
            .context(on.to_string())
            .expect("work that can be done")
    }
}
