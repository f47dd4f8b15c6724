//! A repository on the emulator with everything around it, which can be copied as it stands.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result, ensure};
use lightsout_git::{NewFile, Repo};
use lightsout_testkit::{GitServer, HttpServer};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::super::description::{Book, Description};
use super::super::hub::{Emulated, Hub, OWNER, REPOSITORY, State, Trap, WORKFLOW, Write};
use super::super::site::{USERS, permit, signature};
use crate::e2e::rest::Rest;
use crate::process;

/// A page that is there from the beginning.
const PAGE: &str = "---\nquestion: When are you open?\n---\n\nFrom nine to five.\n";

/// Where the repository is served from.
const SERVED: &str = "served";
/// Where GitHub keeps artifacts.
const UPLOADED: &str = "uploaded";
/// Where what jobs print is kept.
pub(super) const SAID: &str = "said";
/// What lies in the world's folder, and on no machine of a job.
const ELSEWHERE: &[&str] = &[SERVED, UPLOADED, SAID];

/// What all worlds share.
pub(super) struct Ground {
    pub(super) emulator: String,
    pub(super) description: Arc<Description>,
    pub(super) book: Arc<Mutex<Book>>,
    pub(super) program: PathBuf,
    made: AtomicU32,
}

impl Ground {
    pub(super) fn new(emulator: &str, description: Description, program: &Path) -> Self {
        Self {
            emulator: emulator.to_owned(),
            description: Arc::new(description),
            book: Arc::default(),
            program: program.to_owned(),
            made: AtomicU32::new(0),
        }
    }

    /// The same over another emulator.
    pub(super) fn over(&self, emulator: &str) -> Self {
        Self {
            emulator: emulator.to_owned(),
            description: Arc::clone(&self.description),
            book: Arc::clone(&self.book),
            program: self.program.clone(),
            made: AtomicU32::new(0),
        }
    }
}

/// A repository, and a machine with a checkout of it and the folders that jobs hand on.
pub(super) struct World {
    dir: TempDir,
    run: Cell<WorkflowRun>,
    pub(super) hub: Arc<Hub>,
    pub(super) front: HttpServer,
    pub(super) program: PathBuf,
    _git: GitServer,
}

/// What a job belongs to, and how often that was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WorkflowRun {
    pub(super) id: u32,
    /// From 1.
    pub(super) attempt: u32,
}

/// A world as it stood at some time.
pub(super) struct Copied {
    dir: TempDir,
    run: WorkflowRun,
    writes: Vec<Write>,
    state: State,
    /// How many days older everything is shown than it is.
    older: i64,
}

impl World {
    /// Makes a repository with a factory in it, and with one page.
    pub(super) fn new(ground: &Ground) -> Result<Self> {
        let dir = tempfile::tempdir()?;
        let bare = Repo::init_bare(&served(dir.path()), "main")?;
        let bots = format!("[\"{}\", \"{}\"]", USERS[3], USERS[4]);
        let config = format!("[factory]\nname = \"Example\"\nbots = {bots}\n");
        let file = |path, text| NewFile {
            path,
            bytes: Some(text),
        };
        let files = [
            file("factory.toml", config.as_bytes()),
            file("content/faq/hours.mdx", PAGE.as_bytes()),
        ];
        let first = bare.commit_files(None, &files, "first", &signature(0))?;
        bare.update_ref("refs/heads/main", &first, None)?;
        let none = WorkflowRun { id: 76, attempt: 1 };
        let world = Self::open(ground, dir, State::default(), none)?;
        for (login, permission) in [
            (USERS[1], "push"),
            (USERS[2], "pull"),
            (USERS[3], "push"),
            (USERS[4], "push"),
        ] {
            permit(&world.hub, login, permission)?;
        }
        world.hub.follow()?;
        world.clone_anew(&["--depth=1"])?;
        Ok(world)
    }

    /// A world like one that was: the same folders, and the same changes made once more on the emulator.
    pub(super) fn like(ground: &Ground, copy: &Copied) -> Result<Self> {
        let dir = tempfile::tempdir()?;
        copy_folder(copy.dir.path(), dir.path())?;
        let world = Self::open(ground, dir, copy.state.clone(), copy.run)?;
        world.hub.emulator.repeat(&copy.writes)?;
        world.hub.emulator.age(copy.older);
        Ok(world)
    }

    fn open(ground: &Ground, dir: TempDir, state: State, run: WorkflowRun) -> Result<Self> {
        let name = format!("w{}", ground.made.fetch_add(1, Ordering::SeqCst));
        let made = json!({ "name": name }).to_string().into_bytes();
        let there = Rest::at(&ground.emulator);
        let (status, _, said) = there.call("POST", "/user/repos", OWNER, Some(made))?;
        ensure!(status == 201, "a repository: {status} {said}");
        let git = GitServer::start(&dir.path().join(SERVED), None)?;
        let hub = Arc::new(Hub {
            emulator: Emulated::new(&ground.emulator, &format!("acme/{name}")),
            git: Rest::at(&git.url()),
            bare: Repo::open_bare(&served(dir.path()))?,
            description: Arc::clone(&ground.description),
            book: Arc::clone(&ground.book),
            state: Mutex::new(state),
            trap: Trap::default(),
        });
        let asked = Arc::clone(&hub);
        Ok(Self {
            front: HttpServer::start(move |request| asked.answer(request))?,
            hub,
            dir,
            run: Cell::new(run),
            program: ground.program.clone(),
            _git: git,
        })
    }

