//! What lines come to, in any order and however often.

use proptest::prelude::*;

use super::*;
use crate::CostKind;

fn at(day: u32, hour: u32) -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(2026, 11, day)
        .and_then(|day| day.and_hms_opt(hour, 0, 0))
        .unwrap()
        .and_utc()
}

fn ask(id: &str, issue: u64, day: u32, amount: u64) -> Ask {
    Ask {
        id: EntryId::new(id),
        issue,
        run: RunId::new(format!("run-{id}")),
        at: at(day, 12),
        amount: Nanodollars(amount),
    }
}

fn reserved(ask: &Ask) -> (Reservation, Entry) {
    let (reservation, entry) = Books::default().reserve(ask, &Caps::default()).unwrap();
    (reservation, entry.unwrap())
}

fn bill(amount: u64) -> Bill {
    Bill {
        cost: Cost::measured(Nanodollars(amount)),
        ..Bill::default()
    }
}

#[test]
fn a_reservation_counts_until_it_is_settled_or_released() {
    let (first, one) = reserved(&ask("a", 1, 1, 100));
    let (second, two) = reserved(&ask("b", 1, 1, 50));
    let books = fold([&one, &two]);
    let balance = books.balance(Scope::Issue(1));
    assert_eq!((balance.reserved.0, balance.committed.0), (150, 150));
    assert_eq!(books.open().count(), 2);

    let settled = Entry::settle(&first, bill(30), at(1, 13));
    let released = Entry::release(&second, at(1, 13));
    let books = fold([&one, &two, &settled, &released]);
    let balance = books.balance(Scope::All);
    assert_eq!((balance.reserved.0, balance.committed.0), (0, 30));
    assert_eq!(balance.spent, Cost::measured(Nanodollars(30)));
    assert_eq!(books.open().count(), 0);
}

#[test]
fn scopes_are_kept_apart() {
    let (_, one) = reserved(&ask("a", 1, 1, 1));
    let (_, two) = reserved(&ask("b", 2, 2, 10));
    let books = fold([&one, &two]);
    let run = RunId::new("run-a");
    let committed = |scope: Scope<'_>| books.balance(scope).committed.0;
    assert_eq!(committed(Scope::All), 11);
    assert_eq!(committed(Scope::Issue(2)), 10);
    assert_eq!(committed(Scope::Run(&run)), 1);
    assert_eq!(committed(Scope::Day(at(2, 0).date_naive())), 10);
    assert_eq!(committed(Scope::Month(2026, 11)), 11);
    assert_eq!(committed(Scope::Month(2026, 10)), 0);
}

#[test]
fn each_cap_refuses_before_anything_is_written() {
    let (_, spent) = reserved(&ask("a", 1, 1, 60));
    let books = fold([&spent]);
    let cap = Some(Nanodollars(100));
    let mut again = ask("b", 1, 1, 41);
    again.run = RunId::new("run-a");
    for (name, caps) in [
        (
            Cap::Run,
            Caps {
                run: cap,
                ..Caps::default()
            },
        ),
        (
            Cap::Issue,
            Caps {
                issue: cap,
                ..Caps::default()
            },
        ),
        (
            Cap::Day,
            Caps {
                day: cap,
                ..Caps::default()
            },
        ),
        (
            Cap::Month,
            Caps {
                month: cap,
                ..Caps::default()
            },
        ),
    ] {
        let refused = books.may_reserve(&again, &caps).unwrap_err();
        assert_eq!(refused.cap, name);
        assert_eq!(
            (refused.limit.0, refused.spent.0, refused.asked.0),
            (100, 60, 41)
        );
        assert!(matches!(
            books.reserve(&again, &caps),
            Err(LedgerError::Cap(_))
        ));
        let exactly = Ask {
            amount: Nanodollars(40),
            ..again.clone()
        };
        assert_eq!(books.may_reserve(&exactly, &caps), Ok(()));
    }
    let elsewhere = ask("c", 2, 30, 100);
    let caps = Caps {
        run: cap,
        issue: cap,
        day: cap,
        month: None,
    };
    assert_eq!(books.may_reserve(&elsewhere, &caps), Ok(()));
    let huge = Ask {
        amount: Nanodollars::MAX,
        ..elsewhere
    };
    assert!(
        books
            .may_reserve(
                &huge,
                &Caps {
                    month: Some(Nanodollars::MAX),
                    ..Caps::default()
                }
            )
            .is_err()
    );
}

#[test]
fn repeating_a_call_writes_nothing() {
    let wish = ask("a", 1, 1, 100);
    let (reservation, one) = reserved(&wish);
    let books = fold([&one]);
    // Also when the caps have become too small for it.
    let caps = Caps {
        run: Some(Nanodollars(1)),
        ..Caps::default()
    };
    assert!(matches!(books.reserve(&wish, &caps), Ok((_, None))));
    let other = Ask {
        amount: Nanodollars(7),
        ..wish
    };
    assert!(matches!(
        books.reserve(&other, &caps),
        Err(LedgerError::Conflict { .. })
    ));

    let settled = books
        .settle(&reservation, &bill(3), at(1, 13))
        .unwrap()
        .unwrap();
    let books = fold([&one, &settled]);
    assert_eq!(
        books.settle(&reservation, &bill(9), at(2, 13)).unwrap(),
        None
    );
    assert_eq!(books.release(&reservation, at(2, 13)).unwrap(), None);
    let nobody = Reservation {
        id: EntryId::new("x"),
        ..reservation
    };
    assert!(matches!(
        books.settle(&nobody, &bill(1), at(1, 1)),
        Err(LedgerError::NotReserved { .. })
    ));
}

