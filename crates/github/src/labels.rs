//! Labels on issues and pull requests, and what they look like.

use std::collections::BTreeSet;

use lightsout_forge::{Ensured, ForgeError, Label, Number, Thread, status_labels};
use serde_json::json;

use crate::GitHub;
use crate::github::{As, Credential, not_found};
use crate::payload::model;
use crate::read::read;
use crate::rest::Call;
use crate::settings::WorkflowToken;

const LABELS: &str = "/repos/{owner}/{repo}/issues/{issue_number}/labels";
const LABEL: &str = "/repos/{owner}/{repo}/issues/{issue_number}/labels/{name}";
const LABEL_ITSELF: &str = "/repos/{owner}/{repo}/labels/{name}";

/// The colour of a label that GitHub makes because somebody puts it on and the repository lacks it.
const UNCOLOURED: &str = "ededed";

/// The labels that nobody has given a colour or a description.
pub(crate) fn bare(labels: &[model::Label]) -> BTreeSet<Label> {
    let bare = labels.iter().filter(|label| {
        let described = label
            .description
            .as_ref()
            .is_some_and(|text| !text.is_empty());
        label.color.as_deref() == Some(UNCOLOURED) && !described
    });
    let names = bare.filter_map(|label| label.name.as_deref());
    names.filter_map(|name| Label::new(name).ok()).collect()
}

impl<C: Credential> As<'_, C> {
    pub(crate) async fn ensure_label(
        &self,
        on: &Thread,
        label: &Label,
    ) -> Result<Ensured, ForgeError> {
        let (number, labels) = self.github.labels_of(on).await?;
        if labels.contains(label) {
            return Ok(Ensured::NotNeeded);
        }
        let body = json!({ "labels": [label.as_str()] });
        let call = Call::post(LABELS, &[&number.0.to_string()], body).repeatable();
        let labels: Vec<model::Label> = self.json(&call, &format!("labelling {number}")).await?;
        self.github.keep_labels(number, &labels)?;
        let mut bare = bare(&labels);
        bare.retain(|bare| bare == label);
        self.dress(&bare).await;
        Ok(Ensured::Changed)
    }

    /// Gives the factory's labels among these their colour and description.
    ///
    /// The answer to whoever puts a label on shows what it looks like, so nothing is asked where it looks like something.
    /// Nothing depends on it: a label that stays bare is dressed when it is put on the next time.
    pub(crate) async fn dress(&self, bare: &BTreeSet<Label>) {
        for spec in status_labels() {
            if bare.contains(&spec.label) {
                let look = json!({ "color": spec.color, "description": spec.description });
                let call = Call::patch(LABEL_ITSELF, &[spec.label.as_str()], look);
                let _ = self.call(&call).await;
            }
        }
    }
}

impl GitHub {
    pub(crate) async fn ensure_no_label(
        &self,
        by: As<'_, WorkflowToken>,
        on: &Thread,
        label: &Label,
    ) -> Result<Ensured, ForgeError> {
        let (number, labels) = self.labels_of(on).await?;
        if !labels.contains(label) {
            return Ok(Ensured::NotNeeded);
        }
        let call = Call::delete(LABEL, &[&number.0.to_string(), label.as_str()]);
        match by
            .json::<Vec<model::Label>>(&call, &format!("unlabelling {number}"))
            .await
        {
            Ok(labels) => self.keep_labels(number, &labels)?,
            // Somebody else has taken it off.
            Err(ForgeError::NotFound { .. }) => {
                self.forget();
                return Ok(Ensured::NotNeeded);
            }
            Err(error) => return Err(error),
        }
        Ok(Ensured::Changed)
    }

    /// The number of a thread, and the labels on it.
    pub(crate) async fn labels_of(
        &self,
        on: &Thread,
    ) -> Result<(Number, BTreeSet<Label>), ForgeError> {
        match on {
            Thread::Issue(number) => {
                let seen = self.any_issue(*number).await?;
                Ok((*number, seen.issue.labels))
            }
            Thread::PullOf(branch) => {
                let pull = self.pull_of(branch).await?;
                let pull =
                    pull.ok_or_else(|| not_found(format!("a pull request of `{branch}`")))?;
                Ok((pull.number, pull.labels))
            }
        }
    }

    fn keep_labels(&self, on: Number, labels: &[model::Label]) -> Result<(), ForgeError> {
        let labels = read("reading labels", |source| {
            source.labels(Some(labels), "labels")
        })?;
        self.seen().labeled(on, &labels);
        Ok(())
    }
}
