//! Properties: what holds for any text.

use lightsout_policy::{
    Call, HookInput, Place, RuleList, Tool, audit, judge, parse_rules, print_rules,
};
use proptest::prelude::*;

/// Pieces that shells and rules are made of, so that random texts are not all nonsense.
const PIECES: &[&str] = &[
    "git add",
    "git push",
    " ",
    "a",
    "ls",
    "&&",
    "||",
    ";",
    "|",
    "&",
    "\n",
    "$(",
    ")",
    "`",
    "'",
    "\"",
    "\\",
    "{",
    "}",
    "(",
    "<<",
    "EOF",
    "<<'EOF'\n",
    "\nEOF\n",
    ">",
    "/dev/null",
    "content/faq/x",
    "..",
    "/",
    "~",
    "$HOME",
    "$x",
    "*",
    "[",
    "]",
    "#",
    "=",
    "A=b ",
    "timeout 5 ",
    "xargs ",
    "if ",
    "then ",
    "fi",
    "for x in ",
    "do ",
    "done",
    "case ",
    "esac",
    "cd ",
    "!",
    "é",
    "\u{a0}",
    "rm -rf",
    "find . -exec",
    "[[ ",
    " ]]",
    "((",
    "))",
    "<(",
    "env ",
];

fn line() -> impl Strategy<Value = String> {
    let pieces = proptest::collection::vec(proptest::sample::select(PIECES), 0..24);
    prop_oneof![
        3 => pieces.prop_map(|pieces| pieces.concat()),
        1 => any::<String>(),
    ]
}

fn rule() -> impl Strategy<Value = String> {
    proptest::sample::select(vec![
        "Bash",
        "Bash(git add:*)",
        "Bash(git push:*)",
        "Bash(ls*)",
        "Bash(git * a)",
        "Bash(ls)",
        "Bash(timeout:*)",
        "Bash(find:*)",
        "Edit",
        "Edit(content/**)",
        "Edit(**)",
        "Write",
        "Read",
        "Read(//etc/**)",
        "Bash(rm -rf:*)",
        "Edit(*.mdx)",
        "Bash(env:*)",
    ])
    .prop_map(ToOwned::to_owned)
}

fn rules(most: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec(rule(), 0..most).prop_map(|rules| rules.join(","))
}

fn place() -> Place<'static> {
    Place::without_links("/repo", Some("/home/agent"))
}

fn tool() -> impl Strategy<Value = Tool> {
    proptest::sample::select(Tool::ALL.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn any_call_gets_a_verdict(tool in tool(), line in line(), allow in rules(5), deny in rules(3)) {
        let rules = RuleList::parse(&allow, &deny).unwrap();
        let verdict = judge(&tool.call(line), &place(), &rules);
        prop_assert!(!verdict.why.is_empty());
    }

    #[test]
    fn rules_are_printed_as_they_were_read(text in ".{0,60}") {
        if let Ok(rules) = parse_rules(&text) {
            prop_assert_eq!(parse_rules(&print_rules(&rules)), Ok(rules.clone()));
            for rule in &rules {
                prop_assert!(text.contains(rule.as_str()));
            }
        }
    }

    #[test]
    fn a_rule_to_deny_never_allows_more(tool in tool(), line in line(), allow in rules(5), deny in rules(3), more in rule()) {
        let before = RuleList::parse(&allow, &deny).unwrap();
        let after = RuleList::parse(&allow, &format!("{deny},{more}")).unwrap();
        let call = tool.call(line);
        if judge(&call, &place(), &after).is_allowed() {
            prop_assert!(judge(&call, &place(), &before).is_allowed());
        }
    }

    #[test]
    fn what_is_denied_is_refused_whatever_is_allowed(tool in tool(), line in line(), allow in rules(5)) {
        let rules = RuleList::parse(&allow, tool.name()).unwrap();
        prop_assert!(!judge(&tool.call(line), &place(), &rules).is_allowed());
    }

    #[test]
    fn a_line_is_allowed_only_if_each_part_is(
        parts in proptest::collection::vec(
            proptest::sample::select(vec!["git add a", "git push", "ls", "cat /etc/x", "node x", "git add a > b", "echo $x", "true"]), 1..5),
        operator in proptest::sample::select(vec![" && ", " || ", "; ", " | ", "\n", " |& "]),
    ) {
        let rules = RuleList::parse("Bash(git add:*)", "").unwrap();
        let allowed = |line: &str| judge(&Call::Bash(line.to_owned()), &place(), &rules).is_allowed();
        let each = parts.iter().all(|part| allowed(part));
        prop_assert_eq!(allowed(&parts.join(operator)), each);
    }

    #[test]
    fn what_an_audit_names_is_allowed(allow in rules(6), deny in rules(2)) {
        let rules = RuleList::parse(&allow, &deny).unwrap();
        for finding in audit(&rules, &place()) {
            let verdict = judge(&finding.tool.call(finding.example.clone()), &place(), &rules);
            prop_assert!(verdict.is_allowed(), "{}: {}", finding.rule, finding.example);
        }
    }

    #[test]
    fn a_hook_reads_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(input) = HookInput::parse(&bytes) {
            let _ = input.judge(&place(), &RuleList::default());
        }
    }
}

#[test]
fn deep_and_long_lines_are_judged_in_bounded_space() {
    let rules = RuleList::parse("Bash(*)", "Bash(git push:*)").unwrap();
    for unit in [
        "(",
        "$(",
        "{ ",
        "if ",
        "`",
        "[[ ",
        "<<a ",
        "'",
        "! ",
        "a|",
        "case x in ",
        "\\",
        "$((",
        "${x:-",
        "f() ",
    ] {
        let line = unit.repeat(9_000 / unit.len());
        let _ = judge(&Call::Bash(line), &place(), &rules);
    }
    let long = format!("git push {}", "a ".repeat(200_000));
    assert!(!judge(&Call::Bash(long), &place(), &rules).is_allowed());
}
