//! What holds for every text.

use lightsout_expressions::{Error, Expression, Run, Scope, evaluate};
use proptest::prelude::*;

use crate::contexts;

/// Words of the language, and some that are none.
const WORDS: &[&str] = &[
    "github",
    "github.event.issue.labels",
    ".*",
    ".name",
    "[0]",
    "['a']",
    "[*]",
    "(",
    ")",
    "!",
    "&&",
    "||",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "'text'",
    "'it''s'",
    "''",
    "'",
    "1",
    "-1.5",
    "0x1F",
    "1e400",
    "NaN",
    "null",
    "true",
    "contains(",
    "format('{0}', ",
    "fromJSON('[1, {\"a\": null}]')",
    "toJSON(",
    "join(",
    "case(",
    ",",
    "success()",
    "needs",
    "${{",
    "}}",
    "{",
    "}",
    " ",
    "\n",
    "ı",
    "😀",
    "\u{0}",
    ".",
    "-",
    "a-b",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::collection::vec(prop::sample::select(WORDS), 0..14).prop_map(|words| words.join(" ")),
        1 => "(?s).{0,60}",
    ]
}

proptest! {
    #[test]
    fn nothing_panics_and_what_is_written_is_read_as_the_same(text in text()) {
        let read = [
            Expression::parse(&text, Scope::ANY),
            Expression::parse_template(&text, Scope::ANY),
            Expression::parse_condition(&text, Scope::ANY),
        ];
        let (contexts, run) = (contexts(), Run::default());
        let at_once = evaluate(&text, Scope::ANY, &contexts, &run);
        let in_two = read[0].clone().map_err(Error::from);
        let in_two = in_two.and_then(|read| Ok(read.evaluate(&contexts, &run)?));
        prop_assert_eq!(at_once, in_two);
        for result in read {
            match result {
                Ok(expression) => {
                    let _ = expression.evaluate(&contexts, &run);
                    let written = expression.to_string();
                    // Not a number is not equal to itself, but it is written the same.
                    let again = Expression::parse(&written, Scope::ANY).map(|again| again.to_string());
                    prop_assert_eq!(again.as_ref(), Ok(&written));
                    if !written.contains("NaN") {
                        prop_assert_eq!(Expression::parse(&written, Scope::ANY), Ok(expression));
                    }
                }
                Err(error) => prop_assert!(text.is_char_boundary(error.offset), "{}", error),
            }
        }
    }
}
