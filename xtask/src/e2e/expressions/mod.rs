//! `cargo xtask e2e expressions`: the expressions of workflows against GitHub's own evaluator.

mod corpus;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail, ensure};
use lightsout_expressions::{Error, Expression, Object, Run, Scope, Value};
use serde_json::{Value as Json, json};

use super::node;
use crate::process;

/// How many whole expressions and how many mixtures of words are made, besides every pair of values.
const TREES: usize = 30_000;
const SOUPS: usize = 10_000;

/// The files that both sides read.
pub(crate) struct Corpus {
    folder: tempfile::TempDir,
    expressions: Vec<String>,
}

impl Corpus {
    /// Makes the expressions and writes the files.
    pub(crate) fn write() -> Result<Self> {
        Self::of(corpus::make(TREES, SOUPS, 1))
    }

    fn of(expressions: Vec<String>) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let corpus = Self {
            folder,
            expressions,
        };
        let lines: Vec<String> = corpus
            .expressions
            .iter()
            .map(|text| json!(text).to_string())
            .collect();
        std::fs::write(corpus.file(), lines.join("\n"))?;
        std::fs::write(corpus.contexts(), corpus::contexts().to_string())?;
        Ok(corpus)
    }

    /// Returns the file of the contexts.
    pub(crate) fn contexts(&self) -> PathBuf {
        self.folder.path().join("contexts.json")
    }

    /// Returns the file of the expressions.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("expressions.jsonl")
    }

    /// Returns how many there are.
    pub(crate) fn len(&self) -> usize {
        self.expressions.len()
    }

    /// Returns the command that puts them to GitHub's evaluator.
    pub(crate) fn theirs(&self, node: &Path) -> Command {
        let mut command = Command::new("node");
        command
            .current_dir(node)
            .arg("evaluate.mjs")
            .args([self.contexts(), self.file()]);
        command
    }
}

/// Puts the expressions to GitHub's evaluator, and returns the result of each.
fn ask(corpus: &Corpus, node: &Path) -> Result<Vec<Json>> {
    let text = process::read(&mut corpus.theirs(node))?;
    let results: Vec<Json> = text
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?;
    let (found, wanted) = (results.len(), corpus.len());
    ensure!(found == wanted, "{found} results for {wanted} expressions");
    Ok(results)
}

/// Runs the check.
pub(crate) fn run() -> Result<()> {
    let corpus = Corpus::write()?;
    let node = node::install()?;
    let theirs = ask(&corpus, &node)?;
    let Value::Object(contexts) = Value::from(&corpus::contexts()) else {
        bail!("the contexts are no object");
    };
    let mut complaints = Vec::new();
    let mut values = 0;
    for (text, theirs) in corpus.expressions.iter().zip(&theirs) {
        values += usize::from(theirs.get("value").is_some());
        complaints.extend(difference(text, theirs, &contexts));
    }
    for complaint in complaints.iter().take(20) {
        println!("{complaint}");
    }
    println!(
        "expressions: {} compared, {values} with a value, {} differences",
        corpus.len(),
        complaints.len()
    );
    ensure!(
        complaints.is_empty(),
        "{} expressions mean something else here",
        complaints.len()
    );
    known_differences(&node, &contexts)
}

/// Says how our result differs from theirs.
fn difference(text: &str, theirs: &Json, contexts: &Object) -> Option<String> {
    let (in_two, at_once) = evaluate(text, contexts);
    if in_two != at_once {
        return Some(format!(
            "{text:?}: read first {in_two:?}, while it is read {at_once:?}"
        ));
    }
    let same = match (&in_two, theirs.get("value")) {
        (Ok(ours), Some(theirs)) => shown(ours) == *theirs,
        (Err(_), None) => true,
        _ => false,
    };
    let ours = in_two.map(|ours| shown(&ours));
    (!same).then(|| format!("{text:?}: ours {ours:?}, theirs {theirs}"))
}

/// Evaluates a text after it was read, and while it is read.
fn evaluate(text: &str, contexts: &Object) -> (Result<Value, Error>, Result<Value, Error>) {
    let run = Run::default();
    let in_two = Expression::parse(text, Scope::ANY).map_err(Error::from);
    let in_two = in_two.and_then(|expression| Ok(expression.evaluate(contexts, &run)?));
    let at_once = lightsout_expressions::evaluate(text, Scope::ANY, contexts, &run);
    (in_two, at_once)
}

/// Writes a value as `evaluate.mjs` does.
fn shown(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(value) => json!(value),
        Value::Number(number) => json!({ "n": number_text(*number) }),
        Value::String(text) => json!(**text),
        Value::Array(array) => array.items().iter().map(shown).collect(),
        Value::Object(object) => {
            let pairs: Vec<Json> = object
                .entries()
                .map(|(name, value)| json!([name, shown(value)]))
                .collect();
            json!({ "o": pairs })
        }
    }
}

/// Writes a number in full; JSON has no word for those that are not finite.
fn number_text(number: f64) -> String {
    if number.is_finite() && number.fract() == 0.0 && number.abs() < 1e15 {
        // `-0` is `0` there.
        return format!("{}", number + 0.0);
    }
    Value::Number(number).text().to_string()
}

/// Sees that the differences which the documentation lists are still there: one that is gone needs no mention.
fn known_differences(node: &Path, contexts: &Object) -> Result<()> {
    const KNOWN: &[&str] = &[
        "'a''b''c'",
        "fromJSON('{\"constructor\": 1}').constructor",
        "toJSON(fromJSON('{\"b\": 1, \"1\": 2}'))",
        "fromJSON('1e999')",
    ];
    let corpus = Corpus::of(KNOWN.iter().map(|text| (*text).to_owned()).collect())?;
    for (text, theirs) in KNOWN.iter().zip(ask(&corpus, node)?) {
        ensure!(
            difference(text, &theirs, contexts).is_some(),
            "{text}: listed as a difference, and is none any more"
        );
    }
    println!(
        "expressions: {} differences are known and documented",
        KNOWN.len()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contexts() -> Object {
        let mut contexts = Object::new();
        for (name, value) in corpus::contexts().as_object().expect("an object") {
            contexts.add(name, value);
        }
        contexts
    }

    #[test]
    fn a_difference_is_seen() {
        let compare = |text: &str, theirs: Json| difference(text, &theirs, &contexts());
        assert_eq!(compare("1 == '1'", json!({"value": true})), None);
        assert!(compare("1 == '1'", json!({"value": false})).is_some());
        assert!(compare("1 == '1'", json!({"error": "no"})).is_some());
        assert!(compare("1 ==", json!({"value": true})).is_some());
        assert_eq!(compare("1 ==", json!({"error": "no"})), None);
    }

    #[test]
    fn there_are_more_than_twenty_thousand_and_most_have_a_value() {
        let expressions = corpus::make(TREES, SOUPS, 1);
        assert!(expressions.len() > 20_000, "{}", expressions.len());
        assert_eq!(expressions, corpus::make(TREES, SOUPS, 1));
        let contexts = contexts();
        let sample = expressions.iter().step_by(50);
        let good = sample
            .clone()
            .filter(|text| evaluate(text, &contexts).0.is_ok())
            .count();
        assert!(good * 2 > sample.count(), "{good}");
    }
}
