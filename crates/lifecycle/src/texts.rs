//! What the factory writes on the forge. Text of people and agents stands in quotes or fences it cannot leave.

use std::fmt::Write as _;

use lightsout_forge::{BranchName, DeploymentState, Label, Login, NameError, Number, Sha};
use lightsout_signal::{Finding as Oddity, FindingCode};

use crate::snapshot::factory_branch_prefix;
use crate::{
    Approval, CanaryRecord, Command, Finding, Gate, GateOutcome, Reason, Record, Role, RunEnd,
    RunReport, SkillFacts, Snapshot, SpendFacts, State,
};

/// The hidden line that ties a pull request to its request.
pub fn request_marker(issue: Number) -> String {
    format!("<!-- lightsout:request={} -->", issue.0)
}

/// The request that the body of a pull request belongs to, by the hidden line; it counts only in bodies that the factory
/// itself wrote.
pub fn request_of_body(body: &str) -> Option<Number> {
    let line = body.lines().next()?.trim_end();
    let number = line.strip_prefix("<!-- lightsout:request=")?;
    number.strip_suffix(" -->")?.parse().ok().map(Number)
}

/// The branch of a request: the same for every attempt.
///
/// # Errors
/// When the slug cannot stand in a branch name.
pub fn factory_branch(issue: Number, slug: &str) -> Result<BranchName, NameError> {
    BranchName::new(&format!("{}{slug}", factory_branch_prefix(issue)))
}

/// Puts foreign text into a fence that it cannot close, cut to `limit` characters.
pub(crate) fn fenced(text: &str, limit: usize) -> String {
    let text = text.trim_end();
    let mut cut: String = text.chars().take(limit).collect();
    if cut.len() < text.len() {
        cut.push_str("\n… (cut)");
    }
    let longest = longest_run(&cut, '`').max(longest_run(&cut, '~'));
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{cut}\n{fence}")
}

fn longest_run(text: &str, wanted: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == wanted { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// Puts foreign text into a code span on one line, so that it neither formats nor mentions anybody.
pub(crate) fn code(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(200)
        .collect();
    let ticks = "`".repeat(longest_run(&line, '`') + 1);
    let pad = if line.starts_with('`') || line.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{ticks}{pad}{line}{pad}{ticks}")
}

/// The status comment: what state the request is in, why, and how it goes on.
pub(crate) fn status(record: &Record) -> String {
    let why = Reason::from_code(&record.reason).map_or("", Reason::sentence);
    format!(
        "{}\n**Status: {}.** {why}\n\n<sub>{}</sub>",
        record.block(),
        heading(record.state, record),
        how_to_go_on(record.state)
    )
}

fn heading(state: State, record: &Record) -> &'static str {
    let checks = record.run.as_ref().is_some_and(|run| run.checks.is_some());
    match state {
        State::Working if checks => "the gates run",
        State::New => "new",
        State::Refused => "refused",
        State::Waiting => "waiting for a person",
        State::Working => "an agent is at work",
        State::InReview => "in review",
        State::Approved => "approved",
        State::Published => "published",
        State::Cancelled => "cancelled",
    }
}

fn how_to_go_on(state: State) -> &'static str {
    match state {
        State::New | State::Working => "Nothing to do for you. `/cancel` gives the request up.",
        State::Refused => {
            "Leave exactly one content type on the issue, then comment `/retry`. `/cancel` gives the request up."
        }
        State::Waiting => {
            "Answer in a comment, or comment `/retry` to run it again as it is. `/cancel` gives the request up."
        }
        State::InReview => {
            "Somebody who may push comments `/publish` to merge exactly this commit. `/retry` does the work again, `/cancel` gives it up."
        }
        State::Approved => "The merge follows as soon as every check is green.",
        State::Published => "Done.",
        State::Cancelled => "Re-open the issue to go on with it.",
    }
}

/// The comment that asks, with what is asked for already in Markdown.
pub(crate) fn ask(requester: &Login, reason: Reason, body: &str) -> String {
    format!("@{requester} {}\n\n{body}", reason.sentence())
}

/// The refusal of labels, with the list of types that exist.
pub(crate) fn refusal(labels: &[String], valid: &str) -> String {
    let found: Vec<String> = labels.iter().map(|label| code(label)).collect();
    format!(
        "Found: {}. The content types are:\n\n{valid}",
        found.join(", ")
    )
}

/// The answer to a command that its author may not give, or that has nothing to do.
pub(crate) fn reply(to: &Login, command: Command, reason: Reason) -> String {
    format!("@{to} `{}`: {}", command.word(), reason.sentence())
}

