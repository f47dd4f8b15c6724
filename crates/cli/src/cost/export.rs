//! `lightsout cost export`: the ledger's spend logs, written into a folder.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use lightsout_ledger::{Cost, Entry, LedgerStore, PriceBook, fold};
use lightsout_spendlog::{Kind, read, rows, write};
use serde::Serialize;

use crate::args::{CostExport, Format};
use crate::failure::{Done, Mendable};
use crate::input::read_text;
use crate::output::{print, print_json};
use crate::summary::Price;

#[derive(Serialize)]
struct Exported {
    files: Vec<OfFile>,
    /// Reservations that are still open; they are no spending, and in no file.
    open: usize,
    dry_run: bool,
}

#[derive(Serialize)]
struct OfFile {
    file: String,
    rows: usize,
    cost: Price,
    changed: bool,
}

pub(super) async fn run(ledger: &dyn LedgerStore, args: &CostExport) -> anyhow::Result<Done> {
    if !args.to.is_dir() {
        let what = format!("`{}` is no folder", args.to.display());
        return Err(Mendable::error(what, "make it first, or give another one"));
    }
    let entries = ledger.entries(None).await?;
    let mut texts = Vec::new();
    let mut files = Vec::new();
    for (kind, rows) in rows(&entries) {
        let path = args.to.join(kind.file_name());
        let text = write(&rows)?;
        let before = existing(kind, &path, &entries)?;
        let costs = rows.iter().map(|row| row.bill.cost);
        files.push(OfFile {
            file: path.display().to_string(),
            rows: rows.len(),
            cost: costs.fold(Cost::ZERO, |sum, cost| sum.plus(&cost)).into(),
            changed: before.as_deref() != Some(&text),
        });
        texts.push((path, text));
    }
    // Both were looked at before either is written.
    for ((path, text), _) in texts.iter().zip(&files).filter(|(_, file)| file.changed) {
        if !args.dry_run {
            replace(path, text)?;
        }
    }
    let exported = Exported {
        files,
        open: fold(&entries).open().count(),
        dry_run: args.dry_run,
    };
    match args.format {
        Format::Json => print_json(&exported)?,
        Format::Text => print(&text(&exported))?,
    }
    Ok(Done::Fine)
}

/// Reads the file that would be replaced. One that says more than the ledger is not.
fn existing(kind: Kind, path: &Path, entries: &[Entry]) -> anyhow::Result<Option<String>> {
    let missing =
        fs::symlink_metadata(path).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound);
    if missing {
        return Ok(None);
    }
    let text = read_text(path)?;
    let found = read(kind, &text, &PriceBook::builtin());
    let known: BTreeSet<_> = entries.iter().map(|entry| &entry.id).collect();
    let lines = found.rows.iter().flat_map(lightsout_spendlog::Row::entries);
    let lost = lines.filter(|line| !known.contains(&line.id)).count();
    if lost > 0 || !found.left_out.is_empty() {
        return Err(Mendable::error(
            format!(
                "`{}` holds rows that the ledger lacks, and writing it would lose them",
                path.display()
            ),
            "`lightsout cost import` adds them to the ledger; or move the file away",
        ));
    }
    Ok(Some(text))
}

/// Writes beside, then renames, so that the file is whole at every moment.
fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
    let unwritable = |error: std::io::Error| {
        Mendable::error(
            format!("`{}` cannot be written: {error}", path.display()),
            "check the folder",
        )
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut beside = tempfile::NamedTempFile::new_in(folder).map_err(unwritable)?;
    std::io::Write::write_all(&mut beside, text.as_bytes()).map_err(unwritable)?;
    beside.as_file().sync_all().map_err(unwritable)?;
    let kept = beside
        .persist(path)
        .map_err(|error| unwritable(error.error))?;
    // A temporary file is for its owner only; a log is as readable as the files around it.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        kept.set_permissions(fs::Permissions::from_mode(0o644))
            .map_err(unwritable)?;
    }
    drop(kept);
    Ok(())
}

fn text(exported: &Exported) -> String {
    let mut text = String::new();
    for file in &exported.files {
        let what = match (file.changed, exported.dry_run) {
            (false, _) => "is as it should be",
            (true, true) => "would be written",
            (true, false) => "written",
        };
        let _ = writeln!(
            text,
            "{}: {} rows, {}, {what}",
            file.file, file.rows, file.cost.text
        );
    }
    if exported.open > 0 {
        let _ = writeln!(
            text,
            "{} reservations are open and in neither file",
            exported.open
        );
    }
    text
}
