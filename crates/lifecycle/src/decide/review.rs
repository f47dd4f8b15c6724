//! Reviews of pull requests, each head once, with at most one fix pass for each pull request.
//!
//! The factory's own content branches are reviewed with comments only: a fix pass there would be the factory answering
//! itself, and its people have `/retry`. For everybody else's, what must or should be fixed drives one fix pass, which is
//! proposed as a pull request into theirs. Branches of repairs are not reviewed at all. So nothing that a review leads to
//! leads to a review without end.

use lightsout_forge::{
    Action, BranchName, Comment, CommentKey, Event, EventKind, Label, Login, Number, PullRequest,
    PullState, Sha, Thread,
};
use serde::{Deserialize, Serialize};

use super::repair::{FIXER_BRANCHES, Proposal, green_head, is_repair, propose};
use crate::trace::{applies, given};
use crate::{
    Finding, Person, Plan, Reason, Role, RunEnd, RunId, RunOrder, RunReport, block, texts,
};

/// How many fix passes one pull request gets.
const MAX_FIXES: u32 = 1;
/// How often one run is taken up again after it was cut off.
const MAX_TRIES: u32 = 3;
/// How many heads are remembered; a pull request with more pushes than that has other troubles.
const MAX_REMEMBERED: usize = 200;

/// A pull request that may be reviewed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewFacts {
    /// The kill switch: whether `CMS_BOT_ENABLED` equals `true`.
    pub enabled: bool,
    /// The pull request.
    pub pull: PullRequest,
    /// Who opened it.
    pub author: Person,
    /// Whether its branch is in this very repository, and not in a fork.
    pub same_repository: bool,
    /// The request that it belongs to, with its content type.
    pub request: Option<(Number, Label)>,
    /// What is remembered of it.
    #[serde(default)]
    pub record: ReviewRecord,
    /// Whether the run in progress, if any, is still alive somewhere.
    #[serde(default)]
    pub run_alive: bool,
    /// Why the budget would refuse a run, in a sentence.
    #[serde(default)]
    pub budget_refusal: Option<String>,
}

/// What is remembered of a pull request's reviews, in the comment that shows the newest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReviewRecord {
    /// The heads that were reviewed, the oldest first.
    pub reviewed: Vec<Sha>,
    /// How many fix passes were started. A push does not reset it.
    pub fixes: u32,
    /// The run in progress.
    pub run: Option<ReviewRun>,
}

/// A run that was started and has not been settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewRun {
    /// Which run.
    pub id: RunId,
    /// The head it works on.
    pub sha: Sha,
    /// Whether it fixes rather than reads.
    pub fixes: bool,
    /// How often it was started; more than once only after it was cut off.
    pub tries: u32,
}

/// The key of the review comment on a pull request.
pub fn review_key() -> CommentKey {
    CommentKey::new("review")
}

const BLOCK: &str = "review";

impl ReviewRecord {
    /// Reads the record out of the factory's own comments on the pull request; a missing or damaged one is empty.
    pub fn find(comments: &[Comment], is_own: impl Fn(&Login) -> bool) -> Self {
        let key = review_key();
        comments
            .iter()
            .filter(|comment| is_own(&comment.author.login) && key.marks(&comment.body))
            .find_map(|comment| block::read(BLOCK, &comment.body))
            .unwrap_or_default()
    }

    fn done(&self, head: &Sha) -> Self {
        let mut record = self.clone();
        record.run = None;
        if !record.reviewed.contains(head) {
            record.reviewed.push(head.clone());
        }
        let surplus = record.reviewed.len().saturating_sub(MAX_REMEMBERED);
        record.reviewed.drain(..surplus);
        record
    }
}

pub(crate) fn decide(event: &Event, facts: &ReviewFacts) -> Plan {
    match event.kind {
        EventKind::PullOpened { .. } | EventKind::PullSynchronized { .. } => consider(facts),
        _ => Plan::ignore(Reason::NothingToDo),
    }
}

