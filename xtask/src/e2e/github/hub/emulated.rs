//! One repository of the emulator, which may hold many: everybody here knows it as `acme/site`.
//!
//! Every write is noted, so that another repository can be brought to the same state by doing all of them again. The
//! emulator numbers comments across its repositories; here each has numbers of its own, so that what was written down
//! about a comment is true in the other repository too.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Result, ensure};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::e2e::rest::Rest;

/// The first comment's number.
const FIRST: usize = 1001;

/// Something that was changed on the emulator.
#[derive(Debug, Clone)]
pub(in super::super) struct Write {
    method: String,
    path: String,
    token: String,
    body: Option<Vec<u8>>,
}

/// A repository there.
#[derive(Debug)]
pub(in super::super) struct Emulated {
    rest: Rest,
    /// Its name there, as `acme/w7`.
    name: String,
    writes: Mutex<Vec<Write>>,
    /// The emulator's numbers of the comments, in the order in which they were seen.
    comments: Mutex<Vec<u64>>,
    /// How many days older everything is shown than it is.
    older: AtomicI64,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Emulated {
    pub(in super::super) fn new(url: &str, name: &str) -> Self {
        Self {
            rest: Rest::at(url),
            name: name.to_owned(),
            writes: Mutex::default(),
            comments: Mutex::default(),
            older: AtomicI64::new(0),
        }
    }

    pub(in super::super) fn url(&self) -> &str {
        self.rest.url()
    }

    /// Shows everything as if it had happened so many days before.
    pub(in super::super) fn age(&self, days: i64) {
        self.older.store(days, Ordering::SeqCst);
    }

    pub(in super::super) fn older(&self) -> i64 {
        self.older.load(Ordering::SeqCst)
    }

    /// Makes a call and reads the JSON that comes back.
    pub(in super::super) fn call(
        &self,
        method: &str,
        path: &str,
        token: &str,
        body: Option<Vec<u8>>,
    ) -> Result<(u16, HashMap<String, String>, Value)> {
        let noted = (method != "GET").then(|| body.clone());
        let there = self.there(path);
        let (status, mut headers, mut answer) = self.rest.call(method, &there, token, body)?;
        if let Some(link) = headers.get_mut("link") {
            *link = link.replace(&self.name, "acme/site");
        }
        let of_comments = path
            .split('?')
            .next()
            .is_some_and(|path| path.contains("/issues/comments/") || path.ends_with("/comments"));
        self.here(&mut answer, of_comments);
        if let Some(body) = noted.filter(|_| status < 300) {
            locked(&self.writes).push(Write {
                method: method.to_owned(),
                path: path.to_owned(),
                token: token.to_owned(),
                body,
            });
        }
        Ok((status, headers, answer))
    }

    /// Everything that was changed so far.
    pub(in super::super) fn writes(&self) -> Vec<Write> {
        locked(&self.writes).clone()
    }

    /// Makes the same changes.
    pub(in super::super) fn repeat(&self, writes: &[Write]) -> Result<()> {
        for write in writes {
            let (method, path) = (&write.method, &write.path);
            let (status, _, said) = self.call(method, path, &write.token, write.body.clone())?;
            ensure!(status < 300, "{method} {path} again: {status} {said}");
        }
        Ok(())
    }

    /// A path as the emulator knows it.
    fn there(&self, path: &str) -> String {
        let mut path = path.replacen("acme/site", &self.name, 1);
        if let Some((before, number)) = path.split_once("/issues/comments/") {
            let nth = number.parse::<usize>().ok();
            let nth = nth.and_then(|number| number.checked_sub(FIRST));
            if let Some(id) = nth.and_then(|nth| locked(&self.comments).get(nth).copied()) {
                path = format!("{before}/issues/comments/{id}");
            }
        }
        path
    }

    /// Turns an answer of the emulator into one of this repository.
    fn here(&self, answer: &mut Value, of_comments: bool) {
        match answer {
            Value::Array(items) => items
                .iter_mut()
                .for_each(|item| self.here(item, of_comments)),
            Value::Object(fields) => {
                if of_comments && let Some(id) = fields.get("id").and_then(Value::as_u64) {
                    fields.insert("id".to_owned(), json!(self.number_of(id)));
                }
                let older = TimeDelta::days(self.older());
                for (name, value) in fields {
                    match value {
                        Value::String(text) if name.ends_with("_at") => *text = before(text, older),
                        Value::String(text) if name != "body" => {
                            *text = text.replace(&self.name, "acme/site");
                        }
                        Value::String(_) => {}
                        inner => self.here(inner, false),
                    }
                }
            }
            _ => {}
        }
    }

    fn number_of(&self, id: u64) -> usize {
        let mut comments = locked(&self.comments);
        let known = comments.iter().position(|known| *known == id);
        FIRST
            + known.unwrap_or_else(|| {
                comments.push(id);
                comments.len() - 1
            })
    }
}

/// A moment so much earlier; what is no moment stays as it is.
fn before(text: &str, older: TimeDelta) -> String {
    let Ok(at) = DateTime::parse_from_rfc3339(text) else {
        return text.to_owned();
    };
    (at.with_timezone(&Utc) - older).to_rfc3339_opts(SecondsFormat::Secs, true)
}
