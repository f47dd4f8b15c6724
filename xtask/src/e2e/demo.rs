//! `cargo xtask e2e demo`: the demo, run twice, and read with `git` and `exiftool`.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::forge::{self, Program};
use super::log;
use super::result::{self, Request};
use crate::process;

/// The content types, of each of which one request is published.
const TYPES: &[&str] = &[
    "cms-spotlight-add",
    "cms-spotlight-edit",
    "cms-insight",
    "cms-faq",
    "cms-location",
    "cms-content-edit",
];

/// How long the demo may take on two cores.
const LIMIT: Duration = Duration::from_secs(10);

/// Runs the check.
pub(crate) fn run(program: &Program) -> Result<()> {
    let outer = tempfile::tempdir()?;
    let folder = outer.path().join("demo");

    let start = Instant::now();
    let requests = program.demo_to_the_end(&folder)?;
    let took = start.elapsed();
    println!(
        "the demo took {:.2} s for {} requests",
        took.as_secs_f64(),
        requests.len()
    );
    let mut complaints = result::complaints(&requests, TYPES);
    if took > LIMIT {
        complaints.push(format!(
            "the demo took {:.1} s, more than {} s",
            took.as_secs_f64(),
            LIMIT.as_secs()
        ));
    }

    let work = outer.path().join("clone");
    let history = forge::clone(&folder, &work)?;
    complaints.extend(forge::complaints(&history, &requests));
    complaints.extend(pictures(&work)?);

    complaints.extend(log::complaints(&program.log(&folder)?, &requests));
    let threads = forge::threads(program, &folder)?;

    let start = Instant::now();
    let again = program.demo_to_the_end(&folder)?;
    println!("a second run took {:.2} s", start.elapsed().as_secs_f64());
    if again
        .iter()
        .map(|one| &one.lasting)
        .ne(requests.iter().map(|one| &one.lasting))
    {
        complaints.push("a second run changed the table".to_owned());
    }
    if forge::clone(&folder, &outer.path().join("second"))? != history {
        complaints.push("a second run changed the history".to_owned());
    }

    if forge::threads(program, &folder)? != threads {
        complaints.push("a second run changed issues, pull requests or comments".to_owned());
    }

    // What the forge shows is the state: without its own files the engine finds everything as it was.
    for own in ["workshop.git", "runs"] {
        std::fs::remove_dir_all(folder.join(own))
            .with_context(|| format!("there is no `{own}`"))?;
    }
    std::fs::remove_file(folder.join("journal.jsonl")).context("there is no journal")?;
    let without = program.demo_to_the_end(&folder)?;
    if without
        .iter()
        .map(Request::shown)
        .ne(requests.iter().map(Request::shown))
    {
        complaints.push("a run without the engine's own files changed the table".to_owned());
    }
    if forge::clone(&folder, &outer.path().join("third"))? != history {
        complaints.push("a run without the engine's own files changed the history".to_owned());
    }
    if forge::threads(program, &folder)? != threads {
        complaints.push(
            "a run without the engine's own files changed issues, pull requests or comments"
                .to_owned(),
        );
    }

    for complaint in &complaints {
        eprintln!("demo: {complaint}");
    }
    ensure!(complaints.is_empty(), "the demo is not as it should be");
    println!(
        "demo: {} commits on `main`, all as it should be",
        history.len()
    );
    Ok(())
}

/// Reads every picture of the published site with `exiftool`.
fn pictures(work: &Path) -> Result<Vec<String>> {
    if !process::is_there("exiftool", "-ver") {
        bail!("`exiftool` is not installed; hint: `apt-get install libimage-exiftool-perl`");
    }
    let arguments = [
        "-json",
        "-recurse",
        "-all",
        "-groupNames:1",
        "-unknown",
        "-duplicates",
    ];
    let text = process::read(
        Command::new("exiftool")
            .args(arguments)
            .arg(work.join("public/images")),
    )?;
    let found: Vec<Value> = serde_json::from_str(&text).context("exiftool printed no JSON")?;
    ensure!(
        found.len() >= 4,
        "only {} pictures were published",
        found.len()
    );
    println!("exiftool read {} pictures", found.len());
    Ok(found.iter().flat_map(picture).collect())
}

/// Returns what is wrong with one picture, as `exiftool` sees it.
fn picture(found: &Value) -> Vec<String> {
    // What the format needs, and what is said of the file rather than in it.
    const HARMLESS: &[&str] = &[
        "SourceFile",
        "PNG:ImageWidth",
        "PNG:ImageHeight",
        "PNG:BitDepth",
        "PNG:ColorType",
        "PNG:Compression",
        "PNG:Filter",
        "PNG:Interlace",
        "PNG:SRGBRendering",
    ];
    const GROUPS: &[&str] = &["ExifTool:", "System:", "File:", "Composite:"];
    let name = found["SourceFile"].as_str().unwrap_or_default();
    let mut complaints = Vec::new();
    if found["File:FileType"] != "PNG" {
        complaints.push(format!("{name}: not a PNG but {}", found["File:FileType"]));
    }
    let size = (
        found["PNG:ImageWidth"].as_u64(),
        found["PNG:ImageHeight"].as_u64(),
    );
    let wanted = if name.contains("/spotlight/") {
        Some((1024, 1024))
    } else if name.contains("/insights/") {
        Some((1200, 630))
    } else {
        None
    };
    if let Some((width, height)) = wanted
        && size != (Some(width), Some(height))
    {
        complaints.push(format!("{name}: {size:?} instead of {width}x{height}"));
    }
    for key in found.as_object().into_iter().flat_map(|map| map.keys()) {
        let fine =
            HARMLESS.contains(&key.as_str()) || GROUPS.iter().any(|group| key.starts_with(group));
        if !fine || key == "ExifTool:Warning" {
            complaints.push(format!("{name}: holds `{key}`: {}", found[key.as_str()]));
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn clean() -> Value {
        json!({
            "SourceFile": "x/public/images/spotlight/a.png", "ExifTool:ExifToolVersion": 12.57,
            "File:FileType": "PNG", "PNG:ImageWidth": 1024, "PNG:ImageHeight": 1024, "PNG:BitDepth": 8,
            "Composite:ImageSize": "1024x1024",
        })
    }

    #[test]
    fn a_clean_picture_is_clean_and_each_fault_is_seen() {
        assert_eq!(picture(&clean()), Vec::<String>::new());
        for (key, value) in [
            ("PNG:Comment", json!("hello")),
            ("IFD0:Orientation", json!("Rotate 90 CW")),
            ("GPS:GPSLatitude", json!("1 deg")),
            ("XMP-dc:Title", json!("a")),
            ("File:FileType", json!("JPEG")),
            ("PNG:ImageWidth", json!(1023)),
            ("ExifTool:Warning", json!("trailer after IEND")),
        ] {
            let mut found = clean();
            found[key] = value;
            assert_eq!(picture(&found).len(), 1, "{key}");
        }
        let mut header = clean();
        header["SourceFile"] = json!("x/public/images/insights/a.png");
        assert_eq!(picture(&header).len(), 1);
    }
}
