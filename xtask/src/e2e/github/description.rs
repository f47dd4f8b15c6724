//! GitHub's own description of its REST API, as a judge of requests and answers.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use jsonschema::{Registry, Validator};
use serde_json::{Value, json};

/// The name under which the description's own references find it.
const NAME: &str = "https://example.com/github";

/// The description, ready to judge.
pub(super) struct Description {
    whole: Value,
    registry: Registry<'static>,
}

/// An operation: its path as the description writes it, and its method in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Operation {
    pub(super) path: String,
    pub(super) method: String,
}

impl Description {
    pub(super) fn load(file: &Path) -> Result<Self> {
        let mut whole: Value = serde_json::from_slice(&fs::read(file)?)?;
        nullable(&mut whole);
        let registry = Registry::new()
            .add(NAME, whole.clone())
            .context("reading the description")?
            .prepare()
            .context("reading the description")?;
        Ok(Self { whole, registry })
    }

    /// Finds the operation of a request; literal parts of a path come before its values.
    pub(super) fn operation(&self, method: &str, path: &str) -> Option<Operation> {
        let path = path.split('?').next().unwrap_or_default();
        let parts: Vec<&str> = path.split('/').collect();
        let method = method.to_lowercase();
        let mut best: Option<(usize, &String)> = None;
        for (template, operations) in self.whole["paths"].as_object()? {
            let wanted: Vec<&str> = template.split('/').collect();
            let is_value = |part: &str| part.starts_with('{');
            // The name of a reference holds slashes, and stands last.
            let spans = wanted.last() == Some(&"{ref}") && wanted.len() < parts.len();
            let fits = (wanted.len() == parts.len() || spans)
                && wanted
                    .iter()
                    .zip(&parts)
                    .all(|(w, p)| is_value(w) || w == p)
                && operations.get(&method).is_some();
            let literal = wanted.iter().filter(|part| !is_value(part)).count();
            if fits && best.is_none_or(|(known, _)| literal > known) {
                best = Some((literal, template));
            }
        }
        let path = best?.1.clone();
        Some(Operation { path, method })
    }

    /// Judges a request; says what is wrong with it.
    pub(super) fn request(&self, operation: &Operation, path: &str, body: &[u8]) -> Result<()> {
        let described = &self.whole["paths"][&operation.path][&operation.method];
        self.query(operation, path)?;
        let pointer = format!(
            "/paths/{}/{}/requestBody",
            escaped(&operation.path),
            operation.method
        );
        let schema = described["requestBody"]["content"]["application/json"].get("schema");
        match (schema, body) {
            (None, []) => Ok(()),
            (None, _) => anyhow::bail!("{operation:?} takes no body"),
            (Some(_), []) => {
                let needed = described["requestBody"]["required"] == true;
                ensure!(!needed, "{operation:?} needs a body");
                Ok(())
            }
            (Some(schema), body) => {
                let body: Value = serde_json::from_slice(body).context("the body is no JSON")?;
                // A field that nobody describes is one that GitHub passes over in silence.
                if let (Some(known), Some(sent)) =
                    (schema["properties"].as_object(), body.as_object())
                {
                    for name in sent.keys() {
                        ensure!(known.contains_key(name), "{operation:?} knows no `{name}`");
                    }
                }
                let at = format!("{pointer}/content/application~1json/schema");
                judge(&self.validator(&at)?, &body)
            }
        }
    }

