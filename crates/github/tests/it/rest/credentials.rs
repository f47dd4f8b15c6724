use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lightsout_forge::{Action, Credential, Forge, ForgeError, Label};
use lightsout_github::{App, BotCredential, GitHub, WorkflowToken};
use lightsout_testkit::{HttpServer, Reply};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::{Value, json};

use super::{body, issue, not_found, ok, on_issue, settings};

/// A key that was made for these tests and opens nothing.
const KEY: &str = include_str!("../app-key.pem");
const PUBLIC: &[u8] = include_bytes!("../app-key.pub.der");

fn approve(name: &str) -> Action {
    Action::EnsureLabel {
        on: on_issue(),
        label: if name == "approved" {
            Label::approved()
        } else {
            Label::new(name).unwrap()
        },
    }
}

/// Reads a signed text after checking who signed it.
fn claims(authorization: &str) -> Value {
    let token = authorization.strip_prefix("Bearer ").unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, PUBLIC)
        .verify(signed.as_bytes(), &signature)
        .unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    assert_eq!(header["alg"], "RS256");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

/// An App whose tokens count for so many minutes.
fn app(minutes: i64) -> (HttpServer, GitHub, tempfile::TempDir) {
    let server = HttpServer::start(move |asked| match asked.line().as_str() {
        "GET /repos/acme/site/installation" => ok(&json!({"id": 77, "account": {"login": "acme"}})),
        "POST /app/installations/77/access_tokens" => {
            let until = chrono::Utc::now() + chrono::TimeDelta::minutes(minutes);
            Reply::json(
                201,
                &json!({"token": "planted-installation-token", "expires_at": until}),
            )
        }
        "GET /repos/acme/site/issues/7" => ok(&issue(7, 0)),
        "POST /repos/acme/site/issues/7/labels" => ok(&json!([])),
        _ => not_found(),
    });
    let (server, dir) = (server.unwrap(), tempfile::tempdir().unwrap());
    let bot = BotCredential::App(Box::new(App::new("Iv1.abc", &KEY.into()).unwrap()));
    let github = GitHub::new(
        settings(&server.url(), &dir),
        WorkflowToken::new("w".into()),
        bot,
    );
    (server, github.unwrap(), dir)
}

#[tokio::test]
async fn an_app_signs_who_it_is_and_gets_one_token_for_one_repository() {
    let (server, github, _dir) = app(60);
    for _ in 0..2 {
        github.ensure(&approve("approved")).await.unwrap();
    }
    let asked = server.asked();
    let minted: Vec<_> = asked
        .iter()
        .filter(|asked| asked.path.contains("access_tokens"))
        .collect();
    assert_eq!(minted.len(), 1, "a token that counts is used again");
    assert_eq!(body(minted[0]), json!({"repositories": ["site"]}));
    let claims = claims(minted[0].header("authorization").unwrap());
    let (now, at) = (chrono::Utc::now().timestamp(), |name: &str| {
        claims[name].as_i64().unwrap()
    });
    assert_eq!(claims["iss"], "Iv1.abc");
    assert!(at("iat") <= now - 50 && at("exp") > now && at("exp") - at("iat") <= 600);
    let labelled = asked
        .iter()
        .find(|asked| asked.path.ends_with("/labels"))
        .unwrap();
    assert_eq!(
        labelled.header("authorization"),
        Some("Bearer planted-installation-token")
    );
    // What is not the bot's business does not use its token.
    github.ensure(&approve("cms-bot-waiting")).await.unwrap();
    let last = server.asked().pop().unwrap();
    assert_eq!(last.header("authorization"), Some("Bearer w"));
}

#[tokio::test]
async fn a_token_that_ends_soon_is_not_used_any_more() {
    let (server, github, _dir) = app(4);
    for _ in 0..2 {
        github.ensure(&approve("approved")).await.unwrap();
    }
    let minted = server
        .asked()
        .into_iter()
        .filter(|asked| asked.path.contains("access_tokens"));
    assert_eq!(minted.count(), 2);
}

#[tokio::test]
async fn an_app_that_gets_no_token_is_told_so_by_its_name() {
    for (status, why) in [
        (401, "12: A JSON web token could not be decoded (HTTP 401)"),
        (403, "12: A JSON web token could not be decoded (HTTP 403)"),
        (404, "12` is not installed on `acme/site"),
    ] {
        let said = json!({"message": "A JSON web token could not be decoded"});
        let server = HttpServer::start(move |asked| match asked.line().as_str() {
            "GET /repos/acme/site/issues/7" => ok(&issue(7, 0)),
            _ => Reply::json(status, &said),
        });
        let (server, dir) = (server.unwrap(), tempfile::tempdir().unwrap());
        let bot = BotCredential::App(Box::new(App::new("12", &KEY.into()).unwrap()));
        let settings = settings(&server.url(), &dir);
        let github = GitHub::new(settings, WorkflowToken::new("w".into()), bot).unwrap();
        let error = github.ensure(&approve("approved")).await.unwrap_err();
        let ForgeError::Unauthorised {
            credential: Credential::Bot,
            why: told,
            ..
        } = &error
        else {
            panic!("{error:?}");
        };
        assert!(
            told.replace('`', "").contains(&why.replace('`', "")),
            "{told}"
        );
    }
}

#[test]
fn a_key_that_is_none_is_refused_without_a_word_of_it() {
    let cut = &KEY[..KEY.len() / 2];
    for bad in ["planted-key", cut, ""] {
        let error = App::new("12", &bad.into()).unwrap_err();
        assert!(matches!(error, ForgeError::Refused { .. }));
        let said = format!("{error} {error:?}");
        assert!(!said.contains("planted") && !said.contains("MII"), "{said}");
    }
    assert!(App::new("", &KEY.into()).is_err());
    let app = App::new("12", &KEY.into()).unwrap();
    assert!(!format!("{app:?} {:?}", BotCredential::Token("planted".into())).contains("planted"));
}
