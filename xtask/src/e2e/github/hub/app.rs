//! The credentials that are let in, and the ones that a GitHub App is given.

use serde_json::json;

use super::{Answer, BOT, WORKFLOW};

/// Whether a token may be used for a path: what an App has signed is for asking about itself only.
pub(super) fn may_call(token: &str, path: &str) -> bool {
    let signed = token.starts_with("eyJ") && token.split('.').count() == 3;
    let of_app = path.ends_with("/installation") || path.starts_with("/app/");
    if of_app {
        signed
    } else {
        token == WORKFLOW || token == BOT
    }
}

/// Where the App is installed.
pub(super) fn installation() -> Answer {
    let url = "https://api.github.com";
    let time = "2026-01-01T00:00:00Z";
    let body = json!({
        "id": 7, "account": null, "app_id": 12, "app_slug": "lightsout", "target_id": 1, "target_type": "Organization",
        "repository_selection": "selected", "permissions": {}, "events": [], "single_file_name": null,
        "access_tokens_url": format!("{url}/app/installations/7/access_tokens"),
        "repositories_url": format!("{url}/installation/repositories"),
        "html_url": "https://github.com/organizations/acme/settings/installations/7",
        "created_at": time, "updated_at": time, "suspended_by": null, "suspended_at": null,
    });
    Answer::faked(200, body)
}

/// A token of the App: the emulator knows the App's account by the bot's.
pub(super) fn minted() -> Answer {
    let until = chrono::Utc::now() + chrono::TimeDelta::hours(1);
    let body = json!({ "token": BOT, "expires_at": until.to_rfc3339() });
    Answer::faked(201, body)
}
