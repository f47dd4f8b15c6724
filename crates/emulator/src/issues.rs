//! Issues, their labels and their comments.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use lightsout_forge::{CommentId, Forge as _, ForgeError, Label, Number};
use lightsout_local::{Acting, Edit};
use serde::Deserialize;
use serde_json::Value;

use crate::answer::{Answer, Answered};
use crate::ask::Ask;
use crate::place::{Place, number};
use crate::show::View;

/// A label, by its name or as an object.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Named {
    Name(String),
    Object { name: String },
}

#[derive(Debug, Deserialize)]
struct NewIssue {
    title: Option<Title>,
    body: Option<String>,
    #[serde(default)]
    labels: Vec<Named>,
}

/// GitHub takes a number for a title.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Title {
    Text(String),
    Number(i64),
}

impl Title {
    fn text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => number.to_string(),
        }
    }
}

#[derive(Debug, Deserialize)]
struct EditedIssue {
    title: Option<Title>,
    body: Option<String>,
    state: Option<String>,
    state_reason: Option<String>,
    labels: Option<Vec<Named>>,
}

#[derive(Debug, Deserialize)]
struct Text {
    body: Option<String>,
}

/// Labels, as an object or as the list alone.
#[derive(Debug, Deserialize)]
struct Labels {
    #[serde(default)]
    labels: Vec<Named>,
}

fn labels(named: Vec<Named>) -> Result<Vec<Label>, Answer> {
    let label = |named| {
        let (Named::Name(name) | Named::Object { name }) = named;
        Label::new(&name).map_err(|error| Answer::custom("Label", &error.to_string()))
    };
    named.into_iter().map(label).collect()
}

/// Whether a state is asked for: open, or closed.
pub(crate) fn wanted_state(state: Option<&str>) -> Result<Option<bool>, Answer> {
    match state {
        None => Ok(None),
        Some("open") => Ok(Some(true)),
        Some("closed") => Ok(Some(false)),
        Some(_) => Err(Answer::invalid("Issue", "state", "invalid")),
    }
}

/// Sorts a list of things with their numbers as the query says, the newest first unless it says otherwise.
pub(crate) fn sort(ask: &Ask, shown: &mut [Value]) {
    let by = match ask.param("sort") {
        Some("updated") => "updated_at",
        Some("comments") => "comments",
        _ => "number",
    };
    let key = |value: &Value| {
        let text = value[by].as_str().unwrap_or_default().to_owned();
        (value[by].as_u64(), text, value["number"].as_u64())
    };
    shown.sort_by_key(key);
    if ask.param("direction") != Some("asc") {
        shown.reverse();
    }
}

