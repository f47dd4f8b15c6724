//! Pull requests: what a branch makes of them, what GitHub refuses, and merging.

use anyhow::{Context as _, Result, ensure};
use lightsout_git::Signature;
use serde_json::{Value, json};

use super::{Answer, BOT, Hub, REPOSITORY, WORKFLOW};

impl Hub {
    /// An issue; a pull request is one too, which the emulator does not know.
    pub(in super::super) fn issue(&self, number: &str) -> Result<Option<Value>> {
        for (kind, is_pull) in [("issues", false), ("pulls", true)] {
            let path = format!("{REPOSITORY}/{kind}/{number}");
            let (status, _, mut found) = self.emulator.call("GET", &path, WORKFLOW, None)?;
            if status == 200 {
                if is_pull {
                    found["pull_request"] = json!({ "url": found["url"] });
                }
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Says of a pull request what its branch makes of it.
    pub(super) fn mend(&self, pull: &mut Value) {
        let Some(number) = pull["number"].as_u64() else {
            return;
        };
        let branch = pull["head"]["ref"].as_str().unwrap_or_default();
        let at = self
            .bare
            .rev(&format!("refs/heads/{branch}"))
            .ok()
            .flatten();
        let mut state = self.state();
        if let (Some(at), "open") = (at, pull["state"].as_str().unwrap_or_default()) {
            state.heads.insert(number, at);
        }
        if let Some(head) = state.heads.get(&number) {
            pull["head"]["sha"] = json!(head);
        }
        if let Some(merged) = state.merged.get(&number) {
            pull["merge_commit_sha"] = json!(merged);
        }
        if pull["state"] == "open" && pull.get("mergeable").is_some() {
            let clean = pull["head"]["sha"]
                .as_str()
                .and_then(|head| self.squash(head, "x", "").ok().flatten());
            pull["mergeable"] = json!(clean.is_some());
        }
    }

    /// Every pull request, as GitHub would show it.
    pub(in super::super) fn pulls(&self) -> Result<Vec<Value>> {
        let path = format!("{REPOSITORY}/pulls?state=all&per_page=100");
        let (_, _, pulls) = self.emulator.call("GET", &path, WORKFLOW, None)?;
        let Value::Array(mut pulls) = pulls else {
            anyhow::bail!("no list of pull requests")
        };
        for pull in &mut pulls {
            self.mend(pull);
        }
        Ok(pulls)
    }

    pub(super) fn refused_pull(&self, body: &Value) -> Result<Option<Answer>> {
        let (head, base) = (
            body["head"].as_str().unwrap_or_default(),
            body["base"].as_str().unwrap_or_default(),
        );
        let Some(at) = self.bare.rev(&format!("refs/heads/{head}"))? else {
            let error = json!({ "resource": "PullRequest", "field": "head", "code": "invalid" });
            return Ok(Some(Answer::invalid(&error)));
        };
        let custom = |message: String| {
            Answer::invalid(
                &json!({ "resource": "PullRequest", "code": "custom", "message": message }),
            )
        };
        let onto = self
            .bare
            .rev(&format!("refs/heads/{base}"))?
            .context("no base branch")?;
        if self.bare.is_ancestor(&at, &onto)? {
            return Ok(Some(custom(format!(
                "No commits between {base} and {head}"
            ))));
        }
        let open = self
            .pulls()?
            .into_iter()
            .any(|pull| pull["head"]["ref"] == head && pull["state"] == "open");
        Ok(open.then(|| custom(format!("A pull request already exists for acme:{head}."))))
    }

    /// Merges as GitHub does, with real commits.
    pub(super) fn merge(&self, number: u64, body: &Value) -> Result<Answer> {
        let pull = self
            .pulls()?
            .into_iter()
            .find(|pull| pull["number"] == number);
        let Some(pull) = pull else {
            return Ok(Answer::said(404, "Not Found"));
        };
        let head = pull["head"]["sha"].as_str().unwrap_or_default();
        if pull["state"] != "open" {
            return Ok(Answer::said(405, "Pull Request is not mergeable"));
        }
        if body["sha"] != head {
            return Ok(Answer::said(
                409,
                "Head branch was modified. Review and try the merge again.",
            ));
        }
        let text = |name: &str| body[name].as_str().unwrap_or_default();
        let Some(commit) = self.squash(head, text("commit_title"), text("commit_message"))? else {
            return Ok(Answer::said(405, "Pull Request is not mergeable"));
        };
        let main = self.bare.rev("refs/heads/main")?;
        self.bare
            .update_ref("refs/heads/main", &commit, main.as_deref())?;
        let mut on_emulator = body.clone();
        // It knows the head that it was opened with.
        on_emulator.as_object_mut().context("a body")?.remove("sha");
        let path = format!("{REPOSITORY}/pulls/{number}/merge");
        let (status, _, _) = self.emulator.call(
            "PUT",
            &path,
            BOT,
            Some(on_emulator.to_string().into_bytes()),
        )?;
        ensure!(status == 200, "the emulator answers {status} to a merge");
        self.state().merged.insert(number, commit.clone());
        self.follow()?;
        for issue in closed_by(pull["body"].as_str().unwrap_or_default()) {
            let path = format!("{REPOSITORY}/issues/{issue}");
            let closed = json!({ "state": "closed" }).to_string().into_bytes();
            self.emulator.call("PATCH", &path, BOT, Some(closed))?;
        }
        let merged =
            json!({ "sha": commit, "merged": true, "message": "Pull Request successfully merged" });
        Ok(Answer::faked(200, merged))
    }

    /// The commit that merging would make; none when both sides touch the same lines.
    fn squash(&self, head: &str, title: &str, message: &str) -> Result<Option<String>> {
        let main = self.bare.rev("refs/heads/main")?.context("no main")?;
        let author = Signature {
            name: "lightsout[bot]".to_owned(),
            email: "bot@forge.example".to_owned(),
            when: 1_700_000_000,
        };
        match self
            .bare
            .squash(&main, head, &format!("{title}\n\n{message}"), &author)
        {
            Ok(commit) => Ok(Some(commit)),
            Err(lightsout_git::GitError::Conflict { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// The issues that a text closes (GitHub's words, outside quotes).
fn closed_by(body: &str) -> Vec<u64> {
    let lines = body
        .lines()
        .filter(|line| !line.trim_start().starts_with('>'));
    let mut found = Vec::new();
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        for pair in words.windows(2) {
            let word = pair[0].to_lowercase();
            let number = pair[1]
                .strip_prefix('#')
                .map(|n| n.trim_end_matches(|c: char| !c.is_ascii_digit()));
            if ["close", "closes", "closed", "fix", "fixes", "fixed"]
                .contains(&word.trim_end_matches(':'))
            {
                found.extend(number.and_then(|number| number.parse::<u64>().ok()));
            }
        }
    }
    found
}
