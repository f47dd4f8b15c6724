//! The slop linter, on texts that need it and one that does not.

use std::collections::BTreeSet;

use lightsout_taxonomy::{Factory, LINT_RULES, LintKind, Voice, lint, lint_voice};

/// Renders findings as a code linter does.
fn found(text: &str) -> String {
    found_by(&Voice::default(), text)
}

fn found_by(voice: &Voice, text: &str) -> String {
    let line = |finding: &lightsout_taxonomy::Finding| {
        let fix = finding
            .fix
            .as_deref()
            .map(|fix| format!(" -> {fix}"))
            .unwrap_or_default();
        format!(
            "{}:{} {:?} {} `{}`{fix}",
            finding.line, finding.column, finding.severity, finding.rule, finding.text
        )
    };
    lint_voice(voice, text)
        .iter()
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn worn_wording_is_found_with_its_place() {
    insta::assert_snapshot!(found("\
In today's fast-paced world, our team doesn't just build software, it's changing lives.

We leverage a wide range of tools in order to delve
into data. It is an incredible journey — bold, innovative and inspiring — truly
unparalleled. It's not about code, it's about people! So join us! Perhaps.

```
leverage this
```
<!-- leverage that --> See https://leverage.example.com and [leverage](https://example.com).
"), @r"
    1:1 Warning stock-phrase `In today's fast-paced world` -> now
    1:39 Warning not-just-but `doesn't just build software, it's` -> say the second half alone
    3:4 Warning stock-phrase `leverage` -> use
    3:13 Warning stock-phrase `a wide range of` -> many
    3:35 Warning stock-phrase `in order to` -> to
    3:47 Warning stock-phrase `delve into` -> look at
    4:21 Warning generic `incredible journey`
    4:32 Warning em-dash-chain `journey — bold, innovative and inspiring` -> use commas, brackets, or two sentences
    4:42 Note rule-of-three `bold, innovative and inspiring` -> keep the one that can be shown
    4:48 Warning empty-superlative `innovative`
    4:75 Warning empty-superlative `truly`
    5:1 Warning empty-superlative `unparalleled`
    5:20 Warning not-just-but `not about code, it's` -> say the second half alone
    5:63 Note shouting `us` -> end with a period
    5:67 Note hedge `Perhaps`
    ");
}

#[test]
fn plain_wording_is_left_alone() {
    insta::assert_snapshot!(found("\
In January 2024 we moved 63 services from Jenkins to GitHub Actions. Ines, Bram and Oswin did it, with tea, cake and maps.
It did not only cost money; the Porto office (all nine of us) slept badly — once. Not all of it went well!
"), @"");
}

#[test]
fn the_brand_has_the_last_word() {
    let voice = Voice {
        forbidden: vec!["rockstar".into(), "work hard, play hard".into()],
        spelling: vec!["LightsOut".into(), "e-mail".into()],
        allowed: vec!["Leverage".into()],
    };
    insta::assert_snapshot!(found_by(&voice, "Be a Rockstar at lightsout: leverage E-mail, not Lightsout or e-mail. Work hard, play hard!"), @r"
    1:6 Error forbidden `Rockstar`
    1:18 Warning spelling `lightsout` -> LightsOut
    1:38 Warning spelling `E-mail` -> e-mail
    1:50 Warning spelling `Lightsout` -> LightsOut
    1:71 Error forbidden `Work hard, play hard`
    ");
}

#[test]
fn every_rule_is_listed_and_every_listed_rule_finds_something() {
    let voice = Voice {
        forbidden: vec!["rockstar".into()],
        spelling: vec!["LightsOut".into()],
        allowed: Vec::new(),
    };
    let text = "Be a rockstar at Lightsout! Delve in — truly — and perhaps join our incredible journey!\n\n\
                It's not just a job, it's bold, innovative and inspiring.";
    let mut found = BTreeSet::new();
    for finding in lint_voice(&voice, text) {
        let rule = LINT_RULES.iter().find(|rule| rule.name == finding.rule);
        let rule = rule.unwrap_or_else(|| panic!("`{}` is not listed", finding.rule));
        assert!(finding.severity <= rule.severity, "{}", finding.rule);
        found.insert(rule.name);
    }
    assert_eq!(found, LINT_RULES.iter().map(|rule| rule.name).collect());
}

#[test]
fn reports_say_whether_a_text_passes() {
    let text = "[voice]\nforbidden = [\"rockstar\"]\nspelling = []\nallowed = [\"truly\"]\n[factory]\nname = \"Northwind\"\n";
    let factory = Factory::parse("factory.toml", text).expect("the file is right");
    assert!(
        lint(
            &factory,
            LintKind::Quote,
            "In March I truly cut our deploys to six minutes."
        )
        .pass
    );
    assert!(
        !lint(
            &factory,
            LintKind::Quote,
            "Our rockstar team cut deploys in March."
        )
        .pass
    );
    let generic = lint(
        &factory,
        LintKind::Quote,
        "I love working here at Northwind.",
    );
    assert!(!generic.pass);
    assert_eq!(generic.generic, ["love working here"]);
    assert!(lint(&factory, LintKind::Voice, "We truly tested 31 pumps.").pass);
    assert!(!lint(&factory, LintKind::Voice, "We leverage pumps.").pass);
    insta::assert_json_snapshot!(lint(&factory, LintKind::Quote, "In March we leveraged, then we leverage."), @r#"
    {
      "pass": true,
      "anchors": [
        {
          "kind": "date",
          "text": "March"
        }
      ],
      "generic": [],
      "findings": [
        {
          "rule": "stock-phrase",
          "severity": "warning",
          "line": 1,
          "column": 32,
          "text": "leverage",
          "message": "a stock phrase says nothing of its own",
          "fix": "use"
        }
      ]
    }
    "#);
}
