//! Evaluating while reading.

use std::cell::Cell;

use lightsout_expressions::{Error, EvaluateError, Outcome, Run, Scope, Value};

use crate::contexts;

fn evaluate(text: &str, run: &Run<'_>) -> Result<Value, Error> {
    lightsout_expressions::evaluate(text, Scope::ANY, &contexts(), run)
}

#[test]
fn an_operand_that_does_not_count_is_read_and_no_more() {
    let asked = Cell::new(0);
    let status = |_: &[&str]| {
        asked.set(asked.get() + 1);
        Outcome::Failure
    };
    let run = Run {
        status: &status,
        ..Run::default()
    };
    for (text, value, questions) in [
        ("false && failure()", false.into(), 0),
        ("true && failure()", true.into(), 1),
        ("'' || failure()", true.into(), 1),
        ("'a' || failure()", "a".into(), 0),
        ("false && (failure() || failure()) || 1", 1.0.into(), 0),
        ("false && failure() && failure()", false.into(), 0),
        ("true || (true && failure()) || failure()", true.into(), 0),
        ("(false && failure()) == failure()", false.into(), 1),
        ("true || fromJSON('{')", true.into(), 0),
        ("'a' && github.actor[failure()]", Value::Null, 1),
    ] {
        asked.set(0);
        assert_eq!(evaluate(text, &run), Ok(value), "{text}");
        assert_eq!(asked.get(), questions, "{text}");
    }
}

#[test]
fn a_mistake_in_the_text_goes_before_a_value_that_cannot_be() {
    let run = Run::default();
    for text in [
        "fromJSON('{') +",
        "fromJSON('{') && unknown",
        "false && 1 +",
    ] {
        let error = evaluate(text, &run).expect_err("no expression");
        assert!(matches!(error, Error::Parse(_)), "{text}: {error}");
    }
    for text in [
        "fromJSON('{') && fromJSON('[')",
        "fromJSON('{') || true",
        "!fromJSON('{')",
        "contains(fromJSON('{'), 1 && 2)",
        "true && fromJSON('{') && fromJSON('[')",
    ] {
        let error = evaluate(text, &run).expect_err("no JSON");
        let Error::Evaluate(EvaluateError::Json(why)) = error else {
            panic!("{text}: {error}")
        };
        assert!(why.contains("object"), "the first one: {why}");
    }
}
