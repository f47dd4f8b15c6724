//! The audit: rules that permit more than they seem to, each with an example that goes through.
//!
//! Nothing is reported on suspicion. An example becomes a finding when [`judge`] allows it by the very rule, under the
//! list's own rules to deny.

mod wide;

use serde::Serialize;

use crate::judge::judge;
use crate::paths::{Place, Reach, reach};
use crate::pattern::{self, Pattern};
use crate::rule::{Rule, RuleList};
use crate::verdict::{Call, Tool};
use wide::{WIDE, Wide};

/// A rule that permits more than it seems to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditFinding {
    /// The rule, as it is written.
    pub rule: String,
    /// What kind of surprise it is; stable.
    pub code: &'static str,
    /// What it permits.
    pub why: String,
    /// The tool of the example.
    pub tool: Tool,
    /// A command line or a path that the rule allows.
    pub example: String,
    /// What to write in its place.
    pub instead: &'static str,
}

/// Files by which somebody decides what is run later, or how.
const DECIDING: &[&str] = &[
    ".github/workflows/ci.yml",
    "package.json",
    "factory.toml",
    "AGENTS.md",
    "Makefile",
];

/// Names every rule to allow that permits more than it seems to.
///
/// ```
/// use lightsout_policy::{Place, RuleList, audit};
///
/// let list = RuleList::parse("Bash(git push:*)", "").unwrap();
/// let findings = audit(&list, &Place::without_links("/site", Some("/home/nobody")));
/// assert_eq!(findings[0].code, "any-ref");
/// assert_eq!(findings[0].example, "git push --force origin HEAD:main");
/// ```
pub fn audit(rules: &RuleList, place: &Place<'_>) -> Vec<AuditFinding> {
    let mut findings = Vec::new();
    for (index, rule) in rules.allow.iter().enumerate() {
        let audit = Audit {
            alone: RuleList {
                allow: vec![rule.clone()],
                ask: rules.ask.clone(),
                deny: rules.deny.clone(),
            },
            rules,
            rule,
            place,
        };
        let next = rules.allow.get(index + 1);
        match pattern::of_rule(rule) {
            Some(pattern) => audit.command(&pattern, next, &mut findings),
            None => audit.files(&mut findings),
        }
    }
    findings.extend(chaining(rules, place));
    findings
}

/// One rule with everything its examples are judged by.
struct Audit<'a> {
    /// This rule as the only one that allows.
    alone: RuleList,
    rules: &'a RuleList,
    rule: &'a Rule,
    place: &'a Place<'a>,
}

