//! `lightsout lint`: the wording of a text, in the way of a linter of code.

use std::fmt::Write as _;
use std::path::Path;

use lightsout_taxonomy::{Factory, Finding, LintKind, LintReport, QualityGate, assess_with, lint};

use crate::args::{Format, Lint, LintVerb};
use crate::failure::Done;
use crate::input::{self, read_config, read_text};
use crate::output::{print, print_json, visible};

pub(crate) fn run(args: &Lint) -> anyhow::Result<Done> {
    let (kind, asked) = match &args.verb {
        LintVerb::Quote(asked) => (LintKind::Quote, asked),
        LintVerb::Article(asked) => (LintKind::Article, asked),
        LintVerb::Voice(asked) => (LintKind::Voice, asked),
    };
    let factory = read_config(asked.declared.config.as_deref())?;
    let text = read_text(&asked.file)?;
    let report = lint(&factory, kind, &text);
    match asked.format {
        Format::Json => print_json(&report)?,
        Format::Text => {
            let complaint = explain(&factory, kind, &text);
            print(&shown(&asked.file, &report, complaint.as_deref()))?;
        }
    }
    Ok(if report.pass { Done::Fine } else { Done::Wrong })
}

/// Says why the gate of a text does not let it pass.
fn explain(factory: &Factory, kind: LintKind, text: &str) -> Option<String> {
    let gate = match kind {
        LintKind::Quote => QualityGate::Specific,
        LintKind::Article => QualityGate::Anchors,
        LintKind::Voice => return None,
    };
    let own_names = std::slice::from_ref(&factory.name);
    let assessment = assess_with(text, own_names, factory.gate_threshold(gate));
    (!assessment.pass).then(|| assessment.explanation(gate))
}

fn shown(file: &Path, report: &LintReport, complaint: Option<&str>) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        text.push_str(&line(file, finding));
    }
    // A complaint names what counted, too.
    let anchors = report
        .anchors
        .iter()
        .map(|anchor| format!("`{}`", visible(&anchor.text)));
    let anchors: Vec<String> = anchors.collect();
    match complaint {
        Some(complaint) => {
            let _ = writeln!(text, "{complaint}");
        }
        None if anchors.is_empty() => {}
        None => {
            let _ = writeln!(text, "counted: {}", anchors.join(", "));
        }
    }
    let end = if report.pass {
        "passes"
    } else {
        "does not pass"
    };
    let findings = match report.findings.len() {
        1 => "1 finding".to_owned(),
        many => format!("{many} findings"),
    };
    let _ = writeln!(text, "{}: {end}, {findings}", input::shown(file));
    text
}

/// Writes a finding as linters of code do: `file:line:column: severity[rule] words: what is wrong; what to write`.
fn line(file: &Path, finding: &Finding) -> String {
    let severity = finding.severity.name();
    let fix = finding
        .fix
        .as_ref()
        .map(|fix| format!("; instead: {fix}"))
        .unwrap_or_default();
    format!(
        "{}:{}:{}: {severity}[{}] `{}`: {}{fix}\n",
        input::shown(file),
        finding.line,
        finding.column,
        finding.rule,
        visible(&finding.text),
        finding.message
    )
}
