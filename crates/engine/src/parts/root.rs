//! The pull request that a repair or a review is about, and the request that it belongs to.

use lightsout_forge::{ForgeError, Label, Number, PullRequest};
use lightsout_ledger::EntryKind;
use lightsout_lifecycle::{RunId, RunOrder, factory_branch_prefix, newest_pull};
use lightsout_taxonomy::{Classification, Factory, classify};

use crate::commission::Given;
use crate::engine::issue_of_branch;
use crate::part::given;
use crate::rest::is_own;
use crate::{Engine, EngineError};

impl Engine<'_> {
    /// Reads a pull request, if it is one.
    pub(crate) async fn find_pull(
        &self,
        number: Number,
    ) -> Result<Option<PullRequest>, EngineError> {
        match self.ports.forge.pull_request(number).await {
            Ok(pull) => Ok(Some(pull)),
            Err(ForgeError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Finds the pull request that a run is about: what is charged to a request is about the request's, anything else is
    /// charged to the pull request itself.
    pub(crate) async fn pull_of_order(
        &self,
        factory: &Factory,
        order: &RunOrder,
    ) -> Result<Option<PullRequest>, EngineError> {
        if order.kind.is_none() {
            return self.find_pull(order.issue).await;
        }
        let prefix = factory_branch_prefix(order.issue);
        let mut pulls = self.ports.forge.pull_requests(&prefix).await?;
        pulls.retain(|pull| is_own(factory, &pull.author.login));
        Ok(newest_pull(pulls))
    }

    /// The request that a pull request of the factory belongs to, with its content type.
    pub(crate) async fn request_behind(
        &self,
        factory: &Factory,
        pull: &PullRequest,
    ) -> Result<Option<(Number, Label)>, EngineError> {
        let ours = is_own(factory, &pull.author.login) && !pull.from_fork;
        let Some(number) = issue_of_branch(pull.head.as_str()).filter(|_| ours) else {
            return Ok(None);
        };
        let issue = match self.ports.forge.issue(number).await {
            Ok(issue) => issue,
            Err(ForgeError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let labels = issue.labels.iter().map(Label::as_str);
        Ok(match classify(factory, labels) {
            Classification::Request(kind) => {
                Label::new(&kind.label).ok().map(|label| (number, label))
            }
            _ => None,
        })
    }

    /// The request itself, as an agent is given it.
    pub(crate) async fn given_behind(
        &self,
        request: Option<&(Number, Label)>,
        event: &lightsout_forge::Event,
    ) -> Result<Option<Given>, EngineError> {
        match request {
            Some((number, _)) => Ok(given(*number, &self.view(*number, event).await?)),
            None => Ok(None),
        }
    }

    /// Whether money is put aside for a run that may still be alive: its record says not since when.
    pub(crate) async fn is_paid_and_alive(
        &self,
        issue: Number,
        run: &RunId,
    ) -> Result<bool, EngineError> {
        let entries = self.ports.ledger.entries(Some(issue.0)).await?;
        let of_run = entries.iter().filter(|entry| entry.run.0 == run.0);
        let last = of_run.max_by_key(|entry| entry.at);
        Ok(last.is_some_and(|entry| {
            matches!(entry.kind, EntryKind::Reserve { .. }) && self.is_alive_since(run, entry.at)
        }))
    }
}
