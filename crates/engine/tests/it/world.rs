//! A factory in a temporary folder, an agent that is a shell script, and people.

use std::fs;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use lightsout_agents::{Agent, CommandAgent};
use lightsout_engine::{Bench, Engine, EngineError, Observer, Ports, Progress, Settings};
use lightsout_forge::{
    Comment, Ensured, Forge, Inbox, Issue, Label, Login, Number, Permission, PullRequest,
};
use lightsout_lifecycle::Reason;
use lightsout_local::Local;
use tempfile::TempDir;

pub(crate) const REQUESTER: &str = "mira";
pub(crate) const MAINTAINER: &str = "ada";
pub(crate) const READER: &str = "rui";

/// What time it is at first.
pub(crate) const NOW: i64 = 1_800_000_100;

/// Writes the page that the request names, commits it, and ends well.
pub(crate) const GOOD: &str = r#"
mkdir -p content/faq
printf -- '---\ntype: "cms-faq"\nquestion: "Q"\n---\n\nText.\n' > content/faq/bicycles.mdx
git add content && git commit -qm 'content(faq): add bicycles'
echo 'Written.'
echo READY
"#;

pub(crate) const BODY: &str = "### Question\n\nCan I bring my bicycle into the hall?\n\n### Answer\n\nYes, you can bring it in. There are 12 hooks in the hall.\n";

/// A factory.
pub(crate) struct World {
    pub(crate) dir: TempDir,
    pub(crate) local: Local,
    pub(crate) enabled: bool,
    /// What time the engine thinks it is, in seconds.
    pub(crate) now: i64,
    script: String,
    seen: Seen,
}

/// What was decided and what changed.
#[derive(Default)]
pub(crate) struct Seen {
    reasons: Mutex<Vec<Reason>>,
    changes: Mutex<usize>,
}

impl Observer for Seen {
    fn saw(&self, progress: &Progress<'_>) {
        match progress {
            Progress::Decided { plan, .. } if !plan.is_empty() => {
                self.reasons.lock().unwrap().push(plan.reason);
            }
            Progress::Acted {
                ensured: Ensured::Changed,
                ..
            } => *self.changes.lock().unwrap() += 1,
            _ => {}
        }
    }
}

