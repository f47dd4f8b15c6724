//! `cargo xtask e2e guards`: every `if:` means what its guard means.
//!
//! Each guard is asked three ways about tens of thousands of payloads, made up and published by GitHub's users: its tree in
//! Rust, its text with our own evaluator of expressions, and the condition that GitHub's parser reads from the rendered file
//! with GitHub's own evaluator.

mod corpus;
mod published;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use corpus::{Case, REPOSITORY};
use lightsout_expressions::{Expression, Object, Outcome, Run, Scope};
use lightsout_taxonomy::Factory;
use lightsout_workflows::{Facts, Guard, workflows};
use serde_json::{Value, json};

use super::{node, workflows_lint};
use crate::process;

/// What is compared at least.
const LEAST_PAIRS: usize = 50_000;

/// A factory with an account that GitHub takes for a person.
const FACTORY: &str = "[factory]\nbots = [\"pebble-robot\", \"lightsout[bot]\"]\n[agent]\nkind = \"claude\"\n[[gates]]\nname = \"lint\"\nrun = \"pnpm lint\"\n";

/// The guard of a job.
struct Guarded {
    file: &'static str,
    job: &'static str,
    /// Whether it is the job that an event reaches first; the others ask what jobs before gave out.
    first: bool,
    guard: Guard,
    text: String,
}

/// Every guard of the eleven files.
fn guards(factory: &Factory) -> Vec<Guarded> {
    let mut guards = Vec::new();
    for workflow in workflows(factory) {
        for job in &workflow.jobs {
            let Some(guard) = job.guard() else { continue };
            let text = guard.to_string();
            let first = !text.contains("needs.");
            let (file, job, guard) = (workflow.file, job.id(), guard.clone());
            guards.push(Guarded {
                file,
                job,
                first,
                guard,
                text,
            });
        }
    }
    guards
}

fn factory() -> Result<Factory> {
    Factory::parse("factory.toml", FACTORY)
        .map_err(|complaints| anyhow::anyhow!("the factory is broken: {complaints:?}"))
}

/// The places of the guards that a case is for.
fn asked(guards: &[Guarded], case: &Case) -> Vec<usize> {
    let for_it = |one: &Guarded| match case.files {
        [] => !one.first,
        files => one.first && files.contains(&one.file),
    };
    (0..guards.len())
        .filter(|place| for_it(&guards[*place]))
        .collect()
}

fn contexts(case: &Case) -> Value {
    json!({
        "github": { "event_name": case.event, "event": case.payload, "repository": REPOSITORY },
        "vars": case.vars,
        "needs": case.needs,
        "inputs": {},
    })
}

/// What the tree says.
fn by_tree(guard: &Guard, case: &Case) -> bool {
    guard.admits(&Facts {
        event: case.event,
        payload: &case.payload,
        repository: REPOSITORY,
        vars: &case.vars,
        needs: &case.needs,
        steps: &Value::Null,
        success: case.success,
        cancelled: case.cancelled,
    })
}

/// What our evaluator says of the text.
fn by_text(text: &Expression, contexts: &Object, case: &Case) -> Result<bool> {
    let outcome = match (case.success, case.cancelled) {
        (_, true) => Outcome::Cancelled,
        (true, _) => Outcome::Success,
        (false, _) => Outcome::Failure,
    };
    let status = |_: &[&str]| outcome;
    let run = Run {
        status: &status,
        ..Run::default()
    };
    Ok(text.evaluate(contexts, &run)?.is_truthy())
}

fn object(contexts: &Value) -> Object {
    let mut object = Object::new();
    for (name, value) in contexts.as_object().into_iter().flatten() {
        object.add(name, value);
    }
    object
}

/// What came of a comparison.
#[derive(Debug, Default)]
struct Compared {
    pairs: usize,
    admitted: usize,
    differences: Vec<String>,
}

/// Compares trees with texts, by our own evaluator; `texts` are those of the guards, or others in their place.
fn compare(guards: &[Guarded], texts: &[String], cases: &[Case]) -> Result<Compared> {
    let parse = |text: &String| Expression::parse_condition(text, Scope::JOB_IF);
    let parsed: Vec<Expression> = texts.iter().map(parse).collect::<Result<_, _>>()?;
    let mut compared = Compared::default();
    for case in cases {
        let contexts = object(&contexts(case));
        for place in asked(guards, case) {
            let one = &guards[place];
            let tree = by_tree(&one.guard, case);
            let text = by_text(&parsed[place], &contexts, case)?;
            compared.note(one, case, tree, text);
        }
    }
    Ok(compared)
}

impl Compared {
    fn note(&mut self, one: &Guarded, case: &Case, tree: bool, other: bool) {
        self.pairs += 1;
        self.admitted += usize::from(tree);
        if tree != other {
            let Case {
                event,
                payload,
                vars,
                needs,
                ..
            } = case;
            self.differences.push(format!(
                "{} {}: the tree says {tree}, the text {other}, of {event} {payload} {vars} {needs}",
                one.file, one.job
            ));
        }
    }

    fn report(&self, who: &str) -> Result<()> {
        for difference in self.differences.iter().take(10) {
            println!("{difference}");
        }
        println!(
            "guards: {} pairs of a guard and a payload by {who}, {} admitted, {} differences",
            self.pairs,
            self.admitted,
            self.differences.len()
        );
        ensure!(
            self.differences.is_empty(),
            "guards mean something else to {who}"
        );
        ensure!(self.pairs >= LEAST_PAIRS, "only {} pairs", self.pairs);
        Ok(())
    }
}

