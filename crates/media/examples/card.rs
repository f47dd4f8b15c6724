//! Draws a header card: `cargo run -p lightsout-media --example card -- "A title" card.png`.

use std::error::Error;
use std::{env, fs};

use lightsout_media::{Card, header_card};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(title), Some(path)) = (arguments.next(), arguments.next()) else {
        return Err("usage: card TITLE FILE [KICKER] [SITE]".into());
    };
    let kicker = arguments.next().unwrap_or_else(|| "Insight".to_owned());
    let site = arguments
        .next()
        .unwrap_or_else(|| "Invented Careers".to_owned());
    let picture = header_card(&Card {
        title: &title,
        kicker: &kicker,
        site: &site,
        seed: &title,
    })?;
    fs::write(&path, &picture.png)?;
    for note in &picture.notes {
        writeln!(std::io::stderr(), "{note}")?;
    }
    Ok(())
}

use std::io::Write as _;
