//! What is no expression, or has no value, and what is said of it.

use lightsout_expressions::{
    EvaluateError, Expression, MAX_DEPTH, MAX_LENGTH, Object, ParseErrorKind, Run, Scope,
};

use crate::{contexts, evaluate};

#[test]
fn complaints_say_what_and_where() {
    let texts = [
        "",
        "  \n",
        "a b",
        "github.",
        "github..actor",
        "github.1",
        "github[",
        "github['a'",
        "'open",
        "'open''",
        "(1",
        "1 +",
        "1 = 1",
        "1 & 1",
        "1-2",
        "1.2.3",
        "-",
        "'a'.b",
        "true.b",
        "\"a\"",
        "githüb",
        "github.acto r",
        "== 1",
        "1 ==",
        "!",
        "secrets.TOKEN",
        "toUpper('a')",
        "hashFiles('a')",
        "contains('a')",
        "format()",
        "case(true, 1)",
        "case(true, 1, false, 2)",
        "always(1)",
        "fromJSON('1', 2)",
        "github.event.issue.labels.*.name *",
    ];
    let told = texts.map(|text| match Expression::parse(text, Scope::JOB_IF) {
        Ok(_) => format!("{text:?} is an expression"),
        Err(error) => {
            let run = Run::default();
            let at_once = lightsout_expressions::evaluate(text, Scope::JOB_IF, &contexts(), &run);
            assert_eq!(at_once, Err(error.clone().into()));
            format!("{text:?}: {error}")
        }
    });
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_nul_is_no_end() {
    for text in ["\0", "1 \0", "format(\0", "github.\0"] {
        let error = Expression::parse(text, Scope::ANY).expect_err("a NUL");
        assert_eq!(error.kind, ParseErrorKind::Unexpected("\0".into()));
    }
}

#[test]
fn a_complaint_shows_the_beginning_of_a_text_on_one_line() {
    let parsed = |text: &str| Expression::parse(text, Scope::ANY).map(drop);
    let error = parsed("\u{1b}[2J").expect_err("a control character");
    assert_eq!(
        error.to_string(),
        "`\\u{1b}` cannot stand here, at character 1"
    );
    let error = parsed(&"ä".repeat(300)).expect_err("a word");
    let shown = format!("`{}…` cannot stand here, at character 1", "ä".repeat(200));
    assert_eq!(error.to_string(), shown);
    let error = evaluate("format('{a\n')").expect_err("no format");
    assert!(error.to_string().contains("`{a\\n`"), "{error}");
}

#[test]
fn what_has_no_value_says_why() {
    let texts = [
        "format('{0}')",
        "format('{')",
        "format('}')",
        "format('{a}', 1)",
        "format('{0', 1)",
        "fromJSON('')",
        "fromJSON('{')",
        "case(1, 2, 3)",
        "case(github, 2, 3)",
        "hashFiles('**')",
    ];
    let told = texts.map(|text| format!("{text}: {}", evaluate(text).expect_err("no value")));
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn depth_and_length_have_limits() {
    let nested = |depth: usize| format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
    let parse = |text: &str| Expression::parse(text, Scope::ANY);
    assert!(parse(&nested(MAX_DEPTH - 1)).is_ok());
    assert_eq!(
        parse(&nested(MAX_DEPTH)).expect_err("too deep").kind,
        ParseErrorKind::TooDeep
    );
    assert!(parse(&"!".repeat(10_000)).is_err());

    let text = |length: usize| format!("'{}'", "😀".repeat(length / 2 - 1));
    assert!(parse(&text(MAX_LENGTH)).is_ok());
    assert_eq!(
        parse(&text(MAX_LENGTH + 2)).expect_err("too long").kind,
        ParseErrorKind::TooLong
    );

    // Operators of one rank are a chain and no nest.
    let chain = format!("1{}", " == 1".repeat(4_000));
    assert!(parse(&chain).is_ok());
}

#[test]
fn text_cannot_be_blown_up() {
    let mut text = "'0123456789'".to_owned();
    for _ in 0..8 {
        text = format!("format('{}', {text})", "{0}".repeat(10));
    }
    let error = evaluate(&text).expect_err("a gigabyte");
    assert_eq!(error.to_string(), "the expression makes more than 16 MiB");
}

#[test]
fn lists_cannot_be_blown_up() {
    let list = format!("fromJSON('[{}0]')", "0,".repeat(9_000));
    let github = serde_json::json!({ "list": vec![0; 9_000] });
    let mut contexts = Object::new();
    contexts.add("github", &github);
    let evaluate = |text: &str| {
        let expression = Expression::parse(text, Scope::ANY).expect("an expression");
        expression.evaluate(&contexts, &Run::default())
    };
    assert!(evaluate(&format!("{list}.*[0]")).is_ok());
    let every = vec!["github.list.*"; 80].join(", ");
    let error = evaluate(&format!("format('', {every})")).expect_err("80 lists of 9000");
    assert_eq!(error, EvaluateError::TooLarge);
}
