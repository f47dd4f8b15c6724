//! How every request stands: the table, and the JSON that other programs read.

use std::collections::BTreeMap;

use lightsout_engine::EngineError;
use lightsout_forge::{
    Forge as _, Issue, IssueState, Label, Login, Number, PullRequest, PullState,
};
use lightsout_ledger::{Cost, LedgerStore as _, PriceTag};
use lightsout_lifecycle::{Reason, Record, State, factory_branch_prefix};
use lightsout_local::Local;
use lightsout_taxonomy::{Classification, Factory, classify};
use serde::Serialize;

use crate::factory::configuration;
use crate::journal;
use crate::output::{short, table};
use crate::progress::Narrator;

/// How one request stands.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    /// The issue's number.
    pub(crate) issue: u64,
    /// The issue's title.
    pub(crate) title: String,
    /// The content type; nothing when the labels do not name exactly one.
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    /// The state: `published`, `waiting`, `cancelled`, `refused`, or one on the way there.
    pub(crate) state: &'static str,
    /// The newest pull request's number.
    pub(crate) pull_request: Option<u64>,
    /// The paths its pull request changes.
    pub(crate) files: Vec<String>,
    /// What every run of it cost, in nano-dollars.
    pub(crate) cost: Price,
    /// Why it is where it is: the codes of every decision that did something, in order.
    pub(crate) reasons: Vec<&'static str>,
}

/// What a request cost.
#[derive(Debug, Serialize)]
pub(crate) struct Price {
    /// Measured, in nano-dollars.
    pub(crate) measured_nanodollars: u64,
    /// Estimated, in nano-dollars.
    pub(crate) estimated_nanodollars: u64,
    /// How many parts have no known price.
    pub(crate) unknown_parts: u32,
    /// For people.
    pub(crate) text: String,
}

impl From<Cost> for Price {
    fn from(cost: Cost) -> Self {
        Self {
            measured_nanodollars: cost.measured.0,
            estimated_nanodollars: cost.estimated.0,
            unknown_parts: cost.unknown_parts,
            text: cost.to_string(),
        }
    }
}

/// Reads how every request stands from the forge; issues that are no request are left out.
pub(crate) async fn lines(local: &Local) -> anyhow::Result<Vec<Line>> {
    let factory = configuration(local)?;
    let reasons = journal::reasons(local.dir())?;
    let pulls = local.pull_requests_all().await?;
    let mut lines = Vec::new();
    for issue in local.issues().await? {
        if let Some(line) = line(local, &factory, &reasons, &pulls, issue).await? {
            lines.push(line);
        }
    }
    Ok(lines)
}

async fn line(
    local: &Local,
    factory: &Factory,
    reasons: &BTreeMap<u64, Vec<Reason>>,
    pulls: &[PullRequest],
    issue: Issue,
) -> anyhow::Result<Option<Line>> {
    let kind = match classify(factory, issue.labels.iter().map(Label::as_str)) {
        Classification::NotARequest => return Ok(None),
        Classification::Request(kind) => Some(kind.label.clone()),
        Classification::Several(_) | Classification::Unknown(_) => None,
    };
    let prefix = factory_branch_prefix(issue.number);
    let pull = pulls
        .iter()
        .filter(|pull| pull.head.as_str().starts_with(&prefix))
        .max_by_key(|pull| (pull.state == PullState::Open, pull.number));
    let comments = local
        .comments(issue.number)
        .await
        .map_err(EngineError::from)?;
    let is_own = |login: &Login| factory.bots.iter().any(|bot| bot == login.as_str());
    let record = Record::find(&comments, is_own);
    let entries = local.entries(Some(issue.number.0)).await?;
    let cost = PriceTag::of_issue(issue.number.0, &entries).total();
    let reasons = reasons.get(&issue.number.0).map_or(&[][..], Vec::as_slice);
    Ok(Some(Line {
        issue: issue.number.0,
        state: state(&issue, pull, &record).name(),
        files: files(local, pull, &record)?,
        title: issue.title,
        kind,
        pull_request: pull.map(|pull| pull.number.0),
        cost: cost.into(),
        reasons: reasons.iter().map(|reason| reason.code()).collect(),
    }))
}

/// The state as the forge shows it.
fn state(issue: &Issue, pull: Option<&PullRequest>, record: &Record) -> State {
    match pull.map(|pull| pull.state) {
        Some(PullState::Merged) => return State::Published,
        _ if issue.state == IssueState::Closed => return State::Cancelled,
        _ => {}
    }
    if record.run.is_some() {
        State::Working
    } else if issue.labels.contains(&Label::waiting()) {
        State::Waiting
    } else {
        record.state
    }
}

/// The paths that the request changes: in its squash commit, or before that in its pull request.
fn files(
    local: &Local,
    pull: Option<&PullRequest>,
    record: &Record,
) -> anyhow::Result<Vec<String>> {
    let repo = local.repo();
    let (base, head) = match pull.map(|pull| (pull, &pull.merge_sha)) {
        Some((_, Some(merged))) => (repo.parent(merged.as_str())?, Some(merged.to_string())),
        Some((pull, None)) => {
            let base = record.base.as_ref().map(ToString::to_string);
            (base, repo.rev(pull.head_sha.as_str())?)
        }
        None => (None, None),
    };
    let (Some(base), Some(head)) = (base, head) else {
        return Ok(Vec::new());
    };
    let changes = repo.changes(&base, &head)?;
    Ok(changes.into_iter().map(|change| change.path).collect())
}

/// The table that people read; a request with several files takes a row for each.
pub(crate) fn text(lines: &[Line], narrator: &Narrator) -> String {
    let head = ["request", "state", "pull request", "files", "price", "time"];
    let mut rows = Vec::new();
    for line in lines {
        let time = narrator.spent_on(Number(line.issue));
        let mut files = line.files.iter();
        let none = "–".to_owned();
        rows.push(vec![
            format!("#{} {}", line.issue, short(&line.title, 36)),
            line.state.to_owned(),
            line.pull_request
                .map_or_else(|| none.clone(), |number| format!("#{number}")),
            files.next().unwrap_or(&none).clone(),
            line.cost.text.clone(),
            format!("{:.2} s", time.as_secs_f64()),
        ]);
        let blank = String::new;
        rows.extend(
            files.map(|file| vec![blank(), blank(), blank(), file.clone(), blank(), blank()]),
        );
    }
    table(&head, &rows)
}
