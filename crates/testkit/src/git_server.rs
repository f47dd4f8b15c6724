//! Git over HTTP, as a forge speaks it: the real `git http-backend` behind a server on loopback.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http_body_util::{BodyExt as _, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use hyper::{Request, Response};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::loopback::{Body, Loopback, built, whole};

/// The largest request, in bytes.
const LARGEST: usize = 256 << 20;

/// The variable in which a repository's hooks find the credential of the request, encoded and as it is.
const SENT: &str = "GIT_SERVER_WAS_SENT";

/// What goes wrong with one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GitFault {
    /// It is answered with this status and some HTML, and not done.
    Status(u16),
    /// The connection breaks, and it is not done.
    CutBefore,
    /// It is done, and the connection breaks before the answer.
    CutAfter,
    /// It is answered with another address.
    Redirect(String),
}

/// Serves the bare repositories of a folder, to whoever has the credential.
#[derive(Debug)]
pub struct GitServer {
    loopback: Loopback,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    root: PathBuf,
    authorization: Option<String>,
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    faults: VecDeque<(&'static str, GitFault)>,
    requests: Vec<String>,
}

impl GitServer {
    /// Serves `root`, in which `acme/site.git` is found at `/acme/site.git`. With a token, only those who send it as
    /// the password of anybody are let in. A hook of a repository finds in `GIT_SERVER_WAS_SENT` what credential it was.
    ///
    /// # Errors
    /// When there is no port, or no thread.
    pub fn start(root: &Path, token: Option<&str>) -> io::Result<Self> {
        let state = Arc::new(State {
            root: root.to_owned(),
            authorization: token.map(str::to_owned),
            book: Mutex::default(),
        });
        let served = Arc::clone(&state);
        let loopback = Loopback::start("git over HTTP", move |request| {
            let state = Arc::clone(&served);
            async move { answer(request, &state).await }
        })?;
        Ok(Self { loopback, state })
    }

    /// Where it listens, such as `http://127.0.0.1:4711`.
    pub fn url(&self) -> String {
        self.loopback.url()
    }

    /// Lets the next request whose path and query hold `part` (such as `info/refs` or `git-receive-pack`) go wrong.
    pub fn fail(&self, part: &'static str, fault: GitFault) {
        self.state.book().faults.push_back((part, fault));
    }

    /// Every request so far, as `GET /acme/site.git/info/refs?service=git-upload-pack`.
    pub fn requests(&self) -> Vec<String> {
        self.state.book().requests.clone()
    }
}

impl State {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lets_in(&self, request: &Request<Incoming>) -> bool {
        let Some(token) = &self.authorization else {
            return true;
        };
        let decoded = sent(request).and_then(decoded);
        decoded.is_some_and(|pair| pair.ends_with(format!(":{token}").as_bytes()))
    }

