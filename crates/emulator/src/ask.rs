//! What is asked: a request, taken apart.

use hyper::body::Bytes;
use hyper::header::HeaderMap;
use hyper::{Method, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::de::DeserializeOwned;

use crate::answer::Answer;

/// The most that one page holds.
const LONGEST_PAGE: usize = 100;
/// How much a page holds when nobody says.
const PAGE: usize = 30;

/// A request.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    /// The path as it was asked for, with its query.
    pub(crate) target: String,
    /// The parts of the path, each decoded.
    pub(crate) parts: Vec<String>,
    query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

fn decoded(text: &str) -> Option<String> {
    let bytes = percent_decode_str(text).decode_utf8().ok()?;
    Some(bytes.into_owned())
}

impl Ask {
    /// Takes a request apart; one whose path is no text is none.
    pub(crate) fn new(method: Method, uri: &Uri, headers: HeaderMap, body: Bytes) -> Option<Self> {
        let path = uri.path().trim_start_matches('/');
        let path = path.strip_prefix("api/v3/").unwrap_or(path);
        let parts: Option<Vec<String>> = path.split('/').map(decoded).collect();
        let query = uri.query().unwrap_or_default().replace('+', " ");
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let query = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decoded(name)?, decoded(value)?))
        });
        Some(Self {
            method,
            target: uri.to_string(),
            parts: parts?,
            query: query.collect::<Option<_>>()?,
            headers,
            body,
        })
    }

    /// A value of the query.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// A header, if it is text.
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// Whether texts are wanted as HTML too.
    pub(crate) fn wants_html(&self) -> bool {
        let accept = self.header("accept");
        accept.contains(".full+json") || accept.contains(".html+json")
    }

    /// Reads the body.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Answer> {
        let body: &[u8] = if self.body.is_empty() {
            b"{}"
        } else {
            &self.body
        };
        let value: serde_json::Value =
            serde_json::from_slice(body).map_err(|_| Answer::said(400, "Problems parsing JSON"))?;
        if !value.is_object() {
            return Err(Answer::said(400, "Body should be a JSON object"));
        }
        serde_json::from_value(value)
            .map_err(|error| Answer::said(422, &format!("Invalid request.\n\n{error}")))
    }

    /// Reads the query as an object of texts.
    pub(crate) fn query_as<T: DeserializeOwned>(&self) -> Result<T, Answer> {
        let pairs = self.query.iter();
        let pairs = pairs.map(|(name, value)| (name.clone(), value.clone().into()));
        serde_json::from_value(serde_json::Value::Object(pairs.collect()))
            .map_err(|error| Answer::said(422, &format!("Invalid request.\n\n{error}")))
    }

    /// Which page, counted from 1, and how much a page holds.
    pub(crate) fn page(&self) -> (usize, usize) {
        let number = |name| self.param(name).and_then(|text| text.parse::<usize>().ok());
        let size = number("per_page").unwrap_or(PAGE).clamp(1, LONGEST_PAGE);
        (number("page").unwrap_or(1).max(1), size)
    }

    /// The address of another page of the same list.
    pub(crate) fn other_page(&self, page: usize) -> String {
        let path = self.target.split('?').next().unwrap_or_default();
        let mut query: Vec<String> = Vec::new();
        for (name, value) in self.query.iter().filter(|(name, _)| name != "page") {
            query.push(format!("{}={}", encoded(name), encoded(value)));
        }
        query.push(format!("page={page}"));
        format!("{path}?{}", query.join("&"))
    }
}

/// What need not be written in another way in an address (RFC 3986, 2.3).
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A text as it may stand in an address.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}
