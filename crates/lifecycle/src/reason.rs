//! Why: every outcome has a name that stays, and a sentence for people.

use serde::{Deserialize, Serialize};

/// The kinds of decisions, as `explain` prints them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Nothing is done.
    Ignore,
    /// A person is asked something.
    Ask,
    /// It is refused.
    Refuse,
    /// A run starts.
    Start,
    /// A person is told something.
    Notify,
    /// A commit is approved.
    Approve,
    /// The change is merged.
    Merge,
    /// The request is given up.
    Cancel,
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident $code:literal $decision:ident $sentence:literal)*) => {
        /// Why a plan is what it is. The variants' sentences are what people read.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Reason {
            $(#[doc = $sentence] #[serde(rename = $code)] $name,)*
        }

        impl Reason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The code, which stays the same between versions.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// The reason of a code, if this version has one.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|reason| reason.code() == code)
            }

            /// What it means, in a sentence.
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence),* }
            }

            /// What kind of decision it leads to.
            pub fn decision(self) -> Decision {
                match self { $(Self::$name => Decision::$decision),* }
            }
        }
    };
}

reasons! {
    KillSwitchOff "kill-switch-off" Ignore "The kill switch is off: nothing starts until `CMS_BOT_ENABLED` is `true`."
    ByMachine "by-machine" Ignore "A bot or one of the factory's own accounts did this, and such never start anything."
    NotARequest "not-a-request" Ignore "The issue carries no content type, so it is not a request."
    NotOurPullRequest "not-our-pull-request" Ignore "The pull request does not belong to a request."
    IssueClosed "issue-closed" Ignore "The issue is closed."
    LabelIsNoType "label-is-no-type" Ignore "The label that was added is no content type."
    AlreadyWaiting "already-waiting" Ignore "A person has been asked and has not answered yet."
    RunInProgress "run-in-progress" Ignore "A run for this request is under way."
    PullRequestOpen "pull-request-open" Ignore "The request already has an open pull request."
    AlreadyPublished "already-published" Ignore "The change is already merged."
    PullRequestComment "pull-request-comment" Ignore "A comment on a pull request that is no command is left to the people there."
    NotWaiting "not-waiting" Ignore "The request is not waiting for an answer, so a comment changes nothing."
    MayNotAnswer "may-not-answer" Ignore "Only the requester and people with access may answer for a request."
    AlreadyHandled "already-handled" Ignore "This comment has been dealt with."
    NothingToDo "nothing-to-do" Ignore "Everything is as it should be."
    ChecksPending "checks-pending" Ignore "The approval stands; the merge waits until every check is green."

    SeveralTypes "several-types" Refuse "The issue carries more than one content type; the factory does not guess which is meant."
    UnknownType "unknown-type" Refuse "The issue carries a content type that does not exist."
    PublishNeedsWrite "publish-needs-write" Refuse "Only somebody who may push at this moment may publish."
    CancelNotAllowed "cancel-not-allowed" Refuse "Only the requester or somebody who may push may cancel."
    RetryNotAllowed "retry-not-allowed" Refuse "Only the requester or somebody who may push may ask for another run."
    AcceptNeedsWrite "accept-needs-write" Refuse "Only somebody who may push may accept a request from outside."
    NothingToPublish "nothing-to-publish" Refuse "There is no open pull request to publish."
    LabelWithoutApproval "label-without-approval" Refuse "The approval label was set without a /publish of this commit, so it is removed."

    FieldsMissing "fields-missing" Ask "The request lacks something, and the requester is asked for it before any agent runs."
    AwaitsAcceptance "awaits-acceptance" Ask "A request from outside waits for somebody with access to accept it."
    BudgetReached "budget-reached" Ask "A spending cap is reached, so no run starts until a person raises it or time passes."
    RunKeepsDying "run-keeps-dying" Ask "The run was cut off again and again, so it is handed back to a person."
    AgentAsks "agent-asks" Ask "The agent needs an answer before it can go on."
    AgentSilent "agent-silent" Ask "The agent ended without saying whether it is ready."
    AgentFailed "agent-failed" Ask "The agent did not end well."
    NothingCommitted "nothing-committed" Ask "The agent said it was ready, but committed nothing."
    OutsideLane "outside-lane" Ask "The change holds something that this type of request may not change."
    GatesFailed "gates-failed" Ask "A gate failed on the change."
    PictureRefused "picture-refused" Ask "A picture could not be made from what was attached."
    PullRequestClosed "pull-request-closed" Ask "The pull request was closed without merging, so the request is handed back."
    MergeConflict "merge-conflict" Ask "The change no longer merges cleanly, so the request is handed back."
    GatesMissing "gates-missing" Ask "The gates never ran on the approved commit, so the request is handed back."
    ChecksRed "checks-red" Ask "A check is red on the approved commit, so the request is handed back."

    Started "started" Start "Everything is there: a run starts."
    Resumed "resumed" Start "A run was cut off and is taken up again."
    StatusAsked "status-asked" Notify "Somebody asked how things stand."
    AlreadyDone "already-done" Notify "The command has nothing left to do."
    InReview "in-review" Notify "The change is ready: its pull request waits for /publish."
    ApprovalVoided "approval-voided" Notify "The pull request has moved on since it was approved, so the approval is void."
    Published "published" Notify "The change is merged and the request is done."
    RequestGone "request-gone" Notify "The request was closed while the agent was at work, so the work is dropped."
    Approved "approved" Approve "A person who may push approved this exact commit."
    Merging "merging" Merge "The approved commit is green: it is merged."
    Cancelled "cancelled" Cancel "The request was given up."
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_unique_and_sentences_are_sentences() {
        let codes: BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        assert_eq!(codes.len(), Reason::ALL.len());
        for reason in Reason::ALL {
            assert!(reason.sentence().ends_with('.'), "{}", reason.code());
            let json = serde_json::to_value(reason).unwrap();
            assert_eq!(json, reason.code());
        }
    }
}
