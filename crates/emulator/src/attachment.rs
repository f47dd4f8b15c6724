//! Attachments: their addresses here, plain and signed.
//!
//! The local forge gives each an address that is the same wherever it is served. Here it gets the shape that GitHub's have,
//! with a UUID in it. A text as HTML shows it signed: such an address counts for five to ten minutes.

use chrono::{DateTime, Utc};
use lightsout_forge::Forge as _;

use crate::answer::Answer;
use crate::ask::Ask;
use crate::place::Place;
use crate::tokens::Tokens;

/// The address that the local forge gives its attachments.
const KEPT: &str = "https://forge.localhost/attachments/";
/// Where they are here, after the origin.
const HERE: &str = "/user-attachments/files/";
/// Where the digits of a UUID are parted.
const PARTS: [usize; 5] = [8, 4, 4, 4, 12];
/// How long a signed address counts at least, in seconds.
const SIGNED_FOR: i64 = 300;
/// The largest file that the forge keeps.
const LARGEST: u64 = 25 << 20;

/// The identifier of the forge as a UUID; nothing for what is none of its identifiers.
fn to_uuid(id: &str) -> Option<String> {
    if id.len() != 32 || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut rest = id;
    let parts = PARTS.map(|length| {
        let (part, more) = rest.split_at(length);
        rest = more;
        part
    });
    Some(parts.join("-"))
}

fn from_uuid(uuid: &str) -> Option<String> {
    let id = uuid.replace('-', "");
    (to_uuid(&id)? == uuid).then_some(id)
}

/// Writes the addresses in a text in another way: after each `from`, what stands up to the next slash is the identifier.
fn rewritten(text: &str, from: &str, to: &str, change: fn(&str) -> Option<String>) -> String {
    let mut parts = text.split(from);
    let mut changed = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let found = part
            .split_once('/')
            .and_then(|(id, rest)| Some((change(id)?, rest)));
        if let Some((id, rest)) = found {
            changed.extend([to, id.as_str(), "/", rest]);
        } else {
            changed.extend([from, part]);
        }
    }
    changed
}

/// A text of the forge with the addresses of its attachments as they are at `origin`.
pub(crate) fn shown(text: &str, origin: &str) -> String {
    rewritten(text, KEPT, &format!("{origin}{HERE}"), to_uuid)
}

/// A text as the forge keeps it, wherever it is served.
pub(crate) fn kept(text: &str, origin: &str) -> String {
    rewritten(text, &format!("{origin}{HERE}"), KEPT, from_uuid)
}

/// The addresses of a shown text's attachments, signed.
pub(crate) fn signed(text: &str, origin: &str, tokens: &Tokens, now: DateTime<Utc>) -> Vec<String> {
    let start = format!("{origin}{HERE}");
    // The same for a while, so that what has not changed looks as it did.
    let until = (now.timestamp() / SIGNED_FOR + 2) * SIGNED_FOR;
    let sign = |part: &str| {
        let (uuid, rest) = part.split_once('/')?;
        let id = from_uuid(uuid)?;
        let fits = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let name: String = rest.chars().take_while(|c| fits(*c)).collect();
        let pass = tokens.pass(&format!("{id}/{until}"));
        Some(format!("{start}{uuid}/{name}?jwt={until}.{pass}"))
    };
    text.split(&start).skip(1).filter_map(sign).collect()
}

impl Place {
    /// Gives an attachment to whoever knows its address; nothing for any other request. A signed address counts as long as
    /// it says.
    pub(crate) async fn attachment(&self, ask: &Ask) -> Option<Answer> {
        let parts: Vec<&str> = ask.parts.iter().map(String::as_str).collect();
        let ("GET", ["user-attachments", "files", uuid, name]) =
            (ask.method.as_str(), parts.as_slice())
        else {
            return None;
        };
        let Some(id) = from_uuid(uuid) else {
            return Some(Answer::not_found());
        };
        if let Some(jwt) = ask.param("jwt")
            && !self.counts(&id, jwt)
        {
            return Some(Answer::not_found());
        }
        let url = format!("{KEPT}{id}/{name}");
        Some(match self.local.attachment(&url, LARGEST).await {
            Ok(bytes) => {
                let mut answer =
                    Answer::empty(200).with("content-type", "application/octet-stream");
                answer.body = bytes.into();
                answer
            }
            Err(error) => error.into(),
        })
    }

    fn counts(&self, id: &str, jwt: &str) -> bool {
        let Some((until, pass)) = jwt.split_once('.') else {
            return false;
        };
        let late = until
            .parse()
            .map_or(true, |until: i64| self.local.now().timestamp() > until);
        !late && self.tokens().is_pass(&format!("{id}/{until}"), pass)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_there_and_back() {
        let id = "0123456789abcdef0123456789abcdef";
        let text = format!("![x]({KEPT}{id}/a.jpg) and {KEPT}short/b.jpg, {KEPT}");
        let origin = "http://127.0.0.1:1";
        let there = shown(&text, origin);
        assert!(there.contains(&format!(
            "{origin}{HERE}01234567-89ab-cdef-0123-456789abcdef/a.jpg)"
        )));
        assert!(there.ends_with(&format!("{KEPT}short/b.jpg, {KEPT}")));
        assert_eq!(kept(&there, origin), text);
        assert_eq!(from_uuid("0123456789abcdef0123456789abcdef"), None);
    }
}
