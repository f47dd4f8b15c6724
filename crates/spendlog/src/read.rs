//! Taking what can be understood, and saying what cannot.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use lightsout_ledger::{
    Bill, Cost, Entry, EntryId, EntryKind, ModelUsage, Nanodollars, PriceBook, Reservation, RunId,
    TokenUsage,
};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use crate::Kind;
use crate::fields::{INNER, LISTS, field_of, plain};
use crate::values::{count, money, scalar, time};

/// The longest name of a model or a run that is kept, in characters.
const LONGEST_NAME: usize = 100;

/// So far behind the row's own names are those of an object in it.
const INNER_RANK: usize = 100;

/// One paid step, in the ledger's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The reservation's name. For a row of others it follows from what the row says, so that a row that is read twice
    /// is the same one.
    pub id: EntryId,
    /// The issue's number; 0 for money of no issue.
    pub issue: u64,
    /// The run.
    pub run: RunId,
    /// When it was reserved; the day and month that carry the money.
    pub at: DateTime<Utc>,
    /// When it was settled.
    pub settled: DateTime<Utc>,
    /// How much was put aside for it.
    pub reserved: Nanodollars,
    /// What was used and what it cost.
    pub bill: Bill,
}

impl Row {
    /// Returns the row's two lines of the ledger.
    pub fn entries(&self) -> [Entry; 2] {
        let reserve = Entry {
            id: self.id.clone(),
            issue: self.issue,
            run: self.run.clone(),
            at: self.at,
            kind: EntryKind::Reserve {
                amount: self.reserved,
            },
        };
        let reservation = Reservation {
            id: self.id.clone(),
            issue: self.issue,
            run: self.run.clone(),
            amount: self.reserved,
        };
        let settle = Entry::settle(&reservation, self.bill.clone(), self.settled);
        [reserve, settle]
    }
}

/// A row that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Where it stands: `entry 3`, `line 3`, or `file`.
    pub place: String,
    /// Why. Quotes what somebody else wrote, without control characters.
    pub why: String,
}

/// A name that rows have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    /// As it is written.
    pub name: String,
    /// What it was understood as; nothing when it was not.
    pub field: Option<&'static str>,
    /// How many rows have it.
    pub rows: usize,
}

/// What a log says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Read {
    /// The rows that were understood, in their order.
    pub rows: Vec<Row>,
    /// The names that rows have, understood or not.
    pub names: Vec<Seen>,
    /// The rows that were not.
    pub left_out: Vec<LeftOut>,
}

/// The names of a row and their JSON texts.
type Fields<'a> = BTreeMap<String, &'a RawValue>;

/// Reads a log. `book` prices a row that names its model and tokens and no cost; what cannot be priced is unknown, not free.
pub fn read(kind: Kind, text: &str, book: &PriceBook) -> Read {
    let text = text.trim_start_matches('\u{feff}').trim();
    let mut read = Read::default();
    let mut names = BTreeMap::<(String, Option<&'static str>), usize>::new();
    let mut alike = BTreeMap::<String, u32>::new();
    for (place, raw) in split(text, &mut read.left_out) {
        match row(kind, raw, book, &mut names, &mut alike) {
            Ok(row) => read.rows.push(row),
            Err(why) => read.left_out.push(LeftOut { place, why }),
        }
    }
    let names = names.into_iter();
    read.names = names
        .map(|((name, field), rows)| Seen { name, field, rows })
        .collect();
    read
}

/// Finds the rows, whichever way they are strung together.
fn split<'a>(text: &'a str, left_out: &mut Vec<LeftOut>) -> Vec<(String, &'a RawValue)> {
    let numbered = |word: &str, rows: Vec<&'a RawValue>| -> Vec<(String, &'a RawValue)> {
        let rows = rows.into_iter().zip(1..);
        rows.map(|(row, at)| (format!("{word} {at}"), row))
            .collect()
    };
    let mut whole = |why: String| {
        left_out.push(LeftOut {
            place: "file".to_owned(),
            why,
        });
        Vec::new()
    };
    if text.is_empty() {
        return Vec::new();
    }
    if text.starts_with('[') {
        return match serde_json::from_str(text) {
            Ok(rows) => numbered("entry", rows),
            Err(error) => whole(format!("this is no whole JSON list: {error}")),
        };
    }
    match serde_json::from_str::<Fields<'a>>(text) {
        Ok(fields) if looks_like_a_row(&fields) => {
            numbered("entry", serde_json::from_str(text).into_iter().collect())
        }
        Ok(fields) => match list(&fields) {
            Some(rows) => numbered("entry", rows),
            None => whole("there is no list of rows in it".to_owned()),
        },
        Err(_) => lines(text, left_out),
    }
}

