//! `lightsout cost import`: what other spend logs say, added to the ledger.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use lightsout_ledger::{Cost, Entry, EntryId, LedgerStore, PriceBook};
use lightsout_spendlog::{Kind, Read, Row, read};
use serde::Serialize;

use crate::args::{CostImport, Format, LogKind};
use crate::failure::Done;
use crate::input::{read_text, shown};
use crate::output::{print, print_json, visible};
use crate::summary::Price;

/// The most rows that are named as left out, for people.
const MOST_LEFT_OUT: usize = 20;

#[derive(Serialize)]
struct Imported {
    files: Vec<OfFile>,
    /// How many rows were added, or would be.
    added: usize,
    dry_run: bool,
}

#[derive(Serialize)]
struct OfFile {
    file: String,
    kind: &'static str,
    rows: usize,
    new: usize,
    known: usize,
    cost: Price,
    names: Vec<Seen>,
    left_out: Vec<Left>,
}

#[derive(Serialize)]
struct Seen {
    name: String,
    field: Option<&'static str>,
    rows: usize,
}

#[derive(Serialize)]
struct Left {
    place: String,
    why: String,
}

pub(super) async fn run(ledger: &dyn LedgerStore, args: &CostImport) -> anyhow::Result<Done> {
    let there = ledger.entries(None).await?;
    let mut known: BTreeSet<EntryId> = there.into_iter().map(|entry| entry.id).collect();
    let (mut files, mut lines, mut added) = (Vec::new(), Vec::new(), 0);
    for path in &args.files {
        let kind = kind(args.kind, path);
        let found = read(kind, &read_text(path)?, &PriceBook::builtin());
        let new = new_lines(&found.rows, &mut known, &mut lines);
        added += new;
        files.push(of_file(path, kind, &found, new));
    }
    if !args.dry_run {
        ledger.add(&lines).await?;
    }
    let whole = files.iter().all(|file| file.left_out.is_empty());
    let imported = Imported {
        files,
        added,
        dry_run: args.dry_run,
    };
    match args.format {
        Format::Json => print_json(&imported)?,
        Format::Text => print(&text(&imported))?,
    }
    Ok(if whole { Done::Fine } else { Done::Wrong })
}

fn kind(asked: Option<LogKind>, path: &Path) -> Kind {
    match asked {
        Some(LogKind::Tokens) => Kind::Tokens,
        Some(LogKind::Images) => Kind::Images,
        None => Kind::of_name(&path.file_name().unwrap_or_default().to_string_lossy()),
    }
}

/// Collects the lines that are not known yet, and says how many rows they come from.
fn new_lines(rows: &[Row], known: &mut BTreeSet<EntryId>, lines: &mut Vec<Entry>) -> usize {
    let mut count = 0;
    for row in rows {
        let before = lines.len();
        let new = row
            .entries()
            .into_iter()
            .filter(|line| known.insert(line.id.clone()));
        lines.extend(new);
        count += usize::from(lines.len() > before);
    }
    count
}

fn of_file(path: &Path, kind: Kind, found: &Read, new: usize) -> OfFile {
    let costs = found.rows.iter().map(|row| row.bill.cost);
    OfFile {
        file: shown(path),
        kind: match kind {
            Kind::Tokens => "tokens",
            Kind::Images => "images",
        },
        rows: found.rows.len(),
        new,
        known: found.rows.len() - new,
        cost: costs.fold(Cost::ZERO, |sum, cost| sum.plus(&cost)).into(),
        names: found
            .names
            .iter()
            .map(|seen| Seen {
                name: seen.name.clone(),
                field: seen.field,
                rows: seen.rows,
            })
            .collect(),
        left_out: found
            .left_out
            .iter()
            .map(|left| Left {
                place: left.place.clone(),
                why: left.why.clone(),
            })
            .collect(),
    }
}

fn text(imported: &Imported) -> String {
    let mut text = String::new();
    for file in &imported.files {
        let _ = writeln!(
            text,
            "{} ({}): {} rows, {} new, {} known, {} left out, {}",
            visible(&file.file),
            file.kind,
            file.rows,
            file.new,
            file.known,
            file.left_out.len(),
            file.cost.text
        );
        let names = |understood: bool| -> Vec<String> {
            let names = file
                .names
                .iter()
                .filter(|name| name.field.is_some() == understood);
            names
                .map(|name| match name.field {
                    Some(field) if field != name.name => {
                        format!("{} as {field}", visible(&name.name))
                    }
                    _ => visible(&name.name),
                })
                .collect()
        };
        for (word, names) in [("understood", names(true)), ("ignored", names(false))] {
            if !names.is_empty() {
                let _ = writeln!(text, "  {word:<10}  {}", names.join(", "));
            }
        }
        for left in file.left_out.iter().take(MOST_LEFT_OUT) {
            let _ = writeln!(text, "  left out    {}: {}", left.place, visible(&left.why));
        }
        if let Some(more) = file
            .left_out
            .len()
            .checked_sub(MOST_LEFT_OUT)
            .filter(|more| *more > 0)
        {
            let _ = writeln!(text, "  left out    and {more} more");
        }
    }
    let rows = match imported.added {
        1 => "1 row".to_owned(),
        many => format!("{many} rows"),
    };
    let _ = if imported.dry_run {
        writeln!(text, "would add {rows}; nothing was written")
    } else {
        writeln!(text, "added {rows}")
    };
    text
}
