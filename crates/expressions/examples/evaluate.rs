//! Evaluates expressions: `evaluate CONTEXTS.json EXPRESSIONS.jsonl [PASSES]`.
//!
//! `EXPRESSIONS.jsonl` has an expression on each line, as a JSON text. Prints each with its value; with a number of
//! passes, instead, how many seconds a pass over all of them takes (the median): of reading alone, of evaluating those
//! that were read, and of getting from each text to its value. That is the processor's time or the clock's, whichever is less: other programs
//! make the clock's longer.

#![expect(clippy::print_stdout, reason = "a program prints what it found")]

use std::error::Error;
use std::time::{Duration, Instant};

use lightsout_expressions::{Expression, Object, Run, Scope, Value, evaluate};
use rustix::time::{ClockId, clock_gettime};

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
            println!("{text}: {}", shown(text, &contexts));
        }
        return Ok(());
    };
    let passes = passes.parse()?;
    let read = |text| Expression::parse(text, Scope::ANY);
    let texts = || expressions.iter().map(String::as_str);
    let trees: Vec<Expression> = texts().flat_map(read).collect();
    let value = |tree: &Expression| tree.evaluate(&contexts, &Run::default());
    let reading = median(passes, || texts().flat_map(read).count());
    let evaluating = median(passes, || trees.iter().flat_map(value).count());
    let at_once = |text| evaluate(text, Scope::ANY, &contexts, &Run::default());
    let both = median(passes, || texts().flat_map(at_once).count());
    println!("{reading} {evaluating} {both}");
    Ok(())
}

/// Returns how many seconds a pass takes.
fn median(passes: usize, pass: impl Fn() -> usize) -> f64 {
    let times = (0..passes).map(|_| {
        let (clock, processor) = (Instant::now(), processor());
        std::hint::black_box(pass());
        let processor = self::processor() - processor;
        clock.elapsed().as_secs_f64().min(processor)
    });
    let mut times: Vec<f64> = times.collect();
    times.sort_by(f64::total_cmp);
    times.get(passes / 2).copied().unwrap_or(f64::NAN)
}

/// Returns how many seconds the processor has worked for this program.
fn processor() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), 0).as_secs_f64()
        + Duration::from_nanos(time.tv_nsec.unsigned_abs()).as_secs_f64()
}

fn shown(text: &str, contexts: &Object) -> String {
    evaluate(text, Scope::ANY, contexts, &Run::default())
        .map_or_else(|error| error.to_string(), |value| value.text().to_string())
}
