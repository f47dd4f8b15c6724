//! The repository for git: the real `git http-backend`, and what follows from a push.

use std::path::Path;
use std::process::Stdio;

use hyper::Method;
use hyper::body::Bytes;
use lightsout_forge::{BranchName, Sha};
use lightsout_local::{Acting, RefChange};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::answer::Answer;
use crate::ask::Ask;
use crate::place::Place;

/// The folder of the repository beside the forge's database.
const REPOSITORY: &str = "site.git";
/// What git is told besides: what GitHub lets its clients do, and that nothing goes on when it has answered.
const CONFIGURATION: &[(&str, &str)] = &[
    ("http.receivepack", "true"),
    ("uploadpack.allowAnySHA1InWant", "true"),
    ("uploadpack.allowFilter", "true"),
    ("receive.fsckObjects", "true"),
    ("receive.autogc", "false"),
    ("gc.auto", "0"),
    ("core.hooksPath", "/dev/null"),
];
/// No commit.
const NOTHING: &str = "0000000000000000000000000000000000000000";

impl Place {
    /// Answers git; nothing for a request that is none of git's.
    pub(crate) async fn answer_git(&self, ask: &Ask) -> Option<Answer> {
        let parts: Vec<&str> = ask.parts.iter().map(String::as_str).collect();
        let (owner, name, rest) = match parts.as_slice() {
            [owner, name, rest @ ..] => (owner, name, rest.join("/")),
            _ => return None,
        };
        let service = match (&ask.method, rest.as_str()) {
            (&Method::GET, "info/refs") => ask.param("service").unwrap_or_default(),
            (&Method::POST, service @ ("git-upload-pack" | "git-receive-pack")) => service,
            _ => return None,
        };
        let name = name.strip_suffix(".git").unwrap_or(name);
        if !self.is_here(owner, name) {
            return Some(Answer::not_found());
        }
        let ask_for = || Answer::empty(401).with("www-authenticate", "Basic realm=\"GitHub\"");
        let Ok(Some(by)) = self.who(ask) else {
            return Some(ask_for());
        };
        if !["git-upload-pack", "git-receive-pack"].contains(&service) {
            return Some(Answer::said(403, "Only the smart protocol is spoken here."));
        }
        let done = if ask.method == Method::POST && service == "git-receive-pack" {
            self.receive(ask, &by, &rest).await
        } else {
            self.backend(ask, &by, &rest).await
        };
        Some(done.unwrap_or_else(|answer| answer))
    }

    /// Lets git take a push, between writing down what it is about to do and writing what follows from it.
    async fn receive(&self, ask: &Ask, by: &Acting<'_>, rest: &str) -> Result<Answer, Answer> {
        let changes = changes(&ask.body);
        let _writing = self.writing.lock().await;
        by.about_to_push(&changes).await?;
        let answer = self.backend(ask, by, rest).await;
        by.pushed(&changes).await?;
        self.tell().await;
        answer
    }

    /// Runs `git http-backend`, as a web server runs a CGI program (RFC 3875).
    async fn backend(&self, ask: &Ask, by: &Acting<'_>, rest: &str) -> Result<Answer, Answer> {
        let query = ask.target.split_once('?').map_or("", |(_, query)| query);
        let variables = [
            ("REQUEST_METHOD", ask.method.as_str()),
            ("QUERY_STRING", query),
            ("CONTENT_TYPE", ask.header("content-type")),
            ("HTTP_CONTENT_ENCODING", ask.header("content-encoding")),
            ("HTTP_GIT_PROTOCOL", ask.header("git-protocol")),
            ("REMOTE_USER", by.account().login.as_str()),
            ("REMOTE_ADDR", "127.0.0.1"),
            ("GATEWAY_INTERFACE", "CGI/1.1"),
            ("GIT_HTTP_EXPORT_ALL", "1"),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ];
        let output = run(self.local.dir(), rest, &variables, &ask.body).await;
        let output = output.map_err(|error| Answer::said(500, &format!("git: {error}")))?;
        read_cgi(&output).ok_or_else(|| Answer::said(500, "git said nothing"))
    }
}

