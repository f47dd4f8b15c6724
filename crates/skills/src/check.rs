//! The check of a set of skills.

use std::collections::BTreeMap;

use pulldown_cmark::HeadingLevel;

use crate::front::{self, Body};
use crate::markdown::{self, At, Found};
use crate::skill::SKILL_FILE;
use crate::{Finding, Folder, Rule};

/// The keys that every agent takes.
const KEYS: &[&str] = &[
    "name",
    "description",
    "license",
    "compatibility",
    "metadata",
];
/// A key that the format knows and that we refuse.
const ALLOWED_TOOLS: &str = "allowed-tools";
/// The headings of a skill, in order.
const SECTIONS: &[&str] = &[
    "When to use",
    "Read first",
    "Steps",
    "Check",
    "Never",
    "Example",
];

/// The longest name, in characters.
const LONGEST_NAME: usize = 64;
/// The longest description, in characters; an agent reads the descriptions of all skills, always.
const LONGEST_DESCRIPTION: usize = 1024;
/// The longest `compatibility`, in characters.
const LONGEST_COMPATIBILITY: usize = 500;
/// The most lines of a `SKILL.md`; it is read whole whenever the skill is used.
const MOST_LINES: usize = 150;

/// What the skills are held against, besides themselves.
pub struct Against<'a> {
    /// Who names a skill, and which: a content type's label and the skill's name.
    pub named: &'a [(String, String)],
    /// Says what is wrong with a command line of `lightsout`, given word by word with the program's name first.
    pub command: &'a dyn Fn(&[String]) -> Result<(), String>,
}

/// Finds everything that is wrong with `folders`, in the order of their names and lines.
pub fn check(folders: &[Folder], against: &Against<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut canaries: BTreeMap<String, &str> = BTreeMap::new();
    for folder in folders {
        let mut one = One {
            folder,
            findings: Vec::new(),
        };
        if let Some(canary) = one.check(against) {
            if let Some(other) = canaries.get(&canary) {
                one.find(
                    1,
                    Rule::Canary,
                    format!("the canary phrase is that of `{other}` too"),
                );
            }
            canaries.insert(canary, &folder.name);
        }
        one.findings.sort();
        findings.append(&mut one.findings);
    }
    let mut missing: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (who, skill) in against.named {
        if folders.iter().all(|folder| folder.name != *skill) {
            missing.entry(skill).or_default().push(format!("`{who}`"));
        }
    }
    findings.extend(missing.into_iter().map(|(skill, who)| {
        let message = format!("it is not there, and is named by {}", who.join(", "));
        Finding::new(skill, 1, Rule::Missing, message)
    }));
    findings
}

/// The check of one skill.
struct One<'a> {
    folder: &'a Folder,
    findings: Vec<Finding>,
}

