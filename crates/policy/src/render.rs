//! The lists of a factory: from its lanes, gates and roles to rules.

use std::collections::BTreeSet;

use lightsout_taxonomy::{Factory, Fields, GateSettings, RequestType};

use crate::rule::{Rule, RuleList};

/// What an agent is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Works on a request: writes in its lane and commits.
    Author,
    /// Mends what made a check fail: writes in the same lane and commits.
    Healer,
    /// Reads a change and says what it thinks; writes nothing.
    Reviewer,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::Author, Self::Healer, Self::Reviewer];

    /// Returns the word that the command line uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Author => "author",
            Self::Healer => "healer",
            Self::Reviewer => "reviewer",
        }
    }
}

/// Tools that no role has: they reach the network, or another model.
const DENIED_TOOLS: &[&str] = &["WebFetch", "WebSearch"];

/// Commands that no role may run, by how they begin.
const DENIED_COMMANDS: &[&str] = &[
    // Forges: issues, labels, pull requests and releases are the factory's business.
    "gh",
    "glab",
    "hub",
    "tea",
    // What leaves the machine, or comes from outside.
    "git push",
    "git fetch",
    "git pull",
    "git clone",
    "git remote",
    "git ls-remote",
    "git submodule",
    "git send-email",
    "curl",
    "wget",
    "http",
    "https",
    "nc",
    "ncat",
    "netcat",
    "socat",
    "telnet",
    "ftp",
    "sftp",
    "scp",
    "ssh",
    "rsync",
    "dig",
    "nslookup",
    "ping",
    // What changes how git itself behaves, or rewrites what was committed.
    "git config",
    "git -c",
    "git -C",
    "git filter-branch",
    "git update-ref",
    "git worktree",
    "git hook",
    // What cannot be taken back.
    "rm",
    "rmdir",
    "shred",
    "dd",
    "git clean",
    "git reset",
    // Other people's rights.
    "sudo",
    "su",
    "doas",
    "chmod",
    "chown",
    "crontab",
];

/// Files that no role may write: they say how the factory, its agents or its checks work.
const DENIED_EDITS: &[&str] = &[
    ".git/**",
    ".github/**",
    ".claude/**",
    "AGENTS.md",
    "CLAUDE.md",
    "CLAUDE.local.md",
    "factory.toml",
];

/// Files that no role may read: the environment of processes, and where people keep credentials.
const DENIED_READS: &[&str] = &[
    "//proc/**",
    "~/.ssh/**",
    "~/.aws/**",
    "~/.config/gh/**",
    "~/.netrc",
    "~/.npmrc",
    "~/.git-credentials",
];

/// Returns what an agent in a role may do for requests of a type, before any request is known.
///
/// A lane that names the request's own file, such as `{target}`, opens nothing here: see [`allow_list_for`].
///
/// ```
/// use lightsout_policy::{Role, allow_list};
/// use lightsout_taxonomy::Factory;
///
/// let factory = Factory::builtin();
/// let list = allow_list(&factory, factory.request_type("cms-faq").unwrap(), Role::Author);
/// let allowed: Vec<&str> = list.allow.iter().map(|rule| rule.as_str()).collect();
/// assert_eq!(allowed[..2], ["Read", "Edit(content/faq/**)"]);
/// assert!(list.deny.iter().any(|rule| rule.as_str() == "Bash(gh:*)"));
/// ```
pub fn allow_list(factory: &Factory, kind: &RequestType, role: Role) -> RuleList {
    let lane = factory.lane_for(kind, &Fields::default());
    allow_list_for(factory, lane.patterns(), role)
}

