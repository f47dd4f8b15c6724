//! Where the repository is, who works on it, and how much may be asked.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use lightsout_forge::{BranchName, ForgeError, Login};
use secrecy::SecretString;
use url::Url;

use crate::app::App;

/// A repository, as `owner/name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    pub(crate) owner: String,
    pub(crate) name: String,
}

impl Repository {
    /// Takes `GITHUB_REPOSITORY`.
    ///
    /// # Errors
    /// [`ForgeError::Refused`] when it is not `owner/name` in the characters that GitHub gives out.
    pub fn new(text: &str) -> Result<Self, ForgeError> {
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let part = |part: &str| {
            !part.is_empty()
                && part.len() <= 100
                && part.chars().all(fits)
                && part != "."
                && part != ".."
        };
        match text.split_once('/') {
            Some((owner, name)) if part(owner) && part(name) => Ok(Self {
                owner: owner.to_owned(),
                name: name.to_owned(),
            }),
            _ => Err(refused(
                "the repository",
                format!(
                    "`{}` is not `owner/name`",
                    text.chars().take(80).collect::<String>()
                ),
            )),
        }
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

/// How GitHub is reached.
#[derive(Debug, Clone)]
pub struct Settings {
    pub(crate) repository: Repository,
    pub(crate) api: Url,
    pub(crate) server: Url,
    /// Where commits are put together before they are pushed: a bare repository of ours, made when it is missing.
    pub workshop: PathBuf,
    /// The branch that moves by merging only.
    pub default_branch: BranchName,
    /// The logins of the factory's accounts: only their comments and issues are found by a key.
    pub own: Vec<Login>,
    /// How many REST calls one process may make; GitHub gives a workflow 1,000 an hour.
    pub budget: u32,
    /// How long what was read counts as what is there. What this process writes is known at once.
    pub fresh: Duration,
    /// How long one call may wait for limits and for a server that is down, in all.
    pub patience: Duration,
    /// How long the first wait is; each later one is about twice as long.
    pub first_wait: Duration,
    /// How long one answer may take.
    pub timeout: Duration,
}

impl Settings {
    /// Takes a repository, `GITHUB_API_URL`, `GITHUB_SERVER_URL`, and the folder of the workshop; the rest is as it
    /// serves a run in Actions.
    ///
    /// # Errors
    /// [`ForgeError::Refused`] for an address that would not keep a credential secret: anything but `https`, except on
    /// this machine.
    pub fn new(
        repository: Repository,
        api_url: &str,
        server_url: &str,
        workshop: PathBuf,
        default_branch: BranchName,
    ) -> Result<Self, ForgeError> {
        Ok(Self {
            repository,
            api: address("the address of the API", api_url)?,
            server: address("the address of the server", server_url)?,
            workshop,
            default_branch,
            own: Vec::new(),
            budget: 300,
            fresh: Duration::from_secs(30),
            patience: Duration::from_mins(2),
            first_wait: Duration::from_millis(500),
            timeout: Duration::from_secs(30),
        })
    }

    /// The repository's address for git.
    pub(crate) fn git_url(&self) -> String {
        format!("{}/{}.git", base(&self.server), self.repository)
    }
}

/// An address without the slash at its end.
pub(crate) fn base(url: &Url) -> &str {
    url.as_str().trim_end_matches('/')
}

/// Whether nobody else can listen to what is sent there.
pub(crate) fn is_private(url: &Url) -> bool {
    let here = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    url.scheme() == "https" || (url.scheme() == "http" && here)
}

fn address(what: &str, text: &str) -> Result<Url, ForgeError> {
    let url = Url::parse(text).map_err(|error| refused(what, error.to_string()))?;
    if !is_private(&url) {
        return Err(refused(what, "it is not `https`".to_owned()));
    }
    let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    if !plain || url.host_str().is_none() {
        return Err(refused(
            what,
            "it holds more than a host and a path".to_owned(),
        ));
    }
    Ok(url)
}

pub(crate) fn refused(what: &str, why: String) -> ForgeError {
    ForgeError::Refused {
        what: what.to_owned(),
        why,
    }
}

/// The run's own token, `GITHUB_TOKEN`. What is done with it raises no event.
pub struct WorkflowToken(pub(crate) SecretString);

impl WorkflowToken {
    /// Takes the token.
    pub fn new(token: SecretString) -> Self {
        Self(token)
    }
}

impl fmt::Debug for WorkflowToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WorkflowToken([hidden])")
    }
}

/// The bot's credential. What is done with it raises events, so it is used for hand-offs and for nothing else.
///
/// It is another type than [`WorkflowToken`], so that one cannot stand where the other belongs:
///
/// ```compile_fail
/// use lightsout_github::{BotCredential, WorkflowToken};
/// let bot: BotCredential = WorkflowToken::new("x".into());
/// ```
#[non_exhaustive]
pub enum BotCredential {
    /// A token of the bot's account.
    Token(SecretString),
    /// A GitHub App, whose tokens are made for this repository as they are needed.
    App(Box<App>),
}

impl fmt::Debug for BotCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BotCredential([hidden])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_an_owner_and_a_name() {
        assert_eq!(
            Repository::new("acme/site").unwrap().to_string(),
            "acme/site"
        );
        for bad in [
            "", "acme", "acme/", "/site", "a/b/c", "a/..", "a b/c", "a/b?c", "a/%2e",
        ] {
            assert!(Repository::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_credential_travels_over_https_or_stays_here() {
        for good in [
            "https://api.github.com",
            "http://127.0.0.1:4001",
            "https://ghe.example/api/v3",
        ] {
            assert!(address("x", good).is_ok(), "{good}");
        }
        for bad in [
            "http://api.github.com",
            "https://u:p@host.example",
            "https://h.example/?x=1",
            "ftp://h",
            "h",
        ] {
            assert!(address("x", bad).is_err(), "{bad}");
        }
    }
}
