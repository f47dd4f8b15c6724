//! Previews: whose commit is deployed, and what is shown of it already.

use lightsout_forge::{Deployment, Event, EventKind, Number, Sha};
use lightsout_lifecycle::{AnyFacts, PreviewFacts, PreviewPull, RunOrder, preview_key};

use crate::commission::Ground;
use crate::engine::issue_of_branch;
use crate::part::Part;
use crate::rest::is_own;
use crate::{Engine, EngineError};

/// A deployment that something is said of.
pub(crate) struct PreviewPart<'a> {
    sha: Sha,
    said: &'a Deployment,
    /// The request it belongs to, once that was read.
    request: Option<Number>,
}

impl<'a> PreviewPart<'a> {
    pub(crate) fn of(event: &Event, said: &'a Deployment) -> Option<Self> {
        match &event.kind {
            EventKind::DeploymentStatus { sha, .. } => Some(Self {
                sha: sha.clone(),
                said,
                request: None,
            }),
            _ => None,
        }
    }
}

impl Part for PreviewPart<'_> {
    type Facts = PreviewFacts;

    fn number(&self) -> Number {
        self.request.unwrap_or(Number(0))
    }

    fn title(&self) -> &'static str {
        "a preview"
    }

    async fn read(&mut self, engine: &Engine<'_>, _: &Event) -> Result<PreviewFacts, EngineError> {
        let factory = engine.factory()?;
        let pulls = engine.open_pulls().await?.into_iter().rev();
        let pull = pulls
            .filter(|pull| is_own(&factory, &pull.author.login) && !pull.from_fork)
            .find(|pull| pull.head_sha == self.sha)
            .map(|pull| PreviewPull {
                request: issue_of_branch(pull.head.as_str()),
                number: pull.number,
                head: pull.head,
                head_sha: pull.head_sha,
            });
        self.request = pull.as_ref().and_then(|pull| pull.request);
        let comment = match self.request {
            Some(request) => {
                let key = preview_key();
                let comments = engine.ports.forge.comments(request).await?.into_iter();
                let mut own = comments.filter(|said| is_own(&factory, &said.author.login));
                own.find(|said| key.marks(&said.body))
            }
            None => None,
        };
        Ok(PreviewFacts {
            enabled: engine.settings.enabled,
            creator: self.said.creator.clone(),
            creators: factory.preview.creators,
            url: self.said.url.clone(),
            hosts: factory.preview.hosts,
            pull,
            comment: comment.map(|comment| comment.body),
        })
    }

    fn any(facts: PreviewFacts) -> AnyFacts {
        AnyFacts::Preview(Box::new(facts))
    }

    async fn ground(&self, _: &Engine<'_>, _: &RunOrder) -> Result<Option<Ground>, EngineError> {
        Ok(None)
    }
}
