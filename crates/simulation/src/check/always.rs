//! What holds at any time: at most one pull request, no merge without approval, no cap passed, nothing done twice.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use lightsout_forge::{Label, Login, Number, Permission, PullRequest, PullState};
use lightsout_ledger::{Books, Nanodollars, RunId, Scope, fold};
use lightsout_lifecycle::{Approval, Command, PullFacts, Record};

use super::evidence::statuses_at;
use super::{Evidence, Finding, Rule};
use crate::cast::Granted;
use crate::scene::Invocation;

/// Checks what holds at any time.
pub(crate) fn always(evidence: &Evidence) -> Vec<Finding> {
    let mut findings = Vec::new();
    double_pulls(evidence, &mut findings);
    merges(evidence, &mut findings);
    spend(evidence, &mut findings);
    waiting_label(evidence, &mut findings);
    doubled_comments(evidence, &mut findings);
    starts(evidence, &mut findings);
    findings
}
/// Goes through the log: whenever a pull request of the factory opens, no other of its request may be open.
fn double_pulls(evidence: &Evidence, findings: &mut Vec<Finding>) {
    for issue in &evidence.issues {
        let own: BTreeSet<Number> = evidence
            .pulls_of(issue.number)
            .map(|pull| pull.number)
            .collect();
        let mut open = BTreeSet::new();
        for line in &evidence.log {
            let Some(on) = line.on.filter(|on| own.contains(on)) else {
                continue;
            };
            match line.what.as_str() {
                "pull_opened" | "pull_reopened" => {
                    open.insert(on);
                    if open.len() > 1 {
                        let what = format!("{open:?} are open at once, since line {}", line.seq);
                        findings.push(Finding::new(Rule::DoublePull, issue.number, what));
                    }
                }
                "pull_closed" => {
                    open.remove(&on);
                }
                _ => {}
            }
        }
    }
}

fn merges(evidence: &Evidence, findings: &mut Vec<Finding>) {
    for issue in &evidence.issues {
        for pull in evidence.pulls_of(issue.number) {
            if pull.state == PullState::Merged
                && let Err(why) = approved(evidence, issue.number, pull)
            {
                let what = format!("{}: {why}", pull.number);
                findings.push(Finding::new(Rule::UnapprovedMerge, issue.number, what));
            }
        }
    }
    // Nothing else of the factory's moves the published branch.
    let merged: BTreeSet<String> = evidence
        .pulls
        .iter()
        .filter_map(|pull| pull.merge_sha.as_ref())
        .map(|sha| format!("main to {}", sha.short()))
        .collect();
    for line in &evidence.log {
        let moved = line.what == "branch_moved" && line.detail.starts_with("main to ");
        if moved && line.credential.is_some() && !merged.contains(&line.detail) {
            let what = format!("`{}` is no merge", line.detail);
            findings.push(Finding::new(Rule::UnapprovedMerge, None, what));
        }
    }
}

/// Whether a merged pull request was approved by somebody who might, at that commit, and green.
fn approved(evidence: &Evidence, issue: Number, pull: &PullRequest) -> Result<(), String> {
    let own = |login: &Login| login.as_str() == "github-actions[bot]";
    let approval =
        Approval::find(evidence.of(pull.number), own).ok_or("no record of an approval")?;
    if approval.sha != pull.head_sha {
        return Err(format!(
            "{} was approved, {} merged",
            approval.sha, pull.head_sha
        ));
    }
    let said = evidence
        .of(issue)
        .iter()
        .chain(evidence.of(pull.number))
        .filter(|comment| comment.author.login == approval.by)
        .filter(|comment| Command::find(&comment.body) == Some(Command::Publish))
        .any(|comment| {
            comment.created_at <= approval.at
                && could_write(
                    &evidence.granted,
                    &approval.by,
                    comment.created_at,
                    approval.at,
                )
        });
    if !said || evidence.machines.contains(&approval.by) {
        return Err(format!(
            "{} did not publish it with the right to",
            approval.by
        ));
    }
    let merge = evidence.log.iter().position(|line| {
        line.what == "pull_closed"
            && line.on == Some(pull.number)
            && Some(line.detail.as_str())
                == pull.merge_sha.as_ref().map(lightsout_forge::Sha::short)
    });
    let at = merge.ok_or("the log does not show its merge")?;
    let statuses = statuses_at(&evidence.log, at, pull);
    if !statuses.contains_key(PullFacts::GATES) {
        return Err("its gates were never run".to_owned());
    }
    match statuses.iter().find(|(_, state)| *state != "success") {
        Some((context, state)) => Err(format!("`{context}` was {state}")),
        None => Ok(()),
    }
}

