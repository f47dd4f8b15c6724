//! What holds for any text whatever.
//!
//! `PROPTEST_CASES=100000 cargo test -p lightsout-taxonomy --test it properties` looks further.

use std::sync::LazyLock;

use lightsout_taxonomy::{
    DEFAULT_TOML, Factory, Fields, LintKind, QualityGate, Reply, Slug, Source, Value, assess,
    field_table, is_repository_path, lint, questions_comment, read, sentences, words,
};
use proptest::prelude::*;

static FACTORY: LazyLock<Factory> = LazyLock::new(Factory::builtin);

/// Pieces that mean something to the reader, in any order.
const PIECES: &[&str] = &[
    "#",
    "### Quote",
    "### Photo\n",
    "### Question\n\n",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "**",
    "__",
    "**Q:**",
    "A:",
    "Q:",
    "Q1.",
    "|",
    "|---|---|\n",
    "<!--",
    "-->",
    "```",
    "~~~",
    "````",
    ">",
    "- [ ] ",
    "- [x] ",
    "1. ",
    "![",
    "](",
    ")",
    "[",
    "]",
    "<img src=",
    "alt='",
    "\"",
    "https://e.com/a.png",
    "http://",
    "[a]:",
    "é",
    "\u{0}",
    "\u{feff}",
    "\u{202e}",
    "\u{200b}",
    "?",
    "？",
    "Name: ",
    "Answer：",
    "`",
    "===",
    "---",
    " ",
    "\t",
    "𝔞",
    "_No response_",
    "e.g. ",
    "...",
    "…",
    "In March ",
    "not just ",
    "but ",
    "—",
    ", ",
    "and ",
    "bold",
    "Dr. ",
    "ß",
    "ſ",
    "İ",
    "🧑\u{200d}🚀",
    "e\u{301}",
    "١٢",
    "half",
];

fn markup() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::collection::vec(prop::sample::select(PIECES), 0..40).prop_map(|parts| parts.concat()),
        "(?s).{0,300}",
    ]
}

fn reply(body: &str) -> Reply {
    Reply {
        id: 7,
        author: "mira".into(),
        body: body.to_owned(),
    }
}

proptest! {
    #[test]
    fn reading_never_panics_and_says_where_values_stand(title in markup(), body in markup(), answer in markup()) {
        for kind in &FACTORY.types {
            let reading = read(&FACTORY, kind, &title, &body, &[reply(&answer)]);
            for (key, value) in reading.fields.iter() {
                prop_assert!(!value.is_empty(), "{key}");
                let text = match reading.sources.get(key) {
                    Some(Source::Title) => title.get(..),
                    Some(Source::Body(range)) => body.get(range.clone()),
                    Some(Source::Reply { range, .. }) => answer.get(range.clone()),
                    None => None,
                };
                prop_assert!(text.is_some(), "{key} has no source");
            }
            let keys: Vec<&str> = reading.questions.iter().map(|question| question.field.as_str()).collect();
            for key in &keys {
                prop_assert!(keys.iter().filter(|other| *other == key).count() == 1, "{key} is asked for twice");
            }
            questions_comment(kind, &reading.questions);
            field_table(kind, &reading.fields);
        }
    }

    #[test]
    fn reading_is_the_same_with_other_line_ends(body in markup()) {
        // A lone carriage return is a line end too, so only texts without one can be compared.
        let unix = body.replace("\r\n", "\n").replace('\r', "\n");
        let dos = unix.replace('\n', "\r\n");
        for kind in &FACTORY.types {
            let fields = |body: &str| read(&FACTORY, kind, "", body, &[]).fields;
            prop_assert_eq!(fields(&unix), fields(&dos));
        }
    }

    #[test]
    fn an_empty_reply_changes_nothing(body in markup()) {
        for kind in &FACTORY.types {
            let without = read(&FACTORY, kind, "T", &body, &[]);
            prop_assert_eq!(read(&FACTORY, kind, "T", &body, &[reply(""), reply(" \n> a\n")]), without);
        }
    }

    #[test]
    fn values_survive_json(body in markup()) {
        for kind in &FACTORY.types {
            let fields = read(&FACTORY, kind, "T", &body, &[]).fields;
            let json = serde_json::to_string(&fields).expect("fields are JSON");
            prop_assert_eq!(serde_json::from_str::<Fields>(&json).expect("and back"), fields);
        }
    }

    #[test]
    fn judging_and_counting_never_panic(text in markup()) {
        for kind in [LintKind::Quote, LintKind::Article, LintKind::Voice] {
            let report = lint(&FACTORY, kind, &text);
            let places: Vec<(usize, usize)> =
                report.findings.iter().map(|finding| (finding.line, finding.column)).collect();
            prop_assert!(places.is_sorted());
        }
        prop_assert!(assess(QualityGate::Specific, &text, &["Northwind".to_owned()]).anchors.len() <= text.len());
        prop_assert!(sentences(&text) <= text.len() && words(&text) <= text.len());
    }

    #[test]
    fn any_file_is_a_factory_or_has_complaints_with_places(text in markup(), cut in 0_usize..4000, junk in markup()) {
        let broken = {
            let mut place = cut.min(DEFAULT_TOML.len());
            while !DEFAULT_TOML.is_char_boundary(place) {
                place -= 1;
            }
            format!("{}{junk}{}", &DEFAULT_TOML[..place], &DEFAULT_TOML[place..])
        };
        for file in [text, broken] {
            let lines = file.split('\n').count();
            for error in Factory::parse("f", &file).err().into_iter().flatten() {
                prop_assert!(error.line >= 1 && error.line <= lines && error.column >= 1, "{error}");
            }
        }
    }

    #[test]
    fn derived_slugs_are_slugs(text in "(?s).{0,200}", taken in prop::collection::vec("[a-z-]{1,5}", 0..3)) {
        let slug = Slug::derive(&text, |slug| taken.iter().any(|known| known == slug));
        prop_assert!(!taken.iter().any(|known| known == slug.as_str()));
        prop_assert_eq!(Slug::new(slug.as_str()), Ok(slug.clone()));
        let again = Slug::derive(slug.as_str(), |_| false);
        prop_assert_eq!(again, slug);
    }

    #[test]
    fn no_lane_lets_a_strange_path_through(path in prop_oneof![
        "(?s).{0,40}",
        prop::collection::vec(prop::sample::select(vec![
            "content", "faq", "/", "..", ".", "a.mdx", "\\", ".git", "package.json", "AGENTS.md", "\u{202e}", "\0", " ", ":",
        ]), 1..7).prop_map(|parts| parts.concat()),
    ]) {
        for kind in &FACTORY.types {
            let fields: Fields = [("target", Value::Text(path.clone()))].into_iter().collect();
            let lane = FACTORY.lane_for(kind, &fields);
            if lane.admits(&path) {
                prop_assert!(is_repository_path(&path));
                prop_assert!(!FACTORY.is_protected(&path));
                prop_assert!(!path.split('/').any(|part| part.starts_with('.')));
            }
        }
    }
}
