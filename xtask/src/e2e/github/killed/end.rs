//! What people see in the end, and what was spent: everything but moments, and the names of commits.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::world::{World, git};

const LEDGER: &str = "lightsout/ledger";
/// What a line of the ledger begins with here.
const LEDGER_LINE: &str = "ledger: ";
/// What stands between a reservation's run and the number of its try.
const TRY: &str = "-try-";

/// How a world stands, in lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct End(Vec<String>);

impl End {
    pub(super) fn read(world: &World) -> Result<Self> {
        let mut lines = Vec::new();
        let pulls = world.pulls()?;
        let is_pull = |number: u64| pulls.iter().any(|pull| pull["number"] == number);
        for number in 1.. {
            let Some(issue) = world.issue(number)? else {
                break;
            };
            let labels = names(&issue["labels"]);
            let kind = if is_pull(number) { "pull" } else { "issue" };
            let (by, title, state) = (&issue["user"]["login"], &issue["title"], &issue["state"]);
            let body = plain(&issue["body"]);
            lines.push(format!(
                "{kind} {number} by {by} {state} {labels:?} {title}: {body}"
            ));
            let comments = world.read(&format!("/issues/{number}/comments?per_page=100"))?;
            let comments = comments.as_array().context("a list of comments")?;
            let mut said: Vec<String> = comments
                .iter()
                .map(|comment| {
                    let by = &comment["user"]["login"];
                    format!("comment on {number} by {by}: {}", plain(&comment["body"]))
                })
                .collect();
            said.sort_unstable();
            lines.extend(said);
        }
        for pull in &pulls {
            let (number, merged) = (&pull["number"], pull["merged_at"].is_string());
            let (head, base) = (&pull["head"]["ref"], &pull["base"]["ref"]);
            lines.push(format!(
                "pull {number} from {head} into {base}, merged: {merged}"
            ));
            let sha = pull["head"]["sha"].as_str().unwrap_or_default();
            for (context, state) in world.hub.statuses(sha) {
                lines.push(format!("status of {number}: {context} {state}"));
            }
        }
        lines.extend(branches(world)?);
        lines.extend(ledger(world)?);
        let dispatched = world.hub.state().dispatched.clone();
        let dispatched: BTreeSet<String> = dispatched.iter().map(Value::to_string).collect();
        lines.extend(
            dispatched
                .iter()
                .map(|inputs| format!("started with {inputs}")),
        );
        Ok(Self(lines))
    }

    /// The same with one try of each run. On another machine nobody knows whether a try that was cut off has spent
    /// anything: what was put aside for it stays put aside, and the next try asks under a name of its own.
    pub(super) fn of_last_tries(self) -> Self {
        let line_of = |line: &str| {
            let line = line.strip_prefix(LEDGER_LINE)?;
            serde_json::from_str::<Value>(line).ok()
        };
        let id = |line: &str| Some(line_of(line)?["id"].as_str()?.to_owned());
        let ids: BTreeSet<String> = self.0.iter().filter_map(|line| id(line)).collect();
        let is_cut_off = |id: &str| {
            let (run, tried) = id.split_once(TRY).unwrap_or((id, "1"));
            let next = tried.parse::<u32>().map(|tried| tried + 1);
            let goes_on = |next| ids.contains(&format!("{run}{TRY}{next}"));
            let end = format!("{id}/");
            next.is_ok_and(goes_on) && !ids.iter().any(|id| id.starts_with(&end))
        };
        let lines = self.0.into_iter().filter_map(|line| match id(&line) {
            Some(id) if is_cut_off(&id) => None,
            Some(id) => {
                let name = id.split('/').next().unwrap_or_default();
                let run = name.split(TRY).next().unwrap_or_default();
                Some(line.replace(name, run))
            }
            None => Some(line),
        });
        Self(lines.collect())
    }

    /// What one has and the other lacks.
    pub(super) fn differences(&self, other: &Self) -> Vec<String> {
        let mut differences = Vec::new();
        let mut theirs = other.0.clone();
        for line in &self.0 {
            match theirs.iter().position(|their| their == line) {
                Some(at) => {
                    theirs.remove(at);
                }
                None => differences.push(format!("- {line}")),
            }
        }
        differences.extend(theirs.iter().map(|line| format!("+ {line}")));
        differences
    }
}

