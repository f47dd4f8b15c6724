//! Pictures: checked, cleaned, cropped, drawn, and written where they belong.
//!
//! What people attach goes through [`Photo::check`], which refuses what is no photograph before anything large
//! is allocated. A checked photograph becomes a [`headshot`] or a [`photo`] of a place; a title becomes a
//! [`header_card`]. Each is a [`Picture`]: a PNG that holds pixels and nothing else, with notes about what was
//! changed. [`write_contained`] puts bytes into a folder that somebody else may have filled with traps.
//!
//! **Architecture invariant:** nothing here knows a network, a clock, the system's fonts or any other crate of
//! ours; every function but [`write_contained`] works on values only, and the same input gives the same bytes.

mod card;
mod clean;
mod colour;
mod kind;
mod photo;
mod picture;
mod whole;
mod write;

pub use card::{CARD_HEIGHT, CARD_WIDTH, Card, CardError, MAX_TITLE, header_card};
pub use clean::{HEADSHOT_SIDE, PHOTO_WIDTH, headshot, photo};
pub use kind::Kind;
pub use photo::{Limits, Photo, PhotoError};
pub use picture::{Picture, PictureError};
pub use write::{WriteError, Written, write_contained};
