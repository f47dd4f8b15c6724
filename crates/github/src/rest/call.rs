//! One REST call, named by its route as GitHub's description writes it; and how many there were.

use std::collections::BTreeMap;
use std::fmt;

use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::settings::Repository;

/// What stands for itself in a path (RFC 3986, unreserved).
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// GitHub's JSON.
const JSON: &str = "application/vnd.github+json";
/// The same, with each text also as HTML, in which attachments have signed addresses.
const FULL: &str = "application/vnd.github.full+json";

/// A call to be made.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) route: &'static str,
    values: Vec<String>,
    query: Vec<(&'static str, String)>,
    pub(crate) body: Option<Value>,
    pub(crate) accept: &'static str,
    /// Whether doing it twice is doing it once.
    pub(crate) repeatable: bool,
    /// Whether the answer lies on another host, to which no credential goes.
    pub(crate) leads_elsewhere: bool,
}

impl Call {
    fn new(method: Method, route: &'static str, values: &[&str], body: Option<Value>) -> Self {
        Self {
            repeatable: method == Method::GET,
            method,
            route,
            values: values.iter().map(|value| (*value).to_owned()).collect(),
            query: Vec::new(),
            body,
            accept: JSON,
            leads_elsewhere: false,
        }
    }

    /// A reading call. `{owner}` and `{repo}` are filled in; `values` are for what is left, in its order.
    pub(crate) fn get(route: &'static str, values: &[&str]) -> Self {
        Self::new(Method::GET, route, values, None)
    }

    pub(crate) fn post(route: &'static str, values: &[&str], body: Value) -> Self {
        Self::new(Method::POST, route, values, Some(body))
    }

    /// A change to a state that is named, so it may be sent again.
    pub(crate) fn patch(route: &'static str, values: &[&str], body: Value) -> Self {
        Self::new(Method::PATCH, route, values, Some(body)).repeatable()
    }

    pub(crate) fn put(route: &'static str, values: &[&str], body: Value) -> Self {
        Self::new(Method::PUT, route, values, Some(body))
    }

    pub(crate) fn delete(route: &'static str, values: &[&str]) -> Self {
        Self::new(Method::DELETE, route, values, None).repeatable()
    }

    pub(crate) fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    pub(crate) fn elsewhere(mut self) -> Self {
        self.leads_elsewhere = true;
        self
    }

    pub(crate) fn full(mut self) -> Self {
        self.accept = FULL;
        self
    }

    pub(crate) fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// The route's name in counts and errors.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method, self.route)
    }

    /// The path and query to ask for.
    pub(crate) fn path(&self, repository: &Repository) -> String {
        let mut values = self.values.iter();
        let mut path = String::new();
        let mut rest = self.route;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            let value = match name {
                "owner" => Some(&repository.owner),
                "repo" => Some(&repository.name),
                _ => values.next(),
            };
            path.push_str(before);
            let value = value.map_or("", String::as_str);
            path.extend(utf8_percent_encode(value, PLAIN));
            rest = after;
        }
        path.push_str(rest);
        for (number, (name, value)) in self.query.iter().enumerate() {
            path.push(if number == 0 { '?' } else { '&' });
            path.push_str(name);
            path.push('=');
            path.extend(utf8_percent_encode(value, PLAIN));
        }
        path
    }
}

/// How many REST calls a process has made, by route.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Calls {
    by_route: BTreeMap<String, u32>,
}

impl Calls {
    pub(crate) fn count(&mut self, call: &Call) {
        *self.by_route.entry(call.name()).or_default() += 1;
    }

    /// All of them.
    pub fn total(&self) -> u32 {
        self.by_route.values().sum()
    }

    /// Each route with how often it was called, by name.
    pub fn by_route(&self) -> impl Iterator<Item = (&str, u32)> {
        self.by_route
            .iter()
            .map(|(route, times)| (route.as_str(), *times))
    }
}

impl fmt::Display for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} REST calls", self.total())?;
        for (number, (route, times)) in self.by_route().enumerate() {
            let before = if number == 0 { ": " } else { ", " };
            write!(f, "{before}{times} × {route}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_holds_what_it_was_given_and_nothing_more() {
        let repository = Repository::new("acme/site").unwrap();
        let call = Call::delete(
            "/repos/{owner}/{repo}/issues/{issue_number}/labels/{name}",
            &["7", "a/../b?c d"],
        );
        assert_eq!(
            call.path(&repository),
            "/repos/acme/site/issues/7/labels/a%2F..%2Fb%3Fc%20d"
        );
        let call = Call::get("/repos/{owner}/{repo}/pulls", &[]).query("head", "acme:a&b");
        assert_eq!(
            call.path(&repository),
            "/repos/acme/site/pulls?head=acme%3Aa%26b"
        );
    }

    #[test]
    fn counts_say_where_the_calls_went() {
        let mut calls = Calls::default();
        let call = Call::get("/repos/{owner}/{repo}/pulls", &[]);
        calls.count(&call);
        calls.count(&call);
        assert_eq!(
            calls.to_string(),
            "2 REST calls: 2 × GET /repos/{owner}/{repo}/pulls"
        );
    }
}
