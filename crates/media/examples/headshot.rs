//! Makes a headshot and a photograph of a place: `cargo run -p lightsout-media --example headshot -- in.jpg OUT`.
//!
//! Writes `OUT-headshot.png` and `OUT-photo.png`, and says how long each step took.

use std::error::Error;
use std::io::Write as _;
use std::time::Instant;
use std::{env, fs, io};

use lightsout_media::{Limits, PHOTO_WIDTH, Photo, headshot, photo};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(from), Some(to)) = (arguments.next(), arguments.next()) else {
        return Err("usage: headshot PHOTOGRAPH OUT".into());
    };
    let bytes = fs::read(&from)?;
    let start = Instant::now();
    let checked = Photo::check(&bytes, &Limits::default())?;
    let mut out = io::stderr();
    let (width, height) = checked.size();
    writeln!(
        out,
        "{from}: {} {width}x{height}, checked in {:?}",
        checked.kind().name(),
        start.elapsed()
    )?;
    for (name, make) in [
        ("headshot", headshot as fn(&Photo) -> _),
        ("photo", |p| photo(p, PHOTO_WIDTH)),
    ] {
        let start = Instant::now();
        let picture = make(&checked)?;
        writeln!(
            out,
            "  {name} {}x{} in {:?} {:?}",
            picture.width,
            picture.height,
            start.elapsed(),
            picture.notes
        )?;
        fs::write(format!("{to}-{name}.png"), &picture.png)?;
    }
    Ok(())
}
