//! Every broken `factory.toml` is refused with a line, a column and a hint.

use lightsout_taxonomy::{AgentKind, Factory, Filing, MediaKind};

fn complaints(text: &str) -> String {
    let errors = Factory::parse("factory.toml", text).expect_err("the file is broken");
    errors
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

/// A type that is right, for tests to break.
const TYPE: &str = r#"
[[types]]
label = "cms-event"
title = "Event"
lane = ["content/events/**"]
page = "content/events/{slug}.mdx"
slug_from = "name"
[[types.fields]]
key = "name"
required = true
"#;

#[test]
fn the_builtin_declaration_is_read_whole() {
    let factory = Factory::builtin();
    let labels: Vec<&str> = factory
        .types
        .iter()
        .map(|kind| kind.label.as_str())
        .collect();
    let all = [
        "cms-spotlight-add",
        "cms-spotlight-edit",
        "cms-insight",
        "cms-faq",
        "cms-location",
        "cms-content-edit",
    ];
    assert_eq!(labels, all);
    let add = factory
        .request_type("CMS-Spotlight-Add")
        .expect("it is built in");
    assert_eq!(
        add.media.as_ref().map(|media| media.kind),
        Some(MediaKind::Headshot)
    );
    let keys: Vec<&str> = add.fields.iter().map(|field| field.key.as_str()).collect();
    assert_eq!(keys, ["name", "role", "team", "quote", "photo", "qa"]);
}

#[test]
fn an_empty_file_is_the_default() {
    let factory = Factory::parse("factory.toml", "").expect("an empty file is fine");
    assert_eq!(factory.base, "main");
    assert_eq!(factory.filing, Filing::Members);
    assert_eq!(factory.bots, ["lightsout[bot]", "github-actions[bot]"]);
    assert_eq!(factory.agent.kind, AgentKind::Template);
    assert_eq!(factory.agent.model, "claude-sonnet-4-6");
    assert_eq!(factory.budget.day.to_string(), "$50.00");
    assert_eq!(factory.limits.file_bytes, 2 * 1024 * 1024);
    assert_eq!(factory.types, Factory::builtin().types);
}

#[test]
fn every_section_is_read() {
    let factory = Factory::parse(
        "factory.toml",
        r#"
        [factory]
        name = "Northwind Example"
        base = "trunk"
        filing = "anyone"
        bots = ["a[bot]"]
        protected = ["legal/**"]
        [agent]
        kind = "command"
        command = "my-agent --flag 'two words'"
        minutes = 3
        stall_minutes = 1
        [[gates]]
        name = "check"
        run = "lightsout content check"
        seconds = 60
        [budget]
        run_usd = "0.50"
        day_usd = "5"
        [limits]
        file_bytes = 1_000
        "#,
    )
    .expect("the file is right");
    assert_eq!(factory.name, "Northwind Example");
    assert_eq!(factory.agent.command, ["my-agent", "--flag", "two words"]);
    assert_eq!(factory.gates[0].run, ["lightsout", "content", "check"]);
    assert_eq!(factory.budget.run.map(|amount| amount.0), Some(500_000_000));
    assert!(factory.is_protected("legal/terms.mdx"));
    assert_eq!(factory.limits.file_bytes, 1_000);
}

#[test]
fn types_replace_and_add() {
    let faq = TYPE.replace("cms-event", "cms-faq");
    let factory =
        Factory::parse("factory.toml", &format!("{TYPE}{faq}")).expect("both types are right");
    assert_eq!(factory.types.len(), 7);
    assert_eq!(
        factory
            .request_type("cms-faq")
            .map(|kind| kind.title.as_str()),
        Some("Event")
    );
}

#[test]
fn misspelt_keys_are_named_with_a_hint() {
    let text = TYPE.replace("[[types.fields]]", "[[types.feilds]]");
    insta::assert_snapshot!(complaints(&text), @"");
    insta::assert_snapshot!(complaints("[factroy]\nname = \"x\"\n[agent]\nmodle = \"y\"\nzzz = 1\n"), @"");
}

#[test]
fn wrong_types_and_values_are_refused() {
    insta::assert_snapshot!(complaints(
        r#"
[factory]
name = 3
base = "-x"
filing = "everyone"
bots = "one"
[agent]
kind = "claud"
minutes = 0
[budget]
day_usd = "lots"
run_usd = 5
[limits]
file_bytes = -1
[[gates]]
name = "lint"
run = "echo 'open"
"#), @"");
}

#[test]
fn lanes_stay_in_the_repository_and_out_of_protected_paths() {
    let mut seen = Vec::new();
    for lane in [
        "../x",
        "/etc/**",
        ".git/**",
        ".github/workflows/*",
        "C:/x",
        "a\\\\b",
        "AGENTS.md",
        "{name}",
        "a//b",
    ] {
        let text = TYPE.replace("content/events/**", lane);
        seen.push(
            complaints(&text)
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned(),
        );
    }
    insta::assert_snapshot!(seen.join("\n"), @"");
}

#[test]
fn pages_lie_in_their_own_lane() {
    insta::assert_snapshot!(complaints(&TYPE.replace("events/{slug}.mdx", "../{slug}.mdx")), @"");
    insta::assert_snapshot!(complaints(&TYPE.replace("{slug}", "slug")), @"");
    insta::assert_snapshot!(complaints(&TYPE.replace("slug_from = \"name\"", "slug_from = \"nmae\"")), @"");
}

#[test]
fn labels_and_fields_are_unique_and_well_formed() {
    insta::assert_snapshot!(complaints(&format!("{TYPE}{TYPE}")), @"");
    insta::assert_snapshot!(complaints(&TYPE.replace("cms-event", "cms-approved")), @"");
    insta::assert_snapshot!(complaints(&TYPE.replace("cms-event", "event")), @"");
    insta::assert_snapshot!(complaints(&format!("{TYPE}[[types.fields]]\nkey = \"name\"\nkind = \"lien\"\n")), @"");
}

#[test]
fn syntax_errors_have_a_place() {
    insta::assert_snapshot!(complaints("[factory]\nname = \n"), @"");
    insta::assert_snapshot!(complaints("[factory]\nname = \"a\"\nname = \"b\"\n"), @"");
}
