//! Commits and branches: the emulator is given what git has, under the same names.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::{Hub, OWNER, REPOSITORY, WORKFLOW};
use crate::process;

impl Hub {
    /// Gives the emulator what git has: commits, branches, and what a branch that is gone does to its pull request.
    pub(in super::super) fn follow(&self) -> Result<()> {
        let ours: HashMap<String, String> = self.bare.refs("refs/heads/")?.into_iter().collect();
        for commit in git(
            self.bare.path(),
            &["rev-list", "--reverse", "--topo-order", "--all"],
        )?
        .lines()
        {
            self.give(commit)?;
        }
        let path = format!("{REPOSITORY}/git/matching-refs/heads");
        let (_, _, theirs) = self.emulator.call("GET", &path, WORKFLOW, None)?;
        let theirs: HashMap<String, String> = theirs
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|one| {
                Some((
                    one["ref"].as_str()?.to_owned(),
                    one["object"]["sha"].as_str()?.to_owned(),
                ))
            })
            .collect();
        for (name, at) in &ours {
            let (method, path, body) = match theirs.get(name) {
                Some(there) if there == at => continue,
                Some(_) => (
                    "PATCH",
                    format!("{REPOSITORY}/git/{name}"),
                    json!({ "sha": at, "force": true }),
                ),
                None => (
                    "POST",
                    format!("{REPOSITORY}/git/refs"),
                    json!({ "ref": name, "sha": at }),
                ),
            };
            let (status, _, said) =
                self.emulator
                    .call(method, &path, OWNER, Some(body.to_string().into_bytes()))?;
            ensure!(status < 300, "moving {name}: {status} {said}");
        }
        for name in theirs.keys().filter(|name| !ours.contains_key(*name)) {
            self.emulator
                .call("DELETE", &format!("{REPOSITORY}/git/{name}"), OWNER, None)?;
            for pull in self.pulls()? {
                if pull["state"] == "open"
                    && format!(
                        "refs/heads/{}",
                        pull["head"]["ref"].as_str().unwrap_or_default()
                    ) == *name
                {
                    let path = format!("{REPOSITORY}/pulls/{}", pull["number"]);
                    let closed = json!({ "state": "closed" }).to_string().into_bytes();
                    self.emulator.call("PATCH", &path, OWNER, Some(closed))?;
                }
            }
        }
        // The heads of open ones are noted while their branches are there.
        self.pulls().map(|_| ())
    }

    /// Gives the emulator one commit, under the very same name.
    fn give(&self, commit: &str) -> Result<()> {
        if self.state().known.iter().any(|known| known == commit) {
            return Ok(());
        }
        let dir = self.bare.path();
        let mut tree = Vec::new();
        for line in git(dir, &["ls-tree", "-r", commit])?.lines() {
            let (head, path) = line.split_once('\t').context("a tree")?;
            let words: Vec<&str> = head.split(' ').collect();
            let content = git(dir, &["cat-file", "blob", words[2]])?;
            tree.push(
                json!({ "path": path, "mode": words[0], "type": "blob", "content": content }),
            );
        }
        let post = |path: &str, body: &Value| -> Result<String> {
            let path = format!("{REPOSITORY}/git/{path}");
            let (status, _, made) =
                self.emulator
                    .call("POST", &path, OWNER, Some(body.to_string().into_bytes()))?;
            ensure!(status == 201, "{path}: {status} {made}");
            Ok(made["sha"].as_str().unwrap_or_default().to_owned())
        };
        let tree = post("trees", &json!({ "tree": tree }))?;
        let format = "--format=%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B";
        let shown = git(dir, &["show", "--no-patch", format, commit])?;
        let fields: Vec<&str> = shown.splitn(8, '\0').collect();
        ensure!(fields.len() == 8, "a commit has {} fields", fields.len());
        let parents: Vec<&str> = fields[0].split_whitespace().collect();
        let who = |at: usize| json!({ "name": fields[at], "email": fields[at + 1], "date": fields[at + 2] });
        let made = post(
            "commits",
            &json!({
                "message": fields[7].trim_end(), "tree": tree, "parents": parents,
                "author": who(1), "committer": who(4),
            }),
        )?;
        ensure!(made == commit, "the emulator calls {commit} {made}");
        self.state().known.push(commit.to_owned());
        Ok(())
    }
}

fn git(dir: &Path, args: &[&str]) -> Result<String> {
    process::read(Command::new("git").arg("--git-dir").arg(dir).args(args))
}

/// The branch that a push changes, as it is written in front of the pack: `OLD NEW refs/heads/NAME`.
pub(super) fn pushed(body: &[u8]) -> Option<String> {
    let start = body.windows(11).position(|part| part == b"refs/heads/")?;
    let rest = &body[start + 11..];
    let end = rest.iter().position(|byte| *byte <= b' ')?;
    let name = String::from_utf8_lossy(&rest[..end]);
    Some(format!("git push {name}"))
}
