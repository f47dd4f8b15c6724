//! The sections of `factory.toml` besides its types.

use std::sync::Arc;

use lightsout_ledger::Nanodollars;
use toml::de::DeTable;

use super::ConfigError;
use super::site::{self, default_program, default_site};
use super::types;
use super::walk::{At, Report, Table};
use super::watch::{self, default_heal, default_preview};
use crate::factory::{
    AgentKind, AgentSettings, Budget, CommandCost, Factory, Filing, GateSettings, Limits,
};
use crate::kind::RequestType;
use crate::lane::{self, Protected};
use crate::voice::Voice;

/// Reads a whole file; `types` are there before it adds and replaces some.
pub(crate) fn read(
    file: &str,
    text: &str,
    types: Vec<RequestType>,
) -> Result<Factory, Vec<ConfigError>> {
    let report = Report::new(file, text);
    let (document, syntax) = DeTable::parse_recoverable(text);
    if !syntax.is_empty() {
        // What follows a syntax error is guesswork, and complaints about guesses mislead.
        for error in syntax {
            report.complain(&error.span().unwrap_or(0..0), error.message(), None);
        }
        return Err(report.into_errors());
    }
    let factory = document_to_factory(Table::new(&report, document.get_ref(), 0..0), types);
    let errors = report.into_errors();
    if errors.is_empty() {
        Ok(factory)
    } else {
        Err(errors)
    }
}

fn document_to_factory(mut root: Table<'_>, types: Vec<RequestType>) -> Factory {
    let mut factory = Factory {
        name: String::new(),
        base: "main".into(),
        filing: Filing::Members,
        bots: default_bots(),
        agent: root.table("agent").map_or_else(default_agent, agent),
        gates: gates(root.tables("gates").unwrap_or_default()),
        budget: root.table("budget").map_or_else(default_budget, budget),
        limits: root.table("limits").map_or_else(default_limits, limits),
        heal: root.table("heal").map_or_else(default_heal, watch::heal),
        preview: root
            .table("preview")
            .map_or_else(default_preview, watch::preview),
        site: root.table("site").map_or_else(default_site, site::site),
        program: root
            .table("lightsout")
            .map_or_else(default_program, site::program),
        voice: root.table("voice").map(voice).unwrap_or_default(),
        types,
        protected: Arc::new(Protected::new(&[])),
    };
    if let Some(table) = root.table("factory") {
        general(table, &mut factory);
    }
    if let Some(tables) = root.tables("types") {
        types::read(tables, &mut factory);
    }
    root.finish();
    factory
}

pub(crate) fn default_bots() -> Vec<String> {
    vec!["lightsout[bot]".into(), "github-actions[bot]".into()]
}

pub(crate) fn default_agent() -> AgentSettings {
    AgentSettings {
        kind: AgentKind::Template,
        command: Vec::new(),
        cost: CommandCost::Nothing,
        model: AgentKind::Template.default_model().into(),
        max_turns: 100,
        minutes: 20,
        stall_minutes: 5,
    }
}

pub(crate) fn default_budget() -> Budget {
    Budget {
        run: None,
        issue: None,
        day: Nanodollars::from_dollars(50),
        month: None,
    }
}

pub(crate) fn default_limits() -> Limits {
    Limits {
        file_bytes: 2 * 1024 * 1024,
    }
}

fn general(mut table: Table<'_>, factory: &mut Factory) {
    if let Some(name) = table.string("name") {
        factory.name = name.value;
    }
    if let Some(base) = table.words("base") {
        if is_branch(&base.value) {
            factory.base = base.value;
        } else {
            let message = format!("`{}` is not the name of a branch", base.value);
            table.report().complain(
                &base.span,
                message,
                Some("a name such as `main`".to_owned()),
            );
        }
    }
    if let Some(filing) = table.choice(
        "filing",
        &[("members", Filing::Members), ("anyone", Filing::Anyone)],
    ) {
        factory.filing = filing;
    }
    if let Some(bots) = table.strings("bots") {
        factory.bots = bots.into_iter().map(|bot| bot.value).collect();
    }
    if let Some(extra) = table.strings("protected") {
        let extra: Vec<String> = extra
            .into_iter()
            .filter_map(|glob| checked_glob(table.report(), glob))
            .collect();
        factory.protected = Arc::new(Protected::new(&extra));
    }
    table.finish();
}

/// Lets a glob through when it stays in the repository.
pub(super) fn checked_glob(report: &Report<'_>, glob: At<String>) -> Option<String> {
    match lane::check_glob(&glob.value) {
        Ok(()) => Some(glob.value),
        Err(why) => {
            let hint =
                "write paths relative to the repository, such as `content/faq/**`".to_owned();
            report.complain(&glob.span, format!("`{}` {why}", glob.value), Some(hint));
            None
        }
    }
}