fn consider(facts: &ReviewFacts) -> Plan {
    if applies(Reason::ReviewNotOpen, facts.pull.state != PullState::Open) {
        return Plan::ignore(Reason::ReviewNotOpen);
    }
    if applies(Reason::RepairBranch, is_repair(&facts.pull.head)) {
        return Plan::ignore(Reason::RepairBranch);
    }
    if applies(Reason::ForeignRepository, !facts.same_repository) {
        return Plan::ignore(Reason::ForeignRepository);
    }
    // What the factory opened is reviewed although it is a machine: that is what a hand-off with the bot credential is for.
    if applies(
        Reason::ByMachine,
        facts.author.is_machine() && !facts.author.own,
    ) {
        return Plan::ignore(Reason::ByMachine);
    }
    match &facts.record.run {
        Some(_) if applies(Reason::RunInProgress, facts.run_alive) => {
            Plan::ignore(Reason::RunInProgress)
        }
        Some(run) if run.sha == facts.pull.head_sha => take_up(facts, run),
        Some(_) | None => review(facts),
    }
}

fn review(facts: &ReviewFacts) -> Plan {
    let head = &facts.pull.head_sha;
    if applies(
        Reason::AlreadyReviewed,
        facts.record.reviewed.contains(head),
    ) {
        return Plan::ignore(Reason::AlreadyReviewed);
    }
    if let Some(why) = given(Reason::BudgetReached, facts.budget_refusal.as_ref()) {
        return tell(facts, &facts.record.done(head), Reason::BudgetReached, why);
    }
    let run = ReviewRun {
        id: RunId(format!("review-{}-{}", facts.pull.number.0, head.short())),
        sha: head.clone(),
        fixes: false,
        tries: 1,
    };
    start(facts, Reason::Reviewing, run)
}

fn take_up(facts: &ReviewFacts, run: &ReviewRun) -> Plan {
    if applies(Reason::RunKeepsDying, run.tries >= MAX_TRIES) {
        let record = facts.record.done(&run.sha);
        return tell(facts, &record, Reason::RunKeepsDying, "");
    }
    let again = ReviewRun {
        tries: run.tries + 1,
        ..run.clone()
    };
    start(facts, Reason::Resumed, again)
}

fn start(facts: &ReviewFacts, reason: Reason, run: ReviewRun) -> Plan {
    let (role, branch) = if run.fixes {
        let name = format!("{FIXER_BRANCHES}{}-{}", facts.pull.number.0, run.sha);
        (Role::Fixer, BranchName::new(&name))
    } else {
        (Role::Reviewer, Ok(facts.pull.head.clone()))
    };
    let request = facts.request.as_ref();
    let order = RunOrder {
        id: run.id.clone(),
        role,
        issue: request.map_or(facts.pull.number, |(issue, _)| *issue),
        kind: request.map(|(_, kind)| kind.clone()),
        attempt: run.tries,
        branch: branch.unwrap_or_else(|_| facts.pull.head.clone()),
        at: Some(run.sha.clone()),
    };
    let mut record = facts.record.clone();
    record.run = Some(run);
    Plan {
        reason,
        actions: vec![remember(facts, &record, reason, "")],
        run: Some(order),
    }
}

fn tell(facts: &ReviewFacts, record: &ReviewRecord, reason: Reason, body: &str) -> Plan {
    Plan::act(reason, vec![remember(facts, record, reason, body)])
}

fn remember(facts: &ReviewFacts, record: &ReviewRecord, reason: Reason, body: &str) -> Action {
    Action::UpsertComment {
        on: Thread::PullOf(facts.pull.head.clone()),
        key: review_key(),
        body: texts::on_pull(&block::write(BLOCK, record), reason, body),
    }
}

