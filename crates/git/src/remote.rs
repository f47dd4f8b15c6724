//! A repository somewhere else, reached over HTTP(S) with a credential, or over a path.
//!
//! The credential goes to git by the environment of that one git process, as a header for this one address. So it is on
//! no command line, in no file and in no error. Redirects are not followed: git would take the header along.

use std::ffi::OsString;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use secrecy::{ExposeSecret, SecretString};

use crate::command::Git;
use crate::repo::{full_ref, ref_name, sha};
use crate::{GitError, Repo};

/// How long one exchange may take; a line that hangs ends sooner.
const TIME_LIMIT: Duration = Duration::from_mins(10);
/// Fewer than 1,000 bytes a second for half a minute is a line that hangs.
const SETTINGS: [&str; 6] = [
    "protocol.http.allow=always",
    "protocol.https.allow=always",
    "http.followRedirects=false",
    "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=30",
    "credential.helper=",
];
/// The user name that GitHub wants beside a token; other servers ignore it.
const USER: &str = "x-access-token";
/// What an exchange takes from our own environment: how the network is reached, and whom to trust.
const NETWORK: &[&str] = &[
    "ALL_PROXY",
    "all_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "http_proxy",
    "NO_PROXY",
    "no_proxy",
    "GIT_SSL_CAINFO",
    "GIT_SSL_CAPATH",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
];

/// Why an exchange with a remote repository failed; a variant for each thing a caller does differently.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// The branch is not where the caller thought: read again and decide again.
    #[error("`{branch}` has moved at `{url}`: expected {}, found {}", or_nothing(expected.as_deref()), or_nothing(found.as_deref()))]
    Moved {
        /// The remote.
        url: String,
        /// The branch.
        branch: String,
        /// Where it should have been; nothing when it should not have existed.
        expected: Option<String>,
        /// Where it is.
        found: Option<String>,
    },
    /// The credential is missing, wrong, or may not do this. Servers also say so when there is no such repository.
    #[error("`{url}` wants another credential, or there is no such repository: {why}")]
    Unauthorised {
        /// The remote.
        url: String,
        /// What the server said.
        why: String,
    },
    /// The server refuses, and asking again will not help.
    #[error("`{url}` refused: {why}")]
    Refused {
        /// The remote.
        url: String,
        /// What the server said.
        why: String,
    },
    /// It may work later: network, name server, a server that is down.
    #[error("`{url}` cannot be reached: {why}")]
    Unreachable {
        /// The remote.
        url: String,
        /// What went wrong.
        why: String,
    },
    /// Git failed on this side.
    #[error(transparent)]
    Git(#[from] GitError),
}

fn or_nothing(at: Option<&str>) -> &str {
    at.unwrap_or("nothing")
}

/// What a push did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pushed {
    /// The branch was elsewhere, and is now as asked.
    Done,
    /// It was so already.
    UpToDate,
}

/// A repository somewhere else.
#[derive(Clone)]
pub struct Remote {
    url: String,
    credential: Option<SecretString>,
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote")
            .field("url", &self.url)
            .field("credential", &self.credential.as_ref().map(|_| "[hidden]"))
            .finish()
    }
}

impl Remote {
    /// Takes an `https://` address, an `http://` one, or the absolute path of a bare repository that is trusted (its
    /// hooks run when it is pushed to). The credential is a token.
    ///
    /// # Errors
    /// [`GitError::BadName`] for anything else, for an address with a user or a query in it, and for a credential that
    /// would travel over plain `http` to another machine.
    pub fn new(url: &str, credential: Option<SecretString>) -> Result<Self, GitError> {
        let bad = |kind| GitError::BadName {
            kind,
            // Whatever stands before an `@` may be a password.
            text: url.rsplit('@').next().unwrap_or_default().to_owned(),
        };
        let plain = url.strip_prefix("http://");
        if let Some(rest) = plain.or_else(|| url.strip_prefix("https://")) {
            let host = rest.split('/').next().unwrap_or_default();
            let odd = |c: char| c.is_whitespace() || c.is_control() || "@?#\\".contains(c);
            if host.is_empty() || rest.contains(odd) {
                return Err(bad("remote address without user, query and fragment"));
            }
            let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
            let here = ["127.0.0.1", "localhost", "[::1]"].contains(&name);
            if plain.is_some() && !here && credential.is_some() {
                return Err(bad(
                    "remote address that keeps a credential secret (use https)",
                ));
            }
        } else if !Path::new(url).is_absolute() || credential.is_some() {
            return Err(bad(
                "remote address (https, http) or absolute path without credential",
            ));
        }
        Ok(Self {
            url: url.to_owned(),
            credential,
        })
    }

    /// Where it is; holds no credential.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Says where a branch is there.
    pub fn branch(&self, branch: &str) -> Result<Option<String>, RemoteError> {
        let name = head_of(branch)?;
        let git = Git::plain(&["ls-remote", "--quiet", "--"]);
        // A pattern matches the end of a name too: `refs/heads/x` also finds `refs/heads/refs/heads/x`.
        let text = self.text(self.over(git).arg(&self.url).arg(&name))?;
        let mut lines = text.lines().filter_map(|line| line.split_once('\t'));
        let found = lines.find(|(_, found)| *found == name);
        Ok(found.map(|(at, _)| at.to_owned()))
    }

