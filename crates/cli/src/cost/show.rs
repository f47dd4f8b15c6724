//! `lightsout cost show`: what was spent and reserved.

use std::collections::BTreeSet;

use lightsout_ledger::{Balance, LedgerStore, Scope, fold};
use serde::Serialize;

use crate::args::Format;
use crate::failure::Done;
use crate::output::{print, print_json, table};
use crate::summary::Price;

#[derive(Serialize)]
struct Shown {
    total: Sum,
    issues: Vec<OfIssue>,
    days: Vec<OfDay>,
}

#[derive(Serialize)]
struct Sum {
    spent: Price,
    reserved_nanodollars: u64,
}

#[derive(Serialize)]
struct OfIssue {
    /// 0 for money of no issue.
    issue: u64,
    #[serde(flatten)]
    sum: Sum,
}

#[derive(Serialize)]
struct OfDay {
    day: String,
    #[serde(flatten)]
    sum: Sum,
}

impl From<Balance> for Sum {
    fn from(balance: Balance) -> Self {
        Self {
            spent: balance.spent.into(),
            reserved_nanodollars: balance.reserved.0,
        }
    }
}

pub(super) async fn run(ledger: &dyn LedgerStore, format: Format) -> anyhow::Result<Done> {
    let entries = ledger.entries(None).await?;
    let books = fold(&entries);
    let issues = books.by_issue(Scope::All);
    let days: BTreeSet<_> = entries.iter().map(|entry| entry.at.date_naive()).collect();
    let days: Vec<_> = days
        .into_iter()
        .map(|day| (day, books.balance(Scope::Day(day))))
        .filter(|(_, balance)| *balance != Balance::default())
        .collect();
    let total = books.balance(Scope::All);
    match format {
        Format::Json => print_json(&Shown {
            total: total.into(),
            issues: issues
                .into_iter()
                .map(|(issue, balance)| OfIssue {
                    issue,
                    sum: balance.into(),
                })
                .collect(),
            days: days
                .into_iter()
                .map(|(day, balance)| OfDay {
                    day: day.to_string(),
                    sum: balance.into(),
                })
                .collect(),
        })?,
        Format::Text => {
            let row = |name: String, balance: &Balance| {
                vec![
                    name,
                    balance.spent.to_string(),
                    balance.reserved.to_string(),
                ]
            };
            let issue = |number: u64| match number {
                0 => "no issue".to_owned(),
                number => format!("#{number}"),
            };
            let mut rows: Vec<_> = issues
                .iter()
                .map(|(number, balance)| row(issue(*number), balance))
                .collect();
            rows.push(row("all".to_owned(), &total));
            let mut text = table(&["issue", "spent", "reserved"], &rows);
            if !days.is_empty() {
                let rows: Vec<_> = days
                    .iter()
                    .map(|(day, balance)| row(day.to_string(), balance))
                    .collect();
                text.push('\n');
                text.push_str(&table(&["day (UTC)", "spent", "reserved"], &rows));
            }
            print(&text)?;
        }
    }
    Ok(Done::Fine)
}
