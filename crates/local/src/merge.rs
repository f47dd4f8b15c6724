//! Merging: the one way the default branch moves.

use lightsout_forge::{BranchName, Ensured, ForgeError, PullRequest, PullState, Sha, not_green};
use lightsout_git::{GitError, Signature};
use sqlx::SqliteConnection;

use crate::log::Deed;
use crate::read::{pull_of, statuses};
use crate::refs::{Move, read_move};
use crate::{Local, LocalError};

impl Local {
    /// Merges the newest pull request of a branch at exactly `head`, as one commit.
    pub(crate) async fn merge(
        &self,
        db: &mut SqliteConnection,
        deed: Deed,
        (branch, head): (&BranchName, &Sha),
        (title, message): (&str, &str),
    ) -> Result<Ensured, ForgeError> {
        self.notice_pushes(db).await?;
        let pull = pull_of(db, branch).await?;
        let pull =
            pull.ok_or_else(|| LocalError::not_found(format!("a pull request of `{branch}`")))?;
        if pull.head_sha != *head {
            return Err(ForgeError::Stale {
                what: format!("the head of {}", pull.number),
                expected: head.to_string(),
                found: pull.head_sha.to_string(),
            });
        }
        match pull.state {
            PullState::Merged => return Ok(Ensured::NotNeeded),
            PullState::Closed => return Err(refused(&pull, "it is closed")),
            PullState::Open => {}
        }
        if let Some(why) = not_green(&statuses(db, head).await?) {
            return Err(refused(&pull, &why));
        }
        let base = self.existing(&pull.base)?;
        let wanted = match read_move(db, &pull.base).await? {
            // The commit was made before, and never put in place.
            Some(left) if left.old.as_ref() == Some(&base) && is_same(&left, &pull) => left,
            _ => Move {
                branch: pull.base.clone(),
                new: Some(self.squash(&deed, &base, &pull, (title, message))?),
                old: Some(base),
                merges: Some((pull.number, head.clone())),
                client_key: None,
                deed,
            },
        };
        self.move_branch(db, &wanted).await?;
        Ok(Ensured::Changed)
    }

    fn squash(
        &self,
        deed: &Deed,
        base: &Sha,
        pull: &PullRequest,
        (title, message): (&str, &str),
    ) -> Result<Sha, ForgeError> {
        let author = Signature {
            name: deed.actor.login.to_string(),
            email: "lightsout@forge.localhost".to_owned(),
            when: deed.at.timestamp(),
        };
        let message = format!("{}\n\n{message}", title.lines().next().unwrap_or_default());
        let commit = self
            .repo
            .squash(base.as_str(), pull.head_sha.as_str(), &message, &author);
        let commit = commit.map_err(|error| match error {
            GitError::Conflict { .. } => ForgeError::Conflict {
                branch: pull.head.clone(),
            },
            other => LocalError::from(other).into(),
        })?;
        Ok(Sha::new(&commit).map_err(LocalError::from)?)
    }
}

fn is_same(left: &Move, pull: &PullRequest) -> bool {
    left.new.is_some() && left.merges == Some((pull.number, pull.head_sha.clone()))
}

fn refused(pull: &PullRequest, why: &str) -> ForgeError {
    ForgeError::Refused {
        what: format!("merging {}", pull.number),
        why: why.to_owned(),
    }
}