impl Audit<'_> {
    fn allows(&self, tool: Tool, example: &str) -> bool {
        judge(&tool.call(example), self.place, &self.alone).is_allowed()
    }

    fn finding(
        &self,
        code: &'static str,
        why: impl Into<String>,
        tool: Tool,
        example: String,
        instead: &'static str,
    ) -> AuditFinding {
        AuditFinding {
            rule: self.rule.to_string(),
            code,
            why: why.into(),
            tool,
            example,
            instead,
        }
    }

    fn command(&self, pattern: &Pattern, next: Option<&Rule>, findings: &mut Vec<AuditFinding>) {
        let before = findings.len();
        if *pattern == Pattern::Everything {
            let blank = next.filter(|next| next.tool().is_empty());
            let examples = [
                "git push --force origin HEAD:main",
                "python3 -c 'print(1)'",
                "id > /dev/null",
            ];
            let example = examples
                .into_iter()
                .find(|example| self.allows(Tool::Bash, example));
            let Some(example) = example else {
                return;
            };
            let mut finding = match blank {
                Some(_) => self.finding(
                    "blank-before-bracket",
                    "a blank before the bracket makes two rules of one: the first allows every command, the second is nothing",
                    Tool::Bash,
                    example.to_owned(),
                    "the same without the blank",
                ),
                None => self.finding(
                    "every-command",
                    "it allows every command, also those that cannot be read or judged",
                    Tool::Bash,
                    example.to_owned(),
                    "a rule for each command that is needed",
                ),
            };
            if let Some(next) = blank {
                finding.rule = format!("{} {next}", self.rule);
            }
            findings.push(finding);
            return;
        }
        for wide in WIDE {
            let examples = examples(pattern, wide);
            if let Some(example) = examples
                .into_iter()
                .find(|one| self.allows(Tool::Bash, one))
            {
                findings.push(self.finding(wide.code, wide.why, Tool::Bash, example, wide.instead));
            }
        }
        self.climbs(pattern, findings);
        self.runs_writable(pattern, findings);
        let free = matches!(pattern, Pattern::Prefix(_) | Pattern::Wildcard(_));
        if free && findings.len() == before {
            let example = fill(pattern, "--any-flag any-argument");
            if self.allows(Tool::Bash, &example) {
                let why = "whatever follows is allowed: flags and arguments are not held";
                findings.push(self.finding(
                    "any-argument",
                    why,
                    Tool::Bash,
                    example,
                    "the exact command",
                ));
            }
        }
    }

    /// A `*` that seems to stay in a folder, and does not.
    fn climbs(&self, pattern: &Pattern, findings: &mut Vec<AuditFinding>) {
        let Pattern::Wildcard(text) = pattern else {
            return;
        };
        let Some((head, _)) = text.split_once('*') else {
            return;
        };
        let folder = head.rsplit(' ').next().unwrap_or_default();
        if !folder.contains('/') {
            return;
        }
        let up = "../".repeat(folder.matches('/').count());
        let example = fill(pattern, &format!("{up}anything.js"));
        if self.allows(Tool::Bash, &example) {
            let why =
                "`*` stands for slashes and `..` too, so it leaves the folder it seems to name";
            let instead = "the exact path of each script";
            findings.push(self.finding("path-climbs", why, Tool::Bash, example, instead));
        }
        let example = fill(pattern, "x --eval anything");
        if self.allows(Tool::Bash, &example) {
            let why = "`*` stands for blanks too, so any flag and argument may follow";
            let instead = "the exact command";
            findings.push(self.finding("extra-arguments", why, Tool::Bash, example, instead));
        }
    }

    /// A command that runs what the same list lets the agent write.
    fn runs_writable(&self, pattern: &Pattern, findings: &mut Vec<AuditFinding>) {
        let command = fill(pattern, "anything.js");
        if !self.allows(Tool::Bash, &command) {
            return;
        }
        let writable = |path: &String| {
            [Tool::Write, Tool::Edit]
                .iter()
                .any(|tool| judge(&tool.call(path.as_str()), self.place, self.rules).is_allowed())
        };
        let Some(file) = run_files(&command).into_iter().find(writable) else {
            return;
        };
        let why =
            format!("it runs what `{file}` says, and the list lets the agent write that file");
        let instead = "keep what is run out of the lanes, or out of the list";
        findings.push(self.finding("runs-writable-file", why, Tool::Bash, command, instead));
    }

    fn files(&self, findings: &mut Vec<AuditFinding>) {
        let tool = match self.rule.tool() {
            "Edit" => Tool::Edit,
            "Write" => Tool::Write,
            "Read" => Tool::Read,
            _ => return,
        };
        if reach(self.rule, tool.name()) == Some(Reach::Anywhere) {
            let outside = [
                "~/.ssh/authorized_keys",
                "~/.ssh/id_ed25519",
                "/etc/passwd",
                "/var/tmp/anything",
            ];
            if let Some(example) = outside.into_iter().find(|path| self.allows(tool, path)) {
                let why = "without a path it reaches the whole disk";
                let instead = match tool {
                    Tool::Read => "nothing: reading below the start folder needs no rule",
                    _ => "`Edit(folder/**)`, which opens writing and editing there",
                };
                findings.push(self.finding("whole-disk", why, tool, example.to_owned(), instead));
            }
        }
        if tool == Tool::Read {
            return;
        }
        if let Some(example) = DECIDING.iter().find(|path| self.allows(tool, path)) {
            let why = "it reaches files that decide what is run later, and how";
            let instead = "`Edit(folder/**)` for the folder of the content only";
            findings.push(self.finding("deciding-file", why, tool, (*example).to_owned(), instead));
        }
        if let Some(Reach::Files(path)) = reach(self.rule, "Edit") {
            let file = path.replace("**", "x").replace(['*', '?'], "x");
            let file = file.trim_end_matches('/');
            let file = file
                .strip_prefix('/')
                .filter(|rest| !rest.starts_with('/'))
                .unwrap_or(file);
            let example = format!(
                "echo anything > {}",
                file.strip_prefix('/')
                    .map_or(file.to_owned(), |_| file[1..].to_owned())
            );
            if self.allows(Tool::Bash, &example) {
                let why = "it opens the shell's redirections into the same files, from every command that only reads";
                let instead = "nothing better: know it, and check the change when it is handed in";
                findings.push(self.finding("redirection", why, Tool::Bash, example, instead));
            }
        }
    }
}

