//! The audit of lists as people write them.

use std::fmt::Write as _;

use lightsout_policy::{Place, RuleList, Tool, audit, judge};

/// A list as it is found in the wild.
const USUAL: &str = "Read,Edit,Write,Glob,Grep,Bash(git add:*),Bash(git commit:*),Bash(git push:*),Bash(git diff:*),\
                     Bash(pnpm lint),Bash(pnpm exec tsx scripts/cms/*),Bash(pnpm exec tsc --noEmit),Bash(gh pr create:*)";

fn shown(allow: &str, deny: &str) -> String {
    let rules = RuleList::parse(allow, deny).unwrap();
    let place = Place::without_links("/repository", Some("/home/agent"));
    let mut text = String::new();
    for finding in audit(&rules, &place) {
        let call = finding.tool.call(finding.example.clone());
        assert!(
            judge(&call, &place, &rules).is_allowed(),
            "{}: {}",
            finding.rule,
            finding.example
        );
        let _ = writeln!(
            text,
            "{:<22} {} → {} {}",
            finding.code,
            finding.rule,
            finding.tool.name(),
            finding.example
        );
    }
    text
}

#[test]
fn a_usual_list_is_wider_than_it_looks() {
    insta::assert_snapshot!(shown(USUAL, ""));
}

#[test]
fn each_kind_of_width_is_named() {
    let allow = "Bash(node:*),Bash(python3 *),Bash(npx *),Bash(bash:*),Bash(find:*),Bash(find . -name zz -exec ls {} ;),Bash(sed:*),\
                 Bash(env:*),Bash(git:*),Bash(curl:*),Bash(tee:*),Bash(rm:*),Bash(node scripts/*.js),Bash(something:*),Edit(content/**),\
                 Edit(**),Bash(node content/run.js),Bash(xargs:*),Bash(* --version)";
    insta::assert_snapshot!(shown(allow, ""));
    insta::assert_snapshot!(shown("Bash (git add:*)", ""));
    insta::assert_snapshot!(shown("Bash(*)", ""));
}

#[test]
fn what_is_closed_by_a_rule_to_deny_is_no_finding() {
    assert_eq!(shown("Bash(git push:*)", "Bash(git push:*)"), "");
    assert_eq!(shown("Write", "Write"), "");
    assert_eq!(shown("Bash(pnpm lint)", ""), "");
}

#[test]
fn nothing_is_named_that_the_list_refuses() {
    let rules = RuleList::parse("Read", "").unwrap();
    let place = Place::without_links("/repository", None);
    let findings = audit(&rules, &place);
    assert_eq!(findings.len(), 1);
    assert_eq!(
        (findings[0].code, findings[0].tool),
        ("whole-disk", Tool::Read)
    );
}
