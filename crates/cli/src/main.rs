//! The `lightsout` command.
fn main() {}
