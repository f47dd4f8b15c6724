//! What a decision may look at: one part of the world, read afresh.

use lightsout_forge::{Event, Sha};
use serde::{Deserialize, Serialize};

use crate::decide::{canary, heal, preview, request, review, spend};
use crate::{
    CanaryFacts, HealFacts, Plan, PreviewFacts, Reason, ReviewFacts, RunReport, Snapshot,
    SpendFacts, merge_conflict,
};

/// A part of the world that has rules of its own.
///
/// The event says what happened; the type of the facts says which part of the world is asked about it. Several parts may
/// answer to one event, each on its own: a push to a pull request voids an approval and calls for a review.
pub trait Facts: sealed::Facts {}

impl<T: sealed::Facts> Facts for T {}

pub(crate) mod sealed {
    use super::{Event, Plan, Reason, RunReport, Sha};

    /// What [`decide`](crate::decide) and [`settle`](crate::settle) need of the facts. The kill switch is asked for there
    /// and not here, so that no rule can forget it.
    pub trait Facts {
        /// The kill switch: whether `CMS_BOT_ENABLED` equals `true`.
        fn enabled(&self) -> bool;
        /// What should be true after the event.
        fn decide(&self, event: &Event) -> Plan;
        /// What should be true after the run; nothing where no run is ever started.
        fn settle(&self, report: &RunReport) -> Plan {
            let _ = report;
            Plan::ignore(Reason::AlreadyHandled)
        }
        /// The head of the open pull request, where commits are merged.
        fn head(&self) -> Option<&Sha> {
            None
        }
        /// What should be true after that head did not merge.
        fn merge_conflict(&self) -> Plan {
            Plan::ignore(Reason::NotOurPullRequest)
        }
    }
}

impl sealed::Facts for Snapshot {
    fn enabled(&self) -> bool {
        self.enabled
    }
    fn decide(&self, event: &Event) -> Plan {
        request::decide(event, self)
    }
    fn settle(&self, report: &RunReport) -> Plan {
        crate::settle::request(report, self)
    }
    fn head(&self) -> Option<&Sha> {
        self.open_pull().map(|facts| &facts.pull.head_sha)
    }
    fn merge_conflict(&self) -> Plan {
        merge_conflict(self)
    }
}

/// Parts of the world whose runs are settled in their own module.
macro_rules! with_runs {
    ($($facts:ty: $rules:ident),*) => {$(
        impl sealed::Facts for $facts {
            fn enabled(&self) -> bool {
                self.enabled
            }
            fn decide(&self, event: &Event) -> Plan {
                $rules::decide(event, self)
            }
            fn settle(&self, report: &RunReport) -> Plan {
                $rules::settle(report, self)
            }
        }
    )*};
}

with_runs!(HealFacts: heal, ReviewFacts: review, CanaryFacts: canary);

impl sealed::Facts for PreviewFacts {
    fn enabled(&self) -> bool {
        self.enabled
    }
    fn decide(&self, event: &Event) -> Plan {
        preview::decide(event, self)
    }
}

impl sealed::Facts for SpendFacts {
    fn enabled(&self) -> bool {
        self.enabled
    }
    fn decide(&self, event: &Event) -> Plan {
        spend::decide(event, self)
    }
}

/// Facts of any part of the world, as they lie in a file: the tag `about` names the part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum AnyFacts {
    /// One request.
    Request(Box<Snapshot>),
    /// A workflow run that failed.
    Heal(Box<HealFacts>),
    /// A pull request that may be reviewed.
    Review(Box<ReviewFacts>),
    /// A deployment of a commit.
    Preview(Box<PreviewFacts>),
    /// Yesterday's spend.
    Spend(SpendFacts),
    /// The skills and the pinned model.
    Canary(Box<CanaryFacts>),
}

impl AnyFacts {
    fn part(&self) -> &dyn sealed::Facts {
        match self {
            Self::Request(facts) => facts.as_ref(),
            Self::Heal(facts) => facts.as_ref(),
            Self::Review(facts) => facts.as_ref(),
            Self::Preview(facts) => facts.as_ref(),
            Self::Spend(facts) => facts,
            Self::Canary(facts) => facts.as_ref(),
        }
    }
}

impl sealed::Facts for AnyFacts {
    fn enabled(&self) -> bool {
        self.part().enabled()
    }
    fn decide(&self, event: &Event) -> Plan {
        self.part().decide(event)
    }
    fn settle(&self, report: &RunReport) -> Plan {
        self.part().settle(report)
    }
    fn head(&self) -> Option<&Sha> {
        self.part().head()
    }
    fn merge_conflict(&self) -> Plan {
        self.part().merge_conflict()
    }
}

/// An issue of the factory's own, as it stands now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnIssue {
    /// Open or closed.
    pub state: lightsout_forge::IssueState,
    /// Its body, with the marker line.
    pub body: String,
}

impl OwnIssue {
    /// Its body without the marker line, as a plan would write it.
    pub fn text(&self) -> &str {
        self.body.split_once('\n').map_or("", |(_, text)| text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide;
    use crate::decide::tests::{event, world};
    use lightsout_forge::{EventKind, Number};

    #[test]
    fn facts_out_of_a_file_are_decided_about_as_their_part_is() {
        for enabled in [true, false] {
            let mut world = world();
            world.enabled = enabled;
            let event = event(EventKind::IssueOpened { issue: Number(7) }, &world);
            let any = AnyFacts::Request(Box::new(world.clone()));
            assert_eq!(decide(&event, &any), decide(&event, &world));
        }
    }

    #[test]
    fn facts_out_of_a_file_meet_a_conflict_as_their_part_does() {
        use sealed::Facts as _;

        let world = crate::decide::tests::approved('b');
        let any = AnyFacts::Request(Box::new(world.clone()));
        assert_eq!(any.head(), world.head());
        assert!(any.head().is_some());
        assert_eq!(any.merge_conflict(), merge_conflict(&world));
    }
}
