//! Hostile text in, safe pages out.

mod check;
mod corpus;
mod prose;
