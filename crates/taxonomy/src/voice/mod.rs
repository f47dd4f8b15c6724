//! The slop linter: wording that is worn, empty or against the brand, with a place and a way out.
//!
//! Rules are data (see [`words`]) or small patterns over words. Code, HTML comments and addresses are never looked at.
//! What the brand itself forbids or spells in its own way comes from the `[voice]` of `factory.toml`.

mod patterns;
mod phrases;
mod tokens;
mod words;

use crate::mask::Mask;
use crate::{Factory, QualityGate, assess, assess_with};

/// How much a finding matters.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth a look; a text passes with it.
    Note,
    /// Should be said in another way; a text fails with it.
    Warning,
    /// Must not be said; a text fails with it.
    Error,
}

impl Severity {
    /// Returns the word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One rule of the linter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LintRule {
    /// Its name, as findings give it.
    pub name: &'static str,
    /// How much its findings matter at most.
    pub severity: Severity,
    /// What it finds.
    pub about: &'static str,
}

/// Every rule, in the order of the documentation.
pub const LINT_RULES: [LintRule; 10] = {
    const fn rule(name: &'static str, severity: Severity, about: &'static str) -> LintRule {
        LintRule {
            name,
            severity,
            about,
        }
    }
    use Severity::{Error, Note, Warning};
    [
        rule(
            "forbidden",
            Error,
            "What `voice.forbidden` in `factory.toml` lists: `rockstar`.",
        ),
        rule(
            "spelling",
            Warning,
            "A word of `voice.spelling` in other letters than the brand's: `Lightsout` for `LightsOut`.",
        ),
        rule(
            "stock-phrase",
            Warning,
            "A phrase that says nothing of its own: `in today's fast-paced world`.",
        ),
        rule(
            "empty-superlative",
            Warning,
            "A superlative without a measure: `unparalleled`.",
        ),
        rule(
            "generic",
            Warning,
            "What could be said of any place: `incredible journey`. A single word is a note.",
        ),
        rule(
            "not-just-but",
            Warning,
            "`not just X but Y`, `it's not about X, it's about Y`, `more than just X`.",
        ),
        rule(
            "em-dash-chain",
            Warning,
            "Two dashes or more in one sentence.",
        ),
        rule(
            "hedge",
            Note,
            "A word that takes back what is said: `perhaps`.",
        ),
        rule(
            "rule-of-three",
            Note,
            "Three words of praise where one would do: `bold, innovative and inspiring`.",
        ),
        rule(
            "shouting",
            Note,
            "A second exclamation mark in one paragraph.",
        ),
    ]
};

/// Something the linter would say differently.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Finding {
    /// The name of the rule, such as `stock-phrase`.
    pub rule: String,
    /// How much it matters.
    pub severity: Severity,
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
    /// The words in question, on one line.
    pub text: String,
    /// What is wrong with them.
    pub message: String,
    /// What to write instead, when that is known.
    pub fix: Option<String>,
}

/// What a brand says in its own way, from the `[voice]` of `factory.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Voice {
    /// Words and phrases that must not appear, in any case.
    pub forbidden: Vec<String>,
    /// The brand's own words, each a single one, as it spells them; other cases of the same letters are findings.
    pub spelling: Vec<String>,
    /// Phrases that the built-in rules would report and the brand means.
    pub allowed: Vec<String>,
}

/// What a text is linted as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LintKind {
    /// A quote: the gate `specific`, and the voice.
    Quote,
    /// An article: the gate `anchors`, and the voice.
    Article,
    /// Any text: the voice only.
    Voice,
}

/// What linting a text found.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LintReport {
    /// Whether the text is good as it is: its gate passes and no error was found; without a gate, no warning either.
    pub pass: bool,
    /// What counted for the gate; empty for a text that has none.
    pub anchors: Vec<crate::Anchor>,
    /// Phrases that anybody could say of any place.
    pub generic: Vec<String>,
    /// What the voice found, in the order of the text.
    pub findings: Vec<Finding>,
}

/// Lints a text by its gate and by the voice of the factory.
pub fn lint(factory: &Factory, kind: LintKind, text: &str) -> LintReport {
    let gate = match kind {
        LintKind::Quote => Some(QualityGate::Specific),
        LintKind::Article => Some(QualityGate::Anchors),
        LintKind::Voice => None,
    };
    let findings = lint_voice(&factory.voice, text);
    let own_names = std::slice::from_ref(&factory.name);
    let Some(gate) = gate else {
        let pass = findings
            .iter()
            .all(|finding| finding.severity == Severity::Note);
        let generic = assess(QualityGate::Specific, text, own_names).generic;
        return LintReport {
            pass,
            anchors: Vec::new(),
            generic,
            findings,
        };
    };
    let assessment = assess_with(text, own_names, factory.gate_threshold(gate));
    // A text that names facts may be worn elsewhere; what the brand forbids it may not say.
    let allowed = findings
        .iter()
        .all(|finding| finding.severity < Severity::Error);
    LintReport {
        pass: assessment.pass && allowed,
        anchors: assessment.anchors,
        generic: assessment.generic,
        findings,
    }
}

/// Lints the wording of a Markdown or MDX text.
pub fn lint_voice(voice: &Voice, text: &str) -> Vec<Finding> {
    let mask = Mask::new(text);
    let paragraphs = tokens::paragraphs(&mask);
    let known = phrases::Phrases::new(voice);
    let mut hits = Vec::new();
    for paragraph in &paragraphs {
        known.find(paragraph, &mut hits);
        known.find_spelling(text, paragraph, &mut hits);
        patterns::find(paragraph, &mut hits);
    }
    hits.sort_by_key(|hit| (hit.start, hit.end));
    place(&mask, hits)
}

/// A finding by its bytes.
struct Hit {
    rule: &'static str,
    severity: Severity,
    start: usize,
    end: usize,
    message: String,
    fix: Option<String>,
}

/// Turns bytes into lines and columns, walking the text once.
fn place(mask: &Mask, hits: Vec<Hit>) -> Vec<Finding> {
    let mut line = 0;
    let mut column_from = 0;
    let mut column = 1;
    let mut findings = Vec::new();
    for hit in hits {
        while mask
            .lines()
            .get(line + 1)
            .is_some_and(|next| next.start <= hit.start)
        {
            line += 1;
            column_from = mask.lines()[line].start;
            column = 1;
        }
        column += mask.slice(column_from, hit.start).chars().count();
        column_from = hit.start;
        let text = mask
            .slice(hit.start, hit.end)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        findings.push(Finding {
            rule: hit.rule.to_owned(),
            severity: hit.severity,
            line: line + 1,
            column,
            text,
            message: hit.message,
            fix: hit.fix,
        });
    }
    findings
}