impl Place {
    /// An issue, or a pull request seen as one.
    pub(crate) async fn show_thread(&self, view: &View, on: Number) -> Result<Value, Answer> {
        let facts = self.facts(on).await?;
        if facts.is_pull {
            let pull = self.local.pull_request(on).await?;
            return Ok(view.pull_as_issue(&pull, &facts));
        }
        match self.local.issue(on).await {
            Ok(issue) => Ok(view.issue(&issue, &facts)),
            Err(ForgeError::NotFound { .. }) => Err(Answer::not_found()),
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) async fn get_issue(&self, ask: &Ask, on: &str) -> Answered {
        let view = self.view(ask.wants_html()).await?;
        Ok(Answer::ok(&self.show_thread(&view, number(on)?).await?))
    }

    pub(crate) async fn list_issues(&self, ask: &Ask) -> Answered {
        let view = self.view(ask.wants_html()).await?;
        let since = since(ask)?;
        let mut shown = Vec::new();
        let (issues, pulls) = (
            self.local.issues().await?,
            self.local.pull_requests_all().await?,
        );
        for facts in self.local.thread_facts(None).await? {
            let issue = issues.iter().find(|one| one.number == facts.number);
            let pull = pulls.iter().find(|one| one.number == facts.number);
            let updated = issue
                .map(|one| one.updated_at)
                .or(pull.map(|one| one.updated_at));
            if since.is_some_and(|since| updated.is_some_and(|at| at < since)) {
                continue;
            }
            shown.extend(issue.map(|issue| view.issue(issue, &facts)));
            shown.extend(pull.map(|pull| view.pull_as_issue(pull, &facts)));
        }
        let state = ask.param("state").unwrap_or("open");
        let creator = ask.param("creator").map(str::to_lowercase);
        let wanted: Vec<String> = ask.param("labels").map_or_else(Vec::new, |labels| {
            labels
                .split(',')
                .map(|label| label.trim().to_lowercase())
                .collect()
        });
        shown.retain(|issue| {
            let has = |label: &String| {
                let mut labels = issue["labels"].as_array().into_iter().flatten();
                labels.any(|known| known["name"] == label.as_str())
            };
            (state == "all" || issue["state"] == state)
                && creator
                    .as_ref()
                    .is_none_or(|login| issue["user"]["login"] == login.as_str())
                && wanted.iter().all(has)
        });
        sort(ask, &mut shown);
        Ok(Answer::page(ask, &self.origin, &shown))
    }

    pub(crate) async fn open_issue(&self, ask: &Ask, by: &Acting<'_>) -> Answered {
        let new: NewIssue = ask.json()?;
        let title = new.title.map(Title::text).unwrap_or_default();
        if title.trim().is_empty() {
            return Err(Answer::invalid("Issue", "title", "missing_field"));
        }
        let labels = labels(new.labels)?;
        let view = self.view(false).await?;
        let body = view.kept(&new.body.unwrap_or_default());
        let made = by.open_issue(&title, &body, &labels).await?;
        Ok(Answer::created(&self.show_thread(&view, made).await?))
    }

    pub(crate) async fn edit_issue(&self, ask: &Ask, by: &Acting<'_>, on: &str) -> Answered {
        let on = number(on)?;
        let edited: EditedIssue = ask.json()?;
        let view = self.view(false).await?;
        let reason = edited.state_reason.filter(|reason| reason != "reopened");
        let known = ["completed", "not_planned", "duplicate"];
        if reason
            .as_ref()
            .is_some_and(|reason| !known.contains(&reason.as_str()))
        {
            return Err(Answer::invalid("Issue", "state_reason", "invalid"));
        }
        let labels = edited.labels.map(labels).transpose()?;
        let edit = Edit {
            title: edited.title.map(Title::text),
            body: edited.body.map(|body| view.kept(&body)),
            open: wanted_state(edited.state.as_deref())?,
            close_reason: reason,
            labels: labels.map(|labels| labels.into_iter().collect::<BTreeSet<_>>()),
            base: None,
        };
        by.edit(on, &edit).await?;
        Ok(Answer::ok(&self.show_thread(&view, on).await?))
    }

    pub(crate) async fn list_labels_on(&self, ask: &Ask, on: &str) -> Answered {
        let view = self.view(false).await?;
        let shown = self.show_thread(&view, number(on)?).await?;
        let labels = shown["labels"].as_array().cloned().unwrap_or_default();
        Ok(Answer::page(ask, &self.origin, &labels))
    }

    /// Adds labels, or with `all` makes them all there are.
    pub(crate) async fn set_labels(
        &self,
        ask: &Ask,
        by: &Acting<'_>,
        on: &str,
        all: bool,
    ) -> Answered {
        let on = number(on)?;
        let named = match serde_json::from_slice::<Vec<Named>>(&ask.body) {
            Ok(list) => list,
            Err(_) => ask.json::<Labels>()?.labels,
        };
        let labels = labels(named)?;
        if all {
            let edit = Edit {
                labels: Some(labels.into_iter().collect()),
                ..Edit::default()
            };
            by.edit(on, &edit).await?;
        } else {
            by.add_labels(on, &labels).await?;
        }
        let view = self.view(false).await?;
        Ok(Answer::ok(&self.show_thread(&view, on).await?["labels"]))
    }

    pub(crate) async fn remove_label(&self, by: &Acting<'_>, on: &str, name: &str) -> Answered {
        let on = number(on)?;
        let label = Label::new(name).map_err(|_| Answer::said(404, "Label does not exist"))?;
        if !by.remove_label(on, &label).await? {
            return Err(Answer::said(404, "Label does not exist"));
        }
        let view = self.view(false).await?;
        Ok(Answer::ok(&self.show_thread(&view, on).await?["labels"]))
    }

    pub(crate) async fn list_comments(&self, ask: &Ask, on: Option<&str>) -> Answered {
        let on = on.map(number).transpose()?;
        if let Some(on) = on {
            self.facts(on).await?;
        }
        let view = self.view(ask.wants_html()).await?;
        let remarks = self.local.remarks(on, since(ask)?).await?;
        let mut shown: Vec<Value> = remarks.iter().map(|one| view.comment(one)).collect();
        if on.is_none() && ask.param("direction") == Some("desc") {
            shown.reverse();
        }
        Ok(Answer::page(ask, &self.origin, &shown))
    }

    pub(crate) async fn get_comment(&self, ask: &Ask, id: &str) -> Answered {
        let view = self.view(ask.wants_html()).await?;
        let remark = self.local.remark(CommentId(number(id)?.0)).await?;
        Ok(Answer::ok(&view.comment(&remark)))
    }

    pub(crate) async fn say(&self, ask: &Ask, by: &Acting<'_>, on: &str) -> Answered {
        let on = number(on)?;
        let text: Text = ask.json()?;
        let Some(body) = text.body.filter(|body| !body.trim().is_empty()) else {
            return Err(Answer::invalid("IssueComment", "body", "missing_field"));
        };
        let view = self.view(false).await?;
        let id = by.comment(on, &view.kept(&body)).await?;
        Ok(Answer::created(
            &view.comment(&self.local.remark(id).await?),
        ))
    }

    pub(crate) async fn edit_comment(&self, ask: &Ask, by: &Acting<'_>, id: &str) -> Answered {
        let id = CommentId(number(id)?.0);
        let text: Text = ask.json()?;
        let Some(body) = text.body.filter(|body| !body.trim().is_empty()) else {
            return Err(Answer::invalid("IssueComment", "body", "missing_field"));
        };
        let view = self.view(false).await?;
        by.edit_comment(id, &view.kept(&body)).await?;
        Ok(Answer::ok(&view.comment(&self.local.remark(id).await?)))
    }
}

fn since(ask: &Ask) -> Result<Option<DateTime<Utc>>, Answer> {
    let Some(text) = ask.param("since") else {
        return Ok(None);
    };
    let at = DateTime::parse_from_rfc3339(text);
    let at = at.map_err(|_| Answer::invalid("Issue", "since", "invalid"))?;
    Ok(Some(at.to_utc()))
}
