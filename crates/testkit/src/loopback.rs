//! A server on loopback, in a thread of its own, so that tests with and without a run time can use it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use http_body_util::channel::{Channel, Sender};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// The body of an answer, piece by piece.
pub(crate) type Body = Channel<Bytes, io::Error>;
/// Where its pieces go.
pub(crate) type Line = Sender<Bytes, io::Error>;

/// Listens until it is dropped.
#[derive(Debug)]
pub(crate) struct Loopback {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
}

impl Loopback {
    /// Listens on a free port. An error instead of an answer breaks the connection.
    pub(crate) fn start<S, A>(name: &str, serve: S) -> io::Result<Self>
    where
        S: Fn(Request<Incoming>) -> A + Send + Sync + 'static,
        A: Future<Output = io::Result<Response<Body>>> + Send + 'static,
    {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        () = listen(listener, Arc::new(serve)) => {}
                        _ = stopped => {}
                    }
                });
                runtime.shutdown_background();
            })?;
        Ok(Self {
            address,
            stop: Some(stop),
        })
    }

    /// Where it listens, such as `http://127.0.0.1:4711`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // It fails only when the thread has ended already.
            let _ = stop.send(());
        }
    }
}

async fn listen<S, A>(listener: std::net::TcpListener, serve: Arc<S>)
where
    S: Fn(Request<Incoming>) -> A + Send + Sync + 'static,
    A: Future<Output = io::Result<Response<Body>>> + Send + 'static,
{
    let Ok(listener) = TcpListener::from_std(listener) else {
        return;
    };
    while let Ok((stream, _)) = listener.accept().await {
        let serve = Arc::clone(&serve);
        tokio::spawn(async move {
            let service = service_fn(move |request| serve(request));
            // A connection that breaks is the program's affair, and often the script's.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

/// An answer that is there at once.
pub(crate) fn whole(status: u16, kind: &str, text: impl Into<Bytes>) -> Response<Body> {
    let (mut line, channel) = Channel::new(1);
    // There is room for one, and it has just been made.
    let _ = line.try_send(hyper::body::Frame::data(text.into()));
    built(status, &[(CONTENT_TYPE.as_str(), kind)], channel)
}

/// An answer whose body is still to come.
pub(crate) fn built(status: u16, headers: &[(&str, &str)], body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    if let Ok(status) = StatusCode::from_u16(status) {
        *response.status_mut() = status;
    }
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(value),
        ) {
            response.headers_mut().append(name, value);
        }
    }
    response
}
