//! The demo's program and folder, as a user has them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::log;
use super::result::{self, Request};
use crate::process;

/// The built program.
#[derive(Debug, Clone)]
pub(crate) struct Program(PathBuf);

impl Program {
    /// Builds the program as users do, and finds it.
    pub(crate) fn build() -> Result<Self> {
        process::run(process::cargo().args(["build", "--release", "--package", "lightsout-cli"]))?;
        let path = process::metadata()?
            .target_directory
            .into_std_path_buf()
            .join("release/lightsout");
        Self::at(path)
    }

    /// Takes a program that was built already.
    pub(crate) fn at(path: PathBuf) -> Result<Self> {
        ensure!(path.is_file(), "`{}` is no program", path.display());
        Ok(Self(std::path::absolute(path)?))
    }

    /// Returns where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Returns the demo's command for a folder, with nothing on its input.
    pub(crate) fn demo(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.0);
        command
            .args(["demo", "--format", "json", "--dir"])
            .arg(folder)
            .stdin(Stdio::null());
        command
    }

    /// Returns the command that shows one issue or pull request.
    fn show(&self, folder: &Path, number: u64) -> Command {
        let mut command = Command::new(&self.0);
        command
            .args(["local", "show", "--format", "json", "--dir"])
            .arg(folder)
            .arg(number.to_string());
        command.stdin(Stdio::null());
        command
    }

    /// Returns a command that goes on by hand in a folder.
    pub(crate) fn local(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.0);
        command
            .arg("local")
            .args(arguments)
            .arg("--dir")
            .arg(folder);
        command.stdin(Stdio::null());
        command
    }

    /// Reads the forge's log.
    pub(crate) fn log(&self, folder: &Path) -> Result<Vec<log::Line>> {
        let mut command = Command::new(&self.0);
        command
            .args(["local", "log", "--format", "json", "--dir"])
            .arg(folder);
        log::parse(&process::read(command.stdin(Stdio::null()))?)
    }

    /// Runs the demo to its end, and reads its table.
    pub(crate) fn demo_to_the_end(&self, folder: &Path) -> Result<Vec<Request>> {
        let output = process::output(&mut self.demo(folder))?;
        if !output.status.success() {
            bail!(
                "the demo ended with {}:\n{}",
                output.status,
                String::from_utf8_lossy(&output.stderr)
            );
        }
        result::parse(&String::from_utf8_lossy(&output.stdout))
    }
}

/// Reads every issue and pull request of the forge, each as one line that no clock and no commit has a part in.
pub(crate) fn threads(program: &Program, folder: &Path) -> Result<Vec<String>> {
    let mut threads = Vec::new();
    for number in 1_u64.. {
        let output = process::output(&mut program.show(folder, number))?;
        if !output.status.success() {
            break;
        }
        let thread = serde_json::from_slice(&output.stdout).context("a thread is no JSON")?;
        threads.push(format!("{number} {}", line(&thread)));
    }
    ensure!(!threads.is_empty(), "the forge shows no thread");
    Ok(threads)
}

/// Says what a thread is, how it stands, and who wrote which comments. A comment of the factory begins with its key, so
/// two of one key, and any comment that was written twice, make another line.
fn line(thread: &Value) -> String {
    let head = if thread["issue"].is_object() {
        &thread["issue"]
    } else {
        &thread["pull_request"]
    };
    let kind = if thread["issue"].is_object() {
        "issue"
    } else {
        "pull"
    };
    let first = |text: &Value| {
        text.as_str()
            .and_then(|text| text.lines().next())
            .unwrap_or_default()
            .to_owned()
    };
    let comments = thread["comments"].as_array().into_iter().flatten();
    let comments: Vec<_> = comments
        .map(|comment| {
            format!(
                "{}: {}",
                comment["author"]["login"],
                without_commits(&first(&comment["body"]))
            )
        })
        .collect();
    let (title, state, labels, branch) = (
        &head["title"],
        &head["state"],
        &head["labels"],
        &head["head"],
    );
    format!("{kind} {title} {state} {labels} {branch} {comments:?}")
}

/// Takes the names of commits out of a line: a commit's name has the time in it, and each run makes its own.
fn without_commits(line: &str) -> String {
    let is_commit =
        |word: &str| word.len() == 40 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    line.split_inclusive(|letter: char| !letter.is_ascii_alphanumeric())
        .map(|word| {
            let name = word.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric());
            if is_commit(name) {
                word.replace(name, "COMMIT")
            } else {
                word.to_owned()
            }
        })
        .collect()
}

/// One commit of `main`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Commit {
    pub(crate) parents: usize,
    pub(crate) subject: String,
}

