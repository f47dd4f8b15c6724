//! A server that answers as a test says, and remembers everything it was asked.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::body::{Bytes, Frame, Incoming};
use hyper::{Request, Response};

use crate::loopback::{Body, Loopback, built};

/// What a server was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// `GET` and the like.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// All of the body.
    pub body: Vec<u8>,
}

impl Asked {
    /// The value of a header, named in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Method and path, as `GET /repos/acme/site/issues?state=open`.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// What a server answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Status, headers and body.
    Answer {
        /// The status.
        status: u16,
        /// The headers.
        headers: Vec<(String, String)>,
        /// The body.
        body: Vec<u8>,
    },
    /// The connection breaks before any answer.
    Cut,
    /// The answer says that it is longer than what comes, and then the connection breaks.
    Short(Vec<u8>),
    /// Nothing comes for so long; then the connection breaks.
    Silence(Duration),
}

impl Reply {
    /// JSON with a status.
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::text(status, "application/json; charset=utf-8", &body.to_string())
    }

    /// A text of some kind with a status.
    pub fn text(status: u16, kind: &str, body: &str) -> Self {
        Self::Answer {
            status,
            headers: vec![("content-type".to_owned(), kind.to_owned())],
            body: body.as_bytes().to_vec(),
        }
    }

    /// The same with another header.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}

/// A server on loopback; it ends when this is dropped.
#[derive(Debug)]
pub struct HttpServer {
    loopback: Loopback,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl HttpServer {
    /// Listens on a free port, and answers with `answer`.
    ///
    /// # Errors
    /// When there is no port, or no thread.
    pub fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> io::Result<Self> {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (book, answer) = (Arc::clone(&asked), Arc::new(answer));
        let loopback = Loopback::start("scripted server", move |request| {
            let (book, answer) = (Arc::clone(&book), Arc::clone(&answer));
            async move {
                let asked = read(request).await?;
                let reply = answer(&asked);
                book.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(asked);
                respond(reply).await
            }
        })?;
        Ok(Self { loopback, asked })
    }

    /// Where it listens, such as `http://127.0.0.1:4711`.
    pub fn url(&self) -> String {
        self.loopback.url()
    }

    /// Everything it was asked so far, in order.
    pub fn asked(&self) -> Vec<Asked> {
        let asked = self.asked.lock();
        asked.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn read(request: Request<Incoming>) -> io::Result<Asked> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let headers = parts.headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    Ok(Asked {
        method: parts.method.to_string(),
        path: parts
            .uri
            .path_and_query()
            .map_or_else(String::new, ToString::to_string),
        headers: headers.collect(),
        body: body.to_vec(),
    })
}

async fn respond(reply: Reply) -> io::Result<Response<Body>> {
    let (status, headers, body) = match reply {
        Reply::Answer {
            status,
            headers,
            body,
        } => (status, headers, body),
        Reply::Cut => return Err(io::Error::other("cut")),
        Reply::Silence(time) => {
            tokio::time::sleep(time).await;
            return Err(io::Error::other("silent"));
        }
        Reply::Short(body) => {
            let (mut line, channel) = Body::new(2);
            let length = (body.len() + 100).to_string();
            let _ = line.try_send(Frame::data(Bytes::from(body)));
            tokio::spawn(async move {
                // What is there is to arrive before the line breaks.
                tokio::time::sleep(Duration::from_millis(50)).await;
                line.abort(io::Error::other("cut short"));
            });
            return Ok(built(200, &[("content-length", &length)], channel));
        }
    };
    let (mut line, channel) = Body::new(1);
    let _ = line.try_send(Frame::data(Bytes::from(body)));
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    Ok(built(status, &headers, channel))
}
