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
    assert_eq!(factory.heal.workflows, ["CI"]);
    assert_eq!(factory.preview.creators, ["vercel[bot]"]);
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
        [heal]
        workflows = ["Checks"]
        per_pull = 0
        [preview]
        creators = ["host[bot]"]
        hosts = ["previews.example.com"]
        "#,
    )
    .expect("the file is right");
    assert_eq!(factory.name, "Northwind Example");
    assert_eq!(factory.agent.command, ["my-agent", "--flag", "two words"]);
    assert_eq!(factory.gates[0].run, ["lightsout", "content", "check"]);
    assert_eq!(factory.budget.run.map(|amount| amount.0), Some(500_000_000));
    assert!(factory.is_protected("legal/terms.mdx"));
    assert_eq!(factory.limits.file_bytes, 1_000);
    assert_eq!(factory.heal.workflows, ["Checks"]);
    assert_eq!((factory.heal.per_pull, factory.heal.per_failure), (0, 2));
    assert_eq!(factory.preview.hosts, ["previews.example.com"]);
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
    insta::assert_snapshot!(complaints(&text), @r"
    factory.toml:2:1: a type needs `fields`
    hint: add `[[types.fields]]`
    factory.toml:8:9: unknown key `feilds`
    hint: did you mean `fields`?
    ");
    insta::assert_snapshot!(complaints("[factroy]\nname = \"x\"\n[agent]\nmodle = \"y\"\nzzz = 1\n"), @r"
    factory.toml:1:2: unknown key `factroy`
    hint: did you mean `factory`?
    factory.toml:4:1: unknown key `modle`
    hint: did you mean `model`?
    factory.toml:5:1: unknown key `zzz`
    hint: known keys are `kind`, `command`, `model`, `cost`, `max_turns`, `minutes`, `stall_minutes`
    ");
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
"#), @r#"
    factory.toml:3:8: `name` must be a string, not an integer
    factory.toml:4:8: `-x` is not the name of a branch
    hint: a name such as `main`
    factory.toml:5:10: unknown filing `everyone`
    hint: use one of `members`, `anyone`
    factory.toml:6:8: `bots` must be a list of strings, not a string
    factory.toml:8:8: unknown kind `claud`
    hint: did you mean `claude`?
    factory.toml:9:11: `minutes` must be a whole number from 1 to 1440, not `0`
    factory.toml:11:11: `lots` is not a decimal amount of dollars
    hint: write dollars as a decimal string, such as "2.50"
    factory.toml:12:11: `run_usd` must be a string, not an integer
    factory.toml:14:14: `file_bytes` must be a whole number from 1 to 4294967295, not `-1`
    factory.toml:17:7: `echo 'open` is not a command line
    hint: close every quote; there is no shell, so no variables, pipes or redirections
    "#);
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
    insta::assert_snapshot!(seen.join("\n"), @r#"
    factory.toml:5:9: `../x` leaves the repository: it holds `..`
    factory.toml:5:9: `/etc/**` leaves the repository: it is an absolute path
    factory.toml:5:9: `.git/**` is protected
    factory.toml:5:9: `.github/workflows/*` is protected
    factory.toml:5:9: `C:/x` leaves the repository: it is an absolute path
    factory.toml:5:9: `a\b` holds a backslash; paths use `/` everywhere
    factory.toml:5:9: `AGENTS.md` is protected
    factory.toml:5:9: `name` is not a field of kind `path`
    factory.toml:5:9: `a//b` is not a path: it has an empty part
    "#);
}

#[test]
fn pages_lie_in_their_own_lane() {
    insta::assert_snapshot!(complaints(&TYPE.replace("events/{slug}.mdx", "../{slug}.mdx")), @r"
    factory.toml:6:8: `content/../{slug}.mdx` is outside the type's own lane
    hint: the lane is `content/events/**`
    ");
    insta::assert_snapshot!(complaints(&TYPE.replace("{slug}", "slug")), @r#"
    factory.toml:6:8: `page` must hold `{slug}` once
    hint: such as `page = "content/faq/{slug}.mdx"`
    "#);
    insta::assert_snapshot!(complaints(&TYPE.replace("slug_from = \"name\"", "slug_from = \"nmae\"")), @r"
    factory.toml:7:13: `nmae` is not a field of this type
    hint: did you mean `name`?
    ");
}

#[test]
fn labels_and_fields_are_unique_and_well_formed() {
    insta::assert_snapshot!(complaints(&format!("{TYPE}{TYPE}")), @r"
    factory.toml:13:9: duplicate label `cms-event`
    hint: each label declares one type; rename or remove one of them
    ");
    insta::assert_snapshot!(complaints(&TYPE.replace("cms-event", "cms-approved")), @"factory.toml:3:9: `cms-approved` shows a state and cannot be a type");
    insta::assert_snapshot!(complaints(&TYPE.replace("cms-event", "event")), @r"
    factory.toml:3:9: `event` is not a label for a type
    hint: `cms-` and lower-case words joined by hyphens, at most 50 characters
    ");
    insta::assert_snapshot!(complaints(&format!("{TYPE}[[types.fields]]\nkey = \"name\"\nkind = \"lien\"\n")), @r"
    factory.toml:12:7: duplicate field `name`
    factory.toml:13:8: unknown kind `lien`
    hint: did you mean `line`?
    ");
}

#[test]
fn syntax_errors_have_a_place() {
    insta::assert_snapshot!(complaints("[factory]\nname = \n"), @"factory.toml:2:8: string values must be quoted, expected literal string");
    insta::assert_snapshot!(complaints("[factory]\nname = \"a\"\nname = \"b\"\n"), @"factory.toml:3:1: duplicate key");
}