/// Clones the demo's repository as anybody would, checks it, and returns the history of `main`, newest first.
pub(crate) fn clone(folder: &Path, into: &Path) -> Result<Vec<Commit>> {
    let repository = folder.join("site.git");
    process::read(
        Command::new("git")
            .args(["clone", "--quiet"])
            .arg(&repository)
            .arg(into),
    )?;
    process::read(
        Command::new("git")
            .arg("-C")
            .arg(&repository)
            .args(["fsck", "--full", "--strict"]),
    )?;
    process::read(
        Command::new("git")
            .arg("-C")
            .arg(into)
            .args(["fsck", "--full", "--strict"]),
    )?;
    let log = process::read(Command::new("git").arg("-C").arg(into).args([
        "log",
        "--format=%P%x09%s",
        "main",
    ]))?;
    let commits = log.lines().filter_map(|line| line.split_once('\t'));
    Ok(commits
        .map(|(parents, subject)| Commit {
            parents: parents.split_whitespace().count(),
            subject: subject.to_owned(),
        })
        .collect())
}

/// Returns what is wrong with the history: every published request is one squash commit, and there is nothing else.
pub(crate) fn complaints(commits: &[Commit], requests: &[Request]) -> Vec<String> {
    let mut complaints = Vec::new();
    let published: Vec<u64> = requests
        .iter()
        .filter(|one| one.state == "published")
        .filter_map(|one| one.pull)
        .collect();
    for pull in &published {
        let mark = format!("(#{pull})");
        let found = commits
            .iter()
            .filter(|commit| commit.subject.ends_with(&mark))
            .count();
        if found != 1 {
            complaints.push(format!("pull request {pull} is on `main` {found} times"));
        }
    }
    // The newest commit of the site as it was before the first request has no parent, or is all there was.
    if commits.len() != published.len() + 1 {
        complaints.push(format!(
            "`main` has {} commits for {} published requests",
            commits.len(),
            published.len()
        ));
    }
    let last = commits.len().saturating_sub(1);
    for (index, commit) in commits.iter().enumerate() {
        if commit.parents != usize::from(index != last) {
            complaints.push(format!(
                "`{}` has {} parents",
                commit.subject, commit.parents
            ));
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(parents: usize, subject: &str) -> Commit {
        Commit {
            parents,
            subject: subject.to_owned(),
        }
    }

    #[test]
    fn a_comment_that_is_there_twice_makes_another_line() {
        let comment =
            |login: &str, body: &str| serde_json::json!({"author": {"login": login}, "body": body});
        let issue =
            serde_json::json!({"title": "T", "state": "open", "labels": ["a"], "body": "b"});
        let once = serde_json::json!({"issue": issue, "comments": [comment("bot", "<!-- key -->\nhello")]});
        let later = serde_json::json!({"issue": issue, "comments": [comment("bot", "<!-- key -->\nbye, at noon")]});
        let twice = comment("bot", "<!-- key -->\nhello");
        let twice = serde_json::json!({"issue": issue, "comments": [twice, comment("bot", "<!-- key -->\nhello")]});
        assert_eq!(line(&once), line(&later));
        assert_ne!(line(&once), line(&twice));
    }

    #[test]
    fn a_line_is_the_same_for_other_commits() {
        let line = |digit: &str| {
            without_commits(&format!(
                "<!-- key=ready-{} --> and 1234abc",
                digit.repeat(40)
            ))
        };
        assert_eq!(line("a"), line("0"));
        assert_eq!(line("a"), "<!-- key=ready-COMMIT --> and 1234abc");
    }

    #[test]
    fn each_published_request_is_one_commit_and_nothing_else_is_there() {
        let table = r#"{"requests":[{"issue":1,"state":"published","pull_request":3,"files":["a"]},
            {"issue":2,"state":"cancelled","pull_request":4,"files":[]}]}"#;
        let requests = result::parse(table).expect("a table");
        let good = [commit(1, "Add a (#3)"), commit(0, "Site")];
        assert_eq!(complaints(&good, &requests), Vec::<String>::new());
        let twice = [
            commit(1, "Add a (#3)"),
            commit(1, "Add a (#3)"),
            commit(0, "Site"),
        ];
        assert_eq!(complaints(&twice, &requests).len(), 2);
        let merged = [commit(2, "Add a (#3)"), commit(0, "Site")];
        assert_eq!(
            complaints(&merged, &requests),
            ["`Add a (#3)` has 2 parents"]
        );
        assert_eq!(complaints(&[commit(0, "Site")], &requests).len(), 2);
        let cancelled = [
            commit(1, "Add a (#3)"),
            commit(1, "Add b (#4)"),
            commit(0, "Site"),
        ];
        assert_eq!(complaints(&cancelled, &requests).len(), 1);
    }
}
