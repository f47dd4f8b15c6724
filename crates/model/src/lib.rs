//! A small world for the rules: a forge, people, deliveries and agents, explored whole.
//!
//! The rules are not copied here. [`Game`] calls the very `decide`, `settle` and `merge_conflict` that ship, through the
//! very `Execution` that the engine drives, over a real `Snapshot` read from real comments. What is small is the world
//! around them: commits are numbers, people have a few deeds, and how often something may go wrong is bounded.
//!
//! [`explore`] visits every state that can be reached in a [`Scenario`] and checks every [`Property`]; [`CONTROLS`] are
//! rules known to be wrong, each of which must be found.
//!
//! **Architecture invariant:** no clock, no file, no chance; the same exploration gives the same numbers.

mod cast;
mod explore;
mod forge;
mod game;
mod liveness;
mod moves;
mod people;
mod property;
mod runs;
mod scenario;
mod story;
mod view;
mod world;
mod wrong;

pub use explore::{Broken, Explored, Witnesses, explore, never_reached};
pub use game::Game;
pub use moves::{Deed, Move, Outcome};
pub use property::Property;
pub use scenario::{ALL as SCENARIOS, Queue, Scenario};
pub use story::tell;
pub use world::{Who, Words, World};
pub use wrong::{CONTROLS, Control, Rulebook};
