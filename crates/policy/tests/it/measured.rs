//! The verdicts of Claude Code itself, as `cargo xtask e2e policy` compares them with the program.

use lightsout_policy::{Place, RuleList, Tool, judge};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Measured {
    group: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    name: String,
    #[serde(default = "bash")]
    tool: Tool,
    #[serde(default)]
    allow: String,
    #[serde(default)]
    deny: String,
    #[serde(default)]
    allowed: Vec<String>,
    #[serde(default)]
    refused: Vec<String>,
    #[serde(default)]
    stricter: Vec<Stricter>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stricter {
    why: String,
    calls: Vec<String>,
}

fn bash() -> Tool {
    Tool::Bash
}

fn measured() -> Vec<Group> {
    let measured: Measured = toml::from_str(include_str!("../measured.toml")).unwrap();
    measured.group
}

#[test]
fn the_verdict_is_the_programs_or_a_stricter_one_that_is_listed() {
    let place = Place::without_links("/repo", Some("/home/agent"));
    let mut wrong = Vec::new();
    for group in measured() {
        let rules = RuleList::parse(&group.allow, &group.deny).unwrap();
        let expected = [(&group.allowed, true), (&group.refused, false)];
        let stricter = group.stricter.iter().map(|listed| (&listed.calls, false));
        for (calls, allowed) in expected.into_iter().chain(stricter) {
            for call in calls {
                let verdict = judge(
                    &group.tool.call(call.replace("{cwd}", "/repo")),
                    &place,
                    &rules,
                );
                if verdict.is_allowed() != allowed {
                    wrong.push(format!("{}\t{call:?}\t{verdict}", group.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_is_long_and_says_why() {
    let groups = measured();
    let count = |group: &Group| {
        let stricter: usize = group.stricter.iter().map(|listed| listed.calls.len()).sum();
        group.allowed.len() + group.refused.len() + stricter
    };
    assert!(groups.iter().map(count).sum::<usize>() >= 300);
    for listed in groups.iter().flat_map(|group| &group.stricter) {
        assert!(
            listed.why.len() > 10 && !listed.calls.is_empty(),
            "{}",
            listed.why
        );
    }
}
