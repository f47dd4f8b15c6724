//! Reads any text as an expression, a text with expressions in it and an `if:`: what is read is written as a text that is
//! read as the same, has the same value each time and while it is read, and what is refused names a place in the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lightsout_expressions::{Error, Expression, Object, Run, Scope, evaluate};

fuzz_target!(|text: &str| {
    let github = serde_json::json!({
        "actor": "Ada",
        "event": { "labels": [{ "name": "ı" }, { "id": 1.5, "tags": ["a", []] }, null], "body": text },
    });
    let mut contexts = Object::new();
    contexts.add("github", &github);
    let run = Run::default();
    let in_two = Expression::parse(text, Scope::ANY).map_err(Error::from);
    let in_two = in_two.and_then(|read| Ok(read.evaluate(&contexts, &run)?));
    assert_eq!(evaluate(text, Scope::ANY, &contexts, &run), in_two);
    for read in [
        Expression::parse(text, Scope::ANY),
        Expression::parse_template(text, Scope::ANY),
        Expression::parse_condition(text, Scope::ANY),
    ] {
        match read {
            Ok(expression) => {
                let written = expression.to_string();
                // What is written may be longer than an expression may be.
                if let Ok(again) = Expression::parse(&written, Scope::ANY) {
                    assert_eq!(again.to_string(), written);
                    assert_eq!(
                        again.evaluate(&contexts, &run).is_ok(),
                        expression.evaluate(&contexts, &run).is_ok()
                    );
                }
            }
            Err(error) => assert!(text.is_char_boundary(error.offset), "{error}"),
        }
    }
});