impl One<'_> {
    fn find(&mut self, line: usize, rule: Rule, message: impl Into<String>) {
        self.findings
            .push(Finding::new(&self.folder.name, line, rule, message));
    }

    /// Checks the skill and returns its canary phrase.
    fn check(&mut self, against: &Against<'_>) -> Option<String> {
        let text = match self.folder.skill_file() {
            Ok(text) => text,
            Err(finding) => {
                self.findings.push(finding);
                return None;
            }
        };
        let lines = text.lines().count();
        if lines > MOST_LINES {
            self.find(
                MOST_LINES + 1,
                Rule::Length,
                format!("it has {lines} lines, more than {MOST_LINES}"),
            );
        }
        let (yaml, body) = match front::split(text) {
            Ok(split) => split,
            Err(error) => {
                self.findings.push(error.of(&self.folder.name));
                return None;
            }
        };
        self.front(yaml);
        let found = markdown::read(body.text);
        self.sections(&found, body);
        self.links(&found, body);
        self.commands(&found, body, against);
        self.canary(&found, body)
    }

    fn front(&mut self, yaml: &str) {
        let front = match front::read(yaml) {
            Ok(front) => front,
            Err(error) => return self.findings.push(error.of(&self.folder.name)),
        };
        for key in front.keys() {
            let line = front::line_of(yaml, key);
            if key == ALLOWED_TOOLS {
                self.find(
                    line,
                    Rule::AllowedTools,
                    "`allowed-tools` allows tools in advance",
                );
            } else if !KEYS.contains(&key) {
                self.find(
                    line,
                    Rule::Key,
                    format!("not every agent takes the key `{key}`"),
                );
            }
        }
        if !front.is_flat("metadata") {
            self.find(
                front::line_of(yaml, "metadata"),
                Rule::Metadata,
                "`metadata` is not names with texts",
            );
        }
        self.name(front.text("name"), front::line_of(yaml, "name"));
        self.description(
            front.text("description"),
            front::line_of(yaml, "description"),
        );
        let compatibility = front.text("compatibility").unwrap_or_default();
        let length = compatibility.chars().count();
        if length > LONGEST_COMPATIBILITY {
            let line = front::line_of(yaml, "compatibility");
            self.find(
                line,
                Rule::Compatibility,
                format!("`compatibility` has {length} characters"),
            );
        }
    }

    fn name(&mut self, name: Option<&str>, line: usize) {
        let folder = self.folder.name.clone();
        match name {
            None => self.find(line, Rule::Name, "there is no `name`"),
            Some(name) if name != folder => {
                self.find(
                    line,
                    Rule::Name,
                    format!("it is named `{name}`, and its folder `{folder}`"),
                );
            }
            Some(_) => {}
        }
        // Claude Code keeps this name for itself.
        let reserved = folder == "synced";
        if reserved || !is_name(&folder) {
            self.find(
                line,
                Rule::Name,
                format!("`{folder}` is no name for a skill"),
            );
        }
    }

    fn description(&mut self, description: Option<&str>, line: usize) {
        let description = description.unwrap_or_default().trim();
        let length = description.chars().count();
        if description.is_empty() {
            self.find(line, Rule::Description, "there is no `description`");
        } else if length > LONGEST_DESCRIPTION {
            self.find(
                line,
                Rule::Description,
                format!("`description` has {length} characters"),
            );
        } else if description.contains(['<', '>']) {
            // It stands between tags in an agent's prompt.
            self.find(line, Rule::Description, "`description` holds `<` or `>`");
        }
    }

    fn sections(&mut self, found: &Found, body: Body<'_>) {
        let sections = found
            .headings
            .iter()
            .filter(|heading| heading.what.level == HeadingLevel::H2);
        let names: Vec<&str> = sections.map(|heading| heading.what.text.trim()).collect();
        let mut rest = names.iter();
        for wanted in SECTIONS {
            if !rest.any(|name| name == wanted) {
                let how = if names.contains(wanted) {
                    "stands too early"
                } else {
                    "is missing"
                };
                return self.find(
                    body.line,
                    Rule::Section,
                    format!("the heading `{wanted}` {how}"),
                );
            }
        }
    }

    fn links(&mut self, found: &Found, body: Body<'_>) {
        for At { line, what: link } in &found.links {
            let anchor = |anchor: &str| {
                found
                    .headings
                    .iter()
                    .any(|heading| heading.what.anchor() == anchor)
            };
            let path = link.split('#').next().unwrap_or_default();
            let leads = match link.strip_prefix('#') {
                Some(name) => anchor(name),
                None => {
                    path != SKILL_FILE && self.folder.files.iter().any(|file| file.path == path)
                }
            };
            if !leads {
                self.find(
                    body.line + line,
                    Rule::Link,
                    format!("the link `{link}` leads nowhere"),
                );
            }
        }
    }

    fn commands(&mut self, found: &Found, body: Body<'_>, against: &Against<'_>) {
        for At {
            line,
            what: command,
        } in &found.commands
        {
            let judged = shlex::split(command)
                .ok_or_else(|| "its quotes are not closed".to_owned())
                .and_then(|words| (against.command)(&words));
            if let Err(why) = judged {
                self.find(
                    body.line + line,
                    Rule::Command,
                    format!("`{command}` is no command: {why}"),
                );
            }
        }
    }

    fn canary(&mut self, found: &Found, body: Body<'_>) -> Option<String> {
        let Some(canary) = &found.canary else {
            self.find(body.line, Rule::NoCanary, "it has no canary phrase");
            return None;
        };
        let all: usize = self
            .folder
            .files
            .iter()
            .map(|file| file.text.matches(canary.as_str()).count())
            .sum();
        let last = body
            .text
            .lines()
            .rfind(|line| !line.trim().is_empty())
            .unwrap_or_default();
        if canary.chars().count() < 8 || all != 1 || !last.contains(canary.as_str()) {
            let message = "the canary phrase has under 8 characters, or stands elsewhere than in the last line";
            self.find(body.line, Rule::Canary, message);
        }
        Some(canary.clone())
    }
}

fn is_name(name: &str) -> bool {
    let letters = name
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    let hyphens = name.starts_with('-') || name.ends_with('-') || name.contains("--");
    letters && !hyphens && !name.is_empty() && name.len() <= LONGEST_NAME
}
