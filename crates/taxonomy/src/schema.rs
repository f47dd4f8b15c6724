//! The JSON Schema of `factory.toml`, for editors.
//!
//! The file is read by walking it (see [`crate::ConfigError`]), so the schema is written beside that walk; a test
//! compares the keys of both and lets an independent validator judge broken files by it.

use serde_json::{Value, json};

use crate::factory::PackageManager;
use crate::field::{FieldKind, QualityGate};
use crate::kind::{MediaKind, Verb};

/// A path or glob inside the repository: not absolute, without `..`, back-slashes or empty parts.
const LANE: &str =
    r"^(\{[a-z][A-Za-z0-9_]*\}|(?!/|~)(?!.*(^|/)\.{1,2}(/|$))(?!.*//)[^\\:]*[^\\:/])$";

/// A path with `{slug}` once.
const SLUGGED: &str = r"^(?!/|~)(?!.*(^|/)\.{1,2}(/|$))[^\\:{}]*\{slug\}[^\\:{}]*$";

/// An amount of dollars.
const DOLLARS: &str = r"^\s*\$?[0-9]*\.?[0-9]+([eE][+-]?[0-9]+)?\s*$";

/// Returns the JSON Schema (2020-12) of `factory.toml`.
///
/// What a schema cannot say, such as that labels are unique or that a page lies in its type's own lane, only
/// [`Factory::parse`](crate::Factory::parse) checks.
pub fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "factory.toml",
        "description": "The configuration of a lightsout factory. Everything is optional.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "factory": factory(),
            "agent": agent(),
            "gates": list(&gate(), "Commands that a change must pass, in order."),
            "budget": budget(),
            "limits": object("Bounds on a change.", &json!({
                "file_bytes": integer("The largest file, in bytes.", 1, u64::from(u32::MAX), Some(2 * 1024 * 1024)),
            }), &[]),
            "heal": object("Which failures are mended.", &json!({
                "workflows": strings("The names of the workflows whose failures are mended; `CI` unless set."),
                "per_pull": integer("How often for one pull request, whatever fails on it.", 0, 100, Some(3)),
                "per_failure": integer("How often for one failure, wherever it shows up on the pull request.", 0, 100, Some(2)),
            }), &[]),
            "preview": object("Whose previews are shown on requests.", &json!({
                "creators": strings("The accounts of preview hosts that are believed; `vercel[bot]` unless set."),
                "hosts": {
                    "description": "The domains that previews may lie on, and below; `vercel.app` unless set.",
                    "type": "array",
                    "items": matching("A domain.", r"^[A-Za-z0-9-][A-Za-z0-9.-]*\.[A-Za-z0-9.-]*$"),
                },
            }), &[]),
            "site": site(),
            "lightsout": program(),
            "voice": object("What the brand says in its own way.", &json!({
                "forbidden": strings("Words and phrases that must not appear."),
                "spelling": strings("The brand's own words as it spells them."),
                "allowed": strings("Phrases that the built-in rules report and the brand means."),
            }), &[]),
            "types": list(&request_type(), "Types of requests; one of the same label replaces a built-in type."),
        },
    })
}

fn object(description: &str, properties: &Value, required: &[&str]) -> Value {
    json!({
        "description": description,
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
        "required": required,
    })
}

fn list(items: &Value, description: &str) -> Value {
    json!({ "description": description, "type": "array", "items": items })
}

fn text(description: &str) -> Value {
    json!({ "description": description, "type": "string" })
}

/// A text that says something.
fn words(description: &str) -> Value {
    json!({ "description": description, "type": "string", "pattern": r"\S" })
}

fn matching(description: &str, pattern: &str) -> Value {
    json!({ "description": description, "type": "string", "pattern": pattern })
}

fn one_of(description: &str, names: &[&str], default: &str) -> Value {
    json!({ "description": description, "enum": names, "default": default })
}

fn strings(description: &str) -> Value {
    list(&json!({ "type": "string" }), description)
}