async fn run(
    dir: &Path,
    rest: &str,
    variables: &[(&str, &str)],
    body: &Bytes,
) -> std::io::Result<Vec<u8>> {
    let mut command = Command::new("git");
    command
        .arg("http-backend")
        .env_clear()
        .envs(variables.iter().copied())
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("GIT_PROJECT_ROOT", dir)
        .env("PATH_INFO", format!("/{REPOSITORY}/{rest}"))
        .env("CONTENT_LENGTH", body.len().to_string())
        .env("GIT_CONFIG_COUNT", CONFIGURATION.len().to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    for (number, (name, value)) in CONFIGURATION.iter().enumerate() {
        command
            .env(format!("GIT_CONFIG_KEY_{number}"), name)
            .env(format!("GIT_CONFIG_VALUE_{number}"), value);
    }
    let mut child = command.spawn()?;
    let stdin = child.stdin.take();
    let feed = async move {
        if let Some(mut stdin) = stdin {
            // A program that stops reading early says why in its answer.
            let _ = stdin.write_all(body).await;
        }
    };
    let (output, ()) = tokio::join!(child.wait_with_output(), feed);
    Ok(output?.stdout)
}

/// Reads the answer of a CGI program: header lines, an empty line, a body.
fn read_cgi(output: &[u8]) -> Option<Answer> {
    let end = output.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&output[..end]).ok()?;
    let mut answer = Answer::empty(200);
    for (name, value) in head.lines().filter_map(|line| line.split_once(": ")) {
        match name.to_ascii_lowercase().as_str() {
            "status" => answer.status = value.split(' ').next()?.parse().ok()?,
            "content-type" => answer = answer.with("content-type", value),
            "cache-control" => answer = answer.with("cache-control", value),
            _ => {}
        }
    }
    answer.body = Bytes::copy_from_slice(&output[end + 4..]);
    Some(answer)
}

/// What a push asks for: packet lines `OLD NEW NAME`, up to the flush packet (`gitprotocol-pack`). What cannot be read is
/// git's to refuse.
fn changes(mut body: &[u8]) -> Vec<RefChange> {
    let mut changes = Vec::new();
    while let Some((line, rest)) = packet(body) {
        changes.extend(change(line));
        body = rest;
    }
    changes
}

fn packet(body: &[u8]) -> Option<(&str, &[u8])> {
    let length = std::str::from_utf8(body.get(..4)?).ok()?;
    let length = usize::from_str_radix(length, 16).ok()?;
    // The flush packet has the length 0, and a line at least its own four digits.
    let line = body.get(4..length)?;
    Some((std::str::from_utf8(line).ok()?, &body[length..]))
}

fn change(line: &str) -> Option<RefChange> {
    // What the client can do follows after a zero byte.
    let line = line.split('\0').next()?.trim_end();
    let mut words = line.splitn(3, ' ');
    let (old, new, name) = (words.next()?, words.next()?, words.next()?);
    let sha = |text: &str| Sha::new(text).ok().filter(|_| text != NOTHING);
    if old.len() != 40 || new.len() != 40 {
        return None;
    }
    Some(RefChange {
        branch: BranchName::new(name.strip_prefix("refs/heads/")?).ok()?,
        old: sha(old),
        new: sha(new),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> String {
        format!("{:04x}{text}", text.len() + 4)
    }

    #[test]
    fn a_push_says_which_branches_it_moves() {
        let (one, two) = ("1".repeat(40), "2".repeat(40));
        let body = [
            line(&format!(
                "{one} {two} refs/heads/a\0 report-status side-band-64k"
            )),
            line(&format!("{NOTHING} {two} refs/heads/b/c\n")),
            line(&format!("{one} {NOTHING} refs/heads/d")),
            line(&format!("{NOTHING} {two} refs/tags/v1")),
            "0000PACK...".to_owned(),
        ];
        let found = changes(body.concat().as_bytes());
        let names: Vec<&str> = found.iter().map(|one| one.branch.as_str()).collect();
        assert_eq!(names, ["a", "b/c", "d"]);
        assert_eq!(
            (&found[1].old, found[1].new.clone()),
            (&None, Sha::new(&two).ok())
        );
        assert_eq!(found[2].new, None);
    }

    #[test]
    fn garbage_asks_for_nothing() {
        for body in [
            &b""[..],
            b"0000",
            b"zzzz",
            b"ffff",
            b"0003",
            b"0008\xff\xff\xff\xff",
            b"00",
            b"0009hello",
        ] {
            assert_eq!(changes(body), []);
        }
    }

    #[test]
    fn an_answer_of_cgi_is_read() {
        let answer =
            read_cgi(b"Status: 403 Forbidden\r\nContent-Type: text/plain\r\n\r\nno").unwrap();
        assert_eq!((answer.status, &answer.body[..]), (403, &b"no"[..]));
        assert!(read_cgi(b"hello").is_none());
    }
}
