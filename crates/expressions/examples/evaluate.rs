//! Evaluates expressions: `evaluate CONTEXTS.json EXPRESSIONS.jsonl [PASSES]`.
//!
//! `EXPRESSIONS.jsonl` has an expression on each line, as a JSON text. Prints each with its value; with a number of
//! passes, instead, the seconds of the fastest one: of reading and evaluating, and of evaluating alone.

#![expect(clippy::print_stdout, reason = "a program prints what it found")]

use std::error::Error;
use std::time::Instant;

use lightsout_expressions::{Expression, Object, Run, Scope, Value};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, contexts, expressions, passes @ ..] = arguments.as_slice() else {
        return Err("usage: evaluate CONTEXTS.json EXPRESSIONS.jsonl [PASSES]".into());
    };
    let json: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(contexts)?)?;
    let Value::Object(contexts) = Value::from(&json) else {
        return Err("the contexts are no object".into());
    };
    let expressions = std::fs::read_to_string(expressions)?;
    let expressions: Vec<String> = expressions
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?;
    let Some(passes) = passes.first() else {
        for text in &expressions {
            println!("{text}: {}", evaluate(text, &contexts));
        }
        return Ok(());
    };
    let passes = passes.parse()?;
    let whole = fastest(passes, || {
        expressions
            .iter()
            .flat_map(|text| value(text, &contexts))
            .count()
    });
    let read = |text| Expression::parse(text, Scope::ANY);
    let trees: Vec<Expression> = expressions
        .iter()
        .map(String::as_str)
        .flat_map(read)
        .collect();
    let evaluated = fastest(passes, || {
        let value = |tree: &Expression| tree.evaluate(&contexts, &Run::default());
        trees.iter().flat_map(value).count()
    });
    println!("{whole} {evaluated}");
    Ok(())
}

/// Returns how many seconds the fastest pass took.
fn fastest(passes: u32, pass: impl Fn() -> usize) -> f64 {
    let times = (0..passes).map(|_| {
        let start = Instant::now();
        std::hint::black_box(pass());
        start.elapsed().as_secs_f64()
    });
    times.fold(f64::INFINITY, f64::min)
}

fn evaluate(text: &str, contexts: &Object) -> String {
    value(text, contexts).map_or_else(|error| error.to_string(), |value| value.text().to_string())
}

fn value(text: &str, contexts: &Object) -> Result<Value, Box<dyn Error>> {
    Ok(Expression::parse(text, Scope::ANY)?.evaluate(contexts, &Run::default())?)
}
