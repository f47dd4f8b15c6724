//! Every rule is broken once and seen.

use std::collections::BTreeSet;

use lightsout_skills::{Against, File, Folder, Level, Rule, builtin, check};

const GOOD: &str = "---\nname: bird-count\ndescription: Counts birds. Use it in spring.\nlicense: MIT\ncompatibility: Needs eyes.\nmetadata:\n  season: spring\n---\n\n# Birds\n\n## When to use\n\nSee [the list](references/birds.md) and [below](#read-first).\n\n## Read first\n\n## Steps\n\n```sh\nlightsout content check\n```\n\n## Check\n\n`lightsout content check`\n\n## Never\n\n## Example\n\nCanary phrase: `two wrens and a gull`\n";

fn folder(name: &str, text: &str) -> Folder {
    let file = |path: &str, text: &str| File {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    Folder {
        name: name.to_owned(),
        files: vec![
            file("SKILL.md", text),
            file("references/birds.md", "wren\n"),
        ],
    }
}

/// Knows two commands.
fn command(words: &[String]) -> Result<(), String> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["lightsout"] | ["lightsout", "content", "check"] => Ok(()),
        _ => Err("no such verb".to_owned()),
    }
}

fn findings(folders: &[Folder], named: &[(String, String)]) -> Vec<(usize, Rule)> {
    let against = Against {
        named,
        command: &command,
    };
    let findings = check(folders, &against);
    for finding in &findings {
        assert_eq!(finding.level, finding.rule.level());
        assert_eq!(finding.hint, finding.rule.hint());
        assert!(finding.to_string().contains(finding.rule.name()));
    }
    let found = findings.into_iter();
    found.map(|finding| (finding.line, finding.rule)).collect()
}

#[test]
fn a_good_skill_has_no_findings() {
    assert_eq!(findings(&[folder("bird-count", GOOD)], &[]), []);
    let windows = GOOD.replace('\n', "\r\n");
    assert_eq!(findings(&[folder("bird-count", &windows)], &[]), []);
    let marked = format!("\u{feff}{GOOD}");
    assert_eq!(findings(&[folder("bird-count", &marked)], &[]), []);
}