impl World {
    /// A factory whose gates are the given commands, and whose agent is the given script.
    pub(crate) async fn new(script: &str, gates: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut config = String::from("[factory]\nname = \"Example\"\n");
        for gate in gates {
            let run = format!("{gate:?}");
            config += &[
                "[[gates]]\nname = \"gate\"\nrun = ",
                &run,
                "\nseconds = 5\n",
            ]
            .concat();
        }
        let site = vec![
            ("factory.toml".to_owned(), config.into_bytes()),
            ("AGENTS.md".to_owned(), b"rules".to_vec()),
        ];
        let clock: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync> =
            Arc::new(|| DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let local = Local::create(&dir.path().join("factory"), &site, clock)
            .await
            .unwrap();
        for (login, permission) in [
            (REQUESTER, Permission::Read),
            (MAINTAINER, Permission::Write),
            (READER, Permission::Read),
        ] {
            local
                .set_permission(&login_of(login), permission)
                .await
                .unwrap();
        }
        Self {
            dir,
            local,
            enabled: true,
            now: NOW,
            script: script.to_owned(),
            seen: Seen::default(),
        }
    }

    /// Lets another script be the agent from now on.
    pub(crate) fn agent(&mut self, script: &str) {
        script.clone_into(&mut self.script);
    }

    /// Lets the factory work.
    pub(crate) async fn work(&self) {
        self.try_work().await.unwrap();
    }

    pub(crate) async fn try_work(&self) -> Result<(), EngineError> {
        self.work_on(&self.local, &self.local).await
    }

    /// Lets the factory work through another forge.
    pub(crate) async fn work_on(
        &self,
        forge: &dyn Forge,
        inbox: &dyn Inbox,
    ) -> Result<(), EngineError> {
        self.work_as(&self.script(), forge, inbox).await
    }

    /// Puts an engine together whose runs others do.
    pub(crate) async fn with_engine<T>(
        &self,
        forge: &dyn Forge,
        then: impl AsyncFnOnce(&Engine<'_>) -> T,
    ) -> T {
        let clock = || DateTime::from_timestamp(self.now, 0).unwrap();
        let ports = Ports {
            forge,
            ledger: &self.local,
            clock: &clock,
        };
        let settings = Settings {
            pauses: Vec::new(),
            lease: Some(std::time::Duration::from_hours(1)),
            ..Settings::new(self.enabled, "main")
        };
        let dir = self.local.dir();
        let state = self.dir.path().join("state");
        let bench = Bench::open(&self.seen, &state, &dir.join("site.git")).unwrap();
        then(&Engine::new(ports, settings, bench)).await
    }

    /// The script as an agent.
    pub(crate) fn script(&self) -> CommandAgent {
        let script = self.dir.path().join("agent.sh");
        fs::write(&script, &self.script).unwrap();
        CommandAgent::new(vec!["sh".into(), script.display().to_string()]).unwrap()
    }

    /// Lets the factory work with another agent.
    pub(crate) async fn work_as(
        &self,
        agent: &dyn Agent,
        forge: &dyn Forge,
        inbox: &dyn Inbox,
    ) -> Result<(), EngineError> {
        let clock = || DateTime::from_timestamp(self.now, 0).unwrap();
        let ports = Ports {
            forge,
            ledger: &self.local,
            clock: &clock,
        };
        let settings = Settings {
            pauses: Vec::new(),
            ..Settings::new(self.enabled, "main")
        };
        let dir = self.local.dir();
        let bench = Bench::open(&self.seen, dir, &dir.join("site.git"))?;
        Engine::new(ports, settings, bench).work(inbox, agent).await
    }

    pub(crate) async fn open(&self, by: &str, body: &str) -> Number {
        let labels = [Label::new("cms-faq").unwrap()];
        let person = self.local.person(&login_of(by));
        person
            .open_issue(None, "Bicycles", body, &labels)
            .await
            .unwrap()
    }

    pub(crate) async fn say(&self, by: &str, on: Number, body: &str) {
        self.local
            .person(&login_of(by))
            .comment(None, on, body)
            .await
            .unwrap();
    }

    pub(crate) async fn issue(&self, number: Number) -> Issue {
        self.local.issue(number).await.unwrap()
    }

    pub(crate) async fn is_waiting(&self, number: Number) -> bool {
        self.issue(number).await.labels.contains(&Label::waiting())
    }

    pub(crate) async fn comments(&self, number: Number) -> Vec<Comment> {
        self.local.comments(number).await.unwrap()
    }

    /// The newest comment of the factory that is not the status.
    pub(crate) async fn told(&self, number: Number) -> String {
        let comments = self.comments(number).await;
        let own = |c: &&Comment| {
            c.author.login.as_str().ends_with("[bot]") && !c.body.contains("lightsout:record")
        };
        comments
            .iter()
            .rev()
            .find(own)
            .map(|c| c.body.clone())
            .unwrap_or_default()
    }

    pub(crate) async fn pulls(&self) -> Vec<PullRequest> {
        self.local.pull_requests_all().await.unwrap()
    }

    /// The reasons since the last call.
    pub(crate) fn reasons(&self) -> Vec<Reason> {
        std::mem::take(&mut *self.seen.reasons.lock().unwrap())
    }

    /// How many actions changed something since the last call.
    pub(crate) fn changes(&self) -> usize {
        std::mem::take(&mut *self.seen.changes.lock().unwrap())
    }

    pub(crate) fn published(&self, path: &str) -> Option<Vec<u8>> {
        let repo = self.local.repo();
        let main = repo.rev("refs/heads/main").unwrap().unwrap();
        repo.read_file(&main, path, 1 << 20).unwrap()
    }
}

pub(crate) fn login_of(login: &str) -> Login {
    Login::new(login).unwrap()
}