/// Any number of allowed commands may stand in one line.
fn chaining(rules: &RuleList, place: &Place<'_>) -> Option<AuditFinding> {
    let mut lines = rules.allow.iter().filter_map(|rule| {
        let pattern = pattern::of_rule(rule)?;
        let line = fill(&pattern, "x");
        judge(&Call::Bash(line.clone()), place, rules)
            .is_allowed()
            .then_some((rule, line))
    });
    let ((first, one), (second, two)) = (lines.next()?, lines.next()?);
    let example = format!("{one} && {two}");
    judge(&Call::Bash(example.clone()), place, rules)
        .is_allowed()
        .then(|| AuditFinding {
            rule: format!("{first},{second}"),
            code: "chaining",
            why: "allowed commands may be chained in one line with `&&`, `||`, `;` and `|`".into(),
            tool: Tool::Bash,
            example,
            instead: "nothing: do not count on one command for each call",
        })
}

/// Returns lines that a pattern might allow and that do what is wide about it.
fn examples(pattern: &Pattern, wide: &Wide) -> Vec<String> {
    let suffixes = wide.suffixes.iter();
    match pattern {
        Pattern::Prefix(prefix) => {
            let longer = prefix != wide.command && pattern::begins(prefix, wide.command);
            let base = if longer && !wide.takes_more() {
                return Vec::new();
            } else if longer {
                prefix.as_str()
            } else if pattern::begins(wide.command, prefix) {
                wide.command
            } else {
                return Vec::new();
            };
            suffixes.map(|suffix| format!("{base} {suffix}")).collect()
        }
        Pattern::Wildcard(text) => {
            let head = text.split('*').next().unwrap_or_default();
            let (known, free) = (head.trim_end(), head.ends_with(' ') || head.is_empty());
            let longer = known != wide.command && pattern::begins(known, wide.command);
            if longer && !wide.takes_more() || !longer && !pattern::begins(wide.command, known) {
                return Vec::new();
            }
            let full = suffixes
                .clone()
                .map(|suffix| format!("{} {suffix}", wide.command));
            let filled = suffixes
                .filter(|_| free)
                .map(|suffix| fill(pattern, suffix));
            full.chain(filled).collect()
        }
        Pattern::Exact(text) => {
            // An exact rule is wide only by what it says itself.
            let itself = pattern::begins(text, wide.command)
                && suffixes.clone().any(|suffix| {
                    text.split(' ')
                        .any(|word| suffix.split(' ').next() == Some(word))
                });
            if itself {
                vec![text.clone()]
            } else {
                Vec::new()
            }
        }
        Pattern::Everything | Pattern::Nothing(_) => Vec::new(),
    }
}

/// Returns a command that a pattern names, with some text where it takes any.
fn fill(pattern: &Pattern, text: &str) -> String {
    match pattern {
        Pattern::Everything | Pattern::Nothing(_) => text.to_owned(),
        Pattern::Exact(exact) => exact.clone(),
        Pattern::Prefix(prefix) => format!("{prefix} {text}"),
        Pattern::Wildcard(wildcard) => wildcard.replacen('*', text, 1).replace('*', "x"),
    }
}

/// Programs that run the script they are given.
const RUNNERS: &[&str] = &[
    "bash", "bun", "deno", "node", "perl", "php", "python", "python3", "ruby", "sh", "ts-node",
    "tsx", "zsh",
];

/// Returns the files that say what a command runs: scripts that it names, and where its program looks for tasks.
fn run_files(command: &str) -> Vec<String> {
    let words: Vec<&str> = command.split(' ').collect();
    let runs = |at: usize| at == 0 || words[..at].iter().any(|word| RUNNERS.contains(word));
    let is_script = |word: &str| {
        let ends = [
            ".js", ".mjs", ".cjs", ".ts", ".tsx", ".py", ".sh", ".rb", ".pl", ".php",
        ];
        !word.starts_with('-') && ends.iter().any(|end| word.ends_with(end))
    };
    let scripts = words.iter().enumerate();
    let mut files: Vec<String> = scripts
        .filter(|(at, word)| runs(*at) && is_script(word))
        .map(|(_, word)| (*word).to_owned())
        .collect();
    let tasks = match words[0] {
        "npm" | "pnpm" | "yarn" | "npx" | "bun" | "bunx" => "package.json",
        "make" => "Makefile",
        "just" => "justfile",
        "cargo" => "build.rs",
        "composer" => "composer.json",
        "rake" => "Rakefile",
        _ => return files,
    };
    files.push(tasks.to_owned());
    files
}
