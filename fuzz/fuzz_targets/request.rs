//! Reads any text as a request of any type, with replies, and lints it.
//!
//! The text is cut at `\u{1}` into a title, a body and replies. Whatever they hold: no panic, every value says where
//! it stands, no field is asked for twice, and what is printed for people can be printed.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use lightsout_taxonomy::{
    Factory, LintKind, Reply, Source, field_table, lint, questions_comment, read,
};

static FACTORY: LazyLock<Factory> = LazyLock::new(Factory::builtin);

fuzz_target!(|data: &[u8]| {
    let Some((choice, text)) = data.split_first() else {
        return;
    };
    let text = String::from_utf8_lossy(text);
    let mut posts = text.split('\u{1}');
    // A text in one piece is a body.
    let (title, body) = match (posts.next(), posts.next()) {
        (Some(title), Some(body)) => (title, body),
        (body, _) => ("", body.unwrap_or_default()),
    };
    let replies: Vec<Reply> = posts
        .zip(1..)
        .map(|(body, id)| Reply {
            id,
            author: "mira".to_owned(),
            body: body.to_owned(),
        })
        .collect();
    let kind = &FACTORY.types[usize::from(*choice) % FACTORY.types.len()];
    let reading = read(&FACTORY, kind, title, body, &replies);
    for (key, value) in reading.fields.iter() {
        assert!(!value.is_empty(), "{key} is empty");
        let place = match &reading.sources[key] {
            Source::Title => Some(title),
            Source::Body(range) => body.get(range.clone()),
            Source::Reply { id, range } => replies
                .iter()
                .find(|reply| reply.id == *id)
                .and_then(|reply| reply.body.get(range.clone())),
        };
        assert!(place.is_some(), "{key} stands nowhere");
    }
    for (index, question) in reading.questions.iter().enumerate() {
        let again = reading.questions[..index]
            .iter()
            .any(|other| other.field == question.field);
        assert!(!again, "{} is asked for twice", question.field);
    }
    questions_comment(kind, &reading.questions);
    field_table(kind, &reading.fields);
    let how = [LintKind::Quote, LintKind::Article, LintKind::Voice];
    let report = lint(&FACTORY, how[usize::from(*choice) % how.len()], body);
    assert!(
        report
            .findings
            .is_sorted_by_key(|finding| (finding.line, finding.column))
    );
});