    /// Looks whether each name in a query is one that the operation knows.
    fn query(&self, operation: &Operation, path: &str) -> Result<()> {
        let described = &self.whole["paths"][&operation.path][&operation.method];
        let known: Vec<&str> = described["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|parameter| match parameter["$ref"].as_str() {
                Some(to) => self.whole.pointer(to.trim_start_matches('#'))?["name"].as_str(),
                None => parameter["name"].as_str(),
            })
            .collect();
        let query = path.split_once('?').map_or("", |(_, query)| query);
        for name in query.split('&').filter_map(|pair| pair.split('=').next()) {
            ensure!(
                name.is_empty() || known.contains(&name),
                "{operation:?} knows no `{name}`"
            );
        }
        Ok(())
    }

    /// Judges an answer; says what is wrong with it.
    pub(super) fn answer(&self, operation: &Operation, status: u16, body: &[u8]) -> Result<()> {
        let Some(validator) = self.answers(operation, status)? else {
            ensure!(
                body.is_empty() || status >= 300,
                "{operation:?} answers {status} without a body"
            );
            return Ok(());
        };
        let body: Value = serde_json::from_slice(body).context("the body is no JSON")?;
        judge(&validator, &body)
    }

    /// What judges the bodies of an operation's answers with a status; nothing where there is no body to judge.
    pub(super) fn answers(&self, operation: &Operation, status: u16) -> Result<Option<Validator>> {
        let at = format!(
            "/paths/{}/{}/responses/{status}",
            escaped(&operation.path),
            operation.method
        );
        let described = self.whole.pointer(&at);
        let described =
            described.with_context(|| format!("{operation:?} never answers {status}"))?;
        let at = match described["$ref"].as_str() {
            Some(to) => to.trim_start_matches('#').to_owned(),
            None => at,
        };
        let described = self
            .whole
            .pointer(&at)
            .context("a reference leads nowhere")?;
        if described["content"]["application/json"]["schema"].is_null() {
            return Ok(None);
        }
        let at = format!("{at}/content/application~1json/schema");
        self.validator(&at).map(Some)
    }

    fn validator(&self, pointer: &str) -> Result<Validator> {
        let schema = json!({ "$ref": format!("{NAME}#{}", pointer.replace('{', "%7B").replace('}', "%7D")) });
        jsonschema::options()
            .with_registry(&self.registry)
            .build(&schema)
            .map_err(|error| anyhow::anyhow!("{pointer}: {error}"))
    }

    /// Plants wrong requests and answers, and sees each of them caught.
    pub(super) fn catches_what_is_wrong(&self) -> Result<()> {
        let find = |method: &str, path: &str| self.operation(method, path).context("an operation");
        let comment = find("POST", "/repos/a/b/issues/1/comments")?;
        ensure!(
            comment.path.ends_with("/issues/{issue_number}/comments"),
            "{comment:?}"
        );
        self.request(&comment, "", br#"{"body": "x"}"#)?;
        let merge = find("PUT", "/repos/a/b/pulls/1/merge")?;
        let pulls = find("GET", "/repos/a/b/pulls")?;
        self.request(&pulls, "/x?state=open&per_page=100", b"")?;
        let status = find("POST", "/repos/a/b/statuses/abc")?;
        let caught = [
            self.request(&comment, "", br#"{"text": "x"}"#),
            self.request(&comment, "", b""),
            self.request(&comment, "", br#"{"body": 7}"#),
            self.request(&merge, "", br#"{"merge_method": "squish"}"#),
            self.request(&pulls, "/x?pages=2", b""),
            self.request(&status, "", br#"{"state": "green"}"#),
            self.answer(
                &merge,
                200,
                br#"{"sha": 7, "merged": true, "message": "x"}"#,
            ),
            self.answer(&merge, 299, b"{}"),
            self.answer(&pulls, 200, br#"[{"number": "one"}]"#),
        ];
        for (number, caught) in caught.iter().enumerate() {
            ensure!(
                caught.is_err(),
                "the planted mistake {number} was not caught"
            );
        }
        self.answer(
            &merge,
            200,
            br#"{"sha": "a", "merged": true, "message": "x"}"#,
        )?;
        ensure!(self.operation("POST", "/repos/a/b/nothing").is_none());
        println!("description: {} planted mistakes were caught", caught.len());
        Ok(())
    }
}

/// Says what is wrong with a body.
pub(super) fn judge(validator: &Validator, value: &Value) -> Result<()> {
    if let Some(error) = validator.iter_errors(value).next() {
        let said: String = error.to_string().chars().take(300).collect();
        anyhow::bail!("at `{}`: {said}", error.instance_path());
    }
    Ok(())
}

fn escaped(path: &str) -> String {
    path.replace('~', "~0").replace('/', "~1")
}

/// Says `nullable` as JSON Schema does.
fn nullable(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(nullable),
        Value::Object(fields) => {
            fields.values_mut().for_each(nullable);
            if fields.remove("nullable") == Some(Value::Bool(true)) {
                let inner = Value::Object(std::mem::take(fields));
                fields.insert("anyOf".to_owned(), json!([inner, { "type": "null" }]));
            }
        }
        _ => {}
    }
}

/// What was judged in a run.
#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) requests: BTreeMap<String, u32>,
    pub(super) faked: BTreeMap<String, u32>,
    /// Answers of the emulator: how many there were, and how many are not as GitHub writes them.
    pub(super) emulated: BTreeMap<String, (u32, u32)>,
    pub(super) wrong: Vec<String>,
}

impl Book {
    pub(super) fn print(&self) {
        let sum = |counts: &BTreeMap<String, u32>| counts.values().sum::<u32>();
        println!(
            "requests: {} of {} routes are as GitHub describes them",
            sum(&self.requests),
            self.requests.len()
        );
        println!(
            "faked answers: {} of {} routes are as GitHub describes them",
            sum(&self.faked),
            self.faked.len()
        );
        let (all, odd) = self
            .emulated
            .values()
            .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        println!(
            "emulator: {all} answers of {} routes, {odd} of them not as GitHub describes",
            self.emulated.len()
        );
    }
}
