//! Tokens, and the file that they are kept in.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use lightsout_forge::{Credential, Login};
use ring::hmac;
use ring::rand::{SecureRandom as _, SystemRandom};
use sha2::{Digest as _, Sha256};

use crate::answer::hex;

const WORKFLOW: &str = "GITHUB_TOKEN";
const BOT: &str = "LIGHTSOUT_BOT_TOKEN";
/// What comes before a member's login.
const MEMBER: &str = "TOKEN_";

/// Why there are no tokens.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokensError {
    /// Others may read the file.
    #[error("`{}` holds tokens, and others may read it; hint: `chmod 600` it", path.display())]
    Open {
        /// The file.
        path: PathBuf,
    },
    /// The operating system failed.
    #[error("`{}`: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system gives no chance.
    #[error("this machine gives no random bytes")]
    NoChance,
}

/// Whose a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Owner {
    Factory(Credential),
    Person(Login),
}

/// The tokens of the workflow, of the bot and of each member.
///
/// They are kept as lines of `NAME=VALUE`, which a shell can read, and so can a tool that takes an environment file:
/// `GITHUB_TOKEN`, `LIGHTSOUT_BOT_TOKEN`, and `TOKEN_MIRA_FERN` for the member `mira-fern`.
#[derive(Clone)]
pub struct Tokens {
    workflow: String,
    bot: String,
    people: BTreeMap<Login, String>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens([hidden])")
    }
}

/// The variable of a member.
fn variable(login: &Login) -> String {
    let keep = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_uppercase()
        } else {
            '_'
        }
    };
    let name: String = login.as_str().chars().map(keep).collect();
    format!("{MEMBER}{}", name.trim_end_matches('_'))
}

fn mint(prefix: &str) -> Result<String, TokensError> {
    let mut bytes = [0; 20];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.map_err(|_| TokensError::NoChance)?;
    Ok(format!("{prefix}_{}", hex(&bytes)))
}

impl Tokens {
    /// Takes the tokens that a file holds, and mints those that are missing. Nothing is written.
    ///
    /// # Errors
    /// [`TokensError::Open`] for a file that others may read.
    pub fn load(path: &Path, members: &[Login]) -> Result<Self, TokensError> {
        let failed = |source| TokensError::Io {
            path: path.to_owned(),
            source,
        };
        let mut known = BTreeMap::new();
        match fs::metadata(path) {
            Ok(meta) if meta.permissions().mode() & 0o077 != 0 => {
                return Err(TokensError::Open {
                    path: path.to_owned(),
                });
            }
            Ok(_) => {
                let text = fs::read_to_string(path).map_err(failed)?;
                for (name, value) in text.lines().filter_map(|line| line.split_once('=')) {
                    known.insert(name.to_owned(), value.trim_matches('\'').to_owned());
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        let mut take = |name: &str, prefix: &str| match known.remove(name) {
            Some(token) if !token.is_empty() => Ok(token),
            _ => mint(prefix),
        };
        let mut people = BTreeMap::new();
        for login in members {
            people.insert(login.clone(), take(&variable(login), "ghp")?);
        }
        Ok(Self {
            workflow: take(WORKFLOW, "ghs")?,
            bot: take(BOT, "ghp")?,
            people,
        })
    }

    /// Writes the file, at once, with whatever else its reader needs to know.
    ///
    /// # Errors
    /// [`TokensError::Io`].
    pub fn save(&self, path: &Path, more: &[(&str, &str)]) -> Result<(), TokensError> {
        let mut text = String::new();
        for (name, value) in more {
            let _ = writeln!(text, "{name}={value}");
        }
        let _ = writeln!(text, "{WORKFLOW}={}\n{BOT}={}", self.workflow, self.bot);
        for (login, token) in &self.people {
            let _ = writeln!(text, "{}={token}", variable(login));
        }
        let write = || {
            let next = path.with_extension("new");
            let _ = fs::remove_file(&next);
            let mut options = fs::OpenOptions::new();
            let mut file = options
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&next)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&next, path)
        };
        write().map_err(|source| TokensError::Io {
            path: path.to_owned(),
            source,
        })
    }

    /// Mints a token for somebody who has none.
    pub(crate) fn admit(&mut self, login: &Login) -> Result<(), TokensError> {
        if !self.people.contains_key(login) {
            self.people.insert(login.clone(), mint("ghp")?);
        }
        Ok(())
    }

    /// The token of the workflow.
    pub fn workflow(&self) -> &str {
        &self.workflow
    }

    /// The token of the bot.
    pub fn bot(&self) -> &str {
        &self.bot
    }

    /// The token of a member.
    pub fn person(&self, login: &Login) -> Option<&str> {
        self.people.get(login).map(String::as_str)
    }

    /// What lets whoever knows it read one thing, without a token.
    pub(crate) fn pass(&self, to: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.workflow.as_bytes());
        hex(hmac::sign(&key, to.as_bytes()).as_ref())
    }

    pub(crate) fn is_pass(&self, to: &str, pass: &str) -> bool {
        Sha256::digest(self.pass(to)) == Sha256::digest(pass)
    }

    /// Whose a token is.
    pub(crate) fn owner(&self, token: &str) -> Option<Owner> {
        // How long it takes says nothing about how much of it was right.
        let asked = Sha256::digest(token);
        let same = |known: &str| Sha256::digest(known) == asked;
        if same(&self.workflow) {
            return Some(Owner::Factory(Credential::Workflow));
        }
        if same(&self.bot) {
            return Some(Owner::Factory(Credential::Bot));
        }
        let mut people = self.people.iter();
        let found = people.find(|(_, known)| same(known));
        found.map(|(login, _)| Owner::Person(login.clone()))
    }
}