fn integer(description: &str, least: u64, most: u64, default: Option<u64>) -> Value {
    let mut integer =
        json!({ "description": description, "type": "integer", "minimum": least, "maximum": most });
    if let Some(default) = default {
        integer["default"] = json!(default);
    }
    integer
}

fn factory() -> Value {
    object(
        "What the factory is called and who may use it.",
        &json!({
            "name": text("What the site is called."),
            "base": matching("The branch that requests are merged into; `main` unless set.", r"^[A-Za-z0-9_][A-Za-z0-9_./-]*$"),
            "filing": one_of("Who may file a request.", &["members", "anyone"], "members"),
            "bots": strings("The factory's own accounts, whose events never count."),
            "protected": list(&matching("A glob.", LANE), "Paths that no request may touch, besides the built-in ones."),
        }),
        &[],
    )
}

fn agent() -> Value {
    let mut agent = object(
        "Who does the work, and how long it may take.",
        &json!({
            "kind": one_of("The program.", &["template", "claude", "codex", "command"], "template"),
            "command": words("The command line when `kind` is `command`, split without a shell."),
            "model": words("The model it is pinned to; `claude-sonnet-4-6` unless set, and `gpt-5.1-codex` for Codex."),
            "cost": one_of("What a `command` costs that reports no usage: `unknown` if it asks a paid model.", &["nothing", "unknown"], "nothing"),
            "max_turns": integer("How many times Claude Code may ask its model in one run.", 1, 1000, Some(100)),
            "minutes": integer("How long a run may take.", 1, 1440, Some(20)),
            "stall_minutes": integer("How long a run may stay silent.", 1, 1440, Some(5)),
        }),
        &[],
    );
    agent["if"] = json!({ "properties": { "kind": { "const": "command" } }, "required": ["kind"] });
    agent["then"] = json!({ "required": ["command"] });
    agent
}

fn gate() -> Value {
    object(
        "A command that a change must pass.",
        &json!({
            "name": words("What reports call it."),
            "run": words("The command line, split without a shell."),
            "seconds": integer("How long it may take.", 1, 86_400, Some(300)),
        }),
        &["name", "run"],
    )
}

fn site() -> Value {
    let managers = PackageManager::ALL.map(PackageManager::name);
    let mut site = object(
        "What the site's own code is built and measured with in a workflow.",
        &json!({
            "package_manager": one_of("What installs the site's dependencies.", &managers, "none"),
            "node": matching("The version of Node.js, where one is needed; `24` unless set.", r"^[A-Za-z0-9.*/_-]*[A-Za-z0-9.*/_-]$"),
            "coverage": words("The command that runs the tests and leaves `coverage/coverage-summary.json`, split without a shell."),
            "coverage_percent": integer("The least part of all lines that tests must reach, in percent.", 1, 100, Some(80)),
        }),
        &[],
    );
    site["dependentRequired"] = json!({ "coverage_percent": ["coverage"] });
    site
}

fn program() -> Value {
    let mut program = object(
        "Where the jobs of workflows get `lightsout` from.",
        &json!({
            "from": one_of("A release, crates.io, or a path in the repository.", &["release", "crates", "path"], "release"),
            "version": matching("The version of a release, or on crates.io; that of the program that renders the workflows unless set.", r"^[0-9]+\.[0-9]+\.[0-9]+(-[A-Za-z0-9.-]+)?$"),
            "path": matching("A program, or a folder with its source, in the repository; for `path`.", LANE),
        }),
        &[],
    );
    program["if"] = json!({ "properties": { "from": { "const": "path" } }, "required": ["from"] });
    program["then"] = json!({ "required": ["path"] });
    program
}

fn budget() -> Value {
    object(
        "What may be spent, in US dollars as text.",
        &json!({
            "run_usd": matching("By one run.", DOLLARS),
            "issue_usd": matching("By all runs of one issue.", DOLLARS),
            "day_usd": matching("In one day (UTC); 50 unless set.", DOLLARS),
            "month_usd": matching("In one month (UTC).", DOLLARS),
        }),
        &[],
    )
}