/// Settles a review or a fix pass.
pub(crate) fn settle(report: &RunReport, facts: &ReviewFacts) -> Plan {
    match &facts.record.run {
        Some(run) if run.id == report.run => {}
        Some(run) if follows(run, report) => return hand_out_next(facts, run),
        _ => return Plan::ignore(Reason::AlreadyHandled),
    }
    let run = facts.record.run.as_ref();
    let Some(run) =
        run.filter(|run| facts.pull.state == PullState::Open && run.sha == facts.pull.head_sha)
    else {
        return outdated(facts);
    };
    match &report.end {
        RunEnd::Reviewed { findings } if !run.fixes => reviewed(facts, run, findings),
        _ if run.fixes => fixed(report, facts, run),
        _ => {
            let record = facts.record.done(&run.sha);
            tell(
                facts,
                &record,
                Reason::ReviewFailed,
                &texts::handed_back(report),
            )
        }
    }
}

/// Whether a run is one that settling a report has begun: the fix of what it found, or the review of a newer head.
fn follows(run: &ReviewRun, report: &RunReport) -> bool {
    let same = report.run.0.rsplit('-').next() == Some(run.sha.short());
    run.fixes == same
}

/// The report was settled before, by somebody who may not have lived to hand out the run that follows.
fn hand_out_next(facts: &ReviewFacts, run: &ReviewRun) -> Plan {
    if applies(Reason::RunInProgress, facts.run_alive) {
        return Plan::ignore(Reason::RunInProgress);
    }
    let stands = facts.pull.state == PullState::Open && run.sha == facts.pull.head_sha;
    if !stands || !facts.enabled {
        return Plan::ignore(Reason::AlreadyHandled);
    }
    take_up(facts, run)
}

/// The pull request moved on: what is there now is reviewed instead, since its push came while the run was alive; unless
/// somebody has turned the kill switch meanwhile.
fn outdated(facts: &ReviewFacts) -> Plan {
    let mut without = facts.clone();
    without.record.run = None;
    let next = consider(&without);
    if next.is_empty() || !facts.enabled {
        return tell(facts, &without.record, Reason::WorkOutdated, "");
    }
    next
}

fn reviewed(facts: &ReviewFacts, run: &ReviewRun, findings: &[Finding]) -> Plan {
    let mut after = facts.clone();
    after.record = facts.record.done(&run.sha);
    let shown = Action::UpsertComment {
        on: Thread::PullOf(facts.pull.head.clone()),
        key: CommentKey::new(&format!("review-{}", run.sha.short())),
        body: texts::findings(&run.sha, findings),
    };
    // What the run has brought is kept when the kill switch was turned meanwhile, and nothing more is started.
    let may_fix = facts.enabled && !facts.author.own && after.record.fixes < MAX_FIXES;
    let mut plan =
        if may_fix && facts.budget_refusal.is_none() && findings.iter().any(Finding::wants_a_fix) {
            after.record.fixes += 1;
            let fix = ReviewRun {
                id: RunId(format!("fix-{}-{}", facts.pull.number.0, run.sha.short())),
                sha: run.sha.clone(),
                fixes: true,
                tries: 1,
            };
            start(&after, Reason::FixingReview, fix)
        } else {
            tell(&after, &after.record, Reason::Reviewed, "")
        };
    // What was found comes first: the record says that the head was reviewed.
    plan.actions.insert(0, shown);
    plan
}

fn fixed(report: &RunReport, facts: &ReviewFacts, run: &ReviewRun) -> Plan {
    let record = facts.record.done(&run.sha);
    let Some(head) = green_head(report) else {
        let why = texts::handed_back(report);
        return tell(facts, &record, Reason::FixFailed, &why);
    };
    let pull = &facts.pull;
    let mut actions = propose(
        report,
        head,
        Proposal {
            branch: &report.branch,
            into: &pull.head,
            title: format!("Fix what the review of {} found", pull.number),
            body: texts::repair_body(report, pull.number),
        },
    );
    actions.push(remember(facts, &record, Reason::ReviewFixed, ""));
    Plan::act(Reason::ReviewFixed, actions)
}

#[cfg(test)]
mod tests;
