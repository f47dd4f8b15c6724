//! Attachments: found by their signed addresses, fetched without any credential.
//!
//! GitHub shows a text also as HTML, and there the address of each attachment is a signed one that counts for five
//! minutes. It is taken first. Without it, the plain address is asked for, which works in public repositories.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use lightsout_forge::{CommentId, ForgeError, Number};
use reqwest::header::LOCATION;
use url::Url;

use crate::GitHub;
use crate::github::not_found;
use crate::payload::model;
use crate::read::ISSUE;
use crate::rest::{Call, Failure, Waits, shortened};
use crate::settings::{is_private, refused};

/// How long a signed address is used; it counts for 300 s.
const SIGNED_FOR: Duration = Duration::from_mins(4);
/// How many addresses one attachment may lead through.
const HOPS: u32 = 5;
/// The most signed addresses that are kept.
const MOST_LINKS: usize = 2000;
/// Where attachments lie, beside the server itself.
const HOSTS: &[&str] = &[
    "github.com",
    "user-images.githubusercontent.com",
    "private-user-images.githubusercontent.com",
    "objects.githubusercontent.com",
    "github-production-user-asset-6210df.s3.amazonaws.com",
];

/// The text that an attachment stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Issue(Number),
    Comment(CommentId),
}

/// Signed addresses by the attachment's identifier.
#[derive(Debug, Default)]
pub(crate) struct Links(HashMap<String, (Instant, Url, Origin)>);

impl GitHub {
    /// Keeps the signed addresses that stand in a text as HTML.
    pub(crate) fn keep_links(&self, html: Option<&str>, origin: Origin) {
        let Some(html) = html else { return };
        let mut links = self
            .links
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        for quoted in html.split(['"', '\'']) {
            // In an attribute, `&` is written as `&amp;`.
            let Ok(url) = Url::parse(&quoted.replace("&amp;", "&")) else {
                continue;
            };
            if url.query().is_some_and(|query| query.contains("jwt="))
                && self.may_hold_attachments(&url)
                && links.0.len() < MOST_LINKS
                && let Some(id) = identifier(&url)
            {
                links.0.insert(id, (Instant::now(), url, origin));
            }
        }
    }

    pub(crate) async fn read_attachment(
        &self,
        address: &str,
        limit: u64,
    ) -> Result<Vec<u8>, ForgeError> {
        let short: String = address.chars().take(200).collect();
        let what = format!("the attachment `{short}`");
        let url = Url::parse(address).map_err(|_| not_found(what.clone()))?;
        if !self.may_hold_attachments(&url) {
            return Err(refused(
                &what,
                "it lies on another host than GitHub's".to_owned(),
            ));
        }
        let signed = match identifier(&url) {
            Some(id) => self.signed(&id).await?,
            None => None,
        };
        let mut waits = Waits::new(self.settings());
        loop {
            let start = signed.clone().unwrap_or_else(|| url.clone());
            let failure = match self.fetch(start, limit).await {
                Ok(bytes) => return Ok(bytes),
                Err(failure) => failure,
            };
            let wait = match &failure {
                Failure::Lost(_) | Failure::NotDone(_) => waits.next(),
                _ => None,
            };
            match wait {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return Err(failure.into_error(&what)),
            }
        }
    }

    /// The signed address of an attachment; its text is read again when the one that is known has run out.
    async fn signed(&self, id: &str) -> Result<Option<Url>, ForgeError> {
        let known = |github: &Self| {
            let links = github.links.lock();
            let links = links.unwrap_or_else(std::sync::PoisonError::into_inner);
            links
                .0
                .get(id)
                .map(|(at, url, origin)| (at.elapsed(), url.clone(), *origin))
        };
        let Some((age, url, origin)) = known(self) else {
            return Ok(None);
        };
        if age < SIGNED_FOR {
            return Ok(Some(url));
        }
        let html = match origin {
            Origin::Issue(number) => {
                let call = Call::get(ISSUE, &[&number.0.to_string()]).full();
                let issue: model::Issue = self.workflow().json(&call, "the attachment").await?;
                issue.body_html
            }
            Origin::Comment(id) => {
                let route = "/repos/{owner}/{repo}/issues/comments/{comment_id}";
                let call = Call::get(route, &[&id.0.to_string()]).full();
                let comment: model::Comment = self.workflow().json(&call, "the attachment").await?;
                comment.body_html
            }
        };
        self.keep_links(html.as_deref(), origin);
        Ok(known(self)
            .filter(|(age, ..)| *age < SIGNED_FOR)
            .map(|(_, url, _)| url))
    }

