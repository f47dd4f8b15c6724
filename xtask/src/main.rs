//! What keeps the workspace honest.
fn main() {}
