//! `lightsout local serve`: GitHub on this machine.

use std::path::PathBuf;

use lightsout_emulator::{Options, Server, ServerError};
use lightsout_local::Local;
use serde::Serialize;

use crate::args::{Format, Serve};
use crate::failure::Mendable;
use crate::output::{print, print_json, say, visible};

/// The setting that keeps the name of the repository.
const NAME: &str = "repository";
const UNNAMED: &str = "example/site";

/// What is printed as JSON before anything is answered.
#[derive(Serialize)]
struct Serving {
    url: String,
    repository: String,
    env_file: PathBuf,
    events: PathBuf,
}

pub(crate) async fn run(local: Local, args: &Serve, format: Format) -> anyhow::Result<()> {
    let repository = match &args.repository {
        Some(named) => named.clone(),
        None => local
            .get_setting(NAME)
            .await?
            .unwrap_or_else(|| UNNAMED.to_owned()),
    };
    let in_folder = |given: &Option<PathBuf>, name: &str| {
        given.clone().unwrap_or_else(|| local.dir().join(name))
    };
    let options = Options {
        address: args.addr,
        repository: repository.clone(),
        tokens: in_folder(&args.env_file, "serve.env"),
        events: in_folder(&args.events, "events"),
    };
    let quiet = args.quiet;
    let log = Box::new(move |line: &str| {
        if !quiet {
            say(&visible(line));
        }
    });
    let server = Server::start(local, &options, log)
        .await
        .map_err(mendable)?;
    if args.repository.is_some() {
        server.local().set_setting(NAME, &repository).await?;
    }
    let serving = Serving {
        url: server.url().to_owned(),
        repository,
        env_file: options.tokens,
        events: options.events,
    };
    match format {
        Format::Json => print_json(&serving)?,
        Format::Text => print(&text(&serving))?,
    }
    match server.serve().await {}
}

fn text(serving: &Serving) -> String {
    format!(
        "{} is at {}\ntokens and addresses: {}\nevents: {}\n",
        serving.repository,
        serving.url,
        serving.env_file.display(),
        serving.events.display()
    )
}

fn mendable(error: ServerError) -> anyhow::Error {
    match &error {
        ServerError::Io { .. } => Mendable::error(
            error.to_string(),
            "`--addr 127.0.0.1:0` takes any port that is free",
        ),
        ServerError::NotLoopback(_) | ServerError::Repository(_) | ServerError::Tokens(_) => {
            Mendable::error(error.to_string(), "see `lightsout local serve --help`")
        }
        _ => error.into(),
    }
}