    /// Takes everything down, so that a world like it can be made later.
    pub(super) fn copy(&self) -> Result<Copied> {
        let dir = tempfile::tempdir()?;
        copy_folder(self.path(), dir.path())?;
        Ok(Copied {
            dir,
            run: self.run.get(),
            writes: self.hub.emulator.writes(),
            state: self.hub.state().clone(),
            older: self.hub.emulator.older(),
        })
    }

    pub(super) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The workflow run whose turn it is.
    pub(super) fn run(&self) -> WorkflowRun {
        self.run.get()
    }

    /// A workflow begins to run.
    pub(super) fn begin_run(&self) {
        let id = self.run.get().id + 1;
        self.run.set(WorkflowRun { id, attempt: 1 });
    }

    /// The workflow run is tried again.
    pub(super) fn count_attempt(&self) {
        let WorkflowRun { id, attempt } = self.run.get();
        let attempt = attempt + 1;
        self.run.set(WorkflowRun { id, attempt });
    }

    /// Keeps what a job leaves for others, away from the machine that it ran on.
    pub(super) fn upload(&self, name: &str) -> Result<()> {
        let kept = self.path().join(UPLOADED).join(name);
        if kept.exists() {
            fs::remove_dir_all(&kept)?;
        }
        fs::create_dir_all(&kept)?;
        copy_folder(&self.path().join(name), &kept)
    }

    /// Goes on with another machine: it has what was uploaded and a checkout of now, and nothing else.
    pub(super) fn change_machine(&self) -> Result<()> {
        for entry in fs::read_dir(self.path())? {
            let entry = entry?;
            if ELSEWHERE.contains(&entry.file_name().to_string_lossy().as_ref()) {
                continue;
            }
            if entry.file_type()?.is_dir() {
                fs::remove_dir_all(entry.path())?;
            } else {
                fs::remove_file(entry.path())?;
            }
        }
        let uploaded = self.path().join(UPLOADED);
        if uploaded.exists() {
            copy_folder(&uploaded, self.path())?;
        }
        self.clone_anew(&[])
    }

    fn clone_anew(&self, options: &[&str]) -> Result<()> {
        let url = format!("file://{}", served(self.path()).display());
        let clone = [&["clone", "-q"], options, &[&url, "checkout"]].concat();
        git(self.path(), &clone).map(|_| ())
    }

    /// Somebody does something on the emulator itself.
    pub(super) fn by(&self, who: &str, method: &str, path: &str, body: &Value) -> Result<Value> {
        let path = format!("{REPOSITORY}{path}");
        let body = Some(body.to_string().into_bytes());
        let emulator = &self.hub.emulator;
        let (status, _, answer) = emulator.call(method, &path, &format!("as-{who}"), body)?;
        ensure!(status < 300, "{who}: {method} {path}: {status} {answer}");
        Ok(answer)
    }

    /// Reads something as it is.
    pub(super) fn read(&self, path: &str) -> Result<Value> {
        let path = format!("{REPOSITORY}{path}");
        let (status, _, answer) = self.hub.emulator.call("GET", &path, WORKFLOW, None)?;
        ensure!(status == 200, "{path}: {status}");
        Ok(answer)
    }

    /// An issue, or a pull request seen as one.
    pub(super) fn issue(&self, number: u64) -> Result<Option<Value>> {
        self.hub.issue(&number.to_string())
    }

    /// The pull requests, the oldest first.
    pub(super) fn pulls(&self) -> Result<Vec<Value>> {
        let mut pulls = self.hub.pulls()?;
        pulls.sort_by_key(|pull| pull["number"].as_u64());
        Ok(pulls)
    }

    /// The newest pull request.
    pub(super) fn pull(&self) -> Result<Value> {
        self.pulls()?.pop().context("no pull request")
    }

    /// Brings the checkout up to date, as a workflow has it that works on a pull request.
    pub(super) fn check_out(&self) -> Result<()> {
        let checkout = self.path().join("checkout");
        let from = format!("file://{}", self.hub.bare.path().display());
        let all = "+refs/heads/*:refs/remotes/origin/*";
        let deep = checkout.join(".git/shallow").exists();
        let whole: &[&str] = if deep { &["--unshallow"] } else { &[] };
        let fetch = [&["fetch", "-q"], whole, &[&from, all]].concat();
        git(&checkout, &fetch).map(|_| ())
    }
}

fn served(dir: &Path) -> PathBuf {
    dir.join(SERVED).join("acme/site.git")
}

pub(super) fn git(folder: &Path, words: &[&str]) -> Result<String> {
    process::read(Command::new("git").arg("-C").arg(folder).args(words))
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    process::run(Command::new("cp").arg("-a").arg(from.join(".")).arg(to))
}
