//! What stands before our own GitHub, and judges every answer of it by GitHub's description.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result, bail, ensure};
use lightsout_testkit::{Asked, Reply};
use serde_json::{Value, json};

use super::description::{Description, Operation, judge};
use crate::e2e::rest::Rest;

/// The judge, with what it has seen.
pub(super) struct Judge {
    pub(super) description: Arc<Description>,
    pub(super) server: Rest,
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    /// How many answers there were, by operation and status.
    judged: BTreeMap<String, u32>,
    wrong: Vec<String>,
    /// Operations whose answers were broken on purpose, how often that was caught, and how often not.
    broken: BTreeSet<String>,
    caught: u32,
    passed: u32,
}

impl Judge {
    pub(super) fn new(description: &Arc<Description>, url: &str) -> Self {
        Self {
            description: Arc::clone(description),
            server: Rest::at(url),
            book: Mutex::default(),
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Passes a request on, and judges what comes back.
    pub(super) fn answer(&self, asked: &Asked) -> Reply {
        let forwarded = self.server.forward(asked);
        let judged = forwarded.and_then(|reply| {
            if let Reply::Answer { status, body, .. } = &reply {
                self.judge(asked, *status, body)?;
            }
            Ok(reply)
        });
        judged.unwrap_or_else(|error| {
            let line = format!("{}: {error:#}", asked.line());
            self.book().wrong.push(line);
            Reply::json(500, &json!({ "message": format!("{error:#}") }))
        })
    }

    fn judge(&self, asked: &Asked, status: u16, body: &[u8]) -> Result<()> {
        let is_api = ["/repos/", "/user", "/rate_limit"];
        if !is_api.iter().any(|start| asked.path.starts_with(start)) || status == 304 {
            return Ok(());
        }
        let Some(operation) = self.description.operation(&asked.method, &asked.path) else {
            let said: Value = serde_json::from_slice(body).unwrap_or_default();
            let said = said["message"].as_str().unwrap_or_default();
            ensure!(
                status == 404 && said.starts_with("Not rehearsed here"),
                "it is answered, and GitHub describes no such operation"
            );
            return Ok(());
        };
        if status < 400 {
            self.description
                .request(&operation, &asked.path, &asked.body)?;
        }
        match self.description.answers(&operation, status) {
            Ok(_) => self.description.answer(&operation, status, body)?,
            // Whatever is not described of an operation is described of all of them.
            Err(_) if (400..500).contains(&status) => is_error(body)?,
            Err(error) => return Err(error),
        }
        let name = format!("{} {}", asked.method, operation.path);
        *self
            .book()
            .judged
            .entry(format!("{name} {status}"))
            .or_default() += 1;
        if status < 300 && self.book().broken.insert(name) {
            self.break_it(&operation, status, body)?;
        }
        Ok(())
    }

    /// Takes each field of an answer away, and puts something else in its place: mistakes that are to be caught.
    fn break_it(&self, operation: &Operation, status: u16, body: &[u8]) -> Result<()> {
        let Some(validator) = self.description.answers(operation, status)? else {
            return Ok(());
        };
        let body: Value = serde_json::from_slice(body)?;
        let at = if body.is_array() { "/0" } else { "" };
        let Some(Value::Object(fields)) = body.pointer(at) else {
            return Ok(());
        };
        let (mut caught, mut passed) = (0, 0);
        for name in fields.keys() {
            for planted in [None, Some(json!({ "planted": [7] }))] {
                let mut broken = body.clone();
                let Some(Value::Object(fields)) = broken.pointer_mut(at) else {
                    bail!("an answer changes while it is looked at");
                };
                match planted {
                    None => fields.shift_remove(name),
                    Some(planted) => fields.insert(name.clone(), planted),
                };
                match judge(&validator, &broken) {
                    Err(_) => caught += 1,
                    Ok(()) => passed += 1,
                }
            }
        }
        ensure!(
            caught > 0 || fields.is_empty(),
            "of {operation:?} no mistake is caught"
        );
        let mut book = self.book();
        book.caught += caught;
        book.passed += passed;
        Ok(())
    }

    /// Says what was seen; an error when anything was wrong.
    pub(super) fn finish(&self) -> Result<()> {
        let book = self.book();
        for wrong in &book.wrong {
            println!("wrong: {wrong}");
        }
        println!(
            "answers: {} of {} kinds are as GitHub describes them",
            book.judged.values().sum::<u32>(),
            book.judged.len()
        );
        println!(
            "planted mistakes: {} were caught; {} are allowed by the description",
            book.caught, book.passed
        );
        ensure!(book.caught > 100, "hardly any mistake was planted");
        ensure!(
            book.wrong.is_empty(),
            "{} answers are not as GitHub describes them",
            book.wrong.len()
        );
        Ok(())
    }
}

fn is_error(body: &[u8]) -> Result<()> {
    let body: Value = serde_json::from_slice(body).context("an error is no JSON")?;
    ensure!(
        body["message"].is_string() && body["documentation_url"].is_string(),
        "an error has another form: {body}"
    );
    Ok(())
}