/// The rules of `git check-ref-format`, as far as an honest branch name needs them.
fn is_branch(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    name.bytes().all(plain)
        && !name.starts_with(['-', '.', '/'])
        && !name.ends_with(['.', '/'])
        && !name.to_lowercase().ends_with(".lock")
        && !["..", "//", "/."].iter().any(|part| name.contains(part))
}

fn agent(mut table: Table<'_>) -> AgentSettings {
    let default = default_agent();
    let kinds = [
        AgentKind::Template,
        AgentKind::Claude,
        AgentKind::Codex,
        AgentKind::Command,
    ];
    let kind = table
        .choice("kind", &kinds.map(|kind| (kind.name(), kind)))
        .unwrap_or(default.kind);
    let command = table.words("command");
    let model = table
        .words("model")
        .map_or_else(|| kind.default_model().into(), |model| model.value);
    let costs = [CommandCost::Nothing, CommandCost::Unknown];
    let cost = table
        .choice("cost", &costs.map(|cost| (cost.name(), cost)))
        .unwrap_or(default.cost);
    let max_turns = table
        .integer("max_turns", 1..1001)
        .map_or(default.max_turns, |turns| turns.value);
    let minutes = table
        .integer("minutes", 1..1441)
        .map_or(default.minutes, |minutes| minutes.value);
    let stall_minutes = table
        .integer("stall_minutes", 1..1441)
        .map_or(default.stall_minutes, |minutes| minutes.value);
    let report = table.report();
    if kind == AgentKind::Command && command.is_none() {
        let hint = "add `command = \"my-agent --flag\"`".to_owned();
        report.complain(
            table.span(),
            "`kind = \"command\"` needs a `command`",
            Some(hint),
        );
    }
    let command = command
        .and_then(|line| command_line(report, &line))
        .unwrap_or_default();
    table.finish();
    AgentSettings {
        kind,
        command,
        cost,
        model,
        max_turns,
        minutes,
        stall_minutes,
    }
}

fn gates(tables: Vec<Table<'_>>) -> Vec<GateSettings> {
    let mut gates: Vec<GateSettings> = Vec::new();
    for mut table in tables {
        let name = table.required(
            "name",
            "reports call a gate by its name, such as `name = \"lint\"`",
        );
        let run = table.required("run", "the command, such as `run = \"pnpm lint\"`");
        let seconds = table
            .integer("seconds", 1..86_401)
            .map_or(300, |seconds| seconds.value);
        let report = table.report();
        table.finish();
        let (Some(name), Some(run)) = (name, run) else {
            continue;
        };
        let Some(run) = command_line(report, &run) else {
            continue;
        };
        if gates.iter().any(|gate| gate.name == name.value) {
            report.complain(&name.span, format!("duplicate gate `{}`", name.value), None);
            continue;
        }
        gates.push(GateSettings {
            name: name.value,
            run,
            seconds,
        });
    }
    gates
}

/// Splits a command line into words, as a shell would and without one.
pub(super) fn command_line(report: &Report<'_>, line: &At<String>) -> Option<Vec<String>> {
    let words = shlex::split(&line.value)
        .filter(|words| words.first().is_some_and(|word| !word.is_empty()));
    if words.is_none() {
        let hint = "close every quote; there is no shell, so no variables, pipes or redirections"
            .to_owned();
        report.complain(
            &line.span,
            format!("`{}` is not a command line", line.value),
            Some(hint),
        );
    }
    words
}

fn budget(mut table: Table<'_>) -> Budget {
    let default = default_budget();
    let run = money(&mut table, "run_usd");
    let issue = money(&mut table, "issue_usd");
    let day = money(&mut table, "day_usd").unwrap_or(default.day);
    let month = money(&mut table, "month_usd");
    table.finish();
    Budget {
        run,
        issue,
        day,
        month,
    }
}

fn money(table: &mut Table<'_>, key: &'static str) -> Option<Nanodollars> {
    let text = table.words(key)?;
    match text.value.parse() {
        Ok(amount) => Some(amount),
        Err(error) => {
            let error: lightsout_ledger::MoneyError = error;
            let hint = "write dollars as a decimal string, such as \"2.50\"".to_owned();
            table
                .report()
                .complain(&text.span, error.to_string(), Some(hint));
            None
        }
    }
}

fn voice(mut table: Table<'_>) -> Voice {
    let mut phrases = |key| {
        let phrases = table.strings(key).unwrap_or_default();
        phrases.into_iter().map(|phrase| phrase.value).collect()
    };
    let voice = Voice {
        forbidden: phrases("forbidden"),
        spelling: phrases("spelling"),
        allowed: phrases("allowed"),
    };
    table.finish();
    voice
}

fn limits(mut table: Table<'_>) -> Limits {
    let default = default_limits();
    let file_bytes = table
        .integer("file_bytes", 1..(1 << 32))
        .map_or(default.file_bytes, |bytes| bytes.value);
    table.finish();
    Limits { file_bytes }
}
