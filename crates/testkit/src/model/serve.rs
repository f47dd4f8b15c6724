//! The server.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::channel::Channel;
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE};
use hyper::{Method, Request, Response};
use serde_json::{Value, json};

use crate::loopback::{self, Body, Line, Loopback};

use super::exchange::{Exchange, Protocol};
use super::messages::{self, Answer};
use super::responses;
use super::script::{Conversation, Scene, Turn};

/// The largest question, in bytes.
const LARGEST: usize = 64 << 20;
/// How often an endless answer says something.
const BEAT: Duration = Duration::from_millis(50);

/// A model on loopback that answers from a script; it ends when this is dropped.
#[derive(Debug)]
pub struct ModelServer {
    loopback: Loopback,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    script: Vec<Conversation>,
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    /// How many turns a conversation has had with a session.
    had: HashMap<(String, String), usize>,
    exchanges: Vec<Exchange>,
    surprises: Vec<String>,
}

impl ModelServer {
    /// Listens on a free port of loopback.
    ///
    /// # Errors
    /// When there is no port, or no thread.
    pub fn start(script: Vec<Conversation>) -> io::Result<Self> {
        let state = Arc::new(State {
            script,
            book: Mutex::default(),
        });
        let served = Arc::clone(&state);
        let loopback = Loopback::start("scripted model", move |request| {
            let state = Arc::clone(&served);
            async move { Ok(answer(request, &state).await) }
        })?;
        Ok(Self { loopback, state })
    }

    /// Where it listens, such as `http://127.0.0.1:4711`.
    pub fn url(&self) -> String {
        self.loopback.url()
    }

    /// Everything that was asked so far, in order.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.state.book().exchanges.clone()
    }

    /// Everything that one conversation was asked so far, in order.
    pub fn exchanges_of(&self, conversation: &str) -> Vec<Exchange> {
        let mut exchanges = self.exchanges();
        exchanges.retain(|exchange| exchange.conversation.as_deref() == Some(conversation));
        exchanges
    }

    /// What was asked that nothing was written for.
    pub fn surprises(&self) -> Vec<String> {
        self.state.book().surprises.clone()
    }
}

impl State {
    fn book(&self) -> std::sync::MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Finds the turn for a question, and writes both down.
    fn next(&self, mut exchange: Exchange) -> Exchange {
        let prompt = exchange.prompt();
        let mut book = self.book();
        match self.script.iter().find(|one| one.is_for(&prompt)) {
            None => book.surprises.push(format!(
                "no conversation is for the prompt: {}",
                head_of(&prompt)
            )),
            Some(conversation) => {
                let session = (conversation.name.clone(), exchange.session.clone());
                let had = book.had.entry(session).or_default();
                exchange.number = *had;
                *had += 1;
                exchange.answer = conversation.at(exchange.number).cloned();
                if exchange.answer.is_none() {
                    let said = format!(
                        "`{}` was asked for turn {}",
                        conversation.name, exchange.number
                    );
                    book.surprises.push(said);
                }
                exchange.conversation = Some(conversation.name.clone());
            }
        }
        book.exchanges.push(exchange.clone());
        exchange
    }
}

fn head_of(text: &str) -> String {
    text.chars().take(300).collect()
}

async fn answer(request: Request<Incoming>, state: &State) -> Response<Body> {
    let path = request.uri().to_string();
    let route = request.uri().path().trim_end_matches('/').to_owned();
    let header = |name: &str| {
        let value = request.headers().get(name)?.to_str().ok()?;
        Some(value.trim_start_matches("Bearer ").to_owned())
    };
    let key = header("x-api-key").or_else(|| header(AUTHORIZATION.as_str()));
    if *request.method() == Method::HEAD {
        // A program's way to see whether anybody is there.
        return whole(200, &json!({}));
    }
    let method = request.method().clone();
    let body = Limited::new(request.into_body(), LARGEST).collect().await;
    let body: Value = match body.map(|body| serde_json::from_slice(&body.to_bytes())) {
        Ok(Ok(body)) => body,
        _ => Value::Null,
    };
    let protocol = match (method, route.as_str()) {
        (Method::POST, "/v1/messages") => Protocol::Messages,
        (Method::POST, "/v1/responses") => Protocol::Responses,
        (Method::POST, "/v1/messages/count_tokens") => {
            // About four letters to a token.
            return whole(200, &json!({ "input_tokens": body.to_string().len() / 4 }));
        }
        (Method::GET, "/v1/models") => return whole(200, &json!({ "data": [], "models": [] })),
        (method, route) => {
            state.book().surprises.push(format!("{method} {route}"));
            return whole(404, &messages::error(404, "no such endpoint"));
        }
    };
    let exchange = Exchange {
        protocol,
        path,
        key,
        session: protocol.session(&body),
        conversation: None,
        number: 0,
        answer: None,
        body,
    };
    if exchange.tools().is_empty() {
        // A question beside the work, such as one for a title.
        return beside(state, exchange);
    }
    respond(state.next(exchange))
}

/// Answers what a program asks beside its work; it is written down, and takes no turn.
fn beside(state: &State, mut exchange: Exchange) -> Response<Body> {
    exchange.answer = Some(Turn::say("A step of the script"));
    state.book().exchanges.push(exchange.clone());
    respond(exchange)
}

