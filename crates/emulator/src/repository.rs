//! The repository itself: references, variables, and what starts workflows.

use lightsout_forge::{BranchName, Forge as _, Permission, Sha};
use lightsout_local::{Acting, LocalError, RefChange};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::answer::{Answer, Answered};
use crate::ask::Ask;
use crate::place::Place;
use crate::show::{View, time};

#[derive(Debug, Deserialize)]
struct NewRef {
    #[serde(rename = "ref")]
    name: Option<String>,
    sha: Option<String>,
    #[serde(default)]
    force: bool,
}

#[derive(Debug, Deserialize)]
struct WorkflowDispatch {
    #[serde(rename = "ref")]
    on: Option<String>,
    #[serde(default)]
    inputs: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
struct RepositoryDispatch {
    event_type: Option<String>,
    #[serde(default)]
    client_payload: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
struct Variable {
    name: Option<String>,
    value: Option<String>,
}

/// Whether a setting of the forge is one that workflows see.
fn is_variable(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    !name.is_empty() && name.chars().all(fits) && !name.starts_with(|c: char| c.is_ascii_digit())
}

impl Place {
    pub(crate) async fn get_repository(&self) -> Answered {
        let mut repository = self.view(false).await?.repository();
        for name in ["subscribers_count", "network_count"] {
            repository[name] = json!(0);
        }
        Ok(Answer::ok(&repository))
    }

    /// A commit, with what it says of itself.
    pub(crate) async fn get_commit(&self, name: &str) -> Answered {
        let sha = self.commit(name).await?;
        let missing = || Answer::said(422, &format!("No commit found for SHA: {name}"));
        let sha = sha.ok_or_else(missing)?;
        Ok(Answer::ok(
            &self.show_commit(&self.view(false).await?, &sha)?,
        ))
    }

    pub(crate) fn show_commit(&self, view: &View, sha: &Sha) -> Result<Value, Answer> {
        let facts = self
            .local
            .repo()
            .facts(sha.as_str())
            .map_err(LocalError::from)?;
        Ok(view.commit(sha, &facts))
    }

    async fn show_ref(&self, branch: &BranchName) -> Result<Value, Answer> {
        let at = self.local.branch(branch).await?;
        let at = at.ok_or_else(Answer::not_found)?;
        let view = self.view(false).await?;
        let name = format!("refs/heads/{branch}");
        Ok(json!({
            "ref": name, "node_id": format!("REF_{branch}"), "url": view.api(format!("/git/{name}")),
            "object": {
                "type": "commit", "sha": at, "url": view.api(format!("/git/commits/{at}")),
            },
        }))
    }

    pub(crate) async fn get_ref(&self, parts: &[&str]) -> Answered {
        let branch = branch(parts)?;
        Ok(Answer::ok(&self.show_ref(&branch).await?))
    }

    pub(crate) async fn make_ref(&self, ask: &Ask, by: &Acting<'_>) -> Answered {
        let new: NewRef = ask.json()?;
        let name = new.name.unwrap_or_default();
        let branch = name.strip_prefix("refs/heads/").map(BranchName::new);
        let Some(Ok(branch)) = branch else {
            return Err(Answer::said(
                422,
                "Reference name must start with 'refs/heads/' here.",
            ));
        };
        let sha = self.known(new.sha.as_deref())?;
        if self.local.branch(&branch).await?.is_some() {
            return Err(Answer::said(422, "Reference already exists"));
        }
        let change = RefChange {
            branch: branch.clone(),
            old: None,
            new: Some(sha),
        };
        by.move_branch(&change).await?;
        Ok(Answer::created(&self.show_ref(&branch).await?))
    }

    pub(crate) async fn move_ref(&self, ask: &Ask, by: &Acting<'_>, parts: &[&str]) -> Answered {
        let branch = branch(parts)?;
        let new: NewRef = ask.json()?;
        let sha = self.known(new.sha.as_deref())?;
        let Some(old) = self.local.branch(&branch).await? else {
            return Err(Answer::said(422, "Reference does not exist"));
        };
        let repo = self.local.repo();
        let forward = repo.is_ancestor(old.as_str(), sha.as_str());
        if !new.force && !forward.map_err(LocalError::from)? {
            return Err(Answer::said(422, "Update is not a fast forward"));
        }
        if old != sha {
            let change = RefChange {
                branch: branch.clone(),
                old: Some(old),
                new: Some(sha),
            };
            by.move_branch(&change).await?;
        }
        Ok(Answer::ok(&self.show_ref(&branch).await?))
    }

    pub(crate) async fn delete_ref(&self, by: &Acting<'_>, parts: &[&str]) -> Answered {
        let branch = branch(parts)?;
        if branch == *self.local.default_branch() {
            return Err(Answer::said(422, "Cannot delete the default branch"));
        }
        let Some(old) = self.local.branch(&branch).await? else {
            return Err(Answer::said(422, "Reference does not exist"));
        };
        let change = RefChange {
            branch,
            old: Some(old),
            new: None,
        };
        by.move_branch(&change).await?;
        Ok(Answer::empty(204))
    }

