//! How a request stands, once the engine has nothing left to do.

use lightsout_forge::{Issue, IssueState, Label, Number, PullRequest, PullState};
use lightsout_lifecycle::{Approval, PullFacts, Record, State};

use super::evidence::statuses_at;
use super::{Ending, Evidence, Finding, Rule};

/// Says how a request stands once everything works again and the engine has nothing left to do, or what is wrong.
pub(crate) fn resting(evidence: &Evidence, issue: &Issue) -> Result<Ending, Finding> {
    let number = issue.number;
    let stranded = |what: &str| Err(Finding::new(Rule::Stranded, number, what));
    let machine = evidence.machines.contains(&issue.author.login);
    if evidence
        .pulls_of(number)
        .any(|pull| pull.state == PullState::Merged)
    {
        return match issue.state {
            IssueState::Closed => Ok(Ending::Published),
            IssueState::Open if reopened_by_person(evidence, number) => Ok(Ending::Published),
            IssueState::Open => stranded("merged, and its issue is still open"),
        };
    }
    let open_pull = evidence
        .pulls_of(number)
        .find(|pull| pull.state == PullState::Open);
    if issue.state == IssueState::Closed {
        return match open_pull {
            Some(pull) if !reopened_by_person(evidence, pull.number) => stranded(&format!(
                "closed, and its pull request {} is open",
                pull.number
            )),
            _ => Ok(Ending::Cancelled),
        };
    }
    let types = issue
        .labels
        .iter()
        .filter(|label| label.as_str().starts_with("cms-") && !label.is_status())
        .count();
    if types == 0 {
        return Ok(Ending::Ignored);
    }
    let record = Record::find(evidence.of(number), |login| {
        evidence
            .told(number)
            .any(|comment| comment.author.login == *login)
    });
    if machine && record.accepted_by.is_none() {
        return Ok(Ending::Ignored);
    }
    if evidence.told(number).next().is_none() {
        let by_hand = issue.labels.contains(&Label::waiting());
        return if by_hand {
            Ok(Ending::Waiting)
        } else {
            Err(Finding::new(
                Rule::Lost,
                number,
                "open, and nobody was ever told anything",
            ))
        };
    }
    if record.run.is_some() {
        return stranded("a run is in progress, and nobody works on it");
    }
    if issue.labels.contains(&Label::waiting()) {
        return Ok(Ending::Waiting);
    }
    if record.state == State::Refused {
        return Ok(Ending::Refused);
    }
    match open_pull {
        Some(pull) => in_review(evidence, number, pull),
        None => stranded(&format!(
            "nobody was asked, and its state is {}",
            record.state.name()
        )),
    }
}

/// A pull request that is open waits for a `/publish` or for a check, or else nobody brings it on.
fn in_review(evidence: &Evidence, issue: Number, pull: &PullRequest) -> Result<Ending, Finding> {
    let approval = Approval::find(evidence.of(pull.number), |login| {
        login.as_str() == "github-actions[bot]"
    });
    let Some(approval) = approval else {
        return Ok(Ending::InReview);
    };
    if approval.sha != pull.head_sha {
        let what = format!("the approval of {} stands for another commit", pull.number);
        return Err(Finding::new(Rule::Stranded, issue, what));
    }
    let statuses = statuses_at(&evidence.log, evidence.log.len(), pull);
    let pending = statuses.values().any(|state| state == "pending");
    let gates = statuses.contains_key(PullFacts::GATES);
    if pending && gates {
        return Ok(Ending::InReview);
    }
    let what = if gates {
        format!("{} is approved and green, and is not merged", pull.number)
    } else {
        format!(
            "{} is approved, its head has no gates, and nobody was told",
            pull.number
        )
    };
    Err(Finding::new(Rule::Stranded, issue, what))
}
/// Whether a person's opening is the last thing that happened to an issue's or a pull request's being open.
fn reopened_by_person(evidence: &Evidence, thread: Number) -> bool {
    let mut closings = evidence.log.iter().rev().filter(|line| {
        let ends = ["_closed", "_reopened"]
            .iter()
            .any(|end| line.what.ends_with(end));
        line.on == Some(thread) && ends
    });
    let last = closings.next();
    last.is_some_and(|line| line.what.ends_with("_reopened") && line.credential.is_none())
}
