//! Issues, pull requests seen as such, and comments.

use lightsout_forge::{Issue, IssueState, PullRequest, PullState};
use lightsout_local::{Remark, ThreadFacts};
use serde_json::{Value, json};

use super::{View, escaped, node, time};
use crate::attachment;

impl View {
    pub(crate) fn issue(&self, issue: &Issue, facts: &ThreadFacts) -> Value {
        let open = issue.state == IssueState::Open;
        let mut shown = self.thread(facts);
        shown["title"] = json!(issue.title);
        shown["user"] = self.user(&issue.author);
        shown["labels"] = self.labels(&issue.labels);
        shown["state"] = json!(if open { "open" } else { "closed" });
        shown["updated_at"] = json!(time(issue.updated_at));
        shown["author_association"] = json!(self.association(&issue.author));
        shown["html_url"] = json!(self.page(format!("/issues/{}", issue.number.0)));
        self.put_body(&mut shown, &issue.body);
        shown
    }

    /// A pull request, seen as an issue.
    pub(crate) fn pull_as_issue(&self, pull: &PullRequest, facts: &ThreadFacts) -> Value {
        let open = pull.state == PullState::Open;
        let number = pull.number.0;
        let mut shown = self.thread(facts);
        shown["title"] = json!(pull.title);
        shown["user"] = self.user(&pull.author);
        shown["labels"] = self.labels(&pull.labels);
        shown["state"] = json!(if open { "open" } else { "closed" });
        shown["updated_at"] = json!(time(pull.updated_at));
        shown["author_association"] = json!(self.association(&pull.author));
        shown["html_url"] = json!(self.page(format!("/pull/{number}")));
        shown["draft"] = json!(false);
        let merged = (pull.state == PullState::Merged).then_some(facts.closed_at);
        shown["pull_request"] = json!({
            "url": self.api(format!("/pulls/{number}")), "html_url": shown["html_url"],
            "diff_url": self.page(format!("/pull/{number}.diff")),
            "patch_url": self.page(format!("/pull/{number}.patch")),
            "merged_at": merged.flatten().map(time),
        });
        self.put_body(&mut shown, &pull.body);
        shown
    }

    /// What issues and pull requests have in common.
    fn thread(&self, facts: &ThreadFacts) -> Value {
        let number = facts.number.0;
        let url = self.api(format!("/issues/{number}"));
        json!({
            "id": number, "node_id": node("I", number), "number": number, "url": url,
            "repository_url": self.api(""), "labels_url": format!("{url}/labels{{/name}}"),
            "comments_url": format!("{url}/comments"), "events_url": format!("{url}/events"),
            "timeline_url": format!("{url}/timeline"), "assignee": null, "assignees": [], "milestone": null,
            "locked": false, "active_lock_reason": null, "comments": facts.comments,
            "created_at": time(facts.created_at), "closed_at": facts.closed_at.map(time),
            "state_reason": facts.close_reason, "performed_via_github_app": null,
            "reactions": Self::reactions(&url),
        })
    }

    pub(crate) fn comment(&self, remark: &Remark) -> Value {
        let comment = &remark.comment;
        let (id, on) = (comment.id.0, comment.on.0);
        let url = self.api(format!("/issues/comments/{id}"));
        let mut shown = json!({
            "id": id, "node_id": node("IC", id), "url": url, "user": self.user(&comment.author),
            "html_url": self.page(format!("/issues/{on}#issuecomment-{id}")),
            "issue_url": self.api(format!("/issues/{on}")),
            "created_at": time(comment.created_at), "updated_at": time(remark.updated_at),
            "author_association": self.association(&comment.author), "performed_via_github_app": null,
            "reactions": Self::reactions(&url),
        });
        self.put_body(&mut shown, &comment.body);
        shown
    }

    fn reactions(url: &str) -> Value {
        json!({
            "url": format!("{url}/reactions"), "total_count": 0, "+1": 0, "-1": 0, "laugh": 0, "confused": 0,
            "heart": 0, "hooray": 0, "eyes": 0, "rocket": 0,
        })
    }

    fn put_body(&self, shown: &mut Value, body: &str) {
        let text = self.text(body);
        if let Some((tokens, now)) = &self.html {
            let signed = attachment::signed(&text, &self.origin, tokens, *now);
            let signed = signed
                .iter()
                .map(|url| format!("\n<a href=\"{}\">attached</a>", escaped(url)));
            let signed: String = signed.collect();
            shown["body_html"] = json!(format!("<p dir=\"auto\">{}</p>{signed}", escaped(&text)));
            shown["body_text"] = json!(text);
        }
        shown["body"] = json!(text);
    }
}
