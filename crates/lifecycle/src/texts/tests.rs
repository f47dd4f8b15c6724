//! What the texts say, and that nothing in them gets out of its fence.

use super::*;
use crate::decide::tests::{approved, in_review, ready, report};
use crate::{PictureNote, Severity};

#[test]
fn a_fence_cannot_be_closed_from_inside() {
    let text = fenced("a\n```\n/publish\n````\n", 100);
    assert!(
        text.starts_with("`````text\n") && text.ends_with("\n`````"),
        "{text}"
    );
    assert!(fenced(&"x".repeat(50), 10).contains("… (cut)"));
}

#[test]
fn every_finding_is_told_with_how_to_go_on() {
    use lightsout_signal::Weight;
    for &code in FindingCode::ALL {
        let text = noticed(&[Oddity::new(code, "@everyone\n# `x`")]);
        assert!(text.contains(": `` @everyone # `x` ``"), "{text}");
        assert_eq!(
            text.ends_with(code.advice()),
            !code.advice().is_empty() || code.weight() == Weight::Note
        );
    }
    let both = [FindingCode::Malformed, FindingCode::NoSignal].map(|code| Oddity::new(code, ""));
    assert_eq!(
        noticed(&both),
        "\n\nThe factory noticed:\n\n- A part of the transcript is not the JSON it should be and was skipped.\n\
         - The agent's last line is neither READY nor WAITING.\n\n\
         If its last words hold a question, answer it; else comment `/retry`."
    );
    assert_eq!(noticed(&[]), "");
}

#[test]
fn a_code_span_stays_one_line() {
    assert_eq!(code("a\nb `c`"), "`` a b `c` ``");
    assert_eq!(code("@everyone"), "`@everyone`");
}

#[test]
fn a_pull_request_leads_back_to_its_request() {
    let body = format!("{}\r\nCloses #7", request_marker(Number(7)));
    assert_eq!(request_of_body(&body), Some(Number(7)));
    assert_eq!(request_of_body(&format!("Hello.\n{body}")), None);
}

/// The texts one below the other, each under the name of what it is.
fn gallery(texts: &[(&str, String)]) -> String {
    let shown = texts
        .iter()
        .map(|(name, text)| format!("=== {name}\n{text}"));
    shown.collect::<Vec<_>>().join("\n\n")
}

#[test]
fn what_people_read_on_a_request() {
    let mira = Login::new("mira").unwrap();
    let world = approved('b');
    let approval = world.pull.as_ref().unwrap().approval.clone().unwrap();
    let labels = ["cms-faq".to_owned(), "cms-`x`".to_owned()];
    let refused = reply(&mira, Command::Publish, Reason::PublishNeedsWrite);
    let mut closed = in_review();
    closed.pull = None;
    let shown = gallery(&[
        (
            "asked",
            ask(&mira, Reason::FieldsMissing, "- [ ] What is the answer?"),
        ),
        ("labels refused", refusal(&labels, "- cms-faq")),
        ("command refused", refused),
        ("status asked", status_reply(&mira, &in_review())),
        (
            "status asked without a pull request",
            status_reply(&mira, &closed),
        ),
        ("ready", ready_to_publish()),
        ("approved", super::approval(&approval)),
        ("approval voided", approval_voided(&approval)),
        ("approval met a conflict", approval_met_conflict()),
        ("label without approval", label_without_approval()),
    ]);
    insta::assert_snapshot!(shown);
}

fn ready_to_publish() -> String {
    let head = in_review().pull.unwrap().pull.head_sha;
    super::ready(&Login::new("mira").unwrap(), &head)
}

#[test]
fn every_state_says_how_to_go_on() {
    let shown = State::ALL.map(|state| {
        let record = Record {
            state,
            reason: Reason::NothingToDo.code().into(),
            ..Record::default()
        };
        (state.name(), status(&record))
    });
    insta::assert_snapshot!(gallery(&shown));
}

