//! A small world for the rules: a forge, people, deliveries and agents, explored whole.
//!
//! The rules are not copied here: it is the very `decide`, `settle` and `merge_conflict` that ship which are called, through
//! the very `Execution` that the engine drives, over a real `Snapshot` read from real comments. What is small is the world
//! around them: commits are numbers, people have a few deeds, and how often something may go wrong is bounded.
//!
//! [`explore`] visits every state that can be reached in a [`Scene`] and checks every [`Property`]; [`CONTROLS`] are
//! rules known to be wrong, each of which must be found.
//!
//! **Architecture invariant:** no clock, no file, no chance; the same exploration gives the same numbers.

mod cast;
mod change;
mod explore;
mod forge;
mod game;
mod liveness;
mod moves;
mod people;
mod property;
mod reached;
mod repairs;
mod runs;
mod scenario;
mod scene;
mod story;
mod view;
mod world;
mod wrong;

pub use change::Change;
pub use explore::{Broken, Explored, Witnesses};
pub use property::Property;
pub use reached::never_reached;
pub use scene::{Scene, explore};
pub use wrong::{CONTROLS, Control, Rulebook};
