//! Reads any text as `factory.toml`: it is one, or every complaint names a place in it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lightsout_taxonomy::{Factory, issue_form, read, reference_table};

fuzz_target!(|text: &str| {
    match Factory::parse("factory.toml", text) {
        Ok(factory) => {
            reference_table(&factory);
            for kind in &factory.types {
                let form = issue_form(kind);
                read(&factory, kind, "A title", &form, &[]);
            }
        }
        Err(complaints) => {
            let lines = text.split('\n').count();
            assert!(!complaints.is_empty());
            for complaint in complaints {
                assert!(
                    (1..=lines).contains(&complaint.line) && complaint.column >= 1,
                    "{complaint}"
                );
            }
        }
    }
});
