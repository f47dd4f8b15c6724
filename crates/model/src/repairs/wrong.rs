//! Rules of repairs, those that ship and wrong ones.

use lightsout_forge::{AccountKind, Action, BranchName, Event, Thread};
use lightsout_lifecycle::{HealFacts, Plan, ReviewFacts, Rules as Of, RunReport, decide, settle};

use crate::world::branch_name;

/// The rules of both parts of this world.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) heal: Of<HealFacts>,
    pub(crate) review: Of<ReviewFacts>,
}

impl Rules {
    /// The rules that ship.
    pub(crate) const SHIPPED: Self = Self {
        heal: Of::SHIPPED,
        review: Of::SHIPPED,
    };
    /// A repair is healed like anything else.
    pub(crate) const HEALS_ITSELF: Self = Self::healing(heal_anything);
    /// What was healed before the newest push is forgotten.
    pub(crate) const FORGETS_AT_A_PUSH: Self = Self::healing(heal_since_the_push);
    /// A healing that has ended is begun again when its event comes again.
    pub(crate) const HEALS_TWICE: Self = Self::healing(heal_again);
    /// A repair is reviewed like a person's pull request.
    pub(crate) const REVIEWS_ITSELF: Self = Self {
        review: Of {
            decide: review_anything,
            settle: settle_anything,
            ..Of::SHIPPED
        },
        ..Self::SHIPPED
    };
    /// Every head gets a fix pass.
    pub(crate) const FIXES_EVERY_HEAD: Self = Self::settling(forget_fixes);
    /// The factory's own page gets a fix pass.
    pub(crate) const FIXES_ITS_OWN: Self = Self::settling(as_a_stranger);

    const fn healing(decide: fn(&Event, &HealFacts) -> Plan) -> Self {
        Self {
            heal: Of {
                decide,
                ..Of::SHIPPED
            },
            ..Self::SHIPPED
        }
    }

    const fn settling(settle: fn(&RunReport, &ReviewFacts) -> Plan) -> Self {
        Self {
            review: Of {
                settle,
                ..Of::SHIPPED
            },
            ..Self::SHIPPED
        }
    }
}

/// Decides as if a branch were called something that no rule knows, and calls it by its name again in the plan.
fn disguised(name: &BranchName, decide: impl FnOnce(BranchName) -> Plan) -> Plan {
    let mask = branch_name(&format!("was-{name}"));
    let mut plan = decide(mask.clone());
    for action in &mut plan.actions {
        match action {
            Action::UpsertComment { on, .. } if *on == Thread::PullOf(mask.clone()) => {
                *on = Thread::PullOf(name.clone());
            }
            Action::EnsurePullRequest { base, .. } if *base == mask => *base = name.clone(),
            _ => {}
        }
    }
    plan
}

fn heal_anything(event: &Event, facts: &HealFacts) -> Plan {
    let mut facts = facts.clone();
    disguised(&facts.branch.clone(), |mask| {
        facts.branch = mask.clone();
        if let Some(pull) = &mut facts.pull {
            pull.head = mask;
        }
        decide(event, &facts)
    })
}

fn heal_since_the_push(event: &Event, facts: &HealFacts) -> Plan {
    let mut facts = facts.clone();
    if let Some(pull) = &facts.pull {
        let healings = &mut facts.record.healings;
        healings.retain(|healing| healing.sha == pull.head_sha);
    }
    decide(event, &facts)
}

fn heal_again(event: &Event, facts: &HealFacts) -> Plan {
    let mut facts = facts.clone();
    for healing in &mut facts.record.healings {
        healing.ended = false;
    }
    decide(event, &facts)
}

fn stranger(facts: &ReviewFacts) -> ReviewFacts {
    let mut facts = facts.clone();
    facts.author.own = false;
    facts.author.kind = AccountKind::User;
    facts
}

fn review_anything(event: &Event, facts: &ReviewFacts) -> Plan {
    let mut facts = stranger(facts);
    disguised(&facts.pull.head.clone(), |mask| {
        facts.pull.head = mask;
        decide(event, &facts)
    })
}

fn settle_anything(report: &RunReport, facts: &ReviewFacts) -> Plan {
    let mut facts = stranger(facts);
    disguised(&facts.pull.head.clone(), |mask| {
        facts.pull.head = mask;
        settle(report, &facts)
    })
}

fn forget_fixes(report: &RunReport, facts: &ReviewFacts) -> Plan {
    let mut facts = facts.clone();
    facts.record.fixes = 0;
    settle(report, &facts)
}

fn as_a_stranger(report: &RunReport, facts: &ReviewFacts) -> Plan {
    settle(report, &stranger(facts))
}
