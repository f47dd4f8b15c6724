//! A GitHub App as the bot: it signs who it is, and gets a token for one repository and one hour.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use lightsout_forge::{Credential, ForgeError};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Mutex;

use crate::rest::{Api, Call, Failure};
use crate::settings::refused;

/// How long a signature counts; GitHub takes at most ten minutes.
const SIGNED_FOR: TimeDelta = TimeDelta::minutes(9);
/// How far our clock may be ahead of GitHub's.
const SKEW: TimeDelta = TimeDelta::minutes(1);
/// A token that ends sooner is not used any more: what is begun with it has to come to its end.
const LEFT: TimeDelta = TimeDelta::minutes(5);

/// A GitHub App with its private key.
pub struct App {
    id: String,
    key: RsaKeyPair,
    token: Mutex<Option<Token>>,
}

struct Token {
    text: SecretString,
    until: DateTime<Utc>,
}

#[derive(Deserialize)]
struct Installation {
    id: u64,
}

#[derive(Deserialize)]
struct NewToken {
    token: SecretString,
    expires_at: DateTime<Utc>,
}

impl App {
    /// Takes the App's id (or client id), and its private key as GitHub gives it out: a PEM file.
    ///
    /// # Errors
    /// [`ForgeError::Refused`] when it is no RSA key. The error says nothing of the key.
    pub fn new(id: &str, pem: &SecretString) -> Result<Self, ForgeError> {
        let bad = |why: &str| refused("the private key of the GitHub App", why.to_owned());
        let der = PrivateKeyDer::from_pem_slice(pem.expose_secret().as_bytes())
            .map_err(|_| bad("it is no PEM file; hint: give all of the file that GitHub made"))?;
        let key = match &der {
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
            _ => return Err(bad("it is no RSA key")),
        };
        if id.is_empty() || !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '.') {
            return Err(refused(
                "the id of the GitHub App",
                "it is no id".to_owned(),
            ));
        }
        Ok(Self {
            id: id.to_owned(),
            key: key.map_err(|_| bad("it is no RSA key"))?,
            token: Mutex::new(None),
        })
    }

    /// A token that is good for some minutes at least.
    pub(crate) async fn token(&self, api: &Api) -> Result<SecretString, Failure> {
        let mut held = self.token.lock().await;
        if let Some(token) = held
            .as_ref()
            .filter(|token| token.until - Utc::now() > LEFT)
        {
            return Ok(token.text.clone());
        }
        let signed = self.signed(Utc::now())?;
        let minted = self.mint(api, &signed).await;
        let new = minted.map_err(|failure| self.unauthorised(failure, api))?;
        let text = new.token.clone();
        *held = Some(Token {
            text: new.token,
            until: new.expires_at,
        });
        Ok(text)
    }

    async fn mint(&self, api: &Api, signed: &SecretString) -> Result<NewToken, Failure> {
        let find = Call::get("/repos/{owner}/{repo}/installation", &[]);
        let installation: Installation = api.json(signed, &find).await?;
        let mint = Call::post(
            "/app/installations/{installation_id}/access_tokens",
            &[&installation.id.to_string()],
            json!({ "repositories": [api.settings.repository.name] }),
        );
        api.json(signed, &mint.repeatable()).await
    }

    /// Whatever GitHub says to an App that wants a token is about that App.
    fn unauthorised(&self, failure: Failure, api: &Api) -> Failure {
        let (id, repository) = (&self.id, &api.settings.repository);
        let why = match &failure {
            Failure::Said { status, .. } if *status == StatusCode::NOT_FOUND => {
                format!("the GitHub App `{id}` is not installed on `{repository}`")
            }
            Failure::Said { status, why } => {
                format!("the GitHub App `{id}`: {why} (HTTP {})", status.as_u16())
            }
            _ => return failure,
        };
        let credential = Credential::Bot;
        Failure::Unauthorised { credential, why }
    }

    /// Says who we are, signed (RFC 7519 with RS256).
    fn signed(&self, now: DateTime<Utc>) -> Result<SecretString, Failure> {
        let header = json!({ "alg": "RS256", "typ": "JWT" });
        let claims = json!({
            "iat": (now - SKEW).timestamp(),
            "exp": (now - SKEW + SIGNED_FOR).timestamp(),
            "iss": self.id,
        });
        let encode = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", encode(&header), encode(&claims));
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                text.as_bytes(),
                &mut signature,
            )
            .map_err(|_| Failure::Refused("the key of the GitHub App does not sign".to_owned()))?;
        Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)).into())
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
