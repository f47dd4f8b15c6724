//! The one repository that is served, and whoever asks.

use std::path::PathBuf;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use lightsout_forge::{Forge as _, Login, Number, Sha};
use lightsout_local::{Acting, Local, LocalError, ThreadFacts};
use tokio::sync::Mutex;

use crate::answer::Answer;
use crate::ask::Ask;
use crate::server::Log;
use crate::show::View;
use crate::tokens::{Owner, Tokens, TokensError};

/// Everything that answering needs.
pub(crate) struct Place {
    pub(crate) local: Local,
    pub(crate) tokens: RwLock<Tokens>,
    /// The file of the tokens.
    pub(crate) env_file: PathBuf,
    pub(crate) origin: String,
    pub(crate) owner: String,
    pub(crate) name: String,
    /// Where events are written.
    pub(crate) events: PathBuf,
    /// Held by whoever changes something, so that what is looked at first is so still.
    pub(crate) writing: Mutex<()>,
    pub(crate) since: DateTime<Utc>,
    pub(crate) log: Log,
}

impl Place {
    pub(crate) fn tokens(&self) -> RwLockReadGuard<'_, Tokens> {
        self.tokens.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the file of the tokens, with what else a shell or a workflow needs to know.
    pub(crate) fn save_tokens(&self) -> Result<(), TokensError> {
        let known = [
            ("GITHUB_API_URL", self.origin.as_str()),
            ("GITHUB_SERVER_URL", self.origin.as_str()),
            (
                "GITHUB_REPOSITORY",
                &format!("{}/{}", self.owner, self.name),
            ),
        ];
        self.tokens().save(&self.env_file, &known)
    }

    /// Gives whoever has become a member a token.
    pub(crate) fn welcome(&self, login: &Login) -> Result<(), TokensError> {
        self.tokens
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .admit(login)?;
        self.save_tokens()
    }

    /// Whether a path's owner and name are those of the repository.
    pub(crate) fn is_here(&self, owner: &str, name: &str) -> bool {
        self.owner.eq_ignore_ascii_case(owner) && self.name.eq_ignore_ascii_case(name)
    }

    /// Who asks; a token that is unknown is an error, none at all is nobody.
    pub(crate) fn who(&self, ask: &Ask) -> Result<Option<Acting<'_>>, Answer> {
        let header = ask.header("authorization");
        let token = match header.split_once(' ') {
            None if header.is_empty() => return Ok(None),
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("basic") => {
                let decoded = STANDARD.decode(token.trim()).unwrap_or_default();
                let pair = String::from_utf8(decoded).unwrap_or_default();
                let password = pair
                    .split_once(':')
                    .map(|(_, password)| password.to_owned());
                password.unwrap_or_default()
            }
            Some((_, token)) => token.trim().to_owned(),
            None => String::new(),
        };
        match self.tokens().owner(&token) {
            Some(Owner::Factory(credential)) => Ok(Some(self.local.acting_with(credential))),
            Some(Owner::Person(login)) => Ok(Some(self.local.acting(&login))),
            None => Err(Answer::said(401, "Bad credentials")),
        }
    }

    /// How things look at this moment.
    pub(crate) async fn view(&self, html: bool) -> Result<View, LocalError> {
        let issues = self.local.issues().await?;
        let is_open =
            |issue: &&lightsout_forge::Issue| issue.state == lightsout_forge::IssueState::Open;
        Ok(View {
            origin: self.origin.clone(),
            owner: self.owner.clone(),
            name: self.name.clone(),
            default_branch: self.local.default_branch().to_string(),
            members: self.local.members().await?.into_iter().collect(),
            since: self.since,
            open_issues: issues.iter().filter(is_open).count(),
            html: html.then(|| (self.tokens().clone(), self.local.now())),
        })
    }

    pub(crate) async fn facts(&self, number: Number) -> Result<ThreadFacts, Answer> {
        let found = self.local.thread_facts(Some(number)).await?.pop();
        found.ok_or_else(Answer::not_found)
    }

    /// The commit that a name in a path stands for: a branch, or the beginning of nothing but a whole SHA.
    pub(crate) async fn commit(&self, name: &str) -> Result<Option<Sha>, Answer> {
        if let Ok(branch) = lightsout_forge::BranchName::new(
            name.trim_start_matches("refs/")
                .trim_start_matches("heads/"),
        ) && let Some(at) = self.local.branch(&branch).await?
        {
            return Ok(Some(at));
        }
        let Ok(sha) = Sha::new(name) else {
            return Ok(None);
        };
        let found = self
            .local
            .repo()
            .rev(sha.as_str())
            .map_err(LocalError::from)?;
        Ok(found.map(|_| sha))
    }
}

/// A number in a path.
pub(crate) fn number(text: &str) -> Result<Number, Answer> {
    text.parse().map(Number).map_err(|_| Answer::not_found())
}
