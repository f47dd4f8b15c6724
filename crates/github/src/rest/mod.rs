//! Calls of GitHub's REST API: counted, bounded, repeated where that is safe, and never asked twice for what has not
//! changed.

mod answer;
mod call;
mod connect;
mod kept;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use chrono::Utc;
use http::header::{ACCEPT, AUTHORIZATION, ETAG, HeaderValue, IF_NONE_MATCH, LINK, LOCATION};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use lightsout_forge::ForgeError;
use octocrab::Octocrab;
use secrecy::{ExposeSecret, SecretString};
use serde::de::{DeserializeOwned, IgnoredAny};
use url::Url;

pub(crate) use answer::{Answer, Failure, shortened};
pub(crate) use call::Call;
pub use call::Calls;
use kept::Kept;

use crate::settings::Settings;

/// The largest answer that is read, in bytes: a page of a hundred texts as long as they may be, twice.
const LARGEST: usize = 64 << 20;
/// How many times one call is made.
const ATTEMPTS: u32 = 6;
/// The longest wait that is not GitHub's own wish.
const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// How many addresses one reading call may lead through.
const HOPS: u32 = 3;

/// GitHub's REST API.
pub(crate) struct Api {
    pub(crate) settings: Settings,
    octocrab: Octocrab,
    /// For what lies on other hosts: it knows no credential, and follows nothing by itself.
    pub(crate) elsewhere: reqwest::Client,
    calls: Mutex<Calls>,
    kept: Mutex<Kept>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Api {
    pub(crate) fn new(settings: Settings) -> Result<Self, ForgeError> {
        let client = connect::client(&settings)?;
        Ok(Self {
            octocrab: connect::octocrab(&settings, client.clone())?,
            settings,
            elsewhere: client,
            calls: Mutex::default(),
            kept: Mutex::default(),
        })
    }

    /// How many calls there were.
    pub(crate) fn calls(&self) -> Calls {
        locked(&self.calls).clone()
    }

    /// Makes a call, again where that is safe, and reads the answer.
    pub(crate) async fn json<T: DeserializeOwned>(
        &self,
        token: &SecretString,
        call: &Call,
    ) -> Result<T, Failure> {
        let answer = self.call(token, call).await?;
        let parsed = answer.parse(&call.name());
        parsed.map_err(|error| Failure::Lost(error.to_string()))
    }

    /// Makes a call, again where that is safe.
    pub(crate) async fn call(&self, token: &SecretString, call: &Call) -> Result<Answer, Failure> {
        let path = call.path(&self.settings.repository);
        self.call_at(token, call, &path).await
    }

    /// Makes a call at another address than its own: a next page.
    pub(crate) async fn call_at(
        &self,
        token: &SecretString,
        call: &Call,
        path: &str,
    ) -> Result<Answer, Failure> {
        let mut waits = Waits::new(&self.settings);
        loop {
            let failure = match self.once(token, call, path).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let wait = match &failure {
                Failure::Limited { wait, .. } => waits.at_least(*wait),
                Failure::NotDone(_) => waits.next(),
                Failure::Lost(_) if call.repeatable => waits.next(),
                _ => None,
            };
            match wait {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return Err(failure),
            }
        }
    }

    async fn once(&self, token: &SecretString, call: &Call, path: &str) -> Result<Answer, Failure> {
        let mut path = path.to_owned();
        for _ in 0..=HOPS {
            let key = format!("{} {path}", call.accept);
            let known = (call.method == Method::GET).then(|| locked(&self.kept).get(&key));
            let known = known.flatten();
            let request = self.request(token, call, &path, known.as_ref().map(|(tag, _)| tag))?;
            let (status, headers, body) = self.exchange(call, request).await?;
            let body = without(token, body);
            match (status, known) {
                (StatusCode::NOT_MODIFIED, Some((_, answer))) => return Ok(answer),
                (StatusCode::FOUND, _) if call.leads_elsewhere => {
                    return Ok(Answer {
                        body,
                        next: self.location(&headers).map(String::from),
                    });
                }
                _ if status.is_success() => {
                    check_json(&body)?;
                    let answer = Answer {
                        body,
                        next: self.next(&headers),
                    };
                    if let Some(tag) = headers.get(ETAG).filter(|_| call.method == Method::GET) {
                        locked(&self.kept).put(key, tag.clone(), answer.clone());
                    }
                    return Ok(answer);
                }
                _ if status.is_redirection() => path = self.elsewhere_path(call, &headers)?,
                _ => return Err(answer::failure(status, &headers, &body, Utc::now())),
            }
        }
        Err(Failure::Refused(
            "GitHub leads from one address to the next".to_owned(),
        ))
    }

    fn request(
        &self,
        token: &SecretString,
        call: &Call,
        path: &str,
        known: Option<&HeaderValue>,
    ) -> Result<Request<octocrab::OctoBody>, Failure> {
        let unsendable = |what: &str| Failure::Refused(format!("{what} cannot be sent"));
        let bearer = format!("Bearer {}", token.expose_secret());
        let mut bearer = HeaderValue::try_from(bearer).map_err(|_| unsendable("the credential"))?;
        bearer.set_sensitive(true);
        let mut request = Request::builder()
            .method(call.method.clone())
            .uri(path)
            .header(ACCEPT, call.accept)
            .header(AUTHORIZATION, bearer);
        if let Some(known) = known {
            request = request.header(IF_NONE_MATCH, known);
        }
        let built = self.octocrab.build_request(request, call.body.as_ref());
        built.map_err(|_| unsendable("the request"))
    }

    /// Sends one request and reads its whole answer.
    async fn exchange(
        &self,
        call: &Call,
        request: Request<octocrab::OctoBody>,
    ) -> Result<(StatusCode, HeaderMap, Bytes), Failure> {
        {
            let mut calls = locked(&self.calls);
            if calls.total() >= self.settings.budget {
                return Err(Failure::Refused(format!(
                    "this run may make {} REST calls and has made them ({calls}); hint: run it again, and it goes on",
                    self.settings.budget
                )));
            }
            calls.count(call);
        }
        let exchange = async {
            let response = self.octocrab.send(request).await;
            let response = response.map_err(|error| connect::failure(&error))?;
            let (parts, body) = response.into_parts();
            let body = Limited::new(body, LARGEST).collect().await;
            let body = body.map_err(|error| {
                if error.is::<http_body_util::LengthLimitError>() {
                    Failure::Refused(format!("the answer is larger than {LARGEST} bytes"))
                } else {
                    Failure::Lost("the answer was cut short".to_owned())
                }
            })?;
            Ok((parts.status, parts.headers, body.to_bytes()))
        };
        let late = |_| Failure::Lost(format!("no answer within {:?}", self.settings.timeout));
        let exchanged = tokio::time::timeout(self.settings.timeout, exchange).await;
        exchanged.map_err(late)?
    }

    /// Where a reading call goes on: on the same host only, since it carries the credential.
    fn elsewhere_path(&self, call: &Call, headers: &HeaderMap) -> Result<String, Failure> {
        let to = self.location(headers);
        match to.and_then(|to| self.own_path(to.as_str())) {
            Some(to) if call.method == Method::GET => Ok(to),
            _ => Err(Failure::Refused(format!(
                "`{}` is at another address now; hint: was the repository renamed or moved?",
                self.settings.repository
            ))),
        }
    }

    fn location(&self, headers: &HeaderMap) -> Option<Url> {
        let location = headers.get(LOCATION)?.to_str().ok()?;
        self.settings.api.join(location).ok()
    }

    /// The path and query of an address of this API; none for any other.
    fn own_path(&self, address: &str) -> Option<String> {
        let url = self.settings.api.join(address).ok()?;
        (url.origin() == self.settings.api.origin())
            .then(|| url[url::Position::BeforePath..].to_owned())
    }

    /// Reads `<https://…?page=2>; rel="next", <…>; rel="last"`.
    fn next(&self, headers: &HeaderMap) -> Option<String> {
        let links = headers.get(LINK)?.to_str().ok()?;
        let next = links.split(',').find_map(|link| {
            let (address, rest) = link.trim().strip_prefix('<')?.split_once('>')?;
            let is_next = rest.split(';').any(|word| word.trim() == "rel=\"next\"");
            is_next.then_some(address)
        })?;
        self.own_path(next)
    }
}

/// An answer without the credential that was sent: whoever answers may say it back.
fn without(token: &SecretString, body: Bytes) -> Bytes {
    let token = token.expose_secret();
    match std::str::from_utf8(&body) {
        Ok(text) if !token.is_empty() && text.contains(token) => {
            Bytes::from(text.replace(token, "[hidden]"))
        }
        // What is no text is no JSON either, and nobody is shown it.
        _ => body,
    }
}

/// A success is JSON or nothing; a page of some machine in between is neither.
fn check_json(body: &[u8]) -> Result<(), Failure> {
    if body.is_empty() || serde_json::from_slice::<IgnoredAny>(body).is_ok() {
        return Ok(());
    }
    Err(Failure::Lost(
        "the answer is no JSON, or was cut short".to_owned(),
    ))
}

/// The waits of one call: each about twice as long as the one before, all of them within the patience there is.
pub(crate) struct Waits {
    left: Duration,
    next: Duration,
    attempts: u32,
}

impl Waits {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            left: settings.patience,
            next: settings.first_wait,
            attempts: 1,
        }
    }

    /// The next wait, somewhere between half and all of its length, so that many do not come back at once.
    pub(crate) fn next(&mut self) -> Option<Duration> {
        let wait = self.next.mul_f64(0.5 + fastrand::f64() / 2.0);
        self.next = (self.next * 2).min(LONGEST_WAIT);
        self.take(wait)
    }

    /// A wait that GitHub asks for, and a little more.
    fn at_least(&mut self, wait: Duration) -> Option<Duration> {
        self.take(wait + self.next.mul_f64(fastrand::f64()))
    }

    fn take(&mut self, wait: Duration) -> Option<Duration> {
        self.left = self.left.checked_sub(wait)?;
        self.attempts += 1;
        (self.attempts <= ATTEMPTS).then_some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_is_not_said_back() {
        let token = SecretString::from("planted-1");
        let said = |text: &'static str| without(&token, Bytes::from_static(text.as_bytes()));
        assert_eq!(
            said("{\"message\": \"no planted-1\"}"),
            "{\"message\": \"no [hidden]\"}"
        );
        assert_eq!(said("{\"message\": \"no\"}"), "{\"message\": \"no\"}");
        assert_eq!(without(&"".into(), Bytes::from_static(b"x")), "x");
    }
}
