//! What expressions mean, what is refused, and what holds for all of them.

mod direct;
mod hash_files;
mod language;
mod properties;
mod refused;
mod templates;

use lightsout_expressions::{Error, EvaluateError, Expression, Object, Run, Scope, Value};

/// Evaluates an expression with `github` as in these tests, both once it is read and while it is read.
fn evaluate(text: &str) -> Result<Value, EvaluateError> {
    let (contexts, run) = (contexts(), Run::default());
    let expression =
        Expression::parse(text, Scope::ANY).unwrap_or_else(|error| panic!("{text}: {error}"));
    let result = expression.evaluate(&contexts, &run);
    let at_once = lightsout_expressions::evaluate(text, Scope::ANY, &contexts, &run);
    assert_eq!(at_once, result.clone().map_err(Error::from), "{text}");
    result
}

fn contexts() -> Object {
    let github = serde_json::json!({
        "actor": "Ada",
        "event": {
            "action": "labeled",
            "number": 7,
            "issue": {
                "labels": [
                    { "name": "cms-faq", "id": 1 },
                    { "name": "Bug", "tags": ["a", "b"] },
                    "no object",
                    { "id": 3 },
                ],
                "body": null,
                "draft": false,
            },
        },
    });
    let mut contexts = Object::new();
    contexts.add("github", &github);
    contexts
}