/// The answer to `/status`.
pub(crate) fn status_reply(to: &Login, snapshot: &Snapshot) -> String {
    let state = snapshot.state();
    let mut text = format!(
        "@{to} the request is **{}**.",
        heading(state, &snapshot.record)
    );
    if let Some(facts) = snapshot.open_pull() {
        let pull = &facts.pull;
        let _ = write!(
            text,
            " Pull request {} stands at {}.",
            pull.number,
            code(pull.head_sha.short())
        );
    }
    let _ = write!(text, " {}", how_to_go_on(state));
    text
}

/// The approval comment on the pull request.
pub(crate) fn approval(approval: &Approval) -> String {
    format!(
        "{}\n@{} approved commit {} with `/publish`. It is merged as soon as every check is green; a push voids the approval.",
        approval.block(),
        approval.by,
        code(approval.sha.as_str()),
    )
}

/// The comment that shows a commit as ready.
pub(crate) fn ready(requester: &Login, head: &Sha) -> String {
    format!(
        "@{requester} commit {} is ready, and every gate is green on it. Somebody who may push comments `/publish` to merge exactly this commit.",
        code(head.as_str())
    )
}

/// The approval comment once the approval no longer holds.
pub(crate) fn approval_voided(was: &Approval) -> String {
    format!(
        "{} @{} had approved {}. Look at the new commit and comment `/publish` again.",
        Reason::ApprovalVoided.sentence(),
        was.by,
        code(was.sha.as_str()),
    )
}

/// The approval comment once the approved commit turned out not to merge.
pub(crate) fn approval_met_conflict() -> String {
    format!(
        "The approval is void: {} Comment `/retry`, look at the new commit, and comment `/publish` again.",
        Reason::MergeConflict.sentence()
    )
}

/// The explanation for an approval label that nobody's `/publish` stands behind.
pub(crate) fn label_without_approval() -> String {
    format!(
        "{} The label `{}` only shows an approval; to give one, comment `/publish`.",
        Reason::LabelWithoutApproval.sentence(),
        Label::approved()
    )
}

/// The pull request's body.
pub(crate) fn pull_request_body(report: &RunReport, requester: &Login) -> String {
    let kind = report
        .kind
        .as_ref()
        .map_or_else(String::new, |kind| format!("`{kind}` "));
    let mut text = format!(
        "{}\nCloses {}\n\nWritten by the `{}` agent for a {kind}request of @{requester}.\n",
        request_marker(report.issue),
        report.issue,
        report.agent,
    );
    if !report.words.trim().is_empty() {
        let _ = write!(
            text,
            "\n### In the agent's words\n\n{}\n",
            fenced(&report.words, 2_000)
        );
    }
    if let RunEnd::Ready {
        gates,
        pictures,
        files,
        head,
        ..
    } = &report.end
    {
        let _ = write!(text, "\n### Changed files\n\n");
        for file in files {
            let _ = writeln!(text, "- {}", code(file));
        }
        if !pictures.is_empty() {
            let _ = write!(text, "\n### Pictures\n\n");
            for picture in pictures {
                let _ = writeln!(text, "- {}: {}", code(&picture.path), picture.note);
            }
        }
        let _ = write!(text, "\n### Gates on {}\n\n", code(head.short()));
        for gate in gates {
            let _ = writeln!(text, "- {}", gate_line(gate));
        }
    }
    let _ = write!(text, "\n### Price tag\n\n{}\n", report.price_tag.trim_end());
    let _ = write!(
        text,
        "\n---\nComment `/publish` to merge exactly this commit (needs write access), `/retry` to do it again, `/cancel` to give it up.\n"
    );
    text
}

fn gate_line(gate: &Gate) -> String {
    let name = code(&gate.name);
    match &gate.outcome {
        GateOutcome::Passed => format!("{name} passed ({})", code(&gate.command)),
        GateOutcome::Failed { .. } => format!("{name} **failed** ({})", code(&gate.command)),
        GateOutcome::FailedBefore { .. } => format!(
            "{name} failed, and fails without this change too ({})",
            code(&gate.command)
        ),
    }
}

/// What a person is told about a run that did not end in a pull request.
pub(crate) fn handed_back(report: &RunReport) -> String {
    let mut text = ended(&report.end);
    text.push_str(&noticed(&report.oddities));
    text
}

/// What the people of a request are told about a run of it that did not end in a pull request, and how to go on.
pub(crate) fn handed_back_request(report: &RunReport) -> String {
    let mut text = handed_back(report);
    let advice = match advice(&report.oddities) {
        Some(_) => "",
        None if report.role == Role::Checker => {
            "Push a commit that passes and comment `/publish`: the gates run on it, and no agent is paid. `/retry` does the whole work again."
        }
        None => how_to_go_on_from(&report.end),
    };
    if !advice.is_empty() {
        let _ = write!(text, "\n\n{advice}");
    }
    text
}