/// Returns what an agent in a role may do for one request, given the globs of its lane
/// ([`Lane::patterns`](lightsout_taxonomy::Lane::patterns)).
///
/// Each lane is an `Edit` rule with a path, which opens writing and editing there and nowhere else; a bare `Edit` or
/// `Write` would reach the whole disk. Each gate is allowed by its exact text, so that no argument can be added. The
/// rules to deny are the same for every role.
///
/// This list is a convenience for the agent, which is told at once what it may not do. It is no boundary: that is the
/// absence of credentials, and the sandbox.
pub fn allow_list_for(factory: &Factory, lane: &[String], role: Role) -> RuleList {
    let mut allow = vec![Rule::whole("Read")];
    if role != Role::Reviewer {
        let mut paths = BTreeSet::new();
        for glob in lane {
            paths.extend(edit_paths(glob));
        }
        allow.extend(paths.iter().map(|path| Rule::of("Edit", path)));
        for command in ["git add:*", "git commit:*"] {
            allow.push(Rule::of("Bash", command));
        }
        let content = "lightsout content check".to_owned();
        let commands = std::iter::once(content).chain(factory.gates.iter().filter_map(gate_text));
        for command in commands {
            let exact = Rule::of("Bash", &command);
            if !allow.contains(&exact) {
                allow.push(exact);
            }
        }
    }
    let mut deny: Vec<Rule> = DENIED_TOOLS.iter().map(|tool| Rule::whole(tool)).collect();
    for command in DENIED_COMMANDS {
        deny.push(Rule::of("Bash", &format!("{command}:*")));
    }
    deny.extend(DENIED_EDITS.iter().map(|path| Rule::of("Edit", path)));
    deny.extend(DENIED_READS.iter().map(|path| Rule::of("Read", path)));
    RuleList {
        allow,
        ask: Vec::new(),
        deny,
    }
}

/// Returns the gates that no exact rule can express, by name: the agent may not run them, the factory does.
pub fn gates_left_out(factory: &Factory) -> Vec<&str> {
    let without = |gate: &&GateSettings| gate_text(gate).is_none();
    let names = factory.gates.iter().filter(without);
    names.map(|gate| gate.name.as_str()).collect()
}

/// The command line of a gate as an exact rule holds it. `*` would be a wildcard there, a bracket would end the rule,
/// and `:*` at the end would make it a prefix.
fn gate_text(gate: &GateSettings) -> Option<String> {
    let line = shlex::try_join(gate.run.iter().map(String::as_str)).ok()?;
    let plain = |c: char| !c.is_control() && !"()*\\".contains(c);
    (!line.trim().is_empty() && line.trim() == line && line.chars().all(plain)).then_some(line)
}

/// Turns a glob of a lane, as the taxonomy reads it, into paths of `Edit` rules, which are read as `.gitignore` is.
///
/// Both agree on `*`, `**`, `?` and `[ab]`. Alternatives in braces are spelled out. A character that would end the
/// rule or mean something else becomes `?`, which stands for any one character: the lane is checked again, exactly,
/// when the work is handed in.
fn edit_paths(glob: &str) -> Vec<String> {
    let mut paths = vec![String::new()];
    for piece in pieces(glob) {
        let choices: Vec<String> = match piece {
            Piece::Text(text) => vec![text],
            Piece::Choice(choices) => choices.iter().flat_map(|one| edit_text(one)).collect(),
        };
        paths = paths
            .iter()
            .flat_map(|path| choices.iter().map(move |choice| format!("{path}{choice}")))
            .collect();
    }
    paths.into_iter().map(|path| anchored(&path)).collect()
}

/// A path without a slash would be looked for in every folder.
fn anchored(path: &str) -> String {
    if path.trim_end_matches('/').contains('/') {
        path.to_owned()
    } else {
        format!("/{path}")
    }
}

fn edit_text(glob: &str) -> Vec<String> {
    let mut text = String::new();
    for piece in pieces(glob) {
        match piece {
            Piece::Text(piece) => text.push_str(&piece),
            // Braces in braces: rare enough to be left out.
            Piece::Choice(_) => return Vec::new(),
        }
    }
    vec![text]
}

enum Piece {
    Text(String),
    Choice(Vec<String>),
}

fn pieces(glob: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = glob;
    while let Some(letter) = rest.chars().next() {
        let after = &rest[letter.len_utf8()..];
        match letter {
            '[' => {
                // A class closes at the first `]` that is not its first member.
                let close = after.char_indices().skip(1).find(|(_, c)| *c == ']');
                let Some((end, _)) = close else {
                    pieces.push(Piece::Text("?".into()));
                    rest = after;
                    continue;
                };
                let class = &after[..end];
                // `[[]` is how a single character is taken literally.
                let text = if class.chars().count() == 1 {
                    literal(class.chars().next().unwrap_or('?'))
                } else if class.contains(['(', ')', '\\', '[', ']']) {
                    "?".into()
                } else {
                    format!("[{class}]")
                };
                pieces.push(Piece::Text(text));
                rest = &after[end + 1..];
            }
            '{' => {
                let Some(end) = after.find('}') else {
                    pieces.push(Piece::Text("?".into()));
                    rest = after;
                    continue;
                };
                let choices = after[..end].split(',').map(ToOwned::to_owned).collect();
                pieces.push(Piece::Choice(choices));
                rest = &after[end + 1..];
            }
            '*' | '?' => {
                pieces.push(Piece::Text(letter.into()));
                rest = after;
            }
            other => {
                pieces.push(Piece::Text(literal(other)));
                rest = after;
            }
        }
    }
    pieces
}

