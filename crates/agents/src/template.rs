//! The template agent.