fn respond(exchange: Exchange) -> Response<Body> {
    let streamed = exchange.body["stream"] == true;
    match &exchange.answer {
        None => failed(
            exchange.protocol,
            400,
            "the script has no answer to this question",
        ),
        Some(Turn::Error { status, message }) => failed(exchange.protocol, *status, message),
        Some(_) => {
            let (line, body) = Channel::new(4);
            // Whoever asked may be gone before the answer is.
            tokio::spawn(async move {
                let _ = if streamed {
                    stream(&exchange, line).await
                } else {
                    at_once(&exchange, line).await
                };
            });
            let kind = if streamed {
                "text/event-stream"
            } else {
                "application/json"
            };
            loopback::built(200, &[(CONTENT_TYPE.as_str(), kind)], body)
        }
    }
}

/// Renders an answer for the program that asked.
fn rendered<'a>(exchange: &'a Exchange, id: &'a str, scene: &'a Scene) -> Answer<'a> {
    let (text, calls, usage) = match &exchange.answer {
        Some(Turn::Answer {
            text, calls, usage, ..
        }) => (text.as_str(), calls.as_slice(), *usage),
        Some(Turn::Cut { text }) => (text.as_str(), &[][..], super::Usage::default()),
        _ => ("", &[][..], super::Usage::default()),
    };
    Answer {
        id,
        model: &exchange.body["model"],
        scene,
        text,
        calls,
        usage,
    }
}

fn id_of(exchange: &Exchange) -> String {
    let name = exchange.conversation.as_deref().unwrap_or("beside");
    format!(
        "{}_{}",
        name.replace(|c: char| !c.is_ascii_alphanumeric(), "_"),
        exchange.number
    )
}

/// Sends an answer as one object.
async fn at_once(exchange: &Exchange, mut line: Line) -> Result<(), Gone> {
    let (id, scene) = (id_of(exchange), exchange.protocol.scene(&exchange.body));
    let answer = rendered(exchange, &id, &scene);
    let text = match exchange.protocol {
        Protocol::Messages => messages::whole(&answer),
        Protocol::Responses => responses::whole(&answer),
    }
    .to_string();
    match &exchange.answer {
        Some(Turn::Cut { .. }) => {
            send(&mut line, text[..text.len() / 2].to_owned()).await?;
            broken(line);
            Ok(())
        }
        Some(Turn::Stall) => silence().await,
        Some(Turn::Endless) => loop {
            tokio::time::sleep(BEAT).await;
            send(&mut line, " ".to_owned()).await?;
        },
        Some(Turn::Answer { pause_ms, .. }) => {
            tokio::time::sleep(Duration::from_millis(*pause_ms)).await;
            send(&mut line, text).await
        }
        Some(Turn::Error { .. }) | None => Ok(()),
    }
}

/// Sends an answer as server-sent events.
async fn stream(exchange: &Exchange, mut line: Line) -> Result<(), Gone> {
    let (id, scene) = (id_of(exchange), exchange.protocol.scene(&exchange.body));
    let answer = rendered(exchange, &id, &scene);
    let (begin, open, piece, events): (_, _, fn(&str) -> Value, _) = match exchange.protocol {
        Protocol::Messages => (
            messages::begin(&answer),
            messages::open_text(),
            messages::piece,
            messages::events(&answer),
        ),
        Protocol::Responses => (
            responses::begin(&answer),
            responses::open_text(),
            responses::piece,
            responses::events(&answer),
        ),
    };
    match &exchange.answer {
        Some(Turn::Cut { text }) => {
            for event in [begin, open, piece(text)] {
                send(&mut line, sse(&event)).await?;
            }
            // What was said is to arrive before the line breaks.
            tokio::time::sleep(BEAT).await;
            broken(line);
            Ok(())
        }
        Some(Turn::Stall) => silence().await,
        Some(Turn::Endless) => {
            for event in [begin, open] {
                send(&mut line, sse(&event)).await?;
            }
            loop {
                tokio::time::sleep(BEAT).await;
                send(&mut line, sse(&piece("and so on, "))).await?;
            }
        }
        Some(Turn::Answer { pause_ms, .. }) => {
            for event in events {
                tokio::time::sleep(Duration::from_millis(*pause_ms)).await;
                send(&mut line, sse(&event)).await?;
            }
            Ok(())
        }
        Some(Turn::Error { .. }) | None => Ok(()),
    }
}

/// Whoever asked is not there any more.
struct Gone;

async fn send(line: &mut Line, text: String) -> Result<(), Gone> {
    line.send_data(text.into()).await.map_err(|_| Gone)
}

fn broken(line: Line) {
    line.abort(io::Error::other("the script breaks the line here"));
}

/// Waits for ever; the connection is held and says nothing.
async fn silence() -> Result<(), Gone> {
    std::future::pending().await
}

fn sse(event: &Value) -> String {
    let kind = event["type"].as_str().unwrap_or_default();
    format!("event: {kind}\ndata: {event}\n\n")
}

fn failed(protocol: Protocol, status: u16, message: &str) -> Response<Body> {
    let body = match protocol {
        Protocol::Messages => messages::error(status, message),
        Protocol::Responses => responses::error(status, message),
    };
    whole(status, &body)
}

/// A small answer that is there at once.
fn whole(status: u16, body: &Value) -> Response<Body> {
    loopback::whole(status, "application/json", body.to_string())
}
