//! Pull requests.

use lightsout_forge::{
    BranchName, Credential, Forge as _, ForgeError, Number, PullRequest, PullState, Sha, not_green,
};
use lightsout_git::Signature;
use lightsout_local::{Acting, Edit, LocalError};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Answer, Answered};
use crate::ask::Ask;
use crate::issues::{sort, wanted_state};
use crate::place::{Place, number};
use crate::show::{Extent, View};

#[derive(Debug, Deserialize)]
struct NewPull {
    title: Option<String>,
    head: Option<String>,
    base: Option<String>,
    body: Option<String>,
}

#[derive(Debug, Deserialize)]
struct EditedPull {
    title: Option<String>,
    body: Option<String>,
    state: Option<String>,
    base: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Merging {
    merge_method: Option<String>,
    sha: Option<String>,
    commit_title: Option<String>,
    commit_message: Option<String>,
}

impl Place {
    /// A pull request as it is shown alone.
    pub(crate) async fn show_pull(&self, view: &View, on: Number) -> Result<Value, Answer> {
        let pull = self.local.pull_request(on).await?;
        let facts = self.facts(on).await?;
        let extent = self.extent(&pull).await?;
        Ok(view.whole_pull(&pull, &facts, &self.base_of(&pull).await?, extent))
    }

    async fn base_of(&self, pull: &PullRequest) -> Result<String, Answer> {
        let at = self.local.branch(&pull.base).await?;
        Ok(at.map_or_else(|| "0".repeat(40), String::from))
    }

    async fn extent(&self, pull: &PullRequest) -> Result<Extent, Answer> {
        let Some(base) = self.local.branch(&pull.base).await? else {
            return Ok(Extent::default());
        };
        let (base, head) = (base.as_str(), pull.head_sha.as_str());
        let repo = self.local.repo();
        let forked = repo.merge_base(base, head).map_err(LocalError::from)?;
        let changes = match &forked {
            Some(forked) => repo.changes(forked, head).map_err(LocalError::from)?.len(),
            None => 0,
        };
        let statuses = self.local.statuses(&pull.head_sha).await?;
        let try_out = Signature {
            name: "lightsout".to_owned(),
            email: "lightsout@forge.localhost".to_owned(),
            when: 0,
        };
        let mergeable =
            (pull.state == PullState::Open).then(|| repo.squash(base, head, "x", &try_out).is_ok());
        Ok(Extent {
            mergeable,
            green: not_green(&statuses).is_none(),
            commits: usize::from(changes > 0),
            files: changes,
        })
    }

    pub(crate) async fn get_pull(&self, on: &str) -> Answered {
        let view = self.view(false).await?;
        Ok(Answer::ok(&self.show_pull(&view, number(on)?).await?))
    }

    pub(crate) async fn list_pulls(&self, ask: &Ask) -> Answered {
        let head = ask.param("head").map(|head| match head.split_once(':') {
            Some((owner, head)) if owner.eq_ignore_ascii_case(&self.owner) => head,
            Some(_) => "",
            None => head,
        });
        let base = ask.param("base");
        let state = ask.param("state").unwrap_or("open");
        let wanted = |pull: &PullRequest| {
            let open = pull.state == PullState::Open;
            (state == "all" || open == (state == "open"))
                && head.is_none_or(|head| pull.head.as_str() == head)
                && base.is_none_or(|base| pull.base.as_str() == base)
        };
        let mut shown = self.pulls(wanted).await?;
        sort(ask, &mut shown);
        Ok(Answer::page(ask, &self.origin, &shown))
    }

    /// The pull requests that hold a commit: those at whose head it is, or that were merged as it.
    pub(crate) async fn pulls_of(&self, ask: &Ask, name: &str) -> Answered {
        let Some(commit) = self.commit(name).await? else {
            let message = format!("No commit found for SHA: {name}");
            return Err(Answer::said(422, &message));
        };
        let repo = self.local.repo();
        let holds = |pull: &PullRequest| {
            let in_head = repo.is_ancestor(commit.as_str(), pull.head_sha.as_str());
            pull.merge_sha.as_ref() == Some(&commit) || in_head.unwrap_or_default()
        };
        let base = self.local.branch(self.local.default_branch()).await?;
        let published = base.is_some_and(|base| {
            repo.is_ancestor(commit.as_str(), base.as_str())
                .unwrap_or_default()
        });
        let shown = self
            .pulls(|pull| holds(pull) && (!published || pull.merge_sha.as_ref() == Some(&commit)))
            .await?;
        Ok(Answer::page(ask, &self.origin, &shown))
    }

    async fn pulls(&self, wanted: impl Fn(&PullRequest) -> bool) -> Result<Vec<Value>, Answer> {
        let view = self.view(false).await?;
        let facts = self.local.thread_facts(None).await?;
        let mut shown = Vec::new();
        for pull in self.local.pull_requests_all().await? {
            if let (true, Some(facts)) = (
                wanted(&pull),
                facts.iter().find(|one| one.number == pull.number),
            ) {
                shown.push(view.pull(&pull, facts, &self.base_of(&pull).await?));
            }
        }
        Ok(shown)
    }

