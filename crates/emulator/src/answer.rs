//! What is answered: JSON, with the words GitHub has for what went wrong.

use hyper::body::Bytes;
use lightsout_forge::ForgeError;
use lightsout_local::LocalError;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::ask::Ask;

const DOCUMENTATION: &str = "https://docs.github.com/rest";

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
}

/// An answer, or the answer that there is none.
pub(crate) type Answered = Result<Answer, Answer>;

impl Answer {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/json; charset=utf-8".to_owned())],
            body: body.to_string().into(),
        }
    }

    pub(crate) fn ok(body: &Value) -> Self {
        Self::json(200, body)
    }

    pub(crate) fn created(body: &Value) -> Self {
        let answer = Self::json(201, body);
        match body["url"].as_str() {
            Some(url) => answer.with("location", url),
            None => answer,
        }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    /// What went wrong, in GitHub's form.
    pub(crate) fn said(status: u16, message: &str) -> Self {
        Self::json(
            status,
            &json!({ "message": message, "documentation_url": DOCUMENTATION, "status": status.to_string() }),
        )
    }

    pub(crate) fn not_found() -> Self {
        Self::said(404, "Not Found")
    }

    /// A field that cannot be so.
    pub(crate) fn invalid(resource: &str, field: &str, code: &str) -> Self {
        Self::failed(&json!({ "resource": resource, "field": field, "code": code }))
    }

    /// Something that cannot be so, in words.
    pub(crate) fn custom(resource: &str, message: &str) -> Self {
        Self::failed(&json!({ "resource": resource, "code": "custom", "message": message }))
    }

    fn failed(error: &Value) -> Self {
        Self::json(
            422,
            &json!({
                "message": "Validation Failed", "errors": [error], "documentation_url": DOCUMENTATION, "status": "422",
            }),
        )
    }

    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// One page of a list, with where the others are.
    pub(crate) fn page(ask: &Ask, api: &str, all: &[Value]) -> Self {
        let (shown, link) = paged(ask, api, all);
        let answer = Self::ok(&Value::Array(shown));
        match link {
            Some(link) => answer.with("link", &link),
            None => answer,
        }
    }

    /// One page of a list that stands inside an object, with how many there are.
    pub(crate) fn counted(ask: &Ask, api: &str, name: &str, all: &[Value]) -> Self {
        let (shown, link) = paged(ask, api, all);
        let mut body = json!({ "total_count": all.len() });
        body[name] = Value::Array(shown);
        let answer = Self::ok(&body);
        match link {
            Some(link) => answer.with("link", &link),
            None => answer,
        }
    }

    /// Gives what was read an entity tag, and nothing to whoever has it.
    pub(crate) fn tagged(self, ask: &Ask) -> Self {
        if ask.method != hyper::Method::GET || self.status != 200 {
            return self;
        }
        let tag = format!("\"{}\"", hex(&Sha256::digest(&self.body)));
        let known = ask.header("if-none-match").split(',');
        let known = known.map(|tag| tag.trim().trim_start_matches("W/"));
        if known.into_iter().any(|one| one == tag) {
            return Self::empty(304).with("etag", &tag);
        }
        self.with("etag", &tag)
    }
}

fn paged(ask: &Ask, api: &str, all: &[Value]) -> (Vec<Value>, Option<String>) {
    let (page, size) = ask.page();
    let last = all.len().div_ceil(size).max(1);
    let shown = all.iter().skip((page - 1).saturating_mul(size)).take(size);
    let mut links = Vec::new();
    let mut link = |to: usize, name: &str| {
        links.push(format!("<{api}{}>; rel=\"{name}\"", ask.other_page(to)));
    };
    if page > 1 {
        link(page.min(last + 1) - 1, "prev");
    }
    if page < last {
        link(page + 1, "next");
        link(last, "last");
    }
    if page > 1 {
        link(1, "first");
    }
    (
        shown.cloned().collect(),
        (!links.is_empty()).then(|| links.join(", ")),
    )
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

impl From<LocalError> for Answer {
    fn from(error: LocalError) -> Self {
        match error {
            LocalError::NotFound { .. } => Self::not_found(),
            LocalError::Forbidden { .. } => Self::said(403, &error.to_string()),
            LocalError::Size { what, .. } => {
                let field = match what {
                    "a title" => "title",
                    "a text" => "body",
                    other => other,
                };
                let error = json!({
                    "resource": "Issue", "field": field, "code": "custom", "message": error.to_string(),
                });
                Self::failed(&error)
            }
            other => ForgeError::from(other).into(),
        }
    }
}

impl From<ForgeError> for Answer {
    fn from(error: ForgeError) -> Self {
        match &error {
            ForgeError::NotFound { .. } => Self::not_found(),
            ForgeError::Stale { .. } => Self::said(409, &error.to_string()),
            ForgeError::Conflict { .. } | ForgeError::Refused { .. } => {
                Self::said(422, &error.to_string())
            }
            _ => Self::said(500, &error.to_string()),
        }
    }
}