/// Whether somebody was allowed to push at any moment from `from` to `to`; what happened at the same moment may have come
/// in any order.
fn could_write(granted: &[Granted], who: &Login, from: DateTime<Utc>, to: DateTime<Utc>) -> bool {
    let own: Vec<&Granted> = granted.iter().filter(|one| one.login == *who).collect();
    let at_first = own.iter().rev().find(|one| one.at < from);
    let later = own.iter().filter(|one| one.at >= from && one.at <= to);
    later
        .chain(at_first)
        .any(|one| one.permission >= Permission::Write)
}
fn spend(evidence: &Evidence, findings: &mut Vec<Finding>) {
    let books = fold(&evidence.ledger);
    let mut over =
        |issue: Option<Number>, what: &str, spent: Nanodollars, cap: Option<Nanodollars>| {
            if let Some(cap) = cap.filter(|cap| spent > *cap) {
                let what = format!("{what}: {spent}, and the cap is {cap}");
                findings.push(Finding::new(Rule::OverCap, issue, what));
            }
        };
    let written = |books: &Books, scope| books.balance(scope).committed;
    let days: BTreeSet<_> = evidence
        .ledger
        .iter()
        .map(|entry| entry.at.date_naive())
        .collect();
    for day in days {
        over(
            None,
            "a day's ledger",
            written(&books, Scope::Day(day)),
            evidence.caps.day,
        );
    }
    let true_cost = |costs: &mut dyn Iterator<Item = &Invocation>| {
        costs.fold(Nanodollars::ZERO, |sum, one| sum.saturating_add(one.cost))
    };
    let written_runs = evidence.ledger.iter().map(|entry| &entry.run);
    let runs: BTreeSet<&RunId> = written_runs
        .chain(evidence.invocations.iter().map(|one| &one.run))
        .collect();
    for run in runs {
        let cap = evidence.caps.run;
        over(
            None,
            "a run's ledger",
            written(&books, Scope::Run(run)),
            cap,
        );
        let mut of_run = evidence.invocations.iter().filter(|one| one.run == *run);
        over(
            None,
            "what a run's agents really cost",
            true_cost(&mut of_run),
            cap,
        );
    }
    for issue in &evidence.issues {
        let number = issue.number;
        over(
            Some(number),
            "the request's ledger",
            written(&books, Scope::Issue(number.0)),
            evidence.caps.issue,
        );
        let mut of_issue = evidence
            .invocations
            .iter()
            .filter(|one| one.issue == number);
        over(
            Some(number),
            "what its agents really cost",
            true_cost(&mut of_issue),
            evidence.caps.issue,
        );
    }
}
/// Goes through the log: when the factory takes the waiting label off, the request's pull request is there.
fn waiting_label(evidence: &Evidence, findings: &mut Vec<Finding>) {
    let waiting = Label::waiting();
    for (at, line) in evidence.log.iter().enumerate() {
        let Some(issue) = line.on else { continue };
        let taken = line.what == "issue_unlabeled" && line.detail == waiting.as_str();
        if !taken || line.credential.is_none() {
            continue;
        }
        let own: BTreeSet<Number> = evidence.pulls_of(issue).map(|pull| pull.number).collect();
        let there = evidence.log[..at].iter().any(|before| {
            before.what == "pull_opened" && before.on.is_some_and(|on| own.contains(&on))
        });
        if !there {
            let what = format!(
                "line {} takes the label, and there is no pull request",
                line.seq
            );
            findings.push(Finding::new(Rule::LabelTooEarly, issue, what));
        }
    }
}

fn doubled_comments(evidence: &Evidence, findings: &mut Vec<Finding>) {
    for (thread, comments) in &evidence.comments {
        let mut seen = BTreeSet::new();
        for comment in comments
            .iter()
            .filter(|comment| Evidence::is_factory(&comment.author))
        {
            let key = comment.body.lines().next().unwrap_or_default();
            if key.starts_with("<!-- lightsout:key=") && !seen.insert(key) {
                findings.push(Finding::new(Rule::DoubledComment, *thread, key));
            }
        }
    }
}

fn starts(evidence: &Evidence, findings: &mut Vec<Finding>) {
    for one in &evidence.invocations {
        if !one.enabled {
            let what = format!(
                "an agent was let to work at {} with the kill switch off",
                one.at
            );
            findings.push(Finding::new(Rule::StartedByNobody, one.issue, what));
        }
        let author = evidence
            .issues
            .iter()
            .find(|issue| issue.number == one.issue)
            .map(|issue| &issue.author.login);
        if author.is_some_and(|author| evidence.machines.contains(author)) {
            let accepted = Record::find(evidence.of(one.issue), |login| {
                login.as_str() == "github-actions[bot]"
            });
            if accepted.accepted_by.is_none() {
                let what = "a machine's request was worked on, and nobody accepted it";
                findings.push(Finding::new(Rule::StartedByNobody, one.issue, what));
            }
        }
    }
}
/// Whether the request's money is spent, so that no further run can start.
pub(crate) fn is_spent(evidence: &Evidence, issue: Number, price: Nanodollars) -> bool {
    let committed = fold(&evidence.ledger)
        .balance(Scope::Issue(issue.0))
        .committed;
    evidence
        .caps
        .issue
        .is_some_and(|cap| committed.saturating_add(price) > cap)
}
