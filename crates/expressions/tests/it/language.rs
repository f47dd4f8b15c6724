//! The rules of the language, one by one.

use lightsout_expressions::{Outcome, Run, Scope, Value};

use crate::{contexts, evaluate};

fn yes(texts: &[&str]) {
    for text in texts {
        assert_eq!(evaluate(text), Ok(Value::Bool(true)), "{text}");
    }
}

fn same(pairs: &[(&str, &str)]) {
    for (text, value) in pairs {
        assert_eq!(evaluate(text), Ok((*value).into()), "{text}");
    }
}

#[test]
fn values_of_two_kinds_are_compared_as_numbers() {
    yes(&[
        "null == 0",
        "null == false",
        "null == ''",
        "true == 1",
        "'' == 0",
        "'0x10' == 16",
        "' 12 ' == 12",
        "!('x' == 0)",
        "null != 'x'",
        "!(null == 'x')",
        "!(NaN == NaN)",
        "NaN != NaN",
        "!(1 < 'x') && !(1 >= 'x')",
        "null >= null && null <= null && !(null < null)",
        "true > false && !(true < true)",
    ]);
}

#[test]
fn texts_are_compared_without_regard_to_case() {
    yes(&[
        "'Ada' == 'aDA'",
        "'straße' == 'STRASSE'",
        "'ı' != 'i'",
        "'a' < 'B'",
        "'Ａ' > 'z'",
        "'😀' < 'Ａ'",
    ]);
}

#[test]
fn lists_and_objects_are_equal_to_themselves_only() {
    yes(&[
        "github.event == github.event",
        "github.event.issue.labels == github.event.issue.labels",
        "fromJSON('[]') != fromJSON('[]')",
        "github.event.issue.labels.* != github.event.issue.labels.*",
        "!(github.event == 'Object')",
        "!(github < github) && !(github >= 1)",
    ]);
}

#[test]
fn the_operand_that_decides_is_the_value() {
    same(
        &[
            "github.actor || 'x' -> Ada",
            "'' || 'x' -> x",
            "'a' && 'b' -> b",
            "'' && fromJSON('nonsense') -> ",
            "github.nothing || '' || 'c' -> c",
        ]
        .map(|line| line.split_once(" -> ").expect("two sides")),
    );
    yes(&[
        "!github.event.issue.draft",
        "!!github",
        "!''",
        "!NaN",
        "!-0",
    ]);
}

#[test]
fn parts_are_found_by_name_and_by_place() {
    same(
        &[
            "github.ACTOR -> Ada",
            "github['actor'] -> Ada",
            "github.event['issue'].labels[0].name -> cms-faq",
            "github.event.issue.labels['1'].name -> Bug",
            "github.event.issue.labels[1.9].name -> Bug",
            "github.event.issue.labels[null].name -> cms-faq",
            "(github.event.issue).labels[true].name -> Bug",
            "fromJSON('{\"a\":{\"null\":\"x\"}}').a.null -> x",
        ]
        .map(|line| line.split_once(" -> ").expect("two sides")),
    );
    for missing in [
        "github.x.y.z",
        "github.event.issue.labels[9]",
        "github.actor.x",
        "github[github]",
        "needs.a",
    ] {
        assert_eq!(evaluate(missing), Ok(Value::Null), "{missing}");
    }
}

#[test]
fn a_star_takes_what_follows_from_each() {
    same(&[
        ("join(github.event.issue.labels.*.name, '|')", "cms-faq|Bug"),
        ("join(github.event.issue.labels[*].id)", "1,3"),
        ("join(github.event.issue.labels.*.tags.*)", "a,b"),
        ("join(github.event.issue.labels.*.tags[1])", "b"),
        ("join(github.event.issue.*)", "Array,,false"),
        ("join(github.actor.*)", ""),
        ("join((github.event.issue.labels.*)[0])", ""),
        ("join(fromJSON('[[1,2],[3]]').*[0])", "1,3"),
    ]);
}

#[test]
fn functions_do_what_is_documented() {
    yes(&[
        "contains('Hello', 'LL')",
        "contains(github.event.issue.labels.*.name, 'CMS-FAQ')",
        "!contains(github.event.issue.labels.*.name, 'cms')",
        "!contains(github.event, 'Ada')",
        "contains('abc', '')",
        "contains(123, 2)",
        "!contains(fromJSON('[]'), null)",
        "contains(fromJSON('[0]'), null)",
        "startsWith('Hello', 'he') && endsWith('Hello', 'LO')",
        "!startsWith(github, 'Object')",
        "StartsWith('', null)",
        "always() && success() && !failure() && !cancelled()",
    ]);
    same(&[
        ("format('{0} {{x}} {1}{0}', 'a', 2)", "a {x} 2a"),
        ("format('{0:N2}|{1}', 1.50, null)", "1.5|"),
        ("format('{0}', github)", "Object"),
        ("format('it''s {0}', 'Ada''s')", "it's Ada's"),
        ("join(fromJSON('[1,null,true,\"x\"]'))", "1,,true,x"),
        ("join(fromJSON('[1,2]'), github)", "1,2"),
        ("join('text', '-')", "text"),
        ("join(github)", ""),
        (
            "toJSON(fromJSON('{\"b\":[1,{}],\"a\":[]}'))",
            "{\n  \"b\": [\n    1,\n    {}\n  ],\n  \"a\": []\n}",
        ),
        ("toJSON('a\"\n')", "\"a\\\"\\n\""),
        ("toJSON(NaN)", "null"),
        ("case(false, 'a', 1 == 1, 'b', 'c')", "b"),
        ("case(false, 'a', 'c')", "c"),
        ("fromJSON('{\"a\":1,\"A\":2}').a == 1 && 'first'", "first"),
    ]);
}

#[test]
fn numbers_are_written_shortly() {
    same(&[
        ("format('{0}', 1.0)", "1"),
        ("format('{0}', -0)", "0"),
        ("format('{0}', 1e21)", "1e+21"),
        ("format('{0}', .5)", "0.5"),
        ("format('{0}', 0xff)", "255"),
        ("format('{0}', fromJSON('0.1'))", "0.1"),
        ("format('{0}', Infinity)", "Infinity"),
    ]);
}

#[test]
fn the_run_says_how_things_went() {
    let ask = |text: &str, outcome: Outcome| {
        let expression =
            lightsout_expressions::Expression::parse(text, Scope::JOB_IF).expect("an expression");
        let status = move |jobs: &[&str]| {
            if jobs == ["build"] {
                Outcome::Success
            } else {
                outcome
            }
        };
        let run = Run {
            status: &status,
            ..Run::default()
        };
        expression
            .evaluate(&contexts(), &run)
            .expect("a value")
            .is_truthy()
    };
    for outcome in [Outcome::Success, Outcome::Failure, Outcome::Cancelled] {
        assert!(ask("always()", outcome));
        assert!(ask("success('build')", outcome));
        assert_eq!(ask("success()", outcome), outcome == Outcome::Success);
        assert_eq!(ask("failure()", outcome), outcome == Outcome::Failure);
        assert_eq!(ask("cancelled()", outcome), outcome == Outcome::Cancelled);
    }
}