    /// Fetches a branch into a reference of ours, whatever that pointed at before; gives the commit, or nothing when
    /// there is no such branch.
    pub fn fetch(
        &self,
        repo: &Repo,
        branch: &str,
        into_ref: &str,
    ) -> Result<Option<String>, RemoteError> {
        let (source, target) = (head_of(branch)?, full_ref(into_ref)?);
        let git = self.over(fetching(repo)).arg("--").arg(&self.url);
        match self.text(git.arg(format!("+{source}:{target}"))) {
            Ok(_) => Ok(repo.rev(target)?),
            Err(RemoteError::Git(GitError::Failed { stderr, .. }))
                if stderr.contains("couldn't find remote ref") =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Fetches one commit with its files and without its history; no reference of ours moves. One that is here already
    /// costs nothing.
    pub fn fetch_commit(&self, repo: &Repo, commit: &str) -> Result<(), RemoteError> {
        let commit = sha(commit)?;
        if repo.rev(commit)?.is_some() {
            return Ok(());
        }
        let git = self.over(fetching(repo)).arg("--depth=1").arg("--");
        self.text(git.arg(&self.url).arg(commit)).map(|_| ())
    }

    /// Moves a branch there from `expected` to a commit of ours at once, or not at all; `expected` is nothing for one
    /// that shall not exist yet. When the answer is lost, the branch is read back.
    ///
    /// # Errors
    /// [`RemoteError::Moved`] when it is elsewhere. A branch that is at the commit already is fine.
    pub fn push(
        &self,
        repo: &Repo,
        commit: &str,
        branch: &str,
        expected: Option<&str>,
    ) -> Result<Pushed, RemoteError> {
        let name = head_of(branch)?;
        let commit = sha(commit)?;
        let old = expected.map_or(Ok(""), sha)?;
        let lease = format!("--force-with-lease={name}:{old}");
        let git = pushing(repo).arg(lease).arg("--").arg(&self.url);
        let pushed = self.pushed(git.arg(format!("{commit}:{name}")));
        self.settled(pushed, branch, expected, Some(commit))
    }

    /// Deletes a branch there, when it is at `expected`.
    ///
    /// # Errors
    /// [`RemoteError::Moved`] when it is elsewhere. A branch that is gone already is fine.
    pub fn delete(&self, repo: &Repo, branch: &str, expected: &str) -> Result<Pushed, RemoteError> {
        let name = head_of(branch)?;
        let lease = format!("--force-with-lease={name}:{}", sha(expected)?);
        let git = pushing(repo).arg(lease).arg("--").arg(&self.url);
        let pushed = self.pushed(git.arg(format!(":{name}")));
        self.settled(pushed, branch, Some(expected), None)
    }

    /// Looks where the branch is when a push did not say plainly that it was done.
    fn settled(
        &self,
        pushed: Result<Answer, RemoteError>,
        branch: &str,
        expected: Option<&str>,
        wanted: Option<&str>,
    ) -> Result<Pushed, RemoteError> {
        let (already, unsure) = match pushed? {
            Answer::Done(pushed) => return Ok(pushed),
            Answer::Elsewhere(unsure) => (Pushed::UpToDate, unsure),
            Answer::Unsure(unsure) => (Pushed::Done, unsure),
        };
        let found = match self.branch(branch) {
            Ok(found) => found,
            Err(RemoteError::Unreachable { .. }) => return Err(unsure),
            Err(error) => return Err(error),
        };
        if found.as_deref() == wanted {
            return Ok(already);
        }
        if found.as_deref() == expected {
            return Err(unsure);
        }
        Err(RemoteError::Moved {
            url: self.url.clone(),
            branch: branch.to_owned(),
            expected: expected.map(str::to_owned),
            found,
        })
    }

    /// Runs a push and reads its report, one line for the one reference: `flag TAB from:to TAB summary (reason)`.
    fn pushed(&self, git: Git) -> Result<Answer, RemoteError> {
        let command = git.name();
        let output = self.over(git).output()?;
        let report = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = report.lines().find(|line| line.split('\t').count() == 3);
        let Some(line) = line else {
            if output.stderr.contains("remote ref does not exist") {
                return Ok(Answer::Done(Pushed::UpToDate));
            }
            return match self.failure(output.failed(command)) {
                error @ RemoteError::Unreachable { .. } => Ok(Answer::Unsure(error)),
                error => Err(error),
            };
        };
        if output.code == 0 {
            let same = line.starts_with('=');
            return Ok(Answer::Done(if same {
                Pushed::UpToDate
            } else {
                Pushed::Done
            }));
        }
        let why = line.rsplit('\t').next().unwrap_or_default();
        let url = self.url.clone();
        // What git says when the line broke before the server had reported.
        if why.contains("remote failed to report status") {
            let why = self.scrubbed(why);
            return Ok(Answer::Unsure(RemoteError::Unreachable { url, why }));
        }
        let error = RemoteError::Refused {
            url,
            why: self.scrubbed(&format!("{why}; {}", output.stderr)),
        };
        // The library for HTTP sends a request again by itself, so the second may meet what the first did.
        let raced = ["cannot lock ref", "failed to update ref", "already exists"];
        if why.contains("stale info") {
            Ok(Answer::Elsewhere(error))
        } else if raced.iter().any(|word| why.contains(word)) {
            Ok(Answer::Unsure(error))
        } else {
            Err(error)
        }
    }

    fn text(&self, git: Git) -> Result<String, RemoteError> {
        git.line().map_err(|error| self.failure(error))
    }

    /// Lets a command out: with the credential, and with what the network needs.
    fn over(&self, git: Git) -> Git {
        let mut git = SETTINGS.into_iter().fold(git.time(TIME_LIMIT), Git::set);
        for name in NETWORK {
            if let Some(value) = std::env::var_os(name) {
                git = git.env(name, value);
            }
        }
        // Git's library for HTTP does not know the name that everything else uses.
        if let (None, Some(file)) = (
            std::env::var_os("GIT_SSL_CAINFO"),
            std::env::var_os("SSL_CERT_FILE"),
        ) {
            git = git.env("GIT_SSL_CAINFO", file);
        }
        let Some(header) = self.header() else {
            return git;
        };
        git.env("GIT_CONFIG_COUNT", "1")
            .env("GIT_CONFIG_KEY_0", format!("http.{}.extraHeader", self.url))
            .env("GIT_CONFIG_VALUE_0", header)
    }

    fn header(&self) -> Option<OsString> {
        Some(format!("Authorization: Basic {}", self.encoded()?).into())
    }

    fn encoded(&self) -> Option<String> {
        let token = self.credential.as_ref()?.expose_secret();
        Some(base64::engine::general_purpose::STANDARD.encode(format!("{USER}:{token}")))
    }

    /// What git's complaint means.
    fn failure(&self, error: GitError) -> RemoteError {
        let url = self.url.clone();
        let (command, code, stderr) = match error {
            GitError::Failed {
                command,
                code,
                stderr,
            } => (command, code, self.scrubbed(&stderr)),
            GitError::TimedOut { seconds, .. } => {
                let why = format!("no end after {seconds} s");
                return RemoteError::Unreachable { url, why };
            }
            other => return other.into(),
        };
        let says = |words: &[&str]| words.iter().any(|word| stderr.contains(word));
        let status = |first: char| stderr.contains(&format!("returned error: {first}"));
        if says(&[
            "could not read Username",
            "could not read Password",
            "Authentication failed",
            "returned error: 401",
            "returned error: 403",
            "returned error: 404",
        ]) || says(&["repository '"]) && says(&["' not found"])
        {
            RemoteError::Unauthorised { url, why: stderr }
        } else if status('3') {
            let why =
                "it answers with another address, which is not followed; hint: was it renamed?";
            RemoteError::Refused {
                url,
                why: why.to_owned(),
            }
        } else if says(&["returned error: 429"])
            || status('5')
            || says(&[
                "unable to access",
                "RPC failed",
                "hung up",
                "early EOF",
                "unexpected disconnect",
                "Could not resolve",
                "expected flush",
            ])
        {
            RemoteError::Unreachable { url, why: stderr }
        } else if says(&["not our ref", "returned error: 4", "does not appear to be"]) {
            RemoteError::Refused { url, why: stderr }
        } else {
            RemoteError::Git(GitError::Failed {
                command,
                code,
                stderr,
            })
        }
    }

    /// Takes the credential out of words that came from outside; a server may say it back.
    fn scrubbed(&self, text: &str) -> String {
        let mut text = text.to_owned();
        if let (Some(token), Some(encoded)) = (&self.credential, self.encoded()) {
            for secret in [token.expose_secret(), &encoded] {
                if !secret.is_empty() {
                    text = text.replace(secret, "[hidden]");
                }
            }
        }
        text
    }
}

/// What the report of a push says.
enum Answer {
    /// It was done.
    Done(Pushed),
    /// It was not done, since the branch is elsewhere; or so it seems, and if it is not, this is why.
    Elsewhere(RemoteError),
    /// Perhaps it was done; if not, this is why.
    Unsure(RemoteError),
}

fn head_of(branch: &str) -> Result<String, GitError> {
    Ok(format!("refs/heads/{}", ref_name(branch)?))
}

fn fetching(repo: &Repo) -> Git {
    let git = repo.git(&[
        "fetch",
        "--quiet",
        "--no-tags",
        "--no-write-fetch-head",
        "--no-recurse-submodules",
        "--no-auto-maintenance",
    ]);
    // What lies on the base branch is not judged here: old histories hold objects that git would not make today.
    git.set("fetch.fsckObjects=false")
}

fn pushing(repo: &Repo) -> Git {
    repo.git(&["push", "--porcelain", "--no-progress", "--no-verify"])
}
