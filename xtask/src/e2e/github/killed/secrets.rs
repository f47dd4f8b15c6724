//! Secrets that were planted, looked for in everything that was written.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::hub::{BOT, WORKFLOW};
use super::job::app_key;
use super::world::World;

/// Where it is legal: nowhere, but in the hands of the one process.
const PLANTED: &str = "planted-";

/// What everything begins with that an App's key has signed.
const SIGNED: &str = "eyJhbGciOiJSUzI1NiI";

/// What must not be found.
pub(super) struct Secrets(Vec<Vec<u8>>);

impl Secrets {
    pub(super) fn new() -> Result<Self> {
        let mut words = vec![PLANTED.as_bytes().to_vec(), SIGNED.as_bytes().to_vec()];
        // As git sends them.
        for token in [WORKFLOW, BOT] {
            words.push(
                STANDARD
                    .encode(format!("x-access-token:{token}"))
                    .into_bytes(),
            );
        }
        let key = fs::read_to_string(app_key())?;
        let lines = key.lines().filter(|line| !line.starts_with("-----"));
        words.extend(lines.map(|line| line.as_bytes().to_vec()));
        Ok(Self(words))
    }

    fn is_in(&self, bytes: &[u8]) -> bool {
        let holds = |word: &Vec<u8>| memchr::memmem::find(bytes, word).is_some();
        self.0.iter().any(holds)
    }

    /// Names every place in which a secret was written.
    pub(super) fn search(&self, world: &World) -> Result<Vec<String>> {
        let mut found = Vec::new();
        for asked in world.front.asked() {
            if self.is_in(&asked.body) || self.is_in(asked.path.as_bytes()) {
                found.push(format!("sent: {}", asked.line()));
            }
        }
        self.search_folder(world.path(), &mut found)?;
        Ok(found)
    }

    fn search_folder(&self, folder: &Path, found: &mut Vec<String>) -> Result<()> {
        let mut folders: Vec<PathBuf> = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            if folder.join("HEAD").is_file() && folder.join("objects").is_dir() {
                let objects = objects(&folder)?;
                if self.is_in(&objects) {
                    found.push(format!("an object of {}", folder.display()));
                }
            }
            for entry in fs::read_dir(&folder)? {
                let path = entry?.path();
                let kind = fs::symlink_metadata(&path)?.file_type();
                if kind.is_dir() {
                    folders.push(path);
                } else if kind.is_file() && self.is_in(&fs::read(&path)?) {
                    found.push(path.display().to_string());
                }
            }
        }
        Ok(())
    }

    /// Plants a secret as a file and as an object of git, and sees both found.
    pub(super) fn catches_what_is_planted(&self) -> Result<usize> {
        let dir = tempfile::tempdir()?;
        let key = fs::read_to_string(app_key())?;
        let line = key.lines().nth(3).context("a key")?.to_owned();
        let encoded = STANDARD.encode(format!("x-access-token:{BOT}"));
        let plants = [format!("token: {WORKFLOW}"), line, encoded];
        for (number, plant) in plants.iter().enumerate() {
            fs::write(dir.path().join(number.to_string()), plant)?;
        }
        let repo = lightsout_git::Repo::init_bare(&dir.path().join("x.git"), "main")?;
        let mut git = Command::new("git");
        git.arg("--git-dir").arg(repo.path());
        git.args(["hash-object", "-w", "--stdin"])
            .stdin(Stdio::piped());
        let mut child = git.stdout(Stdio::null()).spawn()?;
        let mut stdin = child.stdin.take().context("a pipe")?;
        write!(stdin, "token: {BOT}")?;
        drop(stdin);
        child.wait()?;
        let mut found = Vec::new();
        self.search_folder(dir.path(), &mut found)?;
        anyhow::ensure!(
            found.len() == 4,
            "planted secrets were not found: {found:?}"
        );
        Ok(found.len())
    }
}

/// Every object of a repository, unpacked.
fn objects(git_dir: &Path) -> Result<Vec<u8>> {
    let mut git = Command::new("git");
    git.arg("--git-dir").arg(git_dir);
    git.args(["cat-file", "--batch", "--batch-all-objects"]);
    let output = git.stdin(Stdio::null()).output()?;
    Ok(output.stdout)
}
