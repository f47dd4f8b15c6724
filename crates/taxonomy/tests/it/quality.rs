//! The two quality gates against labelled texts, a part of which was never used for tuning.
//!
//! `cargo test -p lightsout-taxonomy quality -- --nocapture` prints precision and recall.
#![expect(clippy::print_stdout, reason = "the measure is worth seeing")]

use lightsout_taxonomy::{QualityGate, assess};

/// What a gate made of a set of texts; to find a *generic* text is the gate's job.
struct Score {
    precision: f64,
    recall: f64,
    wrong: Vec<String>,
}

/// Runs a gate on texts, one on each line, marked `+` when they should pass and `-` when they should not.
fn score(gate: QualityGate, texts: &str) -> Score {
    let (mut caught, mut missed, mut innocent, mut wrong) = (0_u32, 0_u32, 0_u32, Vec::new());
    for line in texts.lines().filter(|line| !line.starts_with('#')) {
        let (mark, text) = line.split_once(' ').expect("a mark and a text");
        let found = assess(gate, text, &[]);
        match (mark, found.pass) {
            ("-", false) => caught += 1,
            ("-", true) => missed += 1,
            ("+", false) => innocent += 1,
            ("+", true) => continue,
            _ => panic!("neither `+` nor `-`: {line}"),
        }
        if (mark == "-") == found.pass {
            let anchors: Vec<&str> = found
                .anchors
                .iter()
                .map(|anchor| anchor.text.as_str())
                .collect();
            wrong.push(format!("{line} {anchors:?}"));
        }
    }
    Score {
        precision: f64::from(caught) / f64::from(caught + innocent),
        recall: f64::from(caught) / f64::from(caught + missed),
        wrong,
    }
}

fn report(name: &str, score: &Score) {
    println!(
        "{name}: precision {:.3}, recall {:.3}",
        score.precision, score.recall
    );
}

#[test]
fn quality_of_the_quotes_gate() {
    let tuning = score(
        QualityGate::Specific,
        include_str!("corpus/quotes-tuning.txt"),
    );
    report("quotes, tuning", &tuning);
    println!("{}", tuning.wrong.join("\n"));
    let heldout = score(
        QualityGate::Specific,
        include_str!("corpus/quotes-heldout.txt"),
    );
    report("quotes, held out", &heldout);
    assert!(heldout.precision >= 0.95, "{}", heldout.wrong.join("\n"));
    assert!(heldout.recall >= 0.95, "{}", heldout.wrong.join("\n"));
}

#[test]
fn quality_of_the_articles_gate() {
    let tuning = score(
        QualityGate::Anchors,
        include_str!("corpus/articles-tuning.txt"),
    );
    report("articles, tuning", &tuning);
    println!("{}", tuning.wrong.join("\n"));
    let heldout = score(
        QualityGate::Anchors,
        include_str!("corpus/articles-heldout.txt"),
    );
    report("articles, held out", &heldout);
    assert!(heldout.precision >= 0.95, "{}", heldout.wrong.join("\n"));
    assert!(heldout.recall >= 0.95, "{}", heldout.wrong.join("\n"));
}
