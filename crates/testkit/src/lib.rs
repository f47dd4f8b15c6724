//! Scenarios, a virtual clock, faults and the port contract suites (for tests only).