    pub(crate) async fn open_pull(&self, ask: &Ask, by: &Acting<'_>) -> Answered {
        if by.credential() == Some(Credential::Workflow) {
            let why = "GitHub Actions is not permitted to create or approve pull requests.";
            return Err(Answer::said(403, why));
        }
        let new: NewPull = ask.json()?;
        let missing = |field| Answer::invalid("PullRequest", field, "missing_field");
        let invalid = |field| Answer::invalid("PullRequest", field, "invalid");
        let title = new.title.filter(|title| !title.trim().is_empty());
        let title = title.ok_or_else(|| missing("title"))?;
        let head = new.head.ok_or_else(|| missing("head"))?;
        let head = match head.split_once(':') {
            Some((owner, head)) if owner.eq_ignore_ascii_case(&self.owner) => head.to_owned(),
            Some(_) => return Err(invalid("head")),
            None => head,
        };
        let head = BranchName::new(&head).map_err(|_| invalid("head"))?;
        let base = BranchName::new(&new.base.ok_or_else(|| missing("base"))?);
        let base = base.map_err(|_| invalid("base"))?;
        let head_at = self
            .local
            .branch(&head)
            .await?
            .ok_or_else(|| invalid("head"))?;
        let base_at = self
            .local
            .branch(&base)
            .await?
            .ok_or_else(|| invalid("base"))?;
        let nothing = self
            .local
            .repo()
            .is_ancestor(head_at.as_str(), base_at.as_str());
        if nothing.map_err(LocalError::from)? {
            let why = format!("No commits between {base} and {head}");
            return Err(Answer::custom("PullRequest", &why));
        }
        let open = self.local.open_pull_requests(head.as_str()).await?;
        if open.iter().any(|pull| pull.head == head) {
            let why = format!("A pull request already exists for {}:{head}.", self.owner);
            return Err(Answer::custom("PullRequest", &why));
        }
        let view = self.view(false).await?;
        let body = view.kept(&new.body.unwrap_or_default());
        let made = by.open_pull(&head, &base, &title, &body).await?;
        Ok(Answer::created(&self.show_pull(&view, made).await?))
    }

    pub(crate) async fn edit_pull(&self, ask: &Ask, by: &Acting<'_>, on: &str) -> Answered {
        let on = number(on)?;
        let pull = self.local.pull_request(on).await?;
        let edited: EditedPull = ask.json()?;
        let open = wanted_state(edited.state.as_deref())?;
        if pull.state == PullState::Merged && open == Some(true) {
            let why = "state cannot be changed. The pull request is merged.";
            return Err(Answer::custom("PullRequest", why));
        }
        if open == Some(true) && self.local.branch(&pull.head).await?.is_none() {
            let why = format!(
                "state cannot be changed. The {} branch was deleted.",
                pull.head
            );
            return Err(Answer::custom("PullRequest", &why));
        }
        let invalid = || Answer::invalid("PullRequest", "base", "invalid");
        let base = edited.base.as_deref().map(BranchName::new).transpose();
        let base = base.map_err(|_| invalid())?;
        if let Some(base) = &base {
            self.local.branch(base).await?.ok_or_else(invalid)?;
        }
        let view = self.view(false).await?;
        let edit = Edit {
            title: edited.title,
            body: edited.body.map(|body| view.kept(&body)),
            open,
            base,
            ..Edit::default()
        };
        by.edit(on, &edit).await?;
        Ok(Answer::ok(&self.show_pull(&view, on).await?))
    }

    /// Whether it is merged, as a status alone.
    pub(crate) async fn is_merged(&self, on: &str) -> Answered {
        let pull = self.local.pull_request(number(on)?).await?;
        if pull.state == PullState::Merged {
            return Ok(Answer::empty(204));
        }
        Err(Answer::not_found())
    }

    pub(crate) async fn merge(&self, ask: &Ask, by: &Acting<'_>, on: &str) -> Answered {
        let on = number(on)?;
        let wanted: Merging = ask.json()?;
        let pull = self.local.pull_request(on).await?;
        let method = match wanted.merge_method.as_deref() {
            Some("squash") => None,
            None | Some("merge") => Some("Merge commits are not allowed on this repository."),
            Some("rebase") => Some("Rebase merges are not allowed on this repository."),
            Some(_) => return Err(Answer::invalid("PullRequest", "merge_method", "invalid")),
        };
        if let Some(why) = method {
            return Err(Answer::said(405, why));
        }
        if pull.state != PullState::Open {
            return Err(Answer::said(405, "Pull Request is not mergeable"));
        }
        let head = match wanted.sha.as_deref().map(Sha::new) {
            None => pull.head_sha.clone(),
            Some(Ok(sha)) if sha == pull.head_sha => sha,
            Some(_) => {
                let why = "Head branch was modified. Review and try the merge again.";
                return Err(Answer::said(409, why));
            }
        };
        if let Some(why) = not_green(&self.local.statuses(&head).await?) {
            return Err(Answer::said(
                405,
                &format!("Repository rule violations found: {why}"),
            ));
        }
        let title = wanted
            .commit_title
            .unwrap_or_else(|| format!("{} ({on})", pull.title));
        let message = wanted.commit_message.unwrap_or_default();
        match by.merge(&pull.head, &head, &title, &message).await {
            Ok(()) => {}
            Err(ForgeError::Conflict { .. }) => {
                return Err(Answer::said(405, "Pull Request is not mergeable"));
            }
            Err(ForgeError::Stale { .. }) => {
                let why = "Base branch was modified. Review and try the merge again.";
                return Err(Answer::said(409, why));
            }
            Err(ForgeError::Refused { why, .. }) => return Err(Answer::said(405, &why)),
            Err(error) => return Err(error.into()),
        }
        let merged = self.local.pull_request(on).await?;
        Ok(Answer::ok(&json!({
            "sha": merged.merge_sha, "merged": true, "message": "Pull Request successfully merged",
        })))
    }
}
