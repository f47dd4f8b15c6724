//! The healer: a commit of an open pull request on which a workflow failed is mended, within bounds that nothing resets.
//!
//! It remembers what it did in one comment on the root pull request, the one whose commit failed, so a push, a new run
//! or a new branch starts no new count.

use lightsout_forge::{
    Action, BranchName, Comment, CommentKey, Conclusion, Event, EventKind, Label, Login, Number,
    PullRequest, PullState, Sha, Thread,
};
use serde::{Deserialize, Serialize};

use super::repair::{HEALER_BRANCHES, Proposal, green_head, is_repair, propose};
use crate::trace::{applies, found, given};
use crate::{Plan, Reason, Role, RunId, RunOrder, RunReport, block, texts};

/// How often one healing is taken up again after it was cut off.
const MAX_TRIES: u32 = 3;

/// How often the healer may try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealCaps {
    /// For one root pull request, whatever fails on it.
    pub per_pull: u32,
    /// For one failure, wherever it shows up on the pull request.
    pub per_fingerprint: u32,
}

impl Default for HealCaps {
    /// Three for a pull request, two for one failure.
    fn default() -> Self {
        Self {
            per_pull: 3,
            per_fingerprint: 2,
        }
    }
}

/// A workflow run that failed, and the pull request whose commit it ran on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealFacts {
    /// The kill switch: whether `CMS_BOT_ENABLED` equals `true`.
    pub enabled: bool,
    /// The workflow's name.
    pub workflow: String,
    /// The names of the workflows whose failures are healed.
    pub watched: Vec<String>,
    /// The branch that the run was for.
    pub branch: BranchName,
    /// Whether that branch is in this very repository, and not in a fork.
    pub same_repository: bool,
    /// The open pull request of that branch: the root.
    pub pull: Option<PullRequest>,
    /// The request that the root belongs to, with its content type.
    pub request: Option<(Number, Label)>,
    /// What failed, so that the same failure has the same name: see [`fingerprint`](crate::fingerprint).
    pub fingerprint: String,
    /// How often the healer may try.
    #[serde(default)]
    pub caps: HealCaps,
    /// What it remembers of the root.
    #[serde(default)]
    pub record: HealRecord,
    /// Whether a healing that has not ended is still alive somewhere.
    #[serde(default)]
    pub run_alive: bool,
    /// Why the budget would refuse a run, in a sentence.
    #[serde(default)]
    pub budget_refusal: Option<String>,
}

/// What the healer remembers of a root pull request, in its comment there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HealRecord {
    /// Every healing, the oldest first. They are counted and never forgotten.
    pub healings: Vec<Healing>,
    /// The failed run over which people were last told that the healer leaves it to them.
    pub told: Option<u64>,
}

/// One attempt to mend one failed run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Healing {
    /// The workflow run that failed.
    pub workflow_run: u64,
    /// The commit it failed on.
    pub sha: Sha,
    /// What failed.
    pub fingerprint: String,
    /// How often it was started; more than once only after it was cut off.
    pub tries: u32,
    /// Whether it has come to an end.
    pub ended: bool,
}

/// The key of the healer's comment on a root pull request.
pub fn heal_key() -> CommentKey {
    CommentKey::new("healer")
}

const BLOCK: &str = "healer";

impl HealRecord {
    /// Reads the record out of the factory's own comments on the root; a missing or damaged one is empty.
    pub fn find(comments: &[Comment], is_own: impl Fn(&Login) -> bool) -> Self {
        let key = heal_key();
        comments
            .iter()
            .filter(|comment| is_own(&comment.author.login) && key.marks(&comment.body))
            .find_map(|comment| block::read(BLOCK, &comment.body))
            .unwrap_or_default()
    }

    fn healing(&self, workflow_run: u64) -> Option<&Healing> {
        let of_run = |healing: &&Healing| healing.workflow_run == workflow_run;
        self.healings.iter().find(of_run)
    }
}

pub(crate) fn decide(event: &Event, facts: &HealFacts) -> Plan {
    match &event.kind {
        EventKind::WorkflowCompleted {
            run,
            sha,
            conclusion,
        } => on_run(facts, *run, sha, *conclusion),
        _ => Plan::ignore(Reason::NothingToDo),
    }
}

fn on_run(facts: &HealFacts, run: u64, sha: &Sha, conclusion: Conclusion) -> Plan {
    if applies(Reason::RunNotFailed, conclusion != Conclusion::Failure) {
        return Plan::ignore(Reason::RunNotFailed);
    }
    if applies(Reason::RepairBranch, is_repair(&facts.branch)) {
        return Plan::ignore(Reason::RepairBranch);
    }
    if applies(Reason::ForeignRepository, !facts.same_repository) {
        return Plan::ignore(Reason::ForeignRepository);
    }
    if applies(
        Reason::WorkflowNotWatched,
        !facts.watched.contains(&facts.workflow),
    ) {
        return Plan::ignore(Reason::WorkflowNotWatched);
    }
    let Some(root) = found(Reason::NothingToHeal, open_root(facts)) else {
        return Plan::ignore(Reason::NothingToHeal);
    };
    if applies(Reason::HeadMoved, root.head_sha != *sha) {
        return Plan::ignore(Reason::HeadMoved);
    }
    on_failure(facts, root, run)
}

fn open_root(facts: &HealFacts) -> Option<&PullRequest> {
    let open = |pull: &&PullRequest| pull.state == PullState::Open && pull.head == facts.branch;
    facts.pull.as_ref().filter(open)
}

