//! Expressions in texts, and the texts of `if:`.

use lightsout_expressions::{Expression, Run, Scope, Value};

use crate::contexts;

fn template(text: &str) -> Value {
    let template = Expression::parse_template(text, Scope::STEP).expect("a template");
    template
        .evaluate(&contexts(), &Run::default())
        .expect("a value")
}

#[test]
fn a_text_is_filled_in() {
    for (text, value) in [
        ("plain {text}", "plain {text}"),
        ("", ""),
        (
            "#${{ github.event.number }} by ${{ github.actor }}",
            "#7 by Ada",
        ),
        ("{0} ${{ github.actor }} }}", "{0} Ada }}"),
        ("${{ '}}' }}!", "}}!"),
        ("${{ 'it''s' }} ${{ format('{0}', 1) }}", "it's 1"),
    ] {
        assert_eq!(template(text), value.into(), "{text}");
    }
    assert_eq!(template("${{ github.event.number }}"), 7.0.into());
    assert_eq!(template(" ${{ github.event.number }}"), " 7".into());
}

#[test]
fn what_is_wrong_in_a_text_is_found_in_its_place() {
    for (text, complaint) in [
        (
            "a ${{ github.actor",
            "the expression that begins here has no closing `}}`, at character 3",
        ),
        (
            "a ${{ 'x }}",
            "the expression that begins here has no closing `}}`, at character 3",
        ),
        ("a ${{ }}", "there is nothing to evaluate, at character 6"),
        (
            "a ${{ 1 }} ${{ x }}",
            "there is no `x` here; there are github, inputs, vars, at character 16",
        ),
    ] {
        let error = Expression::parse_template(text, Scope::WORKFLOW).expect_err(text);
        assert_eq!(error.to_string(), complaint, "{text}");
    }
}

#[test]
fn a_condition_asks_for_success_unless_it_asks_for_a_status() {
    for (text, read) in [
        ("", "success() && true"),
        (
            "github.actor == 'a' || true",
            "success() && (github.actor == 'a' || true)",
        ),
        (
            "${{ github.actor == 'a' }}",
            "success() && github.actor == 'a'",
        ),
        (
            "!cancelled() && github.actor",
            "!cancelled() && github.actor",
        ),
        (
            "contains('always()', 'a')",
            "success() && contains('always()', 'a')",
        ),
        (
            "github[format('{0}', failure())]",
            "github[format('{0}', failure())]",
        ),
        // A text, and so always true: what people write by mistake.
        (
            "${{ github.actor }} == 'a'",
            "success() && format('{0} == ''a''', github.actor)",
        ),
    ] {
        let condition = Expression::parse_condition(text, Scope::JOB_IF).expect("a condition");
        assert_eq!(condition.to_string(), read, "{text}");
    }
}

#[test]
fn what_is_wrong_in_a_condition_is_found_behind_blanks() {
    for text in ["  ${{ x", "\n§ ${{ x }}"] {
        let error = Expression::parse_condition(text, Scope::JOB_IF).expect_err(text);
        assert!(text[error.offset..].starts_with(['$', 'x']), "{error}");
    }
}
