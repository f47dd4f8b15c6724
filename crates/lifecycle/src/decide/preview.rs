//! Previews: what a preview host says of a commit is shown on the request that the commit belongs to.

use lightsout_forge::{
    Account, Action, BranchName, CommentKey, DeploymentState, Event, EventKind, Number, Sha, Thread,
};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::trace::{applies, found};
use crate::{Plan, Reason, block, texts};

/// A deployment of a commit, and where it belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewFacts {
    /// The kill switch: whether `CMS_BOT_ENABLED` equals `true`.
    pub enabled: bool,
    /// Who wrote this status of the deployment. (Who made the deployment may be whoever pushed.)
    pub creator: Account,
    /// The accounts of preview hosts that are believed.
    pub creators: Vec<String>,
    /// The address of the preview.
    pub url: Option<String>,
    /// The domains that previews may lie on, such as `vercel.app`; what is below them counts too.
    pub hosts: Vec<String>,
    /// The open pull request of the factory whose head is the commit.
    pub pull: Option<PreviewPull>,
    /// The preview comment on its request, as it stands now.
    #[serde(default)]
    pub comment: Option<String>,
}

/// The pull request that is previewed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewPull {
    /// Its number.
    pub number: Number,
    /// Its head branch.
    pub head: BranchName,
    /// Where that branch is now.
    pub head_sha: Sha,
    /// The request it belongs to.
    pub request: Option<Number>,
}

/// What the preview comment remembers, so that a late event never undoes a newer one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shown {
    deployment: u64,
    sha: Sha,
    state: DeploymentState,
}

/// The key of the preview comment on a request.
pub fn preview_key() -> CommentKey {
    CommentKey::new("preview")
}

const BLOCK: &str = "preview";

pub(crate) fn decide(event: &Event, facts: &PreviewFacts) -> Plan {
    match &event.kind {
        EventKind::DeploymentStatus {
            deployment,
            sha,
            state,
        } => {
            let now = Shown {
                deployment: *deployment,
                sha: sha.clone(),
                state: *state,
            };
            on_status(facts, &now)
        }
        _ => Plan::ignore(Reason::NothingToDo),
    }
}

fn on_status(facts: &PreviewFacts, now: &Shown) -> Plan {
    let creator = facts.creator.login.as_str();
    let mut creators = facts.creators.iter();
    let is_known = creators.any(|known| known.eq_ignore_ascii_case(creator));
    if applies(Reason::PreviewCreatorUnknown, !is_known) {
        return Plan::ignore(Reason::PreviewCreatorUnknown);
    }
    let Some(pull) = found(Reason::PreviewOfNothing, facts.pull.as_ref()) else {
        return Plan::ignore(Reason::PreviewOfNothing);
    };
    if applies(Reason::HeadMoved, pull.head_sha != now.sha) {
        return Plan::ignore(Reason::HeadMoved);
    }
    let Some(issue) = found(Reason::NotOurPullRequest, pull.request) else {
        return Plan::ignore(Reason::NotOurPullRequest);
    };
    let url = facts.url.as_deref();
    let address = url.and_then(|text| trusted(text, &facts.hosts));
    let is_needed = url.is_some() || now.state == DeploymentState::Success;
    if applies(Reason::PreviewHostUnknown, is_needed && address.is_none()) {
        return Plan::ignore(Reason::PreviewHostUnknown);
    }
    let shown: Option<Shown> = facts
        .comment
        .as_deref()
        .and_then(|text| block::read(BLOCK, text));
    if applies(
        Reason::PreviewShown,
        shown.is_some_and(|shown| !is_news(&shown, now)),
    ) {
        return Plan::ignore(Reason::PreviewShown);
    }
    let comment = Action::UpsertComment {
        on: Thread::Issue(issue),
        key: preview_key(),
        body: texts::preview(
            &block::write(BLOCK, now),
            pull.number,
            &now.sha,
            now.state,
            address.as_ref().map(Url::as_str),
        ),
    };
    Plan::act(Reason::PreviewTold, vec![comment])
}

/// The address, if it leads to a host that is believed: `https`, no user, one of the domains or below it.
fn trusted(text: &str, hosts: &[String]) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let host = url.host_str()?;
    let plain = url.scheme() == "https" && url.username().is_empty() && url.password().is_none();
    let below = |domain: &String| {
        let domain = domain.to_ascii_lowercase();
        let rest = host.strip_suffix(domain.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    (plain && hosts.iter().filter(|domain| !domain.is_empty()).any(below)).then_some(url)
}

/// Whether a status says more than what is shown. Deployments count up; within one, an end is never undone by a state
/// on the way to it.
fn is_news(shown: &Shown, now: &Shown) -> bool {
    match now.deployment.cmp(&shown.deployment) {
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => rank(now.state) > rank(shown.state),
    }
}

fn rank(state: DeploymentState) -> u8 {
    match state {
        DeploymentState::Pending => 0,
        DeploymentState::Queued => 1,
        DeploymentState::InProgress => 2,
        DeploymentState::Failure | DeploymentState::Error => 3,
        DeploymentState::Success => 4,
        DeploymentState::Inactive => 5,
    }
}

#[cfg(test)]
mod tests;