/// What is replaced by what, the line of the finding, and its rule.
fn broken() -> Vec<(&'static str, String, usize, Rule)> {
    let long = "x".repeat(1025);
    let many = "line\n\n".repeat(100);
    let table: &[(&'static str, &str, usize, Rule)] = &[
        ("---\nname", "name", 1, Rule::FrontMatter),
        ("\n---\n\n# Birds", "\n# Birds", 1, Rule::FrontMatter),
        ("license: MIT", "license: [", 2, Rule::FrontMatter),
        ("license: MIT", "name: again", 2, Rule::FrontMatter),
        ("license: MIT", "model: big", 4, Rule::Key),
        (
            "license: MIT",
            "allowed-tools: Bash(*)",
            4,
            Rule::AllowedTools,
        ),
        ("name: bird-count", "name: birds", 2, Rule::Name),
        ("name: bird-count", "title: bird-count", 1, Rule::Name),
        (
            "Counts birds. Use it in spring.",
            "''",
            3,
            Rule::Description,
        ),
        (
            "Counts birds. Use it in spring.",
            "[a, b]",
            3,
            Rule::Description,
        ),
        (
            "Counts birds. Use it in spring.",
            "Counts <birds>.",
            3,
            Rule::Description,
        ),
        (
            "Counts birds. Use it in spring.",
            &long,
            3,
            Rule::Description,
        ),
        ("Needs eyes.", &long, 5, Rule::Compatibility),
        ("season: spring", "season: 1", 6, Rule::Metadata),
        ("season: spring", "season: [spring]", 6, Rule::Metadata),
        ("## Read first\n", &many, 151, Rule::Length),
        ("## Never\n", "", 9, Rule::Section),
        ("## Steps\n", "## Check\n", 9, Rule::Section),
        ("references/birds.md", "references/fish.md", 14, Rule::Link),
        ("references/birds.md", "../other/SKILL.md", 14, Rule::Link),
        (
            "references/birds.md",
            "https://example.com/",
            14,
            Rule::Link,
        ),
        ("references/birds.md", "/etc/passwd", 14, Rule::Link),
        ("#read-first", "#read-last", 14, Rule::Link),
        (
            "```sh\nlightsout content check",
            "```sh\nlightsout content chekc",
            21,
            Rule::Command,
        ),
        (
            "`lightsout content check`",
            "`lightsout contents`",
            26,
            Rule::Command,
        ),
        (
            "`lightsout content check`",
            "`lightsout 'content`",
            26,
            Rule::Command,
        ),
        (
            "Canary phrase: `two wrens and a gull`",
            "",
            9,
            Rule::NoCanary,
        ),
        (
            "Canary phrase",
            "Canary phrase: `two wrens and a gull`\n\nCanary phrase",
            9,
            Rule::Canary,
        ),
        ("two wrens and a gull", "wren", 9, Rule::Canary),
    ];
    let owned = table.iter();
    owned
        .map(|&(from, to, line, rule)| (from, to.to_owned(), line, rule))
        .collect()
}

#[test]
fn every_rule_is_seen_when_it_is_broken() {
    let mut seen = BTreeSet::new();
    for (from, to, line, rule) in broken() {
        assert!(GOOD.contains(from), "{from}");
        let text = GOOD.replacen(from, &to, 1);
        let found = findings(&[folder("bird-count", &text)], &[]);
        assert!(found.contains(&(line, rule)), "{from} -> {to}: {found:?}");
        seen.insert(rule);
    }
    for name in ["Bird-Count", "-bird", "bird--count", "synced", "vögel", ""] {
        let text = GOOD.replace("name: bird-count", &format!("name: {name}"));
        let found = findings(&[folder(name, &text)], &[]);
        assert!(found.contains(&(2, Rule::Name)), "{name}: {found:?}");
    }
    let empty = Folder {
        name: "bird-count".to_owned(),
        files: Vec::new(),
    };
    assert_eq!(findings(&[empty], &[]), [(1, Rule::NoSkill)]);
    let other = GOOD.replace("name: bird-count", "name: wren-count");
    let both = [folder("bird-count", GOOD), folder("wren-count", &other)];
    assert_eq!(findings(&both, &[]), [(1, Rule::Canary)]);
    let named = ["faq", "note"].map(|who| (who.to_owned(), "fish-count".to_owned()));
    assert_eq!(
        findings(&[folder("bird-count", GOOD)], &named),
        [(1, Rule::Missing)]
    );
    seen.extend([Rule::NoSkill, Rule::Missing]);
    let all: BTreeSet<_> = Rule::ALL.iter().copied().collect();
    assert_eq!(seen, all, "a rule that no test breaks");
}

#[test]
fn names_of_rules_are_distinct() {
    let names: BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.name()).collect();
    assert_eq!(names.len(), Rule::ALL.len());
    assert!(Rule::ALL.iter().any(|rule| rule.level() == Level::Warning));
}

#[test]
fn hostile_front_matter_is_a_finding() {
    let aliases = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f]\n";
    let deep = format!("a: {}", "[".repeat(5_000));
    for yaml in [
        aliases,
        &deep,
        &"k: v\n".repeat(5_000),
        "- a\n- b\n",
        "\0",
        "",
        "~",
    ] {
        let text = format!("---\n{yaml}---\n\n# x\n");
        let found = findings(&[folder("x", &text)], &[]);
        assert!(!found.is_empty(), "{yaml:.20}");
    }
}

#[test]
fn what_is_built_in_breaks_when_a_command_goes() {
    let against = Against {
        named: &[],
        command: &|_| Err("gone".to_owned()),
    };
    let found = check(&builtin(), &against);
    assert!(found.iter().all(|finding| finding.rule == Rule::Command));
    let skills: BTreeSet<_> = found.iter().map(|finding| &finding.skill).collect();
    assert_eq!(skills.len(), 7, "each names the command that checks it");
}