/// How to go on from the end of a run when nothing odd about it says so; empty where the text about the end does.
fn how_to_go_on_from(end: &RunEnd) -> &'static str {
    match end {
        RunEnd::Ready { .. } => {
            "Say in a comment what should be different, or mend the gate on the base branch and comment `/retry`."
        }
        RunEnd::Waiting { .. } => "Answer in a comment; the next run reads it.",
        RunEnd::NothingCommitted { .. } => FindingCode::ReadyWithoutCommit.advice(),
        RunEnd::NoSignal { .. } => FindingCode::NoSignal.advice(),
        RunEnd::AgentFailed { .. } => "Comment `/retry` once the cause is gone.",
        RunEnd::OutsideLane { .. } => {
            "Comment `/retry` to have it made again without that, say in a comment what should be different, or let a person make the change."
        }
        RunEnd::PictureRefused { .. } => "",
        RunEnd::Reviewed { .. } | RunEnd::Recited { .. } => "Comment `/retry`.",
    }
}

/// How to go on from the first oddity that matters.
fn advice(oddities: &[Oddity]) -> Option<&'static str> {
    let mut advice = oddities.iter().map(|finding| finding.code.advice());
    advice.find(|advice| !advice.is_empty())
}

/// Lists what is odd about what the agent said, and how to go on from the first thing that matters. What a finding quotes
/// is the transcript's.
fn noticed(oddities: &[Oddity]) -> String {
    let mut text = String::new();
    if !oddities.is_empty() {
        text.push_str("\n\nThe factory noticed:\n");
    }
    for finding in oddities {
        let mut letters = finding.code.sentence().chars();
        let first = letters.next().map(|first| first.to_uppercase().to_string());
        let _ = write!(
            text,
            "\n- {}{}",
            first.unwrap_or_default(),
            letters.as_str()
        );
        match finding.detail() {
            "" => text.push('.'),
            detail => {
                let _ = write!(text, ": {}", code(detail));
            }
        }
    }
    if let Some(advice) = advice(oddities) {
        let _ = write!(text, "\n\n{advice}");
    }
    text
}

/// Says how a run ended.
fn ended(end: &RunEnd) -> String {
    match end {
        RunEnd::Ready { gates, .. } => failed_gates(gates),
        RunEnd::Waiting { questions } => fenced(questions, 4_000),
        RunEnd::NothingCommitted { message } | RunEnd::NoSignal { message } => {
            format!("Its last words were:\n\n{}", fenced(message, 2_000))
        }
        RunEnd::AgentFailed { how, tail } if tail.trim().is_empty() => {
            format!("It ended so: {}. It printed nothing.", code(how))
        }
        RunEnd::AgentFailed { how, tail } => {
            format!(
                "It ended so: {}. It last printed:\n\n{}",
                code(how),
                fenced(tail, 2_000)
            )
        }
        RunEnd::OutsideLane { problems } => {
            let mut text = String::from("The factory found:\n");
            for problem in problems.iter().take(20) {
                let _ = write!(text, "\n- {}", code(problem));
            }
            if problems.len() > 20 {
                let _ = write!(text, "\n- and {} more", problems.len() - 20);
            }
            text
        }
        RunEnd::Reviewed { .. } | RunEnd::Recited { .. } => {
            "It did another job than it was given.".to_owned()
        }
        RunEnd::PictureRefused { why } => format!(
            "{}\n\nAttach another picture in a comment; what was written is made again from the same request.",
            fenced(why, 1_000)
        ),
    }
}

/// The alert about a day that cost more than the threshold, with a breakdown for machines.
pub(crate) fn spend_over(facts: &SpendFacts) -> String {
    let breakdown = serde_json::json!({
        "day": facts.day,
        "spent": facts.spent,
        "counted": facts.counted,
        "threshold": facts.threshold,
        "issues": facts.issues,
    });
    format!(
        "{} On {} it was {} against a threshold of {}.\n\n{}\n\nTo pause the factory, set `CMS_BOT_ENABLED` to `false`: nothing starts until it is `true` again. To be told later, raise the threshold, `DAILY_SPEND_THRESHOLD_USD`. This issue closes itself after a day under the threshold.",
        Reason::SpendOver.sentence(),
        facts.day,
        facts.spent,
        facts.threshold,
        json(&breakdown),
    )
}

/// The alert once a day was under the threshold again.
pub(crate) fn spend_back_under(facts: &SpendFacts) -> String {
    format!(
        "{} On {} it was {} against a threshold of {}.",
        Reason::SpendBackUnder.sentence(),
        facts.day,
        facts.spent,
        facts.threshold,
    )
}

