//! The server: listens on loopback, and answers one request after the other on each connection.

use std::convert::Infallible;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, RwLock};

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use lightsout_forge::Login;
use lightsout_local::{Local, LocalError};
use tokio::net::TcpListener;
use tokio::sync::Mutex;

use crate::answer::Answer;
use crate::ask::Ask;
use crate::place::Place;
use crate::tokens::{Tokens, TokensError};

/// The largest request of the API; GitHub takes no more of a body.
const LARGEST: usize = 1 << 20;
/// The largest file that is attached.
const LARGEST_FILE: usize = 25 << 20;
/// The largest push.
const LARGEST_PUSH: usize = 256 << 20;

/// Why nothing is served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// Others than this machine could ask.
    #[error("`{0}` can be reached from outside; hint: listen on `127.0.0.1:PORT`")]
    NotLoopback(SocketAddr),
    /// The name is none that GitHub gives out.
    #[error("`{0}` is not `owner/name` in the characters that GitHub gives out")]
    Repository(String),
    /// The forge failed.
    #[error(transparent)]
    Forge(#[from] LocalError),
    /// The tokens failed.
    #[error(transparent)]
    Tokens(#[from] TokensError),
    /// The operating system failed.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        source: io::Error,
    },
}

/// Where and as what a forge is served.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen; port 0 is any that is free.
    pub address: SocketAddr,
    /// The repository, as `owner/name`.
    pub repository: String,
    /// The file of the tokens.
    pub tokens: PathBuf,
    /// The folder that events are written to; made when it is missing.
    pub events: PathBuf,
}

/// Called with one line about each request.
pub type Log = Box<dyn Fn(&str) + Send + Sync>;

/// A forge that listens.
pub struct Server {
    listener: TcpListener,
    place: Arc<Place>,
}

fn failed(what: impl Into<String>) -> impl FnOnce(io::Error) -> ServerError {
    let what = what.into();
    move |source| ServerError::Io { what, source }
}

impl Server {
    /// Begins to listen, and writes the file of the tokens. Nothing is answered yet.
    ///
    /// # Errors
    /// [`ServerError`]
    pub async fn start(local: Local, options: &Options, log: Log) -> Result<Self, ServerError> {
        if !options.address.ip().is_loopback() {
            return Err(ServerError::NotLoopback(options.address));
        }
        let bad_name = || ServerError::Repository(options.repository.clone());
        let (owner, name) = options.repository.split_once('/').ok_or_else(bad_name)?;
        if !is_name(owner) || !is_name(name) {
            return Err(bad_name());
        }
        let members: Vec<Login> = local
            .members()
            .await?
            .into_iter()
            .map(|one| one.0)
            .collect();
        let tokens = Tokens::load(&options.tokens, &members)?;
        fs::create_dir_all(&options.events)
            .map_err(failed(format!("making `{}`", options.events.display())))?;
        let listener = TcpListener::bind(options.address).await;
        let listener = listener.map_err(failed(format!("listening on `{}`", options.address)))?;
        let address = listener.local_addr().map_err(failed("listening"))?;
        let origin = format!("http://{address}");
        let first = local.activity().await?.first().map(|line| line.at);
        let since = first.unwrap_or_else(|| local.now());
        let place = Place {
            local,
            tokens: RwLock::new(tokens),
            env_file: options.tokens.clone(),
            origin,
            owner: owner.to_owned(),
            name: name.to_owned(),
            events: options.events.clone(),
            writing: Mutex::new(()),
            since,
            log,
        };
        place.save_tokens()?;
        place.begin_telling().await?;
        place.tell().await;
        Ok(Self {
            listener,
            place: Arc::new(place),
        })
    }

    /// Where it listens, such as `http://127.0.0.1:4180`.
    pub fn url(&self) -> &str {
        &self.place.origin
    }

    /// The forge that is served.
    pub fn local(&self) -> &Local {
        &self.place.local
    }

    /// The tokens that it takes.
    pub fn tokens(&self) -> Tokens {
        self.place.tokens().clone()
    }

    /// Answers until the future is dropped.
    pub async fn serve(self) -> Infallible {
        loop {
            let (stream, _) = match self.listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    (self.place.log)(&format!("no connection: {error}"));
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                    continue;
                }
            };
            let place = Arc::clone(&self.place);
            tokio::spawn(async move {
                let service = service_fn(move |request| {
                    let place = Arc::clone(&place);
                    async move { Ok::<_, Infallible>(respond(&place, request).await) }
                });
                // A connection that breaks is whoever asks's affair.
                let _ = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server")
            .field("url", &self.url())
            .finish_non_exhaustive()
    }
}

/// Whether a text is the name of an account or of a repository.
fn is_name(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    (1..=100).contains(&text.len()) && text.chars().all(fits) && text != "." && text != ".."
}

async fn respond(place: &Place, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (parts, body) = request.into_parts();
    let line = format!("{} {}", parts.method, parts.uri);
    let path = parts.uri.path();
    let limit = if path.ends_with("/git-receive-pack") || path.ends_with("/git-upload-pack") {
        LARGEST_PUSH
    } else if path.contains("/_rehearsal/") {
        LARGEST_FILE
    } else {
        LARGEST
    };
    let answer = match Limited::new(body, limit).collect().await {
        Ok(body) => match Ask::new(parts.method, &parts.uri, parts.headers, body.to_bytes()) {
            Some(ask) => answer(place, &ask).await,
            None => Answer::said(400, "The address is no text"),
        },
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            Answer::said(413, "Payload too big")
        }
        Err(_) => Answer::said(400, "The request was cut short"),
    };
    (place.log)(&format!("{line} {}", answer.status));
    let mut response = Response::new(Full::new(answer.body));
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response
                .headers_mut()
                .append(HeaderName::from_static(name), value);
        }
    }
    response
}

async fn answer(place: &Place, ask: &Ask) -> Answer {
    if let Some(answer) = place.answer_git(ask).await {
        return answer;
    }
    if let Some(answer) = place.attachment(ask).await {
        return answer;
    }
    place.answer(ask).await
}
