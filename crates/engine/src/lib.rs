//! The factory: snapshot, decision, agent, gates, settlement, execution.
