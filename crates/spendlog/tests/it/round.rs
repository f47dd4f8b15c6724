//! What is written is read back as the same lines.

use chrono::{DateTime, TimeDelta};
use lightsout_ledger::{
    Ask, Bill, Cost, Entry, EntryId, ModelUsage, Nanodollars, Reservation, RunId, Scope,
    TokenUsage, fold,
};
use lightsout_spendlog::{Kind, Row, rows, write};
use proptest::prelude::*;

use crate::read;

fn bill() -> impl Strategy<Value = Bill> {
    let usage = (
        0_u64..1 << 50,
        0_u64..1 << 50,
        0_u64..9,
        0_u64..9,
        0_u64..1 << 40,
    )
        .prop_map(
            |(input, output, cache_write_5m, cache_write_1h, cache_read)| TokenUsage {
                input,
                output,
                cache_write_5m,
                cache_write_1h,
                cache_read,
            },
        );
    let model = ("\\PC{0,12}", usage, prop::option::of(any::<u64>()));
    let models = prop::collection::vec(
        model.prop_map(|(model, usage, reported)| ModelUsage {
            model,
            usage,
            reported: reported.map(Nanodollars),
        }),
        0..3,
    );
    // Sums of what is known must fit, or they stop at the most that can be counted and read back as less.
    let cost = (0_u64..1 << 62, 0_u64..1 << 62, 0_u32..3).prop_map(
        |(measured, estimated, unknown_parts)| Cost {
            measured: Nanodollars(measured),
            estimated: Nanodollars(estimated),
            unknown_parts,
        },
    );
    (models, 0_u32..5, cost).prop_map(|(models, images, cost)| Bill {
        models,
        images,
        cost,
    })
}

/// The lines of one step: a reservation, and mostly what became of it.
fn step(name: usize, id: &str, seconds: i64, amount: u64, bill: Bill, end: u8) -> Vec<Entry> {
    let at = DateTime::from_timestamp(1_772_442_000 + seconds, 0).unwrap();
    let ask = Ask {
        id: EntryId::new(format!("{id}{name}")),
        issue: seconds.unsigned_abs() % 4,
        run: RunId::new(format!("run{id}")),
        at,
        amount: Nanodollars(amount),
    };
    let held = Reservation {
        id: ask.id.clone(),
        issue: ask.issue,
        run: ask.run.clone(),
        amount: ask.amount,
    };
    let later = at + TimeDelta::milliseconds(90_500);
    let mut lines = vec![Entry::reserve(&ask)];
    match end {
        0 => {}
        1 => lines.push(Entry::release(&held, later)),
        _ => lines.push(Entry::settle(&held, bill, later)),
    }
    lines
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn settled_lines_survive_the_files(steps in prop::collection::vec(("\\PC{0,150}", 0_i64..9_999_999, any::<u64>(), bill(), 0_u8..6), 0..12)) {
        let entries: Vec<Entry> = steps
            .into_iter()
            .enumerate()
            .flat_map(|(name, (id, seconds, amount, bill, end))| step(name, &id, seconds, amount, bill, end))
            .collect();
        let mut back = Vec::new();
        for (kind, rows) in rows(&entries) {
            let text = write(&rows).unwrap();
            prop_assert_eq!(text.lines().count(), rows.len() + 2, "a row a line");
            let found = read(kind, &text);
            prop_assert!(found.left_out.is_empty(), "{:?}", found.left_out);
            prop_assert!(found.names.iter().all(|seen| seen.field.is_some()), "{:?}", found.names);
            prop_assert_eq!(&found.rows, &rows);
            back.extend(found.rows.iter().flat_map(Row::entries));
        }
        for line in &back {
            prop_assert!(entries.contains(line), "{line:?}");
        }
        let (before, after) = (fold(&entries), fold(&back));
        for scope in [Scope::All, Scope::Issue(1), Scope::Month(2026, 3), Scope::Month(2026, 5)] {
            prop_assert_eq!(before.balance(scope).spent, after.balance(scope).spent);
        }
    }

    /// No text makes it panic, and each row is taken or left out.
    #[test]
    fn anything_can_be_read(text in "[\\[\\]{},:\"0-9a-z\\n .-]{0,200}|\\PC{0,100}") {
        for kind in Kind::ALL {
            let found = read(kind, &text);
            prop_assert!(!found.left_out.iter().any(|one| one.why.contains(char::is_control)));
        }
    }
}

#[test]
fn the_form_stays_as_it_is() {
    let bill = Bill::of_models(
        vec![ModelUsage::new(
            "claude-sonnet-4-6",
            TokenUsage {
                input: 6000,
                output: 300,
                ..TokenUsage::default()
            },
        )],
        &lightsout_ledger::PriceBook::builtin(),
    );
    let pictures = Bill {
        images: 1,
        cost: Cost::measured(Nanodollars(90_000_000)),
        ..Bill::default()
    };
    let entries = [
        step(1, "run-", 0, 500_000_000, bill, 2),
        step(2, "picture-", 60, 100_000_000, pictures, 2),
    ]
    .concat();
    let rows = rows(&entries);
    assert_eq!(
        write(&rows[&Kind::Tokens]).unwrap(),
        "[\n{\"id\":\"run-1\",\"timestamp\":\"2026-03-02T09:00:00+00:00\",\"settled\":\"2026-03-02T09:01:30.500+00:00\",\"issue\":0,\
         \"run\":\"runrun-\",\"model\":\"claude-sonnet-4-6\",\"input_tokens\":6000,\"output_tokens\":300,\"cache_write_tokens\":0,\
         \"cache_read_tokens\":0,\"images\":0,\"cost_usd\":0.0225,\"reserved_usd\":0.50,\"bill\":{\"models\":[{\"model\":\
         \"claude-sonnet-4-6\",\"usage\":{\"input\":6000,\"output\":300,\"cache_write_5m\":0,\"cache_write_1h\":0,\"cache_read\":0}}],\
         \"images\":0,\"cost\":{\"measured\":22500000,\"estimated\":0,\"unknown_parts\":0}}}\n]\n"
    );
    assert_eq!(write(&rows[&Kind::Images]).unwrap().lines().count(), 3);
    assert_eq!(write(&[]).unwrap(), "[\n]\n");
}

#[test]
fn a_row_of_ours_that_somebody_changed_is_left_out() {
    let bill = Bill {
        cost: Cost::measured(Nanodollars(90_000_000)),
        ..Bill::default()
    };
    let text = write(&rows(&step(1, "run-", 0, 1, bill, 2))[&Kind::Tokens]).unwrap();
    assert_eq!(read(Kind::Tokens, &text).rows.len(), 1);
    let changed = read(
        Kind::Tokens,
        &text.replace("\"cost_usd\":0.09", "\"cost_usd\":0.01"),
    );
    assert_eq!(
        changed.left_out[0].why,
        "`cost_usd` says $0.01 and `bill` $0.09; one of them was changed"
    );
}
