//! How things look in GitHub's JSON.

mod actions;
mod commits;
mod pulls;
mod threads;

pub(crate) use commits::state;
pub(crate) use pulls::Extent;

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use lightsout_forge::{Account, AccountKind, Label, Login, Permission, status_labels};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::attachment;
use crate::tokens::Tokens;

/// Where the repository is, and who belongs to it.
#[derive(Debug, Clone)]
pub(crate) struct View {
    /// The address of the API, which is that of the server too.
    pub(crate) origin: String,
    pub(crate) owner: String,
    pub(crate) name: String,
    pub(crate) default_branch: String,
    pub(crate) members: BTreeMap<Login, Permission>,
    /// When the repository was made.
    pub(crate) since: DateTime<Utc>,
    pub(crate) open_issues: usize,
    /// What signs addresses, and when, where texts are shown as HTML too.
    pub(crate) html: Option<(Tokens, DateTime<Utc>)>,
}

/// A time as GitHub writes it.
pub(crate) fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A number that is always the same for the same name.
fn id(kind: &str, name: &str) -> u32 {
    let digest = Sha256::digest(format!("{kind}/{name}"));
    u32::from_be_bytes([digest[0] & 0x7f, digest[1], digest[2], digest[3] | 1])
}

fn node(kind: &str, id: impl std::fmt::Display) -> String {
    format!("{kind}_{id}")
}

/// Adds the fields of an object to another.
pub(crate) fn extend(shown: &mut Value, more: Value) {
    if let (Some(shown), Value::Object(more)) = (shown.as_object_mut(), more) {
        shown.extend(more);
    }
}

/// A text as HTML shows it, and nothing of it is HTML.
pub(crate) fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

impl View {
    pub(crate) fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    /// An address of the API, in this repository.
    pub(crate) fn api(&self, rest: impl std::fmt::Display) -> String {
        format!("{}/repos/{}/{}{rest}", self.origin, self.owner, self.name)
    }

    /// An address of a page that people would look at.
    pub(crate) fn page(&self, rest: impl std::fmt::Display) -> String {
        format!("{}/{}/{}{rest}", self.origin, self.owner, self.name)
    }

    /// A text with the addresses of its attachments as they are here.
    pub(crate) fn text(&self, text: &str) -> String {
        attachment::shown(text, &self.origin)
    }

    /// A text as the forge keeps it, wherever it is served.
    pub(crate) fn kept(&self, text: &str) -> String {
        attachment::kept(text, &self.origin)
    }

    pub(crate) fn user(&self, account: &Account) -> Value {
        let login = account.login.as_str();
        let url = format!("{}/users/{}", self.origin, crate::ask::encoded(login));
        let id = id("user", login);
        json!({
            "login": login, "id": id, "node_id": node("U", id), "gravatar_id": "",
            "avatar_url": format!("{}/avatars/{id}", self.origin),
            "url": url, "html_url": format!("{}/{}", self.origin, crate::ask::encoded(login)),
            "followers_url": format!("{url}/followers"),
            "following_url": format!("{url}/following{{/other_user}}"),
            "gists_url": format!("{url}/gists{{/gist_id}}"),
            "starred_url": format!("{url}/starred{{/owner}}{{/repo}}"),
            "subscriptions_url": format!("{url}/subscriptions"),
            "organizations_url": format!("{url}/orgs"), "repos_url": format!("{url}/repos"),
            "events_url": format!("{url}/events{{/privacy}}"),
            "received_events_url": format!("{url}/received_events"),
            "type": match account.kind { AccountKind::User => "User", AccountKind::Bot => "Bot" },
            "site_admin": false,
        })
    }

    /// The owner of the repository, who is no account of the forge.
    pub(crate) fn owner(&self) -> Value {
        let login = Login::new(&self.owner);
        let account = login.map(|login| Account {
            login,
            kind: AccountKind::User,
        });
        account.map_or(Value::Null, |account| {
            let mut owner = self.user(&account);
            owner["login"] = json!(self.owner);
            owner
        })
    }

