//! Asking a server on loopback, from threads with and without a run time.

use std::collections::HashMap;
use std::sync::LazyLock;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use lightsout_testkit::{Asked, Reply};
use reqwest::Method;
use reqwest::blocking::Client;
use reqwest::redirect::Policy;
use serde_json::Value;

/// For every server on loopback. Connections are given up before the servers do so.
static CLIENT: LazyLock<Client> = LazyLock::new(|| {
    let client = Client::builder().no_proxy().redirect(Policy::none());
    let client = client.pool_idle_timeout(Duration::from_secs(2)).build();
    client.unwrap_or_else(|_| Client::new())
});

/// A server.
#[derive(Debug, Clone)]
pub(super) struct Rest {
    url: String,
}

impl Rest {
    pub(super) fn at(url: &str) -> Self {
        // The client could speak TLS as well, and wants to know by what; whoever said it first is right.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            url: url.to_owned(),
        }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Makes a call and reads the JSON that comes back.
    pub(super) fn call(
        &self,
        method: &str,
        path: &str,
        token: &str,
        body: Option<Vec<u8>>,
    ) -> Result<(u16, HashMap<String, String>, Value)> {
        let headers = vec![
            ("authorization".to_owned(), format!("Bearer {token}")),
            ("content-type".to_owned(), "application/json".to_owned()),
        ];
        let (status, headers, body) = self.send(method, path, headers, body.unwrap_or_default())?;
        Ok((
            status,
            headers,
            serde_json::from_slice(&body).unwrap_or_default(),
        ))
    }

    /// Passes a request on as it is.
    pub(super) fn forward(&self, asked: &Asked) -> Result<Reply> {
        let mut headers = asked.headers.clone();
        headers
            .retain(|(name, _)| !["host", "content-length", "connection"].contains(&name.as_str()));
        let (status, headers, body) =
            self.send(&asked.method, &asked.path, headers, asked.body.clone())?;
        let keep =
            |name: &str| !["content-length", "transfer-encoding", "connection"].contains(&name);
        Ok(Reply::Answer {
            status,
            headers: headers.into_iter().filter(|(name, _)| keep(name)).collect(),
            body,
        })
    }

    fn send(
        &self,
        method: &str,
        path: &str,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    ) -> Result<(u16, HashMap<String, String>, Vec<u8>)> {
        let exchange = || -> Result<_> {
            let mut request = CLIENT.request(
                Method::from_bytes(method.as_bytes())?,
                format!("{}{path}", self.url),
            );
            for (name, value) in headers {
                request = request.header(name, value);
            }
            let response = request
                .body(body)
                .send()
                .context("asking a server on loopback")?;
            let status = response.status().as_u16();
            let headers = response.headers().iter();
            let headers = headers.map(|(name, value)| {
                (
                    name.to_string(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned(),
                )
            });
            let headers = headers.collect();
            Ok((status, headers, response.bytes()?.to_vec()))
        };
        // A thread that serves a run time may not wait for another.
        let joined = std::thread::scope(|scope| scope.spawn(exchange).join());
        joined.map_err(|_| anyhow!("asking a server on loopback panicked"))?
    }
}