/// Takes each line for itself.
fn lines<'a>(text: &'a str, left_out: &mut Vec<LeftOut>) -> Vec<(String, &'a RawValue)> {
    let mut rows = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        if line.trim().is_empty() {
            continue;
        }
        let place = format!("line {number}");
        match serde_json::from_str(line) {
            Ok(row) => rows.push((place, row)),
            Err(error) => {
                let why = format!("this is no JSON: {error}");
                left_out.push(LeftOut { place, why });
            }
        }
    }
    rows
}

/// Whether an object is itself a row, and not what holds the rows.
fn looks_like_a_row(fields: &Fields<'_>) -> bool {
    let has = |wanted| {
        let mut names = fields.iter().filter(|(_, raw)| scalar(raw.get()).is_some());
        names.any(|(name, _)| field_of(name).is_some_and(|(field, _)| field == wanted))
    };
    has("timestamp") && list(fields).is_none()
}

/// Finds the list of objects in an object: one with a name that says so, or the only one.
fn list<'a>(fields: &Fields<'a>) -> Option<Vec<&'a RawValue>> {
    let lists: Vec<(&str, Vec<&'a RawValue>)> = fields
        .iter()
        .filter(|(_, raw)| raw.get().starts_with('['))
        .filter_map(|(name, raw)| Some((name.as_str(), serde_json::from_str(raw.get()).ok()?)))
        .filter(|(_, rows): &(&str, Vec<&RawValue>)| {
            rows.iter().all(|row| row.get().starts_with('{'))
        })
        .collect();
    let named = |wanted: &str| lists.iter().find(|(name, _)| plain(name) == wanted);
    let found = LISTS.iter().find_map(|wanted| named(wanted));
    match (found, &lists[..]) {
        (Some((_, rows)), _) | (None, [(_, rows)]) => Some(rows.clone()),
        _ => None,
    }
}

/// What is understood of one row.
struct Understood<'a>(BTreeMap<&'static str, &'a str>);

impl<'a> Understood<'a> {
    /// Finds the fields, and counts the names.
    fn of(
        raw: &'a RawValue,
        names: &mut BTreeMap<(String, Option<&'static str>), usize>,
    ) -> Result<Self, String> {
        let object = |raw: &'a RawValue| serde_json::from_str::<Fields<'a>>(raw.get());
        let fields = object(raw).map_err(|_| "this is no object".to_owned())?;
        let mut found = BTreeMap::<&'static str, (usize, &'a str)>::new();
        let mut take = |shown: String, name: &str, raw: &'a RawValue, later: usize| {
            let field = field_of(name);
            *names
                .entry((shown, field.map(|field| field.0)))
                .or_default() += 1;
            let Some((field, place)) = field.filter(|_| raw.get() != "null") else {
                return;
            };
            let rank = place + later;
            if found.get(field).is_none_or(|(before, _)| rank < *before) {
                found.insert(field, (rank, raw.get()));
            }
        };
        for (name, raw) in fields {
            match object(raw) {
                Ok(inner) if INNER.contains(&plain(&name).as_str()) => {
                    for (inner, raw) in inner {
                        take(format!("{name}.{inner}"), &inner, raw, INNER_RANK);
                    }
                }
                _ => take(name.clone(), &name, raw, 0),
            }
        }
        Ok(Self(
            found
                .into_iter()
                .map(|(field, (_, raw))| (field, raw))
                .collect(),
        ))
    }

    fn get<T>(
        &self,
        field: &str,
        parse: fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, String> {
        let raw = self.0.get(field).copied();
        let value = raw.map(parse).transpose();
        value.map_err(|why| format!("{field}: {why}"))
    }

    fn text(&self, field: &str) -> Option<String> {
        let text = self.0.get(field).and_then(|raw| scalar(raw))?;
        let text: String = text
            .trim()
            .chars()
            .filter(|letter| !letter.is_control())
            .take(LONGEST_NAME)
            .collect();
        (!text.is_empty()).then_some(text)
    }
}

