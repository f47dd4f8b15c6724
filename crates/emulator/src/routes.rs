//! Which request is answered by what.

use lightsout_local::Acting;
use serde_json::json;

use crate::answer::{Answer, Answered};
use crate::ask::Ask;
use crate::place::Place;

impl Place {
    /// Answers a request of the API.
    pub(crate) async fn answer(&self, ask: &Ask) -> Answer {
        let answered = match self.who(ask) {
            Ok(by) => self.answer_to(ask, by).await,
            Err(answer) => Err(answer),
        };
        answered.unwrap_or_else(|answer| answer).tagged(ask)
    }

    async fn answer_to(&self, ask: &Ask, by: Option<Acting<'_>>) -> Answered {
        let parts: Vec<&str> = ask.parts.iter().map(String::as_str).collect();
        if parts == ["rate_limit"] {
            return Ok(Self::rate_limit());
        }
        if let ["_rehearsal", "logs", id, pass] = parts.as_slice() {
            return self.archive(id, pass).await;
        }
        // Whoever has no token sees nothing of a private repository.
        let by = by.ok_or_else(Answer::not_found)?;
        match (ask.method.as_str(), parts.as_slice()) {
            ("GET", ["user"]) => self.me(&by).await,
            ("GET", ["users", login]) => self.get_user(login).await,
            (_, ["repos", owner, name, rest @ ..]) if self.is_here(owner, name) => {
                if ask.method == "GET" {
                    return self.read(ask, rest).await;
                }
                let _writing = self.writing.lock().await;
                let written = self.write(ask, &by, rest).await;
                self.tell().await;
                written
            }
            ("POST", ["_rehearsal", "runs"]) => self.tell_run(ask, &by).await,
            ("POST", ["_rehearsal", "attachments"]) => self.attach(ask, &by).await,
            _ => Err(unknown(ask)),
        }
    }

    async fn read(&self, ask: &Ask, rest: &[&str]) -> Answered {
        match rest {
            [] => self.get_repository().await,
            ["issues"] => self.list_issues(ask).await,
            ["issues", "comments"] => self.list_comments(ask, None).await,
            ["issues", "comments", id] => self.get_comment(ask, id).await,
            ["issues", on] => self.get_issue(ask, on).await,
            ["issues", on, "comments"] => self.list_comments(ask, Some(on)).await,
            ["issues", on, "labels"] => self.list_labels_on(ask, on).await,
            ["pulls"] => self.list_pulls(ask).await,
            ["pulls", on] => self.get_pull(on).await,
            ["pulls", on, "merge"] => self.is_merged(on).await,
            ["commits", name @ .., "status"] => self.combined_status(&name.join("/")).await,
            ["commits", name @ .., "statuses"] => self.list_statuses(ask, &name.join("/")).await,
            ["commits", name @ .., "check-runs"] => {
                self.list_check_runs(ask, &name.join("/")).await
            }
            ["commits", name] => self.get_commit(name).await,
            ["commits", name, "pulls"] => self.pulls_of(ask, name).await,
            ["check-runs", id] => self.get_check_run(id).await,
            ["collaborators"] => self.list_collaborators(ask).await,
            ["collaborators", login, "permission"] => self.permission(login).await,
            ["git", "ref", name @ ..] => self.get_ref(name).await,
            ["actions", "runs"] => self.list_runs(ask).await,
            ["actions", "runs", id] => self.get_run(id).await,
            ["actions", "runs", id, "jobs"] => self.list_jobs(ask, id).await,
            ["actions", "runs", id, "logs"] => self.logs(id).await,
            ["deployments"] => self.list_deployments(ask).await,
            ["deployments", id] => self.get_deployment(id).await,
            ["deployments", id, "statuses"] => self.list_deployment_statuses(ask, id).await,
            ["actions", "variables"] => self.list_variables(ask).await,
            ["actions", "variables", name] => self.get_variable(name).await,
            _ => Err(unknown(ask)),
        }
    }

    async fn write(&self, ask: &Ask, by: &Acting<'_>, rest: &[&str]) -> Answered {
        match (ask.method.as_str(), rest) {
            ("POST", ["issues"]) => self.open_issue(ask, by).await,
            ("PATCH", ["issues", "comments", id]) => self.edit_comment(ask, by, id).await,
            ("PATCH", ["issues", on]) => self.edit_issue(ask, by, on).await,
            ("POST", ["issues", on, "comments"]) => self.say(ask, by, on).await,
            ("POST", ["issues", on, "labels"]) => self.set_labels(ask, by, on, false).await,
            ("PUT", ["issues", on, "labels"]) => self.set_labels(ask, by, on, true).await,
            ("DELETE", ["issues", on, "labels", name]) => self.remove_label(by, on, name).await,
            ("POST", ["pulls"]) => self.open_pull(ask, by).await,
            ("PATCH", ["pulls", on]) => self.edit_pull(ask, by, on).await,
            ("PUT", ["pulls", on, "merge"]) => self.merge(ask, by, on).await,
            ("POST", ["statuses", sha]) => self.say_status(ask, by, sha).await,
            ("POST", ["check-runs"]) => self.make_check_run(ask, by).await,
            ("PATCH", ["check-runs", id]) => self.edit_check_run(ask, by, id).await,
            ("PUT", ["collaborators", login]) => self.permit(ask, by, login).await,
            ("DELETE", ["collaborators", login]) => self.dismiss(by, login).await,
            ("POST", ["git", "refs"]) => self.make_ref(ask, by).await,
            ("PATCH", ["git", "refs", name @ ..]) => self.move_ref(ask, by, name).await,
            ("DELETE", ["git", "refs", name @ ..]) => self.delete_ref(by, name).await,
            ("POST", ["deployments"]) => self.deploy(ask, by).await,
            ("POST", ["deployments", id, "statuses"]) => self.say_deployment(ask, by, id).await,
            ("POST", ["dispatches"]) => self.dispatch(ask, by).await,
            ("POST", ["actions", "workflows", name, "dispatches"]) => {
                self.start_workflow(ask, by, name).await
            }
            ("POST", ["actions", "variables"]) => self.set_variable(ask, by, None).await,
            ("PATCH", ["actions", "variables", name]) => {
                self.set_variable(ask, by, Some(name)).await
            }
            _ => Err(unknown(ask)),
        }
    }

    /// Takes a file, which on GitHub a page in the browser does.
    async fn attach(&self, ask: &Ask, by: &Acting<'_>) -> Answered {
        let name = ask.param("name").unwrap_or("file");
        let url = by.attach(name, &ask.body).await?;
        let url = self.view(false).await?.text(&url);
        Ok(Answer::created(&json!({ "url": url })))
    }
}

/// What nobody has taught this server, said so that whoever asked can tell it from something that is missing.
fn unknown(ask: &Ask) -> Answer {
    let path = ask.target.split('?').next().unwrap_or_default();
    let message = format!("Not rehearsed here: {} {path}", ask.method);
    Answer::said(404, &message).with("x-rehearsal", "unknown-route")
}