    /// Fetches from hosts of GitHub's alone, looking again at each address that it leads to.
    async fn fetch(&self, mut url: Url, limit: u64) -> Result<Vec<u8>, Failure> {
        for _ in 0..=HOPS {
            if !self.may_hold_attachments(&url) {
                return Err(Failure::Refused(
                    "it leads to another host than GitHub's".to_owned(),
                ));
            }
            let request = self
                .api
                .elsewhere
                .get(url.clone())
                .timeout(self.settings().timeout);
            let response = request.send().await.map_err(|error| broken(&error))?;
            if response.status().is_redirection() {
                let to = response
                    .headers()
                    .get(LOCATION)
                    .and_then(|to| to.to_str().ok());
                let to = to.and_then(|to| url.join(to).ok());
                url = to.ok_or_else(|| Failure::Refused("it leads nowhere".to_owned()))?;
                continue;
            }
            return whole(response, limit).await;
        }
        Err(Failure::Refused(
            "it leads from one address to the next".to_owned(),
        ))
    }

    /// Whether an address is one where GitHub, or this server, keeps attachments.
    fn may_hold_attachments(&self, url: &Url) -> bool {
        let server = &self.settings().server;
        let Some(host) = url.host_str() else {
            return false;
        };
        if !url.username().is_empty() || url.password().is_some() || !is_private(url) {
            return false;
        }
        if url.origin() == server.origin() {
            return true;
        }
        let media = server.host_str().map(|host| format!("media.{host}"));
        url.scheme() == "https"
            && url.port().is_none()
            && (HOSTS.contains(&host) || media.as_deref() == Some(host))
    }
}

/// Reads a body of at most `limit` bytes.
async fn whole(mut response: reqwest::Response, limit: u64) -> Result<Vec<u8>, Failure> {
    let status = response.status();
    if !status.is_success() {
        let why = format!("HTTP {}", status.as_u16());
        return Err(if status.is_server_error() || status.as_u16() == 429 {
            Failure::Lost(why)
        } else {
            Failure::Said { status, why }
        });
    }
    let too_large = || Failure::Refused(format!("it is larger than {limit} bytes"));
    if response
        .content_length()
        .is_some_and(|length| length > limit)
    {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|error| broken(&error))? {
        if bytes.len() as u64 + piece.len() as u64 > limit {
            return Err(too_large());
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// What went wrong, without the address, which may be a signed one.
pub(crate) fn broken(error: &reqwest::Error) -> Failure {
    let mut at: &dyn std::error::Error = error;
    while let Some(inner) = at.source() {
        at = inner;
    }
    let why = if std::ptr::addr_eq(at, error) {
        "the connection broke".to_owned()
    } else {
        format!("the connection broke: {at}")
    };
    Failure::Lost(shortened(&why))
}

/// What names an attachment in its plain and in its signed address: a UUID, 8-4-4-4-12 hexadecimal digits.
fn identifier(url: &Url) -> Option<String> {
    let path = url.path();
    let shape = |text: &str| {
        text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
    };
    let found = (0..path.len())
        .rev()
        .find_map(|at| path.get(at..at + 36).filter(|text| shape(text)));
    found.map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_addresses_of_an_attachment_have_one_identifier() {
        let id = "6f1c9b1e-2f5d-4d7e-9d55-0b1d2c3e4f5a";
        for address in [
            format!("https://github.com/user-attachments/assets/{id}"),
            format!("https://private-user-images.githubusercontent.com/123/456-{id}.jpg?jwt=x"),
            format!(
                "https://github.com/acme/site/assets/12/{}",
                id.to_uppercase()
            ),
        ] {
            let url = Url::parse(&address).unwrap();
            assert_eq!(identifier(&url).as_deref(), Some(id), "{address}");
        }
        let none = Url::parse("https://github.com/user-attachments/files/1/a.pdf").unwrap();
        assert_eq!(identifier(&none), None);
    }
}