    /// How an account stands to the repository.
    pub(crate) fn association(&self, account: &Account) -> &'static str {
        match self.members.get(&account.login) {
            _ if account.kind == AccountKind::Bot => "NONE",
            Some(Permission::Admin) => "OWNER",
            Some(Permission::Write) => "COLLABORATOR",
            Some(Permission::Read) => "MEMBER",
            Some(Permission::None) | None => "NONE",
        }
    }

    pub(crate) fn label(&self, label: &Label) -> Value {
        let known = status_labels();
        let known = known.iter().find(|spec| spec.label == *label);
        let id = id("label", label.as_str());
        json!({
            "id": id, "node_id": node("LA", id), "default": false, "name": label,
            "url": self.api(format!("/labels/{}", crate::ask::encoded(label.as_str()))),
            "description": known.map_or("", |spec| spec.description),
            "color": known.map_or("ededed", |spec| spec.color),
        })
    }

    pub(crate) fn labels<'a>(&self, labels: impl IntoIterator<Item = &'a Label>) -> Value {
        labels.into_iter().map(|label| self.label(label)).collect()
    }

    /// The repository, as it is shown within other things.
    pub(crate) fn short_repository(&self) -> Value {
        let id = id("repository", &self.full_name());
        let mut repository = json!({
            "id": id, "node_id": node("R", id), "name": self.name, "full_name": self.full_name(),
            "owner": self.owner(), "private": true, "html_url": self.page(""), "description": null,
            "fork": false, "url": self.api(""),
        });
        for (name, rest) in ADDRESSES {
            repository[*name] = json!(self.api(rest));
        }
        repository
    }

    pub(crate) fn repository(&self) -> Value {
        let mut repository = self.short_repository();
        let more = json!({
            "homepage": null, "language": null, "mirror_url": null, "git_url": self.page(".git"),
            "ssh_url": self.page(".git"), "clone_url": self.page(".git"), "svn_url": self.page(""),
            "forks_count": 0, "stargazers_count": 0, "watchers_count": 0, "size": 0,
            "default_branch": self.default_branch, "open_issues_count": self.open_issues,
            "open_issues": self.open_issues, "is_template": false, "topics": [], "has_issues": true,
            "has_projects": false, "has_wiki": false, "has_pages": false, "has_downloads": false,
            "has_discussions": false, "archived": false, "disabled": false, "visibility": "private",
        });
        extend(&mut repository, more);
        let more = json!({
            "pushed_at": time(self.since), "created_at": time(self.since), "updated_at": time(self.since),
            "allow_squash_merge": true, "allow_merge_commit": false, "allow_rebase_merge": false,
            "allow_forking": false, "web_commit_signoff_required": false, "license": null, "forks": 0,
            "watchers": 0, "custom_properties": {},
        });
        extend(&mut repository, more);
        repository
    }
}

/// The addresses that a repository shows of itself.
const ADDRESSES: &[(&str, &str)] = &[
    ("archive_url", "/{archive_format}{/ref}"),
    ("assignees_url", "/assignees{/user}"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("branches_url", "/branches{/branch}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("comments_url", "/comments{/number}"),
    ("commits_url", "/commits{/sha}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("contents_url", "/contents/{+path}"),
    ("contributors_url", "/contributors"),
    ("deployments_url", "/deployments"),
    ("downloads_url", "/downloads"),
    ("events_url", "/events"),
    ("forks_url", "/forks"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("hooks_url", "/hooks"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("issue_events_url", "/issues/events{/number}"),
    ("issues_url", "/issues{/number}"),
    ("keys_url", "/keys{/key_id}"),
    ("labels_url", "/labels{/name}"),
    ("languages_url", "/languages"),
    ("merges_url", "/merges"),
    ("milestones_url", "/milestones{/number}"),
    (
        "notifications_url",
        "/notifications{?since,all,participating}",
    ),
    ("pulls_url", "/pulls{/number}"),
    ("releases_url", "/releases{/id}"),
    ("stargazers_url", "/stargazers"),
    ("statuses_url", "/statuses/{sha}"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("tags_url", "/tags"),
    ("teams_url", "/teams"),
    ("trees_url", "/git/trees{/sha}"),
];
