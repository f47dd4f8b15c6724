//! A corpus of requests and threads, each with what is read of it and what is asked.

use std::fmt::Write as _;

use lightsout_taxonomy::{Factory, Reply, Source, read};

/// One case of the corpus.
struct Case {
    name: String,
    label: String,
    title: String,
    body: String,
    replies: Vec<Reply>,
}

fn cases() -> Vec<Case> {
    let text = include_str!("corpus/threads.txt");
    text.split("\n=== ").skip(1).map(case).collect()
}

fn case(block: &str) -> Case {
    let (head, rest) = block.split_once('\n').unwrap_or((block, ""));
    let mut head = head.splitn(3, " | ").map(|part| part.trim().to_owned());
    let mut part = || head.next().expect("a name, a label and a title");
    let (name, label, title) = (part(), part(), part());
    let mut posts = rest.split("--- reply\n").map(unescape);
    let body = posts.next().unwrap_or_default();
    let reply = |(body, id)| Reply {
        id,
        author: "mira".into(),
        body,
    };
    Case {
        name,
        label,
        title,
        body,
        replies: posts.zip(1..).map(reply).collect(),
    }
}

fn unescape(text: &str) -> String {
    let pairs = [
        ("\\r", "\r"),
        ("\\t", "\t"),
        ("\\0", "\0"),
        ("\\u202e", "\u{202e}"),
        ("\\u200b", "\u{200b}"),
        ("\\ufeff", "\u{feff}"),
    ];
    pairs
        .iter()
        .fold(text.to_owned(), |text, (mark, character)| {
            text.replace(mark, character)
        })
}

#[test]
fn the_corpus_reads_as_recorded() {
    let factory = Factory::builtin();
    let cases = cases();
    assert!(cases.len() >= 80, "the corpus has {} cases", cases.len());
    let mut seen = String::new();
    for case in &cases {
        let kind = factory.request_type(&case.label).expect("a built-in type");
        let reading = read(&factory, kind, &case.title, &case.body, &case.replies);
        let _ = writeln!(seen, "=== {}", case.name);
        for (key, value) in reading.fields.iter() {
            let from = match reading.sources.get(key) {
                Some(Source::Title) => "title".to_owned(),
                Some(Source::Body(_)) => "body".to_owned(),
                Some(Source::Reply { id, .. }) => format!("reply {id}"),
                None => panic!("`{key}` has no source"),
            };
            let value = serde_json::to_string(value).expect("values are JSON");
            let _ = writeln!(seen, "{key} ({from}): {value}");
        }
        for question in &reading.questions {
            let _ = writeln!(
                seen,
                "? {} {}: {}",
                question.field, question.rule, question.message
            );
        }
    }
    insta::assert_snapshot!(seen);
}
