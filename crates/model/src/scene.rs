//! One exploration, of requests or of repairs.

use crate::explore::{self, Explored};
use crate::game::Game;
use crate::property::Property;
use crate::repairs;
use crate::scenario::{self, Scenario};
use crate::wrong::Rulebook;

/// A small world to explore.
#[derive(Debug, Clone, Copy)]
pub struct Scene(Kind);

#[derive(Debug, Clone, Copy)]
enum Kind {
    Request(Scenario),
    Repair(repairs::Scenario),
}

impl Scene {
    /// Every exploration of `cargo xtask model`.
    pub fn all() -> impl Iterator<Item = Self> {
        let requests = scenario::ALL.iter().copied().map(Kind::Request);
        requests
            .chain(repairs::ALL.iter().copied().map(Kind::Repair))
            .map(Self)
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        match self.0 {
            Kind::Request(scenario) => scenario.name,
            Kind::Repair(scenario) => scenario.name,
        }
    }

    /// What it asks.
    pub fn about(&self) -> &'static str {
        match self.0 {
            Kind::Request(scenario) => scenario.about,
            Kind::Repair(scenario) => scenario.about,
        }
    }

    /// The same with fewer acts and faults, for a test that takes seconds.
    #[must_use]
    pub fn smaller(self) -> Self {
        Self(match self.0 {
            Kind::Request(scenario) => Kind::Request(scenario.smaller()),
            Kind::Repair(scenario) => Kind::Repair(scenario.smaller()),
        })
    }
}

/// Explores everything that can happen. Stops early at `until`, if it breaks.
pub fn explore(scene: Scene, rulebook: Rulebook, until: Option<Property>) -> Explored {
    match scene.0 {
        Kind::Request(scenario) => explore::explore(&mut Game::new(scenario, rulebook), until),
        Kind::Repair(scenario) => {
            explore::explore(&mut repairs::Game::new(scenario, rulebook.repairs), until)
        }
    }
}
