//! Making branches and pull requests as they shall be, and merging.

use std::path::Path;

use lightsout_forge::{BranchName, Ensured, ForgeError, PullRequest, PullState, Sha, not_green};
use lightsout_git::Pushed;
use serde::Deserialize;
use serde_json::json;

use crate::GitHub;
use crate::github::{As, not_found};
use crate::payload::model;
use crate::read::{PULL, seen_pull};
use crate::rest::{Answer, Call, Failure, Waits};
use crate::settings::{BotCredential, WorkflowToken, refused};

const PULLS: &str = "/repos/{owner}/{repo}/pulls";
const MERGE: &str = "/repos/{owner}/{repo}/pulls/{pull_number}/merge";

#[derive(Deserialize)]
struct Merged {
    sha: Option<String>,
}

/// How a pull request shall be.
pub(crate) struct Wanted<'a> {
    pub(crate) head: &'a BranchName,
    pub(crate) base: &'a BranchName,
    pub(crate) title: &'a str,
    pub(crate) body: &'a str,
}

/// What is merged, at which commit, and as what.
pub(crate) struct Squash<'a> {
    pub(crate) branch: &'a BranchName,
    pub(crate) head: &'a Sha,
    pub(crate) title: &'a str,
    pub(crate) message: &'a str,
}

impl GitHub {
    /// Pushes the commits of a bundle; git alone does it, so it costs no REST call.
    pub(crate) async fn ensure_branch(
        &self,
        by: As<'_, BotCredential>,
        branch: &BranchName,
        at: &Sha,
        bundle: &Path,
    ) -> Result<Ensured, ForgeError> {
        self.refuse_default(branch)?;
        let what = format!("moving `{branch}`");
        let (name, commit, bundle) = (branch.to_string(), at.to_string(), bundle.to_owned());
        let pushed = by.git(&what, move |remote, repo| {
            let old = remote.branch(&name)?;
            if old.as_deref() == Some(commit.as_str()) {
                return Ok(Some(Pushed::UpToDate));
            }
            if repo.rev(&commit)?.is_none() {
                for base in lightsout_git::Repo::bundle_bases(&bundle)? {
                    remote.fetch_commit(repo, &base)?;
                }
                repo.import_bundle(&bundle)?;
            }
            // The server may know it: a branch may be put back to where it was.
            if repo.rev(&commit)?.is_none() && remote.fetch_commit(repo, &commit).is_err() {
                return Ok(None);
            }
            remote.push(repo, &commit, &name, old.as_deref()).map(Some)
        });
        match pushed.await? {
            Some(Pushed::UpToDate) => Ok(Ensured::NotNeeded),
            Some(Pushed::Done) => {
                let mut seen = self.seen();
                seen.moved(branch, Some(at));
                // Nobody has said anything yet of a commit that was pushed just now.
                if seen.statuses(at).is_none() {
                    seen.put_statuses(at, Vec::new());
                }
                Ok(Ensured::Changed)
            }
            None => Err(refused(
                &what,
                format!("the bundle does not hold the commit `{at}`"),
            )),
        }
    }

    pub(crate) async fn ensure_no_branch(
        &self,
        by: As<'_, WorkflowToken>,
        branch: &BranchName,
    ) -> Result<Ensured, ForgeError> {
        self.refuse_default(branch)?;
        let name = branch.to_string();
        let what = format!("deleting `{branch}`");
        let deleted = by.git(&what, move |remote, repo| match remote.branch(&name)? {
            Some(old) => remote.delete(repo, &name, &old),
            None => Ok(Pushed::UpToDate),
        });
        match deleted.await? {
            Pushed::UpToDate => Ok(Ensured::NotNeeded),
            Pushed::Done => {
                self.seen().moved(branch, None);
                Ok(Ensured::Changed)
            }
        }
    }

    /// The default branch moves only by merging.
    fn refuse_default(&self, branch: &BranchName) -> Result<(), ForgeError> {
        if *branch == self.settings().default_branch {
            let why = "the default branch moves only by merging".to_owned();
            return Err(refused(&format!("moving `{branch}`"), why));
        }
        Ok(())
    }

    pub(crate) async fn ensure_pull_request(
        &self,
        by: As<'_, BotCredential>,
        wanted: &Wanted<'_>,
    ) -> Result<Ensured, ForgeError> {
        if let Some(open) = self.open_pull_of(wanted.head).await? {
            return self.edit_pull(&by, &open, wanted).await;
        }
        let what = format!("a pull request from `{}` to `{}`", wanted.head, wanted.base);
        let call = Call::post(
            PULLS,
            &[],
            json!({
                "title": wanted.title,
                "head": wanted.head,
                "base": wanted.base,
                "body": wanted.body,
            }),
        );
        let parse = |answer: &Answer| {
            let made = self.keep_pull(&answer.parse(&what)?)?;
            self.seen().put_comments(made.number, Vec::new());
            Ok(made)
        };
        let find = || self.open_pull_of(wanted.head);
        match by.create(&call, &what, parse, find).await {
            Ok(pull) => {
                // After a lost answer it may be one that was there before.
                self.edit_pull(&by, &pull, wanted).await?;
                Ok(Ensured::Changed)
            }
            Err(ForgeError::Refused { why, .. }) if why.contains("already exists") => {
                self.forget();
                match self.open_pull_of(wanted.head).await? {
                    Some(open) => self.edit_pull(&by, &open, wanted).await,
                    None => Err(refused(&what, why)),
                }
            }
            Err(ForgeError::Refused { why, .. }) if why.contains("head: invalid") => {
                Err(not_found(format!("the branch `{}`", wanted.head)))
            }
            Err(error) => Err(error),
        }
    }