fn on_failure(facts: &HealFacts, root: &PullRequest, run: u64) -> Plan {
    if let Some(healing) = facts.record.healing(run) {
        return take_up(facts, root, healing);
    }
    let count = |matches: &dyn Fn(&Healing) -> bool| {
        let healings = facts.record.healings.iter();
        healings.filter(|healing| matches(healing)).count()
    };
    let reached = |count: usize, cap: u32| count >= usize::try_from(cap).unwrap_or(usize::MAX);
    if applies(
        Reason::HealerCapPull,
        reached(count(&|_| true), facts.caps.per_pull),
    ) {
        return leave(facts, root, run, Reason::HealerCapPull, "");
    }
    let same = |healing: &Healing| healing.fingerprint == facts.fingerprint;
    if applies(
        Reason::HealerCapFailure,
        reached(count(&same), facts.caps.per_fingerprint),
    ) {
        return leave(facts, root, run, Reason::HealerCapFailure, "");
    }
    if let Some(why) = given(Reason::BudgetReached, facts.budget_refusal.as_ref()) {
        return leave(facts, root, run, Reason::BudgetReached, why);
    }
    let healing = Healing {
        workflow_run: run,
        sha: root.head_sha.clone(),
        fingerprint: facts.fingerprint.clone(),
        tries: 1,
        ended: false,
    };
    start(facts, root, Reason::Healing, healing)
}

/// A delivery that was doubled, or one that was given out again because whoever worked on it died.
fn take_up(facts: &HealFacts, root: &PullRequest, healing: &Healing) -> Plan {
    if applies(Reason::AlreadyHandled, healing.ended) {
        return Plan::ignore(Reason::AlreadyHandled);
    }
    if applies(Reason::RunInProgress, facts.run_alive) {
        return Plan::ignore(Reason::RunInProgress);
    }
    if applies(Reason::RunKeepsDying, healing.tries >= MAX_TRIES) {
        return end(facts, root, healing, Reason::RunKeepsDying, "");
    }
    let again = Healing {
        tries: healing.tries + 1,
        ..healing.clone()
    };
    start(facts, root, Reason::Resumed, again)
}

/// Leaves a failure to people, and tells them so once.
fn leave(facts: &HealFacts, root: &PullRequest, run: u64, reason: Reason, why: &str) -> Plan {
    if facts.record.told == Some(run) {
        return Plan::ignore(reason);
    }
    let mut record = facts.record.clone();
    record.told = Some(run);
    Plan::act(reason, vec![remember(root, &record, reason, why)])
}

fn start(facts: &HealFacts, root: &PullRequest, reason: Reason, healing: Healing) -> Plan {
    let name = format!("{HEALER_BRANCHES}{}-{}", healing.workflow_run, healing.sha);
    let Ok(branch) = BranchName::new(&name) else {
        return Plan::ignore(Reason::NothingToHeal);
    };
    let request = facts.request.as_ref();
    let order = RunOrder {
        id: run_id(&healing),
        role: Role::Healer {
            workflow_run: healing.workflow_run,
        },
        issue: request.map_or(root.number, |(issue, _)| *issue),
        kind: request.map(|(_, kind)| kind.clone()),
        attempt: healing.tries,
        branch,
        at: Some(healing.sha.clone()),
    };
    let record = with(&facts.record, healing);
    Plan {
        reason,
        actions: vec![remember(root, &record, reason, "")],
        run: Some(order),
    }
}

fn run_id(healing: &Healing) -> RunId {
    RunId(format!("heal-{}", healing.workflow_run))
}

fn with(record: &HealRecord, healing: Healing) -> HealRecord {
    let mut record = record.clone();
    let of_run = |known: &&mut Healing| known.workflow_run == healing.workflow_run;
    match record.healings.iter_mut().find(of_run) {
        Some(known) => *known = healing,
        None => record.healings.push(healing),
    }
    record
}

fn remember(root: &PullRequest, record: &HealRecord, reason: Reason, body: &str) -> Action {
    Action::UpsertComment {
        on: Thread::PullOf(root.head.clone()),
        key: heal_key(),
        body: texts::on_pull(&block::write(BLOCK, record), reason, body),
    }
}

fn end(
    facts: &HealFacts,
    root: &PullRequest,
    healing: &Healing,
    reason: Reason,
    body: &str,
) -> Plan {
    let ended = Healing {
        ended: true,
        ..healing.clone()
    };
    let record = with(&facts.record, ended);
    Plan::act(reason, vec![remember(root, &record, reason, body)])
}

/// Settles a healing: its commit is proposed, or people are told why there is none.
pub(crate) fn settle(report: &RunReport, facts: &HealFacts) -> Plan {
    let open = |healing: &&Healing| !healing.ended && run_id(healing) == report.run;
    let Some(healing) = facts.record.healings.iter().find(open) else {
        return Plan::ignore(Reason::AlreadyHandled);
    };
    let Some(root) = &facts.pull else {
        return Plan::ignore(Reason::NothingToHeal);
    };
    if root.state != PullState::Open || root.head_sha != healing.sha {
        return end(facts, root, healing, Reason::WorkOutdated, "");
    }
    let Some(head) = green_head(report) else {
        let why = texts::handed_back(report);
        return end(facts, root, healing, Reason::HealerFailed, &why);
    };
    let mut actions = propose(
        report,
        head,
        Proposal {
            branch: &report.branch,
            into: &root.head,
            title: format!(
                "Mend {} on {}",
                texts::one_line(&facts.workflow, 100),
                root.number
            ),
            body: texts::repair_body(report, root.number),
        },
    );
    actions.extend(end(facts, root, healing, Reason::Healed, "").actions);
    Plan::act(Reason::Healed, actions)
}

#[cfg(test)]
mod tests;
