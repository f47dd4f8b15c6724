//! The small world of repairs: pull requests whose checks fail, the healer, reviews and their fix passes.
//!
//! It is a world beside that of requests, since its rules look at facts of their own. Their `decide` and `settle` are the
//! very ones that ship, through the very `Execution`, over records read from real comments.

mod carry;
mod facts;
mod forge;
mod machine;
mod moves;
mod people;
mod property;
mod scenario;
mod story;
mod world;
mod wrong;

pub(crate) use machine::Game;
pub(crate) use scenario::ALL;
pub(crate) use scenario::Scenario;
pub(crate) use wrong::Rules;
