//! Names that mean something.

use crate::context::Context;
use crate::function::Function;
use crate::program::Step;

/// What a name means where no property of something is meant.
#[derive(Clone, Copy)]
pub(crate) enum Meaning {
    Literal(Step),
    Context(Context),
    Function(Function),
}

/// Returns what a name means, whatever its case; but literals have none.
pub(crate) fn meaning(name: &str) -> Option<Meaning> {
    let (known, meaning) = TABLE[slot(name)]?;
    let is_meant = known == name
        || !matches!(meaning, Meaning::Literal(_)) && known.eq_ignore_ascii_case(name);
    is_meant.then_some(meaning)
}

/// The values that have a name.
const LITERALS: [(&str, Step); 5] = [
    ("true", Step::Bool(true)),
    ("false", Step::Bool(false)),
    ("null", Step::Null),
    ("NaN", Step::Number(f64::NAN)),
    ("Infinity", Step::Number(f64::INFINITY)),
];

/// All names that mean something, each in its slot: one look finds the only one that a name can be.
const TABLE: [Option<(&str, Meaning)>; SLOTS] = {
    let mut table = [None; SLOTS];
    let mut place = 0;
    while place < LITERALS.len() {
        let (name, step) = LITERALS[place];
        add(&mut table, name, Meaning::Literal(step));
        place += 1;
    }
    place = 0;
    while place < Context::ALL.len() {
        let (context, name) = Context::ALL[place];
        add(&mut table, name, Meaning::Context(context));
        place += 1;
    }
    place = 0;
    while place < Function::ALL.len() {
        let (function, name) = Function::ALL[place];
        add(&mut table, name, Meaning::Function(function));
        place += 1;
    }
    table
};

const fn add(
    table: &mut [Option<(&'static str, Meaning)>; SLOTS],
    name: &'static str,
    meaning: Meaning,
) {
    let slot = &mut table[slot(name)];
    assert!(slot.is_none(), "two names in one slot");
    *slot = Some((name, meaning));
}

const SLOTS: usize = 64;

/// Returns a number below that, another for each name that means something: the factors were searched for.
const fn slot(name: &str) -> usize {
    match name.as_bytes() {
        // Five bits of a letter are the same in both cases.
        [a, b, c, ..] => {
            let (a, b, c) = (*a as usize % 32, *b as usize % 32, *c as usize % 32);
            (17 * a + 34 * b + 43 * c + name.len()) % SLOTS
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_mean_the_same_in_any_case_but_literals_have_one() {
        for (name, meant) in TABLE.into_iter().flatten() {
            assert!(meaning(name).is_some(), "{name}");
            let is_literal = matches!(meant, Meaning::Literal(_));
            for other in [name.to_ascii_uppercase(), name.to_ascii_lowercase()] {
                let is_same = !is_literal || other == name;
                assert_eq!(meaning(&other).is_some(), is_same, "{other}");
            }
            for other in [format!("{name}s_"), name[1..].to_owned(), "_".to_owned()] {
                assert!(meaning(&other).is_none(), "{other}");
            }
        }
        assert_eq!(TABLE.iter().flatten().count(), 30);
    }
}