fn names(labels: &Value) -> BTreeSet<String> {
    let labels = labels.as_array().into_iter().flatten();
    let names = labels.filter_map(|label| label["name"].as_str());
    names.map(str::to_owned).collect()
}

/// Every branch with the files on it and how many commits it is long.
fn branches(world: &World) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for (name, at) in world.hub.bare.refs("refs/heads/")? {
        if name.ends_with(LEDGER) {
            continue;
        }
        let path = world.hub.bare.path();
        let tree = git(path, &["rev-parse", &format!("{at}^{{tree}}")])?;
        let count = git(path, &["rev-list", "--count", &at])?;
        lines.push(format!("{name}: {} commits, {}", count.trim(), tree.trim()));
    }
    Ok(lines)
}

/// The ledger's lines, without their moments.
fn ledger(world: &World) -> Result<Vec<String>> {
    let bare = &world.hub.bare;
    let Some(at) = bare.rev(&format!("refs/heads/{LEDGER}"))? else {
        return Ok(Vec::new());
    };
    let text = bare.read_file(&at, "ledger.jsonl", 1 << 20)?;
    let text = String::from_utf8(text.unwrap_or_default())?;
    Ok(text
        .lines()
        .map(|line| format!("{LEDGER_LINE}{}", without_moments(line)))
        .collect())
}

fn plain(text: &Value) -> String {
    without_moments(text.as_str().unwrap_or_default())
}

/// Takes out what each run makes anew: moments, and the names of commits, long and short.
fn without_moments(text: &str) -> String {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "-:.".contains(letter);
    let mut plain = String::new();
    for piece in text.split_inclusive(|letter: char| !is_part(letter)) {
        let word = piece.trim_end_matches(|letter: char| !is_part(letter));
        let rest = &piece[word.len()..];
        let digits = word.bytes().take(4).filter(u8::is_ascii_digit).count();
        // How often a run was begun: once more for each time that it was cut off.
        if plain.ends_with("\"tries\"") && word.starts_with(':') {
            plain.push_str(":TRIES");
        } else if digits == 4 && word.contains('T') && word.ends_with('Z') {
            plain.push_str("MOMENT");
        } else {
            plain.push_str(&without_commits(word));
        }
        plain.push_str(rest);
    }
    plain
}

fn without_commits(word: &str) -> String {
    let is_name = |part: &str| {
        part.len() >= 7
            && part
                .bytes()
                .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    let parts = word.split_inclusive(|letter: char| !letter.is_ascii_alphanumeric());
    parts
        .map(|part| {
            let name = part.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric());
            if is_name(name) {
                format!("COMMIT{}", &part[name.len()..])
            } else {
                part.to_owned()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_commits_are_taken_out_and_nothing_else() {
        let line = r#"<!-- key=ready-0123abc --> {"at":"2026-01-02T03:04:05.678Z","n":12,"tries":2} by 2026-01-02, 1234567."#;
        let plain = r#"<!-- key=ready-COMMIT --> {"at":"MOMENT","n":12,"tries":TRIES} by 2026-01-02, COMMIT."#;
        assert_eq!(without_moments(line), plain);
    }

    #[test]
    fn a_try_that_was_cut_off_is_one_with_the_next_and_money_is_still_spent_once() {
        let end = |names: &[&str]| {
            let line = |name: &&str| format!("{LEDGER_LINE}{{\"id\":\"{name}\"}}");
            End(names.iter().map(line).collect())
        };
        let once = end(&["run-1-1", "run-1-1/settle"]);
        let cut_off = end(&["run-1-1", "run-1-1-try-2", "run-1-1-try-2/settle"]);
        assert_eq!(cut_off.of_last_tries(), once);
        let twice = ["run-1-1", "run-1-1/settle", "run-1-1-try-2"];
        assert_ne!(end(&twice).of_last_tries(), once);
        let other = ["run-1-1", "run-1-2", "run-1-2/settle"];
        assert_eq!(end(&other).of_last_tries(), end(&other));
    }

    #[test]
    fn a_line_that_is_there_twice_is_a_difference() {
        let end = |lines: &[&str]| End(lines.iter().map(|line| (*line).to_owned()).collect());
        let once = end(&["a", "b"]);
        assert_eq!(once.differences(&end(&["b", "a"])), Vec::<String>::new());
        assert_eq!(once.differences(&end(&["a", "b", "b"])), ["+ b"]);
        assert_eq!(once.differences(&end(&["a"])), ["- b"]);
    }
}
