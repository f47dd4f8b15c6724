//! `lightsout local`: going on by hand.

use std::fmt::Write as _;
use std::path::Path;

use lightsout_engine::EngineError;
use lightsout_forge::{
    Comment, Credential, Forge as _, ForgeError, Issue, Label, Login, Number, PullRequest,
};
use lightsout_local::{Activity, Local as Forge};
use lightsout_taxonomy::{Classification, Factory, FieldKind, RequestType, classify};
use serde::Serialize;

use crate::args::{ChangeLabel, Format, Local, LocalVerb, NewComment, NewIssue, Run};
use crate::factory::{block_on, configuration, open, work};
use crate::failure::{Done, Mendable};
use crate::input::{read_bytes, read_text};
use crate::output::{print, print_json, short, table};
use crate::progress::Narrator;
use crate::summary::{Line, lines, text};

pub(crate) fn run(args: &Local) -> anyhow::Result<Done> {
    block_on(verb(args))?;
    Ok(Done::Fine)
}

async fn verb(args: &Local) -> anyhow::Result<()> {
    let local = open(&args.dir).await?;
    let format = args.format;
    match &args.verb {
        LocalVerb::Issue(new) => open_issue(&local, new, format).await,
        LocalVerb::Comment(new) => comment(&local, new, format).await,
        LocalVerb::Label(change) => label(&local, change, format).await,
        LocalVerb::List => list(&local, &Narrator::new(false), format).await,
        LocalVerb::Show(show) => self::show(&local, Number(show.number), format).await,
        LocalVerb::Log(log) => self::log(&local, log.number, format).await,
        LocalVerb::Run(run) => let_work(&local, run, format).await,
        LocalVerb::Serve(serve) => crate::serve::run(local, serve, format).await,
    }
}

/// What a change prints as JSON.
#[derive(Serialize)]
struct Changed {
    number: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<u64>,
}

async fn open_issue(local: &Forge, new: &NewIssue, format: Format) -> anyhow::Result<()> {
    let person = local.person(&login(&new.by)?);
    let labels = labels(&new.labels)?;
    let body = match &new.file {
        Some(path) => read_text(path)?,
        None => from_fields(
            &configuration(local)?,
            &labels,
            &new.fields,
            new.attach.is_some(),
        )?,
    };
    let body = attach(local, &new.by, new.attach.as_deref(), body).await?;
    let number = person.open_issue(None, &new.title, &body, &labels).await?;
    match format {
        Format::Json => print_json(&Changed {
            number: number.0,
            comment: None,
        }),
        Format::Text => print(&format!(
            "opened {number}; `lightsout local run` lets the factory work on it\n"
        )),
    }
}

/// Writes a body as the issue form would, from `KEY=VALUE` words.
fn from_fields(
    factory: &Factory,
    labels: &[Label],
    words: &[String],
    attached: bool,
) -> anyhow::Result<String> {
    let Classification::Request(kind) = classify(factory, labels.iter().map(Label::as_str)) else {
        if words.is_empty() {
            return Ok(String::new());
        }
        return Err(Mendable::error(
            "`--field` needs exactly one content type among the labels",
            "name one with `--label`, such as `--label cms-faq`",
        ));
    };
    let mut body = String::new();
    for word in words {
        let (key, value) = word.split_once('=').ok_or_else(|| {
            Mendable::error(
                format!("`{word}` is no `KEY=VALUE`"),
                format!("the keys of `{}` are {}", kind.label, keys(kind)),
            )
        })?;
        let field = kind.field(key).ok_or_else(|| {
            Mendable::error(
                format!("`{}` has no field `{key}`", kind.label),
                format!("its fields are {}", keys(kind)),
            )
        })?;
        let _ = write!(body, "### {}\n\n{value}\n\n", field.label);
    }
    let picture = kind
        .fields
        .iter()
        .find(|field| field.kind == FieldKind::Image);
    if let (true, Some(field)) = (attached, picture) {
        let _ = write!(
            body,
            "### {}\n\n![attached picture]({{photo}})\n",
            field.label
        );
    }
    Ok(body)
}

fn keys(kind: &RequestType) -> String {
    let keys: Vec<String> = kind
        .fields
        .iter()
        .map(|field| format!("`{}`", field.key))
        .collect();
    keys.join(", ")
}

async fn comment(local: &Forge, new: &NewComment, format: Format) -> anyhow::Result<()> {
    let body = match (&new.body, &new.file) {
        (Some(body), _) => body.clone(),
        (None, Some(path)) => read_text(path)?,
        (None, None) => String::new(),
    };
    let body = attach(local, &new.by, new.attach.as_deref(), body).await?;
    let on = Number(new.on);
    let id = local
        .person(&login(&new.by)?)
        .comment(None, on, &body)
        .await?;
    match format {
        Format::Json => print_json(&Changed {
            number: new.on,
            comment: Some(id.0),
        }),
        Format::Text => print(&format!(
            "commented on {on}; `lightsout local run` lets the factory see it\n"
        )),
    }
}

async fn label(local: &Forge, change: &ChangeLabel, format: Format) -> anyhow::Result<()> {
    let person = local.person(&login(&change.by)?);
    let on = Number(change.on);
    for label in labels(&change.add)? {
        person.add_label(None, on, &label).await?;
    }
    for label in labels(&change.remove)? {
        person.remove_label(None, on, &label).await?;
    }
    match format {
        Format::Json => print_json(&Changed {
            number: change.on,
            comment: None,
        }),
        Format::Text => print(&format!("changed the labels of {on}\n")),
    }
}

#[derive(Serialize)]
struct Listed {
    requests: Vec<Line>,
}

