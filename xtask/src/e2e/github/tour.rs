//! Every route that is rehearsed, asked for once or more, with what has to come back.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::e2e::rest::Rest;

/// Who asks, how and for what, with what, the status that has to come back, and what is kept of the answer: a name, and
/// where it stands.
type Stop = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    u16,
    Option<(&'static str, &'static str)>,
);

const fn stop(
    who: &'static str,
    method: &'static str,
    path: &'static str,
    body: &'static str,
    status: u16,
) -> Stop {
    (who, method, path, body, status, None)
}

const fn kept(mut stop: Stop, name: &'static str, pointer: &'static str) -> Stop {
    stop.5 = Some((name, pointer));
    stop
}

const MIRA: &str = "TOKEN_MIRA_FERN";
const ADA: &str = "TOKEN_ADA_GATEKEEPER";
const BOT: &str = "LIGHTSOUT_BOT_TOKEN";
const WORKFLOW: &str = "GITHUB_TOKEN";

/// `{name}` is what was kept under that name. A path that begins with `!` is not within the repository.
const STOPS: &[Stop] = &[
    stop(MIRA, "GET", "", "", 200),
    stop(MIRA, "GET", "!/user", "", 200),
    stop(WORKFLOW, "GET", "!/user", "", 403),
    stop(MIRA, "GET", "!/users/lightsout%5Bbot%5D", "", 200),
    stop(MIRA, "GET", "!/users/nobody-knows", "", 404),
    stop(MIRA, "GET", "!/rate_limit", "", 200),
    stop(MIRA, "GET", "/projects", "", 404),
    // Issues.
    kept(
        stop(
            MIRA,
            "POST",
            "/issues",
            r#"{"title": "FAQ: tour", "body": "x", "labels": ["cms-faq"]}"#,
            201,
        ),
        "issue",
        "/number",
    ),
    stop(MIRA, "POST", "/issues", r#"{"body": "x"}"#, 422),
    stop(MIRA, "POST", "/issues", r#"{"title": "#, 400),
    stop(MIRA, "GET", "/issues?state=all&per_page=3&page=2", "", 200),
    stop(
        MIRA,
        "GET",
        "/issues?creator=mira-fern&labels=cms-faq&sort=updated&direction=asc",
        "",
        200,
    ),
    stop(MIRA, "GET", "/issues?since=yesterday", "", 422),
    stop(MIRA, "GET", "/issues/{issue}", "", 200),
    stop(MIRA, "GET", "/issues/4711", "", 404),
    stop(
        MIRA,
        "PATCH",
        "/issues/{issue}",
        r#"{"state": "closed", "state_reason": "not_planned"}"#,
        200,
    ),
    stop(
        MIRA,
        "PATCH",
        "/issues/{issue}",
        r#"{"state": "open", "title": "FAQ: a tour"}"#,
        200,
    ),
    stop(
        MIRA,
        "PATCH",
        "/issues/{issue}",
        r#"{"state": "gone"}"#,
        422,
    ),
    // Labels.
    stop(
        WORKFLOW,
        "POST",
        "/issues/{issue}/labels",
        r#"{"labels": ["cms-bot-waiting", "seen"]}"#,
        200,
    ),
    stop(MIRA, "GET", "/issues/{issue}/labels", "", 200),
    stop(
        ADA,
        "PUT",
        "/issues/{issue}/labels",
        r#"{"labels": ["cms-faq", "seen"]}"#,
        200,
    ),
    stop(ADA, "DELETE", "/issues/{issue}/labels/seen", "", 200),
    stop(ADA, "DELETE", "/issues/{issue}/labels/seen", "", 404),
    // Comments.
    kept(
        stop(
            MIRA,
            "POST",
            "/issues/{issue}/comments",
            r#"{"body": "Hello"}"#,
            201,
        ),
        "comment",
        "/id",
    ),
    stop(
        MIRA,
        "POST",
        "/issues/{issue}/comments",
        r#"{"body": ""}"#,
        422,
    ),
    stop(MIRA, "GET", "/issues/{issue}/comments", "", 200),
    stop(MIRA, "GET", "/issues/4711/comments", "", 404),
    stop(
        MIRA,
        "GET",
        "/issues/comments?since=2020-01-01T00:00:00Z&per_page=100",
        "",
        200,
    ),
    stop(MIRA, "GET", "/issues/comments/{comment}", "", 200),
    stop(
        MIRA,
        "PATCH",
        "/issues/comments/{comment}",
        r#"{"body": "Good bye"}"#,
        200,
    ),
    // Branches.
    kept(
        stop(MIRA, "GET", "/git/ref/heads/main", "", 200),
        "main",
        "/object/sha",
    ),
    stop(
        BOT,
        "POST",
        "/git/refs",
        r#"{"ref": "refs/heads/fix/tour", "sha": "{main}"}"#,
        201,
    ),
    stop(
        BOT,
        "POST",
        "/git/refs",
        r#"{"ref": "refs/heads/fix/tour", "sha": "{main}"}"#,
        422,
    ),
    stop(
        BOT,
        "PATCH",
        "/git/refs/heads/fix/tour",
        r#"{"sha": "{main}"}"#,
        200,
    ),
    stop(MIRA, "GET", "/git/ref/heads/nothing", "", 404),
    stop(
        BOT,
        "POST",
        "/pulls",
        r#"{"title": "x", "head": "fix/tour", "base": "main"}"#,
        422,
    ),
    stop(
        WORKFLOW,
        "POST",
        "/pulls",
        r#"{"title": "x", "head": "fix/tour", "base": "main"}"#,
        403,
    ),
    stop(BOT, "DELETE", "/git/refs/heads/fix/tour", "", 204),
    stop(BOT, "DELETE", "/git/refs/heads/fix/tour", "", 422),
    // Pull requests: one waits for its approval.
    stop(
        MIRA,
        "GET",
        "/pulls?state=all&sort=created&direction=desc&per_page=100",
        "",
        200,
    ),
    kept(stop(MIRA, "GET", "/pulls", "", 200), "pull", "/0/number"),
    kept(
        stop(MIRA, "GET", "/pulls/{pull}", "", 200),
        "head",
        "/head/sha",
    ),
    stop(MIRA, "GET", "/pulls/4711", "", 404),
    stop(
        ADA,
        "PATCH",
        "/pulls/{pull}",
        r#"{"title": "Another title"}"#,
        200,
    ),
    stop(
        BOT,
        "PUT",
        "/pulls/{pull}/merge",
        r#"{"merge_method": "rebase"}"#,
        405,
    ),
    stop(
        BOT,
        "PUT",
        "/pulls/{pull}/merge",
        r#"{"merge_method": "squash", "sha": "{main}"}"#,
        409,
    ),
    stop(MIRA, "GET", "/pulls/{pull}/merge", "", 404),
    stop(MIRA, "GET", "/commits/{head}/pulls", "", 200),
    stop(MIRA, "GET", "/commits/{head}", "", 200),
    stop(MIRA, "GET", "/commits/nothing", "", 422),
    stop(
        MIRA,
        "GET",
        "/commits/0000000000000000000000000000000000000001/pulls",
        "",
        422,
    ),
    // What is said of commits.
    stop(
        BOT,
        "POST",
        "/statuses/{head}",
        r#"{"state": "pending", "context": "tour", "description": "x"}"#,
        201,
    ),
    stop(
        BOT,
        "POST",
        "/statuses/{head}",
        r#"{"state": "green"}"#,
        422,
    ),
    stop(
        BOT,
        "PUT",
        "/pulls/{pull}/merge",
        r#"{"merge_method": "squash", "sha": "{head}"}"#,
        405,
    ),
    stop(
        BOT,
        "POST",
        "/statuses/{head}",
        r#"{"state": "success", "context": "tour"}"#,
        201,
    ),
    stop(MIRA, "GET", "/commits/{head}/status", "", 200),
    stop(MIRA, "GET", "/commits/nothing/status", "", 404),
    stop(MIRA, "GET", "/commits/{head}/statuses", "", 200),
    kept(
        stop(
            BOT,
            "POST",
            "/check-runs",
            r#"{"name": "tour", "head_sha": "{head}", "status": "in_progress"}"#,
            201,
        ),
        "check",
        "/id",
    ),
    stop(
        BOT,
        "PATCH",
        "/check-runs/{check}",
        r#"{"status": "completed", "conclusion": "success"}"#,
        200,
    ),
    stop(MIRA, "GET", "/check-runs/{check}", "", 200),
    stop(
        MIRA,
        "GET",
        "/commits/{head}/check-runs?per_page=100",
        "",
        200,
    ),
    // People.
    stop(MIRA, "GET", "/collaborators", "", 200),
    stop(
        MIRA,
        "GET",
        "/collaborators/ada-gatekeeper/permission",
        "",
        200,
    ),
    stop(
        MIRA,
        "GET",
        "/collaborators/nobody-knows/permission",
        "",
        404,
    ),
    // Variables, and what starts workflows.
    stop(
        ADA,
        "POST",
        "/actions/variables",
        r#"{"name": "TOUR", "value": "1"}"#,
        201,
    ),
    stop(
        ADA,
        "POST",
        "/actions/variables",
        r#"{"name": "TOUR", "value": "1"}"#,
        409,
    ),
    stop(
        ADA,
        "PATCH",
        "/actions/variables/TOUR",
        r#"{"value": "2"}"#,
        204,
    ),
    stop(WORKFLOW, "GET", "/actions/variables/TOUR", "", 200),
    stop(WORKFLOW, "GET", "/actions/variables/NOTHING", "", 404),
    stop(WORKFLOW, "GET", "/actions/variables", "", 200),
    stop(
        WORKFLOW,
        "POST",
        "/actions/workflows/cms.yml/dispatches",
        r#"{"ref": "main", "inputs": {"issue": "1"}}"#,
        204,
    ),
    stop(
        WORKFLOW,
        "POST",
        "/actions/workflows/cms.yml/dispatches",
        r#"{"ref": "nothing"}"#,
        422,
    ),
    stop(
        WORKFLOW,
        "POST",
        "/dispatches",
        r#"{"event_type": "tour", "client_payload": {"n": 1}}"#,
        204,
    ),
    stop(
        WORKFLOW,
        "POST",
        "/dispatches",
        r#"{"event_type": ""}"#,
        422,
    ),
    // Runs and deployments.
    kept(
        stop(
            WORKFLOW,
            "POST",
            "!/_rehearsal/runs?name=CI&head_branch=main&head_sha={main}&conclusion=failure",
            "not quite an archive",
            201,
        ),
        "run",
        "/id",
    ),
    stop(WORKFLOW, "GET", "/actions/runs", "", 200),
    stop(WORKFLOW, "GET", "/actions/runs/{run}", "", 200),
    stop(WORKFLOW, "GET", "/actions/runs/{run}/jobs", "", 200),
    stop(WORKFLOW, "GET", "/actions/runs/{run}/logs", "", 302),
    stop(WORKFLOW, "GET", "/actions/runs/4711/logs", "", 404),
    kept(
        stop(
            BOT,
            "POST",
            "/deployments",
            r#"{"ref": "{main}", "environment": "Preview"}"#,
            201,
        ),
        "deployment",
        "/id",
    ),
    stop(MIRA, "GET", "/deployments", "", 200),
    stop(MIRA, "GET", "/deployments/{deployment}", "", 200),
    stop(
        BOT,
        "POST",
        "/deployments/{deployment}/statuses",
        r#"{"state": "success", "environment_url": "https://site.example/"}"#,
        201,
    ),
    stop(MIRA, "GET", "/deployments/{deployment}/statuses", "", 200),
];

/// Goes everywhere; `token` gives whose turn it is.
pub(super) fn take(
    rest: &Rest,
    repository: &str,
    token: impl Fn(&str) -> Result<String>,
) -> Result<()> {
    let mut known: BTreeMap<&str, String> = BTreeMap::new();
    for (who, method, path, body, status, keep) in STOPS {
        let filled = |text: &str| {
            known.iter().fold(text.to_owned(), |text, (name, value)| {
                text.replace(&format!("{{{name}}}"), value)
            })
        };
        let path = match path.strip_prefix('!') {
            Some(path) => filled(path),
            None => format!("/repos/{repository}{}", filled(path)),
        };
        let body = (!body.is_empty()).then(|| filled(body).into_bytes());
        let (found, _, answer) = rest.call(method, &path, &token(who)?, body)?;
        ensure!(
            found == *status,
            "{method} {path}: {found} instead of {status}: {answer}"
        );
        if let Some((name, pointer)) = keep {
            let value = answer.pointer(pointer);
            let value = value.with_context(|| format!("{method} {path}: {answer}"))?;
            let text = value
                .as_str()
                .map_or_else(|| Value::to_string(value), str::to_owned);
            known.insert(name, text);
        }
    }
    println!(
        "tour: {} requests were answered as they had to be",
        STOPS.len()
    );
    Ok(())
}