    /// A commit that is there.
    fn known(&self, sha: Option<&str>) -> Result<Sha, Answer> {
        let missing = || Answer::said(422, "Object does not exist");
        let sha = Sha::new(sha.unwrap_or_default()).map_err(|_| missing())?;
        let found = self
            .local
            .repo()
            .rev(sha.as_str())
            .map_err(LocalError::from)?;
        found.map(|_| sha).ok_or_else(missing)
    }

    /// Starts a workflow by hand: whoever it is, this raises an event.
    pub(crate) async fn start_workflow(
        &self,
        ask: &Ask,
        by: &Acting<'_>,
        workflow: &str,
    ) -> Answered {
        let new: WorkflowDispatch = ask.json()?;
        let on = new
            .on
            .ok_or_else(|| Answer::said(422, "Invalid request.\n\n\"ref\" wasn't supplied."))?;
        let short = on.strip_prefix("refs/heads/").unwrap_or(&on);
        if self.commit(short).await?.is_none() {
            return Err(Answer::said(422, &format!("No ref found for: {on}")));
        }
        let ending = workflow.rsplit_once('.').map(|(_, ending)| ending);
        if !matches!(ending, Some("yml" | "yaml")) || workflow.contains('/') {
            return Err(Answer::not_found());
        }
        let about = json!({
            "workflow": format!(".github/workflows/{workflow}"), "ref": format!("refs/heads/{short}"),
            "inputs": new.inputs,
        });
        by.dispatch("workflow_dispatch", workflow, about).await?;
        Ok(Answer::empty(204))
    }

    pub(crate) async fn dispatch(&self, ask: &Ask, by: &Acting<'_>) -> Answered {
        let new: RepositoryDispatch = ask.json()?;
        let kind = new.event_type.filter(|kind| !kind.is_empty());
        let Some(kind) = kind.filter(|kind| kind.chars().count() <= 100) else {
            return Err(Answer::said(
                422,
                "Invalid request.\n\n\"event_type\" needs 1 to 100 characters.",
            ));
        };
        if new.client_payload.len() > 10 {
            let why = "No more than 10 properties are allowed; \"client_payload\" has more.";
            return Err(Answer::said(422, &format!("Invalid request.\n\n{why}")));
        }
        let about = json!({ "event_type": kind, "client_payload": new.client_payload });
        by.dispatch("repository_dispatch", &kind, about).await?;
        Ok(Answer::empty(204))
    }

    fn show_variable(&self, name: &str, value: &str) -> Value {
        let at = time(self.since);
        json!({ "name": name, "value": value, "created_at": at, "updated_at": at })
    }

    pub(crate) async fn get_variable(&self, name: &str) -> Answered {
        let name = name.to_uppercase();
        let value = if is_variable(&name) {
            self.local.get_setting(&name).await?
        } else {
            None
        };
        let value = value.ok_or_else(Answer::not_found)?;
        Ok(Answer::ok(&self.show_variable(&name, &value)))
    }

    pub(crate) async fn list_variables(&self, ask: &Ask) -> Answered {
        let settings = self.local.settings().await?;
        let variables = settings.iter().filter(|(name, _)| is_variable(name));
        let shown: Vec<Value> = variables
            .map(|(name, value)| self.show_variable(name, value))
            .collect();
        Ok(Answer::counted(ask, &self.origin, "variables", &shown))
    }

    /// Makes a variable, or with a name in the path changes one that is there.
    pub(crate) async fn set_variable(
        &self,
        ask: &Ask,
        by: &Acting<'_>,
        known: Option<&str>,
    ) -> Answered {
        self.must_write(by).await?;
        let new: Variable = ask.json()?;
        let name = known
            .map(str::to_owned)
            .or(new.name)
            .unwrap_or_default()
            .to_uppercase();
        if !is_variable(&name) {
            return Err(Answer::said(
                422,
                "Variable names are letters, digits and underscores.",
            ));
        }
        let is_there = self.local.get_setting(&name).await?.is_some();
        match (known, is_there) {
            (Some(_), false) => return Err(Answer::not_found()),
            (None, true) => {
                return Err(Answer::said(
                    409,
                    "Already exists - Variable already exists",
                ));
            }
            _ => {}
        }
        if let Some(value) = new.value {
            self.local.set_setting(&name, &value).await?;
        }
        Ok(match known {
            Some(_) => Answer::empty(204),
            None => Answer::json(201, &json!({})),
        })
    }

    async fn must_write(&self, by: &Acting<'_>) -> Result<(), Answer> {
        if by.permission().await? >= Permission::Write {
            return Ok(());
        }
        Err(Answer::said(
            403,
            "Resource not accessible by personal access token",
        ))
    }

    /// How much may be asked; here nothing is counted.
    pub(crate) fn rate_limit() -> Answer {
        let rate =
            json!({ "limit": 5000, "remaining": 5000, "reset": 4_102_444_800_u64, "used": 0 });
        Answer::ok(&json!({ "resources": { "core": rate, "search": rate }, "rate": rate }))
    }
}

fn branch(parts: &[&str]) -> Result<BranchName, Answer> {
    let ["heads", rest @ ..] = parts else {
        return Err(Answer::not_found());
    };
    BranchName::new(&rest.join("/")).map_err(|_| Answer::not_found())
}