/// Slips that people make in guards: what is replaced, and by what.
const PLANTED: [(&str, &str); 4] = [
    (
        "contains(github.event.issue.labels.*.name, 'cms-bot-waiting')",
        "contains(join(github.event.issue.labels.*.name), 'cms-bot-waiting')",
    ),
    (" && github.event.sender.type != 'Bot'", ""),
    ("vars.CMS_BOT_ENABLED == 'true'", "vars.CMS_BOT_ENABLED"),
    ("always() && ", "success() && "),
];

/// Puts a slip into every text that has a place for it.
fn planted(texts: &[String], (right, wrong): (&str, &str)) -> Vec<String> {
    texts
        .iter()
        .map(|text| text.replace(right, wrong))
        .collect()
}

/// Runs the check.
pub(crate) fn run() -> Result<()> {
    let factory = factory()?;
    let guards = guards(&factory);
    let texts: Vec<String> = guards.iter().map(|one| one.text.clone()).collect();
    let node = node::install()?;
    let mut cases = corpus::cases(&factory);
    cases.extend(published::cases(&node, &corpus::labels(&factory))?);
    compare(&guards, &texts, &cases)?.report("our evaluator")?;

    let folder = tempfile::tempdir()?;
    let conditions = conditions(&node, folder.path())?;
    let read = |one: &Guarded| {
        conditions
            .get(&(one.file.to_owned(), one.job.to_owned()))
            .cloned()
    };
    let theirs: Option<Vec<String>> = guards.iter().map(read).collect();
    let theirs = theirs.context("GitHub's parser misses a job")?;
    ask(&guards, &theirs, &cases, &node, folder.path())?.report("GitHub's own")?;

    for slip in PLANTED {
        let found = ask(
            &guards,
            &planted(&theirs, slip),
            &cases,
            &node,
            folder.path(),
        )?;
        let many = found.differences.len();
        ensure!(
            many > 0,
            "nobody sees `{}` in the place of `{}`",
            slip.1,
            slip.0
        );
        println!(
            "guards: planted `{}` for `{}`: {many} differences",
            slip.1, slip.0
        );
    }
    Ok(())
}

/// What GitHub's parser reads as the conditions of the jobs whose guards are proved here.
pub(super) fn conditions(node: &Path, folder: &Path) -> Result<Conditions> {
    workflows_lint::conditions(node, folder, &factory()?)
}

/// Puts conditions to GitHub's evaluator, and compares with the trees.
fn ask(
    guards: &[Guarded],
    texts: &[String],
    cases: &[Case],
    node: &Path,
    folder: &Path,
) -> Result<Compared> {
    let mut lines = vec![json!(texts).to_string()];
    for case in cases {
        let line = json!({
            "guards": asked(guards, case),
            "contexts": contexts(case),
            "success": case.success,
            "cancelled": case.cancelled,
        });
        lines.push(line.to_string());
    }
    let file = folder.join("cases.jsonl");
    std::fs::write(&file, lines.join("\n"))?;
    let answer = process::read(
        Command::new("node")
            .current_dir(node)
            .arg("guards.mjs")
            .arg(&file),
    )?;
    let answers: Vec<&str> = answer.trim_end_matches('\n').split('\n').collect();
    ensure!(
        answers.len() == cases.len(),
        "{} answers for {} cases",
        answers.len(),
        cases.len()
    );
    let mut compared = Compared::default();
    for (case, answer) in cases.iter().zip(answers) {
        let places = asked(guards, case);
        ensure!(
            answer.len() == places.len(),
            "an answer is missing: `{answer}`"
        );
        for (place, letter) in places.into_iter().zip(answer.chars()) {
            let one = &guards[place];
            ensure!(letter != 'e', "{} {} has no value", one.file, one.job);
            compared.note(one, case, by_tree(&one.guard, case), letter == '1');
        }
    }
    Ok(compared)
}

/// The conditions of all jobs, by file and job.
pub(super) type Conditions = BTreeMap<(String, String), String>;

#[cfg(test)]
mod tests {
    use super::*;

    /// A part of the cases, which takes no time; `cargo xtask e2e guards` asks about all of them.
    fn some() -> (Vec<Guarded>, Vec<String>, Vec<Case>) {
        let factory = factory().expect("a factory");
        let guards = guards(&factory);
        let texts = guards.iter().map(|one| one.text.clone()).collect();
        let cases = corpus::cases(&factory).into_iter().step_by(7).collect();
        (guards, texts, cases)
    }

    #[test]
    fn a_published_payload_is_put_to_every_file() {
        let factory = factory().expect("a factory");
        let files: Vec<_> = workflows(&factory).iter().map(|one| one.file).collect();
        assert_eq!(files, corpus::EVERY);
    }

    #[test]
    fn every_text_means_what_its_tree_means() {
        let (guards, texts, cases) = some();
        let compared = compare(&guards, &texts, &cases).expect("values");
        assert_eq!(compared.differences, Vec::<String>::new());
        assert!(compared.pairs > LEAST_PAIRS / 7, "{}", compared.pairs);
        assert!(
            compared.admitted > compared.pairs / 20,
            "{}",
            compared.admitted
        );
    }

    #[test]
    fn planted_differences_are_found() {
        let (guards, texts, cases) = some();
        for slip in PLANTED {
            let wrong = planted(&texts, slip);
            assert_ne!(wrong, texts, "{slip:?} has no place");
            let found = compare(&guards, &wrong, &cases).expect("values");
            assert!(!found.differences.is_empty(), "{slip:?}");
        }
    }
}
