//! `lightsout policy`: what an agent may do.

mod check;
mod links;

use std::fmt::Write as _;
use std::io::Read as _;
use std::panic;
use std::path::Path;

use lightsout_policy::{
    AuditFinding, HookInput, Place, Role, Rule, RuleList, allow_list, allow_list_for, audit,
    gates_left_out, parse_rules,
};
use serde::Serialize;

use crate::args::{
    FactoryArgs, Format, ListArgs, Policy, PolicyAudit, PolicyHook, PolicyPrint, PolicyVerb,
    ProgramName, RoleName,
};
use crate::failure::{Done, Mendable};
use crate::input::read_factory;
use crate::output::{print, print_json, say};
use links::Folders;

/// The longest input of a hook, in bytes.
const MAX_HOOK: u64 = 16 << 20;

pub(crate) fn run(args: &Policy) -> anyhow::Result<Done> {
    match &args.verb {
        PolicyVerb::Check(args) => check::run(args),
        PolicyVerb::Audit(args) => run_audit(args),
        PolicyVerb::Hook(args) => Ok(run_hook(args)),
        PolicyVerb::Print(args) => run_print(args),
    }
}

/// The rules that were given, else the factory's own.
fn list(args: &ListArgs) -> anyhow::Result<RuleList> {
    let deny = rules("--deny", &args.deny)?;
    if args.allow.is_empty() {
        let mut list = factory_list(&args.factory)?;
        list.deny.extend(deny);
        return Ok(list);
    }
    Ok(RuleList {
        allow: rules("--allow", &args.allow)?,
        ask: Vec::new(),
        deny,
    })
}

fn rules(flag: &str, texts: &[String]) -> anyhow::Result<Vec<Rule>> {
    let mut rules = Vec::new();
    for text in texts {
        let more = parse_rules(text);
        rules.extend(more.map_err(|error| wrong_rules(flag, &error.to_string()))?);
    }
    Ok(rules)
}

fn wrong_rules(place: &str, error: &str) -> anyhow::Error {
    let (what, hint) = error
        .split_once("\nhint: ")
        .unwrap_or((error, "such as `Read,Bash(git add:*)`"));
    Mendable::error(format!("`{place}`: {what}"), hint)
}

fn factory_list(args: &FactoryArgs) -> anyhow::Result<RuleList> {
    let factory = read_factory(&args.root)?;
    for gate in gates_left_out(&factory) {
        say(&format!(
            "note: no exact rule can hold the gate `{gate}`; the agent may not run it, the factory does"
        ));
    }
    let role = match args.role {
        RoleName::Author => Role::Author,
        RoleName::Healer => Role::Healer,
        RoleName::Reviewer => Role::Reviewer,
    };
    let Some(label) = &args.kind else {
        let lanes = factory.types.iter().flat_map(|kind| {
            let lane = factory.lane_for(kind, &lightsout_taxonomy::Fields::default());
            lane.patterns().to_vec()
        });
        return Ok(allow_list_for(&factory, &lanes.collect::<Vec<_>>(), role));
    };
    let Some(kind) = factory.request_type(label) else {
        let known: Vec<&str> = factory
            .types
            .iter()
            .map(|kind| kind.label.as_str())
            .collect();
        return Err(Mendable::error(
            format!("there is no content type `{label}`"),
            format!("the types are {}", known.join(", ")),
        ));
    };
    Ok(allow_list(&factory, kind, role))
}

#[derive(Serialize)]
struct Audited {
    findings: Vec<AuditFinding>,
}

fn run_audit(args: &PolicyAudit) -> anyhow::Result<Done> {
    let list = list(&args.list)?;
    // Examples are judged where no file is, so that they are the same everywhere.
    let place = Place::without_links("/repository", Some("/home/agent"));
    let audited = Audited {
        findings: audit(&list, &place),
    };
    match args.format {
        Format::Json => print_json(&audited)?,
        Format::Text => print(&audit_text(&audited))?,
    }
    Ok(if audited.findings.is_empty() {
        Done::Fine
    } else {
        Done::Wrong
    })
}

fn audit_text(audited: &Audited) -> String {
    let mut text = String::new();
    for finding in &audited.findings {
        let _ = writeln!(
            text,
            "{}: {}\n  {}\n  allows: {} {}\n  instead: {}",
            finding.rule,
            finding.code,
            finding.why,
            finding.tool.name(),
            finding.example,
            finding.instead
        );
    }
    let count = audited.findings.len();
    let _ = writeln!(text, "{count} finding{}", if count == 1 { "" } else { "s" });
    text
}

/// Answers a hook's question. Only an exit status of 2 refuses, so everything that goes wrong becomes one.
fn run_hook(args: &PolicyHook) -> Done {
    let answer = panic::catch_unwind(panic::AssertUnwindSafe(|| answer_hook(args)));
    let why = match answer {
        Ok(Ok(None)) => return Done::Fine,
        Ok(Ok(Some(why))) => why,
        Ok(Err(error)) => {
            format!("the policy could not be asked, so the call is refused: {error:#}")
        }
        Err(_) => "the policy failed, so the call is refused".to_owned(),
    };
    say(&why);
    Done::Blocked
}

/// Returns why a call is refused.
fn answer_hook(args: &PolicyHook) -> anyhow::Result<Option<String>> {
    let list = list(&args.list)?;
    let mut text = Vec::new();
    std::io::stdin()
        .lock()
        .take(MAX_HOOK + 1)
        .read_to_end(&mut text)?;
    if text.len() as u64 > MAX_HOOK {
        anyhow::bail!("the input has over 16 MiB");
    }
    let input = HookInput::parse(&text)?;
    // The program names the folder it was started in; the shell may stand in another by now.
    let project = std::env::var("CLAUDE_PROJECT_DIR")
        .ok()
        .filter(|dir| dir.starts_with('/'));
    let folders = Folders::at(Path::new(project.as_deref().unwrap_or(&input.cwd)))?;
    let mut place = folders.place();
    let cwd = links::follow(&input.cwd);
    place.cwd = &cwd;
    let verdict = input.judge(&place, &list)?;
    Ok((!verdict.is_allowed()).then(|| verdict.to_string()))
}

#[derive(Serialize)]
struct ClaudeList {
    allow: Vec<String>,
    deny: Vec<String>,
    arguments: Vec<String>,
}

fn run_print(args: &PolicyPrint) -> anyhow::Result<Done> {
    let list = factory_list(&args.factory)?;
    let texts = |rules: &[Rule]| rules.iter().map(ToString::to_string).collect::<Vec<_>>();
    match (args.program, args.format) {
        (ProgramName::Claude, Format::Json) => print_json(&ClaudeList {
            allow: texts(&list.allow),
            deny: texts(&list.deny),
            arguments: list.to_claude_args(),
        })?,
        (ProgramName::Claude, Format::Text) => {
            let lines = |rules: &[Rule]| texts(rules).join("\n  ");
            print(&format!(
                "allow\n  {}\ndeny\n  {}\n",
                lines(&list.allow),
                lines(&list.deny)
            ))?;
        }
        (ProgramName::Codex, Format::Json) => print_json(&list.to_codex())?,
        (ProgramName::Codex, Format::Text) => {
            let codex = list.to_codex();
            print(&format!(
                "# config.toml\n{}\n# lightsout.rules, for `codex execpolicy check --rules`\n{}\n# Codex has no form for these, so they do not hold there:\n#   {}\n",
                codex.config,
                codex.rules,
                codex.not_held.join("\n#   ")
            ))?;
        }
    }
    Ok(Done::Fine)
}
