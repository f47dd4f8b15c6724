//! Judges any call under any rules.
//!
//! The text is cut at `\u{1}` into rules to allow, rules to deny, and a command line or a path. Whatever they hold: no
//! panic, rules are printed as they were read, what is denied whole is refused, another rule to deny never allows more,
//! and every example of an audit is allowed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lightsout_policy::{Place, RuleList, Tool, audit, judge, parse_rules, print_rules};

fuzz_target!(|data: &[u8]| {
    let Some((choice, text)) = data.split_first() else {
        return;
    };
    let text = String::from_utf8_lossy(text);
    let mut pieces = text.splitn(3, '\u{1}');
    let (Some(allow), Some(deny), Some(input)) = (pieces.next(), pieces.next(), pieces.next())
    else {
        return;
    };
    let place = Place::without_links("/repository", Some("/home/agent"));
    let tool = Tool::ALL[usize::from(*choice) % Tool::ALL.len()];
    let call = tool.call(input);
    // Rules that cannot be read are given another chance to be interesting.
    let rules = RuleList::parse(allow, deny).or_else(|_| {
        RuleList::parse(
            "Bash(git add:*),Edit(content/**),Bash(ls*)",
            "Bash(git push:*)",
        )
    });
    let Ok(rules) = rules else {
        return;
    };
    assert_eq!(
        parse_rules(&print_rules(&rules.allow)).as_ref(),
        Ok(&rules.allow)
    );
    let verdict = judge(&call, &place, &rules);
    let mut more = rules.clone();
    more.deny
        .extend(parse_rules("Bash(git:*),Edit(content/x)").unwrap_or_default());
    assert!(verdict.is_allowed() || !judge(&call, &place, &more).is_allowed());
    more.deny
        .extend(parse_rules(tool.name()).unwrap_or_default());
    assert!(!judge(&call, &place, &more).is_allowed());
    if rules.allow.len() < 8 {
        for finding in audit(&rules, &place) {
            let call = finding.tool.call(finding.example);
            assert!(
                judge(&call, &place, &rules).is_allowed(),
                "{}",
                finding.rule
            );
        }
    }
});