async fn list(local: &Forge, narrator: &Narrator, format: Format) -> anyhow::Result<()> {
    let requests = lines(local).await?;
    match format {
        Format::Json => print_json(&Listed { requests }),
        Format::Text => print(&text(&requests, narrator)),
    }
}

async fn let_work(local: &Forge, args: &Run, format: Format) -> anyhow::Result<()> {
    let narrator = Narrator::new(!args.quiet);
    work(local, args.agent.as_deref(), &narrator).await?;
    list(local, &narrator, format).await
}

/// A thread as JSON.
#[derive(Serialize)]
struct Thread {
    #[serde(skip_serializing_if = "Option::is_none")]
    issue: Option<Issue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pull_request: Option<PullRequest>,
    comments: Vec<Comment>,
}

async fn show(local: &Forge, number: Number, format: Format) -> anyhow::Result<()> {
    let thread = match local.issue(number).await {
        Ok(issue) => Thread {
            issue: Some(issue),
            pull_request: None,
            comments: local.comments(number).await.map_err(EngineError::from)?,
        },
        Err(ForgeError::NotFound { .. }) => pull_thread(local, number).await?,
        Err(error) => return Err(EngineError::from(error).into()),
    };
    match format {
        Format::Json => print_json(&thread),
        Format::Text => print(&shown(&thread)),
    }
}

async fn pull_thread(local: &Forge, number: Number) -> anyhow::Result<Thread> {
    match local.pull_request(number).await {
        Ok(pull) => Ok(Thread {
            issue: None,
            pull_request: Some(pull),
            comments: local.comments(number).await.map_err(EngineError::from)?,
        }),
        Err(ForgeError::NotFound { .. }) => Err(Mendable::error(
            format!("there is no issue or pull request {number}"),
            "`lightsout local list` lists them",
        )),
        Err(error) => Err(EngineError::from(error).into()),
    }
}

/// The log as JSON.
#[derive(Serialize)]
struct Log {
    log: Vec<Activity>,
}

async fn log(local: &Forge, number: Option<u64>, format: Format) -> anyhow::Result<()> {
    let mut log = local.activity().await?;
    if let Some(number) = number {
        log.retain(|line| line.on == Some(Number(number)));
    }
    match format {
        Format::Json => print_json(&Log { log }),
        Format::Text => {
            let rows: Vec<Vec<String>> = log.iter().map(log_row).collect();
            print(&table(
                &["when", "who", "as", "what", "on", "detail", "event"],
                &rows,
            ))
        }
    }
}

fn log_row(line: &Activity) -> Vec<String> {
    let credential = match line.credential {
        Some(Credential::Bot) => "bot",
        Some(Credential::Workflow) => "workflow",
        None => "person",
    };
    vec![
        line.at.format("%H:%M:%S%.3f").to_string(),
        line.actor.login.to_string(),
        credential.to_owned(),
        line.what.clone(),
        line.on
            .map_or_else(String::new, |number| number.to_string()),
        short(&line.detail, 60),
        if line.raised { "raised" } else { "none" }.to_owned(),
    ]
}

fn shown(thread: &Thread) -> String {
    let mut text = String::new();
    if let Some(issue) = &thread.issue {
        let labels: Vec<&str> = issue.labels.iter().map(Label::as_str).collect();
        let _ = write!(
            text,
            "{} {}\n{:?} · {} · by {}\n\n{}\n",
            issue.number,
            short(&issue.title, 200),
            issue.state,
            labels.join(", "),
            issue.author.login,
            visible(&issue.body)
        );
    }
    if let Some(pull) = &thread.pull_request {
        let labels: Vec<&str> = pull.labels.iter().map(Label::as_str).collect();
        let _ = write!(
            text,
            "{} {}\n{:?} · {} · {} → {} at {}\n\n{}\n",
            pull.number,
            short(&pull.title, 200),
            pull.state,
            labels.join(", "),
            pull.head,
            pull.base,
            pull.head_sha.short(),
            visible(&pull.body)
        );
    }
    for comment in &thread.comments {
        let _ = write!(
            text,
            "\n── {} · {}\n{}\n",
            comment.author.login,
            comment.created_at.format("%Y-%m-%d %H:%M:%S"),
            visible(&comment.body)
        );
    }
    text
}

/// A text without the factory's hidden lines, and with nothing that a terminal would obey.
fn visible(body: &str) -> String {
    body.lines()
        .filter(|line| !line.starts_with("<!-- lightsout:"))
        .map(|line| {
            line.chars()
                .map(|c| {
                    if c.is_control() && c != '\t' {
                        '\u{fffd}'
                    } else {
                        c
                    }
                })
                .collect::<String>()
        })
        .collect::<Vec<_>>()
        .join("\n")
}

fn login(text: &str) -> anyhow::Result<Login> {
    Login::new(text)
        .map_err(|error| Mendable::error(error.to_string(), "a login is like `mira-fern`"))
}

fn labels(names: &[String]) -> anyhow::Result<Vec<Label>> {
    names
        .iter()
        .map(|name| {
            Label::new(name).map_err(|error| {
                Mendable::error(format!("`{name}`: {error}"), "see `lightsout local list`")
            })
        })
        .collect()
}

/// Attaches a picture and puts its link where the text wants it, or at its end.
async fn attach(
    local: &Forge,
    by: &str,
    file: Option<&Path>,
    body: String,
) -> anyhow::Result<String> {
    let Some(path) = file else {
        return Ok(body);
    };
    let bytes = read_bytes(path)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let url = local.person(&login(by)?).attach(&name, &bytes).await?;
    if body.contains("{photo}") {
        Ok(body.replace("{photo}", &url))
    } else {
        Ok(format!(
            "{}\n\n![attached picture]({url})\n",
            body.trim_end()
        ))
    }
}
