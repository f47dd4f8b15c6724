//! `lightsout agent run`: the job of the agent.

use lightsout_engine::{Commission, Left};
use lightsout_lifecycle::{Role, RunEnd};

use super::diary::Diary;
use super::place::bench;
use crate::actions::{Job, Level, Outputs, Summary, annotate, refuse_secrets};
use crate::args::{AgentRun, Format};
use crate::chosen::{choose, terms};
use crate::factory::{block_on, lay_bin};
use crate::failure::{Done, Mendable};
use crate::output::{print, print_json};

pub(crate) fn work(args: &AgentRun) -> anyhow::Result<Done> {
    refuse_secrets(Job::Agent)?;
    block_on(work_on(args))
}

async fn work_on(args: &AgentRun) -> anyhow::Result<Done> {
    let diary = Diary::new();
    let (bench, state) = bench(&args.at, &diary)?;
    lay_bin(&state)?;
    let commission = Commission::read(&args.run)?;
    let factory = bench.factory(&commission)?;
    let asked = args.agent.as_deref();
    let name = terms(&factory, asked)?.hired.name;
    if name != commission.hired.name {
        let hired = &commission.hired.name;
        return Err(Mendable::error(
            format!("the run was handed out to the agent `{hired}`, and `{name}` is to do it"),
            "give `--agent` to `lightsout triage` and to `lightsout agent run` alike",
        ));
    }
    let chosen = choose(&factory, asked).await?;
    bench
        .work(chosen.agent.as_ref(), &args.run, &args.out)
        .await?;
    tell(args, &commission, &commission.left(&args.out))?;
    Ok(Done::Fine)
}

fn tell(args: &AgentRun, commission: &Commission, left: &Left) -> anyhow::Result<()> {
    let (code, mut sentence, words) = said(left);
    let mut told = general(left);
    let commit = match left {
        Left::Commit(head) => Some(head.as_str()),
        _ => None,
    };
    if let (Some(head), Role::Checker) = (commit, commission.order.role) {
        sentence = format!("no agent works: {head} is checked as somebody pushed it");
        told = "What somebody pushed waits to be checked; no agent works.";
    }
    let mut outputs = Outputs::default();
    outputs.set("run_id", commission.order.id.0.as_str());
    outputs.set("end", code);
    outputs.set("sentence", sentence.as_str());
    outputs.set("check", commit.is_some());
    outputs.set("head", commit);
    outputs.write()?;

    let mark = if commit.is_some() { "✍️" } else { "❗" };
    let mut summary = Summary::new("agent run", mark, told);
    summary.table(&[
        (
            "run",
            format!(
                "{}, {}",
                commission.order.id.0,
                commission.order.role.name()
            ),
        ),
        ("request", commission.order.issue.to_string()),
        ("agent", commission.hired.name.clone()),
        ("end", sentence.clone()),
    ]);
    summary.quote("What it said last", &words);
    summary.write()?;
    if matches!(
        left,
        Left::Nothing | Left::Unbelievable(_) | Left::End(RunEnd::AgentFailed { .. })
    ) {
        annotate(Level::Warning, "The agent did not end well", &sentence);
    }
    match args.at.format {
        Format::Json => print_json(&outputs),
        Format::Text => {
            let (out, run) = (args.out.display(), args.run.display());
            let next = match commit {
                Some(_) => {
                    format!("its work is in `{out}`; next: lightsout gate --run {run} --work {out}")
                }
                None => format!("next: lightsout settle --run {run} --work {out}"),
            };
            print(&format!("{code}: {sentence}\n{next}\n"))
        }
    }
}

/// One of our own sentences about how it ended.
fn general(left: &Left) -> &'static str {
    match left {
        Left::Commit(_) => "The agent is done, and its commit waits to be checked.",
        Left::Nothing | Left::Unbelievable(_) => "The agent left nothing that can be used.",
        Left::End(end) => match end {
            RunEnd::Waiting { .. } => "The agent asks a person.",
            RunEnd::Reviewed { .. } => "The agent has read the change.",
            RunEnd::Recited { .. } => "The agent has read the skills.",
            _ => "The agent brought nothing that can be checked; people will be told.",
        },
    }
}

/// How it ended: a code, a sentence, and what may be quoted.
pub(super) fn said(left: &Left) -> (&'static str, String, String) {
    match left {
        Left::Nothing => ("nothing", "it left nothing".to_owned(), String::new()),
        Left::Unbelievable(why) => ("unbelievable", why.clone(), String::new()),
        Left::Commit(head) => ("commit", format!("it committed {head}"), String::new()),
        Left::End(end) => ended(end),
    }
}

pub(super) fn ended(end: &RunEnd) -> (&'static str, String, String) {
    match end {
        RunEnd::Ready { head, .. } => ("ready", format!("{head} is ready"), String::new()),
        RunEnd::Waiting { questions } => {
            ("waiting", "it asks a person".to_owned(), questions.clone())
        }
        RunEnd::NothingCommitted { message } => (
            "nothing_committed",
            "it says that it is done, and committed nothing".to_owned(),
            message.clone(),
        ),
        RunEnd::NoSignal { message } => (
            "no_signal",
            "it ended without READY or WAITING".to_owned(),
            message.clone(),
        ),
        RunEnd::AgentFailed { how, tail } => ("agent_failed", how.clone(), tail.clone()),
        RunEnd::OutsideLane { problems } => ("outside_lane", problems.join("; "), String::new()),
        RunEnd::PictureRefused { why } => ("picture_refused", why.clone(), String::new()),
        RunEnd::Reviewed { findings } => {
            let texts: Vec<&str> = findings.iter().map(|found| found.text.as_str()).collect();
            (
                "reviewed",
                format!("it has {} findings", findings.len()),
                texts.join("\n\n"),
            )
        }
        RunEnd::Recited { phrases } => (
            "recited",
            format!("it gave back {} phrases", phrases.len()),
            String::new(),
        ),
    }
}
