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

impl Decision {
    /// Every kind, in the order in which the reference lists them.
    pub const ALL: [Self; 8] = [
        Self::Start,
        Self::Ask,
        Self::Refuse,
        Self::Approve,
        Self::Merge,
        Self::Cancel,
        Self::Notify,
        Self::Ignore,
    ];

    /// The word for people and for JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ignore => "ignore",
            Self::Ask => "ask",
            Self::Refuse => "refuse",
            Self::Start => "start",
            Self::Notify => "notify",
            Self::Approve => "approve",
            Self::Merge => "merge",
            Self::Cancel => "cancel",
        }
    }

    /// What happens, in a sentence, for the reference.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Ignore => "Nothing is done, and nothing needs to be.",
            Self::Ask => {
                "A person is asked in a comment, and a request carries `cms-bot-waiting` until a pull request answers it."
            }
            Self::Refuse => "What was asked for is not done, and a comment says why.",
            Self::Start => "An agent starts to work.",
            Self::Notify => "What has happened is written where people see it.",
            Self::Approve => "An approval is written down.",
            Self::Merge => "The pull request is merged.",
            Self::Cancel => "The request ends without a change.",
        }
    }
}

macro_rules! reasons {
    ($($name:ident $code:literal $decision:ident $sentence:literal $help:literal)*) => {
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

            /// What lies behind it and how to go on, for the reference: one or more sentences of Markdown.
            pub fn help(self) -> &'static str {
                match self { $(Self::$name => $help),* }
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
        "Everything that happens meanwhile is passed over. Set `CMS_BOT_ENABLED` to exactly `true`; the next sweep finds what was missed. A run that was under way when the switch was turned is still settled, so its work is not lost."
    ByMachine "by-machine" Ignore "A bot or one of the factory's own accounts did this, and such never start anything."
        "Otherwise the factory would answer itself. If a person should be heard, let them act with their own account; an issue that a bot has opened is worked on once somebody with write permission comments `/accept`."
    NotARequest "not-a-request" Ignore "The issue carries no content type, so it is not a request."
        "Put exactly one content-type label on the issue to make it one. Ordinary issues are left alone."
    NotOurPullRequest "not-our-pull-request" Ignore "The pull request does not belong to a request."
        "Only pull requests on branches `claude/issue-N-…` that the factory opened belong to one. Others are merged as ever."
    IssueClosed "issue-closed" Ignore "The issue is closed."
        "Open it again to go on; what was written on it counts."
    LabelIsNoType "label-is-no-type" Ignore "The label that was added is no content type."
        "The factory's own status labels, and labels on pull requests, start nothing."
    AlreadyWaiting "already-waiting" Ignore "A person has been asked and has not answered yet."
        "The question is in the factory's newest comment. Answer it in a comment, or comment `/retry` to run the request again as it is."
    RunInProgress "run-in-progress" Ignore "A run for this request is under way."
        "What is said meanwhile is not lost: it is read once the run has ended. A run whose process died is taken up by the sweep."
    PullRequestOpen "pull-request-open" Ignore "The request already has an open pull request."
        "There is at most one for each request. Comment `/retry` to have it made again, in the same pull request."
    AlreadyPublished "already-published" Ignore "The change is already merged."
        "Open a new request for a further change."
    PullRequestComment "pull-request-comment" Ignore "A comment on a pull request that is no command is left to the people there."
        "Answers for the factory go to the request's issue; commands may stand on either."
    NotWaiting "not-waiting" Ignore "The request is not waiting for an answer, so a comment changes nothing."
        "To have the work done again with what the comment says, comment `/retry`."
    MayNotAnswer "may-not-answer" Ignore "Only the requester and people with access may answer for a request."
        "Otherwise anybody could spend the owner's money. Let the requester or a collaborator repeat it."
    AlreadyHandled "already-handled" Ignore "This comment has been dealt with."
        "The same delivery came twice, or a report came for a run that is settled. Nothing is done twice."
    NothingToDo "nothing-to-do" Ignore "Everything is as it should be."
        "The event asks nothing of this part of the world."
    ChecksPending "checks-pending" Ignore "The approval stands; the merge waits until every check is green."
        "The factory's own check, `lightsout/gates`, is always one of them. When a check never reports, look at whoever runs it; a push or `/retry` makes a new commit, which needs a new `/publish`."
    RunNotFailed "run-not-failed" Ignore "The workflow run did not end in failure, so there is nothing to heal."
        "Runs that were cancelled, skipped or took too long say nothing about the commit."
    RepairBranch "repair-branch" Ignore "The branch is one of the factory's own repairs, and those are neither healed nor reviewed."
        "One repair would call for the next, without end. A person looks at the repair's pull request: merges it, pushes to it, or closes it."
    ForeignRepository "foreign-repository" Ignore "The branch lies in another repository, whose code is not run or written to here."
        "A fork's pull request is reviewed and mended by people. Push the branch to this repository to let the factory do it."
    WorkflowNotWatched "workflow-not-watched" Ignore "Failures of this workflow are not healed."
        "Only those that are named in the configuration are. Names are compared exactly; a workflow that was renamed must be renamed there too."
    NothingToHeal "nothing-to-heal" Ignore "The failing commit is not the head of an open pull request."
        "The base branch and closed work are left to people. A run of the factory's own workflow that fails is found by the sweep, which hands its request on."
    HeadMoved "head-moved" Ignore "The branch has moved on since, so this says nothing about its head."
        "The newer commit gets its own runs and its own preview."
    ReviewNotOpen "review-not-open" Ignore "The pull request is no longer open, so it is not reviewed."
        "Open it again to have it reviewed."
    AlreadyReviewed "already-reviewed" Ignore "This head was reviewed already."
        "Each head is reviewed once. Push a commit to have the new one reviewed."
    PreviewCreatorUnknown "preview-creator-unknown" Ignore "The deployment's status was not written by a preview host that is believed."
        "Whoever may write deployments could otherwise post any address into a request. Add the host's account to the configuration if it is yours."
    PreviewOfNothing "preview-of-nothing" Ignore "The deployed commit is not the head of an open pull request of the factory."
        "Production deployments and other people's branches are not shown on requests."
    PreviewHostUnknown "preview-host-unknown" Refuse "The preview's address does not lie on a host that is believed, so it is not shown."
        "An address counts when it is `https`, names no user, and its host is one of the configured domains or lies below one. Add your own domain to the configuration if previews lie there."
    PreviewShown "preview-shown" Ignore "The request shows this state of the preview, or a newer one, already."
        "Events come late and doubled; the comment never goes back."
    SpendUnder "spend-under" Ignore "Yesterday's spend was within the threshold."
        "The threshold is `DAILY_SPEND_THRESHOLD_USD`, 50 dollars unless it is set."
    AlertStands "alert-stands" Ignore "People have been told just this already."
        "An alert that somebody has closed is not opened again for the same news."
    NothingToProve "nothing-to-prove" Ignore "Every skill loads, and the agent uses no model that could prove that it reads them."
        "The `template` agent reads no skill. Name an agent that does, with `--agent` or as `agent.kind` in `factory.toml`, to have a model proved."

    SeveralTypes "several-types" Refuse "The issue carries more than one content type; the factory does not guess which is meant."
        "Leave exactly one content-type label on the issue. That is enough: the next look starts it. For two changes, open two requests."
    UnknownType "unknown-type" Refuse "The issue carries a content type that does not exist."
        "The comment lists the types that do. Put one of them on the issue and take the other label off; new types are declared in `factory.toml`."
    PublishNeedsWrite "publish-needs-write" Refuse "Only somebody who may push at this moment may publish."
        "The permission is asked for when the command is dealt with, not when somebody joined. Ask a maintainer to comment `/publish`."
    CancelNotAllowed "cancel-not-allowed" Refuse "Only the requester or somebody who may push may cancel."
        "Ask one of them."
    RetryNotAllowed "retry-not-allowed" Refuse "Only the requester or somebody who may push may ask for another run."
        "Ask one of them: a run costs money."
    AcceptNeedsWrite "accept-needs-write" Refuse "Only somebody who may push may accept a request from outside."
        "Ask a maintainer to comment `/accept`."
    NothingToPublish "nothing-to-publish" Refuse "There is no open pull request to publish."
        "Wait until the factory has opened one, or comment `/retry` to have it made."
    PublishedUnseen "published-unseen" Refuse "The pull request moved on before this was written down, so it cannot have been about the commit that is there now."
        "A `/publish` counts for the commit that was shown as ready before it was written. Look at the new commit and comment `/publish` again."
    LabelWithoutApproval "label-without-approval" Refuse "The approval label was set without a /publish of this commit, so it is removed."
        "The label `cms-approved` only shows an approval, whose record is a comment of the factory's. To approve, comment `/publish`."

    FieldsMissing "fields-missing" Ask "The request lacks something, and the requester is asked for it before any agent runs."
        "Checking costs nothing. The comment lists each field with an example; answer all of them in one comment, under the same headings. A later answer to a field wins."
    AwaitsAcceptance "awaits-acceptance" Ask "A request from outside waits for somebody with access to accept it."
        "A person with write permission comments `/accept`. Who may file without that is `filing` in `factory.toml`."
    WaitingByHand "waiting-by-hand" Ask "Somebody set the waiting label by hand, so the request waits for an answer."
        "Answer in a comment, or comment `/retry` to have the request worked on as it is."
    BudgetReached "budget-reached" Ask "A spending cap is reached, so no run starts until a person raises it or time passes."
        "The comment says which cap. Caps are in `[budget]` of `factory.toml`. Then comment `/retry`; a cap for a day or a month also passes with it."
    RunKeepsDying "run-keeps-dying" Ask "The run was cut off again and again, so it is handed back to a person."
        "Its process ended before it could say how it went: a machine that was restarted, too little memory, a runner that was taken away. Look there before you `/retry`."
    AgentAsks "agent-asks" Ask "The agent needs an answer before it can go on."
        "Its questions are quoted in the comment. Answer below; the next run reads the whole thread. What it had committed was dropped, since it was not finished."
    AgentSilent "agent-silent" Ask "The agent ended without saying whether it is ready."
        "Its last line must be `READY` or `WAITING`, alone. Its last words are quoted; nothing it did was taken over. Comment `/retry` to run it again."
    AgentFailed "agent-failed" Ask "The agent did not end well."
        "The comment says how: an exit status, a limit of time or output, a refusal of its model. Nothing it did was taken over. Comment `/retry` once the cause is gone."
    NothingCommitted "nothing-committed" Ask "The agent said it was ready, but committed nothing."
        "Often the page already says what was asked for. Say in a comment what should be different, or comment `/cancel`."
    OutsideLane "outside-lane" Ask "The change holds something that this type of request may not change."
        "The comment names each path. Protected paths, links, executables and large files are outside every lane. Choose the type whose lane fits, or let a person make the change."
    GatesFailed "gates-failed" Ask "A gate failed on the change."
        "The comment quotes the command and its last lines. A gate that fails without the change too does not count. Say what should be different, or mend the gate on the base branch and comment `/retry`."
    PictureRefused "picture-refused" Ask "A picture could not be made from what was attached."
        "The comment says what is wrong with it. Attach another one in a comment."
    PullRequestClosed "pull-request-closed" Ask "The pull request was closed without merging, so the request is handed back."
        "Say in a comment what should be different, and it is made again; or comment `/cancel`."
    PullRequestStale "pull-request-stale" Ask "Nobody has touched the pull request for seven days, so it is closed and the request is handed back."
        "The request stays open. Comment `/retry` to have the change made again on top of what is there now, say what should be different, or comment `/cancel`."
    MergeConflict "merge-conflict" Ask "The change no longer merges cleanly, so the request is handed back."
        "Something else on the base branch touches the same lines. Comment `/retry`: the work is done again on top of it, and the new commit needs a new `/publish`."
    GatesMissing "gates-missing" Ask "The gates did not run to their end on the commit, so the request is handed back."
        "Somebody pushed it after the last run. Comment `/publish` again: the gates run on it, and no agent is paid. `/retry` does the whole work again."
    ChecksRed "checks-red" Ask "A check is red on the approved commit, so the request is handed back."
        "The comment names the checks. Run a check again if it was not the change's fault: once all are green the merge follows. Otherwise say what should be different, or comment `/retry`."

    Started "started" Start "Everything is there: a run starts."
        "An agent works on the request in a clone of its own. `/cancel` gives the request up."
    Resumed "resumed" Start "A run was cut off and is taken up again."
        "It goes on from the last stage that was finished, under the same name, so nothing is paid for twice. After several tries a person is asked instead."
    Checking "checking" Start "The gates have not passed on the commit that is there now: they run on it first."
        "Somebody pushed it: a repair that was merged, an edit, an update of the branch. No agent works and nothing is paid. Once every gate is green the commit is shown as ready, and a `/publish` after that counts."
    Healing "healing" Start "A workflow failed on the head of a pull request: the healer looks at it."
        "It works on exactly the failing commit, with the end of the failing run's log, and proposes a pull request into the branch. It tries at most three times for a pull request and twice for the same failure."
    Reviewing "reviewing" Start "The head of a pull request is reviewed."
        "A reviewer reads it and changes nothing."
    FixingReview "fixing-review" Start "The review found something to fix: one fix pass starts."
        "A pull request gets one fix pass in its life, however often it is pushed to. The factory's own content branches get none."
    CanaryStarted "canary-started" Start "Every skill loads: the agent is asked to prove that it reads them."
        "It must give back a phrase from each skill, with the model that runs are pinned to."
    StatusAsked "status-asked" Notify "Somebody asked how things stand."
        "Anybody may ask, with `/status`; it costs nothing."
    AlreadyDone "already-done" Notify "The command has nothing left to do."
        "What it asks for is so already."
    InReview "in-review" Notify "The change is ready: its pull request waits for /publish."
        "Every gate passed on its head commit. Somebody with write permission looks at it and comments `/publish`, on the issue or on the pull request."
    ApprovalVoided "approval-voided" Notify "The pull request has moved on since it was approved, so the approval is void."
        "An approval is of one commit. Look at the new one and comment `/publish` again."
    Published "published" Notify "The change is merged and the request is done."
        "The issue is closed and the branch is gone."
    RequestGone "request-gone" Notify "The request was closed while the agent was at work, so the work is dropped."
        "Open the issue again to have it made."
    WorkOutdated "work-outdated" Notify "What the run worked on has moved on meanwhile, so its work is dropped."
        "The newer commit gets its own; on a request's pull request the next `/publish` has it checked."
    Healed "healed" Notify "The healer proposes a fix in a pull request of its own."
        "It leads into the branch that failed. Look at it and merge it, or close it."
    HealerFailed "healer-failed" Notify "The healer found no fix that passes the gates."
        "The comment says how far it came. The failure is left to people unless it shows up again."
    HealerCapPull "healer-cap-pull-request" Notify "The healer has tried often enough on this pull request, and leaves it to people."
        "A push does not give it more tries. Mend the branch by hand, or close the pull request and comment `/retry` on the request."
    HealerCapFailure "healer-cap-failure" Notify "The healer has tried this very failure often enough, and leaves it to people."
        "The same lines failed before and after its fixes. A different failure is tried again, within the cap of the pull request."
    Reviewed "reviewed" Notify "The head was reviewed."
        "What was found stands in a comment of its own, the heaviest first. Nothing was changed."
    ReviewFixed "review-fixed" Notify "What the review found is mended in a pull request of its own."
        "It leads into the reviewed branch. Look at it and merge it, or close it."
    ReviewFailed "review-failed" Notify "The review could not be made."
        "The comment says why. Push a commit to have the new head reviewed."
    FixFailed "fix-failed" Notify "The fix pass found no fix that passes the gates."
        "The findings stand. There is no second pass: a person mends them."
    PreviewTold "preview-told" Notify "The request shows how far the preview of its change is."
        "There is one comment for each request, edited as the preview gets further."
    SpendOver "spend-over" Notify "Yesterday's spend was over the threshold."
        "One issue with the label `ops-cost-alert` says how much, for which requests, and how to pause. To be told later, raise `DAILY_SPEND_THRESHOLD_USD`; to spend less, lower the caps in `[budget]` of `factory.toml`."
    SpendBackUnder "spend-back-under" Notify "Yesterday's spend was within the threshold again, so the alert is closed."
        "Nothing is to be done."
    SkillBroken "skill-broken" Notify "A skill that a content type names cannot be loaded."
        "The canary's issue lists each one with what is wrong. Mend the files on the base branch; the canary runs again when they change."
    SkillsLoad "skills-load" Notify "Every skill loads again, and the agent uses no model that has to prove more."
        "The canary's issue is closed. It says nothing about any model."
    CanaryFailed "canary-failed" Notify "The agent could not prove that it reads every skill with this model."
        "The canary's issue says which phrases did not come back. Until it passes, the newly pinned model is not calibrated: pin the old one again or mend the skills."
    CanaryPassed "canary-passed" Notify "The agent reads every skill with the pinned model."
        "The canary's issue is closed and says when."
    Recalibrated "recalibrated" Notify "The pinned model has changed, and the new one reads every skill."
        "The change is written down in the canary's issue, with both models and the day."
    Approved "approved" Approve "A person who may push approved this exact commit."
        "Who, when, which commit and with which permission stand in a comment on the pull request. The merge follows when every check is green."
    Merging "merging" Merge "The approved commit is green: it is merged."
        "The forge is asked to squash exactly that commit; if the branch has moved, it refuses and everything is looked at afresh."
    Cancelled "cancelled" Cancel "The request was given up."
        "Its pull request and branch are gone. Open the issue again to go on."
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_of_decision_has_its_word_and_its_reasons() {
        for decision in Decision::ALL {
            assert_eq!(serde_json::to_value(decision).unwrap(), decision.name());
            assert!(decision.meaning().ends_with('.'));
            let reasons = Reason::ALL.iter();
            assert!(
                reasons
                    .filter(|reason| reason.decision() == decision)
                    .count()
                    > 0
            );
        }
    }

    #[test]
    fn codes_are_unique_and_sentences_are_sentences() {
        let codes: BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        assert_eq!(codes.len(), Reason::ALL.len());
        for reason in Reason::ALL {
            assert!(reason.sentence().ends_with('.'), "{}", reason.code());
            assert!(reason.help().ends_with('.'), "{}", reason.code());
            assert_ne!(reason.help(), reason.sentence());
            assert_eq!(Reason::from_code(reason.code()), Some(*reason));
            let json = serde_json::to_value(reason).unwrap();
            assert_eq!(json, reason.code());
        }
    }
}
