//! Branches on which the factory mends what is not its own, and how a mended commit is proposed.
//!
//! A repair never moves a branch of somebody else: it is a pull request into that branch, and a person merges it or not.

use lightsout_forge::{Action, BranchName, CheckState, Label, Sha, Thread};

use crate::{Gate, GateOutcome, PullFacts, RunEnd, RunReport};

/// How every branch of the healer begins.
pub const HEALER_BRANCHES: &str = "fix/ci-healer-";
/// How every branch of the fix pass after a review begins.
pub const FIXER_BRANCHES: &str = "fix/review-";

/// Whether the branch is a repair of the factory's: such is neither healed nor reviewed, or one repair would call for
/// the next.
pub(crate) fn is_repair(branch: &BranchName) -> bool {
    [HEALER_BRANCHES, FIXER_BRANCHES]
        .iter()
        .any(|prefix| branch.as_str().starts_with(prefix))
}

/// Where a repair goes, and what its pull request says.
pub(crate) struct Proposal<'a> {
    pub(crate) branch: &'a BranchName,
    pub(crate) into: &'a BranchName,
    pub(crate) title: String,
    pub(crate) body: String,
}

/// The commit of a run that may be proposed: it is there, and every gate is green on it.
pub(crate) fn green_head(report: &RunReport) -> Option<&Sha> {
    match &report.end {
        RunEnd::Ready { head, gates, .. } if gates.iter().all(is_green) => Some(head),
        _ => None,
    }
}

/// Whether a gate does not count against the change.
pub(crate) fn is_green(gate: &Gate) -> bool {
    !matches!(gate.outcome, GateOutcome::Failed { .. })
}

/// Proposes the commit of a run: the branch, its status, the pull request, in this order.
pub(crate) fn propose(report: &RunReport, head: &Sha, proposal: Proposal<'_>) -> Vec<Action> {
    let RunEnd::Ready { bundle, .. } = &report.end else {
        return Vec::new();
    };
    vec![
        Action::EnsureBranch {
            branch: proposal.branch.clone(),
            at: head.clone(),
            bundle: bundle.clone(),
        },
        gates_passed(head),
        Action::EnsurePullRequest {
            head: proposal.branch.clone(),
            base: proposal.into.clone(),
            title: proposal.title,
            body: proposal.body,
        },
        Action::EnsureLabel {
            on: Thread::PullOf(proposal.branch.clone()),
            label: Label::bot_generated(),
        },
    ]
}

/// The factory's own status of a commit on which every gate was green.
pub(crate) fn gates_passed(head: &Sha) -> Action {
    gates(
        head,
        CheckState::Success,
        "Every gate passed on exactly this commit",
    )
}

/// The factory's own status of a commit on which one was not.
pub(crate) fn gates_failed(head: &Sha) -> Action {
    gates(
        head,
        CheckState::Failure,
        "A gate failed on exactly this commit",
    )
}

fn gates(head: &Sha, state: CheckState, description: &str) -> Action {
    Action::EnsureStatus {
        sha: head.clone(),
        context: PullFacts::GATES.to_owned(),
        state,
        description: description.to_owned(),
    }
}
