//! How long it takes to read and check a request.
//!
//! ```sh
//! cargo bench -p lightsout-taxonomy
//! ```
//!
//! Prints microseconds for a body, and bodies per second, for typical requests and for the longest GitHub stores. What is
//! counted is what this thread computed, so that other work on the machine hardly changes it.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::hint::black_box;
use std::time::Duration;

use lightsout_taxonomy::{Factory, Value, filled_form, read};

/// How long each measurement runs.
const BUDGET: Duration = Duration::from_millis(500);

/// Returns what this thread has computed so far.
fn spent() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

fn main() {
    let factory = Factory::builtin();
    println!(
        "{:<34} {:>9} {:>12} {:>14}",
        "body", "bytes", "µs", "bodies/s"
    );
    for (label, body) in bodies(&factory) {
        let Some(kind) = factory.request_type(&label) else {
            continue;
        };
        let mut runs = 0_u32;
        let begin = spent();
        while spent().saturating_sub(begin) < BUDGET {
            black_box(read(&factory, kind, "A title", black_box(&body), &[]));
            runs += 1;
        }
        let each = spent().saturating_sub(begin).as_secs_f64() / f64::from(runs);
        println!(
            "{label:<34} {:>9} {:>12.1} {:>14.0}",
            body.len(),
            each * 1e6,
            1.0 / each
        );
    }
    let begin = spent();
    let mut runs = 0_u32;
    while spent().saturating_sub(begin) < BUDGET {
        black_box(Factory::builtin());
        runs += 1;
    }
    println!(
        "reading the built-in factory: {:.1} µs",
        spent().saturating_sub(begin).as_secs_f64() / f64::from(runs) * 1e6
    );
}

/// One filled form of each type, and an article as long as GitHub stores.
fn bodies(factory: &Factory) -> Vec<(String, String)> {
    let mut bodies = Vec::new();
    for kind in &factory.types {
        let empty = filled_form(kind, &lightsout_taxonomy::Fields::new());
        let filled = kind.fields.iter().fold(empty, |body, field| {
            let heading = format!("### {}\n\n_No response_", field.label);
            body.replace(
                &heading,
                &format!("### {}\n\n{}", field.label, field.example),
            )
        });
        bodies.push((kind.label.clone(), filled));
    }
    if let Some(kind) = factory.request_type("cms-insight") {
        let fact = "In January 2024 Ines moved 63 services from Jenkins to GitHub Actions, and slept badly. ";
        let article = fact.repeat(65_000 / fact.len());
        let fields = [
            ("title", "T"),
            ("author", "A"),
            ("authorRole", "R"),
            ("body", &article),
        ];
        let fields = fields.map(|(key, text)| (key, Value::from(text)));
        bodies.push((
            kind.label.clone(),
            filled_form(kind, &fields.into_iter().collect()),
        ));
    }
    bodies
}
