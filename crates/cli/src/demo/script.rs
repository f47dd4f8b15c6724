//! The story of the demo: people do things, then the factory works.
//!
//! Every act of a person has a key, so that playing the story again, after a kill or for fun, repeats nothing.

use anyhow::Context as _;
use lightsout_forge::{Label, Login, Number, Permission};
use lightsout_local::Local;

use crate::assets::{self, Example};
use crate::factory::work;
use crate::progress::Narrator;

const MAINTAINER: &str = "ada-gatekeeper";
const READER: &str = "rui-visitor";
const CANCELLED: &str = "09-faq-cancelled";
const ASKED: &str = "02-spotlight-incomplete";
const REFUSED_TO_READER: &str = "05-faq";

/// The people of the story, and what they may do.
const PEOPLE: [(&str, Permission); 5] = [
    (MAINTAINER, Permission::Admin),
    ("mira-fern", Permission::Read),
    ("tomas-pebble", Permission::Read),
    ("ines-lichen", Permission::Write),
    (READER, Permission::Read),
];

/// Plays the story to its end.
pub(crate) async fn play(
    local: &Local,
    agent: Option<&str>,
    narrator: &Narrator,
) -> anyhow::Result<()> {
    for (login, permission) in PEOPLE {
        local.set_permission(&login_of(login)?, permission).await?;
    }
    let requests = assets::requests()?;
    narrator.tell(&format!("\n── {} requests are filed", requests.len()));
    let mut filed = Vec::new();
    for request in &requests {
        filed.push((request, file(local, request).await?));
    }
    work(local, agent, narrator).await?;

    narrator.tell("\n── the question is answered, with a photograph");
    let words = answer(local, number(&filed, ASKED)?).await?;
    narrator.tell_quoted(&words);
    work(local, agent, narrator).await?;

    narrator.tell(&format!(
        "\n── {READER}, who may only read, tries to publish"
    ));
    say(
        local,
        READER,
        "publish-reader",
        number(&filed, REFUSED_TO_READER)?,
        "/publish",
    )
    .await?;
    work(local, agent, narrator).await?;

    narrator.tell("\n── a request is taken back");
    let (request, issue) = filed
        .iter()
        .find(|(request, _)| request.name == CANCELLED)
        .context("the story lacks its cancelled request")?;
    say(local, &request.by, "cancel", *issue, "/cancel").await?;
    work(local, agent, narrator).await?;

    narrator.tell(&format!("\n── {MAINTAINER} publishes what is ready"));
    for (request, issue) in &filed {
        if is_publishable(request) {
            let key = format!("publish-{}", request.name);
            say(local, MAINTAINER, &key, *issue, "/publish").await?;
        }
    }
    work(local, agent, narrator).await
}

fn is_publishable(request: &Example) -> bool {
    request.name != CANCELLED && request.labels.len() == 1
}

fn number(filed: &[(&Example, Number)], name: &str) -> anyhow::Result<Number> {
    let found = filed.iter().find(|(request, _)| request.name == name);
    Ok(found
        .with_context(|| format!("the story lacks `{name}`"))?
        .1)
}

async fn file(local: &Local, request: &Example) -> anyhow::Result<Number> {
    let person = local.person(&login_of(&request.by)?);
    let body = with_photo(local, request).await?;
    let labels: Vec<Label> = request
        .labels
        .iter()
        .map(|label| Label::new(label))
        .collect::<Result<_, _>>()?;
    let key = format!("demo/{}", request.name);
    Ok(person
        .open_issue(Some(&key), &request.title, &body, &labels)
        .await?)
}

/// Answers the question about the incomplete request; gives what was written.
async fn answer(local: &Local, issue: Number) -> anyhow::Result<String> {
    let example = assets::example(&format!("{ASKED}.answer"))?;
    let body = with_photo(local, &example).await?;
    say(local, &example.by, "answer", issue, &body).await?;
    Ok(body)
}

async fn with_photo(local: &Local, example: &Example) -> anyhow::Result<String> {
    let Some((name, bytes)) = &example.photo else {
        return Ok(example.body.clone());
    };
    let person = local.person(&login_of(&example.by)?);
    let url = person.attach(name, bytes).await?;
    Ok(example.body.replace("{photo}", &url))
}

async fn say(local: &Local, login: &str, key: &str, on: Number, body: &str) -> anyhow::Result<()> {
    let person = local.person(&login_of(login)?);
    person
        .comment(Some(&format!("demo/{key}")), on, body)
        .await?;
    Ok(())
}

fn login_of(login: &str) -> anyhow::Result<Login> {
    Login::new(login).with_context(|| format!("the story's person `{login}`"))
}
