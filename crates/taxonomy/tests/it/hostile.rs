//! Bodies nobody should write: they cost no more than their length, and never a panic.

use std::fmt::Write as _;
use std::sync::LazyLock;
use std::time::Duration;

use lightsout_taxonomy::{Factory, Reply, lint_voice, read};

static FACTORY: LazyLock<Factory> = LazyLock::new(Factory::builtin);

/// Reads a body as every type, and as a reply.
fn read_all(body: &str) {
    for kind in &FACTORY.types {
        read(&FACTORY, kind, body, body, &[]);
        read(
            &FACTORY,
            kind,
            "",
            "",
            &[Reply {
                id: 1,
                author: "mira".into(),
                body: body.to_owned(),
            }],
        );
    }
}

/// Texts that make careless readers quadratic, by a name and a piece that is repeated.
const PIECES: &[(&str, &str)] = &[
    ("brackets", "["),
    ("images", "!["),
    ("closed brackets", "[]"),
    ("targets", "]("),
    ("images with targets", "![]("),
    ("references", "![a][b]\n"),
    ("definitions", "[a]: b\n"),
    ("tags", "<img "),
    ("tags with attributes", "<img a="),
    ("comments", "<!--"),
    ("closed comments", "<!---->"),
    ("fences", "```a\n"),
    ("more fences", "```a\n~~~b\n"),
    ("quotes", ">"),
    ("quote lines", "> a\n"),
    ("headings", "### Quote\n"),
    ("unknown headings", "# a\n"),
    ("keys", "Name: a\n"),
    ("questions", "Q: a\nA: b\n"),
    ("question marks", "a?\n\nb\n\n"),
    ("rows", "| a | b |\n"),
    ("links", "https://"),
    ("picture links", "http://a.png?https://"),
    ("back-ticks", "`"),
    ("stars", "*"),
    ("bold", "**a"),
    ("underscores", "_a"),
    ("bullets", "- "),
    ("boxes", "- [ ] a\n"),
    ("commas", "a,"),
    ("sentences", "A b. "),
    ("initials", "A. "),
    ("dots", "..."),
    ("words", "word "),
    ("names", "Ada Lovelace "),
    ("numbers", "1 2 "),
    ("blank lines", "\n"),
    ("carriage returns", "\r"),
    ("spaces", " "),
    ("nul", "\u{0}"),
    ("zero width", "\u{200b}"),
    ("overrides", "\u{202e}a"),
    ("combining", "e\u{301}\u{301}"),
    ("colons", ":"),
    ("braces", "{("),
    ("parentheses", "("),
    ("quotation marks", "\"“"),
];

/// Returns what this thread has computed so far; unlike the time of day, others on the machine hardly move it.
fn spent() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).expect("a thread begins at zero")
}

/// Measures what reading and linting a body costs.
fn time(body: &str) -> Duration {
    let begin = spent();
    for label in ["cms-spotlight-add", "cms-insight"] {
        let kind = FACTORY.request_type(label).expect("a built-in type");
        let reply = Reply {
            id: 1,
            author: "mira".into(),
            body: body.to_owned(),
        };
        read(&FACTORY, kind, body, body, &[reply]);
    }
    lint_voice(&FACTORY.voice, body);
    spent().saturating_sub(begin)
}

#[test]
fn four_times_the_text_is_about_four_times_the_work() {
    // Labels in front make every kind of field hold the piece.
    let fronts = [
        "",
        "Quote: ",
        "### Body\n\n",
        "### Questions and answers\n\nQ: a\nA: ",
    ];
    let mut slow = String::new();
    for (name, piece) in PIECES {
        for front in fronts {
            let body = |bytes: usize| format!("{front}{}", piece.repeat(bytes / piece.len()));
            let (small, large) = (body(2 * 1024), body(8 * 1024));
            // Linear is 4, quadratic 16. A busy machine gets two more tries.
            let is_slow = || time(&large) > time(&small).max(Duration::from_millis(8)) * 9;
            if is_slow() && is_slow() && is_slow() {
                let _ = writeln!(slow, "{name} after {front:?}: {:?} for 8 KiB", time(&large));
            }
        }
    }
    assert!(slow.is_empty(), "{slow}");
}

#[test]
fn the_longest_body_and_far_beyond_it() {
    for body in [
        "> ".repeat(500) + "Quote: a",
        "### Quote\n\nSomething from 1999.\n\n".repeat(10_000),
        "Answer: One. Two.\n".repeat(10),
        "\u{202e}\u{200b}".repeat(30_000),
        "(".repeat(65_536),
        "- ".repeat(32_768),
        "1. ".repeat(20_000),
    ] {
        read_all(&body);
    }
    let huge = "Some words, and a [link](https://example.com/a).\n".repeat(10 * 1024 * 1024 / 49);
    let kind = FACTORY.request_type("cms-faq").expect("a built-in type");
    let reading = read(&FACTORY, kind, "Why?", &huge, &[]);
    assert!(!reading.is_complete());
}

#[test]
fn the_last_of_ten_answers_wins() {
    let kind = FACTORY.request_type("cms-faq").expect("a built-in type");
    let mut body = String::from("Question: Why?\n");
    for number in 0..10 {
        let _ = writeln!(body, "Answer: It is {number}. That is all.");
    }
    let reading = read(&FACTORY, kind, "", &body, &[]);
    assert_eq!(reading.fields.text("answer"), Some("It is 9. That is all."));
}
