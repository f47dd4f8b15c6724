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
    AgentKind, AgentSettings, Budget, DEFAULT_TOML, Factory, Filing, GateSettings, Limits,
};
pub use field::{Field, FieldKind, FieldLimits, QualityGate};
pub use kind::{Media, MediaKind, RequestType, Skill, Verb};
pub use lane::{Lane, is_repository_path};
pub use read::{Reading, Reply, Source, read};
pub use render::{
    LabelSpec, field_table, filled_form, issue_form, questions_comment, reference_table,
    type_fields_table, type_labels, types_table,
};
pub use schema::schema;
pub use slug::{MAX_SLUG, Slug, SlugError};
pub use value::{Fields, Image, Pair, Value};
pub use voice::{Finding, LintKind, LintReport, Severity, Voice, lint, lint_voice};
