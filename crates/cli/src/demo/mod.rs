//! `lightsout demo`: a whole factory on one machine, in one command.

mod script;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use lightsout_engine::Stage;
use lightsout_local::Local;
use lightsout_taxonomy::Factory;
use serde::Serialize;

use crate::args::{Demo, Format};
use crate::assets;
use crate::chosen::choose;
use crate::factory::{block_on, clock, enable};
use crate::failure::{Done, Mendable};
use crate::output::{print, print_json};
use crate::progress::Narrator;
use crate::summary::{Line, lines, text};

/// What `--format json` prints.
#[derive(Serialize)]
struct Report {
    requests: Vec<Line>,
    folder: PathBuf,
    repository: PathBuf,
    timings: Timings,
}

/// Where the time went, in milliseconds.
#[derive(Serialize)]
struct Timings {
    total_ms: u128,
    stages: Vec<StageTime>,
}

#[derive(Serialize)]
struct StageTime {
    stage: &'static str,
    ms: u128,
}

pub(crate) fn run(args: &Demo) -> anyhow::Result<Done> {
    block_on(demo(args))
}

async fn demo(args: &Demo) -> anyhow::Result<Done> {
    let since = Instant::now();
    let narrator = Narrator::new(!args.quiet);
    refuse_strange_folder(&args.dir)?;
    if args.agent.is_some() {
        // A program or a key that is missing is said before anything is made.
        choose(&Factory::builtin(), args.agent.as_deref()).await?;
    }
    let again = Local::exists(&args.dir);
    let local = Local::create(&args.dir, &assets::site(), clock()).await?;
    enable(&local).await?;
    let folder = local.dir().to_owned();
    narrator.tell(&format!(
        "{} in {}",
        if again {
            "The factory goes on"
        } else {
            "A new factory"
        },
        folder.display()
    ));
    script::play(&local, args.agent.as_deref(), &narrator).await?;
    let requests = lines(&local).await?;
    let stages = narrator.stages();
    let total = since.elapsed();
    match args.format {
        Format::Json => print_json(&Report {
            requests,
            repository: folder.join("site.git"),
            folder,
            timings: timings(total, &stages),
        })?,
        Format::Text => {
            let mut out = format!("\n{}\n", text(&requests, &narrator));
            out.push_str(&where_time_went(total, &stages));
            out.push_str(&where_things_lie(&args.dir));
            print(&out)?;
        }
    }
    Ok(Done::Fine)
}

/// A folder that holds something else is left alone.
fn refuse_strange_folder(dir: &Path) -> anyhow::Result<()> {
    let Ok(mut entries) = fs::read_dir(dir) else {
        if dir.exists() {
            return Err(Mendable::error(
                format!("`{}` is no folder", dir.display()),
                "name another with `--dir`",
            ));
        }
        return Ok(());
    };
    let ours = ["forge.sqlite", "factory.lock", "site.git"];
    let strange =
        entries.any(|entry| entry.is_ok()) && !ours.iter().any(|name| dir.join(name).exists());
    if strange {
        return Err(Mendable::error(
            format!("`{}` holds something that is no factory", dir.display()),
            "name an empty or new folder with `--dir`",
        ));
    }
    Ok(())
}

fn timings(total: Duration, stages: &[(Stage, Duration)]) -> Timings {
    let stage = |(stage, time): &(Stage, Duration)| StageTime {
        stage: stage.name(),
        ms: time.as_millis(),
    };
    Timings {
        total_ms: total.as_millis(),
        stages: stages.iter().map(stage).collect(),
    }
}

fn where_time_went(total: Duration, stages: &[(Stage, Duration)]) -> String {
    let parts: Vec<String> = stages
        .iter()
        .map(|(stage, time)| format!("{} {:.2} s", stage.name(), time.as_secs_f64()))
        .collect();
    format!(
        "Time: {:.2} s in all; {}.\n",
        total.as_secs_f64(),
        parts.join(", ")
    )
}

fn where_things_lie(dir: &Path) -> String {
    let shown = dir.display();
    format!(
        "
What lies where:
  {shown}/site.git        the repository; `git clone {shown}/site.git` shows what was published
  {shown}/forge.sqlite    issues, comments, pull requests, labels, events, money
  {shown}/runs/           every run: request, prompt, transcript, commits, gate output, report
  {shown}/journal.jsonl   every decision and every action

What to try next:
  lightsout local show 2 --dir {shown}       the request that was asked about, with its thread
  lightsout local issue --dir {shown} --by mira-fern --label cms-faq --title \"FAQ: bicycles\" \\
      --field question=\"Can I bring my bicycle in?\" --field answer=\"Yes. There are 12 hooks in the hall.\"
  lightsout local run --dir {shown}
  lightsout demo --dir {shown}               goes on, and repeats nothing
(`cargo run --release --` stands for `lightsout` in a checkout.)
"
    )
}
