//! [`GitHub`]: the port over GitHub's REST API and git.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use lightsout_forge::{Account, Credential as Kind, ForgeError, Number};
use lightsout_git::{GitError, Remote, RemoteError, Repo};
use secrecy::SecretString;
use serde::de::DeserializeOwned;

use crate::attachment::Links;
use crate::rest::{Answer, Api, Call, Calls, Failure};
use crate::seen::Seen;
use crate::settings::{BotCredential, Settings, WorkflowToken};

/// A repository on GitHub.
pub struct GitHub {
    pub(crate) api: Api,
    workflow: WorkflowToken,
    bot: BotCredential,
    seen: Mutex<Seen>,
    pub(crate) links: Mutex<Links>,
}

impl GitHub {
    /// Takes the settings and both credentials; asks GitHub nothing yet. To be called inside a Tokio run time.
    ///
    /// # Errors
    /// [`ForgeError::Refused`] when no connection could ever be made.
    pub fn new(
        settings: Settings,
        workflow: WorkflowToken,
        bot: BotCredential,
    ) -> Result<Self, ForgeError> {
        Ok(Self {
            seen: Mutex::new(Seen::new(settings.fresh)),
            api: Api::new(settings)?,
            workflow,
            bot,
            links: Mutex::default(),
        })
    }

    /// How many REST calls were made so far, by route.
    pub fn calls(&self) -> Calls {
        self.api.calls()
    }

    /// Forgets what was read: somebody else has changed something.
    pub fn forget(&self) {
        self.seen().forget();
    }

    pub(crate) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.api.settings
    }

    /// Whether an account is one of the factory's.
    pub(crate) fn is_own(&self, account: &Account) -> bool {
        self.settings().own.contains(&account.login)
    }

    /// With the run's own token.
    pub(crate) fn workflow(&self) -> As<'_, WorkflowToken> {
        let by = &self.workflow;
        As { github: self, by }
    }

    /// With the bot's credential.
    pub(crate) fn bot(&self) -> As<'_, BotCredential> {
        let by = &self.bot;
        As { github: self, by }
    }
}

impl fmt::Debug for GitHub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GitHub")
            .field("repository", &self.settings().repository)
            .finish_non_exhaustive()
    }
}

/// Something that has a token.
pub(crate) trait Credential: Sync {
    /// Which of the two it is.
    const KIND: Kind;

    /// The token for the next call.
    fn token(&self, api: &Api) -> impl Future<Output = Result<SecretString, Failure>> + Send;
}

impl Credential for WorkflowToken {
    const KIND: Kind = Kind::Workflow;

    async fn token(&self, _: &Api) -> Result<SecretString, Failure> {
        Ok(self.0.clone())
    }
}

impl Credential for BotCredential {
    const KIND: Kind = Kind::Bot;

    async fn token(&self, api: &Api) -> Result<SecretString, Failure> {
        match self {
            Self::Token(token) => Ok(token.clone()),
            Self::App(app) => app.token(api).await,
        }
    }
}

/// The repository, with one credential. What may be done with the bot's only, takes `As<BotCredential>`.
pub(crate) struct As<'a, C> {
    pub(crate) github: &'a GitHub,
    by: &'a C,
}

impl<C: Credential> As<'_, C> {
    /// Makes a call.
    pub(crate) async fn call(&self, call: &Call) -> Result<Answer, Failure> {
        let api = &self.github.api;
        let answer = api.call(&self.token().await?, call).await;
        answer.map_err(|failure| failure.with(C::KIND))
    }

    /// Makes a call and reads the answer; failures are of `what`.
    pub(crate) async fn json<T: DeserializeOwned>(
        &self,
        call: &Call,
        what: &str,
    ) -> Result<T, ForgeError> {
        let answer = self.call(call).await;
        answer
            .map_err(|failure| failure.into_error(what))?
            .parse(&call.name())
    }

    /// Reads a list, page after page, as long as `take` wants more.
    pub(crate) async fn list<T: DeserializeOwned>(
        &self,
        call: &Call,
        what: &str,
        mut take: impl FnMut(T) -> Result<bool, ForgeError> + Send,
    ) -> Result<(), ForgeError> {
        let take_all = |page: Vec<T>| {
            for item in page {
                if !take(item)? {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        self.pages(call, what, take_all).await
    }

    /// Reads an answer that has pages, as long as `take` wants more.
    pub(crate) async fn pages<T: DeserializeOwned>(
        &self,
        call: &Call,
        what: &str,
        mut take: impl FnMut(T) -> Result<bool, ForgeError> + Send,
    ) -> Result<(), ForgeError> {
        let api = &self.github.api;
        let token = self
            .token()
            .await
            .map_err(|failure| failure.into_error(what))?;
        let mut answer = api.call(&token, call).await;
        loop {
            let page = answer.map_err(|failure| failure.with(C::KIND).into_error(what))?;
            let wants_more = take(page.parse(&call.name())?)?;
            let Some(next) = page.next.filter(|_| wants_more) else {
                return Ok(());
            };
            answer = api.call_at(&token, call, &next).await;
        }
    }

    async fn token(&self) -> Result<SecretString, Failure> {
        self.by.token(&self.github.api).await
    }

    /// Does something with the repository's git, in a thread where waiting is fine.
    pub(crate) async fn git<T: Send + 'static>(
        &self,
        what: &str,
        act: impl FnOnce(&Remote, &Repo) -> Result<T, RemoteError> + Send + 'static,
    ) -> Result<T, ForgeError> {
        let settings = self.github.settings();
        let token = self
            .token()
            .await
            .map_err(|failure| failure.into_error(what))?;
        let remote = Remote::new(&settings.git_url(), Some(token));
        let (path, branch) = (settings.workshop.clone(), settings.default_branch.clone());
        let done = tokio::task::spawn_blocking(move || {
            let repo = Repo::init_bare(&path, branch.as_str())?;
            act(&remote?, &repo)
        });
        let done = done.await.map_err(|error| ForgeError::Transient {
            what: what.to_owned(),
            why: error.to_string(),
        })?;
        done.map_err(|error| of_remote(error, C::KIND, what))
    }
}

fn of_remote(error: RemoteError, credential: Kind, what: &str) -> ForgeError {
    let what = what.to_owned();
    match error {
        RemoteError::Moved {
            expected, found, ..
        } => ForgeError::Stale {
            what,
            expected: expected.unwrap_or_else(|| "nothing".to_owned()),
            found: found.unwrap_or_else(|| "nothing".to_owned()),
        },
        error @ RemoteError::Unauthorised { .. } => ForgeError::Unauthorised {
            what,
            credential,
            why: error.to_string(),
        },
        error @ RemoteError::Unreachable { .. } => ForgeError::Unavailable {
            what,
            why: error.to_string(),
        },
        // That it was refused, and what, is said by the forge's error.
        RemoteError::Refused { why, .. } => ForgeError::Refused { what, why },
        error @ RemoteError::Git(
            GitError::Refused { .. } | GitError::NotFound { .. } | GitError::BadName { .. },
        ) => ForgeError::Refused {
            what,
            why: error.to_string(),
        },
        other => ForgeError::Transient {
            what,
            why: other.to_string(),
        },
    }
}

pub(crate) fn not_found(what: impl Into<String>) -> ForgeError {
    ForgeError::NotFound { what: what.into() }
}

pub(crate) fn issue_name(number: Number) -> String {
    format!("the issue {number}")
}
