//! Who does the work: the agent port, and programs run as agents.