fn row(
    kind: Kind,
    raw: &RawValue,
    book: &PriceBook,
    names: &mut BTreeMap<(String, Option<&'static str>), usize>,
    alike: &mut BTreeMap<String, u32>,
) -> Result<Row, String> {
    let fields = Understood::of(raw, names)?;
    let at = fields.get("timestamp", time)?;
    let at = at.ok_or("it does not say when; a `timestamp` is needed")?;
    let issue = fields.get("issue", count)?.unwrap_or(0);
    let reserved = fields.get("reserved_usd", money)?;
    let exact = |field| fields.0.get(field).and_then(|raw| scalar(raw));
    let (bill, ours, run) = match fields.0.get("bill") {
        Some(raw) => {
            let bill = own_bill(raw, fields.get("cost_usd", money)?)?;
            (bill, exact("id"), exact("run"))
        }
        None => (bill(kind, &fields, book)?, None, fields.text("run")),
    };
    let id = ours.unwrap_or_else(|| {
        let name = format!("import/{}/{}", kind.word(), digest(raw.get()));
        let times = alike.entry(name.clone()).or_default();
        *times += 1;
        match *times {
            1 => name,
            again => format!("{name}/{again}"),
        }
    });
    Ok(Row {
        run: RunId::new(run.unwrap_or_else(|| "imported".to_owned())),
        settled: fields.get("settled", time)?.unwrap_or(at),
        reserved: reserved.unwrap_or(bill.cost.known()),
        id: EntryId::new(id),
        issue,
        at,
        bill,
    })
}

/// The bill as we wrote it. What stands beside it must not say another amount, or somebody changed one of the two.
fn own_bill(raw: &str, beside: Option<Nanodollars>) -> Result<Bill, String> {
    let bill: Bill = serde_json::from_str(raw).map_err(|error| format!("bill: {error}"))?;
    match beside {
        Some(cost) if cost != bill.cost.known() => Err(format!(
            "`cost_usd` says {cost} and `bill` {}; one of them was changed",
            bill.cost.known()
        )),
        _ => Ok(bill),
    }
}

/// The bill of a row of others.
fn bill(kind: Kind, fields: &Understood<'_>, book: &PriceBook) -> Result<Bill, String> {
    let tokens = |field| fields.get(field, count).map(Option::unwrap_or_default);
    let usage = TokenUsage {
        input: tokens("input_tokens")?,
        output: tokens("output_tokens")?,
        cache_write_5m: tokens("cache_write_tokens")?,
        cache_write_1h: 0,
        cache_read: tokens("cache_read_tokens")?,
    };
    let measured = fields.get("cost_usd", money)?;
    let estimated = fields.get("estimated_cost_usd", money)?;
    let images = fields.get("images", count)?;
    let images = images.unwrap_or(u64::from(kind == Kind::Images));
    let images = u32::try_from(images).map_err(|_| "images: too many".to_owned())?;
    let model = fields.text("model");
    if measured.is_none() && estimated.is_none() && usage.is_empty() && kind == Kind::Tokens {
        return Err("it names neither a cost nor tokens".to_owned());
    }
    let named = model.is_some() || !usage.is_empty();
    let used = ModelUsage {
        model: model.unwrap_or_else(|| "unknown".to_owned()),
        usage,
        reported: measured,
    };
    let cost = match (measured, estimated) {
        (Some(cost), _) => Cost::measured(cost),
        (None, Some(cost)) => Cost::estimated(cost),
        (None, None) if kind == Kind::Tokens => Cost::of_model(&used, book),
        (None, None) => Cost::unknown(),
    };
    let models = if named { vec![used] } else { Vec::new() };
    Ok(Bill {
        models,
        images,
        cost,
    })
}

/// Names what a row says: its values by their names, whatever the order and the blanks between.
fn digest(raw: &str) -> String {
    let mut hash = Sha256::new();
    match serde_json::from_str::<Fields<'_>>(raw) {
        Ok(fields) => {
            for (name, raw) in fields {
                hash.update(format!("{name}\0{}\0", compact(raw.get())).as_bytes());
            }
        }
        Err(_) => hash.update(raw.as_bytes()),
    }
    let mut name = String::new();
    for byte in hash.finalize().iter().take(8) {
        // Writing to a string cannot fail.
        let _ = write!(name, "{byte:02x}");
    }
    name
}

/// A JSON text without the blanks between its parts.
fn compact(raw: &str) -> String {
    let mut quoted = false;
    let mut escaped = false;
    raw.chars()
        .filter(|letter| {
            let keep = quoted || !letter.is_ascii_whitespace();
            if *letter == '"' && !escaped {
                quoted = !quoted;
            }
            escaped = *letter == '\\' && !escaped;
            keep
        })
        .collect()
}
