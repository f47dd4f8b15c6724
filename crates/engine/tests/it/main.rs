//! The engine on the embedded forge, with shell scripts as agents.

mod bad_agents;
mod gates;
mod story;
mod world;
