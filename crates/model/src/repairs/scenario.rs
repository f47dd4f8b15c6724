//! The explorations of repairs.

use lightsout_lifecycle::HealCaps;

use super::moves::{Deed, Outcome};
use super::world::{End, Installed};

/// Where a pull request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Root {
    /// A person, in this repository.
    Person,
    /// A person, in a fork.
    Fork,
    /// The factory, for a request.
    Request,
}

/// A small world of repairs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scenario {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it asks.
    pub(crate) about: &'static str,
    /// Where the pull request comes from.
    pub(crate) root: Root,
    /// Whether failures of its workflow are healed.
    pub(crate) watched: bool,
    pub(crate) caps: HealCaps,
    /// How many runs of an agent there is money for.
    pub(crate) money: u8,
    pub(crate) installed: Installed,
    /// How workflow runs of people's commits may end.
    pub(crate) ends: &'static [End],
    /// What people may do.
    pub(crate) deeds_of_people: &'static [Deed],
    pub(crate) healer: &'static [Outcome],
    pub(crate) reviewer: &'static [Outcome],
    /// Whether one process deals with everything, and takes up again what it was at; otherwise each concurrency group is
    /// on its own, and an event is gone with the process that dealt with it.
    pub(crate) local: bool,
    pub(crate) deeds: u8,
    pub(crate) faults: u8,
}

const HEALER: Installed = Installed {
    healer: true,
    review: false,
};
const REVIEW: Installed = Installed {
    healer: false,
    review: true,
};

const PLAIN: Scenario = Scenario {
    name: "repairs",
    about: "",
    root: Root::Person,
    watched: true,
    caps: HealCaps {
        per_pull: 2,
        per_fingerprint: 1,
    },
    money: u8::MAX,
    installed: Installed {
        healer: true,
        review: true,
    },
    ends: &[End::Green, End::Red(0), End::Red(1)],
    deeds_of_people: &[],
    healer: &[Outcome::Mends],
    reviewer: &[Outcome::Clean],
    local: true,
    deeds: 3,
    faults: 1,
};

/// Every exploration.
pub(crate) const ALL: &[Scenario] = &[
    Scenario {
        name: "healer",
        about: "a pull request that fails again after every push, in one way or another, with repairs that fail too",
        deeds_of_people: &[Deed::Push, Deed::Merge],
        healer: &[Outcome::Mends, Outcome::Silent, Outcome::RedGate],
        installed: HEALER,
        ..PLAIN
    },
    Scenario {
        name: "healer, caps as shipped",
        about: "one failure that no repair mends, and a person who pushes on",
        caps: HealCaps {
            per_pull: 3,
            per_fingerprint: 2,
        },
        ends: &[End::Red(0)],
        deeds_of_people: &[Deed::Push, Deed::Merge, Deed::PushToRepair],
        deeds: 4,
        installed: HEALER,
        ..PLAIN
    },
    Scenario {
        name: "healer in Actions",
        about: "deliveries that are lost, doubled and out of order, in concurrency groups",
        ends: &[End::Red(0), End::Red(1)],
        deeds_of_people: &[Deed::Push, Deed::Close, Deed::Reopen],
        local: false,
        installed: HEALER,
        ..PLAIN
    },
    Scenario {
        name: "healer of content",
        about: "a page of the factory's own that fails, with money for two runs and a switch",
        root: Root::Request,
        money: 2,
        deeds_of_people: &[Deed::Push, Deed::Switch],
        deeds: 2,
        ..PLAIN
    },
    Scenario {
        name: "healer that dies",
        about: "a process that ends again and again while it heals or reviews",
        ends: &[End::Red(0)],
        reviewer: &[Outcome::MustFix],
        deeds: 4,
        faults: 4,
        ..PLAIN
    },
    Scenario {
        name: "reviews",
        about: "a pull request whose every head has something to fix, and pushes that come while that is done",
        ends: &[End::Green],
        deeds_of_people: &[
            Deed::Push,
            Deed::Merge,
            Deed::PushToRepair,
            Deed::Close,
            Deed::Reopen,
            Deed::Switch,
        ],
        healer: &[Outcome::Mends, Outcome::Silent],
        reviewer: &[Outcome::MustFix, Outcome::Clean, Outcome::Silent],
        installed: REVIEW,
        ..PLAIN
    },
    Scenario {
        name: "reviews of content",
        about: "the factory's own page, which is reviewed and never fixed",
        root: Root::Request,
        ends: &[End::Green],
        deeds_of_people: &[Deed::Push, Deed::Close, Deed::Reopen],
        reviewer: &[Outcome::MustFix, Outcome::Clean, Outcome::Silent],
        local: false,
        installed: REVIEW,
        ..PLAIN
    },
    Scenario {
        name: "repairs of a fork",
        about: "a pull request from a fork, to which nothing of the factory's may go",
        root: Root::Fork,
        deeds_of_people: &[Deed::Push],
        deeds: 2,
        ..PLAIN
    },
    Scenario {
        name: "unwatched workflow",
        about: "failures of a workflow that nobody wants healed",
        watched: false,
        deeds_of_people: &[Deed::Push],
        deeds: 2,
        installed: HEALER,
        ..PLAIN
    },
];

impl Scenario {
    /// The same with fewer acts and faults.
    #[must_use]
    pub(crate) fn smaller(mut self) -> Self {
        self.deeds = self.deeds.min(2).saturating_sub(u8::from(self.deeds == 2));
        self.faults = self.faults.min(1);
        self
    }
}
