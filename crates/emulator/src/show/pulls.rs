//! Pull requests.

use lightsout_forge::{PullRequest, PullState};
use lightsout_local::ThreadFacts;
use serde_json::{Value, json};

use super::{View, extend, node, time};

/// What only a look at the commits tells of a pull request.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Extent {
    /// Whether it merges cleanly; nothing for one that is not open.
    pub(crate) mergeable: Option<bool>,
    pub(crate) green: bool,
    pub(crate) commits: usize,
    pub(crate) files: usize,
}

impl View {
    /// A pull request as lists show it.
    pub(crate) fn pull(&self, pull: &PullRequest, facts: &ThreadFacts, base_sha: &str) -> Value {
        let number = pull.number.0;
        let (url, page) = (
            self.api(format!("/pulls/{number}")),
            self.page(format!("/pull/{number}")),
        );
        let issue = self.api(format!("/issues/{number}"));
        let link = |href: String| json!({ "href": href });
        let merged_at = facts.closed_at.filter(|_| pull.state == PullState::Merged);
        let statuses = self.api(format!("/statuses/{}", pull.head_sha));
        let mut shown = json!({
            "id": number, "node_id": node("PR", number), "number": number, "url": url, "html_url": page,
            "diff_url": format!("{page}.diff"), "patch_url": format!("{page}.patch"), "issue_url": issue,
            "commits_url": format!("{url}/commits"), "review_comments_url": format!("{url}/comments"),
            "review_comment_url": self.api("/pulls/comments{/number}"),
            "comments_url": format!("{issue}/comments"), "statuses_url": statuses, "title": pull.title,
            "state": if pull.state == PullState::Open { "open" } else { "closed" }, "locked": false,
            "user": self.user(&pull.author), "body": self.text(&pull.body), "labels": self.labels(&pull.labels),
            "milestone": null, "active_lock_reason": null, "created_at": time(facts.created_at),
            "updated_at": time(pull.updated_at), "closed_at": facts.closed_at.map(time),
            "merged_at": merged_at.map(time), "merge_commit_sha": pull.merge_sha, "assignee": null,
            "assignees": [], "requested_reviewers": [], "requested_teams": [], "draft": false,
            "author_association": self.association(&pull.author), "auto_merge": null,
        });
        shown["head"] = self.side(pull.head.as_str(), pull.head_sha.as_str());
        shown["base"] = self.side(pull.base.as_str(), base_sha);
        shown["_links"] = json!({
            "self": link(url.clone()), "html": link(page), "issue": link(issue.clone()),
            "comments": link(format!("{issue}/comments")), "review_comments": link(format!("{url}/comments")),
            "review_comment": link(self.api("/pulls/comments{/number}")),
            "commits": link(format!("{url}/commits")), "statuses": link(statuses),
        });
        shown
    }

    /// A pull request as it is shown alone.
    pub(crate) fn whole_pull(
        &self,
        pull: &PullRequest,
        facts: &ThreadFacts,
        base_sha: &str,
        extent: Extent,
    ) -> Value {
        let mut shown = self.pull(pull, facts, base_sha);
        let state = match (extent.mergeable, extent.green) {
            (None, _) => "unknown",
            (Some(false), _) => "dirty",
            (Some(true), true) => "clean",
            (Some(true), false) => "blocked",
        };
        let more = json!({
            "merged": pull.state == PullState::Merged, "mergeable": extent.mergeable, "rebaseable": false,
            "mergeable_state": state, "merged_by": null, "comments": facts.comments, "review_comments": 0,
            "maintainer_can_modify": false, "commits": extent.commits, "additions": 0, "deletions": 0,
            "changed_files": extent.files,
        });
        extend(&mut shown, more);
        shown
    }

    fn side(&self, branch: &str, sha: &str) -> Value {
        json!({
            "label": format!("{}:{branch}", self.owner), "ref": branch, "sha": sha, "user": self.owner(),
            "repo": self.repository(),
        })
    }
}