    fn fault(&self, request: &Request<Incoming>) -> Option<GitFault> {
        let uri = request.uri().to_string();
        let mut book = self.book();
        book.requests.push(format!("{} {uri}", request.method()));
        let (part, _) = book.faults.front()?;
        if uri.contains(part) {
            book.faults.pop_front().map(|(_, fault)| fault)
        } else {
            None
        }
    }
}

/// The credential of a request, as it was sent.
fn sent(request: &Request<Incoming>) -> Option<&str> {
    let header = request.headers().get(AUTHORIZATION)?;
    header.to_str().ok()?.strip_prefix("Basic ")
}

/// A credential as `user:password`.
fn decoded(sent: &str) -> Option<Vec<u8>> {
    base64::Engine::decode(&base64::engine::general_purpose::STANDARD, sent).ok()
}

async fn answer(request: Request<Incoming>, state: &State) -> io::Result<Response<Body>> {
    let fault = state.fault(&request);
    match &fault {
        Some(GitFault::Status(status)) => {
            let page = "<html><body>Something went wrong.</body></html>";
            return Ok(whole(*status, "text/html", page));
        }
        Some(GitFault::CutBefore) => return Err(io::Error::other("cut")),
        Some(GitFault::Redirect(to)) => {
            let to = format!("{to}{}", request.uri());
            let (_, nothing) = Body::new(1);
            return Ok(built(301, &[("location", &to)], nothing));
        }
        Some(GitFault::CutAfter) | None => {}
    }
    if !state.lets_in(&request) {
        let (_, nothing) = Body::new(1);
        let ask = ("www-authenticate", "Basic realm=\"git\"");
        return Ok(built(401, &[ask], nothing));
    }
    let output = backend(request, state).await?;
    if fault == Some(GitFault::CutAfter) {
        return Err(io::Error::other("cut"));
    }
    read_cgi(&output).ok_or_else(|| io::Error::other("git http-backend said nothing"))
}

/// Runs `git http-backend`, as a web server runs a CGI program (RFC 3875).
async fn backend(request: Request<Incoming>, state: &State) -> io::Result<Vec<u8>> {
    let header = |name| {
        let value = request
            .headers()
            .get(name)
            .map(|v: &hyper::header::HeaderValue| v.to_str());
        value.and_then(Result::ok).unwrap_or_default().to_owned()
    };
    let sent = sent(&request).unwrap_or_default();
    let pair = decoded(sent).unwrap_or_default();
    let variables = [
        (SENT, format!("{sent} {}", String::from_utf8_lossy(&pair))),
        ("REQUEST_METHOD", request.method().to_string()),
        ("PATH_INFO", request.uri().path().to_owned()),
        (
            "QUERY_STRING",
            request.uri().query().unwrap_or_default().to_owned(),
        ),
        ("CONTENT_TYPE", header(CONTENT_TYPE.as_str())),
        ("HTTP_CONTENT_ENCODING", header(CONTENT_ENCODING.as_str())),
        ("HTTP_GIT_PROTOCOL", header("git-protocol")),
        ("REMOTE_USER", "somebody".to_owned()),
        ("REMOTE_ADDR", "127.0.0.1".to_owned()),
        ("GATEWAY_INTERFACE", "CGI/1.1".to_owned()),
        ("GIT_HTTP_EXPORT_ALL", "1".to_owned()),
        ("GIT_CONFIG_NOSYSTEM", "1".to_owned()),
        ("GIT_CONFIG_GLOBAL", "/dev/null".to_owned()),
        ("GIT_CONFIG_COUNT", "2".to_owned()),
        ("GIT_CONFIG_KEY_0", "http.receivepack".to_owned()),
        ("GIT_CONFIG_VALUE_0", "true".to_owned()),
        (
            "GIT_CONFIG_KEY_1",
            "uploadpack.allowAnySHA1InWant".to_owned(),
        ),
        ("GIT_CONFIG_VALUE_1", "true".to_owned()),
        ("PATH", std::env::var("PATH").unwrap_or_default()),
    ];
    let body = Limited::new(request.into_body(), LARGEST).collect().await;
    let body = body.map_err(io::Error::other)?.to_bytes();
    let mut child = Command::new("git")
        .arg("http-backend")
        .env_clear()
        .envs(variables)
        .env("GIT_PROJECT_ROOT", &state.root)
        .env("CONTENT_LENGTH", body.len().to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let stdin = child.stdin.take();
    let feed = async move {
        if let Some(mut stdin) = stdin {
            // A program that stops reading early says why in its answer.
            let _ = stdin.write_all(&body).await;
        }
    };
    let (output, ()) = tokio::join!(child.wait_with_output(), feed);
    Ok(output?.stdout)
}

/// Reads the answer of a CGI program: header lines, an empty line, a body.
fn read_cgi(output: &[u8]) -> Option<Response<Body>> {
    let end = output.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&output[..end]).ok()?;
    let (mut status, mut headers) = (200, Vec::new());
    for (name, value) in head.lines().filter_map(|line| line.split_once(": ")) {
        if name.eq_ignore_ascii_case("status") {
            status = value.split(' ').next()?.parse().ok()?;
        } else {
            headers.push((name, value));
        }
    }
    let (mut line, body) = Body::new(1);
    let _ = line.try_send(hyper::body::Frame::data(Bytes::copy_from_slice(
        &output[end + 4..],
    )));
    Some(built(status, &headers, body))
}