/// A value in a fence, in nano-dollars where it is money.
fn json(value: &serde_json::Value) -> String {
    format!("```json\n{value:#}\n```")
}

/// A comment on a pull request that carries a record: what happened, and what there is to say about it.
pub(crate) fn on_pull(block: &str, reason: Reason, body: &str) -> String {
    let mut text = format!("{block}\n{}", reason.sentence());
    if !body.is_empty() {
        let _ = write!(text, "\n\n{body}");
    }
    text
}

/// The body of a pull request that repairs another one.
pub(crate) fn repair_body(report: &RunReport, root: Number) -> String {
    let mut text = format!(
        "Repairs {root}, from the commit {}. Merge it into that pull request's branch, or close it.\n",
        code(report.base.short())
    );
    if !report.words.trim().is_empty() {
        let _ = write!(
            text,
            "\n### In the agent's words\n\n{}\n",
            fenced(&report.words, 2_000)
        );
    }
    let _ = write!(text, "\n### Price tag\n\n{}\n", report.price_tag.trim_end());
    text
}

/// What a review found on one commit.
pub(crate) fn findings(sha: &Sha, findings: &[Finding]) -> String {
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|finding| finding.severity);
    let mut text = format!("Review of {}: ", code(sha.short()));
    if sorted.is_empty() {
        text.push_str("nothing found.");
    } else {
        let _ = write!(text, "{} found.", sorted.len());
    }
    for finding in sorted.iter().take(30) {
        let _ = write!(text, "\n\n**{}**", finding.severity.name());
        if let Some(path) = &finding.path {
            let line = finding
                .line
                .map_or_else(String::new, |line| format!(":{line}"));
            let _ = write!(text, " {}", code(&format!("{path}{line}")));
        }
        let _ = write!(text, "\n\n{}", fenced(&finding.text, 1_000));
    }
    if sorted.len() > 30 {
        let _ = write!(text, "\n\nAnd {} more.", sorted.len() - 30);
    }
    text
}

/// The one comment about a preview.
pub(crate) fn preview(
    block: &str,
    pull: Number,
    sha: &Sha,
    state: DeploymentState,
    url: Option<&str>,
) -> String {
    let what = match state {
        DeploymentState::Pending | DeploymentState::Queued => "waits to be built".to_owned(),
        DeploymentState::InProgress => "is being built".to_owned(),
        DeploymentState::Success => format!("is ready: <{}>", url.unwrap_or_default()),
        DeploymentState::Failure | DeploymentState::Error => "could not be built".to_owned(),
        DeploymentState::Inactive => "was taken down".to_owned(),
    };
    format!(
        "{block}\nThe preview of {pull} at {} {what}",
        code(sha.short())
    )
}

/// What the static check found in skills.
pub(crate) fn skill_problems(broken: &[&SkillFacts]) -> String {
    let lines: Vec<String> = broken
        .iter()
        .map(|skill| {
            let problem = skill.problem.as_deref().unwrap_or_default();
            format!("- {}: {}", code(&skill.name), code(problem))
        })
        .collect();
    lines.join("\n")
}

/// The skills whose phrases did not come back.
pub(crate) fn unread(skills: &[&str]) -> String {
    let lines: Vec<String> = skills
        .iter()
        .map(|name| format!("- {}", code(name)))
        .collect();
    format!("Not read:\n\n{}", lines.join("\n"))
}

/// The canary's issue: what happened last, what there is to say about it, and every change of the model.
pub(crate) fn canary(block: &str, record: &CanaryRecord, reason: Reason, body: &str) -> String {
    let mut text = on_pull(block, reason, body);
    if let (Some(model), Some(at)) = (&record.model, record.passed_at) {
        let _ = write!(
            text,
            "\n\nLast passed: {} on {}.",
            code(model),
            at.date_naive()
        );
    }
    for change in &record.recalibrations {
        let _ = write!(
            text,
            "\n- {}: {} instead of {}",
            change.at.date_naive(),
            code(&change.to),
            code(&change.from)
        );
    }
    text
}

/// Foreign text on one line, cut, for a title.
pub(crate) fn one_line(text: &str, limit: usize) -> String {
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(limit)
        .collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn failed_gates(gates: &[Gate]) -> String {
    let mut text = String::new();
    for gate in gates {
        if let GateOutcome::Failed { tail } = &gate.outcome {
            let _ = write!(
                text,
                "Gate {} ({}) ended with:\n\n{}\n\n",
                code(&gate.name),
                code(&gate.command),
                fenced(tail, 4_000)
            );
        }
    }
    text.truncate(text.trim_end().len());
    text
}

#[cfg(test)]
mod tests;