/// One character of a path, or `?` where the character means something in a rule.
fn literal(letter: char) -> String {
    if "()[]{}*?!#\\,: ".contains(letter) || letter.is_control() {
        "?".into()
    } else {
        letter.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gated(runs: &[&str]) -> Factory {
        let gates: Vec<String> = runs
            .iter()
            .enumerate()
            .map(|(n, run)| format!("[[gates]]\nname = \"g{n}\"\nrun = {run:?}\n"))
            .collect();
        Factory::parse("factory.toml", &gates.concat()).unwrap()
    }

    fn texts(rules: &[Rule]) -> Vec<&str> {
        rules.iter().map(Rule::as_str).collect()
    }

    #[test]
    fn a_list_is_what_lane_gates_and_role_make_of_it() {
        let factory = gated(&[
            "pnpm lint",
            "pnpm exec tsc --noEmit",
            "lightsout content check",
        ]);
        let faq = factory.request_type("cms-faq").unwrap();
        let expected = [
            "Read",
            "Edit(content/faq/**)",
            "Bash(git add:*)",
            "Bash(git commit:*)",
            "Bash(lightsout content check)",
            "Bash(pnpm lint)",
            "Bash(pnpm exec tsc --noEmit)",
        ];
        for role in [Role::Author, Role::Healer] {
            assert_eq!(texts(&allow_list(&factory, faq, role).allow), expected);
        }
        let reviewer = allow_list(&factory, faq, Role::Reviewer);
        assert_eq!(texts(&reviewer.allow), ["Read"]);
        assert_eq!(reviewer.deny, allow_list(&factory, faq, Role::Author).deny);
    }

    #[test]
    fn no_type_gets_a_bare_edit_or_write() {
        let factory = Factory::builtin();
        for kind in &factory.types {
            for role in Role::ALL {
                let list = allow_list(&factory, kind, role);
                for rule in &list.allow {
                    assert!(rule.tool() != "Write", "{rule}");
                    assert!(
                        rule.tool() != "Edit" || rule.specifier().is_some(),
                        "{rule}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_gate_that_a_rule_would_widen_is_left_out() {
        let factory = gated(&["pnpm lint", "sh -c 'a (b)'", "prettier --check content/*"]);
        let kind = &factory.types[0];
        let list = allow_list(&factory, kind, Role::Author);
        assert!(
            list.allow
                .iter()
                .any(|rule| rule.as_str() == "Bash(pnpm lint)")
        );
        assert_eq!(gates_left_out(&factory), ["g1", "g2"]);
        assert!(!texts(&list.allow).join(" ").contains("prettier"));
    }

    #[test]
    fn a_lane_becomes_paths_of_rules() {
        for (glob, paths) in [
            ("content/faq/**", &["content/faq/**"][..]),
            ("README.md", &["/README.md"]),
            ("app/[[]slug[]]/page.tsx", &["app/?slug?/page.tsx"]),
            ("app/(site)/page.tsx", &["app/?site?/page.tsx"]),
            (
                "content/{faq,insights}/*.mdx",
                &["content/faq/*.mdx", "content/insights/*.mdx"],
            ),
            ("a/[xy]/b c", &["a/[xy]/b?c"]),
            ("a[", &["/a?"]),
        ] {
            assert_eq!(edit_paths(glob), paths, "{glob}");
        }
    }

    #[test]
    fn every_rule_that_is_made_is_read_back() {
        let factory = Factory::builtin();
        let odd = ["app/(x) [y], {z}/**", "*", "a{b,c}d"].map(ToOwned::to_owned);
        let list = allow_list_for(&factory, &odd, Role::Author);
        for rule in list.allow.iter().chain(&list.deny) {
            assert_eq!(Rule::parse(rule.as_str()).as_ref(), Ok(rule));
        }
    }
}
