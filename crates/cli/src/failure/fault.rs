//! Whose fault a failure is, told by the types of its causes.

use std::error::Error;

use lightsout_agents::AgentError;
use lightsout_agents::template::TemplateError;
use lightsout_engine::EngineError;
use lightsout_forge::{Credential, ForgeError};
use lightsout_git::{GitError, RemoteError};
use lightsout_github::PayloadError;
use lightsout_ledger_branch::BranchError;
use lightsout_local::LocalError;

use super::Mendable;

/// Who can mend what went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Whoever called this program: what was given is wrong, or something that it needs refused or is away.
    Theirs,
    /// This program, or the disk under it.
    Ours,
}

/// Whose fault it is: the outermost cause that tells decides.
pub(super) fn of(error: &anyhow::Error) -> Fault {
    let mut told = error.chain().filter_map(told);
    told.next().unwrap_or(Fault::Ours)
}

/// What to do about a failure that does not say so itself.
pub(super) fn hint(error: &anyhow::Error) -> Option<&'static str> {
    error.chain().find_map(|cause| {
        let forge = cause.downcast_ref().map(forge_hint);
        forge.or_else(|| cause.downcast_ref().map(branch_hint))?
    })
}

const LATER: &str = "run it again later; what is done is not done a second time";

fn branch_hint(error: &BranchError) -> Option<&'static str> {
    match error {
        BranchError::Remote(RemoteError::Unauthorised { .. }) => Some(
            "the ledger is reached with `GITHUB_TOKEN`, by `cost --remote` with `LIGHTSOUT_BOT_TOKEN` first; it must be a token that counts and that may write to the repository",
        ),
        BranchError::Remote(RemoteError::Unreachable { .. }) | BranchError::Busy { .. } => {
            Some(LATER)
        }
        _ => None,
    }
}

fn forge_hint(error: &ForgeError) -> Option<&'static str> {
    match error {
        ForgeError::Unauthorised {
            credential: Credential::Workflow,
            ..
        } => Some(
            "`GITHUB_TOKEN` must be a token that counts and that may see the repository; in a workflow it is `github.token`",
        ),
        ForgeError::Unauthorised {
            credential: Credential::Bot,
            ..
        } => Some(
            "`LIGHTSOUT_BOT_TOKEN` must be a token that counts and that may write to the repository, or `LIGHTSOUT_APP_ID` and `LIGHTSOUT_APP_KEY` those of a GitHub App that is installed on it",
        ),
        ForgeError::Unavailable { .. } => Some(LATER),
        _ => None,
    }
}

/// Whose fault one cause says it is. A cause that only passes another on says nothing.
fn told(cause: &(dyn Error + 'static)) -> Option<Fault> {
    let engine = cause.downcast_ref().and_then(engine_is_theirs);
    let is_theirs = engine
        .or_else(|| cause.downcast_ref().map(forge_is_theirs))
        .or_else(|| cause.downcast_ref().map(local_is_theirs))
        .or_else(|| cause.downcast_ref().map(branch_is_theirs))
        .or_else(|| cause.downcast_ref().map(git_is_theirs))
        .or_else(|| cause.downcast_ref().map(template_is_theirs))
        .or_else(|| {
            let always = cause.is::<Mendable>() || cause.is::<AgentError>();
            (always || cause.is::<PayloadError>()).then_some(true)
        })?;
    Some(if is_theirs {
        Fault::Theirs
    } else {
        Fault::Ours
    })
}

fn engine_is_theirs(error: &EngineError) -> Option<bool> {
    match error {
        EngineError::Forge(_)
        | EngineError::Git(_)
        | EngineError::Ledger(_)
        | EngineError::Agent(_) => None,
        EngineError::Configuration { .. }
        | EngineError::NoBase { .. }
        | EngineError::NoCommit { .. }
        | EngineError::ForeignRules { .. }
        | EngineError::NoRun { .. }
        | EngineError::OtherRun { .. }
        | EngineError::NoSuchType { .. }
        | EngineError::Damaged { .. }
        | EngineError::Unsettled => Some(true),
        _ => Some(false),
    }
}

fn forge_is_theirs(error: &ForgeError) -> bool {
    matches!(
        error,
        ForgeError::NotFound { .. }
            | ForgeError::Refused { .. }
            | ForgeError::Unauthorised { .. }
            | ForgeError::Unavailable { .. }
    )
}

fn local_is_theirs(error: &LocalError) -> bool {
    match error {
        LocalError::Busy { .. }
        | LocalError::NotAFactory { .. }
        | LocalError::Newer { .. }
        | LocalError::NotFound { .. }
        | LocalError::Forbidden { .. }
        | LocalError::KeyTaken { .. }
        | LocalError::Size { .. } => true,
        LocalError::Git(git) => git_is_theirs(git),
        _ => false,
    }
}

fn branch_is_theirs(error: &BranchError) -> bool {
    match error {
        BranchError::Remote(RemoteError::Git(git)) | BranchError::Git(git) => git_is_theirs(git),
        BranchError::Damaged { .. }
        | BranchError::Rewritten { .. }
        | BranchError::Busy { .. }
        | BranchError::Remote(_) => true,
        _ => false,
    }
}

/// Without a git that can be used there is nothing that this program could do.
fn git_is_theirs(error: &GitError) -> bool {
    matches!(
        error,
        GitError::NotInstalled | GitError::TooOld { .. } | GitError::BadName { .. }
    )
}

fn template_is_theirs(error: &TemplateError) -> bool {
    matches!(
        error,
        TemplateError::NotSet(_) | TemplateError::Unreadable { .. }
    )
}
