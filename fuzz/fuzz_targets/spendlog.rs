//! A spend log of any text: no panic, and what was understood comes back from the form that is written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lightsout_ledger::{Entry, PriceBook};
use lightsout_spendlog::{Kind, Row, read, rows, write};

fuzz_target!(|text: &str| {
    let book = PriceBook::builtin();
    for kind in Kind::ALL {
        let found = read(kind, text, &book);
        for left in &found.left_out {
            assert!(!left.why.is_empty() && !left.place.is_empty());
        }
        let lines: Vec<Entry> = found.rows.iter().flat_map(Row::entries).collect();
        for (kind, rows) in rows(&lines) {
            let again = read(kind, &write(&rows).expect("rows can be written"), &book);
            assert!(again.left_out.is_empty(), "{:?}", again.left_out);
            assert_eq!(again.rows, rows);
        }
    }
});
