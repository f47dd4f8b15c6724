//! The HTTP client: TLS by rustls with ring, proxies and certificate authorities from the usual variables.

use std::error::Error;
use std::sync::Arc;

use http::Uri;
use lightsout_forge::ForgeError;
use octocrab::service::middleware::base_uri::BaseUriLayer;
use octocrab::service::middleware::reqwest_connector::ReqwestConnector;
use octocrab::{AuthState, Octocrab, OctocrabBuilder};
use rustls::crypto::ring::default_provider;
use rustls::{ClientConfig, RootCertStore};

use super::{Failure, shortened};
use crate::settings::{Settings, base, refused};

/// Who calls; GitHub answers nobody else.
const USER_AGENT: &str = concat!("lightsout/", env!("CARGO_PKG_VERSION"));

/// A client that follows no redirect by itself. `HTTPS_PROXY`, `NO_PROXY` and their like are obeyed; `SSL_CERT_FILE` and
/// `SSL_CERT_DIR` take the place of the system's certificate authorities.
pub(super) fn client(settings: &Settings) -> Result<reqwest::Client, ForgeError> {
    let failed = |why: String| refused("connecting to GitHub", why);
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    let (usable, _) = roots.add_parsable_certificates(found.certs);
    if usable == 0 && settings.api.scheme() == "https" {
        let why = found.errors.first().map(|error| format!(": {error}"));
        return Err(failed(format!(
            "no certificate authority is known{}; hint: install `ca-certificates`, or set `SSL_CERT_FILE`",
            why.unwrap_or_default()
        )));
    }
    let tls = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(USER_AGENT)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(settings.timeout)
        .build()
        .map_err(|error| failed(error.to_string()))
}

/// Octocrab over that client. It is given no credential: each call brings its own.
pub(super) fn octocrab(
    settings: &Settings,
    client: reqwest::Client,
) -> Result<Octocrab, ForgeError> {
    let uri = base(&settings.api).parse::<Uri>();
    let uri = uri.map_err(|error| refused("the address of the API", error.to_string()))?;
    let built = OctocrabBuilder::new_empty()
        .with_service(ReqwestConnector::new(client))
        .with_layer(&BaseUriLayer::new(uri))
        .with_auth(AuthState::None)
        .build();
    match built {
        Ok(octocrab) => Ok(octocrab),
        Err(never) => match never {},
    }
}

/// What an exchange that broke means for what was asked.
pub(super) fn failure(error: &octocrab::Error) -> Failure {
    let mut source: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(inner) = source {
        if let Some(inner) = inner.downcast_ref::<reqwest::Error>() {
            let why = shortened(&root(inner));
            return if inner.is_connect() {
                Failure::NotDone(format!("no connection: {why}"))
            } else {
                Failure::Lost(format!("the connection broke: {why}"))
            };
        }
        source = inner.source();
    }
    Failure::Lost("the connection broke".to_owned())
}

/// The innermost cause, which names no address.
fn root(error: &(dyn Error + 'static)) -> String {
    let mut at = error;
    while let Some(inner) = at.source() {
        at = inner;
    }
    at.to_string()
}