    async fn edit_pull(
        &self,
        by: &As<'_, BotCredential>,
        open: &PullRequest,
        wanted: &Wanted<'_>,
    ) -> Result<Ensured, ForgeError> {
        if (open.title.as_str(), open.body.as_str()) == (wanted.title, wanted.body)
            && open.base == *wanted.base
        {
            return Ok(Ensured::NotNeeded);
        }
        let mut body = json!({ "title": wanted.title, "body": wanted.body });
        if open.base != *wanted.base {
            body["base"] = json!(wanted.base);
        }
        let call = Call::patch(PULL, &[&open.number.0.to_string()], body);
        let what = format!("the pull request {}", open.number);
        self.keep_pull(&by.json(&call, &what).await?)?;
        Ok(Ensured::Changed)
    }

    pub(crate) async fn ensure_no_pull_request(
        &self,
        by: As<'_, WorkflowToken>,
        head: &BranchName,
    ) -> Result<Ensured, ForgeError> {
        let Some(open) = self.open_pull_of(head).await? else {
            return Ok(Ensured::NotNeeded);
        };
        let call = Call::patch(
            PULL,
            &[&open.number.0.to_string()],
            json!({ "state": "closed" }),
        );
        let what = format!("the pull request {}", open.number);
        self.keep_pull(&by.json(&call, &what).await?)?;
        Ok(Ensured::Changed)
    }

    /// Merges at exactly the commit that was approved, and only what is green.
    pub(crate) async fn merge(
        &self,
        by: As<'_, BotCredential>,
        wanted: &Squash<'_>,
    ) -> Result<Ensured, ForgeError> {
        let pull = self.pull_of(wanted.branch).await?;
        let pull =
            pull.ok_or_else(|| not_found(format!("a pull request of `{}`", wanted.branch)))?;
        let what = format!("merging {}", pull.number);
        if pull.head_sha != *wanted.head {
            return Err(stale(&pull, wanted.head));
        }
        match pull.state {
            PullState::Merged => return Ok(Ensured::NotNeeded),
            PullState::Closed => return Err(refused(&what, "it is closed".to_owned())),
            PullState::Open => {}
        }
        if let Some(why) = not_green(&self.read_statuses(wanted.head).await?) {
            return Err(refused(&what, why));
        }
        let call = Call::put(
            MERGE,
            &[&pull.number.0.to_string()],
            json!({
                "merge_method": "squash",
                "sha": wanted.head,
                "commit_title": wanted.title.lines().next().unwrap_or_default(),
                "commit_message": wanted.message,
            }),
        );
        let mut waits = Waits::new(self.settings());
        loop {
            let failure = match by.call(&call).await {
                Ok(answer) => {
                    let merged: Merged = answer.parse(&what)?;
                    let commit = merged.sha.and_then(|sha| Sha::new(&sha).ok());
                    self.seen().merged(pull.number, commit.as_ref());
                    return Ok(Ensured::Changed);
                }
                Err(failure) => failure,
            };
            let asks = failure.is(405) || failure.is(409) || failure.is(422);
            if !asks && !matches!(failure, Failure::Lost(_)) {
                return Err(failure.into_error(&what));
            }
            self.forget();
            let (now, mergeable) = self.fresh_pull(pull.number).await?;
            if now.state == PullState::Merged {
                return Ok(Ensured::Changed);
            }
            if now.head_sha != *wanted.head {
                return Err(stale(&now, wanted.head));
            }
            // Another merge moved the base, GitHub is still computing, or nothing was done: then it is asked again.
            let again = failure.says("base branch was modified")
                || matches!(failure, Failure::Lost(_))
                || mergeable.is_none();
            match (mergeable, waits.next()) {
                (Some(false), _) => {
                    let branch = wanted.branch.clone();
                    return Err(ForgeError::Conflict { branch });
                }
                (_, Some(wait)) if again => tokio::time::sleep(wait).await,
                (None, None) => {
                    let why = "GitHub does not say yet whether it merges cleanly".to_owned();
                    return Err(ForgeError::Unavailable { what, why });
                }
                _ => return Err(failure.into_error(&what)),
            }
        }
    }

    async fn open_pull_of(&self, head: &BranchName) -> Result<Option<PullRequest>, ForgeError> {
        let newest = self.pull_of(head).await?;
        Ok(newest.filter(|pull| pull.state == PullState::Open))
    }

    fn keep_pull(&self, pull: &model::PullRequest) -> Result<PullRequest, ForgeError> {
        let pull = seen_pull(pull)?.ok_or_else(|| ForgeError::Transient {
            what: "reading a pull request".to_owned(),
            why: "its branch has another name than it was given".to_owned(),
        })?;
        self.seen().put_pull(&pull);
        Ok(pull)
    }
}

fn stale(pull: &PullRequest, expected: &Sha) -> ForgeError {
    ForgeError::Stale {
        what: format!("the head of {}", pull.number),
        expected: expected.to_string(),
        found: pull.head_sha.to_string(),
    }
}
