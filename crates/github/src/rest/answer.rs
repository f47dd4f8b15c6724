//! What GitHub answers, and what a failure means.

use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderMap, StatusCode};
use lightsout_forge::{Credential, ForgeError};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// How much of GitHub's words is passed on, in characters.
const LONGEST_WHY: usize = 300;
/// How long is waited for a secondary limit that does not say how long (GitHub's advice).
const UNSAID: Duration = Duration::from_mins(1);

/// An answer that says yes.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) body: Bytes,
    /// The path and query of the next page; or where a call leads that has its answer elsewhere.
    pub(crate) next: Option<String>,
}

impl Answer {
    pub(crate) fn parse<T: DeserializeOwned>(&self, what: &str) -> Result<T, ForgeError> {
        let mut json = serde_json::Deserializer::from_slice(&self.body);
        serde_path_to_error::deserialize(&mut json).map_err(|error| ForgeError::Transient {
            what: what.to_owned(),
            why: shortened(&format!("the answer is not as GitHub writes it: {error}")),
        })
    }
}

/// Why a call did not do as asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// GitHub says no.
    Said {
        status: StatusCode,
        /// Its words, with each field that is wrong and a code, as `head: invalid`.
        why: String,
    },
    /// GitHub takes the credential for none, whatever is asked.
    Unauthorised { credential: Credential, why: String },
    /// A limit is reached; nothing was done.
    Limited { wait: Duration, why: String },
    /// Nothing was done, for the moment.
    NotDone(String),
    /// Nobody knows whether it was done.
    Lost(String),
    /// It is not asked again.
    Refused(String),
}

impl Failure {
    /// Whether GitHub answered with this status.
    pub(crate) fn is(&self, wanted: u16) -> bool {
        matches!(self, Self::Said { status, .. } if *status == wanted)
    }

    /// Whether GitHub's words hold this.
    pub(crate) fn says(&self, words: &str) -> bool {
        matches!(self, Self::Said { why, .. } if why.to_lowercase().contains(words))
    }

    /// The failure of a call that was made with this credential.
    pub(crate) fn with(self, credential: Credential) -> Self {
        match self {
            Self::Said { status, why } if status == StatusCode::UNAUTHORIZED => {
                Self::Unauthorised { credential, why }
            }
            other => other,
        }
    }

