//! A virtual clock, faults, and the contract that every forge keeps (for tests only).
//!
//! * [`VirtualClock`]: time that moves when it is told to.
//! * [`FaultyForge`]: a forge that fails before or after its n-th action.
//! * [`GitServer`]: git over HTTP that demands a credential and fails on demand.
//! * [`HttpServer`]: a server that answers as a test says, and remembers what it was asked.
//! * [`contract`]: what the engine relies on, checked through the ports alone, so that every adapter runs the same
//!   suite.
//!
//! **Architecture invariant:** nothing here is in a release; it is a dev-dependency only, and knows no adapter.

mod clock;
pub mod contract;
mod faulty;
mod git_server;
mod http_server;
mod loopback;
pub mod model;

pub use clock::VirtualClock;
pub use faulty::{Fault, FaultyForge};
pub use git_server::{GitFault, GitServer};
pub use http_server::{Asked, HttpServer, Reply};