#[test]
fn how_a_run_ended_is_told() {
    let failed = |tail: &str| RunEnd::AgentFailed {
        how: "exit status 3".into(),
        tail: tail.into(),
    };
    let outside = |count: usize| RunEnd::OutsideLane {
        problems: (0..count).map(|at| format!("file {at}")).collect(),
    };
    let message = || "I am `done`".to_owned();
    let red = GateOutcome::Failed {
        tail: "error: `answer` is missing".into(),
    };
    let ends = [
        ("gates failed", ready(red)),
        (
            "asks",
            RunEnd::Waiting {
                questions: "Which one?".into(),
            },
        ),
        (
            "nothing committed",
            RunEnd::NothingCommitted { message: message() },
        ),
        ("no signal", RunEnd::NoSignal { message: message() }),
        ("agent failed", failed("killed")),
        ("agent failed without a word", failed(" \n")),
        ("outside its lane", outside(20)),
        ("far outside its lane", outside(22)),
        (
            "picture refused",
            RunEnd::PictureRefused {
                why: "the picture is 20x20".into(),
            },
        ),
        ("another job", RunEnd::Reviewed { findings: vec![] }),
    ];
    let shown = ends.map(|(name, end)| (name, handed_back_request(&report(end))));
    insta::assert_snapshot!(gallery(&shown));
}

#[test]
fn what_a_pull_request_says_of_its_run() {
    let mira = Login::new("mira").unwrap();
    let mut whole = report(ready(GateOutcome::Passed));
    if let RunEnd::Ready {
        gates, pictures, ..
    } = &mut whole.end
    {
        let before = GateOutcome::FailedBefore {
            tail: String::new(),
        };
        for outcome in [
            GateOutcome::Failed {
                tail: String::new(),
            },
            before,
        ] {
            gates.push(Gate {
                outcome,
                ..gates[0].clone()
            });
        }
        pictures.push(PictureNote {
            path: "public/remote-work.webp".into(),
            note: "1200x800, 80 kB".into(),
        });
    }
    let mut terse = report(ready(GateOutcome::Passed));
    terse.words = " \n".into();
    terse.kind = None;
    let shown = gallery(&[
        ("whole", pull_request_body(&whole, &mira)),
        ("without words", pull_request_body(&terse, &mira)),
        ("repair", repair_body(&whole, Number(9))),
        ("repair without words", repair_body(&terse, Number(9))),
    ]);
    insta::assert_snapshot!(shown);
}

#[test]
fn findings_are_told_the_worst_first_and_not_without_end() {
    let sha = in_review().pull.unwrap().pull.head_sha;
    let of = |severity, path: Option<&str>, line| Finding {
        severity,
        path: path.map(str::to_owned),
        line,
        text: "It is wrong.".into(),
    };
    let few = [
        of(Severity::Note, None, None),
        of(Severity::ShouldFix, Some("a.rs"), None),
        of(Severity::MustFix, Some("a.rs"), Some(3)),
    ];
    insta::assert_snapshot!(findings(&sha, &few));
    let many = |count: usize| findings(&sha, &vec![few[0].clone(); count]);
    assert_eq!(many(30).matches("**note**").count(), 30);
    assert!(!many(30).contains("more."));
    assert_eq!(many(32).matches("**note**").count(), 30);
    assert!(many(32).ends_with("And 2 more."));
}

#[test]
fn foreign_text_is_cut_only_where_it_is_too_long() {
    assert_eq!(fenced("1234567890\n", 10), "```text\n1234567890\n```");
    assert_eq!(
        fenced("12345678901", 10),
        "```text\n1234567890\n… (cut)\n```"
    );
    assert!(fenced("~~~~", 10).starts_with("`````text"));
    assert_eq!(one_line(" a\n\tb  c ", 6), "a b");
    assert_eq!(code("`a"), "`` `a ``");
    assert_eq!(code("a`"), "`` a` ``");
    assert_eq!(code("a``b"), "```a``b```");
}