fn request_type() -> Value {
    let verbs = [Verb::Add, Verb::Edit].map(Verb::name);
    let mut kind = object(
        "A type of request.",
        &json!({
            "label": {
                "description": "The label that makes an issue a request of this type.",
                "type": "string",
                "maxLength": 50,
                "pattern": "^cms-[a-z0-9-]+$",
                "not": { "enum": ["cms-bot-waiting", "cms-approved"] },
            },
            "title": words("What people call it."),
            "description": text("One sentence for forms and tables."),
            "color": matching("The colour of the label.", "^[0-9A-Fa-f]{6}$"),
            "verb": one_of("Whether it makes a page or changes one.", &verbs, "add"),
            "fields": list(&field(), "What it asks for, in the order of its form."),
            "skills": list(&skill(), "Skills in the order in which they apply."),
            "lane": list(&matching("A glob, or `{key}` for the file that a path field names.", LANE), "The paths a change may touch."),
            "page": matching("The path of the page, with `{slug}`.", SLUGGED),
            "slug_from": words("The field that the slug is derived from."),
            "body": words("The field that becomes the body of the page."),
            "media": media(),
            "partial": { "description": "Whether every field but the required ones may be left out.", "type": "boolean", "default": false },
            "min_changes": integer("How many fields besides the required ones must have a value.", 0, 99, None),
        }),
        &["label", "title", "fields", "lane"],
    );
    kind["dependentRequired"] = json!({ "page": ["slug_from"] });
    kind
}

fn skill() -> Value {
    let conditional = object(
        "A skill that applies when a field has a value.",
        &json!({ "name": words("The skill."), "when": words("The field.") }),
        &["name"],
    );
    json!({ "anyOf": [{ "type": "string" }, conditional] })
}

fn media() -> Value {
    let kinds = MediaKind::ALL.map(MediaKind::name);
    object(
        "The page's picture.",
        &json!({
            "kind": { "description": "What it is for.", "enum": kinds },
            "path": matching("Its path in the repository, with `{slug}`.", SLUGGED),
            "from": words("The image field it is made from."),
        }),
        &[],
    )
}

fn field() -> Value {
    let kinds = FieldKind::ALL.map(FieldKind::name);
    let gates = QualityGate::ALL.map(QualityGate::name);
    let mut properties = json!({
        "key": {
            "description": "The key in front matter.",
            "type": "string",
            "maxLength": 40,
            "pattern": "^[a-z][A-Za-z0-9_]*$",
            "not": { "const": "type" },
        },
        "label": words("The heading in forms; made of the key unless set."),
        "aliases": strings("Other headings that people use for it."),
        "kind": one_of("How it is written.", &kinds, "line"),
        "required": { "description": "Whether a request without it is asked for it.", "type": "boolean", "default": false },
        "description": text("One sentence that says what to write."),
        "example": text("What a good answer looks like."),
        "options": list(&matching("A choice, without commas.", r"^[^,\n]*\S[^,\n]*$"), "The only values it may have."),
        "from_title": { "description": "Whether the issue's title stands in for it.", "type": "boolean", "default": false },
        "gate": { "description": "The quality gate the value must pass.", "enum": gates },
    });
    let bounds = [
        ("min_chars", "Fewest characters."),
        ("max_chars", "Most characters."),
        ("min_words", "Fewest words."),
        ("max_words", "Most words."),
        ("min_sentences", "Fewest sentences."),
        ("max_sentences", "Most sentences."),
        ("min_items", "Fewest entries or pairs."),
        ("max_items", "Most entries or pairs."),
        ("min_anchors", "How many anchors the quality gate needs."),
    ];
    for (key, description) in bounds {
        properties[key] = integer(description, 0, 1_000_000, None);
    }
    object(
        "One thing a request must or may say.",
        &properties,
        &["key"],
    )
}
