//! The price tag that each pull request carries.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::{Bill, Cost, Entry, EntryKind, TokenUsage};

/// What every run of one issue used and cost.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceTag {
    /// One row per paid step, in the order they were settled.
    pub rows: Vec<TagRow>,
}

/// One paid step of an issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagRow {
    /// The run's name, shown as it is.
    pub run: String,
    /// What it used and cost.
    pub bill: Bill,
}

impl PriceTag {
    /// Returns the tag of one issue from ledger lines: all settlements, each once, oldest first.
    pub fn of_issue<'a>(issue: u64, entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let mut settled: Vec<_> = entries
            .into_iter()
            .filter(|entry| entry.issue == issue)
            .filter_map(|entry| match &entry.kind {
                EntryKind::Settle { reservation, bill } => Some((entry, reservation, bill)),
                EntryKind::Reserve { .. } | EntryKind::Release { .. } => None,
            })
            .collect();
        settled.sort_by_key(|(entry, ..)| (entry.at, &entry.id));
        let mut seen = BTreeSet::new();
        let rows = settled
            .into_iter()
            .filter(|(_, reservation, _)| seen.insert(*reservation))
            .map(|(entry, _, bill)| TagRow {
                run: entry.run.to_string(),
                bill: bill.clone(),
            })
            .collect();
        Self { rows }
    }

    /// Returns what all rows cost together, kind by kind.
    pub fn total(&self) -> Cost {
        self.rows
            .iter()
            .fold(Cost::ZERO, |sum, row| sum.plus(&row.bill.cost))
    }

    /// Renders the tag as a Markdown table with a total.
    pub fn to_markdown(&self) -> String {
        let mut text = String::from(
            "| Run | Model | Tokens in | Tokens out | Cache written | Cache read | Images | Cost | Kind |\n\
             |---|---|---:|---:|---:|---:|---:|---:|---|\n",
        );
        let mut usage = TokenUsage::default();
        let mut images = 0_u32;
        for TagRow { run, bill } in &self.rows {
            usage = usage.plus(&bill.usage());
            images = images.saturating_add(bill.images);
            row(
                &mut text,
                &cell(run),
                &models(bill),
                bill.usage(),
                bill.images,
                &bill.cost,
            );
        }
        row(&mut text, "**Total**", "", usage, images, &self.total());
        text
    }
}

fn row(text: &mut String, run: &str, model: &str, usage: TokenUsage, images: u32, cost: &Cost) {
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "| {run} | {model} | {} | {} | {} | {} | {images} | {cost} | {} |",
        thousands(usage.input),
        thousands(usage.output),
        thousands(usage.cache_write()),
        thousands(usage.cache_read),
        cost.kind().name(),
    );
}

fn models(bill: &Bill) -> String {
    if bill.models.is_empty() {
        return "no model".to_owned();
    }
    let names: Vec<String> = bill.models.iter().map(|used| cell(&used.model)).collect();
    names.join(", ")
}

/// Makes a name safe in a table cell: an agent reports its model's name, and anything can stand there.
fn cell(name: &str) -> String {
    let plain: String = name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || " ._:/@[]()+#-".contains(*c))
        .take(80)
        .collect();
    format!(
        "`{}`",
        if plain.trim().is_empty() {
            "?"
        } else {
            plain.trim()
        }
    )
}

/// Writes `12345` as `12,345`.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::{Ask, Books, Caps, EntryId, ModelUsage, Nanodollars, PriceBook, RunId};

    fn settled(run: &str, second: i64, bill: Bill) -> Entry {
        let at = DateTime::from_timestamp(second, 0).unwrap();
        let ask = Ask {
            id: EntryId::new(run),
            issue: 4,
            run: RunId::new(run),
            at,
            amount: Nanodollars(1),
        };
        let (reservation, _) = Books::default().reserve(&ask, &Caps::default()).unwrap();
        Entry::settle(&reservation, bill, at)
    }

    #[test]
    fn the_tag_shows_every_run_of_the_issue_and_a_total() {
        let book = PriceBook::builtin();
        let usage = TokenUsage {
            input: 6_000,
            output: 300,
            cache_read: 1_234_567,
            ..TokenUsage::default()
        };
        let model = |name: &str| vec![ModelUsage::new(name, usage)];
        let mut pictures = Bill::of_models(Vec::new(), &book);
        pictures.images = 2;
        let entries = [
            settled(
                "4-2",
                20,
                Bill::of_models(model("claude-sonnet-4-6"), &book),
            ),
            settled("4-1", 10, Bill::no_model()),
            settled(
                "4-3",
                30,
                Bill::of_estimate("claude-sonnet-4-6", 4_000, &book),
            ),
            settled("4-4", 40, Bill::of_models(model("evil|model`\n# x"), &book)),
            settled("4-5", 50, pictures),
            settled(
                "4-1",
                60,
                Bill::of_models(model("claude-sonnet-4-6"), &book),
            ),
            Entry {
                issue: 5,
                ..settled("5-1", 10, Bill::no_model())
            },
        ];
        let tag = PriceTag::of_issue(4, &entries);
        assert_eq!(
            tag.rows.len(),
            5,
            "a second settlement of `4-1` and another issue do not count"
        );
        insta::assert_snapshot!(tag.to_markdown());
    }

    #[test]
    fn an_empty_tag_is_free() {
        assert_eq!(PriceTag::default().total(), Cost::ZERO);
        assert!(
            PriceTag::default()
                .to_markdown()
                .contains("$0.00 | measured |")
        );
    }

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(thousands(number), text);
        }
    }
}