#[test]
fn money_that_was_spent_counts_after_a_release() {
    let (reservation, one) = reserved(&ask("a", 1, 1, 100));
    let released = Entry::release(&reservation, at(1, 13));
    let books = fold([&one, &released]);
    let settled = books
        .settle(&reservation, &bill(30), at(1, 14))
        .unwrap()
        .unwrap();
    assert_eq!(
        fold([&one, &released, &settled])
            .balance(Scope::All)
            .committed
            .0,
        30
    );
    assert_eq!(
        fold([&settled]).balance(Scope::All).committed.0,
        30,
        "the other lines are missing"
    );
}

#[test]
fn an_unknown_cost_counts_as_what_was_reserved() {
    let (reservation, one) = reserved(&ask("a", 1, 1, 100));
    let unknown = Bill {
        cost: Cost::unknown(),
        ..Bill::default()
    };
    let settled = Entry::settle(&reservation, unknown, at(1, 13));
    let balance = fold([&one, &settled]).balance(Scope::All);
    assert_eq!(balance.committed.0, 100);
    assert_eq!(balance.spent.kind(), CostKind::Unknown);
}

#[test]
fn a_settlement_burdens_the_day_of_its_reservation() {
    let (reservation, one) = reserved(&ask("a", 1, 1, 100));
    let settled = Entry::settle(&reservation, bill(30), at(2, 1));
    let books = fold([&one, &settled]);
    assert_eq!(
        books.balance(Scope::Day(at(1, 0).date_naive())).committed.0,
        30
    );
    assert_eq!(
        books.balance(Scope::Day(at(2, 0).date_naive())).committed.0,
        0
    );
}

#[test]
fn a_line_is_one_line_of_json() {
    let (reservation, one) = reserved(&ask("a", 1, 1, 100));
    let lines = [
        one,
        Entry::settle(&reservation, bill(30), at(1, 13)),
        Entry::release(&reservation, at(1, 13)),
    ];
    let json: Vec<String> = lines
        .iter()
        .map(|line| serde_json::to_string(line).unwrap())
        .collect();
    insta::assert_snapshot!(json.join("\n"));
    for (line, json) in lines.iter().zip(&json) {
        assert_eq!(serde_json::from_str::<Entry>(json).unwrap(), *line);
    }
    let unknown = json[0].replace("\"issue\"", "\"extra\":1,\"issue\"");
    assert!(serde_json::from_str::<Entry>(&unknown).is_err());
}

/// A history: reservations of which some are settled, released, or both.
fn history() -> impl Strategy<Value = Vec<Entry>> {
    proptest::collection::vec(
        (1_u64..4, 1_u32..28, 0_u64..1000, 0_u64..1000, 0_u8..4),
        0..12,
    )
    .prop_map(|steps| {
        let mut entries = Vec::new();
        for (index, (issue, day, amount, cost, end)) in steps.into_iter().enumerate() {
            let (reservation, line) = reserved(&ask(&index.to_string(), issue, day, amount));
            entries.push(line);
            if end & 1 != 0 {
                entries.push(Entry::release(&reservation, at(day, 13)));
            }
            if end & 2 != 0 {
                entries.push(Entry::settle(&reservation, bill(cost), at(day, 14)));
            }
        }
        entries
    })
}

proptest! {
    #[test]
    fn the_issues_add_up_to_the_day(entries in history()) {
        let books = fold(&entries);
        let day = Scope::Day(at(1, 0).date_naive());
        let whole = books.balance(day);
        let parts = books.by_issue(day);
        let sum = |of: fn(&Balance) -> Nanodollars| parts.values().map(of).sum::<Nanodollars>();
        prop_assert_eq!(sum(|part| part.committed), whole.committed);
        prop_assert_eq!(sum(|part| part.reserved), whole.reserved);
        prop_assert_eq!(sum(|part| part.spent.known()), whole.spent.known());
        for (issue, part) in &parts {
            prop_assert!(part.committed <= books.balance(Scope::Issue(*issue)).committed);
        }
    }

    #[test]
    fn order_and_repetition_do_not_matter(
        (entries, shuffled) in history().prop_flat_map(|entries| {
            let twice: Vec<Entry> = entries.iter().chain(&entries).cloned().collect();
            (Just(entries), Just(twice).prop_shuffle())
        }),
    ) {
        prop_assert_eq!(fold(&entries), fold(&shuffled));
    }

    #[test]
    fn no_sequence_of_reservations_passes_a_cap(
        amounts in proptest::collection::vec((1_u64..4, 1_u32..28, 0_u64..400, 0_u64..400), 0..30),
        run in 0_u64..500, issue in 0_u64..900, day in 0_u64..900, month in 0_u64..2000,
    ) {
        let caps = Caps {
            run: Some(Nanodollars(run)), issue: Some(Nanodollars(issue)),
            day: Some(Nanodollars(day)), month: Some(Nanodollars(month)),
        };
        let mut entries: Vec<Entry> = Vec::new();
        for (index, (number, on, amount, cost)) in amounts.into_iter().enumerate() {
            let wish = ask(&index.to_string(), number, on, amount);
            let books = fold(&entries);
            let Ok((reservation, line)) = books.reserve(&wish, &caps) else { continue };
            entries.extend(line);
            if index % 2 == 0 {
                // A step never costs more than was put aside for it.
                entries.push(Entry::settle(&reservation, bill(cost.min(amount)), at(on, 14)));
            }
            let books = fold(&entries);
            prop_assert!(books.balance(Scope::Issue(number)).committed.0 <= issue);
            prop_assert!(books.balance(Scope::Day(at(on, 0).date_naive())).committed.0 <= day);
            prop_assert!(books.balance(Scope::Month(2026, 11)).committed.0 <= month);
        }
    }
}
