//! The folder: making it, opening it, and keeping every other process out.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use lightsout_forge::{Account, AccountKind, BranchName, Credential, Login};
use lightsout_git::{NewFile, Repo, Signature};
use sqlx::SqliteConnection;
use tokio::sync::{Mutex, MutexGuard};

use crate::log::Deed;
use crate::{LocalError, schema};

/// Says what time it is; given from outside, so that a test or a demo can have its own.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// How long a git that outlived its killed parent may still write.
const ORPHAN_GRACE: Duration = Duration::from_secs(1);

/// How long to wait for the lock of a process that is just ending.
const LOCK_PATIENCE: Duration = Duration::from_millis(250);

/// The forge in a folder. No other process can open the folder while the value lives.
pub struct Local {
    dir: PathBuf,
    db: Mutex<SqliteConnection>,
    pub(crate) repo: Repo,
    pub(crate) default_branch: BranchName,
    workflow: Account,
    bot: Account,
    clock: Clock,
    /// Held, not used: dropping it lets the next process in.
    _lock: FolderLock,
}

impl Local {
    /// Whether a folder holds a factory that can be opened.
    pub fn exists(dir: &Path) -> bool {
        dir.join(DATABASE).is_file()
    }

    /// Makes a factory whose first commit holds `site` (paths and contents). Where a factory exists already it is
    /// opened as it is, and where making one was cut short it goes on.
    ///
    /// # Errors
    /// [`LocalError::Busy`] while another process holds the folder.
    pub async fn create(
        dir: &Path,
        site: &[(String, Vec<u8>)],
        clock: Clock,
    ) -> Result<Self, LocalError> {
        fs::create_dir_all(dir).map_err(LocalError::io(format!("making `{}`", dir.display())))?;
        let lock = lock(dir)?;
        let git_dir = dir.join(REPOSITORY);
        if git_dir.is_dir()
            && let Ok(repo) = Repo::open_bare(&git_dir)
        {
            repo.remove_stale_locks(ORPHAN_GRACE)?;
        }
        let repo = Repo::init_bare(&git_dir, DEFAULT_BRANCH)?;
        let main = format!("refs/heads/{DEFAULT_BRANCH}");
        if repo.rev(&main)?.is_none() {
            let files: Vec<NewFile<'_>> = site
                .iter()
                .map(|(path, bytes)| NewFile {
                    path,
                    bytes: Some(bytes),
                })
                .collect();
            let author = Signature {
                name: "lightsout".to_owned(),
                email: "lightsout@forge.localhost".to_owned(),
                when: clock().timestamp(),
            };
            let first = repo.commit_files(None, &files, "The site as it was", &author)?;
            repo.update_ref(&main, &first, None)?;
        }
        // The database comes last: where it is, everything else is.
        Self::assemble(dir, lock, repo, clock).await
    }

    /// Opens a factory, and finishes what a killed process left half done.
    ///
    /// # Errors
    /// [`LocalError::NotAFactory`] where there is none, [`LocalError::Busy`] while another process holds it.
    pub async fn open(dir: &Path, clock: Clock) -> Result<Self, LocalError> {
        if !Self::exists(dir) {
            return Err(LocalError::NotAFactory {
                dir: dir.to_owned(),
            });
        }
        let lock = lock(dir)?;
        let repo = Repo::open_bare(&dir.join(REPOSITORY))?;
        repo.remove_stale_locks(ORPHAN_GRACE)?;
        Self::assemble(dir, lock, repo, clock).await
    }

    async fn assemble(
        dir: &Path,
        lock: FolderLock,
        repo: Repo,
        clock: Clock,
    ) -> Result<Self, LocalError> {
        let dir = dir
            .canonicalize()
            .map_err(LocalError::io("opening the factory's folder"))?;
        fs::create_dir_all(dir.join(ATTACHMENTS)).map_err(LocalError::io("making a folder"))?;
        let db = schema::open(&dir.join(DATABASE)).await?;
        let bot = |login| {
            Ok::<_, LocalError>(Account {
                login: Login::new(login)?,
                kind: AccountKind::Bot,
            })
        };
        let local = Self {
            dir,
            db: Mutex::new(db),
            repo,
            default_branch: BranchName::new(DEFAULT_BRANCH)?,
            workflow: bot("github-actions[bot]")?,
            bot: bot("lightsout[bot]")?,
            clock,
            _lock: lock,
        };
        local.recover().await?;
        Ok(local)
    }

    /// The folder, absolute.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The bare repository with the code. To be read; branches move only through the port and through people.
    pub fn repo(&self) -> &Repo {
        &self.repo
    }

    /// The branch that is published.
    pub fn default_branch(&self) -> &BranchName {
        &self.default_branch
    }

    /// What time it is, as the forge was told.
    pub fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    pub(crate) async fn db(&self) -> MutexGuard<'_, SqliteConnection> {
        self.db.lock().await
    }

    pub(crate) fn attachments(&self) -> PathBuf {
        self.dir.join(ATTACHMENTS)
    }

    /// What the factory does with a credential, now.
    pub(crate) fn deed(&self, credential: Credential) -> Deed {
        let actor = match credential {
            Credential::Workflow => &self.workflow,
            Credential::Bot => &self.bot,
        };
        Deed {
            actor: actor.clone(),
            credential: Some(credential),
            at: self.now(),
        }
    }

    /// Whether an account is one of the factory's own two.
    pub(crate) fn is_own(&self, account: &Account) -> bool {
        *account == self.workflow || *account == self.bot
    }
}

impl std::fmt::Debug for Local {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Local")
            .field("dir", &self.dir)
            .finish_non_exhaustive()
    }
}

const DATABASE: &str = "forge.sqlite";
const REPOSITORY: &str = "site.git";
const ATTACHMENTS: &str = "attachments";
const LOCK: &str = "factory.lock";
const DEFAULT_BRANCH: &str = "main";

/// The folder's lock. The system gives it back when this process ends, however it ends.
struct FolderLock(File);

impl Drop for FolderLock {
    fn drop(&mut self) {
        // Closing alone would not do at once: a git that is just being started still shares the file.
        let _ = self.0.unlock();
    }
}

/// Takes the folder's lock, or says who holds it.
fn lock(dir: &Path) -> Result<FolderLock, LocalError> {
    let path = dir.join(LOCK);
    let failed = || LocalError::io(format!("locking `{}`", path.display()));
    let mut options = OpenOptions::new();
    let options = options.read(true).write(true).create(true).truncate(false);
    let mut file = options.open(&path).map_err(failed())?;
    let until = Instant::now() + LOCK_PATIENCE;
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(10));
            }
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                let _ = file.take(20).read_to_string(&mut pid);
                return Err(LocalError::Busy {
                    dir: dir.to_owned(),
                    pid: pid.trim().parse().ok(),
                });
            }
            Err(TryLockError::Error(error)) => return Err(failed()(error)),
        }
    }
    let write = |file: &mut File| {
        file.set_len(0)?;
        writeln!(file, "{}", std::process::id())
    };
    write(&mut file).map_err(failed())?;
    Ok(FolderLock(file))
}