    /// The failure as the port knows it.
    pub(crate) fn into_error(self, what: &str) -> ForgeError {
        let what = what.to_owned();
        match self {
            Self::Said { status, .. } if [404, 410].contains(&status.as_u16()) => {
                ForgeError::NotFound { what }
            }
            Self::Said { status, why } => ForgeError::Refused {
                what,
                why: format!("{why} (HTTP {})", status.as_u16()),
            },
            Self::Unauthorised { credential, why } => ForgeError::Unauthorised {
                what,
                credential,
                why,
            },
            Self::Refused(why) => ForgeError::Refused { what, why },
            Self::Limited { why, .. } | Self::NotDone(why) | Self::Lost(why) => {
                ForgeError::Unavailable { what, why }
            }
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Words {
    message: Option<String>,
    errors: Vec<OneError>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneError {
    Text(String),
    Field {
        message: Option<String>,
        field: Option<String>,
        code: Option<String>,
    },
}

/// Reads an answer that says no.
pub(crate) fn failure(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    now: DateTime<Utc>,
) -> Failure {
    let words: Words = serde_json::from_slice(body).unwrap_or_default();
    let Some(message) = words.message else {
        let why = format!("HTTP {} without a word of GitHub's own", status.as_u16());
        return match status.as_u16() {
            408 | 500.. => Failure::Lost(why),
            _ => limit(status, headers, "", now).unwrap_or(Failure::Said { status, why }),
        };
    };
    let mut why = message;
    for error in words.errors {
        let said = match error {
            OneError::Text(text) => Some(text),
            OneError::Field {
                message,
                field,
                code,
            } => message.or_else(|| Some(format!("{}: {}", field?, code?))),
        };
        if let Some(said) = said {
            why = format!("{why}; {said}");
        }
    }
    let why = shortened(&why);
    if let Some(limited) = limit(status, headers, &why, now) {
        return limited;
    }
    match status.as_u16() {
        408 | 500.. => Failure::Lost(format!("HTTP {}: {why}", status.as_u16())),
        _ => Failure::Said { status, why },
    }
}

/// Whether a refusal is a limit, and how long it lasts.
fn limit(
    status: StatusCode,
    headers: &HeaderMap,
    why: &str,
    now: DateTime<Utc>,
) -> Option<Failure> {
    if status != StatusCode::FORBIDDEN && status != StatusCode::TOO_MANY_REQUESTS {
        return None;
    }
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    let lower = why.to_lowercase();
    let secondary = lower.contains("secondary rate limit") || lower.contains("abuse detection");
    let used_up = number("x-ratelimit-remaining") == Some(0);
    let wait = if let Some(seconds) = number("retry-after") {
        Duration::from_secs(seconds)
    } else if used_up {
        let until = number("x-ratelimit-reset").unwrap_or_default();
        let now = u64::try_from(now.timestamp()).unwrap_or_default();
        // A second more, since both are whole seconds.
        Duration::from_secs(until.saturating_sub(now).saturating_add(1))
    } else if secondary || status == StatusCode::TOO_MANY_REQUESTS {
        UNSAID
    } else {
        return None;
    };
    let why = format!(
        "GitHub's rate limit is reached for {} s more",
        wait.as_secs()
    );
    Some(Failure::Limited { wait, why })
}

/// Foreign words in one line of bounded length.
pub(crate) fn shortened(text: &str) -> String {
    let text: String = text.chars().take(LONGEST_WHY).collect();
    text.replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, headers: &[(&'static str, &str)], body: &str) -> Failure {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        let now = DateTime::from_timestamp(1000, 0).unwrap();
        failure(
            StatusCode::from_u16(status).unwrap(),
            &map,
            body.as_bytes(),
            now,
        )
    }

    #[test]
    fn a_limit_is_told_from_a_refusal() {
        let seconds = |failure| match failure {
            Failure::Limited { wait, .. } => Some(wait.as_secs()),
            _ => None,
        };
        let no = r#"{"message":"Resource not accessible by integration"}"#;
        assert_eq!(seconds(read(403, &[], no)), None);
        assert_eq!(
            seconds(read(403, &[("x-ratelimit-remaining", "7")], no)),
            None
        );
        assert_eq!(seconds(read(403, &[("retry-after", "7")], no)), Some(7));
        assert_eq!(
            seconds(read(429, &[("retry-after", "7")], "<html>")),
            Some(7)
        );
        assert_eq!(seconds(read(429, &[], "")), Some(60));
        let used_up = [
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "1030"),
        ];
        assert_eq!(seconds(read(403, &used_up, no)), Some(31));
        assert_eq!(seconds(read(429, &used_up, no)), Some(31));
        let secondary = r#"{"message":"You have exceeded a secondary rate limit."}"#;
        assert_eq!(seconds(read(403, &[], secondary)), Some(60));
    }

    #[test]
    fn what_github_says_is_passed_on_in_one_short_line() {
        let body = r#"{"message":"Validation\nFailed","errors":[{"resource":"PullRequest","field":"head","code":"invalid"},"so"]}"#;
        let said = read(422, &[], body);
        assert!(said.is(422));
        let error = said.into_error("a pull request").to_string();
        assert_eq!(
            error,
            "the forge refused a pull request: Validation Failed; head: invalid; so (HTTP 422)"
        );
        let long = format!(r#"{{"message":"{}"}}"#, "x".repeat(9000));
        assert!(read(422, &[], &long).into_error("x").to_string().len() < 400);
        for (status, body) in [
            (502, "<html>"),
            (500, r#"{"message":"Server Error"}"#),
            (503, ""),
        ] {
            assert!(
                matches!(read(status, &[], body), Failure::Lost(_)),
                "{status}"
            );
        }
        let gone =
            read(410, &[], r#"{"message":"This issue was deleted"}"#).into_error("the issue #4");
        assert!(matches!(gone, ForgeError::NotFound { .. }));
    }
}
