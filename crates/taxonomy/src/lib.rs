//! What a request is: types, fields, lanes, and reading one from what people write.
//!
//! A [`Factory`] is what `factory.toml` declares. [`classify`] finds the type of an issue by its labels, [`read`]
//! reads the issue and the replies to it into [`Fields`] and asks a [`Question`] for everything that is missing or
//! not good enough; [`Slug::derive`] names the page and [`Factory::lane_for`] says what its change may touch.
//!
//! ```
//! use lightsout_taxonomy::{Classification, Factory, classify, read};
//!
//! let factory = Factory::builtin();
//! let Classification::Request(kind) = classify(&factory, ["cms-faq", "help wanted"]) else {
//!     unreachable!("`cms-faq` is one of the built-in types")
//! };
//! let body = "**Question:** Can I bring my dog?\n\n**Answer:** Yes.";
//! let reading = read(&factory, kind, "A question about dogs", body, &[]);
//! assert_eq!(reading.fields.text("question"), Some("Can I bring my dog?"));
//! assert_eq!(reading.questions[0].rule, "sentence-count");
//! ```
//!
//! # Declaring types
//!
//! Types are data. [`DEFAULT_TOML`] declares the six built-in ones; a `factory.toml` adds its own or replaces those of
//! the same label. A mistake is refused with its place and a hint ([`ConfigError`]), and [`schema()`] describes the file
//! to editors.
//!
//! ```
//! use lightsout_taxonomy::{Factory, issue_form};
//!
//! let file = r#"
//!     [[types]]
//!     label = "cms-event"
//!     title = "Event"
//!     lane = ["content/events/**"]
//!     page = "content/events/{slug}.mdx"
//!     slug_from = "name"
//!
//!     [[types.fields]]
//!     key = "name"
//!     required = true
//!     max_chars = 80
//! "#;
//! let factory = Factory::parse("factory.toml", file).unwrap();
//! assert!(issue_form(factory.request_type("cms-event").unwrap()).contains("label: \"Name\""));
//!
//! let slip = file.replace("max_chars", "max_char");
//! let complaints = Factory::parse("factory.toml", &slip).unwrap_err();
//! assert_eq!(
//!     complaints[0].to_string(),
//!     "factory.toml:12:5: unknown key `max_char`\nhint: did you mean `max_chars`?",
//! );
//! ```
//!
//! # Reading
//!
//! [`read`] takes what people really write: the rendered form of GitHub, headings of any level, order and case, bold
//! labels, `key: value` lines, tables, interviews as `Q:` and `A:`, as headings, as bold or numbered lines, pictures in
//! every way editors insert them. Text areas keep the headings inside them, code and comments say nothing, and
//! [`Reading::sources`] tells which bytes each value came from. A [`Reply`] answers by the name of a field, below a quote
//! of the question, or in plain words when one question is open; a later answer wins.
//!
//! # Checking
//!
//! Checks spend nothing. Each [`Question`] has a stable rule code: `required`, `min-chars`, `max-chars`, `min-words`,
//! `max-words`, `sentence-count`, `min-items`, `max-items`, `pairs`, `option`, `image`, `timezone`, `path`,
//! `protected-path`, `profile`, `min-changes`, `kind`, and the gates `specific` and `anchors`. The two gates look for
//! what could be looked up and found wrong ([`assess`]):
//!
//! ```
//! use lightsout_taxonomy::{QualityGate, assess};
//!
//! let vague = assess(QualityGate::Specific, "I love working here!", &[]);
//! assert!(!vague.pass);
//! assert_eq!(vague.generic, ["love working here"]);
//!
//! let specific = assess(QualityGate::Specific, "In March I cut our deploys to six minutes.", &[]);
//! assert!(specific.pass);
//! ```
//!
//! [`lint`] adds the voice: stock phrases, empty superlatives, hedges and the like, each with a line, a column and a way
//! out ([`LINT_RULES`] lists the rules); `[voice]` in `factory.toml` says what the brand forbids, spells in its own way, or means.
//!
//! # Rendering
//!
//! [`issue_form`], [`questions_comment`], [`field_table`], [`types_table`], [`reference_table`] and [`type_labels`] are
//! made from the same types that are read, so that they cannot drift.
//!
//! **Architecture invariant:** everything here is a pure function of its arguments. No clock, file, network or
//! randomness, no panic whatever the text, and time linear in its length.

mod check;
mod classify;
mod config;
mod factory;
mod field;
mod kind;
mod lane;
mod mask;
mod read;
mod render;
mod schema;
mod slug;
mod text;
mod value;
mod voice;

pub use check::{
    Anchor, AnchorKind, Assessment, Question, assess, assess_with, check, check_page_value,
    check_value, sentences, words,
};
pub use classify::{Classification, classify};
pub use config::ConfigError;
pub use factory::{
    AgentKind, AgentSettings, Budget, CommandCost, CoverageSettings, DEFAULT_TOML, Factory, Filing,
    GateSettings, HealSettings, Limits, PackageManager, PreviewSettings, Program, SiteSettings,
};
pub use field::{Field, FieldKind, FieldLimits, QualityGate};
pub use kind::{Media, MediaKind, RequestType, Skill, Verb};
pub use lane::{Lane, is_repository_path};
pub use read::{Reading, Reply, Source, read};
pub use render::{
    LabelSpec, field_rules, field_table, filled_form, issue_form, questions_comment,
    reference_table, type_fields_table, type_labels, types_table,
};
pub use schema::schema;
pub use slug::{MAX_SLUG, Slug, SlugError};
pub use text::is_invisible;
pub use value::{Fields, Image, Pair, Value};
pub use voice::{
    Finding, LINT_RULES, LintKind, LintReport, LintRule, Severity, Voice, lint, lint_voice,
};
