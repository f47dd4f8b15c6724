//! What the rendered files say, read by others.

mod read;
mod trust;
